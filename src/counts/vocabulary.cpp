#include "equivec/counts/vocabulary.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "src/base/lines.hpp"
#include "src/base/seconds.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/chosen_words.hpp"
#include "src/counts/numbered_text.hpp"
#include "src/counts/phrased_text.hpp"
#include "src/counts/vocabulary_builder.hpp"
#include "src/counts/word_index.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/text/special_token.hpp"
#include "src/files/decompress.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>

namespace equivec {

void validate(const VocabularyOptions& options) {
  require_at_least("min-count", options.min_count, 0);
  require_at_least("max-size", options.max_size, 0);
  require_between("threads", options.threads, 0, 4096);
  if (options.unknown != phrase_barrier) require_special_token(options.unknown);
  validate(options.text);
  if (!options.unknown.empty() && options.unknown == options.text.end_token)
    throw OptionError("unknown and end-token must differ, both are '" + options.unknown + "'");
}

struct Vocabulary::Storage {
  Storage(std::span<const std::int64_t> offsets_of_words, std::span<const std::int64_t> counts_of_words,
          std::string_view bytes_of_words, std::shared_ptr<const void> owner_of_all)
      : offsets(offsets_of_words), counts(counts_of_words), bytes(bytes_of_words), owner(std::move(owner_of_all)) {}

  std::span<const std::int64_t> offsets, counts;
  std::string_view bytes;
  std::shared_ptr<const void> owner;  // of the three above
  std::uint64_t total_count = 0;
  std::string source = {};  // not empty: the file whose words have not been checked to be different
  // Made when a word is first looked up, unless they were to be checked before.
  mutable WordIndex index = {};
  mutable std::once_flag indexed = {};

  /// Empty if the place is not within the bytes, as where the file has changed.
  std::string_view word(std::size_t row) const noexcept {
    const auto begin = static_cast<std::uint64_t>(offsets[row]), end = static_cast<std::uint64_t>(offsets[row + 1]);
    return begin <= end && end <= bytes.size() ? bytes.substr(begin, end - begin) : std::string_view();
  }

  /// Throws Error unless every word has a place and a count. Adds the counts.
  void check_tables() {
    if (counts.size() >= WordIndex::nothing) throw Error("more than 4,294,967,294 words");
    if (offsets.size() != counts.size() + 1 || offsets[0] != 0)
      throw Error("the table of word offsets does not fit the table of counts");
    for (std::size_t row = 0; row < counts.size(); ++row) {
      if (offsets[row] > offsets[row + 1] || static_cast<std::uint64_t>(offsets[row + 1]) > bytes.size())
        throw Error("word " + std::to_string(row) + " has a place outside the table of words");
      if (offsets[row + 1] == offsets[row]) throw Error("word " + std::to_string(row) + " is empty");
      if (counts[row] < 0) throw Error("the count of word " + std::to_string(row) + " is negative");
      total_count += static_cast<std::uint64_t>(counts[row]);
    }
  }

  /// Throws Error if a word occurs twice.
  void build_index() const {
    index.reserve(counts.size());
    constexpr std::size_t ahead = 16;  // rows whose index slots are prefetched
    for (std::size_t row = 0; row < counts.size(); ++row) {
      if (row + ahead < counts.size()) index.prefetch(word(row + ahead));
      const auto number = static_cast<std::uint32_t>(row);
      const std::uint32_t first = index.insert(word(row), number, [this](std::uint32_t i) { return word(i); });
      if (first != number)
        throw Error((source.empty() ? "" : source + ": ") + "the word '" + std::string(word(row)) +
                    "' occurs twice, as words " + std::to_string(first) + " and " + std::to_string(row) +
                    (source.empty() ? "" : "; the file is damaged"));
    }
  }

