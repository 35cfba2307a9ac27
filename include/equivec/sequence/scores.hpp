#pragma once

#include "equivec/base/export.hpp"
#include "equivec/math/statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// What a measure is the ratio of: sums of these over the examples of a test.
struct MeasureParts {
  std::vector<double> numerators, denominators;
};

/// A measure of a model on a test.
struct SequenceMeasure {
  std::string key;                   ///< in JSON: "accuracy"
  std::string name;                  ///< "accuracy"
  bool share = false;                ///< in [0, 1], shown in per cent
  double value = 0;                  ///< finite
  std::optional<Interval> interval;  ///< percentile bootstrap over the examples; empty where all resamples are alike
  /// Of each example, if the measure is a ratio of sums or, as perplexity, the exponential of one; else none.
  MeasureParts parts;
  bool exponential = false;
  bool more_is_better = true;
};

/// exp or not of (sum of times x numerators) / (sum of times x denominators); empty if the latter is 0.
std::optional<double> ratio_of(const MeasureParts& parts, bool exponential, std::span<const std::uint32_t> times);

/// The measure with its value and its interval. Empty if all denominators are 0.
std::optional<SequenceMeasure> measure_of(std::string key, std::string name, MeasureParts parts,
                                          const BootstrapOptions& options, bool share = true, bool exponential = false);

/// A name in a sentence: words [begin, end) and what it is called.
struct TaggedSpan {
  std::size_t begin, end;
  std::string label;
  friend bool operator==(const TaggedSpan&, const TaggedSpan&) = default;
  friend auto operator<=>(const TaggedSpan&, const TaggedSpan&) = default;
};

/// The spans of tags in the manner of B-person, I-person, O, as the scorer of CoNLL-2000 reads them: an I- begins a
/// span where none of its label is open. Tags of other forms than B-, I- and O are no part of a span.
std::vector<TaggedSpan> spans_of(std::span<const std::string> tags);

/// True if tags are those of spans: each is O, or begins with B- or I-, and some are not O.
bool are_spans(std::span<const std::string> tags);

/// A test's words, its tags, and those that were predicted, sentence by sentence.
struct TagComparison {
  std::span<const std::vector<std::string>> words, tags, predicted;
};
/// Accuracy over words and, if the tags are of spans, F1, precision and recall of the spans that agree in both ends and
/// label, and `surface_f1`, which counts each name with its label once however often it occurs, and as right if it is
/// so somewhere (Derczynski et al. 2017, by the scorer of WNUT-17). Precision is 0 where no span was predicted.
std::vector<SequenceMeasure> measures_of_tags(const TagComparison& tags, const BootstrapOptions& options = {});

/// Accuracy, macro F1 (over the labels that occur or were predicted, as scikit-learn's) and log-loss. labels and
/// predicted: numbers below `classes`; log_losses: of each text -ln P(its label).
std::vector<SequenceMeasure> measures_of_classes(std::span<const std::uint32_t> labels,
                                                 std::span<const std::uint32_t> predicted,
                                                 std::span<const double> log_losses, std::size_t classes,
                                                 const BootstrapOptions& options = {});

}  // namespace equivec
