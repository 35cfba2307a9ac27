#pragma once

#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"

#include "apps/cli/options.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// What the commands that read a corpus share.

inline constexpr std::string_view corpus_help =
    "CORPUS is a file, a directory, a glob or - (standard input), plain or compressed (gzip, bzip2, xz, zstd): words "
    "between white space, a sentence a line.";

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
