#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace equivec {

/// The files in a folder and below it, except hidden ones (.git, .DS_Store), in an order that does not depend on the
/// file system. Throws Error if a folder cannot be read.
std::vector<std::string> files_below(const std::string& folder);

/// A file descriptor, closed by the destructor.
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

/// TMPDIR, else /tmp, else, if that is kept in memory, /var/tmp. `error` is set if TMPDIR is not a directory.
std::filesystem::path temporary_directory(std::error_code& error);

/// A file in the temporary directory that is invisible to others and is deleted when its descriptor is closed.
Descriptor unlinked_temporary_file();

/// A name for messages about a file in the temporary directory: the directory and the file's purpose.
std::filesystem::path temporary_file_for(std::string_view purpose);
/// The same for a copy of a file.
std::filesystem::path temporary_copy_of(const std::filesystem::path& file);

/// Throws Error naming `name` unless every byte is written.
void write_all(const Descriptor& descriptor, std::string_view bytes, const std::filesystem::path& name);
/// The same at an offset; does not move the file position that write_all uses.
void write_all_at(const Descriptor& descriptor, std::string_view bytes, std::uint64_t offset,
                  const std::filesystem::path& name);
/// Throws Error naming `name` unless the whole buffer is read.
void read_all_at(const Descriptor& descriptor, std::span<char> buffer, std::uint64_t offset,
                 const std::filesystem::path& name);

/// The bytes of numbers as stored in files: the same as in memory.
template <class T>
std::string_view bytes_of(std::span<const T> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

/// Whether an open file is the regular file that has this name now.
bool is_name_of(const std::filesystem::path& name, const Descriptor& descriptor);

/// The message of an errno value.
std::string system_message(int number);

}  // namespace equivec
