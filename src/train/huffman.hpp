#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// A Huffman tree over words (Huffman 1952), as hierarchical softmax goes down it: n words, n - 1 inner nodes.
class HuffmanTree {
 public:
  /// counts: of each word, in any order. Throws Error if there are 2^31 words or more.
  explicit HuffmanTree(std::span<const std::uint64_t> counts);

  /// The inner nodes from a word up to the root: twice the node's number, plus one if the way goes to its second
  /// child.
  std::span<const std::uint32_t> path(std::size_t word) const noexcept {
    return std::span(steps_).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }
  std::size_t nodes() const noexcept { return begins_.size() < 2 ? 0 : begins_.size() - 2; }
  std::size_t longest_path() const noexcept { return longest_; }

 private:
  std::vector<std::uint32_t> steps_;
  std::vector<std::size_t> begins_;
  std::size_t longest_ = 0;
};

}  // namespace equivec
