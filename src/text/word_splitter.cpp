#include "src/text/word_splitter.hpp"

#include "equivec/base/characters.hpp"
#include "src/text/ascii.hpp"
#include "src/text/byte_flags.hpp"
#include "src/text/code_points.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace equivec {

void append_folded(std::int32_t code_point, const TextOptions& options, TextBuffer& out) {
  const Character character = Character::of(code_point);
  if (options.lowercase) code_point = character.lowercase();
  if (options.digits == Digits::zero && character.is_decimal_digit()) code_point = '0';
  char* const to = out.begin(4);
  out.end(to + utf8proc_encode_char(code_point, reinterpret_cast<utf8proc_uint8_t*>(to)));
}

namespace {

/// A grapheme, or one byte or piece that stands for itself.
struct Unit {
  std::size_t size;
  CharacterKind kind;
  bool valid;  // UTF-8
};

Unit first_unit(std::string_view text) {
  const CodePoint first = first_code_point(text);
  if (first.value == CodePoint::invalid) return {first.size, CharacterKind::word, false};
  Character character = Character::of(first.value);
  Unit unit{first.size, character.kind(), true};
  // White space is a unit by itself, so that a text may be cut after it.
  if (is_ascii(text[0]) && unit.kind == CharacterKind::space) return unit;
  std::int32_t before = first.value, state = 0;
  while (unit.size < text.size()) {
    const CodePoint next = first_code_point(text.substr(unit.size));
    if (next.value == CodePoint::invalid) break;
    const Character after = Character::of(next.value);
    if (next.size == 1 && after.kind() == CharacterKind::space) break;
    if (character.is_simple() && after.is_simple()) break;
    if (is_grapheme_break(before, next.value, state)) break;
    if (unit.kind == CharacterKind::format) unit.kind = after.kind();
    unit.size += next.size;
    before = next.value;
    character = after;
  }
  return unit;
}

class WordSplitter {
 public:
  WordSplitter(std::string_view text, const TextOptions& options, TextBuffer& out)
      : text_(text),
        options_(options),
        characters_(options.tokenize == Tokenization::characters),
        keep_(options.punctuation == Punctuation::keep),
        out_(out) {}

  void run() {
    for (std::size_t at = 0; at < text_.size();) {
      const std::size_t plain = plain_length(text_.substr(at));
      if (plain == 0) {
        at += add_unit(at);
      } else if (characters_) {
        add_ascii_characters(text_.substr(at, plain));
        at += plain;
      } else {
        add_ascii_words(at, at + plain);
        at += plain;
      }
    }
  }

 private:
  static constexpr bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_ascii_digit(c);
  }
  static constexpr bool is_joint(char c) noexcept { return c == '\'' || c == '-'; }
  static constexpr bool is_blank(char c) noexcept { return (c >= 0 && c <= ' ') || c == 0x7F; }

  char folded(char c) const noexcept {
    if (options_.lowercase) c = ascii_lowercase(c);
    return options_.digits == Digits::zero && is_ascii_digit(c) ? '0' : c;
  }

  /// Writes the unit at `at` and returns its size.
  std::size_t add_unit(std::size_t at) {
    const std::string_view rest = text_.substr(at);
    const Unit unit = first_unit(rest);
    CharacterKind kind = unit.kind;
    if (kind == CharacterKind::joint) {
      const std::string_view after = rest.substr(unit.size);
      const bool inside = in_word_ && !after.empty() && first_unit(after).kind == CharacterKind::word;
      kind = inside ? CharacterKind::joint : CharacterKind::other;
    }
    if (kind == CharacterKind::format) return unit.size;
    if (kind == CharacterKind::space) {
      out_.append(rest[0] == '\n' ? '\n' : ' ');
      in_word_ = false;
      return unit.size;
    }
    const bool part = !characters_ && (kind == CharacterKind::word || kind == CharacterKind::joint);
    const bool dropped = !keep_ && (kind == CharacterKind::other || (characters_ && unit.kind == CharacterKind::joint));
    if (!part) out_.append(' ');
    if (!dropped) append(rest.substr(0, unit.size), unit.valid);
    if (!part && !dropped) out_.append(' ');
    in_word_ = kind == CharacterKind::word;
    return unit.size;
  }

