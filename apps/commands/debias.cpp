#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/parallel.hpp"
#include "src/debias/occupation_bias.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/files/output_file.hpp"
#include "src/report/debias_report.hpp"
#include "src/report/debias_summary.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/direction_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/report_options.hpp"
#include "apps/cli/vectors_output.hpp"

#include <filesystem>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

struct Arguments {
  std::vector<std::string> vectors;
  VectorsOutput output;
  std::string method = "hard", sets = "gender", direction = "pca";
  ReportOptions report;
  std::string probe_training, probe_test, positive;
  DebiasOptions settings;
  int restrict = static_cast<int>(settings.restrict), count = 8;
  bool list = false, json = false;
  ConsoleOptions console;
};

void add_options(Options& options, Arguments& given) {
  DebiasOptions& settings = given.settings;
  options.positionals("VECTORS", given.vectors, 0)
      .add("output,o", given.output.file, "the debiased vectors; the ending names the format", "OUT");
  add_format_options(options, given.output);
  options
      .add("method", given.method, "hard, neutralize, equalize, soft, oscar ... (see --list)",
           {"NAME", all_names(debias_methods(), &DebiasMethod::name)})
      .add("list", given.list, "list the methods, with their papers, options and the words that they change")
      .add("sets", given.sets, "word sets: gender, race, religion, or a JSON file (data/README.md)",
           {"NAME|FILE", all_names(builtin_word_sets(), std::identity())});
  add_direction_options(options, given.direction, settings.direction);
  options.add("lambda", settings.soft.lambda, "of soft: weight of the bias against the inner products")
      .add("sigma", settings.partial_projection.sigma, "of partial-projection: a larger one leaves more of the bias")
      .add("alpha", settings.half_sibling.alpha, "of half-sibling: ridge penalty; a larger one changes words less")
      .add("biased-words", settings.biased_words,
           "of double-hard, inlp, leace: number on each side; 0: the paper's share")
      .add("rounds", settings.inlp.rounds, "of inlp: the most directions to take out");
  add_report_options(options, given.report);
  options
      .add("probe-train", given.probe_training,
           "labelled texts, as in probe, for the report: what a classifier makes of texts and their twins", "FILE")
      .add("probe-test", given.probe_test, "texts to test it on", "FILE")
      .add("positive", given.positive, "the label whose probability is the score, as in probe", "LABEL");
  options
      .add("restrict", given.restrict,
           "biased words, and what the report measures, are among the first N words; 0: all")
      .add("seed", settings.seed, "of the random choices of the method and of the report's measures")
      .add("threads,thread", settings.threads, "0: all cores")
      .add("count,k", given.count, "number of the most biased words to show")
      .add("json", given.json, "one JSON document in place of text");
  add_console_options(options, given.console);
}

/// Throws OptionError for an option that other methods have and this one has not.
void require_options_of(const DebiasMethod& method, const Arguments& given, const Options& options) {
  const std::vector<std::string> own = split_words(method.options);
  for (const DebiasMethod& other : debias_methods())
    for (const std::string& name : split_words(other.options)) {
      const bool for_report = !given.report.file.empty() && (name == "restrict" || name == "seed");
      if (options.given(name) && !for_report && std::ranges::find(own, name) == own.end())
        throw OptionError("--" + name + ": " + given.method + " has no such option; --list shows which methods have");
    }
}

/// Throws OptionError unless the texts of a classifier are both given, for a report.
void require_probe(const Arguments& given) {
  if (given.probe_training.empty() != given.probe_test.empty())
    throw OptionError("--probe-train and --probe-test go together; give texts to train on and texts to test on");
  if (given.probe_training.empty() && !given.positive.empty())
    throw OptionError("--positive is for the classifier of --probe-train and --probe-test; give these");
  if (!given.probe_training.empty() && given.report.file.empty())
    throw OptionError("--probe-train and --probe-test are for the report; give --report FILE.html");
}

