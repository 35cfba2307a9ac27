#include "src/train/glove_tiles.hpp"

#include "equivec/base/types.hpp"
#include "src/base/parallel.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>

namespace equivec {

namespace {

std::filesystem::path name() { return temporary_file_for("the pairs of training"); }

/// Of all rows, also of those that other ranks have.
std::vector<std::uint64_t> row_sizes(const Cooccurrences& cooccurrences) {
  std::vector<std::uint64_t> sizes(cooccurrences.words());
  for (std::size_t row = 0; row < sizes.size(); ++row) sizes[row] = cooccurrences.row(word_id(row)).words.size();
  if (!cooccurrences.ranks()) return sizes;
  // In pieces, since each takes as much memory again for every rank.
  constexpr std::size_t piece = 1 << 16;
  for (std::size_t begin = 0; begin < sizes.size(); begin += piece) {
    const auto some = std::span(sizes).subspan(begin, std::min(piece, sizes.size() - begin));
    std::ranges::copy(sums(*cooccurrences.ranks(), some), some.begin());
  }
  return sizes;
}

std::vector<std::size_t> bounds_of(std::span<const std::uint64_t> row_sizes, std::uint64_t pairs,
                                   std::size_t most_rows) {
  // Frequent words have most of the pairs; a block of many of them would be all that the last thread has left to do.
  const std::uint64_t most_pairs = std::max<std::uint64_t>(pairs / 32, 4096);
  std::vector<std::size_t> bounds = {0};
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < row_sizes.size(); ++row) {
    if (row > bounds.back() && (row - bounds.back() == most_rows || sum + row_sizes[row] > most_pairs)) {
      bounds.push_back(row);
      sum = 0;
    }
    sum += row_sizes[row];
  }
  bounds.push_back(row_sizes.size());
  return bounds;
}

std::vector<std::uint64_t> context_pairs_of(const Cooccurrences& cooccurrences, const GloveBlocks& blocks,
                                            int threads) {
  const std::vector<std::uint16_t> block_of = blocks.of_rows();
  std::vector<std::uint64_t> result(blocks.size());
  std::mutex mutex;
  parallel_for(blocks.size(), threads, [&](std::size_t words) {
    std::vector<std::uint64_t> pairs(blocks.size());
    for (std::size_t row = blocks.first_row(words); row < blocks.first_row(words + 1); ++row)
      for (const WordId context : cooccurrences.row(word_id(row)).words) ++pairs[block_of[index(context)]];
    const std::scoped_lock lock(mutex);
    for (std::size_t i = 0; i < pairs.size(); ++i) result[i] += pairs[i];
  });
  return cooccurrences.ranks() ? sums(*cooccurrences.ranks(), result) : result;
}

}  // namespace

std::vector<std::uint16_t> GloveBlocks::of_rows() const {
  std::vector<std::uint16_t> result(bounds.back());
  for (std::size_t block = 0; block < size(); ++block)
    std::fill_n(result.begin() + static_cast<std::ptrdiff_t>(first_row(block)), rows(block),
                static_cast<std::uint16_t>(block));
  return result;
}

GloveBlocks glove_blocks(const Cooccurrences& cooccurrences, std::size_t most_rows, int threads) {
  GloveBlocks blocks;
  const std::vector<std::uint64_t> sizes = row_sizes(cooccurrences);
  blocks.bounds = bounds_of(sizes, cooccurrences.size(), most_rows);
  for (std::size_t block = 0; block + 1 < blocks.bounds.size(); ++block)
    blocks.word_pairs.push_back(std::accumulate(sizes.begin() + static_cast<std::ptrdiff_t>(blocks.bounds[block]),
                                                sizes.begin() + static_cast<std::ptrdiff_t>(blocks.bounds[block + 1]),
                                                std::uint64_t{0}));
  blocks.context_pairs = context_pairs_of(cooccurrences, blocks, threads);
  return blocks;
}

GloveTiles::GloveTiles(const Cooccurrences& cooccurrences, const GloveBlocks& blocks, std::uint64_t memory, int threads)
    : blocks_(blocks.size()) {
  const std::size_t count = blocks_;
  const std::vector<std::size_t>& bounds = blocks.bounds;
  const std::vector<std::uint16_t> block_of = blocks.of_rows();
  const auto for_each_strip = [&](const auto& f) { parallel_for(count, threads, f); };

  begins_.assign(count * count + 1, 0);
  for_each_strip([&](std::size_t strip) {
    std::uint64_t* const sizes = begins_.data() + strip * count + 1;
    for (std::size_t row = bounds[strip]; row < bounds[strip + 1]; ++row)
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
    std::vector<GlovePair> buffer(in_file ? begins_[(strip + 1) * count] - begin : 0);
    GlovePair* const pairs = in_file ? buffer.data() : static_cast<GlovePair*>(memory_.data()) + begin;
    std::vector<std::uint64_t> next(count);
    for (std::size_t block = 0; block < count; ++block) next[block] = begins_[strip * count + block] - begin;
    for (std::size_t row = bounds[strip]; row < bounds[strip + 1]; ++row) {
      const Cooccurrences::Row r = cooccurrences.row(word_id(row));
      for (std::size_t i = 0; i < r.words.size(); ++i) {
        const std::size_t block = block_of[index(r.words[i])];
        pairs[next[block]++] = {static_cast<std::uint16_t>(row - bounds[strip]),
                                static_cast<std::uint16_t>(index(r.words[i]) - bounds[block]),
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
