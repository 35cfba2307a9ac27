#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace equivec {

// Unsigned integers in as few bytes as possible (LEB128): seven bits a byte, least significant first, the highest bit
// set if more bytes follow.

inline void append_varint(std::string& bytes, std::uint64_t number) {
  for (; number >= 128; number >>= 7) bytes.push_back(static_cast<char>(number | 128));
  bytes.push_back(static_cast<char>(number));
}

/// Reads numbers that append_varint() wrote, from memory that outlives it.
class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  /// REQUIRES: there is another number.
  std::uint64_t operator()() {
    std::uint64_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(*next_++);
      number |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return number;
    }
  }
  /// The next bytes, which are no numbers. REQUIRES: there are so many.
  std::string_view bytes(std::size_t size) {
    const std::string_view result(next_, size);
    next_ += size;
    return result;
  }
  bool at_end() const noexcept { return next_ == end_; }

 private:
  const char* next_;
  const char* end_;
};

}  // namespace equivec
