#pragma once

#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// Cuts sentences after a number of words. Call it for all pieces of a text in order.
class SentenceCutter {
 public:
  /// most: words in a sentence, at least 1. sentence_end: what marks its end.
  SentenceCutter(std::uint64_t most, std::span<const WordId> sentence_end) : most_(most), end_(sentence_end) {}

  /// The ids with the ends of the sentences that were cut. Valid until the next call.
  std::span<const WordId> cut(std::span<const WordId> ids) {
    result_.clear();
    for (const WordId id : ids) {
      const bool ends = id == EncodedCorpus::sentence_end, marks = end_.size() > 1 && id == end_[0];
      if (!ends && !marks && length_ == most_) {
        result_.insert(result_.end(), end_.begin(), end_.end());
        ++cuts_;
        length_ = 0;
      }
      result_.push_back(id);
      length_ = ends ? 0 : length_ + !marks;
    }
    return result_;
  }
  void end_sentence() noexcept { length_ = 0; }
  std::uint64_t cuts() const noexcept { return cuts_; }

 private:
  std::uint64_t most_, cuts_ = 0, length_ = 0;
  std::span<const WordId> end_;
  std::vector<WordId> result_;
};

}  // namespace equivec
