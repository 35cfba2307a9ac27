#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/double_hard.hpp"
#include "equivec/debias/half_sibling.hpp"
#include "equivec/debias/inlp.hpp"
#include "equivec/debias/partial_projection.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/debias/repulsion_attraction.hpp"
#include "equivec/debias/soft.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// All debiasing methods by name, on words as strings. Each calls a function on WordIds; that function's header explains
// the method and gives its source.

/// What the methods have in common, and the options of single methods. `restrict`, `seed` and `threads` hold for every
/// method: debias() ignores the members of those names in the methods' own options.
struct DebiasOptions {
  DirectionOptions direction;
  std::string sets_name = "";    ///< of the sets in the metadata; empty: BiasWordSets::name
  std::size_t restrict = 50000;  ///< the most biased words, and those repelled, are among the first N words; 0: all
  int biased_words = 0;          ///< on each side, for double-hard, INLP and LEACE; 0: the paper's share of `restrict`
  std::uint64_t seed = 1;        ///< of INLP's split of words and of double-hard debiasing's clusters
  int threads = 0;               ///< 0: all cores; results do not depend on it

  SoftDebiasOptions soft;
  PartialProjectionOptions partial_projection;
  DoubleHardOptions double_hard;
  InlpOptions inlp;
  HalfSiblingOptions half_sibling;
  RepulsionAttractionOptions repulsion_attraction;
};

/// Throws OptionError naming the first setting that is out of range, of any method. debias() calls it.
void validate(const DebiasOptions& options);

/// The result of a method.
struct Debiased {
  /// The same words, and n-grams where the method changes them. The metadata is that of the vectors before, and under
  /// "debiased" what was done: "equivec VERSION debias --method NAME --sets NAME, CHOICE VALUE, ...", after "; " if the
  /// vectors had been debiased before.
  Embeddings embeddings;
  BiasDirection direction;
  std::vector<WordId> neutralized;              ///< words that should lose the bias; ascending
  std::vector<WordId> vanished;                 ///< words that had no part but bias; their vectors became zero
  std::vector<std::vector<WordId>> equalized;   ///< sets made symmetric
  std::vector<std::vector<WordId>> degenerate;  ///< sets that could not be equalized
  WordSet missing;                              ///< words of the sets that are not in the vocabulary
  std::vector<std::pair<std::string, std::string>> choices;  ///< options used and results, by name: "lambda" "0.2"
  std::vector<PostCondition> conditions;                     ///< proved on `embeddings`
};

struct DebiasMethod {
  std::string_view name, title;
  std::string_view paper;
  std::string_view takes;    ///< "a direction, equalize sets"
  std::string_view changes;  ///< "every word but the specific ones"
  /// The options it uses besides the direction and threads: "biased-words restrict". It ignores all others.
  std::string_view options = "";
  /// Whether it takes the direction out of words, which it then does with n-grams too. The results of other methods
  /// have no vectors of n-grams, since theirs would keep the bias.
  bool projects_ngrams = false;

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

/// Removes bias and proves the method's conditions on the result. Throws Error naming the first condition that does not
/// hold, so that no vectors are returned that break a promise; Error if the sets lack what the method takes;
/// OptionError; Cancelled.
Debiased debias(const DebiasMethod& method, const Embeddings& embeddings, const BiasWordSets& sets,
                const DebiasOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
