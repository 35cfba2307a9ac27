#include "src/counts/numbered_collected.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/text/corpus.hpp"
#include "src/counts/sentence_cutter.hpp"
#include "src/text/text_rules.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

namespace {

class CollectedNumberer {
 public:
  CollectedNumberer(const CollectedText& text, const NumberingOptions& options, std::span<const WordId> sentence_end)
      : text_(text), options_(options), sentence_end_(sentence_end) {}

  NumberedText run(std::uint64_t memory_of_ids, Progress* progress) {
    NumberedText result{.tables = {}, .spilled = {}, .blocks = {}, .ids = IdStore(memory_of_ids), .hash = {}};
    apply_rules(result, progress);
    result.sentences = text_.sentences;
    const bool cuts = options_.text.max_sentence > 0;
    if (options_.keep == Keep::counts && !cuts && !loses_words_) return finished(std::move(result));
    result.hash = text_.hash;
    SentenceCutter cutter(cuts ? static_cast<std::uint64_t>(options_.text.max_sentence) : ~std::uint64_t{0},
                          sentence_end_);
    result.sentences = 0;
    constexpr std::size_t block_size = std::size_t{1} << 17;
    std::vector<WordId> ids;
    for (std::size_t begin = 0; begin < text_.ids.size(); begin += block_size) {
      check_cancelled(progress);
      const auto given = text_.ids.subspan(begin, std::min(block_size, text_.ids.size() - begin));
      ids.clear();
      for (const WordId id : given) result.sentences += add(id, ids);
      const std::span<const WordId> cut = cuts ? cutter.cut(ids) : ids;
      if (options_.keep == Keep::counts_and_ids) {
        result.ids.append(cut);
        result.blocks.push_back({0, cut.size()});
      }
      if (progress) progress->done += given.size_bytes();
    }
    result.summary.cuts = cutter.cuts();
    result.sentences += cutter.cuts();
    return finished(std::move(result));
  }

 private:
  NumberedText finished(NumberedText result) const {
    result.summary.invalid = invalid_;
    return result;
  }

  /// Makes the table, and for each word of the collection the words that the rules make of it.
  void apply_rules(NumberedText& result, const Progress* progress) {
    WordCounts table;
    const TextRules rules(options_.text);
    TextRules::Scratch scratch;
    words_ends_.reserve(text_.ends.size());
    for (std::size_t i = 0; i < text_.ends.size(); ++i) {
      if (i % 65536 == 0) check_cancelled(progress);
      const RuledText ruled = rules.apply(text_.word(i), scratch);
      invalid_ += ruled.invalid * text_.counts[i];
      if (ruled.failed_line)
        throw Error("the word '" + std::string(text_.word(i)) +
                    "' is not UTF-8; replace or skip as the rule for invalid UTF-8 reads on");
      const auto take = [&](std::string_view word) {
        if (word.empty()) return;
        result.tokens += text_.counts[i];
        words_.push_back(options_.known ? options_.known->vocabulary.find(word).value_or(options_.known->unknown)
                                        : word_id(table.add(word, text_.counts[i])));
      };
      // A word that a program gave may hold white space, which separates only where the rules make words.
      if (rules.splits_words())
        tokenize(ruled.text, take, [] {});
      else
        take(ruled.text);
      loses_words_ |= words_.size() == (words_ends_.empty() ? 0 : words_ends_.back());
      words_ends_.push_back(words_.size());
    }
    if (!options_.known) result.tables.push_back(std::move(table));
  }

  /// Adds the words that a word has become; true at the end of a sentence that has one.
  bool add(WordId id, std::vector<WordId>& ids) {
    if (id != EncodedCorpus::sentence_end) {
      const std::size_t begin = index(id) == 0 ? 0 : words_ends_[index(id) - 1], end = words_ends_[index(id)];
      ids.insert(ids.end(), words_.begin() + static_cast<std::ptrdiff_t>(begin),
                 words_.begin() + static_cast<std::ptrdiff_t>(end));
      open_ |= begin < end;
      return false;
    }
    if (!std::exchange(open_, false)) return false;
    ids.insert(ids.end(), sentence_end_.begin(), sentence_end_.end());
    return true;
  }

  const CollectedText& text_;
  const NumberingOptions& options_;
  std::span<const WordId> sentence_end_;
  std::vector<WordId> words_;            // what the words of the collection have become, one after the other
  std::vector<std::size_t> words_ends_;  // of each, in words_
  std::uint64_t invalid_ = 0;
  bool loses_words_ = false;  // some word has become none
  bool open_ = false;         // the sentence has a word
};

}  // namespace

NumberedText number_collected(const CollectedText& text, const NumberingOptions& options,
                              std::span<const WordId> sentence_end, std::uint64_t memory_of_ids, Progress* progress) {
  return CollectedNumberer(text, options, sentence_end).run(memory_of_ids, progress);
}

}  // namespace equivec
