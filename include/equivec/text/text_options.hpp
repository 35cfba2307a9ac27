#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/error.hpp"

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

/// Unicode's normalization forms (Unicode Standard Annex 15).
enum class Normalization { none, nfc, nfkc };

/// How a text becomes words.
enum class Tokenization {
  whitespace,  ///< runs of bytes between white space (see tokenize()), in any encoding
  /// Runs of letters, marks and numbers, with single apostrophes and hyphens inside; every other visible character is a
  /// word of its own, and so is each grapheme of a script that is written without spaces (Han, kana, Thai, Lao, Khmer,
  /// Burmese). Invisible characters vanish, but for the joiners inside a grapheme.
  words,
  /// Runs of the letters a to z, in lower case; a digit is its English name; everything else separates. The convention
  /// of text8 (Mahoney's wikifil.pl).
  letters,
  characters  ///< each grapheme (extended grapheme cluster of Unicode Standard Annex 29) that is not white space
};

enum class Punctuation { keep, drop };

/// zero: every decimal digit becomes 0.
enum class Digits { keep, zero };

/// What becomes of bytes that are not UTF-8: they stay, each piece becomes U+FFFD, they are left out, or it is an
/// Error.
enum class InvalidUtf8 { keep, replace, skip, fail };

/// What the words of a text are: how its bytes become the tokens that are counted and encoded. Counting and encoding
/// must use the same options to see the same words. The order: invalid bytes, normalization, lower case, digits, words.
/// Unicode 15; nothing depends on the locale.
struct TextOptions {
  bool lowercase = false;  ///< by Unicode's simple mapping, the same in every language
  Normalization normalize = Normalization::none;
  Tokenization tokenize = Tokenization::whitespace;
  Punctuation punctuation = Punctuation::keep;  ///< of `words` and `characters`: punctuation and symbols
  Digits digits = Digits::keep;
  InvalidUtf8 invalid_utf8 = InvalidUtf8::keep;
  int max_sentence = 0;        ///< longer sentences are cut after so many words; 0: none is
  std::string end_token = {};  ///< every sentence with a word is followed by this token; empty: by none

  bool operator==(const TextOptions&) const = default;
};

/// Throws OptionError naming the first setting that is out of range or has no effect.
void validate(const TextOptions& options);

/// The settings that differ from the defaults, by their names in the struct: what is recorded with vectors.
std::map<std::string, std::string> description(const TextOptions& options);
/// The options whose description() is among `metadata`; the defaults for what is not there. Throws Error for a value
/// that none has.
TextOptions text_options_of(const std::map<std::string, std::string>& metadata);

std::string_view name_of(Normalization value);
std::string_view name_of(Tokenization value);
std::string_view name_of(Punctuation value);
std::string_view name_of(Digits value);
std::string_view name_of(InvalidUtf8 value);

inline constexpr std::array normalizations = {Normalization::none, Normalization::nfc, Normalization::nfkc};
inline constexpr std::array tokenizations = {Tokenization::whitespace, Tokenization::words, Tokenization::letters,
                                             Tokenization::characters};
inline constexpr std::array punctuations = {Punctuation::keep, Punctuation::drop};
inline constexpr std::array digit_rules = {Digits::keep, Digits::zero};
inline constexpr std::array invalid_utf8_rules = {InvalidUtf8::keep, InvalidUtf8::replace, InvalidUtf8::skip,
                                                  InvalidUtf8::fail};

/// The words of `text` under the options, as the library finds them in a corpus: between blanks, with the line feeds of
/// the text. Throws Error for bytes that are not UTF-8 if the options say so.
std::string tokenized(std::string_view text, const TextOptions& options);

}  // namespace equivec
