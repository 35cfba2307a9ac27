#include "src/files/frames.hpp"

#include "equivec/base/error.hpp"

#include <zstd.h>

#include <algorithm>

namespace equivec {

namespace {

std::size_t little_endian(std::string_view bytes) {
  return static_cast<unsigned char>(bytes[0]) + std::size_t{256} * static_cast<unsigned char>(bytes[1]);
}

/// The size of a block of bgzip, which a field of its gzip header states (SAM/BAM format specification, section 4.1); 0
/// if it is none.
std::size_t blocked_gzip_size(std::string_view bytes) {
  constexpr std::size_t header = 12;
  constexpr char has_extra_field = 4;
  if (bytes.size() < header || !bytes.starts_with("\x1f\x8b") || (bytes[3] & has_extra_field) == 0) return 0;
  std::string_view fields = bytes.substr(header);
  fields = fields.substr(0, little_endian(bytes.substr(10)));
  while (fields.size() >= 4) {
    const std::size_t size = little_endian(fields.substr(2));
    if (fields.starts_with("BC") && size == 2 && fields.size() >= 6) return little_endian(fields.substr(4)) + 1;
    fields = fields.substr(std::min(fields.size(), 4 + size));
  }
  return 0;
}

std::size_t frame_size(Compression compression, std::string_view bytes, const std::string& name) {
  if (compression == Compression::gzip) {
    const std::size_t size = blocked_gzip_size(bytes);
    return size == 0 ? bytes.size() : std::min(size, bytes.size());
  }
  if (compression != Compression::zstd) return bytes.size();
  const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(size)) throw Error(name + ": the compressed data are damaged or end too early");
  return size;
}

}  // namespace

std::size_t frame_start(Compression compression, std::string_view bytes, std::size_t offset, const std::string& name) {
  std::size_t start = 0;
  while (start < offset && start < bytes.size()) start += frame_size(compression, bytes.substr(start), name);
  return std::min(start, bytes.size());
}

}  // namespace equivec
