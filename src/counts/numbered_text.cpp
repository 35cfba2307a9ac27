#include "src/counts/numbered_text.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/counts/numbered_block.hpp"
#include "src/counts/numbered_collected.hpp"
#include "src/counts/shared_text.hpp"
#include "src/counts/sentence_cutter.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/collected_text.hpp"
#include "src/text/sentence_ends.hpp"
#include "src/text/text_reader.hpp"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

namespace equivec {

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

namespace {

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

/// Puts the results of blocks together, in the order of the text.
class BlockCollector {
 public:
  BlockCollector(const NumberingOptions& options, std::span<const WordId> sentence_end, const TextReader& reader,
                 NumberedText& result)
      : with_ids_(options.keep == Keep::counts_and_ids), sentence_end_(sentence_end), reader_(reader), result_(result) {
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
    result_.lines = joined(result_.lines, block.lines);
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
    result_.summary.lines += lines_of_file_;  // where the next rank's share begins within the file
  }
  RunningHash& hash() noexcept { return hash_; }

 private:
  /// Throws Error if the block has a problem, at its line.
  void count_lines(const NumberedBlock& block) {
    lines_of_file_ += block.block.lines_before;
    if (block.problem)
      throw Error(*block.block.file + ":" + std::to_string(lines_before() + block.problem->line + 1) + ": " +
                  block.problem->message);
    if (block.block.file_end) {
      if (in_first_file_ && !has_text_) open_line_ = reader_.share_begins_in_line();
      result_.summary.lines += lines_of_file_ + open_line_;
      lines_of_file_ = 0;
      in_first_file_ = false;
      open_line_ = false;
      return;
    }
    has_text_ = true;
    lines_of_file_ += block.line_ends;
    open_line_ = block.block.text.back() != '\n';
  }

  /// Of the file, before the block.
  std::uint64_t lines_before() const { return lines_of_file_ + (in_first_file_ ? reader_.lines_before_share() : 0); }

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
  const TextReader& reader_;
  NumberedText& result_;
  std::vector<ThreadWords*> tables_;
  std::optional<SentenceCutter> cutter_;
  RunningHash hash_;
  LineSeam seam_;
  std::uint64_t lines_of_file_ = 0;
  bool open_line_ = false, in_first_file_ = true, has_text_ = false;
};

}  // namespace

NumberedText number_words(const Corpus& corpus, const NumberingOptions& options, Progress* progress) {
  Communicator* const ranks = corpus.ranks();
  start(progress, corpus.bytes() / static_cast<std::uint64_t>(ranks ? ranks->size() : 1));
  const bool with_ids = options.keep == Keep::counts_and_ids;
  std::vector<WordId> sentence_end;
  if (options.known && options.known->end_token != no_word) sentence_end.push_back(options.known->end_token);
  if (!options.known && !options.text.end_token.empty()) sentence_end.push_back(NumberedText::end_token);
  sentence_end.push_back(EncodedCorpus::sentence_end);

  const std::uint64_t memory = memory_for(options.memory);
  const std::uint64_t of_tables = with_ids ? memory / 4 : memory;
  if (const CollectedText* collected = collected_text(corpus))
    return number_collected(*collected, options, sentence_end, memory - of_tables, progress);
  const TableLimit limit(of_tables, options.threads);
  const auto runs = std::make_shared<WordRuns>(is_before_in_bytes);
  std::atomic<bool> spilled = false;

  NumberedText result{.tables = {}, .spilled = {}, .blocks = {}, .ids = IdStore(memory - of_tables), .hash = {}};
  tbb::enumerable_thread_specific<ThreadWords> words_of_thread;
  TextReader reader(corpus, options.text.tokenize, cuts_between_lines(options.text));
  const BlockNumberer numberer(options, with_ids || options.text.max_sentence > 0, sentence_end);
  BlockCollector collector(options, sentence_end, reader, result);
  const auto read = [&] {
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
  };
  if (ranks)
    agree(*ranks, read);
  else
    read();
  result.summary.files = corpus.files().size();
  result.summary.bytes = corpus.bytes();
  if (ranks) join_shares(corpus, options, collector.hash(), result);
  if (options.known) return result;
  for (ThreadWords* table : collector.tables_of(words_of_thread)) result.tables.push_back(std::move(table->words));
  bool too_large = spilled || limit.is_reached(result.tables);
  if (ranks) too_large = any_of(*ranks, too_large);
  if (too_large) {
    for (WordCounts& words : result.tables) spill(words, *runs, progress);
    result = {.tokens = result.tokens,
              .sentences = result.sentences,
              .summary = result.summary,
              .tables = {},
              .spilled = runs,
              .blocks = {},
              .ids = IdStore(0),
              .hash = {},
              .lines = result.lines,
              .ends_before = result.ends_before};
  }
  return result;
}

}  // namespace equivec
