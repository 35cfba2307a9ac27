#include "src/text/normalizer.hpp"

#include "src/text/ascii.hpp"
#include "src/text/code_points.hpp"

#include <utf8proc.h>

#include <array>
#include <vector>

namespace equivec {

namespace {

constexpr std::size_t most_code_points = 1000;

/// Appends the normal form of a segment that may change. REQUIRES: it is UTF-8
void normalize_segment(std::string_view segment, NormalForm form, TextBuffer& out) {
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | (form.composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                                     (form.compatibility ? UTF8PROC_COMPAT : 0));
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(segment.data());
  const auto size = static_cast<utf8proc_ssize_t>(segment.size());
  std::vector<utf8proc_int32_t> points(18 * segment.size());  // the longest decomposition of one character
  const auto count =
      utf8proc_decompose(bytes, size, points.data(), static_cast<utf8proc_ssize_t>(points.size()), options);
  const auto composed = utf8proc_normalize_utf32(points.data(), count, options);
  for (utf8proc_ssize_t i = 0; i < composed; ++i) {
    char* const to = out.begin(4);
    out.end(to + utf8proc_encode_char(points[static_cast<std::size_t>(i)], reinterpret_cast<utf8proc_uint8_t*>(to)));
  }
}

/// A character and what may change with it.
class Segment {
 public:
  Segment(std::string_view text, NormalForm form, TextBuffer& out) : text_(text), form_(form), out_(out) {}

  /// The code point at `begin` is the next one.
  void add(std::size_t begin, const CodePoint& point) {
    if (point.value == CodePoint::invalid) {
      flush(begin);
      out_.append(text_.substr(begin, point.size));
      begin_ = begin + point.size;
      return;
    }
    const Character character = Character::of(point.value);
    if (character.is_boundary() || count_ == most_code_points) flush(begin);
    ++count_;
    changes_ |= !form_.composed || !(form_.compatibility ? character.is_nfkc() : character.is_nfc()) ||
                !character.is_boundary();
  }

  void flush(std::size_t end) {
    const std::string_view segment = text_.substr(begin_, end - begin_);
    if (changes_)
      normalize_segment(segment, form_, out_);
    else
      out_.append(segment);
    begin_ = end;
    count_ = 0;
    changes_ = false;
  }

 private:
  std::string_view text_;
  NormalForm form_;
  TextBuffer& out_;
  std::size_t begin_ = 0, count_ = 0;
  bool changes_ = false;
};

}  // namespace

void normalize(std::string_view text, NormalForm form, TextBuffer& out) {
  Segment segment(text, form, out);
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t plain = plain_length(text.substr(at)); plain > 0) {
      segment.flush(at);
      at += plain;
      segment.flush(at);
      continue;
    }
    const CodePoint point = first_code_point(text.substr(at));
    segment.add(at, point);
    at += point.size;
  }
  segment.flush(text.size());
}

}  // namespace equivec
