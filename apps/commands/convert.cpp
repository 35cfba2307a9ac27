#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <algorithm>
#include <vector>

using namespace equivec;

namespace {

/// The rows of the words that a file lists, in the order of the vectors.
Embeddings only_words(const Embeddings& embeddings, const std::string& file, bool quiet) {
  const Vocabulary wanted = read_vocabulary(file);
  std::vector<WordId> kept;
  for (std::size_t row = 0; row < embeddings.size(); ++row)
    if (wanted.find(embeddings.vocabulary().word(word_id(row)))) kept.push_back(word_id(row));
  if (kept.empty()) throw Error(file + ": none of its " + grouped(wanted.size()) + " words has a vector");
  if (kept.size() < wanted.size() && !quiet)
    remark(grouped(wanted.size() - kept.size()) + " of the " + grouped(wanted.size()) + " words of " + file +
           " have no vector");
  return selected(embeddings, kept);
}

/// Of a file of all parameters.
Embeddings glove_vectors(const std::string& file, const std::string& vocabulary_file) {
  const Vocabulary vocabulary = read_vocabulary(vocabulary_file);
  Metadata metadata = {{"tool", "equivec " EQUIVEC_VERSION}, {"command", "convert"}, {"vectors", "word+context"}};
  return {vocabulary, matrix_of(read_glove_parameters(file, vocabulary.size()), GloveParts::sum), std::move(metadata)};
}

Embeddings first_words(const Embeddings& embeddings, std::size_t limit) {
  std::vector<WordId> kept;
  for (std::size_t row = 0; row < std::min(limit, embeddings.size()); ++row) kept.push_back(word_id(row));
  return selected(embeddings, kept);
}

}  // namespace

int run_convert(std::span<const std::string> arguments) {
  VectorsOutput output;
  std::string input, input_format, words, vocabulary;
  int limit = 0;
  ConsoleOptions console;
  Options options("convert IN OUT [options]",
                  "Writes the vectors of IN, whose format is recognized by its content, to OUT. Formats: " +
                      format_list() + ". The words of a .npy file stand beside it in NAME.words.txt.");
  options.positional("IN", input).positional("OUT", output.file);
  add_format_options(options, output);
  options.add("input-format", input_format, "take IN for this format", "NAME")
      .add("vocabulary", vocabulary,
           "IN has the parameters that glove -binary 1 writes, of these words; written is word + context vector",
           "FILE")
      .add("limit", limit, "only the first N words; 0 takes all")
      .add("words", words, "only the words that this file lists, one a line", "FILE");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  require_at_least("limit", limit, 0);
  const ReadOptions reading{.format = input_format.empty() ? Format::automatic : format_from_name(input_format),
                            .limit = static_cast<std::size_t>(limit)};
  RunFiles files;
  output.add_to(files);
  files.reads(files_read(input));
  files.reads(std::array{vocabulary, words});
  files.require_writable();

  Embeddings embeddings = vocabulary.empty() ? load(input, console, reading) : glove_vectors(input, vocabulary);
  if (!vocabulary.empty() && limit > 0) embeddings = first_words(embeddings, static_cast<std::size_t>(limit));
  if (!words.empty()) embeddings = only_words(embeddings, words, console.quiet);
  {
    const ProgressLine line("writing", "", console);
    OutputFiles outputs;
    output.write(outputs, embeddings);
    outputs.commit();
  }
  if (!console.quiet)
    remark("wrote " + grouped(embeddings.size()) + " words of " + std::to_string(embeddings.dimension()) +
           " dimensions to " + output.file);
  return 0;
}
