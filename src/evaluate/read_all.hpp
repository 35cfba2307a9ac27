#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace equivec {

/// What read(file) gives for each file, in order.
template <class Read>
auto read_all(const std::vector<std::string>& files, const Read& read) {
  std::vector<decltype(read(std::filesystem::path()))> sets;
  for (const std::string& file : files) sets.push_back(read(file));
  return sets;
}

}  // namespace equivec
