#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <thread>

using namespace equivec;

namespace {

/// Cosines of a question with every word, in double.
std::vector<double> naive_cosines(const Embeddings& e, std::span<const float> query) {
  std::vector<double> result;
  const Eigen::VectorXd q = column(query).cast<double>();
  for (std::size_t i = 0; i < e.size(); ++i) {
    const Eigen::VectorXd row = exact_row(e, word_id(i));
    result.push_back(row.dot(q) / row.norm() / q.norm());
  }
  return result;
}

/// A sum of `dimension` products of unit vectors in float, and the rounding of the lengths.
double rounding(int dimension) { return (dimension + 8) * 0x1p-23; }

/// Answers agree with the cosines: no better word was forgotten, none stands twice, and they are in order.
void check_answers(const std::vector<Neighbor>& answers, std::vector<double> cosines, std::size_t count,
                   const std::vector<WordId>& exclude, double tolerance) {
  std::set<WordId> excluded(exclude.begin(), exclude.end()), seen;
  double worst = 0;
  for (const Neighbor& answer : answers) {
    CHECK_FALSE(excluded.count(answer.word));
    seen.insert(answer.word);
    worst = std::max(worst, std::abs(static_cast<double>(answer.similarity) - cosines.at(index(answer.word))));
  }
  CHECK(worst <= tolerance);
  CHECK(seen.size() == answers.size());
  for (std::size_t i = 1; i < answers.size(); ++i) {
    const Neighbor &a = answers[i - 1], &b = answers[i];
    CHECK((a.similarity > b.similarity || (a.similarity == b.similarity && a.word < b.word)));
  }
  for (const WordId id : excluded) cosines[index(id)] = -2;
  std::sort(cosines.begin(), cosines.end(), std::greater<>());
  REQUIRE(answers.size() == std::min(count, cosines.size() - excluded.size()));
  worst = 0;
  for (std::size_t i = 0; i < answers.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(answers[i].similarity) - cosines[i]));
  CHECK(worst <= tolerance);
}

std::vector<WordId> words_of(const std::vector<Neighbor>& answers) {
  std::vector<WordId> result;
  for (const Neighbor& answer : answers) result.push_back(answer.word);
  return result;
}

std::vector<WordId> first_ids(std::size_t count) {
  std::vector<WordId> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(word_id(i));
  return ids;
}

using Ids = std::vector<WordId>;

std::size_t index_of(const Neighbor& neighbor) { return index(neighbor.word); }

}  // namespace

TEST_CASE("neighbors: hand-worked order") {
  const NearestNeighbors index(
      embeddings({{"east", {1, 0}}, {"north", {0, 5}}, {"northeast", {2, 2}}, {"west", {-3, 0}}}));
  const std::vector<float> query = {10, 1};
  const auto answers = index.find(query, 4);
  CHECK(words_of(answers) == Ids{word_id(0), word_id(2), word_id(1), word_id(3)});
  CHECK(answers[0].similarity == Approx(10 / std::sqrt(101.0)).epsilon(rounding(2)));
  CHECK(answers[3].similarity == Approx(-10 / std::sqrt(101.0)).epsilon(rounding(2)));
  CHECK(words_of(index.find(query, 2)) == Ids{word_id(0), word_id(2)});
  CHECK(words_of(index.find(query, 4, Ids{word_id(0), word_id(1)})) == Ids{word_id(2), word_id(3)});
}

TEST_CASE("neighbors: one question gives what comparing with every row gives") {
  const auto [rows, dimension] = GENERATE(table<std::size_t, int>(
      {{1, 3}, {2, 1}, {100, 2}, {1000, 1}, {3000, 17}, {5001, 50}, {2999, 101}, {4097, 300}, {40001, 3}}));
  CAPTURE(rows, dimension);
  const Embeddings e = random_embeddings(rows, dimension, 11);
  const NearestNeighbors index(e);
  CHECK(index.size() == rows);
  const Matrix queries = random_matrix(8, dimension, 12);
  const Ids exclude = rows > 10 ? Ids{word_id(3), word_id(rows - 1)} : Ids{};
  for (Eigen::Index i = 0; i < queries.rows(); ++i) {
    const std::vector<float> query(queries.row(i).begin(), queries.row(i).end());
    const auto cosines = naive_cosines(e, query);
    for (const std::size_t count : {std::size_t{1}, std::size_t{10}}) {
      check_answers(index.find(query, count), cosines, count, {}, rounding(dimension));
      check_answers(index.find(query, count, exclude), cosines, count, exclude, rounding(dimension));
    }
  }
}

