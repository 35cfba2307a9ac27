#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>

#include <span>
#include <vector>

namespace equivec {

struct SoftDebiasOptions {
  /// What a part of the neutral words along the bias subspace costs, 0 to 1e15; 0.2 in the paper. The inner products
  /// that the first term keeps are as many as the square of the words, those of the second as many as the words: the
  /// more words, the larger lambda must be for the same effect. Of some hundred thousand words 0.2 does next to
  /// nothing; where it grows, the result comes near to a projection.
  double lambda = 0.2;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError.
void validate(const SoftDebiasOptions& options);

struct SoftDebiased {
  Embeddings embeddings;
  Eigen::MatrixXd transformation;  ///< T, dimension x dimension, symmetric, its eigenvalues >= 0
  double objective;                ///< of T: the least there is, to `gap`
  double objective_before;         ///< of the identity; lambda times the second term alone
  double objective_projected;      ///< of the projection that takes the subspace out of all words
  double gap;                      ///< at least what the objective of T lies above the least
  int rounds;                      ///< of the search in the cone; 0 if the linear equation gave the optimum
  std::vector<WordId> vanished;    ///< words that T takes to nothing, to 1e-6 of their length; now zero. Ascending
};

/// Soft debiasing (Bolukbasi et al. 2016, section 6; of several directions Manzini et al. 2019): a linear map T that
/// keeps the inner products of all words as far as it makes neutral words and the bias subspace orthogonal,
///     min over T of |(T W)' (T W) - W' W|^2 + lambda |(T N)' (T B)|^2 (squares of Frobenius norms)
/// with the columns of W all words' vectors scaled to length 1, those of N the `neutral` words' among them, and those
/// of B the subspace's directions. Words become T w, scaled to length 1. T is the symmetric root of T' T, which alone
/// the objective depends on.
///
/// In X = T' T the problem is convex, and only W W' and N N' matter, which one pass over the words gathers. With
/// W W' = U S^2 U' and Y = S U' X U S it is
///     min over Y >= 0 of |Y - S^2|^2 + lambda trace(C Y Q Q' Y), C = S^-1 U' N N' U S^-1, Q = S^-1 U' B,
/// which is strongly convex. Its optimum among all symmetric Y is the solution of one linear equation with as many
/// unknowns as the dimension times the rank. Mostly it has no negative eigenvalue and is the optimum wanted; else the
/// search goes on within the cone by an accelerated projected gradient (Beck and Teboulle 2009, with the restarts of
/// O'Donoghue and Candes 2015). Either way it ends when a certificate says so, not when steps are small: with G the
/// gradient at Y and Z the point of the cone next to Y - G / 2,
///     objective(Y) - optimum <= gap = -<G, Z - Y> - |Z - Y|^2,
/// is at most 1e-12 of the objective (or 1e-20 |S^2|^2, which is rounding). The gap is also no less than |Z - Y|^2, by
/// which Y is not stationary, and than the square of Y's distance from the optimum.
///
/// The program of Manzini et al. takes ten steps of gradient descent from a random T, and stays near that.
///
/// A direction in which no word has a part (eigenvalues of W W' up to 1e-10 of the largest) is left as it is, and what
/// the subspace has of it does not count. Computed in double, the same for any number of threads. Keeps the
/// vocabulary and the metadata. Rows that have no length or are not finite count for nothing and stay as they are.
/// Memory: one copy of the vectors, 64 matrices of dimension x dimension doubles, and a square matrix of as many rows
/// as the dimension times the rank. Progress counts words, each twice. Throws OptionError; Error for more than 5,000
/// unknowns, if no word has a length or if 20,000 rounds do not reach the optimum, which takes words that hardly span
/// the space together with a large lambda; Cancelled. REQUIRES: a subspace of the vectors' dimension.
SoftDebiased soft_debias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> neutral,
                         const SoftDebiasOptions& options = {}, Progress* progress = nullptr);

/// That all words are T w of length 1, that T has no negative eigenvalue, that its objective, summed anew, is the least
/// there is and no more than that of the identity and of the projection, and that the neutral words' inner products
/// with the subspace after T, squared, sum to no more than before.
std::vector<PostCondition> verify_soft_debias(const Embeddings& before, const SoftDebiased& after,
                                              const BiasSubspace& subspace, std::span<const WordId> neutral,
                                              const SoftDebiasOptions& options = {});

}  // namespace equivec
