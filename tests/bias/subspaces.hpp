#pragma once

#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "support.hpp"

#include <cstddef>
#include <vector>

namespace equivec {

/// A subspace whose only direction is the given one, in floats.
inline BiasSubspace along(const std::vector<float>& direction) {
  std::vector<float> other = direction;
  for (float& number : other) number = -number;
  const std::vector<std::vector<WordId>> set = {{word_id(0), word_id(1)}};
  return BiasSubspace::from_sets(embeddings({{"plus", direction}, {"minus", other}}), set);
}

inline BiasSubspace first_axis(int dimension) {
  std::vector<float> axis(static_cast<std::size_t>(dimension), 0);
  axis[0] = 1;
  return along(axis);
}

/// A subspace of two directions.
inline BiasSubspace two_axes() {
  const Embeddings ends = embeddings({{"a", {1, 0, 0}}, {"b", {-1, 0, 0}}, {"c", {0, 1, 0}}, {"d", {0, -1, 0}}});
  const std::vector<std::vector<WordId>> sets = {{word_id(0), word_id(1)}, {word_id(2), word_id(3)}};
  return BiasSubspace::from_sets(ends, sets, 2);
}

}  // namespace equivec
