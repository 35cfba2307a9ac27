#pragma once

#include "equivec/analogy.hpp"
#include "equivec/embeddings.hpp"
#include "equivec/evaluation_sets.hpp"
#include "equivec/progress.hpp"
#include "equivec/statistics.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

struct EvaluateOptions {
  std::size_t restrict = 0;  ///< look only at the first words of the vocabulary; 0: at all
  bool fold_case = true;     ///< compare words with A-Z as a-z; of several words that fold alike the first counts
  /// With folded case, words that differ from a question's words by case alone may be its answers, as in word2vec's
  /// compute-accuracy; gensim has it otherwise.
  bool include_alike = false;
  AnalogyOptions analogies = {};
  BootstrapOptions bootstrap = {};  ///< of the intervals
  std::uint64_t seed = 1;           ///< of k-means
  int threads = 0;                  ///< 0: all cores; no result depends on them
};

// evaluate() scores vectors on a set; compare() tests whether the first of two results on one set is better, on what
// both could answer. It throws Error if the results are not of the same set.

enum class Outcome : std::uint8_t { missing, wrong, right };

/// Questions that are answered rightly or wrongly, or left out since a word is missing.
struct Accuracy {
  std::string name;
  std::uint64_t correct = 0, total = 0, missing = 0;
  std::optional<Interval> interval = {};  ///< nothing where all resamples are alike, of which nothing can be learned
  std::optional<double> value() const;    ///< correct / total; nothing if no question was answered
};

struct AnalogyResult {
  Accuracy all;                        ///< over all questions (micro)
  std::optional<double> section_mean;  ///< of the sections' accuracies (macro)
  std::optional<Interval> section_mean_interval;
  std::vector<Accuracy> sections;
  std::vector<std::vector<Outcome>> outcomes;  ///< of each section's questions, in their order
};

/// A question is answered if all four words are known; the three given words, and with folded case those like them
/// unless options.include_alike, are never answers unless options.analogies.include_query. By 3CosAvg and LRCos each
/// pair of a section is a question, to which the section's other pairs are given. Progress counts questions.
AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options = {},
                       Progress* progress = nullptr);

/// What becomes of pairs with an unknown word.
enum class MissingRule {
  drop,         ///< they are left out
  mean_vector,  ///< the word gets the mean of the vectors that are looked at
  zero          ///< their similarity is 0
};
inline constexpr std::array missing_rules = {MissingRule::drop, MissingRule::mean_vector, MissingRule::zero};
/// "drop", "mean-vector", "zero".
std::string_view name_of(MissingRule rule);

struct SimilarityResult {
  struct Score {
    MissingRule rule;
    std::size_t pairs;  ///< that it is of
    /// Of cosines with people's scores; nothing where undefined: fewer than two pairs, or all equal.
    std::optional<double> spearman, pearson;
    std::optional<Interval> spearman_interval, pearson_interval;
  };
  std::string name;
  std::size_t known = 0, missing = 0;   ///< pairs with both words known, and others
  std::vector<Score> scores;            ///< by each of missing_rules
  std::vector<double> people, cosines;  ///< of each pair; NaN for the cosine of one with an unknown word
};

SimilarityResult evaluate(const Embeddings& embeddings, const SimilaritySet& set, const EvaluateOptions& options = {});

/// How well clusters of the words' unit vectors, as many as there are categories, agree with these (Almuhareb 2006).
struct CategoryResult {
  struct Clustering {
    std::string name;  ///< "k-means", "average linkage", "complete linkage", "ward linkage"
    std::optional<double> purity;
    std::optional<Interval> interval;  ///< over words, the clusters being what they are
    std::vector<int> clusters;         ///< of each item; -1 where the word is missing
  };
  std::string name;
  std::size_t words = 0, missing = 0, categories = 0;
  std::vector<Clustering> clusterings;
  std::vector<int> labels;  ///< the category of each item
};

/// k-means: squared distances, ten starts drawn with options.seed; average and complete linkage of cosine distances;
/// Ward's of Euclidean ones. A word in several categories is an item of each. Throws Error if more than 20,000 words
/// are known, for which linkage would take 1.6 GB.
CategoryResult evaluate(const Embeddings& embeddings, const CategorySet& set, const EvaluateOptions& options = {},
                        Progress* progress = nullptr);

struct OutlierResult {
  /// Of outliers, each put into its group: how often it, and nothing else, has the least mean cosine to the others.
  Accuracy accuracy;
  /// Mean of its place among these, the last being 1 and the first 0 (OPP).
  std::optional<double> position;
  std::optional<Interval> position_interval;
  std::vector<Outcome> outcomes;
};

/// Unknown words of a group are passed over; an outlier is missing if it is unknown or fewer than two of its group's
/// words are known.
OutlierResult evaluate(const Embeddings& embeddings, const OutlierSet& set, const EvaluateOptions& options = {});

struct SynonymResult {
  Accuracy accuracy;
  std::vector<Outcome> outcomes;
};

/// The choice of the largest cosine is the answer, right if none has as large a one. A question is missing if its word,
/// its right choice or all of its wrong ones are unknown; other unknown choices are never chosen.
SynonymResult evaluate(const Embeddings& embeddings, const SynonymSet& set, const EvaluateOptions& options = {});

/// Of two sets of outcomes those that neither misses, for McNemar's test.
Discordance discordance(std::span<const Outcome> first, std::span<const Outcome> second);

std::optional<Difference> compare(const AnalogyResult& first, const AnalogyResult& second,
                                  const BootstrapOptions& options = {});
/// Of Spearman's (or Pearson's) correlations, over pairs that both know.
std::optional<Difference> compare(const SimilarityResult& first, const SimilarityResult& second, Correlation kind,
                                  const BootstrapOptions& options = {});
/// Of purities of the clusterings of that number, over words that both know.
std::optional<Difference> compare(const CategoryResult& first, const CategoryResult& second, std::size_t clustering,
                                  const BootstrapOptions& options = {});
std::optional<Difference> compare(const OutlierResult& first, const OutlierResult& second,
                                  const BootstrapOptions& options = {});
std::optional<Difference> compare(const SynonymResult& first, const SynonymResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
