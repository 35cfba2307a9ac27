#pragma once

#include "equivec/base/export.hpp"

#include <cstdint>
#include <string>

namespace EQUIVEC_EXPORT equivec {

/// Words of a text, and how often they occur in it together.
struct WordTotals {
  std::uint64_t types = 0;   ///< different words
  std::uint64_t tokens = 0;  ///< their occurrences
};

/// What was read, and what became of it. What is counted with "of a given vocabulary" is 0 if words were counted, and
/// the other way round.
struct TextSummary {
  std::uint64_t files = 0;                       ///< 0 if the text was no file
  std::uint64_t bytes = 0;                       ///< as stored
  std::uint64_t lines = 0;                       ///< of the files, also of those that hold records
  std::uint64_t records = 0, empty_records = 0;  ///< of JSON lines or separated values; empty: without a word
  std::uint64_t sentences = 0;                   ///< with at least a word, after long ones were cut
  std::uint64_t cuts = 0;                        ///< places where a sentence longer than max_sentence was cut
  std::uint64_t invalid = 0;  ///< pieces that are not UTF-8; whether they stay is for TextOptions::invalid_utf8
  WordTotals words;           ///< all; no types if the vocabulary was given
  WordTotals kept;            ///< in the vocabulary, without the unknown word and the end token
  WordTotals rare;            ///< rarer than min_count
  WordTotals beyond;          ///< beyond max_size
  WordTotals dropped;         ///< in the list of words to drop
  std::uint64_t outside = 0;  ///< tokens outside a given vocabulary
  double seconds = 0;         ///< of reading
};

/// The summary as a sentence, without the corpus's name: "2 files, 12,345 bytes, ...; kept ...; left out ...".
std::string described(const TextSummary& summary);

}  // namespace equivec
