#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct EmbeddingCoherence {
  /// Spearman's correlation of the two rows below, from -1 to 1; 1 where both sets of targets have the attributes in
  /// the same order. Empty for one attribute or where a row is constant.
  std::optional<double> correlation;
  std::vector<std::vector<double>> cosines;  ///< 2 x attributes: with the mean of X and with the mean of Y
};

/// Embedding coherence test, ECT (Dev and Phillips 2019, "Attenuating Bias in Word Vectors", AISTATS): 2 x 1 lists. The
/// means are of vectors scaled to length 1, so that all words weigh the same. Cosines that differ by less than 1e-12
/// tie. Throws Error if a mean is zero.
EmbeddingCoherence embedding_coherence(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
