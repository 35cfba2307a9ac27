#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Several spaces become one, in which a word has what it has in each ("meta-embeddings"). In all of them rows are first
// scaled to length 1, so that no space counts more because its vectors are longer.

enum class MergeMethod {
  /// Side by side: w1 x1, w2 x2, ... (Yin and Schütze 2016, "Learning Word Meta-Embeddings", CONC). The inner product
  /// of two words is the sum of w^2 times their cosines.
  concatenate,
  /// The mean of the vectors, weighted by w (Coates and Bollegala 2018, "Frustratingly Easy Meta-Embedding"), after
  /// each
  /// further space has been turned onto the first by orthogonal Procrustes. Shorter vectors get zeros at their end, as
  /// in the paper, before they are turned.
  average,
  /// The concatenation's coordinates along its first right singular vectors, not centred (Yin and Schütze 2016, SVD;
  /// with their singular values, so that inner products stay as near to those of the concatenation as so many numbers
  /// allow).
  svd
};
inline constexpr std::array merge_methods = {MergeMethod::concatenate, MergeMethod::average, MergeMethod::svd};
std::string_view name_of(MergeMethod method);  ///< "concatenate", "average", "svd"

enum class MergedWords {
  any,  ///< words of any space. A space that lacks one, or has zeros for it, gives zeros to the concatenation, and does
        ///< not take part in the mean
  all   ///< words that all spaces have
};
inline constexpr std::array merged_word_choices = {MergedWords::any, MergedWords::all};
std::string_view name_of(MergedWords words);  ///< "any", "all"

struct MergeOptions {
  MergeMethod method = MergeMethod::concatenate;
  MergedWords words = MergedWords::any;
  int dimension = 0;                 ///< of svd: so many coordinates, 1 to the sum of all dimensions; 0 for the others
  std::vector<double> weights = {};  ///< w, one a space, more than 0, at most 1000; empty: 1 for each
  std::size_t shared = 20000;        ///< of average: so many words that a space shares with the first turn it; 0: all
  int threads = 0;                   ///< 0: all cores; the result does not depend on it
};
/// Throws OptionError naming the first setting that is out of range.
void validate(const MergeOptions& options);

struct NamedSpace {
  std::string name;  ///< in messages and in the metadata
  Embeddings embeddings;
};

/// What a space gave.
struct MergedSpace {
  std::string name;
  std::size_t words;
  int dimension;
  double weight;
  std::size_t pairs = 0;                       ///< of average, but of the first: words by which it was turned
  double cosine_before = 0, cosine_after = 0;  ///< means over these
};

struct Merged {
  /// The words of the first space in their order, then those that the second adds in its order, and so on. Counts are
  /// the sums of those of the spaces. The metadata has what all spaces say alike, and under "merged" what was done:
  /// "equivec VERSION merge A B, method average, words any". There are no vectors of n-grams.
  Embeddings embeddings;
  std::vector<MergedSpace> spaces;
  std::size_t in_all;              ///< words that all spaces have
  std::optional<double> captured;  ///< of svd: share of the squared lengths of the concatenation that is kept
  /// Of average one a space, its dimension x that of the result: the row x of length 1 becomes x W. Of svd one, from
  /// the concatenation. Of concatenate none.
  std::vector<Eigen::MatrixXd> maps;
  std::vector<PostCondition> conditions;  ///< proved on `embeddings`
  bool lost_ngrams = false;               ///< a space had vectors of n-grams
};

/// Computed in double. Stages of average: aligning. Throws OptionError if there are not two spaces, not as many
/// weights, or fewer dimensions than svd should keep; Error if a value is not finite, no word is left, a space shares
/// no word with the first that could turn it, or a promise does not hold; Cancelled.
Merged merge(std::span<const NamedSpace> spaces, const MergeOptions& options = {}, const Reporting& reporting = {});

/// Proves that the words are those that they should be; that each vector is what the formula gives for the word's
/// vectors; and of svd that the directions are orthonormal, that no two coordinates go together, and that no other
/// directions keep more.
std::vector<PostCondition> verify_merge(std::span<const NamedSpace> spaces, const Embeddings& merged,
                                        std::span<const Eigen::MatrixXd> maps, const MergeOptions& options = {},
                                        const Progress* progress = nullptr);

}  // namespace equivec