  const WordIndex& ready_index() const {
    std::call_once(indexed, [this] { build_index(); });
    return index;
  }
};

Vocabulary::Vocabulary() : Vocabulary(std::span<const Entry>()) {}

Vocabulary::Vocabulary(std::span<const Entry> entries) {
  struct Tables {
    std::vector<std::int64_t> offsets, counts;
    std::string bytes;
  };
  auto tables = std::make_shared<Tables>();
  tables->offsets.reserve(entries.size() + 1);
  tables->counts.reserve(entries.size());
  tables->offsets.push_back(0);
  for (const Entry& entry : entries) {
    tables->bytes += entry.word;
    tables->offsets.push_back(static_cast<std::int64_t>(tables->bytes.size()));
    tables->counts.push_back(static_cast<std::int64_t>(entry.count));
  }
  *this = Vocabulary(tables->offsets, tables->counts, tables->bytes, tables);
}

Vocabulary::Vocabulary(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                       std::string_view bytes, std::shared_ptr<const void> owner) {
  auto storage = std::make_shared<Storage>(offsets, counts, bytes, std::move(owner));
  storage->check_tables();
  storage->ready_index();
  // The words may be the first part of a larger table.
  storage->bytes = bytes.substr(0, static_cast<std::size_t>(offsets.back()));
  storage_ = std::move(storage);
}

Vocabulary Vocabulary::of_file(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                               std::string_view bytes, std::shared_ptr<const void> owner, std::string source) {
  auto storage = std::make_shared<Storage>(offsets, counts, bytes, std::move(owner));
  storage->check_tables();
  storage->bytes = bytes.substr(0, static_cast<std::size_t>(offsets.back()));
  storage->source = std::move(source);
  Vocabulary result;
  result.storage_ = std::move(storage);
  return result;
}

Vocabulary Vocabulary::of_different_words(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                                          std::string_view bytes, std::shared_ptr<const void> owner) {
  auto storage = std::make_shared<Storage>(offsets, counts, bytes, std::move(owner));
  for (const std::int64_t count : counts) storage->total_count += static_cast<std::uint64_t>(count);
  Vocabulary result;
  result.storage_ = std::move(storage);
  return result;
}

Vocabulary Vocabulary::of_different_words(std::span<const std::int64_t> offsets, std::span<const std::int64_t> counts,
                                          std::string_view bytes, std::shared_ptr<const void> owner,
                                          WordIndex&& index) {
  Vocabulary result = of_different_words(offsets, counts, bytes, std::move(owner));
  std::call_once(result.storage_->indexed, [&] { result.storage_->index = std::move(index); });
  return result;
}

std::size_t Vocabulary::size() const noexcept { return storage_->counts.size(); }
std::string_view Vocabulary::word(WordId id) const noexcept {
  const std::size_t row = equivec::index(id);
  return row < size() || !further_ ? storage_->word(row) : further_->word(static_cast<std::uint32_t>(row - size()));
}
std::uint64_t Vocabulary::count(WordId id) const noexcept {
  if (equivec::index(id) >= size()) return 0;
  return static_cast<std::uint64_t>(storage_->counts[equivec::index(id)]);
}
std::uint64_t Vocabulary::total_count() const noexcept { return storage_->total_count; }
std::span<const std::int64_t> Vocabulary::offsets() const noexcept { return storage_->offsets; }
std::span<const std::int64_t> Vocabulary::counts() const noexcept { return storage_->counts; }
std::string_view Vocabulary::bytes() const noexcept { return storage_->bytes; }

std::optional<WordId> Vocabulary::find(std::string_view word) const {
  return id_of(storage_->ready_index().find(word, [this](std::uint32_t i) { return storage_->word(i); }), word);
}

std::vector<std::optional<WordId>> Vocabulary::find(std::span<const std::string_view> words) const {
  std::vector<std::uint32_t> numbers(words.size());
  storage_->ready_index().find(
      words, numbers, [this](std::uint32_t i) { return storage_->word(i); },
      [this](std::uint32_t i) { __builtin_prefetch(&storage_->offsets[i]); });
  std::vector<std::optional<WordId>> result;
  result.reserve(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) result.push_back(id_of(numbers[i], words[i]));
  return result;
}

/// Of a word that has this number in the index, or nothing.
std::optional<WordId> Vocabulary::id_of(std::uint32_t number, std::string_view word) const {
  if (number != WordIndex::nothing) return word_id(number);
  const auto further = further_ ? further_->find(word) : std::nullopt;
  if (!further || size() + *further >= WordIndex::nothing) return std::nullopt;
  return word_id(size() + *further);
}

Vocabulary Vocabulary::with_further(std::shared_ptr<const FurtherWords> further) const {
  Vocabulary result = *this;
  result.further_ = std::move(further);
  return result;
}

Vocabulary count_words(const Corpus& corpus, const VocabularyOptions& options, Progress* progress,
                       TextSummary* summary) {
  validate(options);
  const auto start = std::chrono::steady_clock::now();
  ChosenText read = read_and_choose(corpus, options, Keep::counts, progress);
  if (summary) {
    *summary = read.text.summary;
    summary->seconds = seconds_since(start);
  }
  return std::move(read.words.vocabulary);
}

std::vector<std::string> read_word_list(const std::filesystem::path& file) {
  const auto mapped = open_decompressed(file);
  std::vector<std::string> words;
  for_each_line(without_byte_order_mark(mapped->bytes()), [&](std::string_view line, std::size_t number) {
    const std::string_view word = trimmed(line);
    if (std::ranges::any_of(word, is_space))
      throw Error(file.string() + ":" + std::to_string(number) + ": expected one word a line, found '" +
                  std::string(word) + "'");
    if (!word.empty()) words.emplace_back(word);
    return true;
  });
  require_whole_inputs();
  return words;
}

Vocabulary read_vocabulary(const std::filesystem::path& file) {
  const auto mapped = open_decompressed(file);
  VocabularyBuilder words;
  for_each_line(without_byte_order_mark(mapped->bytes()), [&](std::string_view text, std::size_t line) {
    std::vector<std::string_view> fields;
    tokenize(
        text, [&](std::string_view field) { fields.push_back(field); }, [] {});
    if (fields.empty()) return true;
    const auto where = [&] { return file.string() + ":" + std::to_string(line) + ": "; };
    const auto count = fields.size() == 1 ? std::optional<std::int64_t>(0) : parse_number<std::int64_t>(fields[1]);
    if (fields.size() > 2 || !count || *count < 0)
      throw Error(where() + "expected a word and its count, found '" + std::string(fields[fields.size() > 2 ? 2 : 1]) +
                  "'");
    if (!words.add(fields[0], static_cast<std::uint64_t>(*count)))
      throw Error(where() + "the word '" + std::string(fields[0]) + "' occurs twice in the file");
    return true;
  });
  require_whole_inputs();
  if (words.size() == 0) throw Error(file.string() + ": holds no word");
  return std::move(words).vocabulary();
}

void write_vocabulary(OutputFiles& files, const std::filesystem::path& file, const Vocabulary& vocabulary) {
  OutputFile& out = files.open(file);
  if (vocabulary.size() > 0) out.write(mark_before(vocabulary.word(word_id(0))));
  std::string line;
  for (std::size_t row = 0; row < vocabulary.size(); ++row) {
    line = vocabulary.word(word_id(row));
    if (std::any_of(line.begin(), line.end(), is_space))
      throw Error("the word '" + line +
                  "' holds white space, which a vocabulary file cannot keep apart from the counts");
    line += ' ';
    append_number(line, vocabulary.count(word_id(row)));
    line += '\n';
    out.write(line);
  }
}

void write_vocabulary(const std::filesystem::path& file, const Vocabulary& vocabulary) {
  OutputFiles files;
  write_vocabulary(files, file, vocabulary);
  files.commit();
}

bool is_cased(const Vocabulary& vocabulary) {
  const std::size_t size = vocabulary.size(), enough = size / 100 + (size % 100 != 0);
  std::size_t cased = 0;
  for (std::size_t i = 0; i < size && cased < enough && cased + (size - i) >= enough; ++i)
    cased += std::ranges::any_of(vocabulary.word(word_id(i)), [](char c) { return c >= 'A' && c <= 'Z'; });
  return size > 0 && cased >= enough;
}

}  // namespace equivec
