#include "src/text_reader.hpp"

#include "equivec/error.hpp"

#include <algorithm>
#include <span>

namespace equivec {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20;

void require_text(std::string_view start, const Corpus::Part& part) {
  const std::size_t zero = start.substr(0, 4096).find('\0');
  if (zero != start.npos)
    throw Error(part.name + ": is no text (byte " + std::to_string(zero) +
                " is zero); a corpus is words between white space");
}

}  // namespace

std::optional<TextBlock> TextReader::next() {
  const auto parts = corpus_.parts();
  while (part_ < parts.size()) {
    if (auto block = next_of(parts[part_])) return block;
    ++part_;
    position_ = 0;
    decompressor_.reset();
    rest_.clear();
    return TextBlock{.owner = nullptr, .text = "\n", .file_end = true};
  }
  return std::nullopt;
}

std::optional<TextBlock> TextReader::next_of(const Corpus::Part& part) {
  if (part.compression == Compression::none) {
    const std::string_view left = part.bytes.substr(position_);
    if (left.empty()) return std::nullopt;
    if (position_ == 0) require_text(left, part);
    const std::string_view text = left.substr(0, cut(left, true, part));
    position_ += text.size();
    return TextBlock{.owner = part.owner, .text = text, .stored_bytes = text.size()};
  }

  const bool first = !decompressor_;
  if (first) decompressor_ = std::make_unique<Decompressor>(part.compression, part.bytes, part.name);
  // Two blocks at least, so that the cut is where it would be if the whole text were there.
  bool whole = false;
  while (rest_.size() < 2 * block_size) {
    const std::size_t old = rest_.size();
    rest_.resize(2 * block_size);
    rest_.resize(old + decompressor_->read(std::span(rest_).subspan(old)));
    if (rest_.size() < 2 * block_size) {
      whole = true;
      break;
    }
  }
  if (rest_.empty()) return std::nullopt;
  if (first) require_text(rest_, part);
  auto text = std::make_shared<std::string>(rest_, 0, cut(rest_, whole, part));
  rest_.erase(0, text->size());
  // The files' own sizes, spread over the text as if it were packed evenly; the last block takes what is left.
  const std::size_t stored =
      rest_.empty() ? part.bytes.size() - position_ : std::min(part.bytes.size() - position_, text->size() / 4);
  position_ += stored;
  return TextBlock{.owner = text, .text = *text, .stored_bytes = stored};
}

/// Where to cut `text`: after the last white space of the first block, or after the first one beyond it.
std::size_t TextReader::cut(std::string_view text, bool whole, const Corpus::Part& part) const {
  if (whole && text.size() <= block_size) return text.size();
  std::size_t end = block_size;
  while (end > 0 && !is_space(text[end - 1])) --end;
  if (end > 0) return end;
  end = block_size;
  while (end < text.size() && end < 2 * block_size && !is_space(text[end])) ++end;
  if (end == 2 * block_size || (end == text.size() && !whole))
    throw Error(part.name + ": a word is longer than " + std::to_string(block_size) +
                " bytes; a corpus is words between white space");
  return std::min(end + 1, text.size());
}

}  // namespace equivec
