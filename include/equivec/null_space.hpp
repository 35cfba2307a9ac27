#pragma once

#include "equivec/biased_words.hpp"
#include "equivec/embeddings.hpp"
#include "equivec/post_condition.hpp"
#include "equivec/progress.hpp"
#include "equivec/statistics.hpp"
#include "equivec/types.hpp"
#include "equivec/word_sets.hpp"

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

// Remedies that take out of all vectors what tells labelled words apart, beyond one direction that is given.
//
// All is computed in double and rounded to 32 bits once, at the end; equal vectors of words that are treated alike
// stay equal. The vocabulary and the metadata are kept, and a vector of zeros stays one. All functions throw Error for
// a vector that is not finite, or a labelled word whose vector has no length, and OptionError. Results do not depend
// on the number of threads. REQUIRES: words of the embeddings' vocabulary.
//
// The functions verify_... look at the resulting vectors alone. A number x of these is off by 2^-24 |x| at most, so a
// vector is by 2^-24 of its length, and so is its part along any direction. What the bounds are is made of that.

struct InlpOptions {
  int rounds = 35;  ///< directions taken out at most, at least 1
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

struct DoubleHardOptions {
  int components = 20;  ///< candidates, at least 1; fewer if there are fewer
  int repeats = 3;      ///< clusterings of each, as in ClusterBiasOptions
  int restarts = 10;    ///< of each clustering
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores
};

void validate(const DoubleHardOptions& options);

struct DoubleHard {
  Embeddings embeddings;
  Eigen::VectorXd mean;       ///< subtracted from every vector
  Eigen::VectorXd component;  ///< taken out of all words, of length 1
  Eigen::VectorXd direction;  ///< taken out of the words not kept, of length 1, orthogonal to the component
  int chosen;                 ///< number of the component, from 0, by descending variance
  /// Of each candidate, how well clusters find the sides: RecoveredSides::accuracy; 2 where it cannot be taken out.
  std::vector<double> clustered;
  double clustered_without;      ///< the same with no component taken out
  std::vector<WordId> kept;      ///< words_kept(): their parts along the direction are theirs by meaning
  std::vector<WordId> vanished;  ///< words of which nothing was left; their vectors became zero
  WordSet missing;               ///< words of the definitional sets that the vocabulary has not
};

/// Double-hard debiasing (Wang, Lin, Rajani, McCann, Ordonez and Xiong 2020, "Double-Hard Debias: Tailoring Word
/// Embeddings for Gender Bias Mitigation", ACL, algorithm 1): a principal component of all vectors, which tells how
/// frequent words are rather than what they mean, hides part of the bias direction from hard debiasing. Candidates are
/// the components of largest variance. Each is taken out of the definitional and the most biased words, the direction
/// of the former out of the latter, and two clusters are made of these; the candidate whose clusters tell the sides
/// worst, of equals the first, is taken out of all words:
///     v = w - mean - (c.(w - mean)) c;  w <- (v - (g.v) g) / |v - (g.v) g|, or v / |v| for words_kept()
/// So all vectors have length 1. The most biased words are given, and found in the vectors before: their program takes
/// 1,000 of either side among the first 50,000 words but the gender-specific ones.
///
/// Where this is not as in the authors' program:
///  - All words are centred and lose the component, also those that keep their gender. Theirs subtracts the mean after
///    the component, which so stays as a constant part; here nothing of it does.
///  - The direction is BiasSubspace::from_sets(), of vectors of length 1, and clusters are cluster_bias(): of vectors
///  of
///    length 1, by several seeds with restarts. Theirs has the lengths as they are in both, and one seed, which may
///    choose another component.
///  - Their most biased words are so by cos(he) - cos(she), which may choose another component too.
///  - They do not scale the results to length 1.
///  - Vectors of zeros, which stay what they are, are left out of mean and components.
/// Sets are not equalized, as there. Progress counts candidates, none being one more. Throws Error if no definitional
/// set is left in the vocabulary, if a side is empty, if a word stands twice, if all vectors are the same, or if
/// without any candidate nothing were left of the definitional sets' direction or of a biased word.
DoubleHard double_hard_debias(const Embeddings& embeddings, const BiasWordSets& sets, const BiasedWords& words,
                              const DoubleHardOptions& options = {}, Progress* progress = nullptr);

/// Of the vectors of `result`: none has a part along the component; none but those kept has one along the direction;
/// all have length 1, or 0.
std::vector<PostCondition> verify_double_hard(const DoubleHard& result);

}  // namespace equivec
