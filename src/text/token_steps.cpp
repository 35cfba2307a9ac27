#include "src/text/token_steps.hpp"

#include "equivec/base/error.hpp"
#include "src/text/ascii.hpp"
#include "src/text/code_points.hpp"
#include "src/text/normalizer.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

using Kind = NormalizerStep::Kind;

// ---- characters, as the library has them ----

/// Unicode's property White_Space.
bool is_white_space(std::int32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// The general category is one of those from `first` to `last`, in utf8proc's order.
bool is_of(std::int32_t c, utf8proc_category_t first, utf8proc_category_t last) {
  const utf8proc_category_t category = utf8proc_category(c);
  return category >= first && category <= last;
}

bool is_mark(std::int32_t c) { return is_of(c, UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME); }
bool is_nonspacing_mark(std::int32_t c) { return utf8proc_category(c) == UTF8PROC_CATEGORY_MN; }
bool is_number(std::int32_t c) { return is_of(c, UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO); }

bool is_punctuation(std::int32_t c) {
  constexpr std::string_view symbols = "$+<=>^`|~";  // which ASCII counts as such, Unicode does not
  return is_of(c, UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO) ||
         (c < 0x80 && symbols.find(static_cast<char>(c)) != symbols.npos);
}

bool is_han(std::int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
         (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

/// Control, format and private characters, but no unassigned ones.
bool is_control(std::int32_t c) {
  return c != '\t' && c != '\n' && c != '\r' && is_of(c, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CO);
}

// ---- normalizers ----

void append(std::int32_t code_point, TextBuffer& out) {
  char* const to = out.begin(4);
  out.end(to + utf8proc_encode_char(code_point, reinterpret_cast<utf8proc_uint8_t*>(to)));
}

/// Writes f(code point, its bytes) for each. REQUIRES: UTF-8
template <class F>
void for_each_code_point(std::string_view text, const F& f) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    f(point.value, text.substr(at, point.size));
    at += point.size;
  }
}

template <class Condition>
void remove_if(std::string_view text, TextBuffer& out, const Condition& condition) {
  for_each_code_point(text, [&](std::int32_t c, std::string_view bytes) {
    if (!condition(c)) out.append(bytes);
  });
}

void clean(std::string_view text, TextBuffer& out) {
  constexpr std::int32_t replacement = 0xFFFD;
  for_each_code_point(text, [&](std::int32_t c, std::string_view bytes) {
    if (c > ' ' && c < 0x7F)
      out.append(bytes);
    else if (is_white_space(c) && !is_control(c))
      out.append(' ');
    else if (c != replacement && !is_control(c))
      out.append(bytes);
  });
}

void separate_han(std::string_view text, TextBuffer& out) {
  for_each_code_point(text, [&](std::int32_t c, std::string_view bytes) {
    if (is_han(c)) out.append(' ');
    out.append(bytes);
    if (is_han(c)) out.append(' ');
  });
}

void lowercase(std::string_view text, TextBuffer& out) {
  constexpr std::int32_t dotted_capital_i = 0x130;  // the only letter that has two in lower case
  for_each_code_point(text, [&](std::int32_t c, std::string_view bytes) {
    if (c < 0x80)
      out.append(ascii_lowercase(static_cast<char>(c)));
    else if (c == dotted_capital_i)
      out.append("i\xCC\x87");
    else if (const std::int32_t small = utf8proc_tolower(c); small != c)
      append(small, out);
    else
      out.append(bytes);
  });
}

std::string_view stripped_left(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    if (!is_white_space(point.value)) break;
    text.remove_prefix(point.size);
  }
  return text;
}

std::string_view stripped_right(std::string_view text) {
  while (!text.empty()) {
    const std::size_t begin = begin_of_last_code_point(text);
    if (!is_white_space(first_code_point(text.substr(begin)).value)) break;
    text = text.substr(0, begin);
  }
  return text;
}

void replace(std::string_view text, const NormalizerStep& step, TextBuffer& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = std::min(text.find(step.pattern, at), text.size());
    out.append(text.substr(at, found - at));
    if (found < text.size()) out.append(step.content);
    at = found + step.pattern.size();
  }
}

/// Whether a step leaves every text of ASCII as it is.
bool keeps_ascii(Kind kind) {
  switch (kind) {
    case Kind::separate_han:
    case Kind::strip_nonspacing_marks:
    case Kind::strip_marks:
    case Kind::nfc:
    case Kind::nfd:
    case Kind::nfkc:
    case Kind::nfkd:
      return true;
    default:
      return false;
  }
}

