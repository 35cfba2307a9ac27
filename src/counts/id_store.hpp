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

/// A growing sequence of word ids: in memory, or, beyond a limit, in an unlinked temporary file. Throws Error if that
/// cannot be written.
class IdStore {
 public:
  /// memory: in bytes; 0: no limit.
  explicit IdStore(std::uint64_t memory) : memory_(memory) {}

  void append(std::span<const WordId> ids);
  std::size_t size() const noexcept { return size_; }

  /// Ids [begin, begin + count), which the caller may change: in place, or, if they are in a file, a copy in `buffer`
  /// that replace() writes back.
  std::span<WordId> take(std::size_t begin, std::size_t count, std::vector<WordId>& buffer);
  /// Writes `ids`, which may be a part of the result of take(), at `begin`. REQUIRES: begin + ids.size() <= size()
  void replace(std::size_t begin, std::span<const WordId> ids);

  /// The final result: the first `size` ids, read-only, valid as long as `owner` lives.
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
  Descriptor file_;  // opened once the limit is exceeded
};

}  // namespace equivec
