#include "src/report/debias_summary.hpp"

#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/post_condition.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/occupation_bias.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/table.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace equivec {

namespace {

std::string occupations_text(const std::string& when, const OccupationBias& measured, const Vocabulary& vocabulary,
                             int count) {
  if (!measured.value) return when + ": no occupation has a vector of any length\n";
  std::string text = when + ": direct bias of " + std::to_string(measured.words.size()) + " occupations " +
                     formatted("%.4f", *measured.value) + " (mean |cosine| with the direction of before; " +
                     std::to_string(measured.missing.size()) + " more are not in the vocabulary)\n";
  auto words = measured.words;
  std::ranges::stable_sort(words, std::ranges::greater(), [](const WordBias& word) { return std::abs(word.cosine); });
  if (words.empty() || count == 0) return text;
  text += "  most biased:";
  for (std::size_t i = 0; i < std::min(words.size(), static_cast<std::size_t>(count)); ++i)
    text += formatted("  %+.3f ", words[i].cosine) + std::string(vocabulary.word(words[i].word));
  return text + "\n";
}

std::string before_and_after(const DebiasReport& report, int count) {
  if (report.sets.occupations.empty()) return "the sets have no occupations to measure\n";
  const Vocabulary& vocabulary = report.before.vocabulary();
  const OccupationBias& after = report.occupations_after;
  std::string text = occupations_text("before", report.occupations_before, vocabulary, count) +
                     occupations_text("after", after, vocabulary, count);
  if (!after.by_meaning.empty() && after.of_neutral)
    text += "  " + formatted("%.4f", *after.of_neutral) + " over the " +
            std::to_string(after.words.size() - after.by_meaning.size()) + " that should have none; " +
            std::to_string(after.by_meaning.size()) + " are what they are by meaning, as the sets say:\n  " +
            list(words_of(vocabulary, after.by_meaning)) + "\n";
  return text;
}

/// "what: she/he woman/man"; empty for no sets.
std::string sets_text(const Vocabulary& vocabulary, const std::string& what,
                      std::span<const std::vector<WordId>> sets) {
  if (sets.empty()) return "";
  std::string text = what;
  for (const auto& set : sets) {
    std::string words;
    for (const std::string& word : words_of(vocabulary, set)) words += (words.empty() ? " " : "/") + word;
    text += words;
  }
  return text + "\n";
}

Json sets_json(const Vocabulary& vocabulary, std::span<const std::vector<WordId>> sets) {
  Json document = Json::array();
  for (const auto& set : sets) document.push_back(words_of(vocabulary, set));
  return document;
}

Json occupations_json(const OccupationBias& measured, const BiasWordSets& sets, const Vocabulary& vocabulary) {
  Json words = Json::array();
  for (const WordBias& word : measured.words)
    words.push_back({{"word", std::string(vocabulary.word(word.word))}, {"cosine", word.cosine}});
  return {{"measure", "direct-bias"},
          {"query", sets.name + ": occupations"},
          {"value", number(measured.value)},
          {"effect_size", nullptr},
          {"p_value", nullptr},
          {"interval", nullptr},
          {"conventions", {{"strictness", 1}, {"direction", "of before"}, {"missing_words", "left out"}}},
          {"missing", measured.missing},
          {"words", words}};
}

}  // namespace

std::string debias_methods_text() {
  std::string text;
  for (const DebiasMethod& method : debias_methods()) {
    text += std::string(method.name) + "\n  " + std::string(method.title) + " (" + std::string(method.paper) +
            ")\n  takes " + std::string(method.takes) + "\n  changes " + std::string(method.changes) + "\n";
    if (!method.options.empty()) text += "  options " + std::string(method.options) + "\n";
  }
  return text;
}

Json debias_methods_json() {
  Json document = Json::array();
  for (const DebiasMethod& method : debias_methods())
    document.push_back({{"method", method.name},
                        {"title", method.title},
                        {"paper", method.paper},
                        {"takes", method.takes},
                        {"changes", method.changes},
                        {"options", method.options}});
  return document;
}

std::string summary_text(const DebiasReport& report, int count) {
  const Vocabulary& vocabulary = report.before.vocabulary();
  const Debiased& debiased = report.debiased;
  std::string text = to_text(debiased.direction, report.sets.name) + before_and_after(report, count);
  for (const auto& [name, value] : debiased.choices) text += name + ": " + value + "\n";
  if (!debiased.neutralized.empty()) text += "neutralized " + grouped(debiased.neutralized.size()) + " words\n";
  if (!debiased.vanished.empty())
    text += "words that were nothing but bias, now zero: " + list(words_of(vocabulary, debiased.vanished)) + "\n";
  text +=
      sets_text(vocabulary, "equalized " + std::to_string(debiased.equalized.size()) + " sets:", debiased.equalized);
  text += sets_text(vocabulary,
                    "not equalized, since their words do not differ along the direction or stand in an earlier set:",
                    debiased.degenerate);
  text += conditions_text(debiased.conditions);
  if (!debiased.missing.empty()) text += "not in the vocabulary: " + list(debiased.missing) + "\n";
  if (!report.output.empty()) text += "wrote " + grouped(vocabulary.size()) + " vectors to " + report.output + "\n";
  if (!report.file.empty()) text += "wrote the report to " + report.file + "\n";
  return text;
}

Json choices_json(const Debiased& debiased) {
  Json choices = Json::object();
  for (const auto& [name, value] : debiased.choices) choices[name] = value;
  return choices;
}

std::string conditions_text(std::span<const PostCondition> conditions) {
  std::string text;
  for (const PostCondition& condition : conditions)
    text += "proved: " + condition.promise + formatted(": at most %.1e", condition.worst) +
            formatted(" (bound %.1e)", condition.bound) + "\n";
  return text;
}

std::vector<TableRow> conditions_table(std::span<const PostCondition> conditions) {
  std::vector<TableRow> rows = {{"promise", "worst", "bound"}};
  for (const PostCondition& condition : conditions)
    rows.push_back({condition.promise, formatted("%.2e", condition.worst), formatted("%.2e", condition.bound)});
  return rows;
}

Json conditions_json(std::span<const PostCondition> conditions) {
  Json document = Json::array();
  for (const PostCondition& condition : conditions)
    document.push_back({{"promise", condition.promise}, {"worst", condition.worst}, {"bound", condition.bound}});
  return document;
}

Json summary_json(const DebiasReport& report) {
  const Vocabulary& vocabulary = report.before.vocabulary();
  const Debiased& debiased = report.debiased;
  const OccupationBias& after = report.occupations_after;
  return {{"vectors", report.vectors},
          {"output", report.output},
          {"report", report.file.empty() ? Json(nullptr) : Json(report.file)},
          {"method", report.method.name},
          {"sets", report.sets.name},
          {"choices", choices_json(debiased)},
          {"conditions", conditions_json(debiased.conditions)},
          {"subspace", to_json(debiased.direction)},
          {"neutralized", debiased.neutralized.size()},
          {"direct_bias_of_neutral_occupations", number(after.of_neutral)},
          {"occupations_by_meaning", words_of(vocabulary, after.by_meaning)},
          {"vanished", words_of(vocabulary, debiased.vanished)},
          {"equalized", sets_json(vocabulary, debiased.equalized)},
          {"not_equalized", sets_json(vocabulary, debiased.degenerate)},
          {"missing", debiased.missing},
          {"before", occupations_json(report.occupations_before, report.sets, vocabulary)},
          {"after", occupations_json(after, report.sets, vocabulary)}};
}

}  // namespace equivec
