#include "equivec/search/approximate_neighbors.hpp"

#include "equivec/base/rng.hpp"
#include "equivec/evaluate/index_recall.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/search/graph_search.hpp"
#include "src/search/graph_tables.hpp"
#include "support.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// Points around a few centres.
Embeddings clustered(std::size_t words, int dimension, std::size_t centres) {
  const Matrix centre = random_matrix(centres, dimension, 7), noise = random_matrix(words, dimension, 8);
  Matrix rows(static_cast<Eigen::Index>(words), dimension);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) = 3 * centre.row(i % centre.rows()) + 0.4F * noise.row(i);
  return Embeddings(numbered_words(words), rows);
}

ApproximateNeighbors indexed(const Embeddings& vectors, const ApproximateOptions& options = {},
                             Metric metric = Metric::cosine) {
  return {vectors, build_neighbor_graph(vectors, {.metric = metric, .threads = 1}), options};
}

double recall_of(const Embeddings& vectors, Metric metric, int candidates) {
  const NeighborGraph graph = build_neighbor_graph(vectors, {.metric = metric});
  const IndexRecall recall = index_recall(vectors, graph, {.words = 200, .candidates = {candidates}});
  return recall.rows.at(0).recall;
}

/// Whether both give the same words with the same similarities to some queries.
bool same_answers(const NeighborIndex& a, const NeighborIndex& b, const NeighborFilter& filter) {
  const Matrix random = random_matrix(20, a.embeddings().dimension(), 99);
  const auto dimension = static_cast<std::size_t>(random.cols());
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < 20; ++i) queries.push_back({{random.data() + i * dimension, dimension}, {}});
  return a.find(queries, filter) == b.find(queries, filter);
}

}  // namespace

TEST_CASE("approximate neighbours: most of the nearest are found, of vectors spread evenly and in clusters", "[slow]") {
  for (const Metric metric : {Metric::cosine, Metric::dot, Metric::euclidean}) {
    CAPTURE(name_of(metric));
    CHECK(recall_of(random_embeddings(6000, 20, 1), metric, 100) > 0.95);
    CHECK(recall_of(clustered(6000, 20, 30), metric, 100) > 0.95);
  }
}

TEST_CASE("approximate neighbours: more candidates find more") {
  const Embeddings vectors = random_embeddings(8000, 50, 2);
  const IndexRecall recall =
      index_recall(vectors, build_neighbor_graph(vectors), {.words = 300, .candidates = {10, 50, 250}});
  REQUIRE(recall.rows.size() == 3);
  CHECK(recall.rows[0].recall < recall.rows[1].recall);
  CHECK(recall.rows[1].recall < recall.rows[2].recall);
  CHECK(recall.rows[0].interval->low < recall.rows[0].recall);
  CHECK(recall.rows[0].interval->high > recall.rows[0].recall);
  CHECK(recall.words == 300);
}

TEST_CASE("approximate neighbours: along the links every word is reached, also many in one place") {
  Matrix rows = random_matrix(3000, 6, 3);
  for (Eigen::Index i = 0; i < 900; ++i) rows.row(3 * i) = rows.row(0);
  rows.row(7).setZero();
  rows(8, 2) = std::numeric_limits<float>::quiet_NaN();
  const Embeddings vectors(numbered_words(3000), rows);
  for (const Metric metric : {Metric::cosine, Metric::dot, Metric::euclidean}) {
    CAPTURE(name_of(metric));
    const NeighborGraph graph = build_neighbor_graph(vectors, {.metric = metric, .links = 3, .candidates = 5});
    CHECK(graph.linked_words() == (metric == Metric::cosine ? 2998 : 2999));
    GraphSearch search(graph.tables());
    const QueryDistances distances(metric, vectors.matrix(), graph.tables().scales);
    const auto nothing = [](std::uint32_t) {};
    const auto all = [](std::uint32_t) { return true; };
    const auto distance = [&](std::uint32_t word) { return distances(rows.row(5).data(), word); };
    std::vector<PassedWord> found = search.find(3000, distance, nothing, all);
    CHECK(found.size() == graph.linked_words());
    // In the order of the exact search, but for what rounding tells apart.
    std::sort(found.begin(), found.end());
    const auto exact = NearestNeighbors(vectors, 0, 0, metric).find(vectors[word_id(5)], 100);
    for (std::size_t i = 0; i < exact.size(); ++i)
      if (i + 1 < exact.size() && exact[i].similarity > exact[i + 1].similarity + 1e-4F)
        CHECK(distance(static_cast<std::uint32_t>(exact[i].word)) <= found[i].distance + 1e-4F);
    CHECK(search.find(10, distance, nothing, [](std::uint32_t word) { return word == 2999; }).size() == 1);
  }
}

