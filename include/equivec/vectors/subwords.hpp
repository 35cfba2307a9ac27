#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// From an n-gram to its bucket.
enum class NgramHash {
  fasttext,     ///< FNV-1a of 32 bits over the bytes, each extended with its sign, modulo the number of buckets
  finalfusion,  ///< FNV-1a of 64 bits over the number of characters (8 bytes) and each character (4 bytes), modulo
  listed        ///< no hash: the n-grams are listed, and others have no row
};

/// "fasttext", "finalfusion" or "listed".
std::string_view name_of(NgramHash hash);

/// Which n-grams of a word have a vector. A word is put between '<' and '>' first; n-grams are counted in characters of
/// UTF-8, where a byte that continues no character begins one.
struct NgramRule {
  int min_length = 3;               ///< characters, 1 .. max_length
  int max_length = 6;               ///< at most 100
  std::uint64_t buckets = 2000000;  ///< 1 .. 2^32 - 1; of `listed` the number of n-grams
  NgramHash hash = NgramHash::fasttext;
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const NgramRule& rule);

/// Appends the buckets of a word's n-grams: those of a place from the shortest to the longest, then those of the next.
/// The end of a sentence, "</s>", has none. REQUIRES: a rule other than `listed`
void append_buckets(const NgramRule& rule, std::string_view word, std::vector<std::uint32_t>& buckets);

/// Vectors of character n-grams (Bojanowski et al. 2017), from which words that are not in the vocabulary have theirs.
/// Immutable, cheap to copy, safe to share between threads: copies share the numbers, which are in memory or in a
/// mapped file.
class Subwords {
 public:
  /// rows: one for each bucket, or, if `kept` is not empty, one for each of those buckets, which ascend; n-grams of
  /// others have no vector then. `owner` keeps both alive. Throws Error unless the numbers of rows fit, and as
  /// validate().
  Subwords(NgramRule rule, MatrixView rows, std::shared_ptr<const void> owner,
           std::span<const std::uint32_t> kept = {});
  /// rows: one for each n-gram of a list, all different. Throws Error as above.
  Subwords(int min_length, int max_length, std::span<const std::string> ngrams, Matrix rows);

  const NgramRule& rule() const noexcept;
  MatrixView matrix() const noexcept;                    ///< rows x dimension
  std::span<const std::uint32_t> kept() const noexcept;  ///< the buckets that have rows; empty if all have
  std::span<const std::string> ngrams() const noexcept;  ///< of `listed`, in the order of the rows; else empty
  int dimension() const noexcept;

  /// Appends the rows of a word's n-grams, in the order of append_buckets().
  void append_rows(std::string_view word, std::vector<std::uint32_t>& rows) const;
  /// The mean of the vectors of a word's n-grams; empty if it has none.
  std::optional<std::vector<float>> vector_of(std::string_view word) const;

 private:
  struct Storage;
  std::shared_ptr<const Storage> storage_;
};

/// Calls f(n-gram) for those of the word between < and >, in the order of Subwords::append_rows(). fastText leaves out
/// n-grams of one character at the beginning and the end; so does `without_marks`.
template <class F>
void for_each_ngram(std::string_view word, int min_length, int max_length, bool without_marks, const F& f) {
  const std::string marked = "<" + std::string(word) + ">";
  const auto continues = [&](std::size_t at) {
    return at < marked.size() && (static_cast<unsigned char>(marked[at]) & 0xC0) == 0x80;
  };
  for (std::size_t begin = 0; begin < marked.size(); ++begin) {
    if (continues(begin)) continue;
    std::size_t end = begin;
    for (int length = 1; length <= max_length && end < marked.size(); ++length) {
      do ++end;
      while (continues(end));
      const bool is_mark = length == 1 && (begin == 0 || end == marked.size());
      if (length >= min_length && !(without_marks && is_mark)) f(std::string_view(marked).substr(begin, end - begin));
    }
  }
}

}  // namespace equivec
