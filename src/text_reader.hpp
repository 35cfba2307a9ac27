#pragma once

#include "equivec/corpus.hpp"
#include "src/decompress.hpp"
#include "src/files.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace equivec {

/// One file or string of a corpus.
struct Corpus::Part {
  std::string name;
  std::shared_ptr<const void> owner;  // keeps `bytes` alive
  std::string_view bytes;             // as stored
  Compression compression = Compression::none;
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
  /// text, and for a word that is longer than a mebibyte.
  std::optional<TextBlock> next();

 private:
  std::optional<TextBlock> next_of(const Corpus::Part& part);
  std::size_t cut(std::string_view text, bool whole, const Corpus::Part& part) const;

  Corpus corpus_;
  std::size_t part_ = 0;
  std::size_t position_ = 0;  // in the bytes of a plain part
  std::unique_ptr<Decompressor> decompressor_;
  std::string rest_;  // unpacked, not yet given out
};

}  // namespace equivec
