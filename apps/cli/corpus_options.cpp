#include "apps/cli/corpus_options.hpp"

#include "equivec/base/error.hpp"

#include "apps/cli/console.hpp"

#include <filesystem>
#include <optional>
#include <system_error>

using namespace equivec;

void CorpusInput::read_lists(VocabularyOptions& vocabulary) const {
  if (!keep.empty()) vocabulary.keep = read_word_list(keep);
  if (!drop.empty()) vocabulary.drop = read_word_list(drop);
}

Corpus CorpusInput::open(RunFiles& files) const {
  for (const std::string& path : paths)
    if (path.starts_with('@')) files.reads(path.substr(1));
  files.reads(keep);
  files.reads(drop);
  std::optional<Corpus> found;
  const auto find = [&] { found = Corpus::from_paths(paths, source, &progress()); };
  if (ranks())
    agree(*ranks(), find);
  else
    find();
  const Corpus& corpus = *found;
  files.reads(corpus.files());
  return ranks() ? corpus.shared_by(*ranks()) : corpus;
}

std::string phrase_file(const WordsRecipe& words) { return words.phrases == "auto" ? "" : words.phrases; }

void add_text_options(Options& options, CorpusInput& input, TextOptions& text, TextHelp help) {
  if (help == TextHelp::hidden) options.without_help();
  options.add("lowercase", text.lowercase, "make all letters small, by Unicode's mapping, the same in every language")
      .add_named("normalize", text.normalize, normalizations, "Unicode's normal form: none, nfc or nfkc")
      .add_named("tokenize", text.tokenize, tokenizations,
                 "whitespace: a word is what stands between; words: letters and digits, each other character its own "
                 "word; letters: a to z alone, as text8; characters: each its own word")
      .add_named("punctuation", text.punctuation, punctuations, "keep or drop what is neither letter nor digit")
      .add_named("digits", text.digits, digit_rules, "keep, or zero: each digit becomes 0")
      .add_named("invalid-utf8", text.invalid_utf8, invalid_utf8_rules,
                 "keep, replace, skip or fail: what becomes of bytes that are not UTF-8")
      .add("max-sentence", text.max_sentence, "cut longer sentences after N words; 0 cuts none")
      .add("field", input.source.field, "the files are JSON lines, and the text is under this key", "NAME")
      .add("column", input.source.column,
           "the files are CSV or TSV, and the text is this column: its name, or its number", "NAME");
  options.with_help();
}

void add_word_options(Options& options, CorpusInput& input, WordsRecipe& words, TextHelp help) {
  if (help == TextHelp::hidden) options.without_help();
  options
      .add("phrases", words.phrases,
           "join words to phrases: those of a file of equivec phrases, or auto, which finds them", "FILE|auto")
      .add("keep", input.keep, "keep the words of this file (one a line) whatever their counts", "FILE")
      .add("drop", input.drop, "leave out the words of this file whatever their counts", "FILE");
  options.with_help();
}

void require_no_text_options(const Options& options, std::string_view why) {
  for (const char* name :
       {"lowercase", "normalize", "tokenize", "punctuation", "digits", "invalid-utf8", "max-sentence", "phrases",
        "keep", "drop", "field", "column", "min-count", "max-size", "unknown", "end-token", "resample"})
    if (options.given(name)) throw OptionError("--" + std::string(name) + " has no effect: " + std::string(why));
}

void add_vocabulary_options(Options& options, VocabularyOptions& vocabulary) {
  options.add("min-count,minCount", vocabulary.min_count, "leave out rarer words")
      .add("max-size,max-vocab", vocabulary.max_size, "keep only the N most frequent words; 0 keeps all")
      .add("unknown", vocabulary.unknown, "replace words left out by this one word; by default they are dropped",
           "TOKEN")
      .add("end-token", vocabulary.text.end_token, "add this word at the end of each sentence; by default none",
           "TOKEN");
}

void add_vocabulary_file_option(Options& options, std::string& file) {
  options.add("vocabulary,vocab-file,read-vocab", file, "use the words and counts of this file (from equivec vocab)",
              "FILE");
}

void add_reading_memory_option(Options& options, std::uint64_t& memory) {
  options.add_megabytes("memory", memory, "for reading the corpus, then temporary files; 0: 3/4 of all");
}

void add_cooccurrence_options(Options& options, CooccurrenceOptions& cooccurrence) {
  options.add("window,window-size", cooccurrence.window, "words on each side that count as context")
      .add_choice("symmetric", cooccurrence.symmetric, "1: words on both sides; 0: pair a word with later ones only")
      .add_choice("distance-weighting", cooccurrence.distance_weighting, "1: a pair counts 1/distance; 0: 1");
}

void add_counting_memory_option(Options& options, std::uint64_t& memory) {
  options.add_megabytes("memory", memory,
                        "megabytes that counting may take; what is more goes to temporary files (in TMPDIR); 0: three "
                        "quarters of the machine's");
}

void require_one_vocabulary(const Options& options, const std::string& vocabulary_file) {
  if (vocabulary_file.empty()) return;
  for (const char* name : {"min-count", "max-size", "keep", "drop"})
    if (options.given(name))
      throw OptionError("--vocabulary gives the words; --" + std::string(name) +
                        " is for equivec vocab, which makes it");
}
