#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

#include <iostream>

using namespace equivec;

int run_vocab(std::span<const std::string> arguments) {
  CorpusInput input;
  std::string output;
  WordsRecipe words;
  VocabularyOptions& vocabulary_options = words.options;
  ConsoleOptions console;
  Options options("vocab CORPUS... [-o FILE] [options]",
                  "Counts the words of a text and prints each with its count, the most frequent first. " +
                      std::string(corpus_paths_help) + " A sentence is a line.");
  options.positionals("CORPUS", input.paths, 1)
      .add("output,save-vocab,o", output, "write there instead of standard output", "FILE");
  add_text_options(options, input, vocabulary_options.text, TextHelp::shown);
  add_word_options(options, input, words, TextHelp::shown);
  add_vocabulary_options(options, vocabulary_options);
  add_reading_memory_option(options, vocabulary_options.memory);
  options.add("threads,thread", vocabulary_options.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  input.read_lists(vocabulary_options);
  validate(vocabulary_options);
  RunFiles files;
  files.writes(output);
  if (is_first_rank()) files.require_writable();

  files.reads(phrase_file(words));
  const Corpus corpus = input.open(files);
  TextSummary summary;
  const VocabularyOptions reading = reading_options(corpus, words, console_reporting(console));
  const Vocabulary vocabulary = [&] {
    const ProgressLine line("counting words", "bytes", console);
    return count_words(corpus, reading, &progress(), &summary);
  }();
  if (!console.quiet) remark(corpus.name() + ": " + described(summary));
  if (!is_first_rank()) return 0;
  if (!output.empty()) {
    write_vocabulary(output, vocabulary);
    if (!console.quiet) remark(grouped(vocabulary.size()) + " words; wrote " + output);
    return 0;
  }
  for (std::size_t row = 0; row < vocabulary.size(); ++row)
    std::cout << vocabulary.word(word_id(row)) << ' ' << vocabulary.count(word_id(row)) << '\n';
  return 0;
}
