#include "src/files/decompress.hpp"

#include "equivec/base/error.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"

#include <boost/iostreams/device/array.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/lzma.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <zstd.h>

#include <exception>
#include <new>
#include <vector>

namespace equivec {

namespace io = boost::iostreams;

Compression recognize_compression(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x1f\x8b"sv)) return Compression::gzip;
  if (bytes.starts_with("BZh"sv) && bytes.size() > 9 && bytes.substr(4, 6) == "\x31\x41\x59\x26\x53\x59"sv)
    return Compression::bzip2;
  if (bytes.starts_with("\xfd\x37zXZ\x00"sv)) return Compression::xz;
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  return Compression::none;
}

struct Decompressor::State {
  std::filesystem::path name;
  io::filtering_istreambuf stream;
};

namespace {

[[noreturn]] void damaged(const std::filesystem::path& name) {
  throw Error(name.string() + ": the compressed data are damaged or end too early; fetch or make the file again");
}

/// Boost's filter takes the end of its input for the end of the data, so a truncated file is detected here.
void require_whole_zstd_frames(std::string_view bytes, const std::filesystem::path& name) {
  while (!bytes.empty()) {
    const std::size_t size = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
    if (ZSTD_isError(size)) damaged(name);
    bytes.remove_prefix(size);
  }
}

}  // namespace

Decompressor::Decompressor(Compression compression, std::string_view bytes, const std::filesystem::path& name)
    : state_(std::make_unique<State>()) {
  state_->name = name;
  switch (compression) {
    case Compression::gzip:
      state_->stream.push(io::gzip_decompressor());
      break;
    case Compression::bzip2:
      state_->stream.push(io::bzip2_decompressor());
      break;
    case Compression::xz:
      state_->stream.push(io::lzma_decompressor());
      break;
    case Compression::zstd:
      require_whole_zstd_frames(bytes, name);
      state_->stream.push(io::zstd_decompressor());
      break;
    case Compression::none:
      break;
  }
  state_->stream.push(io::array_source(bytes.data(), bytes.size()));
}

Decompressor::~Decompressor() = default;

std::size_t Decompressor::read(std::span<char> buffer) {
  try {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const std::streamsize count =
          state_->stream.sgetn(buffer.data() + done, static_cast<std::streamsize>(buffer.size() - done));
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {
    damaged(state_->name);
  }
}

std::shared_ptr<const MappedFile> open_decompressed(const std::filesystem::path& file, const Progress* progress) {
  auto mapped = std::make_shared<const MappedFile>(file, progress);
  const Compression compression = recognize_compression(mapped->bytes());
  if (compression == Compression::none) return mapped;
  const Descriptor copy = unlinked_temporary_file();
  Decompressor source(compression, mapped->bytes(), file);
  std::vector<char> buffer(std::size_t{1} << 20);
  while (const std::size_t count = source.read(buffer)) {
    check_cancelled(progress);
    write_all(copy, {buffer.data(), count}, temporary_copy_of(file));
  }
  require_whole_inputs();
  return std::make_shared<const MappedFile>(copy, file);
}

}  // namespace equivec
