#pragma once

#include "equivec/base/progress.hpp"
#include "src/files/mapped_file.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace equivec {

enum class Compression { none, gzip, bzip2, xz, zstd };

/// Recognizes it by the first bytes.
Compression recognize_compression(std::string_view bytes) noexcept;

/// Decompresses bytes piece by piece. The bytes must outlive it.
class Decompressor {
 public:
  class Decoder;

  /// REQUIRES: a compression other than none. The header of the data may ask for up to `most_memory` bytes; if it is
  /// not given, half the memory that the process may have.
  Decompressor(Compression compression, std::string_view bytes, const std::filesystem::path& name,
               std::uint64_t most_memory);
  Decompressor(Compression compression, std::string_view bytes, const std::filesystem::path& name);
  ~Decompressor();

  /// Fills `buffer` and returns the number of bytes written, less than its size only at the end.
  /// Throws Error if the data are damaged or truncated, or ask for more memory than they may.
  std::size_t read(std::span<char> buffer);

 private:
  std::unique_ptr<Decoder> decoder_;
  std::string_view left_;
  std::filesystem::path name_;
};

/// A mapped file; a compressed one is first decompressed to an unlinked temporary file.
std::shared_ptr<const MappedFile> open_decompressed(const std::filesystem::path& file,
                                                    const Progress* progress = nullptr);

}  // namespace equivec