/// Throws OptionError for options that are missing, out of range or do not go together.
void complete(Arguments& given, const Options& options) {
  if (given.vectors.size() != 1)
    throw OptionError(given.vectors.empty()
                          ? "VECTORS is missing; usage: equivec debias VECTORS -o OUT [options]"
                          : "one file of VECTORS is debiased at a time, got " + std::to_string(given.vectors.size()));
  if (given.output.file.empty()) throw OptionError("--output is missing: where the debiased vectors go");
  if (given.output.file == "-" || given.output.file == "/dev/stdout")
    throw OptionError("--output: standard output is for the report; write the vectors to a file");
  const DebiasMethod& method = debias_method(given.method);
  require_at_least("count", given.count, 0);
  require_at_least("restrict", given.restrict, 0);
  require_options_of(method, given, options);
  if (options.given("pair") && options.given("direction") && given.direction != "pair")
    throw OptionError("--pair is for --direction pair, not " + given.direction);
  DebiasOptions& settings = given.settings;
  settings.direction.method = direction_method(options, given.direction);
  settings.restrict = static_cast<std::size_t>(given.restrict);
  settings.sets_name = given.sets;
  validate(settings);
  given.report.validate();
  require_probe(given);
}

/// Throws Error unless the outputs can be written and replace no file that is read.
void require_safe(const Arguments& given) {
  RunFiles files;
  given.output.add_to(files);
  given.report.add_to(files);
  files.reads(files_read(given.vectors.front()));
  files.reads(given.sets);
  for (const std::string& texts : {given.probe_training, given.probe_test})
    if (!texts.empty()) files.reads(texts);
  files.require_writable();
}

}  // namespace

int run_debias(std::span<const std::string> arguments) {
  Arguments given;
  Options options("debias VECTORS -o OUT [options]",
                  "Removes bias, proves the method's promises on the vectors to be written, and reports what changed. "
                  "With most methods the words that have the attribute by meaning, as the sets say, keep it.");
  add_options(options, given);
  if (!options.parse(arguments)) return 0;
  if (given.list) {
    if (given.json)
      print(debias_methods_json());
    else
      std::cout << debias_methods_text();
    return 0;
  }
  complete(given, options);
  const DebiasMethod& method = debias_method(given.method);
  given.output.format();  // before the work, an error
  const BiasWordSets sets = read_word_sets(given.sets);
  const auto similarities = read_all(given.report.similarities, read_similarities);
  const auto analogies = read_all(given.report.analogies, read_analogies);
  require_safe(given);
  std::optional<ProbeReport> probe;
  if (!given.probe_training.empty())
    probe = read_probe_texts(given.probe_training, given.probe_test, given.positive, sets, given.settings, &progress());

  const Embeddings before = load(given.vectors.front(), given.console, {.threads = given.settings.threads});
  const Debiased debiased = [&] {
    const ProgressLine line("debiasing", "", given.console);
    return debias(method, before, sets, given.settings, &progress());
  }();
  const DebiasReport report{given.vectors.front(),
                            given.output.file,
                            given.report.file,
                            method,
                            sets,
                            before,
                            debiased,
                            occupation_bias(before, debiased, sets),
                            occupation_bias(debiased.embeddings, debiased, sets),
                            similarities,
                            analogies,
                            measuring_options(given.settings),
                            probe ? &*probe : nullptr};
  std::vector<ReportFile> written;  // all that can go wrong does before anything is replaced
  if (!given.report.file.empty()) {
    const ProgressLine line("measuring", "", given.console);
    written = render_report(report, progress());
  }
  {
    const ProgressLine line("writing", "", given.console);
    OutputFiles files;
    VectorsOutput output = given.output;
    output.quiet = given.console.quiet;
    if (!output.quiet && before.subwords() && !debiased.embeddings.subwords())
      remark(Notices{std::string(method.name) +
                     " changes words one by one; the vectors of n-grams, which would keep the bias, are left out"});
    within_threads(given.settings.threads, [&] { output.write(files, debiased.embeddings); });
    for (const ReportFile& one : written) files.open(one.file).write(one.text);
    files.commit();
  }
  if (given.json)
    print(summary_json(report));
  else
    std::cout << summary_text(report, given.count);
  return 0;
}
