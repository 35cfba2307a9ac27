#include "equivec/sequence/scores.hpp"

#include "src/downstream/class_scores.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// The label of "B-person".
std::string_view label_of(std::string_view tag) { return tag.substr(std::min<std::size_t>(2, tag.size())); }

bool is_marked(std::string_view tag, char mark) { return tag.size() > 2 && tag[0] == mark && tag[1] == '-'; }

/// 2 x common spans / (spans + predicted spans), and its two sides.
struct SpanParts {
  MeasureParts f1, precision, recall;

  void add(double common, double tagged, double predicted) {
    f1.numerators.push_back(2 * common), f1.denominators.push_back(tagged + predicted);
    precision.numerators.push_back(common), precision.denominators.push_back(predicted);
    recall.numerators.push_back(common), recall.denominators.push_back(tagged);
  }
};

/// Names with their labels, each once.
using Surfaces = std::set<std::pair<std::string, std::string>>;

void add_surfaces(const std::vector<std::string>& words, std::span<const TaggedSpan> spans, Surfaces& surfaces) {
  for (const TaggedSpan& span : spans) {
    std::string name;
    for (std::size_t i = span.begin; i < span.end; ++i) name += (i == span.begin ? "" : " ") + words[i];
    surfaces.emplace(std::move(name), span.label);
  }
}

std::vector<TaggedSpan> common_of(std::span<const TaggedSpan> first, std::span<const TaggedSpan> second) {
  std::vector<TaggedSpan> common;
  for (const TaggedSpan& span : first)
    if (std::ranges::find(second, span) != second.end()) common.push_back(span);
  return common;
}

/// A measure that is no sum over examples, and has no interval.
SequenceMeasure surface_measure(const Surfaces& tagged, const Surfaces& predicted, const Surfaces& right) {
  const auto common = static_cast<double>(right.size()), all = static_cast<double>(tagged.size() + predicted.size());
  return {.key = "surface_f1",
          .name = "surface F1",
          .share = true,
          .value = all == 0 ? 0 : 2 * common / all,
          .interval = {},
          .parts = {}};
}

}  // namespace

std::optional<double> ratio_of(const MeasureParts& parts, bool exponential, DrawnTimes times) {
  double numerator = 0, denominator = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    numerator += times[i] * parts.numerators[i];
    denominator += times[i] * parts.denominators[i];
  }
  if (denominator == 0) return std::nullopt;
  const double ratio = numerator / denominator;
  return exponential ? std::exp(ratio) : ratio;
}

std::optional<SequenceMeasure> measure_of(std::string key, std::string name, MeasureParts parts,
                                          const BootstrapOptions& options, bool share, bool exponential) {
  const std::vector<std::uint32_t> once(parts.numerators.size(), 1);
  const std::optional<double> value = ratio_of(parts, exponential, once);
  if (!value) return std::nullopt;
  SequenceMeasure measure{.key = std::move(key),
                          .name = std::move(name),
                          .share = share,
                          .value = *value,
                          .interval = {},
                          .parts = std::move(parts)};
  measure.exponential = exponential;
  measure.more_is_better = share;
  measure.interval = resampled_interval(
      measure.parts.numerators.size(), [&](DrawnTimes times) { return ratio_of(measure.parts, exponential, times); },
      options);
  return measure;
}

std::vector<TaggedSpan> spans_of(std::span<const std::string> tags) {
  std::vector<TaggedSpan> spans;
  bool open = false;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const bool inside = is_marked(tags[i], 'I');
    if (!inside && !is_marked(tags[i], 'B')) {
      open = false;
      continue;
    }
    const std::string_view label = label_of(tags[i]);
    if (inside && open && spans.back().label == label)
      ++spans.back().end;
    else
      spans.push_back({i, i + 1, std::string(label)});
    open = true;
  }
  return spans;
}

