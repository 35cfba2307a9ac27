#pragma once

#include "equivec/embeddings.hpp"
#include "equivec/statistics.hpp"
#include "equivec/types.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace equivec {

/// Words whose association is measured. What a measure takes is said as "2 x 1": two lists of targets, one of
/// attributes. Every measure throws Error for other numbers of lists, for an empty list, for a word whose vector has no
/// length or is not finite and, unless it says otherwise, for a word that stands twice in a list. A target may be an
/// attribute too, although it then is its own neighbour. All is computed in double; what takes no threads is computed
/// by the calling one.
struct AssociationQuery {
  std::vector<std::vector<WordId>> targets;
  std::vector<std::vector<WordId>> attributes;
};

/// What the squares of the deviations from a mean of N values are divided by: N - 1 or N.
enum class Deviation { sample, population };

inline constexpr std::array deviations = {Deviation::sample, Deviation::population};
std::string_view name_of(Deviation deviation);

// ---- WEAT: Caliskan, Bryson and Narayanan 2017, "Semantics derived automatically from language corpora contain
// human-like biases", Science 356, with its supplement ----

struct PermutationOptions {
  bool exact = true;       ///< count all partitions where that is feasible; otherwise draw some in any case
  int draws = 1000000;     ///< 1 to 1,000,000,000: partitions drawn where not all are counted
  std::uint64_t seed = 1;  ///< of the draws
  int threads = 0;         ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. All functions that take the options call it.
void validate(const PermutationOptions& options);

/// How often a partition of the same words into sets of the same sizes has at least the statistic observed.
struct PermutationTest {
  double p_value;                    ///< one-sided, in (0, 1]
  std::uint64_t at_least;            ///< partitions whose statistic is at least the observed one, which is one of them
  std::uint64_t partitions;          ///< all there are, or those drawn
  bool exact;                        ///< p_value = at_least / partitions; if drawn, (at_least + 1) / (partitions + 1)
  std::optional<Interval> interval;  ///< if drawn: 95 % interval of the exact p-value (Clopper and Pearson 1934)
};

struct WeatOptions {
  Deviation deviation = Deviation::sample;  ///< of the effect size; the paper's numbers are those of the sample
  PermutationOptions permutations;
};

struct WeatResult {
  double statistic;  ///< S(X, Y, A, B): sum of the associations of X minus that of Y
  /// d: mean association of X minus that of Y, in standard deviations of all associations. With as many words in X as
  /// in Y from -2 to 2, times sqrt((N - 1) / N) for the sample deviation of N words. Nothing if all associations are
  /// the same to 1e-12.
  std::optional<double> effect_size;
  PermutationTest test;
  /// s(w, A, B) of the words of X and of Y: mean cosine with A minus mean cosine with B, from -2 to 2.
  std::vector<std::vector<double>> associations;
};

/// Whether targets X are nearer to attributes A, and Y to B, than the other way round: 2 x 2. X and Y may differ in
/// size, but have no word in common, for then there would be no partitions of them: Error. Words that A and B share
/// count for both.
///
/// The p-value is exact if X and Y have 50 words or fewer together, or no more than 5,000,000 partitions; of 25 and 25
/// words that takes a second or two and 100 MB, of 16 and 16 milliseconds. Sums that differ by less than 1e-12 for each
/// of their words tie, and a tie counts as at least what was observed, so that rounding makes no p-value smaller.
WeatResult weat(const Embeddings& embeddings, const AssociationQuery& query, const WeatOptions& options = {});

// ---- the others ----

/// WEFAT (Caliskan et al. 2017, supplement): of each target, its mean cosine with A minus that with B, in standard
/// deviations of its cosines with A and B together: 1 x 2. With as many words in A as in B from -2 to 2, times
/// sqrt((N - 1) / N) for the sample deviation of N words. Nothing for a word whose cosines are all the same to 1e-12.
/// Words that A and B share are an Error. The paper's second step, a correlation with a property of the targets, is
/// pearson() of statistics.hpp.
std::vector<std::optional<double>> wefat(const Embeddings& embeddings, const AssociationQuery& query,
                                         Deviation deviation = Deviation::sample);

struct RelativeNormDistance {
  double mean, sum;            ///< of the attributes'; negative where the attributes are nearer to the first targets
  std::vector<double> values;  ///< of each attribute a: |a - mean of X| - |a - mean of Y|, from -2 to 2
};

/// Relative norm distance (Garg, Schiebinger, Jurafsky and Zou 2018, "Word embeddings quantify 100 years of gender and
/// ethnic stereotypes", PNAS 115, where it is the sum): 2 x 1. Of vectors scaled to length 1, as the paper has them;
/// their means are not scaled again.
RelativeNormDistance relative_norm_distance(const Embeddings& embeddings, const AssociationQuery& query);

struct MeanAverageCosine {
  double value;  ///< mean of all distances, from 0 to 2; 1 where targets and attributes have nothing to do with another
  /// Mean of 1 - cosine of a target with the words of an attribute list: a row for each target, list after list, a
  /// number in it for each attribute list. A paired test of two embeddings' rows is the paper's test.
  std::vector<std::vector<double>> distances;
};

/// Mean average cosine similarity, MAC (Manzini, Lim, Black and Tsvetkov 2019, "Black is to Criminal as Caucasian is to
/// Police", NAACL): any number of lists x any number, at least 1 x 1. Whatever its name, it is a distance. A word that
/// stands in several lists counts in each of them.
MeanAverageCosine mean_average_cosine(const Embeddings& embeddings, const AssociationQuery& query);

struct EmbeddingCoherence {
  /// Spearman's correlation of the two rows below, from -1 to 1; 1 where both sets of targets have the attributes in
  /// the same order. Nothing for one attribute or where a row is constant.
  std::optional<double> correlation;
  std::vector<std::vector<double>> cosines;  ///< with the mean of X and with that of Y: a number for each attribute
};

/// Embedding coherence test, ECT (Dev and Phillips 2019, "Attenuating Bias in Word Vectors", AISTATS): 2 x 1. The means
/// are of vectors scaled to length 1, so that no word weighs more than another. Cosines that differ by less than 1e-12
/// tie. Error if a mean has no length.
EmbeddingCoherence embedding_coherence(const Embeddings& embeddings, const AssociationQuery& query);

struct NegativeSentimentOptions {
  int resamples = 100;       ///< 0 to 10,000,000; 0: no interval. Each is a model learnt anew
  double confidence = 0.95;  ///< 0.01 to 0.9999: of the interval
  std::uint64_t seed = 1;    ///< of the resamples and of the folds
  int threads = 0;           ///< 0: all cores; results do not depend on it
};

/// Throws OptionError. All functions that take the options call it.
void validate(const NegativeSentimentOptions& options);

struct NegativeSentiment {
  /// Of the probabilities, scaled to a sum of 1, from the uniform distribution, in nats: from 0, where all targets are
  /// told alike, to the logarithm of their number, where one of them is negative and no other.
  double divergence;
  std::optional<Interval> interval;   ///< of the divergence, from resamples; nothing without them
  std::optional<double> accuracy;     ///< cross-validated, from 0 to 1; nothing if a list has one word alone
  std::vector<double> probabilities;  ///< of each target, list after list: that it is negative
};

/// Relative negative sentiment bias, RNSB (Sweeney and Najafian 2019, "A Transparent Framework for Evaluating
/// Unintended Demographic Bias in Word Embeddings", ACL): one or more lists x 2, positive words and negative words. All
/// targets are compared with another, of whichever list; a word of two lists is an Error. Attributes may be in both
/// lists, as some are in Hu and Liu's lexicon, and count for both.
///
/// Logistic regression learns to tell the negative words from the positive, of vectors scaled to length 1: it minimises
/// |weights|^2 / 2 plus the sum of the log-losses, which is scikit-learn's default, and every word weighs the same, as
/// in the paper. Where the paper's program held out a tenth of the words and others hold out a fifth at random, all are
/// learnt from, so that divergence and probabilities do not depend on a seed. How well words are told that were not
/// learnt from is the accuracy of 10-fold cross-validation, stratified and seeded; to guess gives the share of the
/// longer list. Lists of fewer than 10 words have a fold for each word of the longer one.
///
/// The level of the probabilities follows from the shares of the two lists, and the fewer the words the nearer are all
/// probabilities to it: values can be compared among embeddings and targets, but not among attribute lists.
///
/// The interval is the percentile interval over resamples of the attributes, drawn from each list by itself. Any noise
/// makes targets differ, so that resamples diverge more than what they are drawn from: in the mean by 6 to 29 % with
/// lists of 7 to 4,000 words of sentiment, and twice as much where there is nothing to learn. So the interval leans
/// upwards, and never tells whether a divergence is 0.
///
/// Time: with 1,893 and 4,344 words of 100 numbers some 20 ms for each resample and thread; it grows with the square of
/// the dimension.
NegativeSentiment negative_sentiment(const Embeddings& embeddings, const AssociationQuery& query,
                                     const NegativeSentimentOptions& options = {});

struct RelationalAssociation {
  /// Of one attribute w: its inner product with (x - y) / |x - y|, for all pairs.
  struct Word {
    double mean;       ///< over the pairs
    double deviation;  ///< over the pairs, of the population: 0 for one pair
    double principal;  ///< with the principal direction of the pairs instead; for one pair the same as the mean
  };
  double mean, principal;   ///< of the words'
  std::vector<Word> words;  ///< in the order of the attributes
};

/// Relational inner product association, RIPA (Ethayarajh, Duvenaud and Hirst 2019, "Understanding Undesirable Word
/// Embedding Associations", ACL): 2 x 1, where x and y are the words at the same position of the two lists, which
/// therefore have the same size and in which words may come again. Positive towards the first list. The vectors are
/// taken as they are, since the lengths of words matter to it: with vectors of another scale it scales. The principal
/// direction is the first right-singular vector of the differences x - y, not centred, with their sum on its positive
/// side. Error for a pair of words with the same vector. Attributes may have no length: their values are 0.
RelationalAssociation relational_association(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
