#pragma once

#include <cstddef>
#include <new>

namespace equivec {

/// Advises the system to back unused memory with pages of two mebibytes: the first touch costs a quarter, and random
/// reads are faster. If the advice is refused, nothing else changes.
void advise_huge_pages(void* memory, std::size_t bytes) noexcept;

inline constexpr std::size_t huge_page = std::size_t{1} << 21;

/// For tables: a large one is entirely in huge pages.
template <class T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* const memory = ::operator new(bytes, alignment(bytes));
    if (bytes >= huge_page) advise_huge_pages(memory, bytes);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept { ::operator delete(memory, alignment(count * sizeof(T))); }
  bool operator==(const HugePageAllocator&) const = default;

 private:
  static std::align_val_t alignment(std::size_t bytes) noexcept {
    return std::align_val_t(bytes >= huge_page ? huge_page : alignof(T));
  }
};

/// Memory in huge pages that grows by moving its pages, where a vector would copy their contents.
class GrowingMemory {
 public:
  GrowingMemory() = default;
  GrowingMemory(GrowingMemory&& other) noexcept { swap(other); }
  GrowingMemory& operator=(GrowingMemory&& other) noexcept {
    swap(other);
    return *this;
  }
  ~GrowingMemory() { resize(0); }

  void* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }  ///< in bytes
  /// Keeps the contents up to the smaller of both sizes. Throws std::bad_alloc.
  void resize(std::size_t bytes);

 private:
  void swap(GrowingMemory& other) noexcept;

  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace equivec
