#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// What is done to all vectors. Means and covariances are those of the vectors as the steps before have left them, each
/// word counting once.
enum class TransformKind {
  center,     ///< x - mean
  normalize,  ///< x / |x|; a zero vector stays
  /// x - mean, without its parts along the first `directions` principal directions: All-but-the-top (Mu and Viswanath
  /// 2018)
  remove_top,
  pca,  ///< the coordinates of x - mean along the first `directions` principal directions, the largest variance first
  /// x - mean, so that the covariance becomes the identity: along the principal directions (`pca`), or such that the
  /// vectors change least (`zca`; Bell and Sejnowski 1997)
  whiten,
  /// The coordinates of x along the eigenvectors of the mean of x x', not centred, times the eigenvalues to the power
  /// `exponent`: more than 0 brings out similarity that the vectors show, less than 0 what they hide (Artetxe et al.
  /// 2018, section 3)
  power,
  rotate  ///< x R, where the rows of R are orthonormal, as rows are multiplied in NumPy: X @ R
};
inline constexpr std::array transform_kinds = {
    TransformKind::center, TransformKind::normalize, TransformKind::remove_top, TransformKind::pca,
    TransformKind::whiten, TransformKind::power,     TransformKind::rotate};
/// "center", "normalize", "remove-top", "pca", "whiten", "power", "rotate".
std::string_view name_of(TransformKind kind);

enum class Whitening { zca, pca };
inline constexpr std::array whitenings = {Whitening::zca, Whitening::pca};
/// "zca", "pca".
std::string_view name_of(Whitening whitening);

struct TransformStep {
  TransformKind kind = TransformKind::center;
  int directions = 0;                    ///< of remove-top and pca: 1 to the dimension
  Whitening whitening = Whitening::zca;  ///< of whiten
  double exponent = 0;                   ///< of power, -2 to 2
  Matrix rotation = {};                  ///< of rotate: dimension x dimension
  std::string file = {};                 ///< where that was read, for the metadata

  /// As it is written on the command line: "remove-top=3".
  std::string text() const;
};

/// Reads "center", "normalize", "remove-top=D", "pca=N", "whiten" or "whiten=pca", "power=A", "rotate=FILE.npy". Throws
/// OptionError for another form; Error if the file cannot be read.
TransformStep parse_transform_step(const std::string& text);

struct TransformOptions {
  /// Of whiten, 0 to 1: so much of the covariance is replaced by the identity times its mean variance, so that
  /// directions in which the vectors hardly differ are not blown up.
  double shrinkage = 0;
  int threads = 0;  ///< 0: all cores; the result is the same for any number
};
/// Throws OptionError.
void validate(const TransformOptions& options);

struct Transformed {
  /// The same words. The metadata is that of before, and under "transformed" what was done: "equivec VERSION
  /// transform center remove-top=3", after "; " if the vectors had been transformed before.
  Embeddings embeddings;
  /// Proved on `embeddings`: that each vector is what the steps give one after the other, and what the last one
  /// promises.
  std::vector<PostCondition> conditions;
  bool lost_ngrams = false;  ///< there were vectors of n-grams, which cannot follow: the mean of unit vectors is none
};

/// Does the steps in their order, computed in double, in one pass over the vectors for the result and one for each mean
/// or covariance behind a `normalize`. Vectors of n-grams change along unless a step normalizes. Throws OptionError for
/// a number of directions that the vectors do not have; Error if a value is not finite, if the covariance to be
/// whitened is singular, if the rows of a rotation are not orthonormal, or naming the first condition that does not
/// hold; Cancelled. REQUIRES: at least one step
Transformed transform(const Embeddings& embeddings, std::span<const TransformStep> steps,
                      const TransformOptions& options = {}, const Progress* progress = nullptr);

}  // namespace equivec