TEST_CASE("neighbors: many questions at once give the answers of one at a time") {
  const auto [rows, dimension, questions] = GENERATE(table<std::size_t, int, std::size_t>(
      {{3001, 33, 1}, {3001, 33, 7}, {2000, 5, 300}, {700, 101, 64}, {5, 3, 9}, {40001, 8, 3}}));
  CAPTURE(rows, dimension, questions);
  const Embeddings e = random_embeddings(rows, dimension, 13);
  const NearestNeighbors index(e, 0, GENERATE(1, 2));
  const Matrix vectors = random_matrix(questions, dimension, 14);
  std::vector<Ids> excluded;
  for (std::size_t i = 0; i < questions; ++i)
    excluded.push_back(i % 2 == 0 ? Ids{} : Ids{word_id(i % rows), word_id(0)});
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < questions; ++i) {
    const float* const row = vectors.data() + i * static_cast<std::size_t>(dimension);
    queries.push_back({std::span<const float>(row, static_cast<std::size_t>(dimension)), excluded[i]});
  }
  const auto batch = index.find(queries, 6);
  REQUIRE(batch.size() == questions);
  // The order in which products are added up may be another, so that similarities agree to rounding.
  std::size_t same_words = 0;
  float worst = 0;
  for (std::size_t i = 0; i < questions; ++i) {
    const auto single = index.find(queries[i].vector, 6, excluded[i]);
    same_words += words_of(batch[i]) == words_of(single);
    for (std::size_t k = 0; k < std::min(single.size(), batch[i].size()); ++k)
      worst = std::max(worst, std::abs(batch[i][k].similarity - single[k].similarity));
  }
  CHECK(same_words == questions);
  CHECK(static_cast<double>(worst) <= rounding(dimension));
  check_answers(batch.back(), naive_cosines(e, queries.back().vector), 6, excluded.back(), rounding(dimension));
}

TEST_CASE("neighbors: the number of threads changes no answer") {
  const Embeddings e = random_embeddings(4000, 29, 15);
  const std::vector<float> query(29, 0.5F);
  const auto expected = NearestNeighbors(e, 0, 1).find(query, 20);
  const int threads = GENERATE(2, 3, 0);
  CHECK(NearestNeighbors(e, 0, threads).find(query, 20) == expected);
}

TEST_CASE("neighbors: words that are equally near come in the order of their numbers") {
  const int dimension = GENERATE(1, 3, 17, 100);
  const Eigen::Index rows = GENERATE(3001, 40003);
  Matrix same(rows, dimension);
  same.rowwise() = random_matrix(1, dimension, 16).row(0);
  same.row(1500) *= -1;
  const NearestNeighbors index(Embeddings(numbered_words(static_cast<std::size_t>(rows)), same));
  const std::vector<float> query(same.row(0).begin(), same.row(0).end());
  CHECK(words_of(index.find(query, 50)) == first_ids(50));
  const std::vector<NeighborQuery> queries(5, {query, {}});
  for (const auto& answers : index.find(queries, 50)) CHECK(words_of(answers) == first_ids(50));
  const auto all = words_of(index.find(query, 50000));
  REQUIRE(all.size() == static_cast<std::size_t>(rows));
  CHECK(all[1500] == word_id(1501));
  CHECK(all.back() == word_id(1500));
}

TEST_CASE("neighbors: a word is nearest to itself and no cosine leaves its range") {
  const Embeddings e = random_embeddings(500, 23, 17);
  const NearestNeighbors index(e);
  bool itself = true, inside = true;
  for (std::size_t i = 0; i < e.size(); ++i) {
    const auto answers = index.find(e[word_id(i)], 500);
    itself = itself && answers[0].word == word_id(i) && std::abs(answers[0].similarity - 1) <= rounding(23);
    for (const Neighbor& answer : answers) inside = inside && answer.similarity <= 1 && answer.similarity >= -1;
  }
  CHECK(itself);
  CHECK(inside);
}

TEST_CASE("neighbors: rows without length or not finite are never answers") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const NearestNeighbors index(embeddings({{"zero", {0, 0}},
                                           {"a", {1, 1}},
                                           {"nan", {nan, 1}},
                                           {"inf", {inf, 1}},
                                           {"b", {-1, -1}},
                                           {"minus inf", {1, -inf}},
                                           {"zero again", {0, -0.0F}}}));
  const std::vector<float> query = {1, 2};
  CHECK(words_of(index.find(query, 10)) == Ids{word_id(1), word_id(4)});
  const std::vector<NeighborQuery> queries(3, {query, {}});
  for (const auto& answers : index.find(queries, 10)) CHECK(words_of(answers) == Ids{word_id(1), word_id(4)});
}

