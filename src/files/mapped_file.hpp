#pragma once

#include "equivec/base/progress.hpp"
#include "src/files/files.hpp"

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace equivec {

/// A memory-mapped file, read-only. A pipe or "-" (standard input) is first copied to an unlinked temporary file.
/// Throws Error if it cannot be opened or is a directory, Cancelled if cancelled while it is copied.
///
/// If another program shortens the file, what is missing reads as zeros (without that, the signal SIGBUS would end the
/// program), and require_whole_inputs() throws from then on.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& file, const Progress* progress = nullptr);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Maps an open descriptor; `name` is for messages.
  MappedFile(const Descriptor& descriptor, const std::filesystem::path& name) { map(descriptor.get(), name); }

  std::string_view bytes() const noexcept { return {data_, size_}; }
  /// Gives the memory of the pages that lie within a part of the bytes back; who reads them again has them from the
  /// system's cache.
  void release(std::string_view part) const noexcept;

 private:
  void map(int descriptor, const std::filesystem::path& name);

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The same of memory that may lie in a mapped file, and a little around it, as the system maps several pages at once;
/// other memory is left alone. For passes over all rows of vectors: what a pass has read need not stay.
void release_mapped(const void* begin, std::size_t bytes) noexcept;

/// Throws Error naming a file that got shorter while it was mapped. Results that are made from mapped files are valid
/// only if this returns after the last read; OutputFiles::commit() calls it.
void require_whole_inputs();

}  // namespace equivec
