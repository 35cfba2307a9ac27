#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"

namespace EQUIVEC_EXPORT equivec {

/// The same words with `dimension` numbers: coordinates along the principal directions of the vectors, the first right
/// singular vectors of their matrix, which is not centred, so that inner products, and with them cosines, change as
/// little as any projection lets them (Eckart and Young 1936). Each direction points to where its largest number is
/// positive. Vectors of n-grams are mapped alike. Metadata: principal_directions = "50 of 300".
/// The result is the same for any number of threads (0: all cores). Throws OptionError unless dimension is 1 ..
/// embeddings.dimension(); Error if a value is not finite; Cancelled.
Embeddings with_dimension(const Embeddings& embeddings, int dimension, int threads = 0,
                          const Progress* progress = nullptr);

}  // namespace equivec
