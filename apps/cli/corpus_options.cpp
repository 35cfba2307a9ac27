#include "apps/cli/corpus_options.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "src/base/text_numbers.hpp"
#include "src/base/memory.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>

using namespace equivec;

void add_vocabulary_options(Options& options, VocabularyOptions& vocabulary) {
  options.add("min-count,minCount", vocabulary.min_count, "leave out rarer words")
      .add("max-size,max-vocab", vocabulary.max_size, "keep only the N most frequent words; 0 keeps all")
      .add("unknown", vocabulary.unknown, "turn words left out into this one word; by default they vanish", "TOKEN")
      .add("end-token", vocabulary.end_token, "make the end of each sentence this word; by default it is none",
           "TOKEN");
}

void add_memory_option(Options& options, VocabularyOptions& vocabulary) {
  options.add_megabytes("memory", vocabulary.memory,
                        "megabytes the encoded corpus may take in memory; beyond, it is kept in a temporary file (in "
                        "TMPDIR); 0: no limit");
}

void CorpusCounting::validate() {
  if (memory == 0) memory = physical_memory() / 4 * 3;
  vocabulary.memory = memory / 8;
  cooccurrence.memory = memory / 2;
  cooccurrence.threads = vocabulary.threads;
  // Each thread that reads has a table of the words that it met.
  constexpr std::uint64_t little = 1000000000;
  if (memory < little) vocabulary.threads = 1;
  equivec::validate(vocabulary);
  equivec::validate(cooccurrence);
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

Cooccurrences count_with_remarks(const TrainingText& text, const CooccurrenceOptions& options,
                                 const ConsoleOptions& console) {
  if (!console.quiet) {
    const CooccurrenceNeeds needs = cooccurrence_needs(text.corpus, text.vocabulary, options);
    remark("counting co-occurrences: about " + grouped(needs.memory / 1000000 + 1) + " MB of memory" +
           (needs.disk == 0 ? "" : " and " + grouped(needs.disk / 1000000 + 1) + " MB of temporary files"));
  }
  const ProgressLine line("counting co-occurrences", "words", console);
  return count_cooccurrences(text.corpus, text.vocabulary, options, &progress());
}

void show_tables(std::span<const TableSize> tables) {
  std::uint64_t sum = 0;
  const auto line = [](const std::string& name, std::uint64_t bytes) {
    char number[64];
    std::snprintf(number, sizeof number, "%15s bytes  ", grouped(bytes).c_str());
    std::cout << number << name << '\n';
  };
  for (const TableSize& table : tables) {
    line(table.name, table.bytes);
    sum += table.bytes;
  }
  line("in all", sum);
}

void require_one_vocabulary(const Options& options, const std::string& vocabulary_file) {
  if (!vocabulary_file.empty() && (options.given("min-count") || options.given("max-size")))
    throw OptionError("--vocabulary gives the words; --min-count and --max-size are for equivec vocab, which makes it");
}

void require_apart(const Corpus& corpus, std::span<const std::string> outputs) {
  require_apart(std::span<const std::string>(), outputs);
  std::error_code ignored;
  for (const std::string& output : outputs)
    for (const std::string& file : corpus.files())
      if (std::filesystem::equivalent(output, file, ignored))
        throw Error(output + ": is a file of the corpus and would be replaced; choose another output");
}

Vocabulary read_counted_vocabulary(const std::string& file) {
  Vocabulary vocabulary = read_vocabulary(file);
  if (vocabulary.total_count() == 0)
    throw Error(file + ": its words have no counts, by which training goes; make it with equivec vocab");
  return vocabulary;
}

Vocabulary count_words_besides(const Vocabulary& initial, const Corpus& corpus, const VocabularyOptions& options,
                               const ConsoleOptions& console) {
  VocabularyOptions every = options;
  every.min_count = 1;
  every.max_size = 0;
  const ProgressLine line("counting words", "bytes", console);
  const Vocabulary all = count_words(corpus, every, &progress());
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string_view word = all.word(word_id(i));
    const std::uint64_t count = all.count(word_id(i));
    if (count >= static_cast<std::uint64_t>(options.min_count) || initial.find(word))
      entries.push_back({std::string(word), count});
  }
  for (std::size_t i = 0; i < initial.size(); ++i)
    if (const std::string_view word = initial.word(word_id(i)); !all.find(word))
      entries.push_back({std::string(word), 0});
  return Vocabulary(entries);
}

TrainingText read_training_text(const Corpus& corpus, const std::string& vocabulary_file,
                                const VocabularyOptions& options, const ConsoleOptions& console,
                                const std::optional<Vocabulary>& known) {
  TrainingText text = [&]() -> TrainingText {
    const ProgressLine line("reading the corpus", "bytes", console);
    if (known) return {*known, encode(corpus, *known, options, &progress())};
    if (vocabulary_file.empty()) return read_corpus(corpus, options, &progress());
    Vocabulary given = read_counted_vocabulary(vocabulary_file);
    for (const std::string& token : {options.unknown, options.end_token})
      if (!token.empty() && !given.find(token)) throw Error(vocabulary_file + ": has no word '" + token + "'");
    EncodedCorpus encoded = encode(corpus, given, options, &progress());
    return {std::move(given), std::move(encoded)};
  }();
  if (!console.quiet)
    remark(corpus.name() + ": " + grouped(text.corpus.tokens()) + " tokens, " + grouped(text.corpus.words()) +
           " of them among the " + grouped(text.vocabulary.size()) + " words of the vocabulary");
  return text;
}

Metadata training_metadata(std::string_view command, const TrainingText& text, const std::string& vocabulary_file,
                           const VocabularyOptions& options) {
  Metadata metadata = {{"tool", "equivec " EQUIVEC_VERSION},
                       {"command", std::string(command)},
                       {"corpus_hash", text.corpus.hash()},
                       {"corpus_tokens", std::to_string(text.corpus.tokens())},
                       {"corpus_words", std::to_string(text.corpus.words())}};
  if (vocabulary_file.empty()) {
    metadata["min_count"] = std::to_string(options.min_count);
    metadata["max_size"] = std::to_string(options.max_size);
  } else {
    metadata["vocabulary_file"] = vocabulary_file;
  }
  if (!options.unknown.empty()) metadata["unknown"] = options.unknown;
  if (!options.end_token.empty()) metadata["end_token"] = options.end_token;
  return metadata;
}
