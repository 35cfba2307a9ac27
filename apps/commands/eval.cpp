#include "equivec/base/error.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/evaluate/synonyms.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/eval_report.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <array>
#include <iostream>

using namespace equivec;

namespace {

constexpr auto share = Measurement::Unit::share;
constexpr auto of_correlation = Measurement::Unit::correlation;
constexpr const char* mcnemar_test = "McNemar, exact";
constexpr const char* bootstrap_test = "paired bootstrap";

/// Evaluates sets of every kind, with one set of vectors or with two, and keeps what is to be shown.
class Evaluation {
 public:
  Evaluation(Embeddings vectors, std::optional<Embeddings> other, EvaluateOptions rules, ConsoleOptions console)
      : vectors_(std::move(vectors)), other_(std::move(other)), rules_(std::move(rules)), console_(console) {
    for (const char* const kind : {"analogies", "similarity", "categories", "outliers", "synonyms"})
      document[kind] = Json::array();
  }

  void add(const AnalogySet& set, AnalogyMethod method) {
    rules_.analogies.method = method;
    const std::string measure = "accuracy, " + std::string(name_of(method));
    const AnalogyResult result = evaluate_analogies(vectors_, set);
    std::optional<AnalogyResult> other;
    if (other_) other = evaluate_analogies(*other_, set);
    Measurement all = measurement(result.all, measure);
    if (other) compare_with(all, other->all.value(), compare(result, *other, rules_.bootstrap));
    Json entry = to_json(result.all, all);
    entry["method"] = name_of(method);
    entry["section_mean"] = number(result.section_mean);
    entry["section_mean_interval"] = equivec::to_json(result.section_mean_interval);
    entry["sections"] = Json::array();
    table.push_back(all);
    const bool sections = result.sections.size() > 1;
    if (sections)
      table.push_back({set.name, "mean of sections", measure, share, result.section_mean, result.section_mean_interval,
                       result.all.total, result.all.missing, other ? other->section_mean : std::nullopt});
    for (std::size_t i = 0; i < result.sections.size(); ++i) {
      Measurement section = measurement(result.sections[i], measure);
      section.set = set.name;
      section.part = result.sections[i].name;
      if (other)
        compare_with(section, other->sections[i].value(),
                     compare_proportions(discordance(result.outcomes[i], other->outcomes[i]), rules_.bootstrap));
      entry["sections"].push_back(to_json(result.sections[i], section));
      if (sections) table.push_back(section);
    }
    document["analogies"].push_back(entry);
  }

  void add(const SimilaritySet& set) {
    const SimilarityResult result = evaluate(vectors_, set, rules_);
    std::optional<SimilarityResult> other;
    if (other_) other = evaluate(*other_, set, rules_);
    Json entry = {{"name", set.name}};
    for (std::size_t i = 0; i < result.scores.size(); ++i) {
      const SimilarityResult::Score& score = result.scores[i];
      Json& place = i == 0 ? entry : entry["rules"][std::string(name_of(score.rule))];
      for (const Correlation kind : {Correlation::spearman, Correlation::pearson}) {
        const bool ranks = kind == Correlation::spearman;
        Measurement line{.set = set.name,
                         .part = "",
                         .measure = std::string(ranks ? "Spearman" : "Pearson"),
                         .unit = of_correlation,
                         .value = ranks ? score.spearman : score.pearson,
                         .interval = ranks ? score.spearman_interval : score.pearson_interval,
                         .known = result.known,
                         .missing = result.missing};
        const std::string name(name_of(kind));
        place[name] = number(line.value);
        place[name + "_interval"] = equivec::to_json(line.interval);
        if (score.rule != MissingRule::drop) {
          line.part = "missing: " + std::string(name_of(score.rule));
        } else if (other) {
          compare_with(line, ranks ? other->scores[0].spearman : other->scores[0].pearson,
                       compare(result, *other, kind, rules_.bootstrap));
          place[name + "_compare"] = equivec::to_json(line.other, line.difference, bootstrap_test);
        }
        if (i == 0 || result.missing > 0) table.push_back(line);
      }
      place["pairs"] = score.pairs;
      if (i == 0) place["missing"] = result.missing;
    }
    document["similarity"].push_back(entry);
  }

  void add(const CategorySet& set) {
    const CategoryResult result = evaluate(vectors_, set, rules_, &progress());
    std::optional<CategoryResult> other;
    if (other_) other = evaluate(*other_, set, rules_, &progress());
    Json entry = {{"name", set.name},
                  {"words", result.words},
                  {"missing", result.missing},
                  {"categories", result.categories},
                  {"purity", Json::object()}};
    for (std::size_t i = 0; i < result.clusterings.size(); ++i) {
      const CategoryResult::Clustering& clustering = result.clusterings[i];
      Measurement line{.set = set.name,
                       .part = "",
                       .measure = "purity, " + clustering.name,
                       .unit = share,
                       .value = clustering.purity,
                       .interval = clustering.interval,
                       .known = result.words,
                       .missing = result.missing};
      if (other && i < other->clusterings.size())
        compare_with(line, other->clusterings[i].purity, compare(result, *other, i, rules_.bootstrap));
      Json& place = entry["purity"][clustering.name];
      place = {{"value", number(line.value)}, {"interval", equivec::to_json(line.interval)}};
      if (other) place["compare"] = equivec::to_json(line.other, line.difference, bootstrap_test);
      table.push_back(line);
    }
    if (result.clusterings.empty())
      table.push_back({set.name, "", "purity", share, {}, {}, result.words, result.missing});
    document["categories"].push_back(entry);
  }

