#include "src/base/memory.hpp"

#include <sys/mman.h>

#include <utility>

namespace equivec {

void advise_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
}

void GrowingMemory::swap(GrowingMemory& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
}

void GrowingMemory::resize(std::size_t bytes) {
  if (bytes == size_) return;
  if (bytes == 0) {
    ::munmap(data_, size_);
    data_ = nullptr;
    size_ = 0;
    return;
  }
  void* const moved = data_ ? ::mremap(data_, size_, bytes, MREMAP_MAYMOVE)
                            : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (moved == MAP_FAILED) throw std::bad_alloc();
  // Once is enough: memory added later inherits the advice, and advising again would split what mremap moves whole.
  if (!data_) advise_huge_pages(moved, bytes);
  data_ = moved;
  size_ = bytes;
}

}  // namespace equivec
