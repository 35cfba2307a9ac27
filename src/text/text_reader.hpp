#pragma once

#include "equivec/text/corpus.hpp"
#include "equivec/text/text_options.hpp"
#include "src/files/decompress.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/records.hpp"

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

/// Of a corpus that ranks share, where a rank's share begins or ends: in a part, so many stored bytes from its start.
/// Text begins there at the next place where it may be cut, if that is not the start of the part.
struct SharePlace {
  std::size_t part = 0;
  std::uint64_t offset = 0;
};

struct Corpus::Parts {
  std::vector<Part> parts;
  std::shared_ptr<const CollectedText> collected;  // in place of parts
  CorpusOptions options;
  std::string name;
  std::uint64_t bytes = 0;
  Communicator* ranks = nullptr;  // null: all of it is read here
  SharePlace share_begin = {}, share_end = {};
};

/// A piece of a file that begins and ends between words, or between records.
struct TextBlock {
  std::shared_ptr<const void> owner;
  std::string_view text;                             // or records
  std::shared_ptr<const RecordReader> records = {};  // takes the text out of them; null: it is text
  const std::string* file = nullptr;                 // its name, which the corpus owns
  std::uint64_t lines_before = 0;                    // line ends of the file's heading, which no block has
  std::uint64_t stored_bytes = 0;                    // progress in the files as they are stored
  bool file_end = false;                             // not text of the corpus, but the line end added after every file
};

/// Reads a corpus, or this rank's share of it, block by block. The boundaries of the blocks depend only on the text and
/// on what words are.
class TextReader {
 public:
  /// lines: shares may be cut between lines alone, however long they are.
  TextReader(Corpus corpus, Tokenization tokenize, bool lines = false);

  /// The next block; empty at the end. Throws Error for damaged compressed data, for a file that is not text, for a
  /// word of more than two mebibytes and a record of more than 256.
  std::optional<TextBlock> next();

  /// Line ends of the file in which the share begins that are before it, for messages.
  std::uint64_t lines_before_share() const;
  /// Whether the file's line before the share has no end.
  bool share_begins_in_line() const noexcept { return begins_in_line_; }

 private:
  /// What is left of the current file: at least as much as asked for, unless that is the whole of it.
  struct Window {
    std::string_view text;
    bool whole;
  };

  void open(const Corpus::Part& part);
  void limit_to_share(const Corpus::Part& part);
  std::string_view text_before_cut(const Corpus::Part& part, std::uint64_t offset, std::string& decompressed) const;
  bool begins_within(std::size_t part) const;
  bool ends_within(std::size_t part) const;
  void skip_heading(const Corpus::Part& part);
  std::optional<TextBlock> next_of(const Corpus::Part& part);
  Window window(std::size_t size);
  std::size_t records_in_block(const std::string& name);
  void skip(std::size_t size);
  void give_back();
  TextBlock take(std::size_t size);

  Corpus corpus_;
  Tokenization tokenize_;
  bool lines_;
  std::size_t part_ = 0;
  bool open_ = false;
  bool begins_in_line_ = false;
  bool compressed_ = false;                   // the current part is
  std::shared_ptr<const void> owner_;         // of bytes_
  std::string_view bytes_;                    // of the current part
  std::shared_ptr<const MappedFile> mapped_;  // that has the bytes, if it was mapped to be read here
  std::size_t given_back_ = 0;                // bytes whose memory was
  std::size_t position_ = 0;  // in the bytes of a plain part; of a compressed one, those that count as read
  std::unique_ptr<Decompressor> decompressor_;
  std::string rest_;           // decompressed, not yet returned
  bool decompressed_ = false;  // rest_ is all that is left
  std::string tail_ = {};      // text of a compressed part that comes after what is decompressed
  std::shared_ptr<const RecordReader> records_;
  std::uint64_t lines_before_ = 0;
};

}  // namespace equivec
