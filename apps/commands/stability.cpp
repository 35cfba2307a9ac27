#include "equivec/spaces/stability.hpp"

#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/drift_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <cstdint>
#include <iostream>

using namespace equivec;

int run_stability(std::span<const std::string> arguments) {
  std::vector<std::string> names;
  std::string output;
  StabilityOptions rules;
  std::uint64_t restrict = rules.restrict;
  bool json = false;
  ConsoleOptions console;
  Options options("stability VECTORS VECTORS... [options]",
                  "Tells how far words are from where they are in other trainings of the same text, by frequency: what "
                  "of an answer is chance. Give vectors trained with different seeds, or with --resample.");
  options.positionals("VECTORS", names, 2)
      .add("neighbors", rules.neighbors, "so many nearest words are compared")
      .add("restrict", restrict, "compare the first N words that all spaces have; 0: all")
      .add("bands", rules.bands, "of frequency, of about as many words each")
      .add("resamples", rules.bootstrap.resamples, "of the words, for the intervals")
      .add("seed", rules.bootstrap.seed, "of these")
      .add("output,o", output, "a table of all words, between tabs", "TSV")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number")
      .add("json", json, "one JSON document in place of text");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  rules.restrict = static_cast<std::size_t>(restrict);
  validate(rules);
  RunFiles files;
  files.writes(output);
  for (const std::string& name : names) files.reads(files_read(name));
  files.require_writable();

  std::vector<Embeddings> spaces;
  for (const std::string& name : names) spaces.push_back(load(name, console, {.threads = rules.threads}));
  const Stability stability = measure_stability(spaces, rules, console_reporting(console));
  const StabilityReport report{names, stability, rules};
  if (!output.empty()) {
    OutputFiles outputs;
    write_stability(outputs, output, stability);
    outputs.commit();
  }
  if (json) {
    print(to_json(report));
    return 0;
  }
  std::cout << to_text(report);
  if (!output.empty() && !console.quiet) remark("wrote " + grouped(stability.words.size()) + " words to " + output);
  return 0;
}
