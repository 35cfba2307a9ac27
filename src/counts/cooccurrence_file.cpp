#include "equivec/counts/cooccurrence_file.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/files/output_files.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/cooccurrence_store.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

// The record format shared by GloVe's four programs.

namespace equivec {

namespace {

static_assert(std::endian::native == std::endian::little, "records are written as they stand in memory");

struct Record {
  std::uint32_t row, column;  // from 1
  double count;
};
static_assert(sizeof(Record) == 16);

struct Pair {
  std::uint32_t row, column;  // from 0
  double count;
};

class RecordFile {
 public:
  RecordFile(const std::filesystem::path& file, const Vocabulary& vocabulary, Progress* progress)
      : name_(file.string()), file_(file, progress), vocabulary_(vocabulary) {
    if (file_.bytes().size() % sizeof(Record) != 0)
      throw Error(
          name_ + ": its size, " + std::to_string(file_.bytes().size()) +
          " bytes, is not a multiple of 16, the size of a record; it is truncated, or not a file of co-occurrences");
    if (size() == 0) throw Error(name_ + ": has no co-occurrences");
  }

  std::size_t size() const { return file_.bytes().size() / sizeof(Record); }

  /// Throws Error for an invalid record.
  Pair operator[](std::size_t i) const {
    Record record;
    std::memcpy(&record, file_.bytes().data() + i * sizeof record, sizeof record);
    const std::size_t words = vocabulary_.size();
    if (record.row - 1 >= words || record.column - 1 >= words)
      fail(i, "has the words " + std::to_string(record.row) + " and " + std::to_string(record.column) +
                  ", the vocabulary has 1 to " + std::to_string(words) + "; give the one that it was counted with");
    const auto count = static_cast<float>(record.count);  // as training takes it
    if (!(count > 0) || !std::isfinite(count))
      fail(i, "has the count " + shortest(record.count) + ", expected a number above 0 that a 32-bit float can hold");
    return {record.row - 1, record.column - 1, record.count};
  }

  [[noreturn]] void fail(std::size_t i, const std::string& problem) const {
    throw Error(name_ + ": record " + std::to_string(i + 1) + " " + problem);
  }
  [[noreturn]] void fail_twice(const Pair& pair) const {
    throw Error(name_ + ": the pair '" + std::string(vocabulary_.word(word_id(pair.row))) + "', '" +
                std::string(vocabulary_.word(word_id(pair.column))) + "' occurs twice");
  }