void apply(const NormalizerStep& step, std::string_view text, TextBuffer& out) {
  switch (step.kind) {
    case Kind::clean:
      return clean(text, out);
    case Kind::separate_han:
      return separate_han(text, out);
    case Kind::strip_nonspacing_marks:
      return remove_if(text, out, is_nonspacing_mark);
    case Kind::strip_marks:
      return remove_if(text, out, is_mark);
    case Kind::lowercase:
      return lowercase(text, out);
    case Kind::nfc:
      return normalize(text, {.compatibility = false, .composed = true}, out);
    case Kind::nfd:
      return normalize(text, {.compatibility = false, .composed = false}, out);
    case Kind::nfkc:
      return normalize(text, {.compatibility = true, .composed = true}, out);
    case Kind::nfkd:
      return normalize(text, {.compatibility = true, .composed = false}, out);
    case Kind::strip_left:
      return out.append(stripped_left(text));
    case Kind::strip_right:
      return out.append(stripped_right(text));
    case Kind::replace:
      return replace(text, step, out);
    case Kind::prepend:
      if (text.empty()) return;
      out.append(step.content);
      return out.append(text);
  }
}

// ---- cutting ----

bool is_in(SplitStep::Characters characters, std::int32_t c) {
  switch (characters) {
    case SplitStep::Characters::space:
      return is_white_space(c);
    case SplitStep::Characters::punctuation:
      return is_punctuation(c);
    case SplitStep::Characters::number:
      return is_number(c);
    case SplitStep::Characters::word:
      return is_word_character(c);
  }
  return false;
}

// The key of a character has two bits for each split: what that makes of it. Between characters of different keys the
// text is cut, since the next split only sees what the one before has cut.
constexpr std::uint32_t bits_removed = 0, bits_isolated = 1, bits_grouped = 2, bits_other = 3;

constexpr std::uint32_t key_bits(SplitStep::Action action) {
  return action == SplitStep::Action::remove    ? bits_removed
         : action == SplitStep::Action::isolate ? bits_isolated
                                                : bits_grouped;
}

bool has_bits(std::uint32_t key, std::uint32_t bits, std::size_t splits) {
  for (std::size_t i = 0; i < splits; ++i)
    if ((key >> 2 * i & 3) == bits) return true;
  return false;
}

}  // namespace

bool is_word_character(std::int32_t c) {
  constexpr std::int32_t zero_width_non_joiner = 0x200C, zero_width_joiner = 0x200D;
  const bool is_letter_symbol = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
                                (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);  // Other_Alphabetic
  return is_of(c, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_NL) || utf8proc_category(c) == UTF8PROC_CATEGORY_PC ||
         c == zero_width_non_joiner || c == zero_width_joiner || is_letter_symbol;
}

TokenSteps::TokenSteps(std::vector<NormalizerStep> normalizer, std::vector<SplitStep> splits)
    : normalizer_(std::move(normalizer)), splits_(std::move(splits)), utf8_({.invalid_utf8 = InvalidUtf8::replace}) {
  for (std::size_t c = 0; c < ascii_keys_.size(); ++c) ascii_keys_[c] = key_of(static_cast<std::int32_t>(c));
}

std::string_view TokenSteps::normalize(std::string_view text, Scratch& scratch) const {
  bool ascii = ascii_length(text) == text.size();
  if (!ascii) text = utf8_.apply(text, scratch.rules).text;
  const std::size_t most_bytes = 64 * text.size() + 4096;  // replacements of replacements could fill the memory
  std::size_t next = 0;
  for (const NormalizerStep& step : normalizer_) {
    if (ascii && keeps_ascii(step.kind)) continue;
    TextBuffer& out = scratch.buffers[next];
    out.clear();
    apply(step, text, out);
    text = out.text();
    if (text.size() > most_bytes)
      throw Error("the tokenizer's normalizer makes a text more than 64 times as long; the model is damaged");
    next = 1 - next;
    if (!step.content.empty()) ascii = ascii_length(text) == text.size();
  }
  return text;
}

std::uint32_t TokenSteps::key_of(std::int32_t code_point) const {
  std::uint32_t key = 0;
  for (std::size_t i = 0; i < splits_.size(); ++i)
    key |= (is_in(splits_[i].characters, code_point) ? key_bits(splits_[i].action) : bits_other) << 2 * i;
  return key;
}

void TokenSteps::split(std::string_view text, std::vector<std::string_view>& pieces) const {
  std::size_t begin = 0, end = 0;
  std::uint32_t key = 0;
  const auto finish = [&] {
    if (end > begin && !has_bits(key, bits_removed, splits_.size())) pieces.push_back(text.substr(begin, end - begin));
    begin = end;
  };
  while (end < text.size()) {
    const CodePoint point = first_code_point(text.substr(end));
    const std::uint32_t next =
        point.value < 0x80 ? ascii_keys_[static_cast<std::size_t>(point.value)] : key_of(point.value);
    if (next != key || has_bits(next, bits_isolated, splits_.size())) finish();
    key = next;
    end += point.size;
  }
  finish();
}

}  // namespace equivec
