#include "src/counts/numbered_text.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/counts/numbered_block.hpp"
#include "src/counts/sentence_cutter.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/collected_text.hpp"
#include "src/text/sentence_ends.hpp"
#include "src/text/text_reader.hpp"
#include "src/text/text_rules.hpp"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// Moves the words of a table to a run.
void spill(WordCounts& words, WordRuns& runs, const Progress* progress) {
  check_cancelled(progress);
  struct Key {
    std::uint64_t prefix;  // the first eight bytes, which decide most comparisons without reading the word
    std::uint32_t number;
  };
  std::vector<Key> order(words.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = {prefix_of(words.word(i)), i};
  std::ranges::sort(order, [&](const Key& a, const Key& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : words.word(a.number) < words.word(b.number);
  });
  const std::vector<std::uint64_t> counts = words.counts();
  runs.add(order.size(), [&](std::size_t i) {
    if (i % 65536 == 0) check_cancelled(progress);
    return CountedWord{words.word(order[i].number), counts[order[i].number]};
  });
  words = {};
}

/// Keeps the tables within their memory.
class TableLimit {
 public:
  /// memory: of all tables.
  TableLimit(std::uint64_t memory, int threads) {
    // Of a table that has just doubled: four slots of 32 bytes a word, its bytes and their ends with as much room
    // again, and what sorting takes.
    constexpr std::uint64_t bytes_per_word = 256;
    const std::uint64_t share = memory / static_cast<std::uint64_t>(thread_count(threads));
    most_words_ = share / bytes_per_word;
    most_bytes_ = share;
    most_together_ = memory / 4;  // choosing from them takes as much again, and more
  }

  bool is_reached(const WordCounts& words) const noexcept {
    return words.size() > most_words_ || words.memory() > most_bytes_;
  }
  /// Whether the tables are too large to be merged in memory.
  bool is_reached(std::span<const WordCounts> tables) const noexcept {
    return std::accumulate(tables.begin(), tables.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const WordCounts& table) { return sum + table.memory(); }) >
           most_together_;
  }

 private:
  std::uint64_t most_words_, most_bytes_, most_together_;
};

/// Words that have numbers already. They are in memory, so nothing is gained by moving them to runs.
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

/// Puts the results of blocks together, in the order of the text.
class BlockCollector {
 public:
  BlockCollector(const NumberingOptions& options, std::span<const WordId> sentence_end, NumberedText& result)
      : with_ids_(options.keep == Keep::counts_and_ids), sentence_end_(sentence_end), result_(result) {
    if (options.text.max_sentence > 0)
      cutter_.emplace(static_cast<std::uint64_t>(options.text.max_sentence), sentence_end);
  }

  void add(NumberedBlock& block, bool ids_are_needed) {
    count_lines(block);
    result_.tokens += block.tokens;
    result_.sentences += block.sentences;
    result_.summary.records += block.extracted.records;
    result_.summary.empty_records += block.extracted.empty;
    result_.summary.invalid += block.invalid;
    const bool closes = seam_.closes_before(block.lines);
    result_.sentences += closes;
    if (closes && cutter_) cutter_->end_sentence();
    const std::span<const WordId> ids = cutter_ ? cutter_->cut(block.ids) : block.ids;
    if (with_ids_ && ids_are_needed) append(block, closes, ids);
  }

  /// The tables in the order of the blocks, and those without a block behind them.
  std::vector<ThreadWords*> tables_of(tbb::enumerable_thread_specific<ThreadWords>& all) {
    for (ThreadWords& table : all)
      if (std::ranges::find(tables_, &table) == tables_.end()) tables_.push_back(&table);
    return tables_;
  }

  void finish() {
    if (cutter_) {
      result_.summary.cuts = cutter_->cuts();
      result_.sentences += cutter_->cuts();
    }
    if (with_ids_) result_.hash = hash_.digest();
  }

