#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace equivec {

// Conventions: everything is computed in double and rounded to 32 bits once, at the end; equal vectors of words that
// are treated alike stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays one. All
// functions throw Error for a vector that is not finite or a labelled word whose vector has no length, and OptionError.
// Results do not depend on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// verify_...() looks at the resulting vectors alone. Rounding moves a vector, and its part along any direction, by at
// most 2^-24 of its length; the bounds are derived from that.

struct InlpOptions {
  int rounds = 35;  ///< the most directions to take out, 1 to 10,000
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

void validate(const InlpOptions& options);

/// How many of some words a classifier puts on their side.
struct SidesFound {
  double accuracy;    ///< 0 to 1
  double chance;      ///< share of the larger side, which is the accuracy of who always says that one
  Interval interval;  ///< of the accuracy, binomial, 95 %
};

struct Inlp {
  Embeddings embeddings;
  Eigen::MatrixXd directions;          ///< dimension x directions taken out; orthonormal columns, in the order found
  std::vector<SidesFound> rounds;      ///< on the development words: before each direction, and after the last one
  SidesFound test_before, test_after;  ///< on the test words, which decide about nothing
  std::vector<WordId> vanished;        ///< words that had nothing but these directions; their vectors became zero
};

/// Iterative null-space projection (Ravfogel, Elazar, Gonen, Twiton and Goldberg 2020, "Null It Out: Guarding Protected
/// Attributes by Iterative Nullspace Projection", ACL, algorithm 1). A linear classifier learns to tell the two sides;
/// its weights become a direction; all vectors are projected on the null space of the directions, x <- x - Q (Q' x)
/// with Q an orthonormal basis of them; and again, until the classifier of a round is not above chance on development
/// words, or for the given number of rounds. It is the accuracy that must not be above chance; its interval would have
/// ended the rounds as soon as these words had luck, while fresh classifiers still found the sides of others. Of either
/// side 49 % of the words train, 21 % are for development and 30 % for the test, drawn at random.
///
/// Which words and vectors: the paper takes the 7,500 most biased words of either side of he - she among the 150,000
/// most frequent ones, those whose gender is their meaning and names included, and the vectors as they are, not scaled
/// to length 1 (GloVe 42B, 300 numbers). This takes the words and vectors that it is given. The projection shortens
/// vectors; none is scaled afterwards.
///
/// Where this is not as in the authors' program:
///  - Words of two sides are told apart, so that a round takes out one direction. Their third class, 7,500 neutral
///    words (a cosine below 0.03), makes that three a round, 92 of 300 in all by the rank that they print; their
///    comparisons count two sides.
///  - The classifier is a logistic regression with an intercept, |weights|^2 / 2 + sum of log-losses, solved to the
///    end; theirs a linear SVM with the squared hinge and without one. An SVM took fifty times as long for GloVe, and
///    more rounds.
///  - They never stop before 35 rounds. At chance, further directions are of noise and take meaning away.
/// Progress counts rounds. Throws Error if a word stands twice or if a side has fewer than 3 words.
Inlp inlp(const Embeddings& embeddings, const BiasedWords& words, const InlpOptions& options = {},
          Progress* progress = nullptr);

/// That no vector has a part along a direction taken out, and none has moved besides; and, if the rounds ended at
/// chance and not for their number, that a fresh logistic regression which learns one half of the biased words finds
/// the sides of no more words of the other half than chance does, but for what luck adds once in twenty thousand times
/// (fewer is no fault, since what the sides of the words that train have by accident has been taken out of them).
std::vector<PostCondition> verify_inlp(const Embeddings& before, const Inlp& result, const BiasedWords& words,
                                       std::uint64_t seed = 1);

}  // namespace equivec
