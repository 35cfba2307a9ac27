#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/spaces/lexicon.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Vectors are fitted to a lexicon: words that it joins come near each other, or go apart.

enum class RetrofitMethod {
  /// Faruqui et al. 2015, "Retrofitting Word Vectors to Semantic Lexicons", with beta = 1 / degree: every word of a
  /// pair
  /// is (alpha x + m) / (alpha + 1), where x is its old vector and m the mean of its neighbours' new ones. The paper
  /// makes ten rounds of this update; here the equations are solved, which is where the rounds lead. Times the degrees
  /// d they are symmetric and positive definite, and give the least sum of alpha d |y - x|^2 over the words and
  /// |y - y'|^2 over the pairs.
  retrofit,
  /// Mrkšić et al. 2016, "Counter-fitting Word Vectors to Linguistic Constraints": gradient steps for the directions of
  /// vectors, towards the least sum of max(0, d - attract_margin) over the pairs that attract, max(0, repel_margin - d)
  /// over those that repel, and preserve max(0, d - old d) over words that were within `radius`, where d is 1 - cosine.
  /// Lengths stay.
  counterfit
};
inline constexpr std::array retrofit_methods = {RetrofitMethod::retrofit, RetrofitMethod::counterfit};
std::string_view name_of(RetrofitMethod method);  ///< "retrofit", "counterfit"

struct RetrofitOptions {
  RetrofitMethod method = RetrofitMethod::retrofit;
  double alpha = 1;  ///< of retrofit: the weight of a word's old vector, 0.01 to 1000
  // Of counterfit; the defaults are those of the authors' program.
  int iterations = 20;         ///< steps, 0 to 10,000; the vectors with the least sum are taken
  double learning_rate = 0.1;  ///< of each step, more than 0, at most 1
  double attract_margin = 0;   ///< gamma, 0 to 2
  double repel_margin = 1;     ///< delta, 0 to 2
  double preserve = 1;         ///< the weight of old distances, 0 to 100; 0: they do not count
  double radius = 0.2;         ///< rho, 0 to 2: within this distance of a word of the pairs they do
  /// Neighbours within the radius are found among the first so many words, at most 100 a word; 0: all words.
  std::size_t restrict = 50000;
  int threads = 0;                                 ///< 0: all cores; the result does not depend on it
  std::string attract_name = "", repel_name = "";  ///< what the metadata say
};
/// Throws OptionError naming the first setting that is out of range, or that the method does not have.
void validate(const RetrofitOptions& options);

/// Pairs that were used, and their mean cosine.
struct PairCosines {
  std::size_t pairs = 0;
  double before = 0, after = 0;
};

struct Retrofitted {
  /// The same words. The metadata is that of before, and under "retrofitted" what was done: "equivec VERSION retrofit,
  /// attract 63312 pairs of lexicon.txt, alpha 1", after "; " if they had been retrofitted before. There are no vectors
  /// of n-grams.
  Embeddings embeddings;
  PairCosines attract = {}, repel = {};
  std::size_t conflicts = 0;  ///< pairs that should attract and repel; they repel, as in the authors' program
  std::size_t preserved = 0;  ///< pairs whose old distance counted
  std::size_t words = 0;      ///< that take part
  double moved = 0;           ///< mean cosine of their new vectors to their old ones
  double objective_before = 0, objective_after = 0;  ///< the sum that the method makes small
  int rounds = 0;                                    ///< until the equations held; steps to the least sum
  std::vector<PostCondition> conditions = {};        ///< proved on `embeddings`
  bool lost_ngrams = false;                          ///< there were vectors of n-grams, which cannot follow
};

/// Computed in double. Words without a pair keep their vectors, bit for bit, but those within the radius of counterfit.
/// Pairs of a word without length do not count. Stages: finding neighbours, fitting. Throws OptionError; Error if a
/// value is not finite, there is no pair, or a promise does not hold; Cancelled.
Retrofitted retrofit(const Embeddings& embeddings, std::span<const RelatedPair> attract,
                     std::span<const RelatedPair> repel = {}, const RetrofitOptions& options = {},
                     const Reporting& reporting = {});

/// Proves of retrofit that every word of a pair is what its equation says, that other words are as they were, and that
/// the sum is not above that of the old vectors.
std::vector<PostCondition> verify_retrofit(const Embeddings& before, const Embeddings& after,
                                           std::span<const RelatedPair> attract, double alpha = 1, int threads = 0);

}  // namespace equivec
