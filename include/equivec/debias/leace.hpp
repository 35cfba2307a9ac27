#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Conventions: everything is computed in double and rounded to 32 bits once, at the end; equal vectors of words that
// are treated alike stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays zero. All
// functions throw OptionError, and Error for a vector that is not finite or a labelled word whose vector has no length.
// Results do not depend on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// verify_...() uses the resulting vectors alone. Rounding moves a vector, and its part along any direction, by at most
// 2^-24 of its length; the bounds follow from that.

struct LeaceOptions {
  int threads = 0;  ///< 0: all cores
};

void validate(const LeaceOptions& options);

/// x <- x - left (right (x - mean)); right left = 1, so that applying it again changes nothing.
struct Leace {
  Embeddings embeddings;
  Eigen::VectorXd mean;   ///< of the labelled words
  Eigen::MatrixXd left;   ///< W^+ U, dimension x rank; the rank is at most the number of classes minus one
  Eigen::MatrixXd right;  ///< U' W, rank x dimension
};

/// Least-squares concept erasure (Belrose, Schneider-Joseph, Ravfogel, Cotterell, Raff and Biderman 2023, "LEACE:
/// Perfect linear concept erasure in closed form", NeurIPS, theorem 4.3): of all affine maps after which no linear
/// classifier with a convex loss predicts the labelled words' classes better than a constant does, the one that moves
/// these words least. With z the one-hot class, W the pseudo-inverse root of the labelled vectors' covariance and U the
/// left singular vectors of W Sigma_xz:
///     x <- x - W^+ U U' W (x - mean)
/// The map is learnt from the labelled words, each counted once, and applied to all words. The mean of the labelled
/// words stays. Lengths change and are not scaled; scaling them afterwards would restore a small part of the classes
/// where lengths differ between these. Two classes cost one direction.
///
/// Differences from the authors' program: the covariance is not shrunk, and only directions in which vectors differ by
/// rounding alone are left out of it; the trace is not limited; and singular values, which are at most 0.71, count from
/// 1e-7, while theirs count from 0.01 and leave weaker concepts in.
///
/// The erasure is perfect for the labelled words. What remains in other words must be measured on words that were not
/// labelled. Held-out labelled words would mislead: since the classes' means are exactly equal, the two halves differ
/// from them in opposite directions, and a classifier trained on one half is *below* chance on the other. Throws Error
/// for fewer than two classes, a class without words, or a word that occurs twice.
Leace leace(const Embeddings& embeddings, std::span<const std::vector<WordId>> classes,
            const LeaceOptions& options = {});

/// Proves that the classes' means are the same (a cross-covariance of zero), that least squares explain nothing of a
/// class, and that a logistic regression on all labelled words has no smaller log-loss than the classes' shares.
std::vector<PostCondition> verify_leace(const Embeddings& erased, std::span<const std::vector<WordId>> classes);

}  // namespace equivec
