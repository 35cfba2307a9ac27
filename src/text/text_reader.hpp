#pragma once

#include "equivec/text/corpus.hpp"
#include "src/files/decompress.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// One file or string of a corpus.
struct Corpus::Part {
  std::string name;                   // of the file, if there is no owner
  std::shared_ptr<const void> owner;  // keeps `bytes` alive; null for a file, which is mapped when its turn comes
  std::string_view bytes;             // as stored
  Compression compression = Compression::none;
};

struct Corpus::Parts {
  std::vector<Part> parts;
  std::string name;
  std::uint64_t bytes = 0;
};

/// A piece of text that begins and ends between words.
struct TextBlock {
  std::shared_ptr<const void> owner;
  std::string_view text;
  std::uint64_t stored_bytes = 0;  // progress in the files as they are stored
  bool file_end = false;           // no text of the corpus, but the line end that every file is given
};

/// Reads a corpus block by block. Where the blocks are cut depends on the text alone.
class TextReader {
 public:
  explicit TextReader(Corpus corpus) : corpus_(std::move(corpus)) {}

  /// The next block, or nothing at the end. Throws Error for compressed data that are damaged, for a file that is no
  /// text, and for a word of more than two mebibytes.
  std::optional<TextBlock> next();

 private:
  std::optional<TextBlock> next_of(const Corpus::Part& part);

  Corpus corpus_;
  std::size_t part_ = 0;
  bool open_ = false;
  std::shared_ptr<const void> owner_;  // of bytes_
  std::string_view bytes_;             // of the present part
  std::size_t position_ = 0;           // in the bytes of a plain part
  std::unique_ptr<Decompressor> decompressor_;
  std::string rest_;  // unpacked, not yet given out
};

}  // namespace equivec
