#pragma once

namespace equivec {

/// What neighbouring blocks must know about the lines of a block: a line may begin in one block and end in another.
struct BlockLines {
  bool leading_end = false;  ///< the block's first line end is before its first word
  bool has_end = false;      ///< the block has a line end
  bool open = false;         ///< words follow the last line end, or the block's start
};

/// Of two neighbouring pieces together.
inline BlockLines joined(const BlockLines& first, const BlockLines& second) noexcept {
  return {first.has_end ? first.leading_end : !first.open && second.leading_end, first.has_end || second.has_end,
          second.has_end ? second.open : first.open || second.open};
}

/// Scans the lines of a block. A sentence ends at the end of each line that has a word.
class LineScanner {
 public:
  void word() noexcept { lines_.open = true; }
  /// True if this line end closes a sentence with words in this block.
  bool line_end() noexcept {
    const bool closes = lines_.open;
    if (!closes && !lines_.has_end) lines_.leading_end = true;
    lines_.has_end = true;
    lines_.open = false;
    return closes;
  }
  const BlockLines& lines() const noexcept { return lines_; }

 private:
  BlockLines lines_;
};

/// Finds the sentence ends between consecutive blocks. Call it for all blocks in order.
class LineSeam {
 public:
  /// True if a sentence of an earlier block ends before the first word of this one.
  bool closes_before(const BlockLines& block) noexcept {
    const bool closes = open_ && block.leading_end;
    open_ = block.has_end ? block.open : open_ || block.open;
    return closes;
  }

 private:
  bool open_ = false;
};

}  // namespace equivec
