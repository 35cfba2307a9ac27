#include "equivec/downstream/mean_vectors.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/vectors/formats.hpp"

#include "src/base/lines.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/decompress.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace equivec;

int run_mean_vectors(std::span<const std::string> arguments) {
  std::string vectors_file, texts_file, output, weighting(name_of(WordWeighting::none));
  MeanVectorOptions rules;
  ConsoleOptions console;
  Options options("mean-vectors VECTORS TEXTS -o OUT.npy [options]",
                  "Writes for each line of TEXTS the mean of its words' vectors, as a row of a NumPy array, for a "
                  "classifier or a search. Words that are not in VECTORS are skipped; a line without known words has "
                  "zeros.");
  options.positional("VECTORS", vectors_file)
      .positional("TEXTS", texts_file)
      .add("output,o", output, "the array, 32-bit floats, a row for each line", "FILE")
      .required("output")
      .add("weighting", weighting,
           "none; sif: a / (a + the word's share of the counts) (Arora et al. 2017); zipf: ln(1 + row)", "NAME")
      .add("a", rules.a, "of sif: a smaller one weighs frequent words less")
      .add("remove", rules.remove, "take so many directions that the texts have in common out; with sif mostly 1")
      .add("unit-length", rules.unit_length, "scale the words' vectors to length 1 first")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  rules.weighting = value_named(weighting, "weighting", word_weightings);
  validate(rules);
  RunFiles files;
  files.writes(output);
  files.reads(files_read(vectors_file));
  files.reads(texts_file);
  files.require_writable();

  std::vector<std::string> texts;
  const auto content = open_decompressed(texts_file, &progress());
  for_each_line(without_byte_order_mark(content->bytes()), [&](std::string_view line, std::size_t) {
    texts.emplace_back(line);
    return true;
  });
  if (texts.empty()) throw Error(texts_file + ": holds no line");
  const Embeddings vectors = load_to_ask(vectors_file, console, {.threads = rules.threads});
  const MeanVectors means = [&] {
    const ProgressLine line("taking means", "texts", console);
    return mean_vectors(vectors, texts, rules, &progress());
  }();
  OutputFiles outputs;
  write_array(outputs, output, MatrixView(means.vectors.data(), means.vectors.rows(), means.vectors.cols()),
              &progress());
  outputs.commit();
  const auto without = static_cast<std::size_t>(std::ranges::count(means.known, 0U));
  if (!console.quiet)
    remark("wrote " + grouped(texts.size()) + " rows of " + std::to_string(vectors.dimension()) + " numbers to " +
           output + (without > 0 ? "; " + grouped(without) + " lines have no known word" : ""));
  return 0;
}