TEST_CASE("approximate neighbours: what is found has the similarities of the exact search") {
  const Embeddings vectors = random_embeddings(4000, 30, 4);
  for (const Metric metric : {Metric::cosine, Metric::dot, Metric::euclidean}) {
    const ApproximateNeighbors index = indexed(vectors, {.candidates = 200}, metric);
    REQUIRE(index.follows_links({.count = 20}));
    const auto found = index.find("w17", 20), exact = NearestNeighbors(vectors, 0, 0, metric).find("w17", 4000);
    REQUIRE(found.size() == 20);
    for (const Neighbor& neighbor : found) CHECK(std::ranges::find(exact, neighbor) != exact.end());
    CHECK(std::ranges::is_sorted(found, std::greater(), &Neighbor::similarity));
    CHECK(std::ranges::find(found, word_id(17), &Neighbor::word) == found.end());
  }
}

TEST_CASE("approximate neighbours: filters hold, and where few words are left all of these are compared") {
  const Embeddings vectors = random_embeddings(6000, 16, 5);
  const ApproximateNeighbors index = indexed(vectors, {.candidates = 60});
  const NearestNeighbors exact(vectors);
  std::vector<std::uint8_t> half(6000), few(6000);
  for (std::size_t i = 0; i < 6000; ++i) {
    half[i] = i % 2 == 0;
    few[i] = i % 100 == 0;
  }
  REQUIRE(index.follows_links({.allowed = half}));
  const NeighborQuery query{vectors[word_id(3)], {}};
  const std::vector<Neighbor> found = index.find(std::span(&query, 1), {.count = 30, .allowed = half}).front();
  CHECK(found.size() == 30);
  CHECK(std::ranges::all_of(found, [](const Neighbor& neighbor) { return equivec::index(neighbor.word) % 2 == 0; }));
  CHECK_FALSE(index.follows_links({.allowed = few}));
  CHECK(same_answers(index, exact, {.count = 60, .allowed = few}));

  const NeighborFilter similar{.count = 30, .min_similarity = 0.5F};
  const std::vector<Neighbor> near = index.find(std::span(&query, 1), similar).front();
  CHECK(std::ranges::all_of(near, [](const Neighbor& neighbor) { return neighbor.similarity >= 0.5F; }));
  CHECK(index.find(vectors[word_id(3)], 0).empty());
  CHECK_FALSE(
      error_of([&] { index.find(std::vector<NeighborQuery>(1), {.allowed = std::span(half).first(5)}); }).empty());
}

TEST_CASE("approximate neighbours: only the first words are answers if the search is restricted to them") {
  const Embeddings vectors = random_embeddings(6000, 16, 6);
  const ApproximateNeighbors index = indexed(vectors, {.candidates = 100, .restrict = 3000});
  REQUIRE(index.size() == 3000);
  REQUIRE(index.follows_links({}));
  const auto found = index.find("w5999", 40);
  REQUIRE(found.size() == 40);
  CHECK(std::ranges::all_of(found, [](const Neighbor& neighbor) { return equivec::index(neighbor.word) < 3000; }));
  CHECK(found.front() == NearestNeighbors(vectors, 3000).find("w5999", 1).front());
}

TEST_CASE("approximate neighbours: answers are the same for any number of threads") {
  const Embeddings vectors = random_embeddings(5000, 12, 7);
  const NeighborGraph graph = build_neighbor_graph(vectors, {.threads = 1});
  CHECK(same_answers(ApproximateNeighbors(vectors, graph, {.threads = 1}),
                     ApproximateNeighbors(vectors, graph, {.threads = 4}), {.count = 25}));
}

TEST_CASE("approximate neighbours: one word, one number, no direction and no word at all are no trouble") {
  const Embeddings one = embeddings({{"a", {2.0F}}});
  CHECK(indexed(one).find("a", 3).empty());
  CHECK(indexed(one).find(one[word_id(0)], 3).size() == 1);
  const Embeddings zeros = embeddings({{"a", {0, 0}}, {"b", {0, 0}}});
  CHECK(build_neighbor_graph(zeros).linked_words() == 0);
  CHECK(indexed(zeros).find("a", 3).empty());
  CHECK(indexed(zeros, {}, Metric::euclidean).find("a", 3).size() == 1);
  const Embeddings none(numbered_words(0), Matrix(0, 3));
  CHECK(indexed(none).find(std::vector<float>{1, 0, 0}, 3).empty());
  const Embeddings line = random_embeddings(4000, 1, 8);
  const ApproximateNeighbors index = indexed(line, {.candidates = 50}, Metric::euclidean);
  CHECK(index.find("w9", 5) == NearestNeighbors(line, 0, 0, Metric::euclidean).find("w9", 5));
  const std::vector<float> nothing = {0}, broken = {std::numeric_limits<float>::infinity()};
  CHECK(indexed(line, {.candidates = 50}).find(nothing, 5).empty());
  CHECK(index.find(broken, 5).empty());
  CHECK(error_of([&] { index.find(std::vector<float>{1, 2}, 5); }) == "a query has 2 numbers, the vectors have 1");
}

