#pragma once

#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <span>
#include <vector>

namespace equivec {

// Conventions: everything is computed in double and rounded to 32 bits once, at the end; equal vectors of words that
// are treated alike stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays one. All
// functions throw Error for a vector that is not finite or a labelled word whose vector has no length, and OptionError.
// Results do not depend on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// verify_...() looks at the resulting vectors alone. Rounding moves a vector, and its part along any direction, by at
// most 2^-24 of its length; the bounds are derived from that.

struct LeaceOptions {
  int threads = 0;  ///< 0: all cores
};

void validate(const LeaceOptions& options);

/// x <- x - left (right (x - mean)); right left = 1, so that a second time changes nothing.
struct Leace {
  Embeddings embeddings;
  Eigen::VectorXd mean;   ///< of the labelled words
  Eigen::MatrixXd left;   ///< W^+ U, dimension x rank; the rank is at most the number of classes less one
  Eigen::MatrixXd right;  ///< U' W, rank x dimension
};

/// Least-squares concept erasure (Belrose, Schneider-Joseph, Ravfogel, Cotterell, Raff and Biderman 2023, "LEACE:
/// Perfect linear concept erasure in closed form", NeurIPS, theorem 4.3): of all affine maps after which no linear
/// classifier with a convex loss can do better than without looking at the labelled words, the one that moves these
/// least. With z the one-hot class, W the pseudo-inverse root of the labelled vectors' covariance and U the left
/// singular vectors of W Sigma_xz:
///     x <- x - W^+ U U' W (x - mean)
/// which is learnt from the labelled words, each counting once, and done to all. Their mean stays. Lengths change and
/// are not scaled, and scaling them afterwards brings something of the classes back, small but exact, where lengths
/// differ between these. Two classes cost one direction.
///
/// Where this is not as in the authors' program: no shrinkage of the covariance, of which only the directions are left
/// out where vectors differ by rounding alone; no limit on the trace; and singular values, which are at most 0.71,
/// count above 1e-7, where theirs count above 0.01 and leave weaker concepts in.
///
/// It is perfect for the labelled words. To find out what is left in others keep some of these back; and not some of
/// the labelled: their classes having exactly the same mean, what one half leans to the other leans from, and a
/// classifier that learns one finds *less* than chance in the other. Throws Error for fewer than two classes, one
/// without words, or a word that stands twice.
Leace leace(const Embeddings& embeddings, std::span<const std::vector<WordId>> classes,
            const LeaceOptions& options = {});

/// The classes' means are the same, which is a cross-covariance of zero; least squares explain nothing of a class; and
/// a logistic regression, learning every labelled word, has no less log-loss than the classes' shares have.
std::vector<PostCondition> verify_leace(const Embeddings& erased, std::span<const std::vector<WordId>> classes);

}  // namespace equivec
