#pragma once

#include "equivec/base/progress.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

/// The files in a folder and below it, in an order that does not depend on the file system, without what is hidden
/// (.git, .DS_Store). Throws Error if a folder cannot be read.
std::vector<std::string> files_below(const std::string& folder);

/// A file descriptor, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int value = -1) noexcept : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor();

  int get() const noexcept { return value_; }
  explicit operator bool() const noexcept { return value_ >= 0; }

 private:
  int value_;
};

/// A file in memory, read-only. A pipe or "-" (standard input) is first copied to an unlinked temporary file.
/// Throws Error if it cannot be opened or is a directory, Cancelled if asked to stop while it is copied.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file, const Progress* progress = nullptr);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// An open descriptor; `name` is for messages.
  MappedFile(const Descriptor& descriptor, const std::filesystem::path& name) { map(descriptor.get(), name); }

  std::string_view bytes() const noexcept { return {data_, size_}; }

 private:
  void map(int descriptor, const std::filesystem::path& name);

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A file that appears whole or not at all: written as ".NAME.partial" beside its place, synchronised and renamed by
/// commit(). Without commit() nothing remains. What an ended process left behind is overwritten by the next run; that a
/// living one writes the same file is an Error. A device or pipe is written directly. Every failure throws Error.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& target);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);
  void sync();  ///< makes sure that what was written can be kept: a full disk shows now
  void commit();

 private:
  void flush();
  [[noreturn]] void fail(const char* doing);

  std::filesystem::path name_;     // as the caller said it, for messages
  std::filesystem::path target_;   // symbolic links resolved, so that they are kept
  std::filesystem::path partial_;  // empty: written directly
  Descriptor descriptor_;
  std::string buffer_;
};

/// A file in the temporary directory that nobody else sees and that vanishes with its descriptor.
Descriptor unlinked_temporary_file();

/// What to call a file in the temporary directory when it cannot be written: the directory and what the file is for.
std::filesystem::path temporary_file_for(std::string_view purpose);
/// The same for a copy of a file.
std::filesystem::path temporary_copy_of(const std::filesystem::path& file);

/// Throws Error naming `name` unless every byte is written.
void write_all(const Descriptor& descriptor, std::string_view bytes, const std::filesystem::path& name);
/// The same at a place in a file, which stays where it stands for write_all.
void write_all_at(const Descriptor& descriptor, std::string_view bytes, std::uint64_t offset,
                  const std::filesystem::path& name);
/// Throws Error naming `name` unless the whole buffer is read.
void read_all_at(const Descriptor& descriptor, std::span<char> buffer, std::uint64_t offset,
                 const std::filesystem::path& name);

/// True for "-", /dev/stdout, /dev/fd/N, a device or a pipe: what is written directly and cannot be renamed into place.
bool is_written_directly(const std::filesystem::path& target);

/// Numbers as files have them: the same bytes as in memory.
template <class T>
std::string_view bytes_of(std::span<const T> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

/// Text of errno.
std::string system_message(int number);

}  // namespace equivec
