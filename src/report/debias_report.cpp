#include "src/report/debias_report.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/post_condition.hpp"
#include "src/debias/occupation_bias.hpp"
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

BeforeAndAfter pair_of(const DebiasReport& report) {
  return {report.before,       report.debiased.embeddings, report.sets,
          report.similarities, report.analogies,           report.measuring};
}

std::size_t words_looked_at(const DebiasReport& report) {
  const std::size_t restrict = report.measuring.restrict;
  return restrict == 0 ? report.before.size() : std::min(report.before.size(), restrict);
}

struct Moved {
  WordId word;
  double cosine;  ///< between its vectors before and after
};

/// The words among the first `restrict` whose direction changed most, without those that did not change.
std::vector<Moved> moved_most(const DebiasReport& report, std::size_t count) {
  const Embeddings &before = report.before, &after = report.debiased.embeddings;
  std::vector<Moved> moved;
  for (std::size_t row = 0; row < words_looked_at(report); ++row) {
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
std::vector<std::string> caveats(const DebiasReport& report, const std::vector<MeasuredTwice>& measured) {
  std::vector<std::string> texts = {
      "A direction learnt from some pairs of words is not all that people mean by bias. What the method took out is "
      "what "
      "it was told to look for, in the words it was given.",
      "The method changes " + std::string(report.method.changes) +
          ". The lists of words are people's; a word that none of them has is treated as if it should be neutral.",
      "Vectors are not a model. What a system learns from its own data on top of them can bring the same bias back."};
  const auto value = [&](std::string_view name) -> const BiasMeasurement* {
    for (const MeasuredTwice& row : measured)
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
  std::string text = measuring_rules(pair_of(report));
  const auto add = [&](const std::string& what, const std::vector<std::string>& words) {
    if (!words.empty()) text += " " + what + " " + list(words) + ".";
  };
  add("Words of the sets that are not in the vocabulary:", report.debiased.missing);
  add("Words that were nothing but bias, now zero:", words_of(vocabulary, report.debiased.vanished));
  return text;
}

/// Classifiers on the vectors of before and after.
std::optional<ProbeReport> probed_of(const DebiasReport& report, Progress& progress) {
  if (!report.probe) return std::nullopt;
  ProbeReport probed = *report.probe;
  probed.add("before", report.before, &progress);
  probed.add("after", report.debiased.embeddings, &progress);
  return probed;
}

void add_probe(Document& page, const ProbeReport& probed) {
  page.heading("What a classifier makes of it");
  page.paragraph("A softmax classifier was trained on the texts of " + probed.training_file +
                 ", each the mean of its words' vectors, and tested on those of " + probed.test_file + ".");
  TitledTable measures = probe_table(probed);
  page.table(std::move(measures.rows), measures.texts);
  if (!probed.counterfactuals) {
    page.paragraph("The sets have no pairs of words, so texts have no twins of another group.");
    return;
  }
  const CounterfactualPlan& plan = *probed.counterfactuals;
  const std::vector<JudgedTexts> judged = judged_texts(probed);
  page.paragraph(
      "A twin of a text is the same text with the words of the sets' pairs swapped. A decision flips if the "
      "twin gets another label.");
  page.list(counterfactual_rules(plan, judged));
  for (TitledTable& table : counterfactual_tables(plan, judged, "vectors"))
    page.table(std::move(table.rows), table.texts);
}

Document document_of(const DebiasReport& report, const SideBySide& found, const std::optional<ProbeReport>& probed) {
  Document page("Debiased vectors: " + report.output);
  const Vocabulary& vocabulary = report.before.vocabulary();
  page.paragraph("Made from " + report.vectors + " (" + grouped(report.before.size()) + " words, " +
                 std::to_string(report.before.dimension()) + " dimensions each) with the word sets '" +
                 report.sets.name + "' by " + name_and_choices(report) + ".");

  add_measures(page, found.measured, rules_of(report), report.file);
  if (!report.occupations_before.words.empty()) add_occupations(page, report);

  page.heading("What is proved of the vectors written");
  page.table(conditions_table(report.debiased.conditions), 1);

  page.heading("What it cost");
  if (found.scored.empty()) {
    page.paragraph("No sets of similarities or analogies were given (--similarity, --analogies), so nobody knows.");
  } else {
    page.table(scores_table(found.scored), 2);
  }

  if (probed) add_probe(page, *probed);

  page.heading("Words that moved most");
  std::vector<TableRow> rows = {{"word", "cosine of before and after"}};
  for (const Moved& word : moved_most(report, 20))
    rows.push_back({std::string(vocabulary.word(word.word)), formatted("%.3f", word.cosine)});
  page.table(std::move(rows), 1);

  page.heading("What debiasing does not do");
  page.list(caveats(report, found.measured));
  return page;
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

Json json_of(const DebiasReport& report, const SideBySide& found, const std::optional<ProbeReport>& probed) {
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
  document["measures"] = measures_json(found.measured);
  document["occupations"] = occupations_json(report);
  document["utility"] = scores_json(found.scored);
  if (probed) document["probe"] = to_json(*probed);
  document["moved"] = Json::array();
  for (const Moved& word : moved_most(report, 20))
    document["moved"].push_back(
        {{"word", std::string(report.before.vocabulary().word(word.word))}, {"cosine", word.cosine}});
  document["caveats"] = caveats(report, found.measured);
  return document;
}

}  // namespace

ProbeReport read_probe_texts(const std::string& training, const std::string& test, const std::string& positive,
                             const BiasWordSets& sets, const DebiasOptions& options, const Progress* progress) {
  ProbeReport probe{.training_file = training,
                    .test_file = test,
                    .training = read_labelled_texts(training, progress),
                    .test = read_labelled_texts(test, progress),
                    .options = {}};
  probe.options.threads = probe.options.bootstrap.threads = options.threads;
  probe.options.bootstrap.seed = options.seed;
  require_learnable(probe.training, probe.test);
  CounterfactualRequest request;
  request.texts = request.templates = true;
  request.positive = positive;
  if (has_swap_words(sets)) probe.counterfactuals = plan_counterfactuals(request, sets, probe.training, probe.test);
  return probe;
}

BiasMeasureOptions measuring_options(const DebiasOptions& options) {
  BiasMeasureOptions measuring;
  measuring.direction = options.direction;
  measuring.direction.rank = 1;
  measuring.restrict = options.restrict;
  measuring.seed = options.seed;
  measuring.threads = options.threads;
  return measuring;
}

std::vector<ReportFile> render_report(const DebiasReport& report, Progress& progress) {
  report_files(report.file);  // whether it is one
  const SideBySide found = side_by_side(pair_of(report), progress);
  const std::optional<ProbeReport> probed = probed_of(report, progress);
  const std::filesystem::path file = report.file;
  return file.extension() == ".json" ? files_of(json_of(report, found, probed), file)
                                     : files_of(document_of(report, found, probed), file);
}

}  // namespace equivec
