#include "equivec/spaces/transform.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"
#include "src/report/debias_summary.hpp"
#include "src/report/table.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <iostream>
#include <string>
#include <vector>

using namespace equivec;

int run_transform(std::span<const std::string> arguments) {
  std::string file;
  std::vector<std::string> texts;
  VectorsOutput output;
  TransformOptions rules;
  bool json = false;
  ConsoleOptions console;
  Options options(
      "transform VECTORS STEP... -o OUT [options]",
      "Does steps to all vectors, one after the other: center; normalize (length 1); remove-top=D (center, "
      "and take out the first D principal directions); pca=N (coordinates along the first N); whiten or "
      "whiten=pca (covariance the identity); power=A (of the eigenvalues, -2 to 2); rotate=R.npy. Proves on "
      "what it writes that it is so.");
  options.positional("VECTORS", file)
      .positionals("STEP", texts, 1)
      .add("output,o", output.file, "the new vectors; the ending names the format", "OUT")
      .required("output");
  add_format_options(options, output);
  options.add("shrinkage", rules.shrinkage, "of whiten, 0 to 1: share of the covariance that becomes the same for all")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number")
      .add("json", json, "one JSON document in place of text");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  validate(rules);
  if (output.file == "-" || output.file == "/dev/stdout")
    throw OptionError("--output: standard output is for what was proved; write the vectors to a file");
  output.format();  // before the work, an error
  RunFiles files;
  output.add_to(files);
  files.reads(files_read(file));
  std::vector<TransformStep> steps;
  for (const std::string& text : texts) {
    steps.push_back(parse_transform_step(text));
    if (!steps.back().file.empty()) files.reads(steps.back().file);
  }
  files.require_writable();

  const Embeddings before = load(file, console, {.threads = rules.threads});
  const Transformed result = [&] {
    const ProgressLine line("transforming", "", console);
    return transform(before, steps, rules, &progress());
  }();
  output.quiet = console.quiet;
  if (result.lost_ngrams && !console.quiet)
    remark("the vectors of n-grams cannot be normalized along with those of words; they are left out");
  OutputFiles outputs;
  output.write(outputs, result.embeddings);
  outputs.commit();
  if (json) {
    print({{"vectors", file},
           {"output", output.file},
           {"words", result.embeddings.size()},
           {"dimension", result.embeddings.dimension()},
           {"transformed", result.embeddings.metadata().at("transformed")},
           {"conditions", conditions_json(result.conditions)}});
    return 0;
  }
  std::cout << conditions_text(result.conditions) << "wrote " << grouped(result.embeddings.size()) << " vectors of "
            << result.embeddings.dimension() << " dimensions to " << output.file << '\n';
  return 0;
}