bool are_spans(std::span<const std::string> tags) {
  const auto is_span = [](const std::string& tag) { return is_marked(tag, 'B') || is_marked(tag, 'I'); };
  return std::ranges::all_of(tags, [&](const std::string& tag) { return tag == "O" || is_span(tag); }) &&
         std::ranges::any_of(tags, is_span);
}

std::vector<SequenceMeasure> measures_of_tags(const TagComparison& tags, const BootstrapOptions& options) {
  MeasureParts accuracy;
  SpanParts spans;
  Surfaces surfaces, predicted_surfaces, right_surfaces;
  bool has_spans = true, any_span = false;
  for (std::size_t i = 0; i < tags.tags.size(); ++i) {
    const std::vector<std::string>&right = tags.tags[i], &predicted = tags.predicted[i];
    double correct = 0;
    for (std::size_t k = 0; k < right.size(); ++k) correct += right[k] == predicted[k];
    accuracy.numerators.push_back(correct);
    accuracy.denominators.push_back(static_cast<double>(right.size()));
    const std::vector<TaggedSpan> wanted = spans_of(right), found = spans_of(predicted);
    const std::vector<TaggedSpan> common = common_of(wanted, found);
    spans.add(static_cast<double>(common.size()), static_cast<double>(wanted.size()),
              static_cast<double>(found.size()));
    add_surfaces(tags.words[i], wanted, surfaces);
    add_surfaces(tags.words[i], found, predicted_surfaces);
    add_surfaces(tags.words[i], common, right_surfaces);
    any_span = any_span || are_spans(right);
    has_spans = has_spans &&
                (are_spans(right) || std::ranges::all_of(right, [](const std::string& tag) { return tag == "O"; }));
  }
  std::vector<SequenceMeasure> measures;
  const auto add = [&](const char* key, const char* name, MeasureParts parts) {
    if (auto measure = measure_of(key, name, std::move(parts), options)) measures.push_back(std::move(*measure));
  };
  add("accuracy", "accuracy", std::move(accuracy));
  if (!has_spans || !any_span) return measures;
  add("f1", "F1 of spans", std::move(spans.f1));
  add("precision", "precision", spans.precision);
  if (measures.back().key != "precision")  // none was predicted, which conlleval counts as 0
    measures.push_back({.key = "precision",
                        .name = "precision",
                        .share = true,
                        .value = 0,
                        .interval = {},
                        .parts = std::move(spans.precision)});
  add("recall", "recall", std::move(spans.recall));
  measures.push_back(surface_measure(surfaces, predicted_surfaces, right_surfaces));
  return measures;
}

std::vector<SequenceMeasure> measures_of_classes(std::span<const std::uint32_t> labels,
                                                 std::span<const std::uint32_t> predicted,
                                                 std::span<const double> log_losses, std::size_t classes,
                                                 const BootstrapOptions& options) {
  std::vector<SequenceMeasure> measures;
  MeasureParts accuracy;
  for (std::size_t i = 0; i < labels.size(); ++i) accuracy.numerators.push_back(labels[i] == predicted[i]);
  accuracy.denominators.assign(labels.size(), 1);
  if (auto measure = measure_of("accuracy", "accuracy", accuracy, options)) measures.push_back(std::move(*measure));
  const std::vector<std::uint32_t> once(labels.size(), 1);
  if (const auto value = macro_f1(labels, predicted, classes, once))
    measures.push_back(
        {.key = "macro_f1",
         .name = "macro F1",
         .share = true,
         .value = *value,
         .interval = resampled_interval(
             labels.size(), [&](DrawnTimes times) { return macro_f1(labels, predicted, classes, times); }, options),
         .parts = {}});
  MeasureParts losses{{log_losses.begin(), log_losses.end()}, std::move(accuracy.denominators)};
  if (auto measure = measure_of("log_loss", "log-loss", std::move(losses), options, false))
    measures.push_back(std::move(*measure));
  return measures;
}

}  // namespace equivec
