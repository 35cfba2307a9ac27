#pragma once

#include "equivec/text/text_options.hpp"
#include "src/text/text_buffer.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace equivec {

/// What the rules made of a piece of text.
struct RuledText {
  std::string_view text;      ///< words between white space, as many line feeds as before; lives as long as the scratch
  std::uint64_t invalid = 0;  ///< pieces that are not UTF-8 (see first_code_point())
  std::optional<std::uint64_t> failed_line = {};  ///< of the first of them, counted from 0, if that is an error
};

/// Applies the options to text: rewrites it so that its words stand between white space. Immutable; several threads may
/// use it, each with its own scratch.
class TextRules {
 public:
  /// Memory that is used again for the next piece.
  using Scratch = std::array<TextBuffer, 3>;

  explicit TextRules(const TextOptions& options) : options_(options) {}

  /// A piece that begins and ends where may_cut() or white space allows it gives what it gives within the whole text.
  RuledText apply(std::string_view text, Scratch& scratch) const;

  /// Whether words are anything else than the bytes between white space.
  bool splits_words() const noexcept { return options_.tokenize != Tokenization::whitespace; }

 private:
  TextOptions options_;
};

/// The line, counted from 0, of the first bytes that are not UTF-8.
std::optional<std::uint64_t> first_invalid_line(std::string_view text);

/// Whether the text may be cut before byte i, so that both sides have the words that the whole has.
/// REQUIRES: 0 < i < text.size()
bool may_cut(std::string_view text, std::size_t i, Tokenization tokenize) noexcept;

}  // namespace equivec
