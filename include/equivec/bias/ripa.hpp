#pragma once

#include "equivec/bias/association.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <vector>

namespace equivec {

struct RelationalAssociation {
  /// Of one attribute w: its inner product with (x - y) / |x - y|, for all pairs.
  struct Word {
    double mean;       ///< over the pairs
    double deviation;  ///< over the pairs, of the population: 0 for one pair
    double principal;  ///< with the principal direction of the pairs instead; for one pair the same as the mean
  };
  double mean, principal;   ///< of the words'
  std::vector<Word> words;  ///< in the order of the attributes
};

/// Relational inner product association, RIPA (Ethayarajh, Duvenaud and Hirst 2019, "Understanding Undesirable Word
/// Embedding Associations", ACL): 2 x 1, where x and y are the words at the same position of the two lists, which
/// therefore have the same size and in which words may come again. Positive towards the first list. The vectors are
/// taken as they are, since the lengths of words matter to it: with vectors of another scale it scales. The principal
/// direction is the first right-singular vector of the differences x - y, not centred, with their sum on its positive
/// side. Error for a pair of words with the same vector. Attributes may have no length: their values are 0.
RelationalAssociation relational_association(const Embeddings& embeddings, const AssociationQuery& query);

}  // namespace equivec
