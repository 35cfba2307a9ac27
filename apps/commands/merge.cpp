#include "equivec/spaces/merge.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/merge_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

struct MergeArguments {
  std::vector<std::string> files, weights;
  VectorsOutput output;
  MergeOptions rules;
  std::uint64_t shared = rules.shared;
  bool json = false;
  ConsoleOptions console;
};

/// False if help was asked for and shown.
bool parse(std::span<const std::string> arguments, MergeArguments& given) {
  MergeOptions& rules = given.rules;
  Options options(
      "merge VECTORS VECTORS... -o OUT [options]",
      "Makes one space of several, in which a word has what it has in each: rows of length 1 side by side "
      "(concatenate); their mean, after each further space is turned onto the first (average); or the "
      "concatenation cut to N dimensions by singular values (svd). Proves on what it writes that it is so.");
  options.positionals("VECTORS", given.files, 2)
      .add("output,o", given.output.file, "the merged vectors; the ending names the format", "OUT")
      .required("output");
  add_format_options(options, given.output);
  options.add_named("method", rules.method, merge_methods, "concatenate, average or svd")
      .add_named(
          "words", rules.words, merged_word_choices,
          "any: words of any space, zeros side by side where one lacks a word, or the mean of those that have it; "
          "all: words that all have")
      .add("dimension,size,d", rules.dimension, "of svd: so many dimensions")
      .add("weights", given.weights, "one for each space (1): its rows have this length, or count so much in the mean",
           "W")
      .add("shared", given.shared, "of average: so many words that a space has as the first turn it; 0: all")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number")
      .add("json", given.json, "one JSON document in place of text");
  add_console_options(options, given.console);
  return options.parse(arguments);
}

/// Checks the arguments and completes the rules.
void complete(MergeArguments& given) {
  if (given.output.file == "-" || given.output.file == "/dev/stdout")
    throw OptionError("--output: standard output is for the report; write the vectors to a file");
  for (const std::string& text : given.weights) {
    const auto weight = parse_number<double>(text);
    if (!weight) throw OptionError("--weights: expected a number, found '" + text + "'");
    given.rules.weights.push_back(*weight);
  }
  if (!given.weights.empty() && given.weights.size() != given.files.size())
    throw OptionError("--weights: expected one for each of " + std::to_string(given.files.size()) + " files, found " +
                      std::to_string(given.weights.size()));
  given.rules.shared = static_cast<std::size_t>(given.shared);
  validate(given.rules);
  given.output.format();  // before the work, an error
  given.output.quiet = given.console.quiet;
  RunFiles files;
  given.output.add_to(files);
  for (const std::string& file : given.files) files.reads(files_read(file));
  files.require_writable();
}

}  // namespace

int run_merge(std::span<const std::string> arguments) {
  MergeArguments given;
  if (!parse(arguments, given)) return 0;
  complete(given);
  std::vector<NamedSpace> spaces;
  for (const std::string& file : given.files)
    spaces.push_back({file, load(file, given.console, {.threads = given.rules.threads})});
  const Merged merged = [&] {
    const ProgressLine line("merging", "", given.console);
    Reporting reporting = console_reporting(given.console);
    reporting.on_stage = {};  // the line above is about all of it
    return merge(spaces, given.rules, reporting);
  }();
  if (merged.lost_ngrams && !given.console.quiet)
    remark("vectors of n-grams belong to one space each; they are left out");
  OutputFiles outputs;
  given.output.write(outputs, merged.embeddings);
  outputs.commit();
  const MergeReport report{given.output.file, merged, given.rules};
  if (given.json)
    print(to_json(report));
  else
    std::cout << to_text(report);
  return 0;
}
