#include "equivec/spaces/drift.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/train/replicate.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/drift_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <cstdint>
#include <iostream>

using namespace equivec;

namespace {

struct DriftArguments {
  std::string first, second, output;
  std::vector<std::string> nulls;
  CorpusInput corpus;
  int replicates = 3;
  ReplicateOptions training;
  DriftOptions rules;
  std::uint64_t restrict = rules.restrict, examples = rules.examples;
  bool json = false;
  ConsoleOptions console;
};

/// False if help was asked for and shown.
bool parse(std::span<const std::string> arguments, DriftArguments& given) {
  DriftOptions& rules = given.rules;
  Options options(
      "drift FIRST SECOND --null NULL... [options]",
      "Tells which words have changed between two spaces, such as those of two decades. Each distance is compared with "
      "those between null spaces, trained like FIRST on one and the same text: any two trainings differ.");
  options.positional("FIRST", given.first)
      .positional("SECOND", given.second)
      .add("null", given.nulls,
           "other trainings of FIRST's text: with other seeds, on its halves, or with --resample; two or more, since "
           "they are compared with each other",
           "VECTORS")
      .add("bootstrap", given.corpus.paths,
           "FIRST's text: train null spaces on resamples of it, with the settings that FIRST's metadata name", "CORPUS")
      .add("replicates", given.replicates, "so many of these, 2 to 100")
      .add("seed", given.training.seed, "of the first of these; the next ones count on")
      .add_named(
          "measure", rules.measure, change_measures,
          "ranks the words: cosine (after alignment), neighbors (the share that is not the same) or second-order "
          "(of the cosines to the neighbours)")
      .add("neighbors", rules.neighbors, "so many nearest words are compared")
      .add("restrict", given.restrict, "compare the first N words that all spaces have; 0: all")
      .add("false-discovery-rate", rules.false_discovery_rate, "up to which a word is called changed")
      .add("confidence", rules.confidence, "of the intervals")
      .add("examples", given.examples, "show so many words, those that changed most, with their neighbours")
      .add("output,o", given.output, "a table of all words, between tabs", "TSV")
      .add("threads,thread", rules.threads, "0: all cores; distances do not depend on it")
      .add("json", given.json, "one JSON document in place of text");
  add_console_options(options, given.console);
  if (!options.parse(arguments)) return false;
  if (given.nulls.empty() == given.corpus.paths.empty())
    throw OptionError("give either --null or --bootstrap: only they show what chance does");
  for (const char* name : {"replicates", "seed"})
    if (given.corpus.paths.empty() && options.given(name))
      throw OptionError("--" + std::string(name) + " is for --bootstrap");
  require_between("replicates", given.replicates, 2, 100);
  rules.restrict = static_cast<std::size_t>(given.restrict);
  rules.examples = static_cast<std::size_t>(given.examples);
  given.training.threads = rules.threads;
  validate(rules);
  return true;
}

/// The null spaces and their names.
std::vector<Embeddings> null_spaces(const Embeddings& first, const std::optional<Corpus>& corpus,
                                    DriftArguments& given) {
  std::vector<Embeddings> spaces;
  for (const std::string& file : given.nulls)
    spaces.push_back(load(file, given.console, {.threads = given.rules.threads}));
  if (!corpus) return spaces;
  spaces = bootstrap_replicates(*corpus, first, given.replicates, given.training, console_reporting(given.console));
  for (std::size_t i = 0; i < spaces.size(); ++i)
    given.nulls.push_back(corpus->name() + ", resample " + std::to_string(given.training.seed + i));
  return spaces;
}

}  // namespace

int run_drift(std::span<const std::string> arguments) {
  DriftArguments given;
  if (!parse(arguments, given)) return 0;
  RunFiles files;
  files.writes(given.output);
  files.reads(files_read(given.first));
  files.reads(files_read(given.second));
  for (const std::string& file : given.nulls) files.reads(files_read(file));
  std::optional<Corpus> corpus;
  if (!given.corpus.paths.empty()) corpus = given.corpus.open(files);
  files.require_writable();

  const Embeddings first = load(given.first, given.console, {.threads = given.rules.threads});
  const Embeddings second = load(given.second, given.console, {.threads = given.rules.threads});
  const std::vector<Embeddings> nulls = null_spaces(first, corpus, given);
  const Drift drift = measure_drift(first, second, nulls, given.rules, console_reporting(given.console));
  const DriftReport report{given.first, given.second, given.nulls, drift, given.rules};
  if (!given.output.empty()) {
    OutputFiles outputs;
    write_drift(outputs, given.output, drift);
    outputs.commit();
  }
  if (given.json) {
    print(to_json(report));
    return 0;
  }
  std::cout << to_text(report);
  if (!given.output.empty() && !given.console.quiet)
    remark("wrote " + grouped(drift.words.size()) + " words to " + given.output);
  return 0;
}
