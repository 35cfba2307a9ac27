#pragma once

#include "equivec/base/progress.hpp"
#include "src/files/files.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace equivec {

enum class Compression { none, gzip, bzip2, xz, zstd };

/// By the first bytes.
Compression recognize_compression(std::string_view bytes) noexcept;

/// The text behind compressed bytes, read piece by piece. The bytes must outlive it.
class Decompressor {
 public:
  Decompressor(Compression compression, std::string_view bytes, const std::filesystem::path& name);
  ~Decompressor();

  /// Fills `buffer` and returns how much of it; less than its size only at the end.
  /// Throws Error if the data are damaged or end too early.
  std::size_t read(std::span<char> buffer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A file in memory; what is compressed is first unpacked to an unlinked temporary file.
std::shared_ptr<const MappedFile> open_decompressed(const std::filesystem::path& file,
                                                    const Progress* progress = nullptr);

}  // namespace equivec
