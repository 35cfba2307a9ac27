#pragma once

#include "equivec/neighbors.hpp"

#include <span>
#include <vector>

namespace equivec {

/// a is to b as c is to ... ?
struct Analogy {
  WordId a, b, c;
};

/// b - a + c of the unit vectors; not of length 1 itself.
Eigen::VectorXf analogy_vector(const NearestNeighbors& index, const Analogy& analogy);

/// 3CosAdd (Mikolov, Yih and Zweig 2013): the words nearest to analogy_vector. a, b and c are never answers.
std::vector<Neighbor> solve(const NearestNeighbors& index, const Analogy& analogy, std::size_t count = 1);

}  // namespace equivec
