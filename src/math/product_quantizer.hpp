#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// Product quantisation (Jégou, Douze and Schmid 2011): the numbers of a vector are cut into parts, and each part is
/// coded by the nearest of 256 centroids of its own, in a byte. Parts differ in size by one number at most.
inline constexpr std::size_t centroids_of_part = 256;

/// Where part `part` of `parts` begins among `dimension` numbers; that of part `parts` is the end.
constexpr std::size_t part_begin(std::size_t part, std::size_t parts, std::size_t dimension) noexcept {
  return part * dimension / parts;
}

struct ProductQuantizer {
  std::size_t dimension, parts;
  std::vector<float> centroids;  ///< 256 x dimension: row k has the centroids k of all parts, side by side
  std::vector<float> rotation;   ///< dimension x dimension, orthogonal; empty: none. Row vectors times it are coded
};

struct QuantizerOptions {
  std::size_t parts = 8;       ///< 1 .. the dimension
  bool rotation = false;       ///< learn one (OPQ, without its parametric start; Ge, He, Ke and Sun 2013)
  int rounds = 20;             ///< of the rotation: each assigns, moves centroids, and turns the rows towards them
  int iterations = 25;         ///< of Lloyd's, at most
  std::size_t sample = 65536;  ///< rows to learn from, drawn without replacement; if there are no more, all are taken
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores; the result is the same for any number
};

/// Learns centroids by k-means++ (Arthur and Vassilvitskii 2007) and Lloyd's iterations. A centroid that has lost its
/// rows stays where it is; if a part of the rows has fewer than 256 different values, the others repeat some of them.
/// Throws Cancelled. REQUIRES: a row at least, finite numbers.
ProductQuantizer learn_quantizer(MatrixView rows, const QuantizerOptions& options, const Progress* progress = nullptr);

/// The codes of rows: of each part the nearest centroid, of equally near ones the first. rows x parts.
std::vector<std::uint8_t> encode(const ProductQuantizer& quantizer, MatrixView rows, int threads = 0);

/// Writes the vector that codes stand for, without the rotation: `dimension` numbers.
void decode_parts(std::span<const float> centroids, std::size_t dimension, std::span<const std::uint8_t> codes,
                  float* to);

}  // namespace equivec
