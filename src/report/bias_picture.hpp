#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

/// Words on the bias axis: one dot each.
struct BiasAxis {
  std::string title;                                  ///< "before"
  std::vector<std::pair<std::string, double>> words;  ///< with their cosines, -1 to 1
};

/// An <svg> element: the axes one below the other on the same scale, dots of the same place stacked, the `named` words
/// farthest to either side named below. Every dot shows its word and cosine when it is pointed at.
std::string bias_picture(std::span<const BiasAxis> axes, const std::string& first_pole, const std::string& last_pole,
                         std::size_t named = 6);

}  // namespace equivec