 private:
  std::string name_;
  MappedFile file_;
  const Vocabulary& vocabulary_;
};

}  // namespace

namespace {

void append_records(std::size_t row, const Cooccurrences::Row& r, std::vector<Record>& records) {
  for (std::size_t i = 0; i < r.words.size(); ++i)
    records.push_back(
        {static_cast<std::uint32_t>(row + 1), static_cast<std::uint32_t>(index(r.words[i]) + 1), r.counts[i]});
}

/// Some rows at a time, which the ranks that have them send to the first one. out: null on the others.
void write_together(Communicator& ranks, OutputFile* out, const Cooccurrences& cooccurrences,
                    const Progress* progress) {
  constexpr std::size_t rows_of_message = 256;
  std::vector<Record> records;
  for (std::size_t begin = 0; begin < cooccurrences.words(); begin += rows_of_message) {
    if (any_of(ranks, progress && progress->cancelled)) throw Cancelled();
    records.clear();
    for (std::size_t row = begin; row < std::min(begin + rows_of_message, cooccurrences.words()); ++row)
      append_records(row, cooccurrences.row(word_id(row)), records);
    std::vector<std::string> messages(static_cast<std::size_t>(ranks.size()));
    messages[0] = bytes_of(std::span<const Record>(records));
    const std::vector<std::string> all = exchange(ranks, std::move(messages));
    if (!out) continue;
    records.clear();
    for (const std::string& each : all) {
      const std::size_t before = records.size();
      records.resize(before + each.size() / sizeof(Record));
      std::memcpy(records.data() + before, each.data(), each.size());
    }
    std::ranges::stable_sort(records, {}, &Record::row);  // each row is in one rank's, in order
    out->write(bytes_of(std::span<const Record>(records)));
  }
}

}  // namespace

void write_cooccurrences(OutputFiles& files, const std::filesystem::path& file, const Cooccurrences& cooccurrences,
                         Progress* progress) {
  if (Communicator* const ranks = cooccurrences.ranks())
    return write_together(*ranks, ranks->is_first() ? &files.open(file) : nullptr, cooccurrences, progress);
  OutputFile& out = files.open(file);
  std::vector<Record> records;
  for (std::size_t row = 0; row < cooccurrences.words(); ++row) {
    check_cancelled(progress);
    records.clear();
    append_records(row, cooccurrences.row(word_id(row)), records);
    out.write(bytes_of(std::span<const Record>(records)));
  }
}

void write_cooccurrences(const std::filesystem::path& file, const Cooccurrences& cooccurrences, Progress* progress) {
  OutputFiles files;
  write_cooccurrences(files, file, cooccurrences, progress);
  files.commit();
}

Cooccurrences read_cooccurrences(const std::filesystem::path& file, const Vocabulary& vocabulary, std::uint64_t memory,
                                 Progress* progress, Communicator* ranks) {
  if (ranks && !ranks->is_first()) return CooccurrenceStore(vocabulary.size(), memory / 4, ranks).keep();
  const RecordFile records(file, vocabulary, progress);
  std::vector<std::uint64_t> sizes(vocabulary.size(), 0);
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (i % 65536 == 0) check_cancelled(progress);
    ++sizes[records[i].row];
  }
  // Reads as many rows at a time as fit half the memory, in one pass over the file each.
  const std::uint64_t most = memory == 0 ? records.size() : std::max<std::uint64_t>(memory / 2 / sizeof(Pair), 1);
  CooccurrenceStore store(vocabulary.size(), memory / 4, ranks);
  std::vector<Pair> pairs;
  for (std::size_t first = 0, last = 0; first < vocabulary.size(); first = last) {
    std::uint64_t sum = 0;
    std::vector<std::uint64_t> next, ends;
    while (last < vocabulary.size() && (last == first || sum + sizes[last] <= most)) {
      next.push_back(sum);
      sum += sizes[last++];
      ends.push_back(sum);
    }
    pairs.resize(sum);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (i % 65536 == 0) check_cancelled(progress);
      const Pair pair = records[i];
      if (pair.row < first || pair.row >= last) continue;
      std::uint64_t& at = next[pair.row - first];
      if (at == ends[pair.row - first]) records.fail(i, "changed while the file was read");
      pairs[at++] = pair;
    }
    require_whole_inputs();
    CooccurrenceRows rows;
    rows.first = first;
    rows.words.reserve(sum);
    rows.counts.reserve(sum);
    for (std::size_t row = first, begin = 0; row < last; begin = next[row - first], ++row) {
      const auto from = pairs.begin() + static_cast<std::ptrdiff_t>(begin),
                 to = pairs.begin() + static_cast<std::ptrdiff_t>(next[row - first]);
      const auto by_column = [](const Pair& a, const Pair& b) { return a.column < b.column; };
      if (!std::is_sorted(from, to, by_column)) std::sort(from, to, by_column);
      const auto same = std::adjacent_find(from, to, [](const Pair& a, const Pair& b) { return a.column == b.column; });
      if (same != to) records.fail_twice(*same);
      for (auto pair = from; pair != to; ++pair) {
        rows.words.push_back(word_id(pair->column));
        rows.counts.push_back(pair->count);
      }
      rows.sizes.push_back(sizes[row]);
    }
    store.add(std::move(rows));
  }
  return std::move(store).keep();
}

}  // namespace equivec
