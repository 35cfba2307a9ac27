#include "equivec/map/word_map.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"

#include "catch.hpp"
#include "src/map/graph_layout.hpp"
#include "src/map/weighted_graph.hpp"
#include "src/map/tsne.hpp"
#include "support.hpp"

#include <Eigen/SVD>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

using Lists = std::vector<std::vector<SelectedRow>>;

/// Words in groups: those of a group have a direction in common.
Embeddings groups_of_words(int groups, int words_each, int dimension) {
  Rng rng(17, 0);
  std::vector<Vocabulary::Entry> entries;
  Matrix rows(groups * words_each, dimension);
  for (float& number : rows.reshaped()) number = 0.6F * (rng.uniform() - 0.5F);
  for (int i = 0; i < groups * words_each; ++i) {
    rows(i, i % groups) += 1;
    entries.push_back({"w" + std::to_string(i), 0});
  }
  return {Vocabulary(entries), rows};
}

/// The share of words whose nearest word in the plane is of their group.
double purity(const Matrix& places, int groups) {
  Eigen::Index right = 0;
  for (Eigen::Index i = 0; i < places.rows(); ++i) {
    Eigen::VectorXf distances = (places.rowwise() - places.row(i)).rowwise().squaredNorm();
    distances[i] = std::numeric_limits<float>::infinity();
    Eigen::Index nearest = 0;
    distances.minCoeff(&nearest);
    right += nearest % groups == i % groups;
  }
  return static_cast<double>(right) / static_cast<double>(places.rows());
}

float weight_of(const WeightedGraph& graph, std::size_t node, std::uint32_t other) {
  for (const WeightedGraph::Edge& edge : graph.of(node))
    if (edge.node == other) return edge.weight;
  return 0;
}

}  // namespace

TEST_CASE("neighbour graph: a word's weights sum to log2 of their number, the nearest has 1") {
  // Only word 0 has neighbours, so that no other direction adds to its weights.
  Lists lists(6);
  lists[0] = {{1, .9F}, {2, .8F}, {3, .7F}, {4, .5F}, {5, .1F}};
  const WeightedGraph graph = weighted_graph(lists, 1);
  double sum = 0;
  for (const WeightedGraph::Edge& edge : graph.of(0)) sum += static_cast<double>(edge.weight);
  CHECK(std::abs(sum - std::log2(6.0)) < 1e-4);
  CHECK(weight_of(graph, 0, 1) == 1);
  CHECK(weight_of(graph, 0, 2) > weight_of(graph, 0, 3));
  CHECK(weight_of(graph, 3, 0) == weight_of(graph, 0, 3));  // each edge stands at both of its ends
  CHECK(graph.edges.size() == 10);
}

TEST_CASE("neighbour graph: weights of both directions are joined as a + b - a b") {
  Lists lists(3);
  lists[0] = {{1, .9F}, {2, .3F}};
  lists[1] = {{2, .8F}, {0, .2F}};
  const WeightedGraph graph = weighted_graph(lists, 1);
  Lists alone(3);
  alone[1] = lists[1];
  const float back = weight_of(weighted_graph(alone, 1), 1, 0);
  CHECK(std::abs(weight_of(graph, 0, 1) - (1 + back - back)) < 1e-6F);
  CHECK(weight_of(graph, 2, 1) == 1);
}

TEST_CASE("neighbour graph: neighbours that are all equally near have one weight, and none does no harm") {
  Lists lists(4);
  lists[0] = {{1, .5F}, {2, .5F}, {3, .5F}};
  const WeightedGraph graph = weighted_graph(lists, 1);
  for (const WeightedGraph::Edge& edge : graph.of(0)) CHECK((edge.weight > 0 && edge.weight <= 1));
  CHECK(weight_of(graph, 0, 1) == weight_of(graph, 0, 3));
  CHECK(weighted_graph(Lists(3), 1).edges.empty());
  Lists far(20);  // all but one are as near as can be
  for (std::uint32_t i = 1; i < 19; ++i) far[0].push_back({i, 1});
  far[0].push_back({19, -1});
  CHECK(weight_of(weighted_graph(far, 1), 0, 19) > 0);
}

TEST_CASE("layout: attraction and repulsion are gradients of the log-likelihood of an edge and of none") {
  const double a = 1.5, h = 1e-5;
  for (const double d : {0.3, 1.0, 2.5}) {
    const auto edge = [&](double x) { return std::log(1 / (1 + a * x * x)); };
    const auto none = [&](double x) { return std::log(1 - 1 / (1 + a * x * x)); };
    const auto square = static_cast<float>(d * d);
    const auto factor = static_cast<float>(a);
    CHECK(std::abs(static_cast<double>(attraction(square, factor)) * d - (edge(d + h) - edge(d - h)) / (2 * h)) < 1e-4);
    const double slope = (none(d + h) - none(d - h)) / (2 * h);
    CHECK(std::abs(static_cast<double>(repulsion(square, factor)) * d - slope) < 0.02 * std::abs(slope));  // by .001
  }
}

