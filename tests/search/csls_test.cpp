#include "src/search/csls.hpp"

#include "equivec/search/neighbors.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace equivec;

namespace {

/// Mean of the ten largest.
double mean_of_largest(std::vector<double> values) {
  std::ranges::sort(values, std::greater<>());
  values.resize(std::min<std::size_t>(values.size(), 10));
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double mean_cosine_of(const Embeddings& e, std::size_t word, std::size_t searched) {
  std::vector<double> cosines;
  for (std::size_t i = 0; i < searched; ++i)
    if (i != word) cosines.push_back(cosine(e[word_id(word)], e[word_id(i)]));
  return mean_of_largest(cosines);
}

}  // namespace

TEST_CASE("csls: answers are those of the formula in double") {
  const std::size_t restrict = GENERATE(std::size_t{0}, std::size_t{70});
  const Embeddings e = random_embeddings(150, 6, 1);
  const std::size_t searched = restrict == 0 ? e.size() : restrict;
  const NearestNeighbors index(e, restrict, 2, Metric::csls);
  for (const std::size_t word : {0U, 13U, 69U}) {
    std::vector<double> scores;
    for (std::size_t i = 0; i < searched; ++i)
      if (i != word)
        scores.push_back(2 * cosine(e[word_id(word)], e[word_id(i)]) - mean_cosine_of(e, word, searched) -
                         mean_cosine_of(e, i, searched));
    std::ranges::sort(scores, std::greater<>());
    const std::vector<Neighbor> found = index.find("w" + std::to_string(word), 5);
    REQUIRE(found.size() == 5);
    for (std::size_t k = 0; k < 5; ++k) CHECK(found[k].similarity == Approx(scores[k]).margin(2e-6));
  }
}

TEST_CASE("csls: a word that is near to all is not everybody's neighbour") {
  // Twenty pairs of words, each in a plane of its own, and a hub, to which every word is a little nearer (0.894) than
  // to its partner (0.868).
  Rows rows = {{"hub", std::vector<float>(41)}};
  rows[0].second[40] = 1;
  for (std::size_t i = 0; i < 40; ++i) {
    std::vector<float> row(41);
    const float angle = i % 2 == 0 ? 0.61F : -0.61F;
    row[i - i % 2] = std::cos(angle);
    row[i - i % 2 + 1] = std::sin(angle);
    row[40] = 2;
    rows.emplace_back("w" + std::to_string(i), row);
  }
  const Embeddings e = embeddings(rows);
  const auto times = [&](Metric metric) {
    const NearestNeighbors index(e, 0, 1, metric);
    int count = 0;
    for (int i = 0; i < 40; ++i) count += index.find("w" + std::to_string(i), 1)[0].word == word_id(0);
    return count;
  };
  CHECK(times(Metric::cosine) == 40);
  CHECK(times(Metric::csls) == 0);
}

TEST_CASE("csls: words without a direction are no answers, a query without one has none, and filters hold") {
  Matrix rows = random_matrix(40, 4, 3);
  rows.row(7).setZero();
  const Embeddings e(numbered_words(40), rows);
  const NearestNeighbors index(e, 0, 1, Metric::csls);
  const std::vector<float> zeros(4), ones(4, 1);
  CHECK(index.find(zeros, 5).empty());
  CHECK(index.find(ones, 100).size() == 39);
  const float third = index.find(ones, 3)[2].similarity;
  const NeighborQuery query{ones, {}};
  std::vector<std::uint8_t> allowed(40, 1);
  allowed[3] = 0;
  CHECK(index.find(std::span(&query, 1), NeighborFilter{.count = 10, .min_similarity = third})[0].size() == 3);
  CHECK(index.find(std::span(&query, 1), NeighborFilter{.count = 100, .allowed = allowed})[0].size() == 38);
}
