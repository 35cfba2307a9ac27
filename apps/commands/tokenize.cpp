#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/files/run_files.hpp"
#include "src/files/output_file.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

#include <iostream>

using namespace equivec;

namespace {

/// Calls write() with each sentence, as a line.
template <class Write>
void write_sentences(const TrainingText& text, const Write& write) {
  std::string line;
  std::size_t ids = 0;
  for (const WordId id : text.corpus.ids()) {
    if (id != EncodedCorpus::sentence_end) {
      if (!line.empty()) line += ' ';
      line += text.vocabulary.word(id);
      continue;
    }
    line += '\n';
    write(line);
    line.clear();
    if (++ids % 65536 == 0) check_cancelled(&progress());
  }
}

}  // namespace

int run_tokenize(std::span<const std::string> arguments) {
  CorpusInput input;
  std::string output;
  WordsRecipe words{.options = {.min_count = 1}};
  VocabularyOptions& reading = words.options;
  ConsoleOptions console;
  Options options("tokenize CORPUS... [-o FILE] [options]",
                  "Shows the words of a text as the options make them: blanks between words, a sentence a line. " +
                      std::string(corpus_paths_help));
  options.positionals("CORPUS", input.paths, 1)
      .add("output,o", output, "write there instead of standard output", "FILE");
  add_text_options(options, input, reading.text, TextHelp::shown);
  add_word_options(options, input, words, TextHelp::shown);
  add_reading_memory_option(options, reading.memory);
  options.add("threads,thread", reading.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  input.read_lists(reading);
  validate(reading);
  RunFiles files;
  files.writes(output);
  files.require_writable();

  files.reads(phrase_file(words));
  const Corpus corpus = input.open(files);
  reading = reading_options(corpus, words, console_reporting(console));
  TextSummary summary;
  const TrainingText text = [&] {
    const ProgressLine line("reading the corpus", "bytes", console);
    return read_corpus(corpus, reading, &progress(), &summary);
  }();
  if (!console.quiet) remark(corpus.name() + ": " + described(summary));
  if (output.empty()) {
    write_sentences(text, [](const std::string& line) { std::cout << line; });
    return 0;
  }
  OutputFiles outputs;
  OutputFile& file = outputs.open(output);
  write_sentences(text, [&](const std::string& line) { file.write(line); });
  outputs.commit();
  return 0;
}
