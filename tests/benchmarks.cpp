#define CATCH_CONFIG_MAIN                 // Catch2 2: benchmarking needs a main that was built with it, which the
#define CATCH_CONFIG_ENABLE_BENCHMARKING  // packaged one was not. Both names mean nothing to Catch2 3.
#include "catch.hpp"

#include "equivec/analogy.hpp"
#include "equivec/neighbors.hpp"
#include "equivec/rng.hpp"

#include <vector>

using namespace equivec;

// Not tests: programs to compare two versions with, in alternating runs on a quiet machine. Inputs are fixed by their
// seeds.

namespace {

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns) {
  Rng rng(1);
  Matrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = rng.uniform() - 0.5F;
  return matrix;
}

Vocabulary numbered_words(std::size_t count) {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back({"w" + std::to_string(i), 1});
  return Vocabulary(entries);
}

}  // namespace

TEST_CASE("neighbors: 100,000 words of dimension 100") {
  const NearestNeighbors index(Embeddings(numbered_words(100000), random_matrix(100000, 100)));
  const auto query = index.embeddings()[word_id(0)];
  BENCHMARK("one question") { return index.find(query, 10); };
  const std::vector<NeighborQuery> questions(1000, {query, {}});
  BENCHMARK("1,000 questions at once") { return index.find(questions, 10); };
}
