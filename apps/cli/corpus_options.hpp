#pragma once

#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/training.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What the commands that read a corpus share.

inline constexpr std::string_view corpus_help =
    "CORPUS is a file, a directory, a glob or - (standard input), plain or compressed (gzip, bzip2, xz, zstd): words "
    "between white space, a sentence a line.";

/// What decides which words are kept.
void add_vocabulary_options(Options& options, equivec::VocabularyOptions& vocabulary);
/// Throws equivec::OptionError if both a file of words and what chooses words are given.
void require_one_vocabulary(const Options& options, const std::string& vocabulary_file);
/// --memory, for commands that train.
void add_memory_option(Options& options, equivec::VocabularyOptions& vocabulary);

/// How the commands count co-occurrences.
struct CorpusCounting {
  equivec::VocabularyOptions vocabulary;
  equivec::CooccurrenceOptions cooccurrence;
  std::uint64_t memory = 0;  ///< for all of it

  /// Shares memory and threads out. Throws OptionError.
  void validate();
};
void add_cooccurrence_options(Options& options, equivec::CooccurrenceOptions& cooccurrence);
/// --memory, where it is for the corpus and the co-occurrences.
void add_counting_memory_option(Options& options, std::uint64_t& memory);
/// Counts, and says before what memory and disk that may take.
equivec::Cooccurrences count_with_remarks(const equivec::TrainingText& text,
                                          const equivec::CooccurrenceOptions& options, const ConsoleOptions& console);

/// Prints how many bytes each table takes, and all of them.
void show_tables(std::span<const equivec::TableSize> tables);

/// Throws equivec::Error if an output is a file of the corpus, which it would replace, or two outputs are the same.
void require_apart(const equivec::Corpus& corpus, std::span<const std::string> outputs);

/// read_vocabulary() of words that training can go by: an Error if they have no counts.
equivec::Vocabulary read_counted_vocabulary(const std::string& file);

/// The words of vectors to start from, whatever their counts, and those that are frequent enough.
equivec::Vocabulary count_words_besides(const equivec::Vocabulary& initial, const equivec::Corpus& corpus,
                                        const equivec::VocabularyOptions& options, const ConsoleOptions& console);

/// Counts the words (or reads `vocabulary_file`, if it has a name, or takes `known`) and encodes the corpus, with
/// progress and remarks.
equivec::TrainingText read_training_text(const equivec::Corpus& corpus, const std::string& vocabulary_file,
                                         const equivec::VocabularyOptions& options, const ConsoleOptions& console,
                                         const std::optional<equivec::Vocabulary>& known = {});

/// What every output says of how it was made: the tool, the instruction set, the corpus.
equivec::Metadata training_metadata(std::string_view command, const equivec::TrainingText& text,
                                    const std::string& vocabulary_file, const equivec::VocabularyOptions& options);
