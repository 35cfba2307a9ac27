#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "equivec/spaces/induction.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/parallel.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/report/align_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <cstdint>
#include <iostream>
#include <optional>

using namespace equivec;

namespace {

struct Arguments {
  std::string source, target, dictionary, target_output;
  std::vector<std::string> evaluate;
  VectorsOutput output;
  AlignOptions rules;
  InductionOptions induction;
  std::uint64_t shared = 20000, cutoff = rules.cutoff, restrict = induction.restrict;
  bool json = false;
  ConsoleOptions console;
};

/// False if help was asked for and shown.
bool parse(std::span<const std::string> arguments, Arguments& given) {
  AlignOptions& rules = given.rules;
  Options options(
      "align SOURCE TARGET -o OUT [options]",
      "Turns the space of SOURCE so that words lie near their translations, or near themselves, in TARGET. By "
      "orthogonal Procrustes lengths and inner products stay as they are. What a method promises is proved on what "
      "is written.");
  options.positional("SOURCE", given.source)
      .positional("TARGET", given.target)
      .add("output,o", given.output.file, "the turned vectors of SOURCE; the ending names the format", "OUT")
      .required("output");
  add_format_options(options, given.output);
  options.add("target-output", given.target_output, "the new vectors of TARGET, which reweighted changes too", "FILE")
      .add("dictionary", given.dictionary,
           "pairs to align by: a word of SOURCE and one of TARGET a line; by default "
           "words that both have",
           "FILE")
      .add("shared", given.shared, "without a dictionary: so many words that both have, the most frequent; 0: all")
      .add_named("method", rules.method, align_methods,
                 "procrustes; rcsls: from there any linear map that CSLS likes better; reweighted: changes both "
                 "spaces, and brings out what the pairs share (VecMap's supervised mode)")
      .add_named("weights", rules.weights, all_pair_weights,
                 "of the pairs, by the smaller count of the two words: none, log or sqrt")
      .add("center", rules.center, "fit the pairs without their means")
      .add("refine", rules.refine, "rounds in which only the pairs count whose words are each other's nearest")
      .add("self-learning", rules.self_learning,
           "of a small dictionary: at most so many rounds in which words find further pairs")
      .add("cutoff", given.cutoff, "self-learning and rcsls look at the first N words of both; 0: all")
      .add("iterations", rules.iterations, "steps of rcsls")
      .add("learning-rate", rules.learning_rate, "of rcsls at first; halved where a step fails")
      .add("evaluate", given.evaluate, "dictionaries whose words ask for their translations: P@1 and P@5")
      .add_named("metric", rules.metric, retrieval_metrics, "what is nearest: csls (no word is near to all) or cosine")
      .add("neighbors", rules.neighbors, "of csls: so many nearest words give a word's mean")
      .add("restrict", given.restrict, "evaluate among the first N words; 0: all")
      .add("threads,thread", rules.threads, "0: all cores")
      .add("json", given.json, "one JSON document in place of text");
  add_console_options(options, given.console);
  if (!options.parse(arguments)) return false;
  if (!given.dictionary.empty() && options.given("shared"))
    throw OptionError("--shared and --dictionary exclude each other");
  if (given.dictionary.empty() && rules.self_learning > 0)
    throw OptionError("--self-learning is for a small dictionary; give --dictionary FILE");
  const bool changes_target = rules.method == AlignMethod::reweighted;
  if (changes_target && given.target_output.empty())
    throw OptionError("--method reweighted changes TARGET too; give --target-output FILE for its new vectors");
  if (!changes_target && options.given("target-output"))
    throw OptionError("--target-output is for --method reweighted; " + std::string(name_of(rules.method)) +
                      " leaves TARGET as it is");
  return true;
}

/// What is written of TARGET.
VectorsOutput target_output(const Arguments& given) {
  VectorsOutput output = given.output;
  output.file = given.target_output;
  output.description.clear();  // that is of OUT
  return output;
}

void check_output(const char* option, const VectorsOutput& output) {
  if (output.file == "-" || output.file == "/dev/stdout")
    throw OptionError(std::string(option) + ": standard output is for the report; write the vectors to a file");
  output.format();  // before the work, an error
}

/// Checks the arguments and completes the rules.
void complete(Arguments& given) {
  given.output.quiet = given.console.quiet;
  check_output("--output", given.output);
  if (!given.target_output.empty()) check_output("--target-output", target_output(given));
  given.rules.source_name = given.source;
  given.rules.target_name = given.target;
  given.rules.pairs_name = given.dictionary.empty() ? "shared words" : given.dictionary;
  given.rules.cutoff = static_cast<std::size_t>(given.cutoff);
  given.induction.metric = given.rules.metric;
  given.induction.neighbors = given.rules.neighbors;
  given.induction.threads = given.rules.threads;
  given.induction.restrict = static_cast<std::size_t>(given.restrict);
  validate(given.rules);
  validate(given.induction);
  RunFiles files;
  given.output.add_to(files);
  if (!given.target_output.empty()) target_output(given).add_to(files);
  files.reads(files_read(given.source));
  files.reads(files_read(given.target));
  files.reads(given.dictionary);
  files.reads(given.evaluate);
  files.require_writable();
}

/// Both files, or none.
void write(const Arguments& given, const Aligned& aligned) {
  const ProgressLine line("writing", "", given.console);
  OutputFiles files;
  within_threads(given.rules.threads, [&] {
    given.output.write(files, aligned.embeddings);
    if (aligned.target) target_output(given).write(files, *aligned.target);
  });
  files.commit();
}

}  // namespace

int run_align(std::span<const std::string> arguments) {
  Arguments given;
  if (!parse(arguments, given)) return 0;
  complete(given);
  std::optional<Dictionary> dictionary;  // first: what is wrong with it shows before vectors are read
  if (!given.dictionary.empty()) dictionary = read_dictionary(given.dictionary);
  const std::vector<Dictionary> questions = read_all(given.evaluate, read_dictionary);

  const Embeddings source = load(given.source, given.console, {.threads = given.rules.threads});
  const Embeddings target = load(given.target, given.console, {.threads = given.rules.threads});
  const FoundPairs found =
      dictionary ? find_pairs(source, target, *dictionary) : FoundPairs{shared_words(source, target, given.shared), 0};
  const Reporting reporting = console_reporting(given.console);
  const Aligned aligned = align(source, target, found.pairs, given.rules, reporting);
  const Embeddings& searched = aligned.target ? *aligned.target : target;
  AlignReport report{given.source,
                     given.target,
                     given.output.file,
                     given.target_output,
                     given.rules.pairs_name,
                     found.missing,
                     aligned,
                     given.rules,
                     {}};
  {
    const auto stage = questions.empty() ? nullptr : reporting.begin("evaluating", "words");
    for (const Dictionary& one : questions)
      for (Induction& measured : induce(aligned.embeddings, searched, one, given.induction, &progress()))
        report.inductions.push_back(std::move(measured));
  }
  if (aligned.lost_ngrams && !given.console.quiet)
    remark("the vectors of n-grams cannot be normalized along with those of words; they are left out");
  write(given, aligned);
  if (given.json)
    print(to_json(report));
  else
    std::cout << to_text(report);
  return 0;
}
