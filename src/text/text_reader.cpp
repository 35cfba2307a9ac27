#include "src/text/text_reader.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/base/lines.hpp"
#include "src/files/file_kind.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>
#include <span>

namespace equivec {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20;

void require_text(std::string_view start, const std::string& name) {
  if (const FileKind* kind = foreign_kind(start); kind && !kind->text) throw Error(name + ": " + kind->message());
  const std::size_t zero = start.substr(0, 4096).find('\0');
  if (zero != start.npos)
    throw Error(name + ": is not text (byte " + std::to_string(zero) +
                " is zero); a corpus is words between white space");
  // Text has next to none in any encoding, and random bytes have a tenth.
  const std::string_view some = start.substr(0, 4096);
  const auto controls =
      static_cast<std::size_t>(std::ranges::count_if(some, [](char c) { return c >= 0 && c < ' ' && !is_space(c); }));
  if (some.size() >= 64 && controls > some.size() / 32)
    throw Error(name + ": is not text (" + std::to_string(controls) + " of its first " + std::to_string(some.size()) +
                " bytes are control characters); a corpus is words between white space");
}

/// Where to cut `text`: after the last white space in the first block, or, if it has none, after the next one.
std::size_t cut(std::string_view text, bool whole, const std::string& name) {
  if (whole && text.size() <= block_size) return text.size();
  std::size_t end = block_size;
  while (end > 0 && !is_space(text[end - 1])) --end;
  if (end > 0) return end;
  end = block_size;
  while (end < text.size() && end < 2 * block_size && !is_space(text[end])) ++end;
  if (end == 2 * block_size || (end == text.size() && !whole))
    throw Error(name + ": a word has more than " + std::to_string(2 * block_size) +
                " bytes; a corpus is words between white space");
  return std::min(end + 1, text.size());
}

}  // namespace

std::optional<TextBlock> TextReader::next() {
  const auto& parts = corpus_.parts_->parts;
  if (part_ == parts.size()) return std::nullopt;
  const Corpus::Part& part = parts[part_];
  if (!open_) {
    owner_ = part.owner;
    bytes_ = part.bytes;
    if (!owner_) {
      const auto mapped = std::make_shared<const MappedFile>(part.name);
      owner_ = mapped;
      bytes_ = mapped->bytes();
    }
    open_ = true;
  }
  if (auto block = next_of(part)) return block;
  ++part_;
  open_ = false;
  position_ = 0;
  decompressor_.reset();
  rest_.clear();
  return TextBlock{.owner = nullptr, .text = "\n", .file_end = true};
}

std::optional<TextBlock> TextReader::next_of(const Corpus::Part& part) {
  if (part.compression == Compression::none) {
    if (position_ == 0) position_ = bytes_.size() - without_byte_order_mark(bytes_).size();
    const bool start = position_ <= 3;
    const std::string_view left = bytes_.substr(std::min(position_, bytes_.size()));
    if (left.empty()) return std::nullopt;
    if (start) require_text(left, part.name);
    const std::string_view text = left.substr(0, cut(left, true, part.name));
    position_ += text.size();
    return TextBlock{.owner = owner_, .text = text, .stored_bytes = text.size()};
  }

  const bool first = !decompressor_;
  if (first) decompressor_ = std::make_unique<Decompressor>(part.compression, bytes_, part.name);
  // At least two blocks, so that the cut is the same as if the whole text were available.
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
  if (first) rest_.erase(0, rest_.size() - without_byte_order_mark(rest_).size());
  if (rest_.empty()) return std::nullopt;
  if (first) require_text(rest_, part.name);
  auto text = std::make_shared<std::string>(rest_, 0, cut(rest_, whole, part.name));
  rest_.erase(0, text->size());
  // Counts stored bytes as if the text were compressed to a quarter; the last block gets the rest.
  const std::size_t stored =
      rest_.empty() ? bytes_.size() - position_ : std::min(bytes_.size() - position_, text->size() / 4);
  position_ += stored;
  return TextBlock{.owner = text, .text = *text, .stored_bytes = stored};
}

}  // namespace equivec
