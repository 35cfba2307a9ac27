#include "src/report/counterfactual_report.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/downstream/sentence_templates.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/comparison.hpp"

#include <algorithm>

namespace equivec {

namespace {

std::uint32_t positive_class_of(const CounterfactualRequest& request, const LabelledTexts& training) {
  const std::vector<std::string>& classes = training.classes;
  if (request.positive.empty()) {
    if (classes.size() == 2) return 1;
    throw OptionError("positive: " + training.name + " has " + std::to_string(classes.size()) +
                      " labels; name the one whose probability is the score");
  }
  const auto found = std::ranges::find(classes, request.positive);
  if (found == classes.end())
    throw OptionError("positive: '" + escaped(request.positive) + "' is no label of " + training.name + "; " +
                      suggestion(request.positive, std::vector<std::string_view>(classes.begin(), classes.end())));
  return static_cast<std::uint32_t>(found - classes.begin());
}

/// The labels of the test as indices of the training's classes. REQUIRES: require_learnable().
std::vector<std::uint32_t> labels_among(const LabelledTexts& training, const LabelledTexts& test) {
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t label : test.labels)
    labels.push_back(static_cast<std::uint32_t>(std::ranges::find(training.classes, test.classes[label]) -
                                                training.classes.begin()));
  return labels;
}

std::string in_percent(double share, bool sign = false) { return formatted(sign ? "%+.1f" : "%.1f", 100 * share); }
std::string signed_score(double score) { return formatted("%+.4f", score); }

std::string shown(const std::optional<Interval>& interval, std::string (*one)(double)) {
  return interval ? one(interval->low) + " .. " + one(interval->high) : "-";
}

std::string percent(double share) { return in_percent(share); }
std::string signed_percent(double share) { return in_percent(share, true); }
std::string plain_score(double score) { return formatted("%.4f", score); }

/// Value, interval and p-value.
void add_difference(TableRow& row, const std::optional<Difference>& difference, std::string (*one)(double)) {
  row.push_back(difference ? one(difference->value) : "-");
  row.push_back(difference ? shown(difference->interval, one) : "-");
  row.push_back(format_p_value(difference ? difference->p_value : std::nullopt));
}

std::string shown(const TextShare& share) {
  const std::optional<double> value = share.value();
  return value ? in_percent(*value) + " % of " + grouped(share.proportion.total) : "-";
}

TitledTable flips_table(const CounterfactualPlan& plan, std::span<const JudgedTexts> all, const std::string& what) {
  TitledTable table{
      {{what, "texts", "with a twin", "flips", "95 % interval", "score, " + plan.groups[0] + " - " + plan.groups[1],
        "95 % interval", "p", "mean |score difference|", "95 % interval"}},
      2};
  for (const JudgedTexts& judged : all)
    for (std::size_t i = 0; i < plan.texts.size(); ++i) {
      const CounterfactualResult& result = judged.results[i];
      TableRow row = {judged.name, plan.texts[i].name, grouped(result.texts)};
      row.push_back(result.flips.value() ? in_percent(*result.flips.value()) + " %" : "-");
      row.push_back(shown(result.flips.interval, percent));
      add_difference(row, result.score, signed_score);
      row.push_back(result.absolute_score ? plain_score(*result.absolute_score) : "-");
      row.push_back(shown(result.absolute_score_interval, plain_score));
      table.rows.push_back(std::move(row));
    }
  return table;
}

TitledTable rates_table(const CounterfactualPlan& plan, std::span<const JudgedTexts> all, const std::string& what) {
  TitledTable table{{{what, "rate", plan.groups[0], plan.groups[1], "gap", "95 % interval", "p", "gap of twins",
                      "95 % interval", "p"}},
                    2};
  for (const JudgedTexts& judged : all)
    for (std::size_t i = 0; i < plan.texts.size(); ++i) {
      if (plan.texts[i].twins.labels.empty()) continue;
      const CounterfactualResult& result = judged.results[i];
      for (const bool of_positive : {false, true}) {
        const auto share = [&](std::size_t group) {
          return shown(of_positive ? result.rates[group].true_positive : result.rates[group].false_positive);
        };
        TableRow row = {judged.name, of_positive ? "true positive" : "false positive", share(0), share(1)};
        add_difference(row, of_positive ? result.true_positive_gap : result.false_positive_gap, signed_percent);
        add_difference(row, of_positive ? result.true_positive_twin_gap : result.false_positive_twin_gap,
                       signed_percent);
        table.rows.push_back(std::move(row));
      }
    }
  return table;
}

TitledTable differences_table(const CounterfactualPlan& plan, std::span<const JudgedTexts> all,
                              const std::string& what) {
  TitledTable table{{{what, "texts", "flips, difference", "95 % interval", "p", "mean |score difference|, difference",
                      "95 % interval", "p"}},
                    2};
  for (const JudgedTexts& judged : all)
    for (std::size_t i = 0; i < judged.differences.size(); ++i) {
      TableRow row = {judged.name, plan.texts[i].name};
      add_difference(row, judged.differences[i].flips, signed_percent);
      add_difference(row, judged.differences[i].absolute_score, signed_score);
      table.rows.push_back(std::move(row));
    }
  return table;
}

Json to_json(const TextShare& share) {
  return {{"value", number(share.value())},
          {"interval", to_json(share.interval)},
          {"count", share.proportion.count},
          {"total", share.proportion.total}};
}

Json difference_json(const std::optional<Difference>& difference, const char* test) {
  if (!difference) return nullptr;
  return {{"value", difference->value},
          {"interval", to_json(difference->interval)},
          {"p_value", number(difference->p_value)},
          {"common", difference->count},
          {"test", test}};
}

Json rates_json(const CounterfactualResult& result) {
  const auto of = [&](bool of_positive) -> Json {
    const auto share = [&](std::size_t group) {
      return to_json(of_positive ? result.rates[group].true_positive : result.rates[group].false_positive);
    };
    return {
        {"first", share(0)},
        {"second", share(1)},
        {"gap", difference_json(of_positive ? result.true_positive_gap : result.false_positive_gap, "bootstrap")},
        {"gap_of_twins",
         difference_json(of_positive ? result.true_positive_twin_gap : result.false_positive_twin_gap, mcnemar_test)}};
  };
  return {{"false_positive", of(false)}, {"true_positive", of(true)}};
}

}  // namespace

