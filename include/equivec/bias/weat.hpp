#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/math/permutation_test.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct WeatOptions {
  Deviation deviation = Deviation::sample;  ///< for the effect size; the paper's numbers use the sample deviation
  PermutationOptions permutations;
};

struct WeatResult {
  double statistic;  ///< S(X, Y, A, B): sum of the associations of X minus that of Y
  /// d: mean association of X minus that of Y, in standard deviations of all associations. With as many words in X as
  /// in Y from -2 to 2, times sqrt((N - 1) / N) for the sample deviation of N words. Empty if all associations are
  /// the same to 1e-12.
  std::optional<double> effect_size;
  PermutationTest test;
  /// s(w, A, B) for the words of X and of Y: mean cosine with A minus mean cosine with B, from -2 to 2.
  std::vector<std::vector<double>> associations;
};

/// WEAT: whether targets X are nearer to attributes A, and Y to B, than the other way round: 2 x 2 lists. X and Y may
/// differ in size, but a word in both is an Error: the permutation test partitions their words. Words that A and B
/// share count for both.
///
/// The p-value is that of permutation_test() (math/permutation_test.hpp) on the associations.
WeatResult weat(const Embeddings& embeddings, const AssociationQuery& query, const WeatOptions& options = {});

}  // namespace equivec
