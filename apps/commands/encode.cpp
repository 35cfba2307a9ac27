#include "equivec/base/error.hpp"
#include "equivec/downstream/mean_vectors.hpp"
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
#include "apps/cli/text_vector_options.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// One for each line, "-" being standard input.
std::vector<Text> read_texts(const std::string& file) {
  std::vector<Text> texts;
  const auto content = open_decompressed(file, &progress());
  for_each_line(without_byte_order_mark(content->bytes()), [&](std::string_view line, std::size_t) {
    texts.emplace_back(std::string(line));
    return true;
  });
  if (texts.empty()) throw Error((file == "-" ? "standard input" : file) + ": holds no line");
  return texts;
}

}  // namespace

int run_encode(std::span<const std::string> arguments) {
  std::string vectors_file, output;
  std::vector<std::string> texts_files;
  MeanVectorOptions rules;
  ConsoleOptions console;
  Options options("encode VECTORS [FILE] -o OUT.npy [options]",
                  "Writes a vector for each line of FILE, or of standard input, as a row of a NumPy array, for a "
                  "classifier or a search: the mean of its words' vectors. A static sentence model cuts a text as its "
                  "tokenizer.json says; other vectors have the words that they were trained on, as far as they tell. "
                  "Words that are not in VECTORS are skipped; a line without known words has zeros.");
  options.positional("VECTORS", vectors_file)
      .positionals("FILE", texts_files, 0)
      .add("output,o", output, "the array, 32-bit floats, a row for each line", "FILE")
      .required("output");
  add_text_vector_options(options, rules);
  options.add("unit-length", rules.unit_length, "scale the words' vectors to length 1 first")
      .add("threads,thread", rules.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  validate(rules);
  if (texts_files.size() > 1) throw OptionError("expected one file of texts, found '" + texts_files[1] + "' as well");
  const std::string texts_file = texts_files.empty() ? "-" : texts_files[0];
  if (vectors_file == "-" && texts_file == "-")
    throw OptionError("only one of VECTORS and FILE can be -, standard input");
  RunFiles files;
  files.writes(output);
  files.reads(files_read(vectors_file));
  files.reads(texts_file);
  files.require_writable();

  const Embeddings vectors = load_to_ask(vectors_file, console, {.threads = rules.threads});
  const std::vector<Text> texts = read_texts(texts_file);
  const MeanVectors means = [&] {
    const ProgressLine line("encoding", "texts", console);
    return mean_vectors(vectors, texts, rules, &progress());
  }();
  OutputFiles outputs;
  write_array(outputs, output, MatrixView(means.vectors.data(), means.vectors.rows(), means.vectors.cols()),
              &progress());
  outputs.commit();
  const auto without = static_cast<std::size_t>(std::ranges::count(means.known, 0U));
  if (!console.quiet)
    remark("wrote " + grouped(texts.size()) + (texts.size() == 1 ? " row of " : " rows of ") +
           std::to_string(vectors.dimension()) + " dimensions to " + output +
           (without > 0 ? "; " + grouped(without) + " lines have no known word" : ""));
  return 0;
}
