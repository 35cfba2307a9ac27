#include "src/train/glove_tiles.hpp"

#include "equivec/base/types.hpp"
#include "src/base/parallel.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>

namespace equivec {

namespace {

std::filesystem::path name() { return temporary_file_for("the pairs of training"); }

std::vector<std::size_t> blocks_of(const Cooccurrences& cooccurrences, std::size_t most_rows) {
  // Frequent words have most of the pairs; a block of many of them would be all that the last thread has left to do.
  const std::uint64_t most_pairs = std::max<std::uint64_t>(cooccurrences.size() / 32, 4096);
  std::vector<std::size_t> bounds = {0};
  std::uint64_t pairs = 0;
  for (std::size_t row = 0; row < cooccurrences.words(); ++row) {
    const std::size_t size = cooccurrences.row(word_id(row)).words.size();
    if (row > bounds.back() && (row - bounds.back() == most_rows || pairs + size > most_pairs)) {
      bounds.push_back(row);
      pairs = 0;
    }
    pairs += size;
  }
  bounds.push_back(cooccurrences.words());
  return bounds;
}

}  // namespace

GloveTiles::GloveTiles(const Cooccurrences& cooccurrences, std::size_t most_rows, std::uint64_t memory, int threads)
    : bounds_(blocks_of(cooccurrences, most_rows)) {
  const std::size_t count = blocks();
  std::vector<std::uint16_t> block_of(cooccurrences.words());
  for (std::size_t block = 0; block < count; ++block)
    std::fill(block_of.begin() + static_cast<std::ptrdiff_t>(bounds_[block]),
              block_of.begin() + static_cast<std::ptrdiff_t>(bounds_[block + 1]), static_cast<std::uint16_t>(block));
  const auto for_each_strip = [&](const auto& f) { parallel_for(count, threads, f); };

  begins_.assign(count * count + 1, 0);
  for_each_strip([&](std::size_t strip) {
    std::uint64_t* const sizes = begins_.data() + strip * count + 1;
    for (std::size_t row = bounds_[strip]; row < bounds_[strip + 1]; ++row)
      for (const WordId word : cooccurrences.row(word_id(row)).words) ++sizes[block_of[index(word)]];
  });
  for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];

  const std::uint64_t bytes = size() * sizeof(GlovePair);
  const bool in_file = memory > 0 && bytes > memory;
  Descriptor descriptor;
  if (in_file)
    descriptor = unlinked_temporary_file();
  else
    memory_.resize(bytes);
  for_each_strip([&](std::size_t strip) {
    const std::uint64_t begin = begins_[strip * count];
    std::vector<GlovePair> buffer(in_file ? strip_size(strip) : 0);
    GlovePair* const pairs = in_file ? buffer.data() : static_cast<GlovePair*>(memory_.data()) + begin;
    std::vector<std::uint64_t> next(count);
    for (std::size_t block = 0; block < count; ++block) next[block] = begins_[strip * count + block] - begin;
    for (std::size_t row = bounds_[strip]; row < bounds_[strip + 1]; ++row) {
      const Cooccurrences::Row r = cooccurrences.row(word_id(row));
      for (std::size_t i = 0; i < r.words.size(); ++i) {
        const std::size_t block = block_of[index(r.words[i])];
        pairs[next[block]++] = {static_cast<std::uint16_t>(row - bounds_[strip]),
                                static_cast<std::uint16_t>(index(r.words[i]) - bounds_[block]),
                                static_cast<float>(r.counts[i])};
      }
    }
    if (in_file)
      write_all_at(descriptor, bytes_of(std::span<const GlovePair>(buffer)), begin * sizeof(GlovePair), name());
  });
  if (in_file) file_ = std::make_unique<MappedFile>(descriptor, name());
  pairs_ = in_file ? reinterpret_cast<const GlovePair*>(file_->bytes().data())
                   : static_cast<const GlovePair*>(memory_.data());
}

}  // namespace equivec
