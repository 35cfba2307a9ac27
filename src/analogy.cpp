#include "equivec/analogy.hpp"

#include <array>

namespace equivec {

Eigen::VectorXf analogy_vector(const NearestNeighbors& index, const Analogy& analogy) {
  return index.unit(analogy.b) - index.unit(analogy.a) + index.unit(analogy.c);
}

std::vector<Neighbor> solve(const NearestNeighbors& index, const Analogy& analogy, std::size_t count) {
  const Eigen::VectorXf vector = analogy_vector(index, analogy);
  const std::array given = {analogy.a, analogy.b, analogy.c};
  return index.find({vector.data(), static_cast<std::size_t>(vector.size())}, count, given);
}

}  // namespace equivec
