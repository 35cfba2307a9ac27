#pragma once

#include "equivec/base/types.hpp"
#include "src/counts/numbered_text.hpp"
#include "src/counts/word_counts.hpp"
#include "src/text/records.hpp"
#include "src/text/sentence_ends.hpp"
#include "src/text/text_reader.hpp"
#include "src/text/text_rules.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// The words that a thread met, and its memory.
struct ThreadWords {
  WordCounts words;
  std::vector<WordId> ids = {};  ///< theirs in the known vocabulary, if there is one
  TextRules::Scratch scratch = {};

  /// Turns numbers of words into ids.
  void look_up(std::span<WordId> numbers, const KnownWords& known);
};

/// The result of one block of the text, made by one thread.
struct NumberedBlock {
  TextBlock block;
  ThreadWords* table = nullptr;
  ExtractedText extracted = {};  ///< if the block holds records
  BlockLines lines = {};
  std::vector<WordId> ids = {};
  std::uint64_t tokens = 0, sentences = 0;
  std::uint64_t line_ends = 0;  ///< of the block as it stands in the file
  std::uint64_t invalid = 0;    ///< pieces that are not UTF-8
  std::optional<ExtractedText::Problem> problem = {};

  /// What the words were taken from.
  std::string_view text() const noexcept { return block.records ? std::string_view(extracted.text) : block.text; }
};

/// Numbers the words of blocks. Several threads may use it, each with its own table.
class BlockNumberer {
 public:
  /// sentence_end: the ids that mark the end of a sentence.
  BlockNumberer(const NumberingOptions& options, bool with_ids, std::span<const WordId> sentence_end)
      : options_(options), rules_(options.text), with_ids_(with_ids), sentence_end_(sentence_end) {}

  NumberedBlock number(TextBlock block, ThreadWords& table) const;

 private:
  void number_words(std::string_view text, NumberedBlock& result) const;

  const NumberingOptions& options_;
  TextRules rules_;
  bool with_ids_;
  std::span<const WordId> sentence_end_;
};

}  // namespace equivec
