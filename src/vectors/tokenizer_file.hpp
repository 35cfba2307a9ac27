#pragma once

#include "equivec/counts/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// tokenizer.json, as Hugging Face's library tokenizers writes it. Only its words and their ids are of interest here;
// how it cuts a text is left to the programs that load the model.

/// What a tokenizer can make of a text: a word, or a piece of one as the file has it ("##ing").
struct TokenizerWord {
  std::string word;
  std::uint64_t id = 0;  ///< the number of its row
};

struct TokenizerWords {
  std::string model;                   ///< "WordLevel", "WordPiece", "BPE" or "Unigram"; empty if the file does not say
  std::vector<TokenizerWord> words;    ///< by ascending id, all different ids; a word may be empty or occur twice
  std::optional<std::string> unknown;  ///< the word that stands for what is not in the vocabulary
};

/// Reads the vocabulary and the added tokens. Takes memory for the words only, however large the rest of the file is.
/// Throws Error naming `name` for text that is not JSON in UTF-8, for ids that are not whole numbers from 0 on, and for
/// an id of two words.
TokenizerWords parse_tokenizer(const std::string& name, std::string_view text);

/// A tokenizer.json that cuts a text at white space and gives each word of `words` its number, and every other one that
/// of `unknown`, which gets the next number if it is not among them. lowercase: a text is put into lower case first.
/// Throws Error for a word that is not UTF-8, which JSON cannot hold.
std::string word_level_tokenizer(const Vocabulary& words, const std::string& unknown, bool lowercase);

}  // namespace equivec
