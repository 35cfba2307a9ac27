#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/search/neighbors.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// How d is found when a is to b as c is to d. Vectors have length 1, but for squared_difference.
enum class AnalogyMethod {
  cos_add,  ///< 3CosAdd, the largest cos(d, b - a + c) (Mikolov, Yih and Zweig 2013)
  cos_mul,  ///< 3CosMul, the largest s(d, b) s(d, c) / (s(d, a) + epsilon), s = (1 + cos) / 2 (Levy and Goldberg 2014)
  pair_direction,      ///< the largest cos(d - c, b - a) (Levy and Goldberg 2014)
  squared_difference,  ///< the least |(b - a) - (d - c)|^2, of vectors with their lengths (with length 1 it is 3CosAdd)
  cos_average,         ///< 3CosAvg, the largest cos(d, c + mean of b - mean of a) over pairs (Drozd et al. 2016)
  logistic             ///< LRCos, the largest P(d is of the class of the b) cos(d, c) (Drozd et al. 2016)
};

inline constexpr std::array analogy_methods = {AnalogyMethod::cos_add,        AnalogyMethod::cos_mul,
                                               AnalogyMethod::pair_direction, AnalogyMethod::squared_difference,
                                               AnalogyMethod::cos_average,    AnalogyMethod::logistic};
/// "3cosadd", "3cosmul", "pair-direction", "squared-difference", "3cosavg", "lrcos".
std::string_view name_of(AnalogyMethod method);
/// The metric of the index that the method searches.
Metric metric_of(AnalogyMethod method);
/// Whether it learns from several pairs; the others take one.
bool takes_pairs(AnalogyMethod method);

/// Each a is to its b as c is to ... ?
struct Analogy {
  struct Pair {
    WordId a, b;
  };
  std::vector<Pair> pairs;
  WordId c;
  std::vector<WordId> exclude = {};  ///< never answers
};

struct AnalogyOptions {
  AnalogyMethod method = AnalogyMethod::cos_add;
  double epsilon = 1e-3;  ///< 3CosMul's, 1e-9 to 1, as in its paper; gensim has 1e-6
  /// The words of a question may be its answers too. Else they are not, but those of the pairs that 3CosAvg and LRCos
  /// learn from, which may share their b, are. Excluding them flatters: without it 3CosAdd mostly answers b or c
  /// (Linzen 2016; Rogers, Drozd and Li 2017).
  bool include_query = false;
  /// LRCos learns from the b as examples of the class, and as counterexamples the a and as many words drawn with this
  /// seed from those searched. The objective is |weights|^2 / 2 and the sum of log-losses, each b's 1.5 times and each
  /// counterexample's 0.75 times, so that both sides weigh alike.
  std::uint64_t seed = 1;
};

/// Throws OptionError naming the setting that is out of range.
void validate(const AnalogyOptions& options);

/// The `count` best answers to each question, best first, with their scores: cosines, 3CosMul's quotient, minus the
/// squared difference, or the product of probability and cosine. Throws Error if the index's metric is not metric_of
/// the method, or if a question does not have one pair (or, where the method takes several, none). Progress counts
/// questions.
std::vector<std::vector<Neighbor>> solve(const NearestNeighbors& index, std::span<const Analogy> questions,
                                         std::size_t count = 1, const AnalogyOptions& options = {},
                                         Progress* progress = nullptr);

/// The same by any index. One that is not exact answers the methods that ask for what is near to one vector, which is
/// rounded to float: 3CosAdd, 3CosAvg and the squared difference. Throws OptionError for the others, whose scores all
/// words must have.
std::vector<std::vector<Neighbor>> solve(const NeighborIndex& index, std::span<const Analogy> questions,
                                         std::size_t count = 1, const AnalogyOptions& options = {},
                                         Progress* progress = nullptr);
/// Whether a method's answers are the words nearest to one vector, so that more than an exact index gives them.
bool is_near_to_one_vector(AnalogyMethod method);
/// Throws OptionError if they are not.
void require_near_to_one_vector(AnalogyMethod method);

}  // namespace equivec