TEST_CASE("layout: the curve is near 1 up to the least distance and then falls") {
  CHECK(curve_of(0) > curve_of(0.1));
  CHECK(curve_of(0.1) > curve_of(0.5));
  const double a = curve_of(0.1);
  CHECK((a > 1 && a < 3));  // UMAP's, with b = .9, is 1.58
  double best = 0, other = 0;
  for (int i = 0; i <= 300; ++i) {
    const double d = i / 100.0, wanted = d < 0.1 ? 1 : std::exp(0.1 - d);
    best += std::pow(1 / (1 + a * d * d) - wanted, 2);
    other += std::pow(1 / (1 + 1.02 * a * d * d) - wanted, 2);
  }
  CHECK(best < other);
}

TEST_CASE("map: words of a group stand together") {
  const Matrix places = word_map(groups_of_words(6, 50, 20), {.neighbors = 10});
  CHECK(places.rows() == 300);
  CHECK(places.cols() == 2);
  CHECK(places.allFinite());
  CHECK(purity(places, 6) > 0.95);
  CHECK(places.colwise().mean().norm() < 1e-3F);
}

TEST_CASE("t-SNE: a word's shares have the perplexity that is asked for, and all sum to 1") {
  const Eigen::MatrixXd rows = Eigen::MatrixXd::Random(60, 5);
  const Matrix shares = neighbor_shares(rows, 12, 2);
  CHECK(std::abs(shares.cast<double>().sum() - 1) < 1e-5);
  CHECK((shares - shares.transpose()).cwiseAbs().maxCoeff() == 0);
  // Of points at equal distances every other one has the same share, whatever the perplexity.
  const Matrix equal = neighbor_shares(Eigen::MatrixXd::Identity(20, 20), 5, 1);
  CHECK(std::abs(equal(0, 1) * 20 * 19 - 1) < 1e-5F);
  CHECK(std::abs(equal(7, 3) - equal(0, 1)) < 1e-8F);
}

TEST_CASE("t-SNE: the gradient is that of the divergence") {
  const Matrix shares = neighbor_shares(Eigen::MatrixXd::Random(12, 4), 3, 1);
  Eigen::MatrixXd places = Eigen::MatrixXd::Random(12, 2), gradient, unused;
  tsne_objective(shares, places, gradient);
  for (const auto& [row, column] : {std::pair{0, 0}, std::pair{5, 1}, std::pair{11, 0}}) {
    const double h = 1e-6, was = places(row, column);
    places(row, column) = was + h;
    const double above = tsne_objective(shares, places, unused);
    places(row, column) = was - h;
    const double below = tsne_objective(shares, places, unused);
    places(row, column) = was;
    CHECK(std::abs((above - below) / (2 * h) - gradient(row, column)) < 1e-6);
  }
}

TEST_CASE("t-SNE: the layout descends the divergence, to where its gradient is small") {
  const Embeddings e = groups_of_words(5, 25, 12);
  Eigen::MatrixXd rows(125, 12);
  for (Eigen::Index i = 0; i < 125; ++i) rows.row(i) = unit_vector(e[word_id(static_cast<std::size_t>(i))]).transpose();
  const Matrix shares = neighbor_shares(rows, 15, 1);
  Matrix places = 1e-4F * Matrix::Random(125, 2);
  Eigen::MatrixXd gradient;
  const double before = tsne_objective(shares, places.cast<double>(), gradient);
  lay_out_by_tsne(rows, places, {.perplexity = 15, .threads = 1}, nullptr);
  CHECK(tsne_objective(shares, places.cast<double>(), gradient) < 0.5 * before);
  CHECK(gradient.cwiseAbs().maxCoeff() < 1e-3);
  CHECK(purity(places, 5) > 0.9);
}

TEST_CASE("t-SNE: the result is the same for any number of threads, and ten thousand words are the most") {
  const Embeddings e = groups_of_words(4, 40, 10);
  const Matrix expected = word_map(e, {.method = MapMethod::tsne, .epochs = 60, .threads = 1});
  CHECK(word_map(e, {.method = MapMethod::tsne, .epochs = 60, .threads = 3}) == expected);
  CHECK(expected.allFinite());
  CHECK(word_map(embeddings({{"a", {1, 0}}, {"b", {1, 0}}, {"c", {0, 0}}}), {.method = MapMethod::tsne}).allFinite());
  CHECK_THAT(error_of([&] { word_map(groups_of_words(2, 5001, 3), {.method = MapMethod::tsne}); }),
             ContainsSubstring("at most 10,000 words, there are 10,002"));
  CHECK_THAT(error_of([&] { word_map(e, {.perplexity = 1}); }),
             ContainsSubstring("perplexity must be between 2 and 1000"));
}

