#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace equivec {

// What word vectors are worth to a model that is trained on them: a softmax classifier of texts, each the mean of its
// words' vectors, learns from some labelled texts and is measured on others.

/// Throws Error if the training has fewer than two labels, or the test none or one that is not in the training.
void require_learnable(const LabelledTexts& training, const LabelledTexts& test);

struct ProbeOptions {
  double strength = 1;        ///< 1e-6 to 1e6: scikit-learn's C, how much the log-losses weigh against the weights
  bool keep_lengths = false;  ///< words' vectors as they are; else each is first scaled to length 1
  BootstrapOptions bootstrap = {};
  int threads = 0;  ///< 0: all cores; no result depends on them
};

/// Throws OptionError.
void validate(const ProbeOptions& options);

/// How much of some texts the vectors know.
struct TextCoverage {
  std::uint64_t texts = 0;
  std::uint64_t empty = 0;          ///< texts without any word
  std::uint64_t without_known = 0;  ///< texts without a known word, the empty ones included; their vector is zero
  std::uint64_t words = 0, known = 0;
};

struct ProbeResult {
  /// How often a label is there, was predicted, and was predicted rightly.
  struct Class {
    std::string label;
    std::uint64_t training = 0, test = 0, predicted = 0, correct = 0;
    /// 2 correct / (test + predicted), in [0, 1]; empty if the test neither has the label nor was said to.
    std::optional<double> f1() const;
  };
  TextCoverage training, test;
  std::vector<Class> classes;  ///< the training's
  Accuracy
      accuracy;  ///< of the test's texts; the interval as of infinitely many resamples, none if all or none are right
  /// Mean of the classes' F1, of those that have one, as scikit-learn's f1_score(average="macro").
  double macro_f1 = 0;
  double log_loss = 0;  ///< mean of `log_losses`
  /// Percentile intervals over the test's texts; empty where all resamples are alike.
  std::optional<Interval> macro_f1_interval, log_loss_interval;
  std::vector<std::uint32_t> predictions;  ///< class of each text; of equally likely ones the first
  std::vector<Outcome> outcomes;           ///< of each text, right or wrong
  std::vector<double> log_losses;          ///< of each text -ln P(its label), >= 0, finite
};

/// Words are what stands between white space, looked up as written, else, in vectors without capitals (is_cased() of
/// counts/vocabulary.hpp), with A-Z as a-z. A word whose vector has no length counts as unknown; a word that comes
/// twice counts twice. The classifier is that of scikit-learn's LogisticRegression(C=strength) on these means, neither
/// centred nor scaled: it minimises |W|^2 / 2 + C * (sum of log-losses) for one row of W per class, or for two classes,
/// w being the difference of their rows, |w|^2 / 2 + C * (sum); intercepts are not penalised. It is solved until a
/// certificate says that its objective is the least to 1e-8 of itself, and mostly to the digits that doubles allow.
/// Memory: (lines of the larger of both) x (dimension + 2 classes) doubles. Of a Progress only the wish to stop is
/// heard. Throws Error as require_learnable(), if no word of the training is known, or if the solution is not found,
/// which needs vectors or a strength of extreme size; OptionError; Cancelled.
ProbeResult probe(const Embeddings& embeddings, const LabelledTexts& training, const LabelledTexts& test,
                  const ProbeOptions& options = {}, Progress* progress = nullptr);

/// First minus second, on the same test.
struct ProbeDifference {
  Difference accuracy;  ///< with McNemar's exact test
  Difference log_loss;  ///< by paired bootstrap, p no less than 2^(1 - texts); above 0 the first is worse
};

/// Throws Error if the results are of tests of different size, OptionError.
ProbeDifference compare(const ProbeResult& first, const ProbeResult& second, const BootstrapOptions& options = {});

}  // namespace equivec
