#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace equivec {

/// Text that is written piece by piece, in memory that is not cleared first and is kept for the next text.
class TextBuffer {
 public:
  void clear() noexcept { size_ = 0; }
  std::string_view text() const noexcept { return {bytes_.get(), size_}; }

  /// Where up to `more` bytes may be written; end() tells how far they were.
  char* begin(std::size_t more) {
    if (capacity_ - size_ < more) grow(more);
    return bytes_.get() + size_;
  }
  void end(const char* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }

  void append(std::string_view text) {
    if (text.empty()) return;
    char* const to = begin(text.size());
    std::memcpy(to, text.data(), text.size());
    size_ += text.size();
  }
  void append(char c) {
    *begin(1) = c;
    ++size_;
  }

 private:
  void grow(std::size_t more) {
    const std::size_t capacity = std::max<std::size_t>(2 * capacity_, size_ + more + 4096);
    auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
    bytes_ = std::move(bytes);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace equivec