TEST_CASE("map: the result is the same for any number of threads, and another for another seed") {
  const Embeddings e = groups_of_words(4, 150, 10);
  const MapOptions one{.epochs = 30, .threads = 1};
  const Matrix expected = word_map(e, one);
  for (const int threads : {2, 4}) {
    MapOptions options = one;
    options.threads = threads;
    CHECK(word_map(e, options) == expected);
  }
  MapOptions other = one;
  other.seed = 2;
  CHECK(word_map(e, other) != expected);
}

TEST_CASE("map: principal components are those of the words' directions") {
  const Embeddings e = groups_of_words(3, 40, 7);
  const Matrix places = word_map(e, {.method = MapMethod::pca});
  Eigen::MatrixXd rows(120, 7);
  for (Eigen::Index i = 0; i < 120; ++i) rows.row(i) = unit_vector(e[word_id(static_cast<std::size_t>(i))]).transpose();
  rows.rowwise() -= rows.colwise().mean().eval();
  const Eigen::MatrixXd expected =
      rows * Eigen::JacobiSVD<Eigen::MatrixXd>(rows, Eigen::ComputeThinV).matrixV().leftCols(2);
  for (const Eigen::Index c : {0, 1}) {
    const Eigen::VectorXd found = places.col(c).cast<double>(), column = expected.col(c);
    CHECK(std::min((found - column).norm(), (found + column).norm()) < 1e-4);
  }
}

TEST_CASE("map: words without a direction have a place and move nobody") {
  Matrix rows = groups_of_words(3, 30, 8).matrix();
  rows.row(4).setZero();
  const Embeddings e(groups_of_words(3, 30, 8).vocabulary(), rows);
  const Matrix places = word_map(e, {.neighbors = 5, .epochs = 20});
  CHECK(places.allFinite());
  const Embeddings twins = embeddings({{"a", {1, 0}}, {"b", {1, 0}}, {"c", {1, 0}}, {"d", {2, 0}}});
  const Matrix apart = word_map(twins, {.neighbors = 2});
  CHECK(apart.allFinite());
  CHECK((apart.row(0) - apart.row(1)).norm() > 1e-3F);  // words of one vector are parted
  CHECK(word_map(embeddings({{"a", {1}}, {"b", {2}}, {"c", {-1}}}), {.neighbors = 2}).allFinite());
}

TEST_CASE("map: places stay with the words, in native files of every precision") {
  const Embeddings mapped = with_map(groups_of_words(3, 10, 4), {.neighbors = 3, .epochs = 10});
  REQUIRE(mapped.places());
  CHECK(mapped.metadata().at("map") == "neighbors");
  CHECK(mapped.metadata().at("map_epochs") == "10");
  const TemporaryDirectory directory;
  for (const Precision precision : {Precision::f32, Precision::f16, Precision::int8, Precision::pq}) {
    CAPTURE(name_of(precision));
    write_embeddings(directory / "v.safetensors", with_precision(mapped, {.precision = precision}));
    const Embeddings back = read_embeddings(directory / "v.safetensors");
    REQUIRE(back.places());
    CHECK(*back.places() == *mapped.places());
    const Embeddings first = read_embeddings(directory / "v.safetensors", {.limit = 3});
    CHECK(*first.places() == mapped.places()->topRows(3));
  }
  const std::vector<WordId> some = {word_id(5), word_id(2)};
  CHECK(selected(mapped, some).places()->row(0) == mapped.places()->row(5));
  CHECK(mapped.with_vectors(mapped.matrix()).places() == nullptr);
}

TEST_CASE("map: places that do not fit are refused") {
  const Embeddings e = groups_of_words(3, 2, 4);
  CHECK(error_of([&] { (void)e.with_places(Matrix(Matrix::Zero(5, 2))); }) ==
        "expected places of 6 words, 2 numbers each; got 5 rows of 2");
  Matrix bad = Matrix::Zero(6, 2);
  bad(3, 1) = std::numeric_limits<float>::infinity();
  CHECK(error_of([&] { (void)e.with_places(bad); }) == "a place in the plane is not finite");
}

TEST_CASE("map: settings out of range and too few words are errors, and it can be cancelled") {
  const Embeddings e = groups_of_words(3, 20, 4);
  CHECK_THAT(error_of([&] { word_map(e, {.neighbors = 1}); }),
             ContainsSubstring("neighbors must be between 2 and 200"));
  CHECK_THAT(error_of([&] { word_map(e, {.min_distance = 1.5}); }), ContainsSubstring("min-distance must be between"));
  CHECK_THAT(error_of([&] { word_map(e, {.epochs = -1}); }), ContainsSubstring("epochs must be between"));
  CHECK(error_of([&] {
          word_map(embeddings({{"a", {1}}, {"b", {2}}}));
        }) == "a map needs three words or more, there are 2");
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(word_map(e, {}, {.progress = &progress}), Cancelled);
}
