#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>

#include <span>
#include <vector>

namespace equivec {

// Half-sibling regression (Yang and Feng 2020, "A Causal Inference Method for Reducing Gender Bias in Word Embedding
// Relations", AAAI): what the vectors of words that have the attribute by definition (queen, nephew) can predict of
// another word's vector is taken out of it. The regression is a ridge regression over the coordinates. With the
// definition words' vectors as the columns of V_D, every other word's vector becomes
//     v - V_D (V_D' V_D + alpha I)^-1 V_D' v  =  alpha (V_D V_D' + alpha I)^-1 v.
// As in the authors' code, no means are taken out and each definition word counts once; it stays as it is, as they
// leave it. A result that is given in again is debiased again: nothing is remembered between calls.

struct HalfSiblingOptions {
  /// 1e-9 to 1e9, and at least a millionth of the sum of the definition words' squared lengths, since with less the
  /// remainders would be rounding. 60 is the paper's, for GloVe vectors of 300 numbers with their lengths as trained
  /// and some 400 definition words: the strength depends on all of these. Vectors k times as long want k^2 alpha for
  /// the same result, and the more definition words there are for a number of a vector, the more is taken out.
  double alpha = 60;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const HalfSiblingOptions& options);

struct HalfSibling {
  Embeddings embeddings;
  Eigen::MatrixXd remainder;       ///< d x d, symmetric: what the other words' vectors were multiplied with
  std::vector<WordId> definition;  ///< each once, ascending
};

/// All words but `definition` without what these predict of them. Lengths are not scaled, before or after: a vector
/// becomes shorter or stays as long, and directions in which the definition words lie lose most. Rows that are zero or
/// not finite stay as they are; so do the vocabulary and the metadata. Computed in double. Progress counts words.
/// REQUIRES: words of the embeddings' vocabulary. Throws Error if `definition` is empty or if the vector of one of its
/// words is not finite; OptionError; Cancelled if asked to stop.
HalfSibling half_sibling_regression(const Embeddings& embeddings, std::span<const WordId> definition,
                                    const HalfSiblingOptions& options = {}, Progress* progress = nullptr);

/// Proves of vectors `after` that they are those `before` after half-sibling regression: that the definition words
/// are the same, and that every other word x, that was v, solves the ridge regression's equations, which without
/// their coefficients V_D' x / alpha are (V_D V_D' + alpha I) x = alpha v. Throws as half_sibling_regression(), and
/// Error unless both have as many vectors of as many numbers.
std::vector<PostCondition> verify_half_sibling_regression(const Embeddings& before, const Embeddings& after,
                                                          std::span<const WordId> definition,
                                                          const HalfSiblingOptions& options = {});

}  // namespace equivec
