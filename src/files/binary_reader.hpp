#pragma once

#include "equivec/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace equivec {

/// Takes numbers, little-endian, and bytes from the beginning of a file. Everything throws Error that names the file
/// and the place if it ends too soon.
class BinaryReader {
 public:
  BinaryReader(std::string_view bytes, std::string name) : rest_(bytes), size_(bytes.size()), name_(std::move(name)) {}

  std::size_t place() const noexcept { return size_ - rest_.size(); }  ///< bytes taken
  std::size_t left() const noexcept { return rest_.size(); }

  template <class T>
  T number(const char* what) {
    T result;
    std::memcpy(&result, bytes(sizeof result, what).data(), sizeof result);
    return result;
  }
  std::string_view bytes(std::uint64_t count, const char* what) {
    if (count > rest_.size()) ends_within(what);
    const std::string_view result = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return result;
  }
  /// `rows` times `columns` items of `size` bytes, whose product may be larger than any number.
  std::string_view table(std::uint64_t rows, std::uint64_t columns, std::size_t size, const char* what) {
    if (rows > 0 && columns > rest_.size() / size / rows) ends_within(what);
    return bytes(rows * columns * size, what);
  }
  /// The bytes before the next 0, which is taken too.
  std::string_view text(const char* what) {
    const std::size_t end = rest_.find('\0');
    if (end == rest_.npos) ends_within(what);
    const std::string_view result = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return result;
  }
  [[noreturn]] void fail(const std::string& message) const {
    throw Error(name_ + ": at byte " + std::to_string(place()) + ": " + message);
  }

 private:
  [[noreturn]] void ends_within(const char* what) const {
    fail("the file ends within " + std::string(what) + "; it is truncated or damaged");
  }

  std::string_view rest_;
  std::size_t size_;
  std::string name_;
};

}  // namespace equivec
