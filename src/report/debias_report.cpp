#include "src/report/debias_report.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "src/debias/occupation_bias.hpp"
#include "src/report/bias_forest.hpp"
#include "src/report/bias_picture.hpp"
#include "src/report/bias_report.hpp"
#include "src/report/debias_summary.hpp"
#include "src/report/document.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"
#include "src/base/text_numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace equivec {

namespace {

/// A measurement before and after.
struct Measured {
  const BiasMeasure* measure;
  std::string sets, query;
  std::optional<BiasMeasurement> before, after;
  std::string error;
};

/// The effect size if the measure has one; it may be missing after debiasing, when the words no longer differ.
std::string headline(const std::optional<BiasMeasurement>& measured, bool has_effect_size) {
  if (!measured) return "-";
  return format_estimate(has_effect_size ? measured->effect_size : measured->value, measured->interval);
}

/// What is measured with one collection of sets.
struct Asked {
  BiasWordSets sets;
  std::string_view measure;               ///< empty: all that suit the sets
  std::vector<std::string_view> queries;  ///< empty: all
};

/// The given sets, and for gender the published tests of gender bias.
std::vector<Asked> asked(const BiasWordSets& sets) {
  std::vector<Asked> all = {{sets, "", {}}};
  if (sets.name != "gender") return all;
  all.push_back({read_word_sets("weat"), "weat", {"weat-6", "weat-7", "weat-8"}});
  all.push_back({read_word_sets("sembias"), "sembias", {}});
  all.push_back({read_word_sets("occupation-shares"), "occupation-shares", {"occupations-female"}});
  return all;
}

std::vector<Measured> measure_all(const DebiasReport& report, Progress& progress) {
  std::vector<Measured> result;
  const std::vector<Asked> all = asked(report.sets);
  std::vector<const BiasWordSets*> sets_of;
  for (const auto& [sets, name, queries] : all)
    for (const BiasMeasure& measure : bias_measures()) {
      if (!name.empty() && measure.name != name) continue;
      for (const std::string& query : measure.queries(sets, measure.name)) {
        if (!queries.empty() && std::ranges::find(queries, query) == queries.end()) continue;
        result.push_back({&measure, sets.name, query, {}, {}, ""});
        sets_of.push_back(&sets);
      }
    }
  progress.done = 0;
  progress.total = result.size() + report.similarities.size() + report.analogies.size();
  for (std::size_t i = 0; i < result.size(); ++i) {
    check_cancelled(&progress);
    Measured& row = result[i];
    try {
      row.before = measure(*row.measure, report.before, *sets_of[i], row.query, report.measuring, nullptr, &progress);
      row.after = measure(*row.measure, report.debiased.embeddings, *sets_of[i], row.query, report.measuring,
                          &report.before, &progress);
    } catch (const Error& error) {
      row.error = error.what();
    }
    ++progress.done;
  }
  return result;
}

/// Measures for which the sets have no words.
std::string not_asked(const std::vector<Measured>& measured) {
  std::string names;
  for (const BiasMeasure& measure : bias_measures())
    if (std::ranges::find(measured, measure.name, [](const Measured& row) { return row.measure->name; }) ==
        measured.end())
      names += (names.empty() ? "" : ", ") + std::string(measure.name);
  return names;
}

/// A score before and after, and the test of the difference (after minus before).
struct Scored {
  std::string set, score;
  std::optional<double> before, after;
  std::optional<Difference> difference;
};

std::vector<Scored> score_all(const DebiasReport& report, Progress& progress) {
  EvaluateOptions rules;
  rules.threads = rules.bootstrap.threads = report.measuring.threads;
  rules.bootstrap.seed = rules.seed = report.measuring.seed;
  std::vector<Scored> result;
  for (const SimilaritySet& set : report.similarities) {
    check_cancelled(&progress);
    const SimilarityResult before = evaluate(report.before, set, rules),
                           after = evaluate(report.debiased.embeddings, set, rules);
    result.push_back({set.name, "Spearman", before.scores.at(0).spearman, after.scores.at(0).spearman,
                      compare(after, before, Correlation::spearman, rules.bootstrap)});
    ++progress.done;
  }
  for (const AnalogySet& set : report.analogies) {
    check_cancelled(&progress);
    const AnalogyResult before = evaluate(report.before, set, rules),
                        after = evaluate(report.debiased.embeddings, set, rules);
    result.push_back({set.name, "accuracy, 3CosAdd", before.all.value(), after.all.value(),
                      compare(after, before, rules.bootstrap)});
    ++progress.done;
  }
  return result;
}

struct Moved {
  WordId word;
  double cosine;  ///< between its vectors before and after
};

/// The words among the first `restrict` whose direction changed most, without those that did not change.
std::vector<Moved> moved_most(const DebiasReport& report, std::size_t count) {
  const Embeddings &before = report.before, &after = report.debiased.embeddings;
  std::vector<Moved> moved;
  for (std::size_t row = 0; row < std::min(before.size(), report.measuring.restrict); ++row) {
    const WordId word = word_id(row);
    if (unit_vector(before[word]).isZero(0)) continue;
    // A cosine of 1 to three digits is no change.
    if (const double similar = cosine(before[word], after[word]); similar < 0.9995) moved.push_back({word, similar});
  }
  count = std::min(count, moved.size());
  std::ranges::partial_sort(moved, moved.begin() + static_cast<std::ptrdiff_t>(count), {}, &Moved::cosine);
  moved.resize(count);
  return moved;
}

BiasAxis axis_of(const std::string& title, const OccupationBias& measured, const Vocabulary& vocabulary) {
  BiasAxis axis{title + ": direct bias " + formatted("%.4f", *measured.value), {}};
  for (const WordBias& word : measured.words) axis.words.emplace_back(vocabulary.word(word.word), word.cosine);
  return axis;
}

/// What debiasing does not achieve, with the numbers of this run.
std::vector<std::string> caveats(const DebiasReport& report, const std::vector<Measured>& measured) {
  std::vector<std::string> texts = {
      "A direction learnt from some pairs of words is not all that people mean by bias. What the method took out is "
      "what "
      "it was told to look for, in the words it was given.",
      "The method changes " + std::string(report.method.changes) +
          ". The lists of words are people's; a word that none of them has is treated as if it should be neutral.",
      "Vectors are not a model. What a system learns from its own data on top of them can bring the same bias back."};
  const auto value = [&](std::string_view name) -> const BiasMeasurement* {
    for (const Measured& row : measured)
      if (row.measure->name == name && row.after && row.after->value) return &*row.after;
    return nullptr;
  };
  if (const BiasMeasurement* clusters = value("cluster-bias"))
    texts.push_back("Recoverable: two clusters still put " + formatted("%.0f %%", 100 * *clusters->value) +
                    " of the words that were most biased before on their old side (50 % is chance).");
  if (const BiasMeasurement* classified = value("classification-bias"))
    texts.push_back("Recoverable: a classifier that saw a fifth of these words finds the old side of " +
                    formatted("%.0f %%", 100 * *classified->value) + " of the others (50 % is chance).");
  if (const BiasMeasurement* neighbors = value("neighbor-bias"))
    texts.push_back(
        "Recoverable: how biased an occupation was can be told from its neighbours, with a correlation of " +
        formatted("%.2f", *neighbors->value) + " (0 is nothing).");
  return texts;
}

std::string name_and_choices(const DebiasReport& report) {
  std::string text = std::string(report.method.name) + " (" + std::string(report.method.paper) + ")";
  for (const auto& [name, value] : report.debiased.choices) text += "; " + name + ": " + value;
  return text;
}

std::filesystem::path measures_picture(const std::filesystem::path& file) { return file.string() + ".measures.svg"; }
std::filesystem::path occupations_picture(const std::filesystem::path& file) { return file.string() + ".svg"; }

void add_measures_picture(Document& page, const DebiasReport& report, const std::vector<Measured>& measured) {
  BiasForest forest{{"before", "after"}, {}};
  const auto estimate = [](const std::optional<BiasMeasurement>& found) {
    return found ? std::optional(BiasForest::Estimate{found->value, found->effect_size, found->interval})
                 : std::nullopt;
  };
  for (const Measured& row : measured)
    if (row.before)
      forest.rows.push_back({std::string(row.measure->name),
                             row.sets,
                             row.query,
                             row.measure->unbiased,
                             {estimate(row.before), estimate(row.after)}});
  if (forest.rows.empty()) return;
  page.picture(forest_plot(forest, ""),
               "The measures of the table: values with their 95 % intervals, before and after.",
               measures_picture(report.file).filename().string());
}

/// A picture with its numbers; for several directions, along which a word has no side, the numbers only.
void add_occupations(Document& page, const DebiasReport& report) {
  const OccupationBias &before = report.occupations_before, &after = report.occupations_after;
  const Vocabulary& vocabulary = report.before.vocabulary();
  const BiasDirection& direction = report.debiased.direction;
  const int rank = direction.subspace.rank();
  page.heading("Occupations");
  if (rank == 1 && after.value)
    page.picture(bias_picture(std::array{axis_of("before", before, vocabulary), axis_of("after", after, vocabulary)},
                              direction.first_pole, direction.last_pole),
                 "Occupations along the direction from '" + direction.last_pole + "' to '" + direction.first_pole +
                     "' that was learnt before debiasing: cosines, one dot each.",
                 occupations_picture(report.file).filename().string());
  const auto number = [](const std::optional<double>& value) { return value ? formatted("%.4f", *value) : "nothing"; };
  std::string text = (rank == 1 ? "Along this direction, that of before, the direct bias (mean |cosine|) of "
                                : "In the subspace of the " + std::to_string(rank) +
                                      " directions of before the direct bias (mean length of the parts in it) of ") +
                     std::to_string(before.words.size()) + " occupations was " + number(before.value) + " and is " +
                     number(after.value) + ".";
  if (!after.by_meaning.empty()) {
    text += " Of those that should have none it was " + number(before.of_neutral) + " and is " +
            number(after.of_neutral) + "; the others are what they are by meaning, as the sets say:";
    for (const WordId word : after.by_meaning) text += " " + std::string(vocabulary.word(word));
    text += ".";
  }
  page.paragraph(text +
                 " The measure direct-bias above asks the vectors after debiasing for a direction of their own.");
}

/// How the numbers were computed, and the words left out.
std::string rules_of(const DebiasReport& report) {
  const Vocabulary& vocabulary = report.before.vocabulary();
  std::string text = "Measures go by one direction, found by " +
                     std::string(name_of(report.measuring.direction.method)) +
                     "; the most biased words are those of before, of the first " +
                     grouped(std::min(report.before.size(), report.measuring.restrict)) +
                     " words; intervals: " + std::to_string(report.measuring.resamples) + " resamples, seed " +
                     std::to_string(report.measuring.seed) + ". Of weat the number is the effect size d.";
  const auto add = [&](const std::string& what, const std::vector<std::string>& words) {
    if (!words.empty()) text += " " + what + " " + list(words) + ".";
  };
  add("Words of the sets that are not in the vocabulary:", report.debiased.missing);
  add("Words that were nothing but bias, now zero:", words_of(vocabulary, report.debiased.vanished));
  return text;
}

Document document_of(const DebiasReport& report, const std::vector<Measured>& measured,
                     const std::vector<Scored>& scored) {
  Document page("Debiased vectors: " + report.output);
  const Vocabulary& vocabulary = report.before.vocabulary();
  page.paragraph("Made from " + report.vectors + " (" + grouped(report.before.size()) + " words, " +
                 std::to_string(report.before.dimension()) + " numbers each) with the word sets '" + report.sets.name +
                 "' by " + name_and_choices(report) + ".");

  page.heading("Bias before and after");
  std::vector<TableRow> rows = {{"measure", "query", "what it is", "better", "before [95 %]", "after [95 %]"}};
  for (const Measured& row : measured) {
    TableRow& cells = rows.emplace_back(TableRow{std::string(row.measure->name), row.query,
                                                 std::string(row.measure->title), std::string(row.measure->better)});
    const bool has_effect_size = (row.before && row.before->effect_size) || (row.after && row.after->effect_size);
    cells.push_back(headline(row.before, has_effect_size));
    cells.push_back(row.error.empty() ? headline(row.after, has_effect_size) : "not measured: " + row.error);
  }
  page.table(std::move(rows), 4);
  add_measures_picture(page, report, measured);

  page.paragraph(rules_of(report));
  if (const std::string names = not_asked(measured); !names.empty())
    page.paragraph("Not measured, since the sets hold nothing for them: " + names + ".");

  if (!report.occupations_before.words.empty()) add_occupations(page, report);

  page.heading("What is proved of the vectors written");
  rows = {{"promise", "worst", "bound"}};
  for (const PostCondition& condition : report.debiased.conditions)
    rows.push_back({condition.promise, formatted("%.2e", condition.worst), formatted("%.2e", condition.bound)});
  page.table(std::move(rows), 1);

  page.heading("What it cost");
  if (scored.empty()) {
    page.paragraph("No sets of similarities or analogies were given (--similarity, --analogies), so nobody knows.");
  } else {
    rows = {{"set", "score", "before", "after", "difference [95 %]", "p"}};
    for (const Scored& row : scored)
      rows.push_back(
          {row.set, row.score, format_estimate(row.before, {}), format_estimate(row.after, {}),
           row.difference ? format_estimate(std::optional(row.difference->value), row.difference->interval) : "-",
           format_p_value(row.difference ? row.difference->p_value : std::nullopt)});
    page.table(std::move(rows), 2);
  }

  page.heading("Words that moved most");
  rows = {{"word", "cosine of before and after"}};
  for (const Moved& word : moved_most(report, 20))
    rows.push_back({std::string(vocabulary.word(word.word)), formatted("%.3f", word.cosine)});
  page.table(std::move(rows), 1);

  page.heading("What debiasing does not do");
  page.list(caveats(report, measured));
  return page;
}

Json measures_json(const std::vector<Measured>& measured) {
  const auto measurement = [](const std::optional<BiasMeasurement>& found) -> Json {
    if (!found) return nullptr;
    return {{"value", number(found->value)},
            {"effect_size", number(found->effect_size)},
            {"p_value", number(found->p_value)},
            {"interval", to_json(found->interval)}};
  };
  Json document = Json::array();
  for (const Measured& row : measured) {
    Json entry = {{"measure", row.measure->name},
                  {"sets", row.sets},
                  {"query", row.query},
                  {"unbiased", row.measure->unbiased},
                  {"before", measurement(row.before)},
                  {"after", measurement(row.after)}};
    if (!row.error.empty()) entry["error"] = row.error;
    document.push_back(std::move(entry));
  }
  return document;
}

Json occupations_json(const DebiasReport& report) {
  Json document = Json::array();
  for (const WordBias& before : report.occupations_before.words) {
    const auto& words = report.occupations_after.words;
    const auto after = std::ranges::find(words, before.word, &WordBias::word);
    document.push_back({{"word", std::string(report.before.vocabulary().word(before.word))},
                        {"before", before.cosine},
                        {"after", after == words.end() ? Json(nullptr) : Json(after->cosine)}});
  }
  return document;
}

Json utility_json(const std::vector<Scored>& scored) {
  Json document = Json::array();
  for (const Scored& row : scored) {
    Json entry = {{"set", row.set}, {"score", row.score}, {"before", number(row.before)}, {"after", number(row.after)}};
    entry["difference"] = row.difference ? Json(row.difference->value) : Json(nullptr);
    entry["interval"] = row.difference ? to_json(row.difference->interval) : Json(nullptr);
    entry["p_value"] = row.difference ? number(row.difference->p_value) : Json(nullptr);
    document.push_back(std::move(entry));
  }
  return document;
}

Json json_of(const DebiasReport& report, const std::vector<Measured>& measured, const std::vector<Scored>& scored) {
  Json document = {{"vectors", report.vectors},
                   {"output", report.output},
                   {"method", report.method.name},
                   {"paper", report.method.paper},
                   {"sets", report.sets.name},
                   {"restrict", report.measuring.restrict},
                   {"resamples", report.measuring.resamples},
                   {"seed", report.measuring.seed},
                   {"missing", report.debiased.missing},
                   {"vanished", words_of(report.before.vocabulary(), report.debiased.vanished)}};
  document["choices"] = choices_json(report.debiased);
  document["conditions"] = conditions_json(report.debiased.conditions);
  document["measures"] = measures_json(measured);
  document["occupations"] = occupations_json(report);
  document["utility"] = utility_json(scored);
  document["moved"] = Json::array();
  for (const Moved& word : moved_most(report, 20))
    document["moved"].push_back(
        {{"word", std::string(report.before.vocabulary().word(word.word))}, {"cosine", word.cosine}});
  document["caveats"] = caveats(report, measured);
  return document;
}

}  // namespace

