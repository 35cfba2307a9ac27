#include "src/text/text_rules.hpp"

#include "src/text/ascii.hpp"
#include "src/text/code_points.hpp"
#include "src/text/normalizer.hpp"
#include "src/text/word_splitter.hpp"

#include <simdjson.h>

#include <algorithm>

namespace equivec {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// Counts the pieces that are not UTF-8, and writes the text with what becomes of them, if that is not to keep them.
void mend(std::string_view text, InvalidUtf8 rule, RuledText& result, TextBuffer& out) {
  std::uint64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = ascii_length(text.substr(at));
    if (rule == InvalidUtf8::fail)
      line += static_cast<std::uint64_t>(std::ranges::count(text.substr(at, plain), '\n'));
    else if (rule != InvalidUtf8::keep)
      out.append(text.substr(at, plain));
    at += plain;
    if (at == text.size()) break;
    const CodePoint point = first_code_point(text.substr(at));
    if (point.value == CodePoint::invalid) {
      ++result.invalid;
      if (rule == InvalidUtf8::fail) {
        result.failed_line = line;
        return;
      }
      if (rule == InvalidUtf8::replace) out.append(replacement);
    } else if (rule == InvalidUtf8::replace || rule == InvalidUtf8::skip) {
      out.append(text.substr(at, point.size));
    }
    at += point.size;
  }
}

/// Lower case and digits, without a change of words.
void fold(std::string_view text, const TextOptions& options, TextBuffer& out) {
  const char capital = options.lowercase ? 32 : 0;
  const bool zero = options.digits == Digits::zero;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = ascii_length(text.substr(at));
    char* const to = out.begin(plain);
    const char* const from = text.data() + at;
    for (std::size_t i = 0; i < plain; ++i) {
      const char c = static_cast<char>(from[i] + (from[i] >= 'A' && from[i] <= 'Z' ? capital : 0));
      to[i] = zero && is_ascii_digit(c) ? '0' : c;
    }
    out.end(to + plain);
    at += plain;
    if (at == text.size()) break;
    const CodePoint point = first_code_point(text.substr(at));
    if (point.value == CodePoint::invalid)
      out.append(text.substr(at, point.size));
    else
      append_folded(point.value, options, out);
    at += point.size;
  }
}

constexpr std::array<std::string_view, 10> digit_names = {" zero ", " one ", " two ",   " three ", " four ",
                                                          " five ", " six ", " seven ", " eight ", " nine "};

void keep_letters(std::string_view text, Digits digits, TextBuffer& out) {
  for (const char byte : text) {
    const char c = ascii_lowercase(byte);
    if (is_ascii_digit(c))
      out.append(digit_names[digits == Digits::zero ? 0 : static_cast<std::size_t>(c - '0')]);
    else
      out.append((c >= 'a' && c <= 'z') || c == '\n' ? c : ' ');
  }
}

}  // namespace

RuledText TextRules::apply(std::string_view text, Scratch& scratch) const {
  RuledText result{text};
  for (TextBuffer& buffer : scratch) buffer.clear();
  // A hundred times as fast as looking for the places.
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    mend(text, options_.invalid_utf8, result, scratch[0]);
    if (result.failed_line) return result;
    if (options_.invalid_utf8 != InvalidUtf8::keep) result.text = scratch[0].text();
  }
  if (options_.normalize != Normalization::none) {
    normalize(result.text, {.compatibility = options_.normalize == Normalization::nfkc}, scratch[1]);
    result.text = scratch[1].text();
  }
  switch (options_.tokenize) {
    case Tokenization::whitespace:
      if (!options_.lowercase && options_.digits == Digits::keep) return result;
      fold(result.text, options_, scratch[2]);
      break;
    case Tokenization::letters:
      keep_letters(result.text, options_.digits, scratch[2]);
      break;
    case Tokenization::words:
    case Tokenization::characters:
      split_words(result.text, options_, scratch[2]);
      break;
  }
  result.text = scratch[2].text();
  return result;
}

std::optional<std::uint64_t> first_invalid_line(std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size())) return std::nullopt;
  RuledText result{text};
  TextBuffer unused;
  mend(text, InvalidUtf8::fail, result, unused);
  return result.failed_line;
}

bool may_cut(std::string_view text, std::size_t i, Tokenization tokenize) noexcept {
  if (tokenize == Tokenization::whitespace) return false;
  std::size_t before = i - 1;
  while (before > 0 && i - before < 4 && (static_cast<unsigned char>(text[before]) & 0xC0) == 0x80) --before;
  const CodePoint left = first_code_point(text.substr(before, i - before)), right = first_code_point(text.substr(i));
  if (left.value == CodePoint::invalid || right.value == CodePoint::invalid || before + left.size != i) return false;
  const Character a = Character::of(left.value), b = Character::of(right.value);
  // Neither belongs to the grapheme of the other, and normalization changes neither nor lets them meet others.
  if (!a.is_simple() || !b.is_simple() || !a.is_boundary() || !b.is_boundary() || !a.is_nfkc() || !b.is_nfkc())
    return false;
  if (tokenize == Tokenization::characters) return true;
  const auto may_join = [](CharacterKind kind) {
    return kind == CharacterKind::word || kind == CharacterKind::joint || kind == CharacterKind::format;
  };
  return !may_join(a.kind()) || !may_join(b.kind());
}

}  // namespace equivec
