#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace equivec {

/// XXH64 of bytes that are added piece by piece.
class RunningHash {
 public:
  RunningHash() { XXH64_reset(&state_, 0); }
  void add(std::string_view bytes) { XXH64_update(&state_, bytes.data(), bytes.size()); }
  /// What another one goes on from.
  std::span<std::byte> state() noexcept { return std::as_writable_bytes(std::span(&state_, 1)); }
  std::uint64_t number() const { return XXH64_digest(&state_); }
  std::string digest() const { return text_of(number()); }
  /// "xxh64:" and 16 hexadecimal digits.
  static std::string text_of(std::uint64_t number_of_hash) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number_of_hash, 16).ptr;
    const std::string_view number(digits.data(), static_cast<std::size_t>(end - digits.data()));
    return "xxh64:" + std::string(16 - number.size(), '0') + std::string(number);
  }

 private:
  XXH64_state_t state_;
};

}  // namespace equivec
