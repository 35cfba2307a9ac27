#include "src/bias/recovered_sides.hpp"

#include "equivec/base/types.hpp"
#include "src/bias/association_lists.hpp"

#include <algorithm>

namespace equivec {

Points unit_rows(const Embeddings& embeddings, const BiasedWords& words) {
  require_different(embeddings.vocabulary(), "biased word", {words.first, words.last});
  require_disjoint(embeddings.vocabulary(), "biased word", {words.first, words.last});
  Points rows(static_cast<Eigen::Index>(words.first.size() + words.last.size()), embeddings.dimension());
  Eigen::Index row = 0;
  for (const auto* side : {&words.first, &words.last})
    for (const WordId word : *side) rows.row(row++) = required_unit_vector(embeddings, word).transpose();
  return rows;
}

RecoveredSides recovered_sides(std::span<const double> accuracies) {
  const auto [least, most] = std::ranges::minmax(accuracies);
  // Clamped, because rounding could move the mean of equal accuracies.
  const double mean = mean_of(accuracies);
  return {std::clamp(mean, least, most), {}, least, most};
}

}  // namespace equivec