TEST_CASE("neighbors: rows whose squares no float can hold are answers like others") {
  const float scale = GENERATE(1e-30F, 1e-20F, 1e20F, 1e30F, 1e37F);
  const NearestNeighbors index(
      embeddings({{"far", {scale, -scale, 0}}, {"near", {scale, 2 * scale, 3 * scale}}, {"one", {0, 0, 1}}}));
  const std::vector<float> query = {1, 2, 3}, scaled = {scale, 2 * scale, 3 * scale};
  for (const auto& question : {query, scaled}) {
    const auto answers = index.find(question, 3);
    REQUIRE(words_of(answers) == Ids{word_id(1), word_id(2), word_id(0)});
    CHECK(answers[0].similarity == Approx(1).margin(rounding(3)));
    CHECK(answers[1].similarity == Approx(3 / std::sqrt(14.0)).margin(rounding(3)));
    CHECK(answers[2].similarity == Approx(-1 / std::sqrt(28.0)).margin(rounding(3)));
  }
}

TEST_CASE("neighbors: there may be fewer answers than asked for") {
  const NearestNeighbors index(random_embeddings(3, 4, 18));
  const std::vector<float> query = {1, 0, 0, 0};
  CHECK(index.find(query, 100).size() == 3);
  CHECK(index.find(query, 0).empty());
  CHECK(index.find(query, 100, first_ids(2)).size() == 1);
  CHECK(index.find(query, 100, first_ids(3)).empty());
  CHECK(index.find(std::span<const NeighborQuery>(), 10).empty());
}

TEST_CASE("neighbors: only the first words are searched if asked for") {
  const Embeddings e = random_embeddings(100, 5, 19);
  const std::vector<float> query = {1, 0, 0, 0, 0};
  const NearestNeighbors first(e, 40);
  CHECK(first.size() == 40);
  check_answers(first.find(query, 100), naive_cosines(selected(e, first_ids(40)), query), 100, {}, rounding(5));
  CHECK(NearestNeighbors(e, 0).size() == 100);
  CHECK(NearestNeighbors(e, 1000).size() == 100);
  // A word beyond may still be asked about and left out.
  CHECK(first.find(e[word_id(90)], 40, Ids{word_id(90)}).size() == 40);
}

TEST_CASE("neighbors: the vectors are held and not copied") {
  const Embeddings e = random_embeddings(10, 5, 20);
  CHECK(NearestNeighbors(e).embeddings().matrix().data() == e.matrix().data());
}

TEST_CASE("neighbors: a unit vector is a row scaled to length 1") {
  const NearestNeighbors index(embeddings({{"a", {3, 4}}, {"zero", {0, 0}}}));
  CHECK(index.unit(word_id(0))[0] == Approx(0.6).epsilon(0x1p-22));
  CHECK(index.unit(word_id(0))[1] == Approx(0.8).epsilon(0x1p-22));
  CHECK(index.unit(word_id(1)) == Eigen::VectorXf::Zero(2));
}

TEST_CASE("neighbors: questions are counted and it can be stopped") {
  const NearestNeighbors index(random_embeddings(100, 5, 21));
  const std::vector<float> query = {1, 0, 0, 0, 0};
  const std::vector<NeighborQuery> queries(70, {query, {}});
  Progress progress;
  index.find(queries, 3, &progress);
  CHECK(progress.done == 70);
  CHECK(progress.total == 70);
  progress.cancelled = true;
  CHECK_THROWS_AS(index.find(queries, 3, &progress), Cancelled);
}

TEST_CASE("neighbors: by inner product and by distance, what comparing with every row gives") {
  const Metric metric = GENERATE(Metric::dot, Metric::euclidean);
  const auto [rows, dimension, questions] =
      GENERATE(table<std::size_t, int, std::size_t>({{1, 3, 1}, {3001, 33, 1}, {3001, 100, 40}, {700, 17, 300}}));
  CAPTURE(name_of(metric), rows, dimension, questions);
  const Embeddings e = random_embeddings(rows, dimension, 21);
  const NearestNeighbors index(e, 0, 2, metric);
  const Matrix vectors = random_matrix(questions, dimension, 22);
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < questions; ++i)
    queries.push_back({std::span<const float>(vectors.data() + i * static_cast<std::size_t>(dimension),
                                              static_cast<std::size_t>(dimension)),
                       {}});
  const auto answers = index.find(queries, 5);
  for (std::size_t i = 0; i < questions; i += 1 + questions / 5) {
    const Eigen::VectorXd query = vectors.row(static_cast<Eigen::Index>(i)).transpose().cast<double>();
    std::vector<double> expected;
    for (std::size_t r = 0; r < rows; ++r) {
      const Eigen::VectorXd row = exact_row(e, word_id(r));
      expected.push_back(metric == Metric::dot ? row.dot(query) : -(row - query).norm());
    }
    check_answers(answers[i], expected, 5, {}, 4 * dimension * rounding(dimension));
  }
}