  void add(const OutlierSet& set) {
    const OutlierResult result = evaluate(vectors_, set, rules_);
    std::optional<OutlierResult> other;
    if (other_) other = evaluate(*other_, set, rules_);
    Measurement all = measurement(result.accuracy, "accuracy, outlier found");
    if (other) compare_with(all, other->accuracy.value(), compare(result, *other, rules_.bootstrap));
    table.push_back(all);
    table.push_back({set.name, "", "mean place of outliers", share, result.position, result.position_interval,
                     result.accuracy.total, result.accuracy.missing, other ? other->position : std::nullopt});
    Json entry = to_json(result.accuracy, all);
    entry["position"] = number(result.position);
    entry["position_interval"] = equivec::to_json(result.position_interval);
    document["outliers"].push_back(entry);
  }

  void add(const SynonymSet& set) {
    const SynonymResult result = evaluate(vectors_, set, rules_);
    Measurement all = measurement(result.accuracy, "accuracy, synonym chosen");
    if (other_) {
      const SynonymResult other = evaluate(*other_, set, rules_);
      compare_with(all, other.accuracy.value(), compare(result, other, rules_.bootstrap));
    }
    table.push_back(all);
    document["synonyms"].push_back(to_json(result.accuracy, all));
  }

  std::vector<Measurement> table;
  Json document;

 private:
  AnalogyResult evaluate_analogies(const Embeddings& vectors, const AnalogySet& set) const {
    const ProgressLine line("analogies", "questions", console_);
    return evaluate(vectors, set, rules_, &progress());
  }

  static Measurement measurement(const Accuracy& accuracy, std::string measure) {
    return {.set = accuracy.name,
            .part = "",
            .measure = std::move(measure),
            .unit = share,
            .value = accuracy.value(),
            .interval = accuracy.interval,
            .known = accuracy.total,
            .missing = accuracy.missing};
  }

  static void compare_with(Measurement& line, std::optional<double> value, std::optional<Difference> difference) {
    line.other = value;
    line.difference = difference;
  }

  Json to_json(const Accuracy& accuracy, const Measurement& line) const {
    Json entry = {{"name", accuracy.name},
                  {"correct", accuracy.correct},
                  {"total", accuracy.total},
                  {"missing", accuracy.missing},
                  {"accuracy", number(accuracy.value())},
                  {"interval", equivec::to_json(accuracy.interval)}};
    if (other_) entry["compare"] = equivec::to_json(line.other, line.difference, mcnemar_test);
    return entry;
  }

  Embeddings vectors_;
  std::optional<Embeddings> other_;
  EvaluateOptions rules_;
  ConsoleOptions console_;
};

template <class Read>
auto read_all(const std::vector<std::string>& files, const Read& read) {
  std::vector<decltype(read(std::filesystem::path()))> sets;
  for (const std::string& file : files) sets.push_back(read(file));
  return sets;
}

std::string explain(const Json& conventions) {
  std::string text;
  for (const auto& [name, value] : conventions.items()) {
    std::string title = name;
    std::ranges::replace(title, '_', ' ');
    text += title + ": " + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
  }
  return text;
}

}  // namespace

