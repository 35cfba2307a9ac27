#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Conventions: everything is computed in double and rounded to 32 bits once, at the end; equal vectors of words that
// are treated alike stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays zero. All
// functions throw OptionError, and Error for a vector that is not finite or a labelled word whose vector has no length.
// Results do not depend on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// verify_...() uses the resulting vectors alone. Rounding moves a vector, and its part along any direction, by at most
// 2^-24 of its length; the bounds follow from that.

struct InlpOptions {
  int rounds = 35;  ///< the most directions to take out, 1 to 10,000
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

void validate(const InlpOptions& options);

/// How well a classifier finds the sides of words.
struct SidesFound {
  double accuracy;    ///< 0 to 1
  double chance;      ///< share of the larger side: the accuracy of always answering that side
  Interval interval;  ///< of the accuracy, binomial, 95 %
};

struct Inlp {
  Embeddings embeddings;
  Eigen::MatrixXd directions;          ///< dimension x directions removed; orthonormal columns, in the order found
  std::vector<SidesFound> rounds;      ///< on the development words: before each direction, and after the last one
  SidesFound test_before, test_after;  ///< on the test words, which influence no decision
  std::vector<WordId> vanished;        ///< words with no part outside these directions; their vectors became zero
};

/// Iterative null-space projection (Ravfogel, Elazar, Gonen, Twiton and Goldberg 2020, "Null It Out: Guarding Protected
/// Attributes by Iterative Nullspace Projection", ACL, algorithm 1). In each round a linear classifier learns the two
/// sides, its weights become a direction, and all vectors are projected onto the null space of the directions found so
/// far, x <- x - Q (Q' x) with Q an orthonormal basis of them. The rounds end when the accuracy of a round's classifier
/// on development words is not above chance, or after the given number. (Ending them when the interval of the accuracy
/// includes chance would be too early: by luck of these words, while fresh classifiers still find the sides of others.)
/// Of each side 49 % of the words, drawn at random, are for training, 21 % for development and 30 % for the test.
///
/// Words and vectors: the paper uses the 7,500 most biased words on each side of he - she among the 150,000 most
/// frequent, including names and words whose meaning is their gender, and vectors not scaled to length 1 (GloVe 42B,
/// 300 numbers). This function uses the words and vectors that it is given. The projection shortens vectors; none is
/// scaled afterwards.
///
/// Differences from the authors' program:
///  - There are two classes, so that a round removes one direction. Theirs has a third class, 7,500 neutral words (a
///    cosine below 0.03), and removes three directions a round, 92 of 300 in all by the rank that it prints; its
///    comparisons use two sides.
///  - The classifier is a logistic regression with an intercept, |weights|^2 / 2 + sum of log-losses, solved to
///    convergence; theirs is a linear SVM with the squared hinge and no intercept. An SVM took fifty times as long for
///    GloVe, and more rounds.
///  - Theirs never stops before 35 rounds. At chance, further directions are noise and remove meaning.
/// Progress counts rounds. Throws Error if a word occurs twice or if a side has fewer than 3 words.
Inlp inlp(const Embeddings& embeddings, const BiasedWords& words, const InlpOptions& options = {},
          Progress* progress = nullptr);

/// Proves that no vector has a part along a removed direction, and that none has moved otherwise. If the rounds ended
/// at chance and not by their number, it also proves that a fresh logistic regression trained on one half of the biased
/// words classifies the other half no better than chance, up to what chance exceeds once in twenty thousand times.
/// (Less than chance is allowed, since the accidental differences between the training words' sides were removed.)
std::vector<PostCondition> verify_inlp(const Embeddings& before, const Inlp& result, const BiasedWords& words,
                                       std::uint64_t seed = 1);

}  // namespace equivec
