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

TextReader::TextReader(Corpus corpus, Tokenization tokenize, bool lines)
    : corpus_(std::move(corpus)), tokenize_(tokenize), lines_(lines || !corpus_.parts_->options.field.empty()) {
  if (corpus_.parts_->ranks) part_ = corpus_.parts_->share_begin.part;
}

std::optional<TextBlock> TextReader::next() {
  const auto& parts = corpus_.parts_->parts;
  const SharePlace end = corpus_.parts_->ranks ? corpus_.parts_->share_end : SharePlace{parts.size(), 0};
  if (part_ > end.part || (part_ == end.part && end.offset == 0)) return std::nullopt;
  const Corpus::Part& part = parts[part_];
  if (!open_) open(part);
  if (auto block = next_of(part)) return block;
  ++part_;
  open_ = false;
  if (part_ > end.part) return std::nullopt;  // the next rank's share begins within the part
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
  compressed_ = part.compression != Compression::none;
  if (compressed_) decompressor_ = std::make_unique<Decompressor>(part.compression, bytes_, part.name);
  tail_.clear();
  limit_to_share(part);
  if (begins_within(part_)) {
    lines_before_ = 0;
    if (const CorpusOptions& options = corpus_.parts_->options; !options.field.empty())
      records_ = json_lines(options.field);
  } else {
    skip_heading(part);
  }
}

bool TextReader::begins_within(std::size_t part) const {
  const Corpus::Parts& all = *corpus_.parts_;
  return all.ranks && part == all.share_begin.part && all.share_begin.offset > 0;
}
bool TextReader::ends_within(std::size_t part) const {
  const Corpus::Parts& all = *corpus_.parts_;
  return all.ranks && part == all.share_end.part;
}

/// Leaves of the part what is in the share: both ranks at a cut find it by what follows the place where it was planned.
void TextReader::limit_to_share(const Corpus::Part& part) {
  const bool begins = begins_within(part_), ends = ends_within(part_);
  if (!begins && !ends) return;
  const std::uint64_t begin = begins ? corpus_.parts_->share_begin.offset : 0,
                      end = ends ? corpus_.parts_->share_end.offset : bytes_.size();
  std::string head_text, tail_text;
  const std::string_view head = begins ? text_before_cut(part, begin, head_text) : std::string_view(),
                         tail = ends ? text_before_cut(part, end, tail_text) : std::string_view();
  begins_in_line_ = begins && !head.ends_with('\n');
  if (!compressed_) {
    const std::uint64_t first = begin + head.size(), last = end + tail.size();
    bytes_ = bytes_.substr(0, last);
    position_ = std::min<std::uint64_t>(first, last);
    given_back_ = position_;
    return;
  }
  bytes_ = bytes_.substr(begin, end - begin);
  decompressor_.reset();
  if (!bytes_.empty()) decompressor_ = std::make_unique<Decompressor>(part.compression, bytes_, part.name);
  tail_ = tail;
  for (std::size_t left = head.size(); left > 0;) {
    const std::size_t piece = std::min(left, window(std::min(left, block_size)).text.size());
    if (piece == 0) break;
    skip(std::min(piece, left));
    left -= piece;
  }
}

/// What follows a place in a part that is not its start, until the text may be cut: a line's end, or, if a very long
/// line may be cut, white space or another end of a word. All that follows, if there is no such place.
std::string_view TextReader::text_before_cut(const Corpus::Part& part, std::uint64_t offset,
                                             std::string& decompressed) const {
  std::string_view text = bytes_.substr(offset);
  std::unique_ptr<Decompressor> decompressor;
  if (part.compression != Compression::none && !text.empty())
    decompressor = std::make_unique<Decompressor>(part.compression, text, part.name);
  for (std::size_t size = 2 * block_size;; size *= 2) {
    bool whole = true;
    if (part.compression != Compression::none) {
      const std::size_t old = decompressed.size();
      decompressed.resize(size);
      decompressed.resize(old + (decompressor ? decompressor->read(std::span(decompressed).subspan(old)) : 0));
      whole = decompressed.size() < size;
      text = decompressed;
    }
    const std::string_view window = lines_ ? text : text.substr(0, size);
    if (const std::size_t line_end = window.find('\n'); line_end != window.npos) return text.substr(0, line_end + 1);
    if (lines_ && !whole) continue;
    if (lines_) return text;
    for (std::size_t i = 0; i < window.size(); ++i)
      if (is_space(window[i])) return text.substr(0, i + 1);
    // The first bytes may be the rest of a character.
    for (std::size_t i = 4; tokenize_ != Tokenization::whitespace && i + 4 < window.size(); ++i)
      if (may_cut(window, i, tokenize_)) return text.substr(0, i);
    return text;
  }
}

std::uint64_t TextReader::lines_before_share() const {
  const SharePlace begin = corpus_.parts_->share_begin;
  if (!begins_within(begin.part)) return 0;
  TextReader file(corpus_, tokenize_, lines_);
  auto parts = std::make_shared<Corpus::Parts>(*corpus_.parts_);
  parts->share_begin = {begin.part, 0};
  parts->share_end = begin;
  file.corpus_ = Corpus(std::move(parts));
  std::uint64_t lines = 0;
  while (auto block = file.next())
    lines += block->lines_before + static_cast<std::uint64_t>(std::ranges::count(block->text, '\n'));
  return lines;
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
  if (!compressed_) return {bytes_.substr(position_), true};
  while (rest_.size() < size && !decompressed_) {
    const std::size_t old = rest_.size();
    rest_.resize(size);
    rest_.resize(old + (decompressor_ ? decompressor_->read(std::span(rest_).subspan(old)) : 0));
    decompressed_ = rest_.size() < size;
    if (decompressed_) rest_ += std::exchange(tail_, {});
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
  if (compressed_)
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
  if (!compressed_) {
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
