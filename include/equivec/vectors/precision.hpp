#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// What the numbers of vectors are kept as. Others than f32 take less memory and disk, and lose something.
enum class Precision {
  f32,   ///< 4 bytes a number
  f16,   ///< 2 bytes: IEEE 754's binary16, 11 digits of the binary system, up to 65,504
  bf16,  ///< 2 bytes: the upper half of a float, 8 digits, as large as floats
  int8,  ///< 1 byte: whole multiples, from -127 to 127, of 1/127 of the vector's largest magnitude
  pq  ///< product quantisation (Jégou, Douze and Schmid 2011): a byte for each part of the vector's direction, which
      ///< names one of 256 centroids; the vector keeps its length
};

inline constexpr std::array precisions = {Precision::f32, Precision::f16, Precision::bf16, Precision::int8,
                                          Precision::pq};
/// "f32", "f16", "bf16", "int8", "pq".
std::string_view name_of(Precision precision);

struct PrecisionOptions {
  Precision precision = Precision::f32;
  /// Of pq: bytes a vector, 1 .. dimension; parts differ in size by one number at most. 0: dimension / 12.5, rounded.
  int parts = 0;
  /// Of pq: learn a rotation before the vectors are cut into parts (OPQ; Ge, He, Ke and Sun 2013).
  bool rotation = false;
  std::uint64_t seed = 1;  ///< of the rows that pq learns from, and of its first centroids
  int threads = 0;         ///< 0: all cores; the result is the same for any number
};

/// Throws OptionError naming the setting that is out of range or is of pq alone. `dimension`: that of the vectors; 0 if
/// it is not known yet.
void validate(const PrecisionOptions& options, int dimension = 0);

/// The same words with numbers of another precision, rounded to nearest. Vectors of n-grams stay as they are. Of
/// product quantisation the centroids (and the rotation) are learnt from at most 65,536 vectors, scaled to length 1.
/// Throws OptionError as validate(); Error if a value is not finite or beyond what the precision can hold; Cancelled.
Embeddings with_precision(const Embeddings& embeddings, const PrecisionOptions& options,
                          const Progress* progress = nullptr);

}  // namespace equivec
