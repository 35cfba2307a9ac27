#include "equivec/base/error.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/evaluate/synonyms.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/search/analogy.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/report/eval_report.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <filesystem>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

struct Settings {
  std::string file, other_file, letters = "fold";
  std::vector<std::string> analogies, similarities, categories, outliers, synonyms, methods;
  EvaluateOptions rules;
  int restrict = 0;
  bool json = false, markdown = false;
  ConsoleOptions console;
};

/// False if help was asked for and shown.
bool parse(std::span<const std::string> arguments, Settings& settings) {
  Options options(
      "eval VECTORS --analogies FILE... --similarity FILE... [options]",
      "Scores vectors on sets of questions, with 95 % confidence intervals, the rules used and the number of "
      "questions left out; with --compare, tests the difference from other vectors.");
  options.positional("VECTORS", settings.file)
      .add("analogies", settings.analogies,
           "a b c d on a line, ': name' begins a section (Google, MSR); or a folder of pairs (BATS)")
      .add("similarity", settings.similarities,
           "two words and a human score a line, separated by tabs, commas or spaces")
      .add("categories", settings.categories, "a word and its category a line: purity of clusters")
      .add("outliers", settings.outliers, "groups of words with outliers: 8-8-8's CSV, or a folder of groups")
      .add("synonyms", settings.synonyms, "a word, the right choice and wrong ones a line (TOEFL)")
      .add("compare", settings.other_file, "other vectors, to test the difference from", "VECTORS")
      .add("method", settings.methods, "for analogies: " + names_of(analogy_methods) + "; 3cosadd by default",
           {"NAME", all_names(analogy_methods)})
      .add("epsilon", settings.rules.analogies.epsilon, "added to the denominator of 3cosmul; gensim: 1e-6")
      .add("include-query", settings.rules.analogies.include_query, "a question's words may be answers too")
      .add("restrict", settings.restrict, "use only the first N words of the vectors; 0 uses all")
      .add("case", settings.letters,
           "fold: A-Z count as a-z, and of words that become equal the first is used; exact: as written",
           {"NAME", {"fold", "exact"}})
      .add("include-alike", settings.rules.include_alike,
           "words that differ from a question's only by case may be answers, as in compute-accuracy")
      .add("resamples", settings.rules.bootstrap.resamples, "of the bootstrap, for intervals and tests")
      .add("seed", settings.rules.seed, "of the bootstrap, k-means and lrcos")
      .add("threads,thread", settings.rules.threads, "0: all cores")
      .add("markdown", settings.markdown, "the table in Markdown")
      .add("json", settings.json, "one JSON document");
  add_console_options(options, settings.console);
  return options.parse(arguments);
}

/// Checks the arguments and completes the rules.
void complete(Settings& settings) {
  if (settings.analogies.empty() && settings.similarities.empty() && settings.categories.empty() &&
      settings.outliers.empty() && settings.synonyms.empty())
    throw OptionError("nothing to evaluate: give --analogies, --similarity, --categories, --outliers or --synonyms");
  if (settings.letters != "fold" && settings.letters != "exact")
    throw OptionError("--case: expected fold or exact, found '" + settings.letters + "'");
  if (settings.json && settings.markdown) throw OptionError("--json and --markdown exclude each other");
  require_at_least("restrict", settings.restrict, 0);
  require_between("threads", settings.rules.threads, 0, 4096);
  settings.rules.restrict = static_cast<std::size_t>(settings.restrict);
  settings.rules.fold_case = settings.letters == "fold";
  settings.rules.bootstrap.threads = settings.rules.threads;
  settings.rules.bootstrap.seed = settings.rules.analogies.seed = settings.rules.seed;
  validate(settings.rules.bootstrap);
  validate(settings.rules.analogies);
}

EvaluationSets read_sets(const Settings& settings) {
  std::vector<AnalogyMethod> methods;
  for (const std::string& name : settings.methods) methods.push_back(value_named(name, "method", analogy_methods));
  if (methods.empty()) methods.push_back(AnalogyMethod::cos_add);
  return {.analogies = read_all(settings.analogies, read_analogies),
          .methods = std::move(methods),
          .similarities = read_all(settings.similarities, read_similarities),
          .categories = read_all(settings.categories, read_categories),
          .outliers = read_all(settings.outliers, read_outliers),
          .synonyms = read_all(settings.synonyms, read_synonyms)};
}

EvaluatedVectors load_named(const std::string& file, const Settings& settings) {
  return {file, load_to_ask(file, settings.console, {.threads = settings.rules.threads})};
}

EvaluationReport evaluate(const Settings& settings) {
  const EvaluationSets sets = read_sets(settings);  // first: what is wrong with them shows before vectors are read
  const EvaluatedVectors vectors = load_named(settings.file, settings);
  std::optional<EvaluatedVectors> other;
  if (!settings.other_file.empty()) other = load_named(settings.other_file, settings);
  const ProgressLine line("evaluating", "questions", settings.console);
  return evaluate_sets(vectors, other, sets, settings.rules, &progress());
}

}  // namespace

int run_eval(std::span<const std::string> arguments) {
  Settings settings;
  if (!parse(arguments, settings)) return 0;
  complete(settings);
  const EvaluationReport report = evaluate(settings);
  std::cout << (settings.json ? dump(report.document) + "\n"
                              : to_text(report, settings.markdown ? TableStyle::markdown : TableStyle::text));
  return 0;
}
