#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/moments.hpp"

#include <span>

namespace equivec {

/// Moments of the vectors of `words`, not scaled.
Moments moments_of(const Embeddings& embeddings, std::span<const WordId> words, int threads,
                   const Progress* progress = nullptr);

}  // namespace equivec
