#include "equivec/counts/phrases.hpp"

#include "equivec/counts/phrase_file.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/run_files.hpp"
#include "src/base/text_numbers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/corpus_options.hpp"
#include "apps/cli/options.hpp"

#include <iostream>

using namespace equivec;

namespace {

void set_connector_words(const std::string& given, PhraseOptions& phrases) {
  if (given == "english")
    phrases.connector_words.assign(english_connector_words.begin(), english_connector_words.end());
  else if (!given.empty())
    phrases.connector_words = read_word_list(given);
}

void print(const Phrases& phrases) {
  for (std::size_t pass = 0; pass < phrases.passes(); ++pass) {
    if (pass > 0) std::cout << '\n';
    for (const auto& [words, score] : phrases.pass(pass)) std::cout << words << ' ' << shortest(score) << '\n';
  }
}

}  // namespace

int run_phrases(std::span<const std::string> arguments) {
  CorpusInput input;
  std::string output, connector_words;
  TextOptions text;
  PhraseOptions phrases;
  double threshold = default_threshold(phrases.scoring);
  ConsoleOptions console;
  Options options("phrases CORPUS... [-o FILE] [options]",
                  "Finds words that follow each other so often that they are one, as new_york (Mikolov et al. 2013): a "
                  "phrase and its score a line, the best first; --phrases of other commands joins them. " +
                      std::string(corpus_paths_help));
  options.positionals("CORPUS", input.paths, 1)
      .add("output,o", output, "write there instead of standard output", "FILE")
      .add_named("scoring", phrases.scoring, phrase_scorings,
                 "word2phrase (word2phrase.c), original or npmi (gensim's): how much two words belong together")
      .add("threshold", threshold, "pairs above it are phrases; by default 100, original 10, npmi 0.5")
      .add("min-count", phrases.min_count, "the discount of rare pairs; rarer words are in no phrase")
      .add("passes", phrases.passes, "each joins what the last one left: N passes give phrases of up to 2^N words")
      .add("connector-words", connector_words,
           "words that may stand inside a phrase: english, or a file with one a line", {"FILE|english", {"english"}})
      .add("delimiter", phrases.delimiter, "stands between the words of a phrase");
  add_text_options(options, input, text, TextHelp::shown);
  add_reading_memory_option(options, phrases.memory);
  options.add("threads,thread", phrases.threads, "0: all cores; the result is the same for any number");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  if (options.given("threshold")) phrases.threshold = threshold;
  set_connector_words(connector_words, phrases);
  validate(text);
  validate(phrases);
  RunFiles files;
  files.writes(output);
  if (connector_words != "english") files.reads(connector_words);
  files.require_writable();

  const Corpus corpus = input.open(files);
  const Phrases found = [&] {
    const ProgressLine line("finding phrases", "", console);
    return find_phrases(corpus, text, phrases, &progress());
  }();
  if (output.empty())
    print(found);
  else
    write_phrases(output, found);
  if (!console.quiet)
    remark(corpus.name() + ": " + grouped(found.size()) + " phrases" + (output.empty() ? "" : "; wrote " + output));
  return 0;
}
