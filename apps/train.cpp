#include "apps/train.hpp"

#include <Eigen/Core>

#include <optional>

using namespace equivec;

void add_vocabulary_options(Options& options, VocabularyOptions& vocabulary) {
  options.add("min-count,minCount", vocabulary.min_count, "leave out rarer words")
      .add("max-size,max-vocab", vocabulary.max_size, "keep only the N most frequent words; 0 keeps all")
      .add("unknown", vocabulary.unknown, "turn words left out into this one word; by default they vanish", "TOKEN")
      .add("end-token", vocabulary.end_token, "make the end of each sentence this word; by default it is none",
           "TOKEN");
}

TrainingText read_training_text(std::span<const std::string> paths, const std::string& vocabulary_file,
                                const VocabularyOptions& options, const ConsoleOptions& console) {
  const Corpus corpus = Corpus::from_paths(paths);
  Vocabulary vocabulary = [&] {
    if (!vocabulary_file.empty()) return read_vocabulary(vocabulary_file);
    const ProgressLine line("counting words", "bytes", console);
    return count_words(corpus, options, &progress());
  }();
  EncodedCorpus encoded = [&] {
    const ProgressLine line("reading the corpus", "bytes", console);
    return encode(corpus, vocabulary, options, &progress());
  }();
  if (!console.quiet)
    remark(corpus.name() + ": " + grouped(encoded.tokens()) + " tokens, " + grouped(encoded.words()) +
           " of them among the " + grouped(vocabulary.size()) + " words of the vocabulary");
  return {std::move(vocabulary), std::move(encoded)};
}

Metadata training_metadata(std::string_view command, const TrainingText& text, const VocabularyOptions& options) {
  Metadata metadata = {{"tool", "equivec " EQUIVEC_VERSION},
                       {"command", std::string(command)},
                       {"instruction_set", Eigen::SimdInstructionSetsInUse()},
                       {"corpus_hash", text.corpus.hash()},
                       {"corpus_tokens", std::to_string(text.corpus.tokens())},
                       {"corpus_words", std::to_string(text.corpus.words())},
                       {"min_count", std::to_string(options.min_count)},
                       {"max_size", std::to_string(options.max_size)}};
  if (!options.unknown.empty()) metadata["unknown"] = options.unknown;
  if (!options.end_token.empty()) metadata["end_token"] = options.end_token;
  return metadata;
}
