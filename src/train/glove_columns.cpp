#include "src/train/glove_columns.hpp"

#include "equivec/base/types.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/counts/cooccurrence_store.hpp"
#include "src/files/files.hpp"
#include "src/files/varint.hpp"

#include <atomic>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

namespace equivec {

namespace {

// Pairs that a rank sends in one round; a row of more is not cut. So few megabytes are on their way at a time.
constexpr std::size_t pairs_of_round = 2000000;

/// The rows of this rank, cut into rounds of messages to all ranks. A message has the number of the first row and how
/// many there are, and of each how many pairs, the distances between their contexts, and the counts.
class ColumnSender {
 public:
  ColumnSender(const Cooccurrences& cooccurrences, const std::vector<int>& owners, int ranks)
      : cooccurrences_(cooccurrences), owners_(owners), rows_(static_cast<std::size_t>(ranks)) {
    end_ = cooccurrences.words();
    // Rows of other ranks come before and after.
    while (next_ < end_ && size(next_) == 0) ++next_;
    while (next_ < end_ && size(end_ - 1) == 0) --end_;
  }

  bool at_end() const { return next_ == end_; }

  std::vector<std::string> round() {
    std::vector<std::string> messages(rows_.size());
    if (at_end()) return messages;
    const std::size_t first = next_;
    for (std::size_t pairs = size(next_++); next_ < end_ && pairs + size(next_) <= pairs_of_round; ++next_)
      pairs += size(next_);
    for (std::string& message : messages) {
      append_varint(message, first);
      append_varint(message, next_ - first);
    }
    for (std::size_t row = first; row < next_; ++row) append(row, messages);
    return messages;
  }

 private:
  /// What of one row goes to one rank.
  struct Part {
    std::string contexts;
    std::vector<float> counts;
    std::size_t last = 0;  // context
  };

  std::size_t size(std::size_t row) const { return cooccurrences_.row(word_id(row)).words.size(); }

  void append(std::size_t number, std::vector<std::string>& messages) {
    const Cooccurrences::Row row = cooccurrences_.row(word_id(number));
    for (std::size_t i = 0; i < row.words.size(); ++i) {
      const std::size_t context = index(row.words[i]);
      Part& part = rows_[static_cast<std::size_t>(owners_[context])];
      append_varint(part.contexts, context - part.last);
      part.counts.push_back(static_cast<float>(row.counts[i]));
      part.last = context;
    }
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      Part& part = rows_[r];
      append_varint(messages[r], part.counts.size());
      messages[r].append(part.contexts).append(bytes_of(std::span<const float>(part.counts)));
      part.contexts.clear();
      part.counts.clear();
      part.last = 0;
    }
  }

  const Cooccurrences& cooccurrences_;
  const std::vector<int>& owners_;
  std::size_t next_ = 0, end_ = 0;  // rows
  std::vector<Part> rows_;          // of the row that is being appended, for each rank
};

CooccurrenceRows rows_in(std::string_view message) {
  CooccurrenceRows rows;
  VarintReader reader(message);
  rows.first = reader();
  rows.sizes.resize(reader());
  for (std::size_t& size : rows.sizes) {
    size = reader();
    std::size_t context = 0;
    for (std::size_t i = 0; i < size; ++i) rows.words.push_back(word_id(context += reader()));
    const std::string_view counts = reader.bytes(size * sizeof(float));
    for (std::size_t i = 0; i < size; ++i) {
      float count = 0;
      std::memcpy(&count, counts.data() + i * sizeof count, sizeof count);
      rows.counts.push_back(static_cast<double>(count));
    }
  }
  return rows;
}

}  // namespace

Cooccurrences columns_of(Communicator& ranks, const Cooccurrences& cooccurrences, const std::vector<int>& owners,
                         std::uint64_t memory) {
  CooccurrenceStore columns(cooccurrences.words(), memory);
  ColumnSender sender(cooccurrences, owners, ranks.size());
  for (bool left = true; left;) {
    for (const std::string& message : exchange(ranks, sender.round()))
      if (!message.empty()) columns.add(rows_in(message));
    const std::uint64_t mine = sender.at_end() ? 0 : 1;
    left = sums(ranks, std::span(&mine, 1))[0] > 0;
  }
  return std::move(columns).keep();
}

std::string hash_of(const Cooccurrences& cooccurrences, int threads) {
  // A sum, since it does not depend on where the rows are.
  std::atomic<std::uint64_t> sum = 0;
  parallel_ranges(cooccurrences.words(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t number = begin; number < end; ++number) {
      const Cooccurrences::Row row = cooccurrences.row(word_id(number));
      if (row.words.empty()) continue;
      RunningHash hash;
      hash.add(bytes_of(std::span<const std::size_t>(&number, 1)));
      hash.add(bytes_of(row.words));
      hash.add(bytes_of(row.counts));
      sum += hash.number();
    }
  });
  const std::uint64_t mine = sum;
  return RunningHash::text_of(cooccurrences.ranks() ? sums(*cooccurrences.ranks(), std::span(&mine, 1))[0] : mine);
}

}  // namespace equivec
