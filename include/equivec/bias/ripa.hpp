#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct RelationalAssociation {
  /// For one attribute w: its inner product with (x - y) / |x - y|, over all pairs.
  struct Word {
    double mean;       ///< over the pairs
    double deviation;  ///< population standard deviation over the pairs: 0 for one pair
    double principal;  ///< inner product with the principal direction of the pairs; for one pair the same as the mean
  };
  double mean, principal;   ///< means over the words
  std::vector<Word> words;  ///< in the order of the attributes
};

/// Relational inner product association, RIPA (Ethayarajh, Duvenaud and Hirst 2019, "Understanding Undesirable Word
/// Embedding Associations", ACL): 2 x 1 lists. x and y are the words at the same position of the two lists, which
/// therefore have the same size; words may be repeated in them. Positive towards the first list. The vectors are not
/// scaled, because the measure depends on their lengths and scales with them. The principal direction is the first
/// right-singular vector of the uncentred differences x - y, with their sum on its positive side. Throws Error for a
/// pair of words with the same vector. Attributes may be zero vectors: their values are 0.
RelationalAssociation relational_association(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
