#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/vectors_output.hpp"

#include <array>

using namespace equivec;

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

  Embeddings embeddings = vocabulary.empty()
                              ? load(input, console, reading)
                              : glove_parameter_vectors(input, read_vocabulary(vocabulary), reading.limit);
  Notices notices;
  if (!words.empty()) embeddings = only_words(embeddings, words, &notices);
  if (!console.quiet) remark(notices);
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
