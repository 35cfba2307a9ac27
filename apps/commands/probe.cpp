#include "equivec/base/error.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/probe.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/eval_report.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

using namespace equivec;

namespace {

constexpr const char* mcnemar_test = "McNemar, exact";
constexpr const char* bootstrap_test = "paired bootstrap";

/// A number of the result, and how it differs from that of the first vectors.
struct Measured {
  std::string name;
  bool share;  // shown in per cent
  double value;
  std::optional<Interval> interval;
  std::optional<Difference> difference;
};

/// Vectors, and what a classifier makes of them.
struct Probed {
  std::string file;
  ProbeResult result;
  std::optional<ProbeDifference> difference;

  std::vector<Measured> measured() const {
    std::optional<Difference> of_accuracy, of_log_loss;
    if (difference) {
      of_accuracy = difference->accuracy;
      of_log_loss = difference->log_loss;
    }
    return {{"accuracy", true, result.accuracy.value().value(), result.accuracy.interval, of_accuracy},
            {"macro F1", true, result.macro_f1, result.macro_f1_interval, {}},
            {"log-loss", false, result.log_loss, result.log_loss_interval, of_log_loss}};
  }
};

std::string format(double value, bool share, bool sign = false) {
  char text[64];
  std::snprintf(text, sizeof text, sign ? (share ? "%+.1f" : "%+.4f") : (share ? "%.1f" : "%.4f"),
                share ? 100 * value : value);
  return text;
}

std::string format(const std::optional<Interval>& interval, bool share, bool sign = false) {
  if (!interval) return "-";
  return format(interval->low, share, sign) + " .. " + format(interval->high, share, sign);
}

void print_measured(std::span<const Probed> all, TableStyle style) {
  std::vector<TableRow> rows = {{"vectors", "measure", "value", "95 % interval"}};
  const bool compared = all.size() > 1;
  if (compared)
    for (const char* const column : {"difference", "95 % interval", "p"}) rows[0].emplace_back(column);
  for (const Probed& probed : all)
    for (const Measured& m : probed.measured()) {
      TableRow& row = rows.emplace_back(
          TableRow{probed.file, m.name, format(m.value, m.share) + (m.share ? " %" : ""), format(m.interval, m.share)});
      if (!compared) continue;
      row.push_back(m.difference ? format(m.difference->value, m.share, true) : "-");
      row.push_back(m.difference ? format(m.difference->interval, m.share, true) : "-");
      row.push_back(m.difference ? format_p_value(m.difference->p_value) : "-");
    }
  std::cout << to_text(rows, 2, style);
}

void print_classes(std::span<const Probed> all, TableStyle style) {
  std::vector<TableRow> rows = {{"vectors", "label", "in training", "in test", "predicted", "correct", "F1"}};
  for (const Probed& probed : all)
    for (const ProbeResult::Class& c : probed.result.classes)
      rows.push_back({probed.file, c.label, grouped(c.training), grouped(c.test), grouped(c.predicted),
                      grouped(c.correct), c.f1() ? format(*c.f1(), true) + " %" : "-"});
  std::cout << to_text(rows, 2, style);
}

void print_coverage(std::span<const Probed> all, TableStyle style) {
  std::vector<TableRow> rows = {{"vectors", "texts", "words", "known", "texts without a known word"}};
  for (const Probed& probed : all)
    for (const bool training : {true, false}) {
      const TextCoverage& coverage = training ? probed.result.training : probed.result.test;
      const std::string share =
          coverage.words == 0
              ? "-"
              : format(static_cast<double>(coverage.known) / static_cast<double>(coverage.words), true) + " %";
      rows.push_back({probed.file, training ? "training" : "test", grouped(coverage.words), share,
                      grouped(coverage.without_known)});
    }
  std::cout << to_text(rows, 2, style);
}

Json to_json(const TextCoverage& coverage) {
  return {{"texts", coverage.texts},
          {"empty", coverage.empty},
          {"without_known_word", coverage.without_known},
          {"words", coverage.words},
          {"known_words", coverage.known}};
}

Json to_json(const Probed& probed, const Probed& first) {
  const ProbeResult& result = probed.result;
  Json entry = {{"vectors", probed.file}};
  const std::vector<Measured> measured = probed.measured(), of_first = first.measured();
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const Measured& m = measured[i];
    const char* const keys[] = {"accuracy", "macro_f1", "log_loss"};
    Json& place = entry[keys[i]];
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

std::string description(const std::string& file, const LabelledTexts& texts) {
  const auto empty = std::ranges::count(texts.texts, "");
  return file + ", " + grouped(texts.texts.size()) + " texts, " + grouped(texts.classes.size()) + " labels" +
         (empty > 0 ? "; without a word " + grouped(static_cast<std::uint64_t>(empty)) : "");
}

/// What the commonest label of the training, always predicted, would be right for.
std::string commonest_label(const ProbeResult& result) {
  const ProbeResult::Class& commonest = *std::ranges::max_element(result.classes, {}, &ProbeResult::Class::training);
  return "'" + commonest.label + "', which " +
         format(static_cast<double>(commonest.test) / static_cast<double>(result.accuracy.total), true) +
         " % of the test have";
}

ProbeResult probed_with(const std::string& file, const Embeddings& vectors, const LabelledTexts& training,
                        const LabelledTexts& test, const ProbeOptions& rules) {
  try {
    return probe(vectors, training, test, rules, &progress());
  } catch (const Error& error) {
    throw Error(file + ": " + error.what());
  }
}

}  // namespace

int run_probe(std::span<const std::string> arguments) {
  std::string training_file, test_file;
  std::vector<std::string> files;
  bool json = false, markdown = false;
  ProbeOptions rules;
  ConsoleOptions console;
  Options options(
      "probe TRAIN TEST VECTORS [VECTORS...] [options]",
      "Trains a classifier of texts on word vectors and tests it on other texts: what the vectors are worth to a "
      "model. "
      "Several vectors are compared with the first. TRAIN and TEST hold a labelled text a line, '__label__NAME text' "
      "(fastText) or a label, a tab and the text; a text is the mean of its words' vectors; the classifier is softmax "
      "(logistic) regression.");
  options.positional("TRAIN", training_file)
      .positional("TEST", test_file)
      .positionals("VECTORS", files, 1)
      .add("strength,C", rules.strength, "how much errors weigh against the size of weights; scikit-learn's C")
      .add("lengths", rules.keep_lengths, "words' vectors as they are, not first scaled to length 1")
      .add("resamples", rules.bootstrap.resamples, "of the bootstrap, for intervals and tests")
      .add("seed", rules.bootstrap.seed, "of the bootstrap")
      .add("threads,thread", rules.threads, "0: all cores")
      .add("markdown", markdown, "the tables in Markdown")
      .add("json", json, "one JSON document, with every prediction");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (json && markdown) throw OptionError("--json and --markdown exclude each other");
  rules.bootstrap.threads = rules.threads;
  validate(rules);
  if ((training_file == "-") + (test_file == "-") + std::ranges::count(files, "-") > 1)
    throw OptionError("only one of TRAIN, TEST and VECTORS can be -, standard input");

  const LabelledTexts training = read_labelled_texts(training_file, &progress());
  const LabelledTexts test = read_labelled_texts(test_file, &progress());
  require_learnable(training, test);
  std::vector<Probed> all;
  for (const std::string& file : files) {
    const Embeddings vectors = load(file, console, {.threads = rules.threads});
    Probed& probed = all.emplace_back(Probed{file, probed_with(file, vectors, training, test, rules), {}});
    if (all.size() > 1) probed.difference = compare(probed.result, all[0].result, rules.bootstrap);
  }

  const std::string words = rules.keep_lengths ? "vectors as they are" : "vectors of length 1";
  const std::string intervals = "95 %, percentile bootstrap over the test's texts, " +
                                std::to_string(rules.bootstrap.resamples) + " resamples, seed " +
                                std::to_string(rules.bootstrap.seed);
  if (json) {
    Json document = {{"training", training_file},
                     {"test", test_file},
                     {"conventions", {{"text", "mean of its words"}, {"words", words}, {"strength", rules.strength}}}};
    document["conventions"]["intervals"] = intervals;
    document["results"] = Json::array();
    for (const Probed& probed : all) document["results"].push_back(to_json(probed, all[0]));
    print(document);
    return 0;
  }
  std::cout << "training: " << description(training_file, training) << '\n'
            << "test: " << description(test_file, test) << '\n'
            << "commonest label of the training: " << commonest_label(all[0].result) << '\n'
            << "text: mean of its words, " << words << '\n';
  char strength[32];
  std::snprintf(strength, sizeof strength, "%g", rules.strength);
  std::cout << "classifier: softmax regression, C " << strength << '\n' << "intervals: " << intervals << '\n';
  if (all.size() > 1)
    std::cout << "differences: to " << files[0] << ", of accuracies " << mcnemar_test << ", of log-losses "
              << bootstrap_test << '\n';
  const TableStyle style = markdown ? TableStyle::markdown : TableStyle::text;
  for (const auto show : {print_measured, print_classes, print_coverage}) {
    std::cout << '\n';
    show(all, style);
  }
  return 0;
}
