#pragma once

#include "equivec/base/rng.hpp"
#include "src/train/glove_tiles.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace equivec {

template <class T>
void shuffle(std::span<T> items, Rng& rng) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[rng.below(static_cast<std::uint32_t>(i))]);
}

/// Which tiles GloVe trains side by side, so that no two share a row, in an order that depends on the seed alone.
///
/// The blocks of contexts are dealt out to parts with about as many pairs each, once for the whole training; the parts
/// are in a circle. The blocks of words, strips of the matrix, are taken in groups of at most as many as there are
/// parts, each of strips with about as many pairs. In an epoch the strips of a group go once round the circle together:
/// in each stage each has another part, and then the next one, so that all of a stage may be trained at once, and what
/// the result is does not depend on which of them are. Random are the order of the groups, where in the circle each
/// strip begins, which way round all go, and the order of the blocks within a part.
///
/// Several ranks share a training by the parts: each has some neighbouring ones for good, with the pairs and the rows
/// of their contexts, and strips come to it, stay for as many stages as it has parts, and go on to the next rank. So
/// the rows of a strip travel round the ranks once an epoch. It could be the other way round, with contexts that travel
/// from strip to strip; but all contexts have to pass in every group, which would be as many times as much as there are
/// groups. For the same reason the circle never changes: were the parts shuffled, a strip would change ranks in each
/// stage.
class GloveRotation {
 public:
  /// The result, groups() and parts() depend on the blocks, and on nothing of the machine.
  GloveRotation(const GloveBlocks& blocks, Rng rng);

  std::size_t groups() const noexcept { return groups_.size(); }
  std::size_t parts() const noexcept { return parts_.size(); }  ///< as many stages has a group
  /// The blocks of contexts of a part.
  std::span<const std::uint32_t> part(std::size_t number) const noexcept { return parts_[number]; }

  /// The rank of each part: neighbouring parts, about as many pairs for each rank. Of more ranks than parts some have
  /// none.
  std::vector<int> owners(int ranks) const;

  struct Group {
    std::vector<std::uint32_t> strips;  ///< blocks of words, the largest first
    std::vector<std::uint32_t> starts;  ///< the part that each begins with
  };
  struct Epoch {
    std::vector<Group> groups;
    std::vector<std::vector<std::uint32_t>> parts;  ///< blocks of contexts, in their order
    std::size_t step;                               ///< from the part of one stage to that of the next

    std::size_t part(const Group& group, std::size_t strip, std::size_t stage) const noexcept {
      return (group.starts[strip] + stage * step) % parts.size();
    }
  };
  Epoch epoch(Rng rng) const;

 private:
  /// Where the strips of a group begin, the largest first: in any arc of the circle, such as the parts of one rank are,
  /// there are large and small ones.
  std::vector<std::uint32_t> starts(std::size_t strips, Rng& rng) const;

  std::vector<std::vector<std::uint32_t>> groups_, parts_;  // of strips, of contexts
  std::vector<std::uint64_t> pairs_;                        // of each part
};

}  // namespace equivec
