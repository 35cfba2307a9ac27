#include "src/report/probe_report.hpp"

#include "equivec/base/error.hpp"
#include "equivec/math/statistics.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

namespace equivec {

namespace {

/// A value of a result, and its difference from that of the first vectors.
struct ProbeFigure {
  const char* name;
  const char* key;  ///< in JSON
  bool share;       ///< shown in per cent
  double value;
  std::optional<Interval> interval;
  std::optional<Difference> difference;
};

std::vector<ProbeFigure> measured(const ProbedVectors& probed) {
  std::optional<Difference> of_accuracy, of_log_loss;
  if (probed.difference) {
    of_accuracy = probed.difference->accuracy;
    of_log_loss = probed.difference->log_loss;
  }
  const ProbeResult& result = probed.result;
  return {{"accuracy", "accuracy", true, result.accuracy.value().value(), result.accuracy.interval, of_accuracy},
          {"macro F1", "macro_f1", true, result.macro_f1, result.macro_f1_interval, {}},
          {"log-loss", "log_loss", false, result.log_loss, result.log_loss_interval, of_log_loss}};
}

std::string format(double value, bool share, bool sign = false) {
  return formatted(sign ? (share ? "%+.1f" : "%+.4f") : (share ? "%.1f" : "%.4f"), share ? 100 * value : value);
}

std::string format(const std::optional<Interval>& interval, bool share, bool sign = false) {
  if (!interval) return "-";
  return format(interval->low, share, sign) + " .. " + format(interval->high, share, sign);
}

TitledTable measures_table(std::span<const ProbedVectors> all) {
  std::vector<TableRow> rows = {{"vectors", "measure", "value", "95 % interval"}};
  const bool compared = all.size() > 1;
  if (compared)
    for (const char* const column : {"difference", "95 % interval", "p"}) rows[0].emplace_back(column);
  for (const ProbedVectors& probed : all)
    for (const ProbeFigure& m : measured(probed)) {
      TableRow& row = rows.emplace_back(
          TableRow{probed.file, m.name, format(m.value, m.share) + (m.share ? " %" : ""), format(m.interval, m.share)});
      if (!compared) continue;
      row.push_back(m.difference ? format(m.difference->value, m.share, true) : "-");
      row.push_back(m.difference ? format(m.difference->interval, m.share, true) : "-");
      row.push_back(m.difference ? format_p_value(m.difference->p_value) : "-");
    }
  return {std::move(rows), 2};
}

std::string labels_table(std::span<const ProbedVectors> all, TableStyle style) {
  std::vector<TableRow> rows = {{"vectors", "label", "in training", "in test", "predicted", "correct", "F1"}};
  for (const ProbedVectors& probed : all)
    for (const ProbeResult::Class& c : probed.result.classes)
      rows.push_back({probed.file, c.label, grouped(c.training), grouped(c.test), grouped(c.predicted),
                      grouped(c.correct), c.f1() ? format(*c.f1(), true) + " %" : "-"});
  return to_text(rows, 2, style);
}

std::string coverage_table(std::span<const ProbedVectors> all, TableStyle style) {
  std::vector<TableRow> rows = {{"vectors", "texts", "words", "known", "texts without a known word"}};
  for (const ProbedVectors& probed : all)
    for (const bool training : {true, false}) {
      const TextCoverage& coverage = training ? probed.result.training : probed.result.test;
      const std::string share =
          coverage.words == 0
              ? "-"
              : format(static_cast<double>(coverage.known) / static_cast<double>(coverage.words), true) + " %";
      rows.push_back({probed.file, training ? "training" : "test", grouped(coverage.words), share,
                      grouped(coverage.without_known)});
    }
  return to_text(rows, 2, style);
}

std::string description(const std::string& file, const LabelledTexts& texts) {
  const auto empty = std::ranges::count(texts.texts, "");
  return file + ", " + grouped(texts.texts.size()) + " texts, " + grouped(texts.classes.size()) + " labels" +
         (empty > 0 ? "; without a word " + grouped(static_cast<std::uint64_t>(empty)) : "");
}

/// The most frequent label of the training, and the accuracy of always predicting it.
std::string commonest_label(const ProbeResult& result) {
  const ProbeResult::Class& commonest = *std::ranges::max_element(result.classes, {}, &ProbeResult::Class::training);
  return "'" + commonest.label + "', which " +
         format(static_cast<double>(commonest.test) / static_cast<double>(result.accuracy.total), true) +
         " % of the test have";
}

std::string description_of_words(const ProbeOptions& options) {
  const MeanVectorOptions& texts = options.texts;
  std::string text = texts.unit_length ? "vectors of length 1" : "vectors as they are";
  if (texts.weighting == WordWeighting::sif) text += ", weights sif, a " + formatted("%g", texts.a);
  if (texts.weighting == WordWeighting::zipf) text += ", weights zipf";
  if (texts.remove > 0)
    text += ", " + std::to_string(texts.remove) + (texts.remove == 1 ? " direction" : " directions") +
            " that the training texts have in common removed";
  if (texts.normalize != Normalize::model) text += ", normalize " + std::string(name_of(texts.normalize));
  return text;
}

std::string description_of_intervals(const ProbeOptions& options) {
  return "95 %, percentile bootstrap over the test's texts, " + std::to_string(options.bootstrap.resamples) +
         " resamples, seed " + std::to_string(options.bootstrap.seed);
}

Json to_json(const TextCoverage& coverage) {
  return {{"texts", coverage.texts},
          {"empty", coverage.empty},
          {"without_known_word", coverage.without_known},
          {"words", coverage.words},
          {"known_words", coverage.known}};
}

/// Scores by the probability of a class.
TextClassifier judge_of(const ProbeClassifier& classifier, std::uint32_t positive) {
  return [&classifier, positive](std::span<const std::string> texts) {
    ProbeAnswers answers = classifier.classify(texts);
    Judgements judgements{.decisions = std::move(answers.predictions), .scores = {}};
    const std::size_t classes = classifier.classes().size();
    for (std::size_t i = 0; i < texts.size(); ++i)
      judgements.scores.push_back(std::exp(answers.log_probabilities[i * classes + positive]));
    return judgements;
  };
}

Json to_json(const ProbedVectors& probed, const ProbedVectors& first) {
  const ProbeResult& result = probed.result;
  Json entry = {{"vectors", probed.file}};
  const std::vector<ProbeFigure> values = measured(probed), of_first = measured(first);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ProbeFigure& m = values[i];
    Json& place = entry[m.key];
    place = {{"value", m.value}, {"interval", to_json(m.interval)}};
    if (m.difference)
      place["compare"] = to_json(of_first[i].value, m.difference, m.share ? mcnemar_test : bootstrap_test);
  }
  entry["correct"] = result.accuracy.correct;
  entry["total"] = result.accuracy.total;
  entry["classes"] = Json::array();
  for (const ProbeResult::Class& c : result.classes)
    entry["classes"].push_back({{"label", c.label},
                                {"training", c.training},
                                {"test", c.test},
                                {"predicted", c.predicted},
                                {"correct", c.correct},
                                {"f1", number(c.f1())}});
  entry["training"] = to_json(result.training);
  entry["test"] = to_json(result.test);
  entry["predictions"] = Json::array();
  for (const std::uint32_t k : result.predictions) entry["predictions"].push_back(result.classes[k].label);
  return entry;
}

}  // namespace