TEST_CASE("neighbors: a filter leaves out what is not near enough and what is not allowed") {
  const Embeddings e = random_embeddings(5000, 20, 23);
  const Matrix vectors = random_matrix(9, 20, 24);
  for (const Metric metric : {Metric::cosine, Metric::dot, Metric::euclidean}) {
    CAPTURE(name_of(metric));
    const NearestNeighbors index(e, 4000, 2, metric);
    for (const std::size_t questions : {1u, 9u}) {
      std::vector<NeighborQuery> queries;
      for (std::size_t i = 0; i < questions; ++i)
        queries.push_back({std::span<const float>(vectors.data() + 20 * i, 20), {}});
      const auto all = index.find(queries, 4000);
      std::vector<std::uint8_t> allowed(4000);
      for (std::size_t i = 0; i < allowed.size(); i += 3) allowed[i] = 1;
      NeighborFilter filter;
      filter.count = 100;
      filter.min_similarity = all[0][30].similarity;
      filter.allowed = allowed;
      const auto some = index.find(queries, filter);
      for (std::size_t q = 0; q < questions; ++q) {
        std::vector<WordId> expected;
        for (const Neighbor& neighbor : all[q])
          if (index_of(neighbor) % 3 == 0 && neighbor.similarity >= filter.min_similarity && expected.size() < 100)
            expected.push_back(neighbor.word);
        // The one at the bound itself may be rounded to either side.
        const std::vector<WordId> found = words_of(some[q]);
        CHECK(std::max(found.size(), expected.size()) - std::min(found.size(), expected.size()) <= 1);
        const std::size_t common = std::min(found.size(), expected.size());
        CHECK(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(common), expected.begin()));
      }
    }
  }
  NeighborFilter wrong;
  const std::vector<std::uint8_t> few(3, 1);
  wrong.allowed = few;
  const NeighborQuery query{std::span<const float>(vectors.data(), 20), {}};
  CHECK_THROWS_AS(NearestNeighbors(e).find(std::span(&query, 1), wrong), Error);
}

TEST_CASE("neighbors: rows without length are no answers by cosine, and are by the other measures") {
  const Embeddings e = embeddings({{"zero", {0, 0}}, {"one", {1, 0}}, {"far", {9, 9}}});
  const std::vector<float> query = {0.25F, 0};
  CHECK(words_of(NearestNeighbors(e).find(query, 3)) == Ids{word_id(1), word_id(2)});
  CHECK(words_of(NearestNeighbors(e, 0, 0, Metric::dot).find(query, 3)) == Ids{word_id(2), word_id(1), word_id(0)});
  const auto nearest = NearestNeighbors(e, 0, 0, Metric::euclidean).find(query, 3);
  CHECK(words_of(nearest) == Ids{word_id(0), word_id(1), word_id(2)});
  CHECK(nearest[0].similarity == -0.25F);
  const std::vector<float> zero = {0, 0};
  CHECK(NearestNeighbors(e).find(zero, 3).empty());
  CHECK(NearestNeighbors(e, 0, 0, Metric::euclidean).find(zero, 1)[0].similarity == 0);
}

TEST_CASE("neighbors: threads that ask a new index at once get the answers of one that is asked first") {
  const Embeddings e = random_embeddings(20000, 20, 3);
  const auto expected = NearestNeighbors(e).find(e[word_id(7)], 10);
  const NearestNeighbors index(e);
  std::vector<std::vector<Neighbor>> answers(4);
  std::vector<std::thread> threads;
  for (auto& answer : answers) threads.emplace_back([&] { answer = index.find(e[word_id(7)], 10); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& answer : answers) CHECK(answer == expected);
}

TEST_CASE("neighbors: a first search that is stopped leaves the index as good as new") {
  const Embeddings e = random_embeddings(5000, 20, 3);
  const NearestNeighbors index(e);
  const NeighborQuery query{e[word_id(7)], {}};
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(index.find(std::span(&query, 1), 10, &progress), Cancelled);
  CHECK(index.find(e[word_id(7)], 10) == NearestNeighbors(e).find(e[word_id(7)], 10));
}
