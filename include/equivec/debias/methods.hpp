#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

// All remedies by name, on named words. Behind each stands a function on WordIds, which says what it does and where it
// comes from.

struct DebiasOptions {
  DirectionOptions direction;
  /// Soft debiasing's lambda, partial projection's sigma, half-sibling regression's alpha; nothing: the paper's.
  std::optional<double> strength;
  /// Biased words are of the first so many; words after them are not repelled and attracted but neutralized. 0: all.
  std::size_t restrict = 50000;
  int biased_words = 0;    ///< on either side, for double-hard, INLP and LEACE; 0: the paper's share of `restrict`
  int rounds = 35;         ///< of INLP at most
  std::uint64_t seed = 1;  ///< of INLP's parts and double-hard debiasing's clusters
  int threads = 0;         ///< 0: all cores, which proofs take anyway; results do not depend on it
};

/// Throws OptionError. debias() calls it.
void validate(const DebiasOptions& options);

/// What a remedy did to vectors.
struct Debiased {
  Embeddings embeddings;  ///< the same words
  BiasDirection direction;
  std::vector<WordId> neutralized;              ///< words that were to lose the bias; ascending
  std::vector<WordId> vanished;                 ///< words that were nothing but bias: zero now
  std::vector<std::vector<WordId>> equalized;   ///< sets made symmetric
  std::vector<std::vector<WordId>> degenerate;  ///< sets that could not be
  WordSet missing;                              ///< words of the sets that the vocabulary has not
  /// What was decided on the way, by name: "lambda" "0.2". Kept in the metadata of the vectors.
  std::vector<std::pair<std::string, std::string>> choices;
  std::vector<PostCondition> conditions;  ///< proved on `embeddings`
};

struct DebiasMethod {
  std::string_view name, title;
  std::string_view paper;
  std::string_view takes;    ///< "a direction, equalize sets"
  std::string_view changes;  ///< "every word but the specific ones"
  /// Those of DebiasOptions, but the direction and threads, that it heeds: "biased-words restrict"; of others it knows
  /// nothing.
  std::string_view options = "";

  struct Input {
    const Embeddings& embeddings;
    const BiasWordSets& sets;
    const DebiasOptions& options;
    Progress* progress;
  };
  Debiased (*run)(const Input& input);
};

/// In the order in which they are listed.
std::span<const DebiasMethod> debias_methods();

/// Throws OptionError that names all methods, and the one that might have been meant.
const DebiasMethod& debias_method(std::string_view name);

/// Removes bias and proves it. Throws Error that names the first of the conditions which the result does not hold, so
/// that vectors which are not what they are said to be are never written; Error if the sets lack what the method takes;
/// OptionError; Cancelled.
Debiased debias(const DebiasMethod& method, const Embeddings& embeddings, const BiasWordSets& sets,
                const DebiasOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
