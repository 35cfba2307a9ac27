#include "src/text/text_reader.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "src/base/lines.hpp"
#include "src/files/file_kind.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/delimited_records.hpp"
#include "src/text/json_lines.hpp"
#include "src/text/text_rules.hpp"

#include <algorithm>
#include <span>
#include <utility>

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

/// Where to cut `text`: after the last white space in the first block, or, if it has none, at the last other place
/// where that leaves words whole, or at the next one.
std::size_t cut(std::string_view text, bool whole, Tokenization tokenize, const std::string& name) {
  if (whole && text.size() <= block_size) return text.size();
  const auto is_place = [&](std::size_t i) { return is_space(text[i - 1]) || may_cut(text, i, tokenize); };
  std::size_t end = block_size;
  while (end > 0 && !is_space(text[end - 1])) --end;
  if (end > 0) return end;
  if (tokenize != Tokenization::whitespace) {
    end = block_size - 4;  // so that the character after it is whole
    while (end > 0 && !is_place(end)) --end;
    if (end > 0) return end;
  }
  end = block_size;
  while (end < text.size() && end < 2 * block_size && !is_place(end)) ++end;
  if (end == 2 * block_size || (end == text.size() && !whole))
    throw Error(name + ": a word has more than " + std::to_string(2 * block_size) + " bytes; " +
                (tokenize == Tokenization::whitespace ? "a corpus is words between white space" : "is it text?"));
  return end;
}

}  // namespace

std::optional<TextBlock> TextReader::next() {
  const auto& parts = corpus_.parts_->parts;
  if (part_ == parts.size()) return std::nullopt;
  const Corpus::Part& part = parts[part_];
  if (!open_) open(part);
  if (auto block = next_of(part)) return block;
  ++part_;
  open_ = false;
  return TextBlock{.owner = nullptr, .text = "\n", .file = &part.name, .file_end = true};
}

void TextReader::open(const Corpus::Part& part) {
  owner_ = part.owner;
  bytes_ = part.bytes;
  mapped_.reset();
  given_back_ = 0;
  if (!owner_) {
    mapped_ = std::make_shared<const MappedFile>(part.name);
    owner_ = mapped_;
    bytes_ = mapped_->bytes();
  }
  open_ = true;
  position_ = 0;
  rest_.clear();
  decompressed_ = false;
  decompressor_.reset();
  if (part.compression != Compression::none)
    decompressor_ = std::make_unique<Decompressor>(part.compression, bytes_, part.name);
  skip_heading(part);
}

/// Everything before the text or the first record.
void TextReader::skip_heading(const Corpus::Part& part) {
  lines_before_ = 0;
  const std::string_view start = window(2 * block_size).text;
  skip(start.size() - without_byte_order_mark(start).size());
  const auto [text, whole] = window(2 * block_size);
  if (!text.empty()) require_text(text, part.name);
  const CorpusOptions& options = corpus_.parts_->options;
  if (!options.field.empty()) records_ = json_lines(options.field);
  if (options.column.empty() || text.empty()) return;
  const std::string_view first = text.substr(0, 2 * block_size);
  records_ = delimited_records(options.column, first, whole && text.size() == first.size(), part.name);
  const std::size_t header = records_->header_size();
  lines_before_ = static_cast<std::uint64_t>(std::ranges::count(text.substr(0, header), '\n'));
  skip(header);
}

std::optional<TextBlock> TextReader::next_of(const Corpus::Part& part) {
  // At least two blocks, so that the cut is the same as if the whole text were available.
  const auto [text, whole] = window(2 * block_size);
  if (text.empty()) return std::nullopt;
  TextBlock block = take(records_ ? records_in_block(part.name) : cut(text, whole, tokenize_, part.name));
  block.file = &part.name;
  block.records = records_;
  block.lines_before = std::exchange(lines_before_, 0);
  return block;
}

TextReader::Window TextReader::window(std::size_t size) {
  if (!decompressor_) return {bytes_.substr(position_), true};
  while (rest_.size() < size && !decompressed_) {
    const std::size_t old = rest_.size();
    rest_.resize(size);
    rest_.resize(old + decompressor_->read(std::span(rest_).subspan(old)));
    decompressed_ = rest_.size() < size;
  }
  return {rest_, decompressed_};
}

/// How much of the window are records, about a block or one large record.
std::size_t TextReader::records_in_block(const std::string& name) {
  constexpr std::size_t most = std::size_t{256} << 20;
  for (std::size_t size = block_size; size <= most; size *= 2) {
    const auto [text, whole] = window(size);
    const bool is_all = whole && text.size() <= size;
    if (const std::size_t records = records_->whole_records(text.substr(0, size), is_all); records > 0) return records;
  }
  throw Error(name + ": a record has more than " + std::to_string(most) + " bytes; is a quotation mark missing?");
}

void TextReader::skip(std::size_t size) {
  if (decompressor_)
    rest_.erase(0, size);
  else
    position_ += size;
}

/// Of a plain file, the memory of what was read a while ago: else all of a large file would count as the process's.
void TextReader::give_back() {
  constexpr std::size_t kept = std::size_t{64} << 20;  // more than the blocks that threads work on
  if (!mapped_ || position_ < given_back_ + 2 * kept) return;
  mapped_->release(bytes_.substr(given_back_, position_ - kept - given_back_));
  given_back_ = position_ - kept;
}

TextBlock TextReader::take(std::size_t size) {
  if (!decompressor_) {
    TextBlock block{.owner = owner_, .text = bytes_.substr(position_, size), .stored_bytes = size};
    position_ += size;
    give_back();
    return block;
  }
  auto text = std::make_shared<std::string>(rest_, 0, size);
  rest_.erase(0, size);
  // Counts stored bytes as if the text were compressed to a quarter; the last block gets the rest.
  const bool last = rest_.empty() && decompressed_;
  const std::size_t left = bytes_.size() - position_, stored = last ? left : std::min(left, size / 4);
  position_ += stored;
  return TextBlock{.owner = text, .text = *text, .stored_bytes = stored};
}

}  // namespace equivec