BiasMeasureOptions measuring_options(const DebiasOptions& options) {
  BiasMeasureOptions measuring;
  measuring.direction = options.direction;
  measuring.direction.rank = 1;
  measuring.restrict = options.restrict;
  measuring.seed = options.seed;
  measuring.threads = options.threads;
  return measuring;
}

std::vector<std::filesystem::path> report_files(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".md") return {file, measures_picture(file), occupations_picture(file)};
  if (ending == ".html" || ending == ".json") return {file};
  throw OptionError("--report: " + file.string() + ": the ending names the format: .html, .md or .json");
}

std::vector<ReportFile> render_report(const DebiasReport& report, Progress& progress) {
  const std::filesystem::path file = report.file;
  report_files(file);  // whether it is one
  const std::vector<Measured> measured = measure_all(report, progress);
  const std::vector<Scored> scored = score_all(report, progress);
  if (file.extension() == ".json")
    return {{file, json_of(report, measured, scored).dump(2, ' ', false, Json::error_handler_t::replace) + "\n"}};
  const Document page = document_of(report, measured, scored);
  if (file.extension() == ".html") return {{file, page.html()}};
  std::vector<ReportFile> files = {{file, page.markdown()}};
  for (const auto& [svg, name] : page.pictures()) files.push_back({file.parent_path() / name, svg});
  return files;
}

}  // namespace equivec
