#include "apps/train.hpp"

#include <filesystem>
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

void require_apart(const Corpus& corpus, std::span<const std::string> outputs) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k)
      if (fs::weakly_canonical(fs::absolute(outputs[i]), ignored) ==
          fs::weakly_canonical(fs::absolute(outputs[k]), ignored))
        throw OptionError(outputs[i] + ": two outputs cannot be the same file");
    for (const std::string& file : corpus.files())
      if (fs::equivalent(outputs[i], file, ignored))
        throw Error(outputs[i] + ": is a file of the corpus and would be replaced; choose another output");
  }
}

Vocabulary read_counted_vocabulary(const std::string& file) {
  Vocabulary vocabulary = read_vocabulary(file);
  if (vocabulary.total_count() == 0)
    throw Error(file + ": its words have no counts, by which training goes; make it with equivec vocab");
  return vocabulary;
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