TEST_CASE("approximate neighbours: analogies by offsets are found along the links, others refused") {
  const Embeddings vectors = clustered(6000, 20, 200);
  const Analogy question{{{word_id(1), word_id(201)}}, word_id(3), {}};
  const NeighborGraph cosine = build_neighbor_graph(vectors),
                      euclidean = build_neighbor_graph(vectors, {.metric = Metric::euclidean});
  for (const AnalogyMethod method :
       {AnalogyMethod::cos_add, AnalogyMethod::cos_average, AnalogyMethod::squared_difference}) {
    CAPTURE(name_of(method));
    const ApproximateNeighbors index(vectors, metric_of(method) == Metric::cosine ? cosine : euclidean);
    const NeighborIndex& any = index;
    const NearestNeighbors exact(vectors, 0, 0, metric_of(method));
    const auto found = solve(any, std::span(&question, 1), 5, {.method = method}).front();
    const auto expected = solve(exact, std::span(&question, 1), 5, {.method = method}).front();
    REQUIRE(found.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
      CHECK(found[i].word == expected[i].word);
      CHECK(found[i].similarity == Approx(expected[i].similarity).margin(1e-5));
    }
    CHECK(solve(static_cast<const NeighborIndex&>(exact), std::span(&question, 1), 5, {.method = method}).front() ==
          expected);
  }
  const ApproximateNeighbors index(vectors, cosine);
  for (const AnalogyMethod method : {AnalogyMethod::cos_mul, AnalogyMethod::pair_direction, AnalogyMethod::logistic})
    CHECK(option_error_of([&] { solve(index, std::span(&question, 1), 1, {.method = method}); }) ==
          "method: " + std::string(name_of(method)) +
              " compares all words; an index answers 3cosadd, 3cosavg and squared-difference");
  CHECK_THROWS_AS(solve(index, std::span(&question, 1), 1, {.method = AnalogyMethod::squared_difference}), Error);
}

TEST_CASE("neighbour graphs: one thread and a seed give the same graph, another seed another one") {
  const Embeddings vectors = random_embeddings(1000, 8, 9);
  const auto links = [&](std::uint64_t seed) {
    const NeighborGraph graph = build_neighbor_graph(vectors, {.seed = seed, .threads = 1});
    return std::vector(graph.tables().targets.begin(), graph.tables().targets.end());
  };
  CHECK(links(1) == links(1));
  CHECK(links(1) != links(2));
}

TEST_CASE("neighbour graphs: options out of range and other vectors are refused, and building can be cancelled") {
  const Embeddings vectors = random_embeddings(50, 4, 10);
  const auto refused = [&](const NeighborGraphOptions& options) {
    return option_error_of([&] { build_neighbor_graph(vectors, options); });
  };
  CHECK(refused({.metric = Metric::csls}) == "an index is by cosine, dot or euclidean, not by csls");
  CHECK(refused({.links = 1}) == "links must be between 2 and 1024, got 1");
  CHECK(refused({.candidates = 0}) == "candidates must be between 1 and 100000, got 0");
  const NeighborGraph graph = build_neighbor_graph(vectors);
  CHECK(error_of([&] { ApproximateNeighbors(random_embeddings(51, 4, 10), graph); }) ==
        "the index is of 50 vectors of dimension 4, there are 51 of dimension 4");
  CHECK(option_error_of([&] { ApproximateNeighbors(vectors, graph, {.candidates = 0}); }) ==
        "candidates must be between 1 and 1000000, got 0");
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(build_neighbor_graph(vectors, {}, &progress), Cancelled);
  Progress counted;
  build_neighbor_graph(vectors, {}, &counted);
  CHECK(counted.total == 50);
}

TEST_CASE("neighbour graphs: the fingerprint is that of words and numbers alone") {
  const Embeddings vectors = random_embeddings(50, 4, 11);
  Matrix changed = vectors.matrix();
  changed(49, 3) = std::nextafter(changed(49, 3), 2.0F);
  std::vector<Vocabulary::Entry> words;
  for (std::size_t i = 0; i < 50; ++i) words.push_back({"w" + std::to_string(i == 9 ? 99 : i), 5});
  const std::string print = fingerprint_of(vectors);
  CHECK(print == fingerprint_of(vectors.with_metadata({{"a", "b"}}), 1));
  CHECK(print != fingerprint_of(vectors.with_vectors(changed)));
  CHECK(print != fingerprint_of(Embeddings(Vocabulary(words), Matrix(vectors.matrix()))));
  CHECK(print == build_neighbor_graph(vectors).fingerprint());
}