int run_eval(std::span<const std::string> arguments) {
  std::string file, other_file, letters = "fold";
  std::vector<std::string> analogies, similarities, categories, outlier_files, synonyms, method_names;
  int restrict = 0, threads = 0;
  bool json = false, markdown = false;
  EvaluateOptions rules;
  ConsoleOptions console;
  Options options(
      "eval VECTORS --analogies FILE... --similarity FILE... [options]",
      "Scores vectors on sets of questions, with 95 % confidence intervals, and tells by which rules and what was left "
      "out; with --compare tests the difference to other vectors.");
  options.positional("VECTORS", file)
      .add("analogies", analogies,
           "a b c d on a line, ': name' begins a section (Google, MSR); or a folder of pairs (BATS)")
      .add("similarity", similarities, "two words and people's score a line, by tabs, commas or blanks")
      .add("categories", categories, "a word and its category a line: purity of clusters")
      .add("outliers", outlier_files, "groups of words with outliers: 8-8-8's CSV, or a folder of groups")
      .add("synonyms", synonyms, "a word, the right choice and wrong ones a line (TOEFL)")
      .add("compare", other_file, "other vectors, to test the difference with", "VECTORS")
      .add("method", method_names,
           "of analogies: 3cosadd (if none is given), 3cosmul, pair-direction, squared-difference, 3cosavg, lrcos",
           "NAME")
      .add("epsilon", rules.analogies.epsilon, "what 3cosmul adds below the line; gensim: 1e-6")
      .add("include-query", rules.analogies.include_query, "a question's words may be answers too")
      .add("restrict", restrict, "use only the first N words of the vectors; 0 uses all")
      .add("case", letters,
           "fold: A-Z count as a-z, the first of words that then are alike is meant; exact: as written", "NAME")
      .add("include-alike", rules.include_alike,
           "words that a question's differ from by case alone may be answers, as in compute-accuracy")
      .add("resamples", rules.bootstrap.resamples, "of the bootstrap, for intervals and tests")
      .add("seed", rules.seed, "of the bootstrap, k-means and lrcos")
      .add("threads,thread", threads, "0: all cores")
      .add("markdown", markdown, "the table in Markdown")
      .add("json", json, "one JSON document");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (analogies.empty() && similarities.empty() && categories.empty() && outlier_files.empty() && synonyms.empty())
    throw OptionError("nothing to evaluate: give --analogies, --similarity, --categories, --outliers or --synonyms");
  if (letters != "fold" && letters != "exact")
    throw OptionError("--case: expected fold or exact, found '" + letters + "'");
  if (json && markdown) throw OptionError("--json and --markdown exclude each other");
  require_at_least("restrict", restrict, 0);
  require_between("threads", threads, 0, 4096);
  rules.restrict = static_cast<std::size_t>(restrict);
  rules.fold_case = letters == "fold";
  rules.threads = rules.bootstrap.threads = threads;
  rules.bootstrap.seed = rules.analogies.seed = rules.seed;
  validate(rules.bootstrap);
  validate(rules.analogies);
  std::vector<AnalogyMethod> methods;
  for (const std::string& name : method_names) methods.push_back(value_named(name, "method", analogy_methods));
  if (methods.empty()) methods.push_back(AnalogyMethod::cos_add);

  const auto analogy_sets = read_all(analogies, read_analogies);
  const auto similarity_sets = read_all(similarities, read_similarities);
  const auto category_sets = read_all(categories, read_categories);
  const auto outlier_sets = read_all(outlier_files, read_outliers);
  const auto synonym_sets = read_all(synonyms, read_synonyms);
  Embeddings vectors = load(file, console, {.threads = threads});
  std::optional<Embeddings> other;
  if (!other_file.empty()) other = load(other_file, console, {.threads = threads});

  Json conventions = {
      {"vectors", file}, {"words", restrict > 0 ? "the first " + std::to_string(restrict) : "all"}, {"case", letters}};
  if (!analogies.empty()) {
    Json names = Json::array();
    for (const AnalogyMethod method : methods) names.push_back(name_of(method));
    conventions["analogy_method"] = names.size() == 1 ? names[0] : names;
    conventions["query_words"] = rules.analogies.include_query             ? "included"
                                 : rules.fold_case && !rules.include_alike ? "excluded, in any case"
                                                                           : "excluded";
    conventions["questions_with_missing_words"] = "left out";
  }
  if (!similarities.empty()) {
    conventions["similarity_measure"] = "cosine";
    conventions["ties"] = "mean ranks";
    conventions["pairs_with_missing_words"] = "left out, and where some are also by the other rules";
  }
  if (!categories.empty()) conventions["clusters"] = "as many as categories, of unit vectors";
  if (!outlier_sets.empty()) conventions["outlier"] = "the least mean cosine to the others";
  if (!synonyms.empty()) conventions["synonym"] = "the largest cosine, ties wrong";
  conventions["intervals"] = "95 %, percentile bootstrap, " + std::to_string(rules.bootstrap.resamples) +
                             " resamples, seed " + std::to_string(rules.seed);
  if (other)
    conventions["compared_with"] =
        other_file + ", differences on what both know; of accuracies " + mcnemar_test + ", of others " + bootstrap_test;

  Evaluation evaluation(std::move(vectors), std::move(other), rules, console);
  for (const AnalogySet& set : analogy_sets)
    for (const AnalogyMethod method : methods) evaluation.add(set, method);
  for (const auto& set : similarity_sets) evaluation.add(set);
  for (const auto& set : category_sets) evaluation.add(set);
  for (const auto& set : outlier_sets) evaluation.add(set);
  for (const auto& set : synonym_sets) evaluation.add(set);

  if (json) {
    Json document = {{"vectors", file}, {"conventions", conventions}};
    document.update(evaluation.document);
    print(document);
    return 0;
  }
  std::cout << explain(conventions) << '\n';
  std::cout << to_text(evaluation.table, !other_file.empty(), markdown ? TableStyle::markdown : TableStyle::text);
  return 0;
}
