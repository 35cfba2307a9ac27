#include "src/files/decompress.hpp"

#include "equivec/base/error.hpp"
#include "src/base/memory_limit.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <vector>

namespace equivec {

Compression recognize_compression(std::string_view bytes) noexcept {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\x1f\x8b"sv)) return Compression::gzip;
  if (bytes.starts_with("BZh"sv) && bytes.size() > 9 && bytes.substr(4, 6) == "\x31\x41\x59\x26\x53\x59"sv)
    return Compression::bzip2;
  if (bytes.starts_with("\xfd\x37zXZ\x00"sv)) return Compression::xz;
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression::zstd;
  // A frame to be skipped, with which pzstd begins.
  if (bytes.size() > 4 && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1, 3) == "\x2a\x4d\x18"sv) return Compression::zstd;
  return Compression::none;
}

/// A library that decompresses one format.
class Decompressor::Decoder {
 public:
  enum class Fault { none, damaged, memory };

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// Decompresses from `in` to `out` and removes from both what was used. It must use something if it can.
  virtual Fault decode(std::string_view& in, std::span<char>& out) = 0;
  /// Whether the input may end after what decode() has used.
  virtual bool may_end() const = 0;
};

namespace {

using Fault = Decompressor::Decoder::Fault;

/// Zeros follow some archives, from tapes and from dd.
bool is_padding(std::string_view bytes) {
  return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}

/// The libraries count what is left in 32 bits.
constexpr std::size_t most_at_once = std::size_t{1} << 30;

/// What zlib and bzip2 have in common: streams one after the other, in structures of the same members.
template <class Stream>
class StreamDecoder : public Decompressor::Decoder {
 public:
  Fault decode(std::string_view& in, std::span<char>& out) override {
    if (ended_) {
      if (is_padding(in)) {
        in = {};
        return Fault::none;
      }
      if (!restart()) return Fault::damaged;
      ended_ = false;
    }
    const std::size_t in_size = std::min(in.size(), most_at_once), out_size = std::min(out.size(), most_at_once);
    stream_.next_in = reinterpret_cast<decltype(stream_.next_in)>(const_cast<char*>(in.data()));
    stream_.next_out = reinterpret_cast<decltype(stream_.next_out)>(out.data());
    stream_.avail_in = static_cast<unsigned>(in_size);
    stream_.avail_out = static_cast<unsigned>(out_size);
    const Fault fault = step(ended_);
    in.remove_prefix(in_size - stream_.avail_in);
    out = out.subspan(out_size - stream_.avail_out);
    return fault;
  }
  bool may_end() const override { return ended_; }

 protected:
  virtual bool restart() = 0;
  virtual Fault step(bool& ended) = 0;

  Stream stream_ = {};

 private:
  bool ended_ = false;
};

class GzipDecoder final : public StreamDecoder<z_stream> {
 public:
  GzipDecoder() {
    constexpr int window = 15, gzip = 16;
    if (::inflateInit2(&stream_, window + gzip) != Z_OK) throw std::bad_alloc();
  }
  ~GzipDecoder() override { ::inflateEnd(&stream_); }

 private:
  bool restart() override { return ::inflateReset(&stream_) == Z_OK; }
  Fault step(bool& ended) override {
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    ended = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR) return Fault::memory;
    return ended || result == Z_OK || result == Z_BUF_ERROR ? Fault::none : Fault::damaged;
  }
};

class Bzip2Decoder final : public StreamDecoder<bz_stream> {
 public:
  Bzip2Decoder() {
    if (::BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }
  ~Bzip2Decoder() override { ::BZ2_bzDecompressEnd(&stream_); }

 private:
  bool restart() override {
    ::BZ2_bzDecompressEnd(&stream_);
    stream_ = {};
    return ::BZ2_bzDecompressInit(&stream_, 0, 0) == BZ_OK;
  }
  Fault step(bool& ended) override {
    const int result = ::BZ2_bzDecompress(&stream_);
    ended = result == BZ_STREAM_END;
    if (result == BZ_MEM_ERROR) return Fault::memory;
    return ended || result == BZ_OK ? Fault::none : Fault::damaged;
  }
};

class XzDecoder final : public Decompressor::Decoder {
 public:
  explicit XzDecoder(std::uint64_t most_memory) {
    if (::lzma_stream_decoder(&stream_, most_memory, LZMA_CONCATENATED) != LZMA_OK) throw std::bad_alloc();
  }
  ~XzDecoder() override { ::lzma_end(&stream_); }