 private:
  /// Throws Error if the block has a problem, at its line.
  void count_lines(const NumberedBlock& block) {
    lines_of_file_ += block.block.lines_before;
    if (block.problem)
      throw Error(*block.block.file + ":" + std::to_string(lines_of_file_ + block.problem->line + 1) + ": " +
                  block.problem->message);
    if (block.block.file_end) {
      result_.summary.lines += lines_of_file_ + open_line_;
      lines_of_file_ = 0;
      open_line_ = false;
      return;
    }
    lines_of_file_ += block.line_ends;
    open_line_ = block.block.text.back() != '\n';
  }

  void append(const NumberedBlock& numbered, bool closes, std::span<const WordId> ids) {
    if (!numbered.block.file_end) hash_.add(numbered.text());
    const auto table = std::ranges::find(tables_, numbered.table);
    NumberedText::Block block{static_cast<std::size_t>(table - tables_.begin()), ids.size()};
    if (table == tables_.end()) tables_.push_back(numbered.table);
    if (closes) {
      result_.ids.append(sentence_end_);
      block.ids += sentence_end_.size();
    }
    result_.ids.append(ids);
    if (block.ids > 0) result_.blocks.push_back(block);
  }

  bool with_ids_;
  std::span<const WordId> sentence_end_;
  NumberedText& result_;
  std::vector<ThreadWords*> tables_;
  std::optional<SentenceCutter> cutter_;
  RunningHash hash_;
  LineSeam seam_;
  std::uint64_t lines_of_file_ = 0;
  bool open_line_ = false;
};

}  // namespace

NumberedText number_words(const Corpus& corpus, const NumberingOptions& options, Progress* progress) {
  start(progress, corpus.bytes());
  const bool with_ids = options.keep == Keep::counts_and_ids;
  std::vector<WordId> sentence_end;
  if (options.known && options.known->end_token != no_word) sentence_end.push_back(options.known->end_token);
  if (!options.known && !options.text.end_token.empty()) sentence_end.push_back(NumberedText::end_token);
  sentence_end.push_back(EncodedCorpus::sentence_end);

  const std::uint64_t memory = memory_for(options.memory);
  const std::uint64_t of_tables = with_ids ? memory / 4 : memory;
  if (const CollectedText* collected = collected_text(corpus))
    return CollectedNumberer(*collected, options, sentence_end).run(memory - of_tables, progress);
  const TableLimit limit(of_tables, options.threads);
  const auto runs = std::make_shared<WordRuns>(is_before_in_bytes);
  std::atomic<bool> spilled = false;

  NumberedText result{.tables = {}, .spilled = {}, .blocks = {}, .ids = IdStore(memory - of_tables), .hash = {}};
  tbb::enumerable_thread_specific<ThreadWords> words_of_thread;
  TextReader reader(corpus, options.text.tokenize);
  const BlockNumberer numberer(options, with_ids || options.text.max_sentence > 0, sentence_end);
  BlockCollector collector(options, sentence_end, result);
  ordered_pipeline(
      options.threads, [&] { return reader.next(); },
      [&](TextBlock block) {
        check_cancelled(progress);
        ThreadWords& table = words_of_thread.local();
        NumberedBlock numbered = numberer.number(std::move(block), table);
        if (limit.is_reached(table.words)) {
          if (options.known) {  // it only spares looking words up again
            table.words = {};
            table.ids = {};
          } else {
            spill(table.words, *runs, progress);
            spilled = true;
          }
        }
        return numbered;
      },
      [&](NumberedBlock numbered) {
        collector.add(numbered, !spilled);
        if (progress) progress->done += numbered.block.stored_bytes;
      });

  require_whole_inputs();
  collector.finish();
  result.summary.files = corpus.files().size();
  result.summary.bytes = corpus.bytes();
  if (options.known) return result;
  for (ThreadWords* table : collector.tables_of(words_of_thread)) result.tables.push_back(std::move(table->words));
  if (spilled || limit.is_reached(result.tables)) {
    for (WordCounts& words : result.tables) spill(words, *runs, progress);
    result = {.tokens = result.tokens,
              .sentences = result.sentences,
              .summary = result.summary,
              .tables = {},
              .spilled = runs,
              .blocks = {},
              .ids = IdStore(0),
              .hash = {}};
  }
  return result;
}

}  // namespace equivec
