#pragma once

#include "equivec/vectors/tokenizer.hpp"
#include "src/text/token_steps.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace equivec {

/// How a tokenizer.json cuts a text into its words.
struct TokenizerRules {
  /// A word that is found in a text before it is cut.
  struct Added {
    std::string word;
    bool normalized = false;   ///< found in the normalized text, as the normalizer makes the word
    bool single_word = false;  ///< only between characters that are not of words
  };

  std::vector<Added> added;
  std::vector<NormalizerStep> normalizer;
  std::vector<SplitStep> splits;
  bool has_pieces = false;         ///< WordPiece, of which a piece is the longest that fits; otherwise WordLevel
  std::string unknown;             ///< what stands for a piece of text that is not among the words
  std::string prefix;              ///< of WordPiece: that of words which go on another
  std::size_t longest_word = 100;  ///< of WordPiece: code points; longer ones are unknown
};

/// Throws Error for a file that is not JSON, and for rules that are not known here, with what to do instead.
TokenizerRules rules_of(const Tokenizer& tokenizer);

}  // namespace equivec