  Fault decode(std::string_view& in, std::span<char>& out) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret result = ::lzma_code(&stream_, LZMA_FINISH);  // all of the input is there
    in.remove_prefix(in.size() - stream_.avail_in);
    out = out.subspan(out.size() - stream_.avail_out);
    ended_ = result == LZMA_STREAM_END;
    if (result == LZMA_MEM_ERROR || result == LZMA_MEMLIMIT_ERROR) return Fault::memory;
    return ended_ || result == LZMA_OK ? Fault::none : Fault::damaged;
  }
  bool may_end() const override { return ended_; }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
};

class ZstdDecoder final : public Decompressor::Decoder {
 public:
  explicit ZstdDecoder(std::uint64_t most_memory) : context_(::ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    int window = 31;  // --long=31, as dumps of the web have it
    while (window > 10 && (std::uint64_t{1} << window) > most_memory) --window;
    ::ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, window);
  }
  ~ZstdDecoder() override { ::ZSTD_freeDCtx(context_); }

  Fault decode(std::string_view& in, std::span<char>& out) override {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t result = ::ZSTD_decompressStream(context_, &to, &from);
    if (::ZSTD_isError(result)) {
      const ZSTD_ErrorCode code = ::ZSTD_getErrorCode(result);
      return code == ZSTD_error_memory_allocation || code == ZSTD_error_frameParameter_windowTooLarge ? Fault::memory
                                                                                                      : Fault::damaged;
    }
    in.remove_prefix(from.pos);
    out = out.subspan(to.pos);
    ended_ = result == 0;  // a frame has ended and all of it was given out
    return Fault::none;
  }
  bool may_end() const override { return ended_; }

 private:
  ZSTD_DCtx* context_;
  bool ended_ = false;
};

std::unique_ptr<Decompressor::Decoder> decoder_of(Compression compression, std::uint64_t most_memory) {
  switch (compression) {
    case Compression::gzip:
      return std::make_unique<GzipDecoder>();
    case Compression::bzip2:
      return std::make_unique<Bzip2Decoder>();
    case Compression::xz:
      return std::make_unique<XzDecoder>(most_memory);
    case Compression::zstd:
      return std::make_unique<ZstdDecoder>(most_memory);
    case Compression::none:
      break;
  }
  return nullptr;
}

}  // namespace

Decompressor::Decompressor(Compression compression, std::string_view bytes, const std::filesystem::path& name)
    : Decompressor(compression, bytes, name, memory_limit() / 2) {}

Decompressor::Decompressor(Compression compression, std::string_view bytes, const std::filesystem::path& name,
                           std::uint64_t most_memory)
    : decoder_(decoder_of(compression, most_memory)), left_(bytes), name_(name) {}

Decompressor::~Decompressor() = default;

std::size_t Decompressor::read(std::span<char> buffer) {
  std::span<char> free = buffer;
  while (!free.empty()) {
    if (left_.empty() && decoder_->may_end()) break;
    const std::size_t in = left_.size(), out = free.size();
    const Fault fault = decoder_->decode(left_, free);
    if (fault == Fault::memory)
      throw Error(name_.string() +
                  ": needs more memory to be decompressed than this process may have; decompress it first");
    if (fault == Fault::damaged || (left_.size() == in && free.size() == out && !decoder_->may_end()))
      throw Error(name_.string() + ": the compressed data are damaged or end too early; fetch or make the file again");
  }
  return buffer.size() - free.size();
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
