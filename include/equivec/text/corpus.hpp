#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/characters.hpp"
#include "equivec/base/communicator.hpp"
#include "equivec/base/progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
struct CollectedText;
class TextReader;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

/// Where the text stands in the files. By default it is all that they hold. At most one of the two may be given.
struct CorpusOptions {
  /// The files are JSON lines: an object a line, in which the value of this key is the text, a string or an array of
  /// strings, each of which is a line of the text; null is no text. A name that begins with '/' is a JSON pointer
  /// (RFC 6901).
  std::string field = {};
  /// The files are comma- or tab-separated values (RFC 4180; commas, semicolons and tabs are recognized), in which this
  /// column is the text: its name in the first record, or, in files without names, its number from 1.
  std::string column = {};
};

/// Throws OptionError if both are given.
void validate(const CorpusOptions& options);

/// A text that can be read several times: files (plain or compressed), a string, or words that a program gave
/// (CorpusBuilder of counts/corpus_builder.hpp).
/// A sentence is a line, and ends with a record's text; what a word is, TextOptions say. Reading throws Error for input
/// that is not text: zero bytes at the start of a file, a word of more than two mebibytes, a record of more than 256
/// mebibytes or without the text, or damaged compressed data.
/// Immutable, cheap to copy, may be read by several threads at once.
class Corpus {
 public:
  /// Each path is a file, a directory (all files below it except hidden ones, in byte order of their paths), a glob
  /// pattern, "@FILE" for the paths that the lines of FILE are, or "-" for standard input, which is copied to an
  /// unlinked temporary file. gzip, bzip2, xz and zstd are recognized by content. Throws Error if a path leads to no
  /// readable file, Cancelled if cancelled while standard input is copied.
  static Corpus from_paths(std::span<const std::string> paths, const CorpusOptions& options = {},
                           const Progress* progress = nullptr);
  static Corpus from_text(std::string text);

  /// The same text, of which each rank reads its share of about as many bytes: called by all ranks together, which then
  /// call together what takes the corpus. Plain files are cut between lines, or, where a line is very long, between
  /// words; zstd files of several frames and blocked gzip files (bgzip) between frames; tables and other compressed
  /// files are read whole. `ranks` must outlive what is made of the corpus. With one rank nothing changes. Throws Error
  /// if the ranks have different files, and for words that a program gave and standard input.
  Corpus shared_by(Communicator& ranks) const;
  Communicator* ranks() const noexcept;  ///< that share it; null: it is read here

  /// The files it is read from; empty for a string, for words and for standard input.
  std::vector<std::string> files() const;
  /// For messages: the first path, and how many more.
  const std::string& name() const noexcept;
  /// Size as stored (of the compressed bytes where a file is compressed), for progress.
  std::uint64_t bytes() const noexcept;

 private:
  friend class CorpusBuilder;
  friend class TextReader;
  friend const CollectedText* collected_text(const Corpus& corpus) noexcept;
  struct Part;
  struct Parts;
  explicit Corpus(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
  std::shared_ptr<const Parts> parts_;
};

/// The reference tokenizer: calls on_word(std::string_view) for each word of `text` and on_line_end() for each line
/// feed, in order. To read a corpus, the library uses a faster one with the same result.
template <class OnWord, class OnLineEnd>
void tokenize(std::string_view text, OnWord&& on_word, OnLineEnd&& on_line_end) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    if (is_space(*p)) {
      if (*p == '\n') on_line_end();
      ++p;
      continue;
    }
    const char* const begin = p;
    while (p < end && !is_space(*p)) ++p;
    on_word(std::string_view(begin, static_cast<std::size_t>(p - begin)));
  }
}

}  // namespace equivec