SwapWords requested_words(const CounterfactualRequest& request, const BiasWordSets& sets) {
  SwapWords words;
  if (request.pairs.empty()) {
    words = swap_words(sets);
  } else {
    words.name = request.pairs;
    words.pairs = words.persons = read_word_pairs(request.pairs);
  }
  if (!request.names.empty())
    for (WordPair& pair : read_name_pairs(request.names)) words.names.push_back(std::move(pair));
  return words;
}

CounterfactualPlan plan_counterfactuals(const CounterfactualRequest& request, const LabelledTexts& training,
                                        const LabelledTexts& test) {
  return plan_counterfactuals(request, request.pairs.empty() ? read_word_sets(request.sets) : BiasWordSets(), training,
                              test);
}

CounterfactualPlan plan_counterfactuals(const CounterfactualRequest& request, const BiasWordSets& sets,
                                        const LabelledTexts& training, const LabelledTexts& test) {
  const SwapWords words = requested_words(request, sets);
  const WordSwaps swaps(words);
  const std::uint32_t positive = positive_class_of(request, training);
  CounterfactualPlan plan{.words = (request.pairs.empty() ? "word sets '" + words.name + "'" : words.name) + ", " +
                                   grouped(words.pairs.size()) + " pairs and " + grouped(words.names.size()) +
                                   " of names",
                          .swapped_from = words.name,
                          .pairs = words.pairs.size(),
                          .names = words.names.size(),
                          .groups = words.pairs.empty() ? words.names.front() : words.pairs.front(),
                          .positive = training.classes[positive],
                          .positive_class = positive,
                          .texts = {}};
  if (request.texts) {
    plan.texts.push_back({"test", twin_texts(swaps, test.texts, labels_among(training, test))});
    if (plan.texts.back().twins.texts.empty() && !request.templates)
      throw Error(test.name + ": no text has a word of " + plan.words + ", so none has a twin; give other pairs");
  }
  if (request.texts && plan.texts.back().twins.texts.empty()) {
    plan.note = "no text of the test has a word that is swapped";
    plan.texts.clear();
  }
  if (request.templates)
    for (const TemplateFeeling feeling : template_feelings)
      plan.texts.push_back({"templates, " + std::string(name_of(feeling)), template_texts(words, feeling)});
  return plan;
}

