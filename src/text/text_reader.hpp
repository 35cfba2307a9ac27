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
  std::shared_ptr<const void> owner;  // keeps `bytes` alive; null for a file that is mapped when it is read
  std::string_view bytes;             // as stored
  Compression compression = Compression::none;
};

struct Corpus::Parts {
  std::vector<Part> parts;
  std::shared_ptr<const CollectedText> collected;  // in place of parts
  std::string name;
  std::uint64_t bytes = 0;
};

/// A piece of text that begins and ends between words.
struct TextBlock {
  std::shared_ptr<const void> owner;
  std::string_view text;
  std::uint64_t stored_bytes = 0;  // progress in the files as they are stored
  bool file_end = false;           // not text of the corpus, but the line end added after every file
};

/// Reads a corpus block by block. The boundaries of the blocks depend only on the text.
class TextReader {
 public:
  explicit TextReader(Corpus corpus) : corpus_(std::move(corpus)) {}

  /// The next block; empty at the end. Throws Error for damaged compressed data, for a file that is not text, and for a
  /// word of more than two mebibytes.
  std::optional<TextBlock> next();

 private:
  std::optional<TextBlock> next_of(const Corpus::Part& part);

  Corpus corpus_;
  std::size_t part_ = 0;
  bool open_ = false;
  std::shared_ptr<const void> owner_;  // of bytes_
  std::string_view bytes_;             // of the current part
  std::size_t position_ = 0;           // in the bytes of a plain part
  std::unique_ptr<Decompressor> decompressor_;
  std::string rest_;  // decompressed, not yet returned
};

}  // namespace equivec
