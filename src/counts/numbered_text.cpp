#include "src/counts/numbered_text.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/collected_text.hpp"
#include "src/text/sentence_ends.hpp"
#include "src/text/text_reader.hpp"
#include "src/text/word_scanner.hpp"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// The words that a thread met.
struct Table {
  WordCounts words;
  std::vector<WordId> ids = {};  // theirs in the known vocabulary, if there is one

  /// Turns numbers of words into ids.
  void look_up(std::span<WordId> numbers, const KnownWords& known) {
    for (std::size_t i = ids.size(); i < words.size(); ++i)
      ids.push_back(known.vocabulary.find(words.word(static_cast<std::uint32_t>(i))).value_or(known.unknown));
    for (WordId& number : numbers) number = ids[index(number)];
  }
};

/// The result of one block of the text, made by one thread.
struct NumberedBlock {
  TextBlock block;
  Table* table = nullptr;
  BlockLines lines = {};
  std::vector<WordId> ids = {};
  std::uint64_t tokens = 0, sentences = 0;
};

NumberedBlock number_block(TextBlock text_block, Table& table, const NumberingOptions& options,
                           std::span<const WordId> sentence_end) {
  const bool with_ids = options.keep == Keep::counts_and_ids;
  NumberedBlock result{.block = std::move(text_block), .table = &table};
  const std::string_view text = result.block.text;
  if (with_ids) result.ids.reserve(text.size() / 5);
  LineScanner lines;
  WordScanner scanner(text);
  std::array<WordId, WordScanner::batch> batch;
  while (scanner.next()) {
    table.words.add(text, scanner.edges(), batch);
    const std::size_t words = scanner.edges().size() / 2;
    if (options.known) table.look_up(std::span(batch).first(words), *options.known);
    result.tokens += words;
    std::size_t done = 0;
    const auto take_words = [&](std::size_t until) {
      if (until == done) return;
      lines.word();
      if (with_ids)
        result.ids.insert(result.ids.end(), batch.begin() + static_cast<std::ptrdiff_t>(done),
                          batch.begin() + static_cast<std::ptrdiff_t>(until));
      done = until;
    };
    for (const std::uint32_t line_end : scanner.line_ends()) {
      take_words(line_end);
      if (!lines.line_end()) continue;
      ++result.sentences;
      if (with_ids) result.ids.insert(result.ids.end(), sentence_end.begin(), sentence_end.end());
    }
    take_words(words);
  }
  result.lines = lines.lines();
  return result;
}

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
NumberedText number_collected(const CollectedText& text, const NumberingOptions& options,
                              std::span<const WordId> sentence_end, std::uint64_t memory_of_ids, Progress* progress) {
  NumberedText result{.tokens = text.tokens,
                      .sentences = text.sentences,
                      .tables = {},
                      .spilled = {},
                      .blocks = {},
                      .ids = IdStore(memory_of_ids),
                      .hash = {}};
  std::vector<WordId> known_ids;
  if (options.known) {
    for (std::size_t i = 0; i < text.ends.size(); ++i)
      known_ids.push_back(options.known->vocabulary.find(text.word(i)).value_or(options.known->unknown));
  } else {
    WordCounts& table = result.tables.emplace_back();
    for (std::size_t i = 0; i < text.ends.size(); ++i) {
      if (i % 65536 == 0) check_cancelled(progress);
      table.add(text.word(i), text.counts[i]);
    }
  }
  if (options.keep == Keep::counts) return result;
  result.hash = text.hash;
  constexpr std::size_t block_size = std::size_t{1} << 17;
  std::vector<WordId> ids;
  for (std::size_t begin = 0; begin < text.ids.size(); begin += block_size) {
    check_cancelled(progress);
    const std::span<const WordId> given = text.ids.subspan(begin, std::min(block_size, text.ids.size() - begin));
    ids.clear();
    for (const WordId id : given)
      if (id == EncodedCorpus::sentence_end)
        ids.insert(ids.end(), sentence_end.begin(), sentence_end.end());
      else
        ids.push_back(options.known ? known_ids[index(id)] : id);
    result.ids.append(ids);
    result.blocks.push_back({0, ids.size()});
    if (progress) progress->done += given.size_bytes();
  }
  return result;
}

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
    return number_collected(*collected, options, sentence_end, memory - of_tables, progress);
  const TableLimit limit(of_tables, options.threads);
  const auto runs = std::make_shared<WordRuns>(is_before_in_bytes);
  std::atomic<bool> spilled = false;

  NumberedText result{.tables = {}, .spilled = {}, .blocks = {}, .ids = IdStore(memory - of_tables), .hash = {}};
  std::vector<Table*> tables;  // in the order of result.tables
  tbb::enumerable_thread_specific<Table> table_of_thread;
  TextReader reader(corpus);
  RunningHash hash;
  LineSeam seam;
  ordered_pipeline(
      options.threads, [&] { return reader.next(); },
      [&](TextBlock block) {
        check_cancelled(progress);
        Table& table = table_of_thread.local();
        NumberedBlock numbered = number_block(std::move(block), table, options, sentence_end);
        if (limit.is_reached(table.words)) {
          if (options.known) {
            table = {};  // it only spares looking words up again
          } else {
            spill(table.words, *runs, progress);
            spilled = true;
          }
        }
        return numbered;
      },
      [&](NumberedBlock numbered) {
        result.tokens += numbered.tokens;
        result.sentences += numbered.sentences;
        const bool closes = seam.closes_before(numbered.lines);
        result.sentences += closes;
        if (with_ids && !spilled) {
          if (!numbered.block.file_end) hash.add(numbered.block.text);
          const auto table = std::ranges::find(tables, numbered.table);
          NumberedText::Block block{static_cast<std::size_t>(table - tables.begin()), numbered.ids.size()};
          if (table == tables.end()) tables.push_back(numbered.table);
          if (closes) {
            result.ids.append(sentence_end);
            block.ids += sentence_end.size();
          }
          result.ids.append(numbered.ids);
          if (block.ids > 0) result.blocks.push_back(block);
        }
        if (progress) progress->done += numbered.block.stored_bytes;
      });

  require_whole_inputs();
  if (with_ids) result.hash = hash.digest();
  if (options.known) return result;
  for (Table& table : table_of_thread)
    if (std::ranges::find(tables, &table) == tables.end()) tables.push_back(&table);
  for (Table* table : tables) result.tables.push_back(std::move(table->words));
  if (spilled || limit.is_reached(result.tables)) {
    for (WordCounts& words : result.tables) spill(words, *runs, progress);
    result = {.tokens = result.tokens,
              .sentences = result.sentences,
              .tables = {},
              .spilled = runs,
              .blocks = {},
              .ids = IdStore(0),
              .hash = {}};
  }
  return result;
}

}  // namespace equivec
