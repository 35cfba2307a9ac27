#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/mean_vectors.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// A probe of how useful word vectors are to a model trained on them: a softmax classifier of texts, each represented by
// the mean of its words' vectors (mean_vectors()), is trained on labelled texts and tested on held-out ones.

/// Throws Error if the training has fewer than two labels, or the test none or one that is not in the training.
void require_learnable(const LabelledTexts& training, const LabelledTexts& test);

struct ProbeOptions {
  double strength = 1;  ///< 1e-6 to 1e6: scikit-learn's C, the weight of the log-losses against the penalty
  /// How a text becomes a vector; `threads` of these is not used. Common directions are those of the training texts,
  /// and are taken out of the test's as well.
  MeanVectorOptions texts = {.unit_length = true};
  BootstrapOptions bootstrap = {};
  int threads = 0;  ///< 0: all cores; no result depends on them
};

/// Throws OptionError.
void validate(const ProbeOptions& options);

/// How many words of some texts are in the vocabulary.
struct TextCoverage {
  std::uint64_t texts = 0;
  std::uint64_t empty = 0;          ///< texts without any word
  std::uint64_t without_known = 0;  ///< texts without a known word, including empty ones; their vector is zero
  std::uint64_t words = 0, known = 0;
};

struct ProbeResult {
  /// Counts of a label in the training set, in the test set, among the predictions and among the right predictions.
  struct Class {
    std::string label;
    std::uint64_t training = 0, test = 0, predicted = 0, correct = 0;
    /// 2 correct / (test + predicted), in [0, 1]; empty if the test neither has the label nor was said to.
    std::optional<double> f1() const;
  };
  TextCoverage training, test;
  std::vector<Class> classes;  ///< those of the training set
  /// On the test texts. Its interval is that of infinitely many resamples; empty if all or none are right.
  Accuracy accuracy;
  /// Mean F1 of the classes that have one, as scikit-learn's f1_score(average="macro").
  double macro_f1 = 0;
  double log_loss = 0;  ///< mean of `log_losses`
  /// Percentile intervals over the test's texts; empty where all resamples are alike.
  std::optional<Interval> macro_f1_interval, log_loss_interval;
  std::vector<std::uint32_t> predictions;  ///< class of each text; the first of equally likely ones
  std::vector<Outcome> outcomes;           ///< of each text, right or wrong
  std::vector<double> log_losses;          ///< of each text -ln P(its label), >= 0, finite
};

/// What the classifier says of texts.
struct ProbeAnswers {
  std::vector<std::uint32_t> predictions;  ///< class of each text; the first of equally likely ones
  std::vector<double> log_probabilities;   ///< texts x classes, row by row: ln P(class), at most 0
  TextCoverage coverage;
};

/// The classifier that probe() trains, to be asked about other texts too.
///
/// The words of a text are those that the tokenizer of a static sentence model makes of it, if the vectors came with
/// one (WordLevel and WordPiece; without a limit of length); else what they were when the vectors were trained, as far
/// as the metadata tell (TextOptions, and phrases with an underscore); else they are separated by white space. Without
/// a tokenizer a word is looked up as written; if it is not found and the vectors are uncased (is_cased() of
/// counts/vocabulary.hpp), with A-Z as a-z. A word whose vector is zero counts as unknown, and so does what the
/// tokenizer calls unknown; a word that occurs twice counts twice. The classifier is that of scikit-learn's
/// LogisticRegression(C=strength) on these means, neither centred nor scaled: it minimises |W|^2 / 2 + C * (sum of
/// log-losses) with one row of W per class, or, for two classes, |w|^2 / 2 + C * (sum), w being the difference of their
/// rows; intercepts are not penalised. The objective is certified to be within a relative 1e-8 of its minimum, and
/// mostly reaches the precision of doubles.
class ProbeClassifier {
 public:
  /// Memory: texts x (dimension + 2 classes) doubles. The embeddings must outlive it. Of `progress`, which must outlive
  /// it too, only the cancellation is used. Throws Error if the training has fewer than two labels, as mean_vectors(),
  /// if no word of the training is known, or if the solution is not found, which takes vectors or a strength of extreme
  /// size; OptionError; Cancelled.
  ProbeClassifier(const Embeddings& embeddings, const LabelledTexts& training, const ProbeOptions& options = {},
                  const Progress* progress = nullptr);
  ~ProbeClassifier();
  ProbeClassifier(ProbeClassifier&&) noexcept;
  ProbeClassifier& operator=(ProbeClassifier&&) noexcept;

  /// Those of the training, in byte order.
  const std::vector<std::string>& classes() const noexcept;
  /// Memory: as for the training. Throws Error if a vector is not finite; Cancelled.
  ProbeAnswers classify(std::span<const std::string> texts) const;

  /// Tests it. Throws Error as require_learnable().
  ProbeResult test(const LabelledTexts& test) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// Trains a ProbeClassifier and tests it. Throws as these do.
ProbeResult probe(const Embeddings& embeddings, const LabelledTexts& training, const LabelledTexts& test,
                  const ProbeOptions& options = {}, Progress* progress = nullptr);

/// First minus second, on the same test.
struct ProbeDifference {
  Difference accuracy;  ///< with McNemar's exact test
  Difference log_loss;  ///< by paired bootstrap, p at least 2^(1 - texts); above 0 the first is worse
};

/// Throws Error if the results are of test sets of different size; OptionError.
ProbeDifference compare(const ProbeResult& first, const ProbeResult& second, const BootstrapOptions& options = {});

}  // namespace equivec
