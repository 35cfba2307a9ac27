#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>

#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Half-sibling regression (Yang and Feng 2020, "A Causal Inference Method for Reducing Gender Bias in Word Embedding
// Relations", AAAI): from every other word's vector it subtracts its prediction from the vectors of words that have the
// attribute by definition (queen, nephew). The prediction is a ridge regression over the coordinates. With the
// definition words' vectors as the columns of V_D, every other word's vector becomes
//     v - V_D (V_D' V_D + alpha I)^-1 V_D' v  =  alpha (V_D V_D' + alpha I)^-1 v.
// As in the authors' code, vectors are not centred, and each definition word counts once and stays unchanged. Debiasing
// a result again changes it again.

struct HalfSiblingOptions {
  /// 1e-9 to 1e9, and at least a millionth of the sum of the definition words' squared lengths, since with less the
  /// remainders would be rounding. The paper uses 60, for GloVe vectors of 300 numbers with their lengths as trained
  /// and some 400 definition words, and the effect depends on all of these: vectors k times as long need k^2 alpha for
  /// the same result, and the more definition words there are for each number of a vector, the more is removed.
  double alpha = 60;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const HalfSiblingOptions& options);

struct HalfSibling {
  Embeddings embeddings;
  Eigen::MatrixXd remainder;       ///< d x d, symmetric: the matrix that multiplied the other words' vectors
  std::vector<WordId> definition;  ///< each once, ascending
};

/// Subtracts from all words but `definition` what these predict of them. Lengths are not scaled, before or after: no
/// vector becomes longer, and the directions of the definition words lose most. Rows that are zero or not finite stay
/// unchanged, as do the vocabulary and the metadata. Computed in double. Progress counts words. REQUIRES: words of the
/// embeddings' vocabulary. Throws Error if `definition` is empty or the vector of one of its words is not finite;
/// OptionError; Cancelled.
HalfSibling half_sibling_regression(const Embeddings& embeddings, std::span<const WordId> definition,
                                    const HalfSiblingOptions& options = {}, Progress* progress = nullptr);

/// Proves that `after` is the result of half-sibling regression on `before`: that the definition words are unchanged,
/// and that every other word x, which was v, solves the ridge regression's equations; with the coefficients
/// V_D' x / alpha eliminated these are (V_D V_D' + alpha I) x = alpha v. Throws as half_sibling_regression(), and Error
/// unless both have the same number of vectors and the same dimension.
std::vector<PostCondition> verify_half_sibling_regression(const Embeddings& before, const Embeddings& after,
                                                          std::span<const WordId> definition,
                                                          const HalfSiblingOptions& options = {});

}  // namespace equivec
