#include "src/counts/numbered_text.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/sentence_ends.hpp"
#include "src/text/text_reader.hpp"
#include "src/text/word_scanner.hpp"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

/// The result of one block of the text, made by one thread.
struct NumberedBlock {
  TextBlock block;
  WordCounts* table = nullptr;
  BlockLines lines = {};
  std::vector<WordId> ids = {};
  std::uint64_t tokens = 0, sentences = 0;
};

}  // namespace

NumberedText number_words(const Corpus& corpus, const NumberingOptions& options, Progress* progress) {
  if (progress) {
    progress->done = 0;
    progress->total = corpus.bytes();
  }
  const bool with_ids = options.keep == Keep::counts_and_ids;
  std::vector<WordId> sentence_end;
  if (!options.text.end_token.empty()) sentence_end.push_back(NumberedText::end_token);
  sentence_end.push_back(EncodedCorpus::sentence_end);

  NumberedText result{.tables = {}, .blocks = {}, .ids = IdStore(options.memory), .hash = {}};
  std::vector<WordCounts*> tables;  // in the order of result.tables
  tbb::enumerable_thread_specific<WordCounts> table_of_thread;
  TextReader reader(corpus);
  RunningHash hash;
  LineSeam seam;
  ordered_pipeline(
      options.threads, [&] { return reader.next(); },
      [&](TextBlock block) {
        check_cancelled(progress);
        NumberedBlock numbered{.block = std::move(block), .table = &table_of_thread.local()};
        const std::string_view text = numbered.block.text;
        if (with_ids) numbered.ids.reserve(text.size() / 5);
        LineScanner lines;
        WordScanner scanner(text);
        std::array<WordId, WordScanner::batch> batch;
        while (scanner.next()) {
          numbered.table->add(text, scanner.edges(), batch);
          const std::size_t words = scanner.edges().size() / 2;
          numbered.tokens += words;
          std::size_t done = 0;
          const auto take_words = [&](std::size_t until) {
            if (until == done) return;
            lines.word();
            if (with_ids)
              numbered.ids.insert(numbered.ids.end(), batch.begin() + static_cast<std::ptrdiff_t>(done),
                                  batch.begin() + static_cast<std::ptrdiff_t>(until));
            done = until;
          };
          for (const std::uint32_t line_end : scanner.line_ends()) {
            take_words(line_end);
            if (!lines.line_end()) continue;
            ++numbered.sentences;
            if (with_ids) numbered.ids.insert(numbered.ids.end(), sentence_end.begin(), sentence_end.end());
          }
          take_words(words);
        }
        numbered.lines = lines.lines();
        return numbered;
      },
      [&](NumberedBlock numbered) {
        result.tokens += numbered.tokens;
        result.sentences += numbered.sentences;
        const bool closes = seam.closes_before(numbered.lines);
        result.sentences += closes;
        if (with_ids) {
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
  for (WordCounts& table : table_of_thread)
    if (std::ranges::find(tables, &table) == tables.end()) tables.push_back(&table);
  for (WordCounts* table : tables) result.tables.push_back(std::move(*table));
  if (with_ids) result.hash = hash.digest();
  return result;
}

namespace {

/// A word with its sort keys.
struct Candidate {
  std::uint64_t count;
  std::uint64_t prefix;  // the first eight bytes, which decide most ties without reading the word
  std::uint32_t number;  // in its table
};

std::uint64_t prefix_of(std::string_view word) noexcept {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, word.data(), std::min(word.size(), sizeof bytes));
  if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
  return bytes;
}

/// Adds the words of all tables to the first and returns their numbers in it.
std::vector<std::vector<std::uint32_t>> merge(std::vector<WordCounts>& tables) {
  std::vector<std::vector<std::uint32_t>> numbers;
  for (std::size_t t = 1; t < tables.size(); ++t) {
    const auto counts = tables[t].counts();
    auto& merged = numbers.emplace_back();
    merged.reserve(counts.size());
    for (std::uint32_t i = 0; i < counts.size(); ++i) merged.push_back(tables[0].add(tables[t].word(i), counts[i]));
  }
  return numbers;
}

}  // namespace

ChosenWords choose_words(NumberedText& text, const VocabularyOptions& options, const std::string& name) {
  if (text.tokens == 0) throw Error(name + ": there is no word in it");
  const auto numbers = merge(text.tables);
  WordCounts& words = text.tables[0];
  const std::size_t different = words.size();
  if (!options.text.end_token.empty()) words.add(options.text.end_token, text.sentences);
  if (!options.unknown.empty()) words.add(options.unknown, 0);

  const std::vector<std::uint64_t> counts = words.counts();
  std::vector<Candidate> kept, specials;
  std::uint64_t left_out = 0;
  const auto is_special = [&](std::string_view word) {
    return word == options.unknown || word == options.text.end_token;
  };
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    const Candidate word{counts[i], prefix_of(words.word(i)), i};
    if (is_special(words.word(i)))
      specials.push_back(word);
    else if (word.count >= static_cast<std::uint64_t>(options.min_count))
      kept.push_back(word);
    else
      left_out += word.count;
  }
  if (kept.empty())
    throw Error(name + ": none of its " + std::to_string(different) + " words (" + std::to_string(text.tokens) +
                " tokens) occurs " + std::to_string(options.min_count) + " times; lower --min-count");
  const auto before = [&](const Candidate& a, const Candidate& b) {
    if (a.count != b.count) return a.count > b.count;
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return words.word(a.number) < words.word(b.number);
  };
  std::sort(kept.begin(), kept.end(), before);
  const auto limit = static_cast<std::size_t>(options.max_size);
  if (limit > 0 && kept.size() + specials.size() > limit) {
    const std::size_t room = limit - std::min(limit, specials.size());
    for (std::size_t i = room; i < kept.size(); ++i) left_out += kept[i].count;
    kept.resize(room);
  }
  if (kept.empty())
    throw OptionError("max-size leaves no room for words beside the special tokens, got " + std::to_string(limit));
  for (Candidate special : specials) {
    if (words.word(special.number) == options.unknown) special.count += left_out;
    if (special.count > 0) kept.insert(std::upper_bound(kept.begin(), kept.end(), special, before), special);
  }

  std::vector<Vocabulary::Entry> entries;
  entries.reserve(kept.size());
  WordIds ids(words.size(), no_word);
  for (const Candidate& word : kept) {
    ids[word.number] = word_id(entries.size());
    entries.push_back({std::string(words.word(word.number)), word.count});
  }
  ChosenWords result{Vocabulary(entries), {}};
  if (!options.unknown.empty())
    if (const auto unknown = result.vocabulary.find(options.unknown)) std::ranges::replace(ids, no_word, *unknown);
  for (const auto& table : numbers) {
    auto& merged = result.ids.emplace_back();
    merged.reserve(table.size());
    for (const std::uint32_t number : table) merged.push_back(ids[number]);
  }
  result.ids.insert(result.ids.begin(), std::move(ids));
  return result;
}

}  // namespace equivec
