#pragma once

#include "src/text/text_buffer.hpp"
#include "src/text/text_rules.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// How the tokenizers of static sentence models prepare a text, step by step, by the rules of Hugging Face's library
// tokenizers, so that a text has the tokens that its model was trained with.

/// A step that rewrites a text.
struct NormalizerStep {
  enum class Kind {
    clean,         ///< of BERT: without control characters and U+FFFD, all white space as blanks
    separate_han,  ///< of BERT: blanks around Han characters
    strip_nonspacing_marks,
    strip_marks,
    lowercase,
    nfc,
    nfd,
    nfkc,
    nfkd,
    strip_left,   ///< white space at the start
    strip_right,  ///< and at the end
    replace,      ///< each `pattern` by `content`
    prepend       ///< `content` before a text that is not empty
  };
  Kind kind;
  std::string pattern = {}, content = {};
};

/// A step that cuts a text into pieces, by the kind of its characters.
struct SplitStep {
  enum class Characters : std::uint8_t { space, punctuation, number, word };
  enum class Action : std::uint8_t {
    remove,   ///< they separate pieces and belong to none
    isolate,  ///< each is a piece of its own
    group     ///< their runs are pieces
  };
  Characters characters;
  Action action;
};

/// A letter, mark, decimal digit or connector: \w of Unicode's Technical Standard 18.
bool is_word_character(std::int32_t code_point);

/// Immutable; several threads may use it, each with its own scratch.
class TokenSteps {
 public:
  static constexpr std::size_t most_splits = 16, longest_content = 64;
  /// Memory that is used again for the next text.
  struct Scratch {
    TextRules::Scratch rules;
    std::array<TextBuffer, 2> buffers;
  };

  /// REQUIRES: at most `most_splits` splits; no empty pattern; contents of at most `longest_content` bytes
  TokenSteps(std::vector<NormalizerStep> normalizer, std::vector<SplitStep> splits);

  /// Bytes that are not UTF-8 count as U+FFFD. The result is in the text or in the scratch. Throws Error if it is more
  /// than 64 times as long as the text.
  std::string_view normalize(std::string_view text, Scratch& scratch) const;
  /// Appends the pieces of a normalized text, none of them empty.
  void split(std::string_view text, std::vector<std::string_view>& pieces) const;

 private:
  std::uint32_t key_of(std::int32_t code_point) const;

  std::vector<NormalizerStep> normalizer_;
  std::vector<SplitStep> splits_;
  TextRules utf8_;
  std::array<std::uint32_t, 128> ascii_keys_;
};

}  // namespace equivec
