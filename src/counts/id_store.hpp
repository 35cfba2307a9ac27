#pragma once

#include "equivec/base/types.hpp"
#include "src/base/memory.hpp"
#include "src/files/files.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace equivec {

/// Word ids, put one after the other: in memory, or, when they would take more than a limit, in an unlinked temporary
/// file. Throws Error if that cannot be written.
class IdStore {
 public:
  /// In bytes; 0 is no limit.
  explicit IdStore(std::uint64_t memory) : memory_(memory) {}

  void append(std::span<const WordId> ids);
  std::size_t size() const noexcept { return size_; }

  /// Ids [begin, begin + count), for the caller to change: in place, or, where they stand in a file, in `buffer`, from
  /// which replace() puts them back.
  std::span<WordId> take(std::size_t begin, std::size_t count, std::vector<WordId>& buffer);
  /// Puts `ids`, which may be a part of what take() gave, at `begin`. REQUIRES: begin + ids.size() <= size()
  void replace(std::size_t begin, std::span<const WordId> ids);

  /// What is kept in the end: the first `size` ids, read-only, as long as `owner` lives.
  struct Kept {
    std::shared_ptr<const void> owner;
    std::span<const WordId> ids;
    bool mapped;  ///< from a file
  };
  Kept keep(std::size_t size) &&;

 private:
  WordId* ids() const noexcept { return static_cast<WordId*>(ids_.data()); }
  void grow(std::size_t size);
  void move_to_file();

  std::uint64_t memory_;
  std::size_t size_ = 0;
  GrowingMemory ids_;
  Descriptor file_;  // once there are too many
};

}  // namespace equivec
