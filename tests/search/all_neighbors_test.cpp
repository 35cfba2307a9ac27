#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/search/neighbors.hpp"

#include "catch.hpp"
#include "src/search/all_neighbors.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace equivec;

namespace {

Embeddings random_words(std::size_t words, int dimension) {
  Rng rng(words, 0);
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) entries.push_back({"w" + std::to_string(i), 0});
  Matrix rows(static_cast<Eigen::Index>(words), dimension);
  for (float& number : rows.reshaped()) number = rng.uniform() - 0.5F;
  return {Vocabulary(entries), rows};
}

/// The largest difference from an exact search of every word; a neighbour of almost the same cosine may take its place.
double worst_difference(const Embeddings& e, std::size_t words, std::size_t count, int threads) {
  const NearestNeighbors exact(e, words, 1);
  const auto found = all_neighbors(e, words, count, threads, nullptr);
  double worst = found.size() == words ? 0 : 9;
  for (std::size_t row = 0; row < words; ++row) {
    const std::vector<Neighbor> expected = exact.find(e.vocabulary().word(word_id(row)), count);
    if (expected.size() != found[row].size()) return 9;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (found[row][i].row == row) return 9;
      worst = std::max(worst, std::abs(static_cast<double>(found[row][i].score - expected[i].similarity)));
      const double own = cosine(e[word_id(row)], e[word_id(found[row][i].row)]);
      worst = std::max(worst, std::abs(own - static_cast<double>(found[row][i].score)));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("all neighbours: those of each word are what a search for it finds") {
  const Embeddings e = random_words(1300, 20);  // more than two blocks
  CHECK(worst_difference(e, 1300, 10, 2) < 1e-5);
  CHECK(worst_difference(e, 600, 3, 1) < 1e-5);
  CHECK(worst_difference(random_words(5, 3), 5, 10, 1) < 1e-5);  // there are only four others
  CHECK(all_neighbors(e, 0, 10, 1, nullptr).empty());
}

TEST_CASE("all neighbours: the result is the same for any number of threads, with ties by number") {
  Matrix rows = random_words(1200, 4).matrix();
  for (Eigen::Index row = 600; row < 1200; ++row) rows.row(row) = rows.row(row - 600);  // every word has a twin
  const Embeddings e(random_words(1200, 4).vocabulary(), rows);
  const auto same = [](const auto& a, const auto& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!std::ranges::equal(a[i], b[i], [](const SelectedRow& x, const SelectedRow& y) {
            return x.row == y.row && x.score == y.score;
          }))
        return false;
    return a.size() == b.size();
  };
  const auto one = all_neighbors(e, 1200, 5, 1, nullptr);
  for (const int threads : {2, 5}) CHECK(same(all_neighbors(e, 1200, 5, threads, nullptr), one));
  CHECK(one[7][0].row == 607);
  for (const auto& list : one)
    for (std::size_t i = 1; i < list.size(); ++i)
      CHECK(
          (list[i - 1].score > list[i].score || (list[i - 1].score == list[i].score && list[i - 1].row < list[i].row)));
}

TEST_CASE("all neighbours: rows that are zero or not finite have none and are none") {
  Matrix rows = random_words(700, 6).matrix();
  rows.row(3).setZero();
  rows(650, 2) = std::numeric_limits<float>::quiet_NaN();
  const auto found = all_neighbors({random_words(700, 6).vocabulary(), rows}, 700, 8, 2, nullptr);
  CHECK(found[3].empty());
  CHECK(found[650].empty());
  for (const auto& list : found)
    for (const SelectedRow& neighbor : list) CHECK((neighbor.row != 3 && neighbor.row != 650));
}

TEST_CASE("all neighbours: the search can be cancelled") {
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(all_neighbors(random_words(700, 6), 700, 8, 2, &progress), Cancelled);
}
