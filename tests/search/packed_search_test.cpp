#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/precision.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <array>

using namespace equivec;

namespace {

/// Words of lower precision, and the floats that they stand for.
struct Both {
  Embeddings packed, floats;
};

std::vector<Both> every_precision(std::size_t words, int dimension) {
  Matrix rows = random_matrix(words, 6, 1) * random_matrix(6, dimension, 2);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= static_cast<float>(i % 5 + 1);
  rows.row(3).setZero();
  rows.row(8) = rows.row(4);  // a tie
  const Embeddings e(numbered_words(words), std::move(rows));
  std::vector<Both> result;
  for (const PrecisionOptions& options : {PrecisionOptions{.precision = Precision::f16},
                                          {.precision = Precision::bf16},
                                          {.precision = Precision::int8},
                                          {.precision = Precision::pq, .parts = 5},
                                          {.precision = Precision::pq, .parts = 4, .rotation = true}}) {
    const Embeddings packed = with_precision(e, options);
    result.push_back({packed, Embeddings(e.vocabulary(), Matrix(packed.matrix()))});
  }
  return result;
}

}  // namespace

TEST_CASE("packed search: answers are those of the exact search over the unpacked vectors, bit for bit") {
  for (const int dimension : {5, 17, 40})
    for (const Both& both : every_precision(3000, dimension))
      for (const Metric metric : {Metric::cosine, Metric::dot, Metric::euclidean})
        for (const std::size_t queries : {1u, 3u, 50u}) {
          CAPTURE(dimension, name_of(both.packed.precision()), name_of(metric), queries);
          const NearestNeighbors packed(both.packed, 0, 2, metric), floats(both.floats, 0, 2, metric);
          const Matrix asked = random_matrix(queries, dimension, 7);
          std::vector<WordId> excluded = {word_id(1), word_id(77)};
          std::vector<NeighborQuery> questions;
          for (std::size_t i = 0; i < queries; ++i)
            questions.push_back({i % 2 == 0 ? std::span(asked.data() + i * static_cast<std::size_t>(dimension),
                                                        static_cast<std::size_t>(dimension))
                                            : both.floats[word_id(i)],
                                 excluded});
          CHECK(packed.find(questions, 10) == floats.find(questions, 10));
        }
}

TEST_CASE("packed search: filters and fewer words are the same too") {
  for (const Both& both : every_precision(2000, 12)) {
    CAPTURE(name_of(both.packed.precision()));
    const NearestNeighbors packed(both.packed, 900, 1), floats(both.floats, 900, 1);
    std::vector<std::uint8_t> allowed(900);
    for (std::size_t i = 0; i < allowed.size(); ++i) allowed[i] = i % 3 == 0;
    const std::vector<float> query = both.floats.vector_of(word_id(4));
    const NeighborQuery question{query, {}};
    const NeighborFilter filter{.count = 20, .min_similarity = 0.2F, .allowed = allowed};
    const auto expected = floats.find(std::span(&question, 1), filter);
    REQUIRE_FALSE(expected[0].empty());
    CHECK(packed.find(std::span(&question, 1), filter) == expected);
    CHECK(packed.find("w4", 5) == floats.find("w4", 5));
    CHECK(packed.find("w4", 1)[0].word == word_id(8));
    CHECK(packed.find("w3", 5).empty());
  }
}

TEST_CASE("packed search: analogies by every method are those of the unpacked vectors") {
  for (const Both& both : every_precision(1500, 20))
    for (const AnalogyMethod method : analogy_methods) {
      CAPTURE(name_of(both.packed.precision()), name_of(method));
      const NearestNeighbors packed(both.packed, 0, 2, metric_of(method)), floats(both.floats, 0, 2, metric_of(method));
      std::vector<Analogy> questions;
      for (std::size_t i = 10; i < 50; i += 4)
        questions.push_back({{{word_id(i), word_id(i + 1)}}, word_id(i + 2), {}});
      CHECK(solve(packed, questions, 5, {.method = method}) == solve(floats, questions, 5, {.method = method}));
    }
}
