#pragma once

#include "equivec/base/characters.hpp"
#include "equivec/base/progress.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

struct CollectedText;

/// A text that can be read several times: files (plain or compressed), a string, or words that a program gave
/// (CorpusBuilder of counts/corpus_builder.hpp).
/// A sentence is a line; a word is a run of bytes between white space, in any encoding. Reading throws Error for input
/// that is not text: zero bytes at the start of a file, a word of more than two mebibytes, or damaged compressed data.
/// Immutable, cheap to copy, may be read by several threads at once.
class Corpus {
 public:
  /// Each path is a file, a directory (all files below it except hidden ones, in byte order of their paths), a glob
  /// pattern, or "-" for standard input, which is copied to an unlinked temporary file. gzip, bzip2, xz and zstd are
  /// recognized by content. Throws Error if a path leads to no readable file, Cancelled if cancelled while standard
  /// input is copied.
  static Corpus from_paths(std::span<const std::string> paths, const Progress* progress = nullptr);
  static Corpus from_text(std::string text);

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
