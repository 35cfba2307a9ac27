#include "equivec/spaces/transform.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/files/output_file.hpp"
#include "src/report/transform_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/report_options.hpp"
#include "apps/cli/vectors_output.hpp"

#include <iostream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

struct Arguments {
  std::string vectors, sets = "gender";
  std::vector<std::string> texts;
  std::vector<TransformStep> steps;
  VectorsOutput output;
  ReportOptions report;
  TransformOptions rules;
  BiasMeasureOptions measuring;
  int restrict = static_cast<int>(measuring.restrict);
  bool json = false;
  ConsoleOptions console;
};

/// False if help was asked for and shown.
bool parse(std::span<const std::string> arguments, Arguments& given) {
  Options options(
      "transform VECTORS STEP... -o OUT [options]",
      "Does steps to all vectors, one after the other: center; normalize (length 1); remove-top=D (center, "
      "and take out the first D principal directions); pca=N (coordinates along the first N); whiten or "
      "whiten=pca (covariance the identity); power=A (of the eigenvalues, -2 to 2); rotate=R.npy. Proves on "
      "what it writes that it is so.");
  options.positional("VECTORS", given.vectors)
      .positionals(
          {"STEP", {"center", "normalize", "remove-top=", "pca=", "whiten", "whiten=pca", "power=", "rotate="}},
          given.texts, 1)
      .add("output,o", given.output.file, "the new vectors; the ending names the format", "OUT")
      .required("output");
  add_format_options(options, given.output);
  options.add("shrinkage", given.rules.shrinkage,
              "of whiten, 0 to 1: share of the covariance that becomes the same for all");
  add_report_options(options, given.report);
  options
      .add("sets", given.sets,
           "word sets of the report's measures of bias: gender, race, religion, or a JSON file (data/README.md)",
           {"NAME|FILE", all_names(builtin_word_sets(), std::identity())})
      .add("restrict", given.restrict, "what the report measures is among the first N words; 0: all")
      .add("seed", given.measuring.seed, "of the random choices of the report's measures")
      .add("threads,thread", given.rules.threads, "0: all cores; the result is the same for any number")
      .add("json", given.json, "one JSON document in place of text");
  add_console_options(options, given.console);
  if (!options.parse(arguments)) return false;
  for (const char* name : {"sets", "restrict", "seed"})
    if (options.given(name) && given.report.file.empty())
      throw OptionError("--" + std::string(name) + " is for the report; give --report FILE.html");
  return true;
}

/// Checks the arguments and reads the steps.
void complete(Arguments& given) {
  validate(given.rules);
  require_at_least("restrict", given.restrict, 0);
  given.measuring.restrict = static_cast<std::size_t>(given.restrict);
  given.measuring.threads = given.rules.threads;
  given.report.validate();
  if (given.output.file == "-" || given.output.file == "/dev/stdout")
    throw OptionError("--output: standard output is for what was proved; write the vectors to a file");
  given.output.format();  // before the work, an error
  given.output.quiet = given.console.quiet;
  RunFiles files;
  given.output.add_to(files);
  given.report.add_to(files);
  files.reads(files_read(given.vectors));
  files.reads(given.sets);
  for (const std::string& text : given.texts) {
    given.steps.push_back(parse_transform_step(text));
    if (!given.steps.back().file.empty()) files.reads(given.steps.back().file);
  }
  files.require_writable();
}

}  // namespace

int run_transform(std::span<const std::string> arguments) {
  Arguments given;
  if (!parse(arguments, given)) return 0;
  complete(given);
  const BiasWordSets sets = given.report.file.empty() ? BiasWordSets() : read_word_sets(given.sets);
  const auto similarities = read_all(given.report.similarities, read_similarities);
  const auto analogies = read_all(given.report.analogies, read_analogies);

  const Embeddings before = load(given.vectors, given.console, {.threads = given.rules.threads});
  const Transformed result = [&] {
    const ProgressLine line("transforming", "", given.console);
    return transform(before, given.steps, given.rules, &progress());
  }();
  TransformReport report{given.vectors, given.output.file, given.report.file, result};
  std::vector<ReportFile> written;  // all that can go wrong does before anything is replaced
  if (!given.report.file.empty()) {
    const ProgressLine line("measuring", "", given.console);
    report.compared.emplace(BeforeAndAfter{before, result.embeddings, sets, similarities, analogies, given.measuring});
    report.found = side_by_side(*report.compared, progress());
    written = render_report(report);
  }
  if (result.lost_ngrams && !given.console.quiet)
    remark("the vectors of n-grams cannot be normalized along with those of words; they are left out");
  OutputFiles files;
  given.output.write(files, result.embeddings);
  for (const ReportFile& one : written) files.open(one.file).write(one.text);
  files.commit();
  if (given.json)
    print(to_json(report));
  else
    std::cout << to_text(report);
  return 0;
}
