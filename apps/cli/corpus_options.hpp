#pragma once

#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/recipe.hpp"

#include "apps/cli/options.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the commands that read a corpus share.

inline constexpr std::string_view corpus_help =
    "CORPUS is a file, a directory, a glob, @LIST or - (standard input), plain or compressed, a sentence a line; for "
    "what words are, see vocab --help.";

inline constexpr std::string_view corpus_paths_help =
    "CORPUS is a file, a directory, a glob, @LIST (a file of paths) or - (standard input), plain or compressed (gzip, "
    "bzip2, xz, zstd).";

/// The text that a command reads.
struct CorpusInput {
  std::vector<std::string> paths;
  equivec::CorpusOptions source;
  std::string keep, drop;  ///< files of words, or empty

  /// Reads the lists of words, if there are any.
  void read_lists(equivec::VocabularyOptions& vocabulary) const;
  /// Opens the corpus; `files` is told of all that is read.
  equivec::Corpus open(equivec::RunFiles& files) const;
};

/// The file that --phrases names; empty if there is none.
std::string phrase_file(const equivec::WordsRecipe& words);

enum class TextHelp { shown, hidden };

/// What a word is, and where the text stands. --help shows them if asked to.
void add_text_options(Options& options, CorpusInput& input, equivec::TextOptions& text, TextHelp help);
/// --phrases, and which words are kept or dropped by name.
void add_word_options(Options& options, CorpusInput& input, equivec::WordsRecipe& words, TextHelp help);
/// Throws equivec::OptionError if an option of add_text_options() or of choosing words was given; `why` ends the
/// message.
void require_no_text_options(const Options& options, std::string_view why);

/// Which words are kept.
void add_vocabulary_options(Options& options, equivec::VocabularyOptions& vocabulary);
/// --vocabulary, in place of counting.
void add_vocabulary_file_option(Options& options, std::string& file);
/// Throws equivec::OptionError if both a vocabulary file and options that choose words are given.
void require_one_vocabulary(const Options& options, const std::string& vocabulary_file);
/// --memory of reading the corpus.
void add_reading_memory_option(Options& options, std::uint64_t& memory);
void add_cooccurrence_options(Options& options, equivec::CooccurrenceOptions& cooccurrence);
/// --memory of the corpus and the co-occurrences.
void add_counting_memory_option(Options& options, std::uint64_t& memory);