void ProbeReport::add(const std::string& file, const Embeddings& embeddings, Progress* progress) {
  ProbedVectors probed{file, {}, {}};
  try {
    const ProbeClassifier classifier(embeddings, training, options, progress);
    probed.result = classifier.test(test);
    if (counterfactuals)
      probed.counterfactuals =
          judge(file, *counterfactuals, judge_of(classifier, counterfactuals->positive_class),
                vectors.empty() ? nullptr : &*vectors[0].counterfactuals, options.bootstrap, progress);
  } catch (const OptionError&) {
    throw;
  } catch (const Error& error) {
    throw Error(file + ": " + error.what());
  }
  if (!vectors.empty()) probed.difference = compare(probed.result, vectors[0].result, options.bootstrap);
  vectors.push_back(std::move(probed));
}

std::vector<JudgedTexts> judged_texts(const ProbeReport& report) {
  std::vector<JudgedTexts> all;
  for (const ProbedVectors& probed : report.vectors) all.push_back(probed.counterfactuals.value());
  return all;
}

TitledTable probe_table(const ProbeReport& report) { return measures_table(report.vectors); }

std::string to_text(const ProbeReport& report, TableStyle style) {
  std::string text = "training: " + description(report.training_file, report.training) +
                     "\ntest: " + description(report.test_file, report.test) +
                     "\ncommonest label of the training: " + commonest_label(report.vectors[0].result) +
                     "\ntext: mean of its words, " + description_of_words(report.options) +
                     "\nclassifier: softmax regression, C " + formatted("%g", report.options.strength) +
                     "\nintervals: " + description_of_intervals(report.options) + "\n";
  if (report.vectors.size() > 1)
    text += "differences: to " + report.vectors[0].file + ", of accuracies " + mcnemar_test + ", of log-losses " +
            bootstrap_test + "\n";
  text += "\n" + to_text(probe_table(report).rows, 2, style);
  for (const auto table : {labels_table, coverage_table}) text += "\n" + table(report.vectors, style);
  if (!report.counterfactuals) return text;
  const std::vector<JudgedTexts> all = judged_texts(report);
  text += "\n";
  for (const std::string& rule : counterfactual_rules(*report.counterfactuals, all)) text += rule + "\n";
  for (const TitledTable& table : counterfactual_tables(*report.counterfactuals, all, "vectors"))
    text += "\n" + to_text(table.rows, table.texts, style);
  return text;
}

Json to_json(const ProbeReport& report) {
  Json document = {{"training", report.training_file},
                   {"test", report.test_file},
                   {"conventions",
                    {{"text", "mean of its words"},
                     {"words", description_of_words(report.options)},
                     {"strength", report.options.strength},
                     {"intervals", description_of_intervals(report.options)}}},
                   {"results", Json::array()}};
  if (report.counterfactuals) document["counterfactuals"] = to_json(*report.counterfactuals);
  for (const ProbedVectors& probed : report.vectors) {
    Json& entry = document["results"].emplace_back(to_json(probed, report.vectors[0]));
    if (report.counterfactuals)
      entry["counterfactuals"] =
          to_json(*report.counterfactuals, *probed.counterfactuals, *report.vectors[0].counterfactuals);
  }
  return document;
}

}  // namespace equivec
