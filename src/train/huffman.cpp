#include "src/train/huffman.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace equivec {

HuffmanTree::HuffmanTree(std::span<const std::uint64_t> counts) {
  const std::size_t words = counts.size();
  if (words >= std::size_t{1} << 31) throw Error("a Huffman tree of more than 2,147,483,647 words");
  begins_.assign(words + 1, 0);
  if (words < 2) return;

  // Words and inner nodes each come in ascending order of their counts, so the two smallest are at the heads of the two
  // queues. Nodes are numbered in the order in which they come about, the root last.
  std::vector<std::uint32_t> order(words);
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] < counts[b]; });
  std::vector<std::uint64_t> weights(words - 1);
  std::vector<std::uint32_t> parents(2 * words - 1);  // of the words, then of the nodes: as path() has them
  std::size_t next_word = 0, next_node = 0;
  for (std::size_t node = 0; node + 1 < words; ++node) {
    std::uint64_t sum = 0;
    for (std::uint32_t child = 0; child < 2; ++child) {
      const bool word = next_word < words && (next_node == node || counts[order[next_word]] <= weights[next_node]);
      const std::size_t place = word ? order[next_word++] : words + next_node++;
      const std::uint64_t weight = word ? counts[place] : weights[place - words];
      sum = sum > std::numeric_limits<std::uint64_t>::max() - weight ? std::numeric_limits<std::uint64_t>::max()
                                                                     : sum + weight;
      parents[place] = 2 * static_cast<std::uint32_t>(node) + child;
    }
    weights[node] = sum;
  }

  const std::uint32_t root = static_cast<std::uint32_t>(words) - 2;
  std::vector<std::uint32_t> depths(words - 1, 0);  // inner nodes above
  for (std::uint32_t node = root; node-- > 0;) depths[node] = depths[parents[words + node] / 2] + 1;
  for (std::size_t word = 0; word < words; ++word) {
    const std::size_t length = depths[parents[word] / 2] + 1;
    begins_[word + 1] = begins_[word] + length;
    longest_ = std::max(longest_, length);
  }
  steps_.reserve(begins_.back());
  for (std::size_t word = 0; word < words; ++word) {
    std::uint32_t step = parents[word];
    for (;; step = parents[words + step / 2]) {
      steps_.push_back(step);
      if (step / 2 == root) break;
    }
  }
}

}  // namespace equivec