  void append(std::string_view unit, bool valid) {
    if (!valid || (!options_.lowercase && options_.digits == Digits::keep)) return out_.append(unit);
    for (std::size_t i = 0; i < unit.size();) {
      const CodePoint point = first_code_point(unit.substr(i));
      append_folded(point.value, options_, out_);
      i += point.size;
    }
  }

  void add_ascii_characters(std::string_view bytes) {
    char* to = out_.begin(2 * bytes.size());
    for (const char c : bytes) {
      const bool blank = is_blank(c) || (!keep_ && !is_word(c));
      *to = blank ? c == '\n' ? '\n' : ' ' : folded(c);
      to[1] = ' ';
      to += blank ? 1 : 2;
    }
    out_.end(to);
  }

  /// Words of ASCII bytes; what follows them is ASCII or nothing.
  void add_ascii_words(std::size_t begin, std::size_t end) {
    for (std::size_t at = begin; at < end; at += flag_width) {
      const std::size_t size = std::min(flag_width, end - at);
      const std::size_t next = at + size;
      add_ascii_chunk(text_.substr(at, size), next < text_.size() && is_word(text_[next]));
    }
  }

  void add_ascii_chunk(std::string_view bytes, bool word_follows) {
    std::array<char, flag_width> chunk;
    const char* from = bytes.data();
    if (bytes.size() < flag_width) {
      chunk.fill(' ');
      std::ranges::copy(bytes, chunk.begin());
      if (word_follows) chunk[bytes.size()] = 'x';  // so that a joint before it sees it
      from = chunk.data();
    }
    ByteFlags words, joints, blanks;
    std::array<char, flag_width> written;
    const char capital = options_.lowercase ? 32 : 0;
    const bool zero = options_.digits == Digits::zero;
    for (std::size_t i = 0; i < flag_width; ++i) {
      const char c = from[i];
      words[i] = is_word(c);
      joints[i] = is_joint(c);
      blanks[i] = is_blank(c);
      char w = static_cast<char>(c + (c >= 'A' && c <= 'Z' ? capital : 0));
      w = zero && is_ascii_digit(c) ? '0' : w;
      written[i] = is_blank(c) && c != '\n' ? ' ' : w;
    }
    const std::uint64_t word = bits_of(words), joint = bits_of(joints);
    const std::uint64_t before = word << 1 | std::uint64_t{in_word_};
    const std::uint64_t after = word >> 1 | std::uint64_t{word_follows} << 63;
    const std::uint64_t within =
        bytes.size() == flag_width ? ~std::uint64_t{0} : (std::uint64_t{1} << bytes.size()) - 1;
    std::uint64_t marks = ~(word | bits_of(blanks) | (joint & before & after)) & within;
    in_word_ = (word >> (bytes.size() - 1) & 1) != 0;
    if (keep_)
      write_with_marks(written.data(), bytes.size(), marks);
    else
      write_without_marks(written, bytes.size(), marks);
  }

  void write_without_marks(std::array<char, flag_width>& written, std::size_t size, std::uint64_t marks) {
    for (; marks != 0; marks &= marks - 1) written[static_cast<std::size_t>(std::countr_zero(marks))] = ' ';
    char* const to = out_.begin(flag_width);
    std::memcpy(to, written.data(), flag_width);
    out_.end(to + size);
  }

  /// Each mark with a blank on both sides.
  void write_with_marks(const char* written, std::size_t size, std::uint64_t marks) {
    char* to = out_.begin(4 * flag_width);
    std::size_t done = 0;
    for (; marks != 0; marks &= marks - 1) {
      const auto mark = static_cast<std::size_t>(std::countr_zero(marks));
      std::memcpy(to, written + done, mark - done);
      to += mark - done;
      to[0] = ' ';
      to[1] = written[mark];
      to[2] = ' ';
      to += 3;
      done = mark + 1;
    }
    std::memcpy(to, written + done, size - done);
    out_.end(to + (size - done));
  }

  std::string_view text_;
  const TextOptions& options_;
  bool characters_, keep_;
  TextBuffer& out_;
  bool in_word_ = false;  // the last unit was a letter, a mark or a number
};

}  // namespace

void split_words(std::string_view text, const TextOptions& options, TextBuffer& out) {
  WordSplitter(text, options, out).run();
}

}  // namespace equivec