JudgedTexts judge(const std::string& name, const CounterfactualPlan& plan, const TextClassifier& classifier,
                  const JudgedTexts* first, const BootstrapOptions& bootstrap, const Progress* progress) {
  const CounterfactualOptions options{.positive = plan.positive_class, .bootstrap = bootstrap};
  JudgedTexts judged{.name = name, .results = {}, .differences = {}};
  for (std::size_t i = 0; i < plan.texts.size(); ++i) {
    judged.results.push_back(counterfactuals(plan.texts[i].twins, classifier, options, progress));
    if (first) judged.differences.push_back(compare(judged.results[i], first->results[i], bootstrap).value());
  }
  return judged;
}

std::vector<TitledTable> counterfactual_tables(const CounterfactualPlan& plan, std::span<const JudgedTexts> all,
                                               const std::string& what) {
  std::vector<TitledTable> tables = {flips_table(plan, all, what)};
  if (TitledTable rates = rates_table(plan, all, what); rates.rows.size() > 1) tables.push_back(std::move(rates));
  if (all.size() > 1) tables.push_back(differences_table(plan, all, what));
  return tables;
}

std::vector<std::string> counterfactual_rules(const CounterfactualPlan& plan, std::span<const JudgedTexts> all) {
  std::vector<std::string> rules = {"counterfactuals: " + plan.words + " are swapped; groups: '" + plan.groups[0] +
                                    "' and '" + plan.groups[1] + "'; score: P('" + plan.positive + "')"};
  if (!plan.note.empty()) rules.push_back(plan.note);
  for (std::size_t i = 0; i < plan.texts.size(); ++i) {
    if (plan.texts[i].twins.labels.empty()) continue;
    const CounterfactualResult& result = all[0].results[i];
    rules.push_back("texts of the " + plan.texts[i].name + " that name '" + plan.groups[0] + "' " +
                    grouped(result.first) + ", '" + plan.groups[1] + "' " + grouped(result.second) + ", both " +
                    grouped(result.both) + ", none " + grouped(result.without) + "; words swapped " +
                    grouped(result.swapped));
  }
  return rules;
}

Json to_json(const CounterfactualPlan& plan) {
  return {{"swapped", plan.swapped_from}, {"pairs", plan.pairs},      {"names", plan.names},
          {"first", plan.groups[0]},      {"second", plan.groups[1]}, {"positive", plan.positive}};
}

Json to_json(const CounterfactualPlan& plan, const JudgedTexts& judged, const JudgedTexts& first) {
  Json document = Json::array();
  for (std::size_t i = 0; i < plan.texts.size(); ++i) {
    const CounterfactualResult& result = judged.results[i];
    Json entry = {{"texts", plan.texts[i].name},
                  {"with_twin", result.texts},
                  {"without_twin", result.without},
                  {"first", result.first},
                  {"second", result.second},
                  {"both", result.both},
                  {"swapped_words", result.swapped},
                  {"flips", to_json(result.flips)},
                  {"score", difference_json(result.score, "bootstrap")},
                  {"absolute_score",
                   {{"value", number(result.absolute_score)}, {"interval", to_json(result.absolute_score_interval)}}}};
    if (!plan.texts[i].twins.labels.empty()) entry["rates"] = rates_json(result);
    if (!judged.differences.empty()) {
      const CounterfactualResult& other = first.results[i];
      entry["flips"]["compare"] = to_json(other.flips.value(), judged.differences[i].flips, mcnemar_test);
      entry["absolute_score"]["compare"] =
          to_json(other.absolute_score, judged.differences[i].absolute_score, bootstrap_test);
    }
    document.push_back(std::move(entry));
  }
  return document;
}

}  // namespace equivec
