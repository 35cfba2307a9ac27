#pragma once

#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/text/token_steps.hpp"
#include "src/vectors/tokenizer_rules.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace equivec {

/// Cuts texts into the words of a static sentence model as its tokenizer.json says. The embeddings must outlive it;
/// several threads may use it.
class TextPieces {
 public:
  /// REQUIRES: the embeddings have a tokenizer. Throws Error as rules_of() does.
  explicit TextPieces(const Embeddings& embeddings);

  /// The words of the text in order; none where the tokenizer says "unknown", or the vocabulary does not hold its word.
  std::vector<std::optional<WordId>> of(std::string_view text) const;

 private:
  /// A word that is found in a text before it is cut.
  struct Mark {
    std::string text;  ///< as it is found
    std::optional<WordId> word;
    bool single_word;
  };
  /// Those that are found in the text as it is, or in the normalized one.
  struct Marks {
    std::vector<Mark> marks;  ///< the longest first
    std::string first_bytes;
  };
  struct Work;

  static void order(Marks& marks);
  void add_raw(std::string_view text, Work& work) const;
  void add_normalized(std::string_view text, Work& work) const;
  void add_word(std::string_view word, Work& work) const;
  std::optional<WordId> find(std::string_view word) const;

  const Vocabulary& vocabulary_;
  TokenizerRules rules_;
  TokenSteps steps_;
  std::optional<WordId> unknown_;
  Marks raw_, normalized_;
  std::unordered_map<std::string_view, WordId> continuing_;  // pieces without their prefix
  std::size_t longest_piece_ = 0;                            // bytes
};

}  // namespace equivec
