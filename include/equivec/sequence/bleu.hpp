#pragma once

#include "equivec/base/export.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// A translated text, or another output, and what it could have been; as tokens.
struct BleuText {
  std::vector<std::string> candidate;
  std::vector<std::vector<std::string>> references;  ///< at least one
};

/// The score of a corpus and the parts that it is made of.
struct Bleu {
  double score = 0;            ///< 0..1 (often given times 100)
  double brevity_penalty = 0;  ///< 1 if c is at least r, else exp(1 - r / c); 0 if c is 0
  /// Of the n-grams, n = 1, 2, ...: how many candidates have, how many of these are in a reference, each counted at
  /// most as often as in the one that has it most often (clipped), and the share, 0 if there are none.
  struct Order {
    std::uint64_t total = 0, matched = 0;
    double precision = 0;
  };
  std::vector<Order> orders;
  std::uint64_t candidate_length = 0;  ///< c, tokens
  std::uint64_t reference_length = 0;  ///< r: of each text the reference closest in length, of two the shorter
};

/// BLEU of a corpus (Papineni, Roukos, Ward and Zhu 2002, "BLEU: a Method for Automatic Evaluation of Machine
/// Translation", ACL, sections 2.1 to 2.3): the brevity penalty times the geometric mean of the clipped precisions of
/// n-grams up to `longest`, 1 at least. Counts are summed over all texts first. Without smoothing: a precision of 0,
/// also where no candidate is as long as n, makes the score 0. Tokens are compared as bytes. Throws Error if there are
/// no texts or one has no reference; OptionError.
Bleu bleu(std::span<const BleuText> texts, int longest = 4);

}  // namespace equivec
