#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>

#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct SoftDebiasOptions {
  /// Weight of the neutral words' parts in the bias subspace, 0 to 1e15; 0.2 in the paper. The number of inner products
  /// in the first term grows with the square of the words, in the second with the words: the more words, the larger
  /// lambda must be for the same effect. With some hundred thousand words 0.2 does almost nothing; as lambda grows, the
  /// result approaches a projection.
  double lambda = 0.2;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError.
void validate(const SoftDebiasOptions& options);

struct SoftDebiased {
  Embeddings embeddings;
  Eigen::MatrixXd transformation;  ///< T, dimension x dimension, symmetric, its eigenvalues >= 0
  double objective;                ///< of T: the minimum, to `gap`
  double objective_before;         ///< of the identity: lambda times the second term
  double objective_projected;      ///< of the projection that removes the subspace from all words
  double gap;                      ///< the objective of T exceeds the minimum by no more than this
  int rounds;                      ///< of the search in the cone; 0 if the linear equation gave the optimum
  std::vector<WordId> vanished;    ///< words that T maps to zero, to 1e-6 of their length; now zero. Ascending
};

/// Soft debiasing (Bolukbasi et al. 2016, section 6; for several directions Manzini et al. 2019): a linear map T that
/// weighs keeping the inner products of all words against making neutral words and the bias subspace orthogonal,
///     min over T of |(T W)' (T W) - W' W|^2 + lambda |(T N)' (T B)|^2 (squares of Frobenius norms)
/// The columns of W are all words' vectors scaled to length 1, those of N the vectors of the `neutral` words among
/// them, and those of B the subspace's directions. Words become T w, scaled to length 1. The objective depends on T' T
/// alone; T is its symmetric root.
///
/// In X = T' T the problem is convex and depends on the words only through W W' and N N', which one pass computes. With
/// W W' = U S^2 U' and Y = S U' X U S it is
///     min over Y >= 0 of |Y - S^2|^2 + lambda trace(C Y Q Q' Y), C = S^-1 U' N N' U S^-1, Q = S^-1 U' B,
/// which is strongly convex. Its optimum among all symmetric Y solves one linear system with dimension times rank
/// unknowns. Usually this optimum has no negative eigenvalue and is the one wanted; otherwise an accelerated projected
/// gradient (Beck and Teboulle 2009, with the restarts of O'Donoghue and Candes 2015) continues within the cone. In
/// both cases it ends by a certificate, not by the size of steps: with G the gradient at Y and Z the point of the cone
/// nearest to Y - G / 2,
///     objective(Y) - optimum <= gap = -<G, Z - Y> - |Z - Y|^2,
/// must be at most 1e-12 of the objective (or 1e-20 |S^2|^2, which is rounding). The gap is also at least |Z - Y|^2, a
/// measure of how far Y is from stationary, and at least the square of Y's distance from the optimum.
///
/// The program of Manzini et al. takes ten steps of gradient descent from a random T, and stays near that.
///
/// A direction in which no word has a part (eigenvalues of W W' up to 1e-10 of the largest) is left unchanged, and the
/// subspace's part in it is ignored. Computed in double, the same for any number of threads. Keeps the vocabulary and
/// the metadata. Rows that have no length or are not finite are ignored and stay unchanged. Memory: one copy of the
/// vectors, 64 matrices of dimension x dimension doubles, and a square matrix of dimension times rank rows. Progress
/// counts words, each twice. Throws OptionError; Error for more than 5,000 unknowns, if no word has a length, or if
/// 20,000 rounds do not reach the optimum, which needs words that hardly span the space and a large lambda; Cancelled.
/// REQUIRES: a subspace of the vectors' dimension.
SoftDebiased soft_debias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> neutral,
                         const SoftDebiasOptions& options = {}, Progress* progress = nullptr);

/// Proves that all words are T w of length 1, that T has no negative eigenvalue, that its objective, computed anew, is
/// the minimum and no larger than that of the identity and of the projection, and that the sum of the neutral words'
/// squared inner products with the subspace has not grown.
std::vector<PostCondition> verify_soft_debias(const Embeddings& before, const SoftDebiased& after,
                                              const BiasSubspace& subspace, std::span<const WordId> neutral,
                                              const SoftDebiasOptions& options = {});

}  // namespace equivec
