#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "src/math/clustering.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <limits>
#include <numbers>
#include <numeric>

using namespace equivec;

namespace {

Points points_of(const std::vector<std::vector<double>>& rows) {
  Points result(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.at(0).size()));
  for (Eigen::Index i = 0; i < result.rows(); ++i)
    for (Eigen::Index j = 0; j < result.cols(); ++j)
      result(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  return result;
}

Points random_points(std::size_t count, int dimension, std::uint64_t seed) {
  return random_matrix(count, dimension, seed).cast<double>();
}

Points unit(Points points) {
  points.rowwise().normalize();
  return points;
}

/// Points of length 1 at these angles.
Points on_circle(const std::vector<double>& degrees) {
  std::vector<std::vector<double>> rows;
  for (const double d : degrees)
    rows.push_back({std::cos(d * std::numbers::pi / 180), std::sin(d * std::numbers::pi / 180)});
  return points_of(rows);
}

std::vector<int> in_order_of_appearance(const std::vector<int>& clusters) {
  std::map<int, int> numbers;
  std::vector<int> result;
  for (const int c : clusters) result.push_back(numbers.try_emplace(c, static_cast<int>(numbers.size())).first->second);
  return result;
}

int count_of(const std::vector<int>& clusters) {
  return clusters.empty() ? 0 : *std::max_element(clusters.begin(), clusters.end()) + 1;
}

Points centres_of(const Points& points, const std::vector<int>& clusters) {
  Points result = Points::Zero(count_of(clusters), points.cols());
  for (int c = 0; c < count_of(clusters); ++c) {
    for (std::size_t i = 0; i < clusters.size(); ++i)
      if (clusters[i] == c) result.row(c) += points.row(static_cast<Eigen::Index>(i));
    result.row(c) /= static_cast<double>(std::count(clusters.begin(), clusters.end(), c));
  }
  return result;
}

double sum_of_squares(const Points& points, const std::vector<int>& clusters) {
  const Points centres = centres_of(points, clusters);
  double sum = 0;
  for (std::size_t i = 0; i < clusters.size(); ++i)
    sum += (points.row(static_cast<Eigen::Index>(i)) - centres.row(clusters[i])).squaredNorm();
  return sum;
}

/// The distance of two clusters of points, by its definition.
double naive_distance(const Points& points, const std::vector<Eigen::Index>& a, const std::vector<Eigen::Index>& b,
                      Linkage linkage) {
  const auto a_size = static_cast<double>(a.size()), b_size = static_cast<double>(b.size());
  if (linkage == Linkage::ward) {
    Eigen::RowVectorXd difference = Eigen::RowVectorXd::Zero(points.cols());
    for (const Eigen::Index i : a) difference += points.row(i) / a_size;
    for (const Eigen::Index i : b) difference -= points.row(i) / b_size;
    return a_size * b_size / (a_size + b_size) * difference.squaredNorm();
  }
  double sum = 0, largest = 0;
  for (const Eigen::Index i : a) {
    for (const Eigen::Index j : b) {
      const double distance = 1 - points.row(i).dot(points.row(j));
      sum += distance;
      largest = std::max(largest, distance);
    }
  }
  return linkage == Linkage::average ? sum / a_size / b_size : largest;
}

/// Agglomerative clustering the simple way: searches for the nearest pair each time.
std::vector<int> naive_clusters(const Points& points, int count, Linkage linkage) {
  std::vector<std::vector<Eigen::Index>> clusters;
  for (Eigen::Index i = 0; i < points.rows(); ++i) clusters.push_back({i});
  while (clusters.size() > static_cast<std::size_t>(count)) {
    double least = std::numeric_limits<double>::infinity();
    std::size_t first = 0, second = 0;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
      for (std::size_t j = i + 1; j < clusters.size(); ++j) {
        const double distance = naive_distance(points, clusters[i], clusters[j], linkage);
        if (distance >= least) continue;
        least = distance;
        first = i;
        second = j;
      }
    }
    clusters[first].insert(clusters[first].end(), clusters[second].begin(), clusters[second].end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(second));
  }
  std::vector<int> result(static_cast<std::size_t>(points.rows()));
  for (std::size_t c = 0; c < clusters.size(); ++c)
    for (const Eigen::Index i : clusters[c]) result[static_cast<std::size_t>(i)] = static_cast<int>(c);
  return in_order_of_appearance(result);
}

/// The least sum of squares of all divisions into `count` clusters.
double least_sum_of_squares(const Points& points, int count, std::vector<int> clusters = {}) {
  if (clusters.size() == static_cast<std::size_t>(points.rows()))
    return count_of(clusters) == count ? sum_of_squares(points, clusters) : std::numeric_limits<double>::infinity();
  double least = std::numeric_limits<double>::infinity();
  for (int c = 0; c < std::min(count_of(clusters) + 1, count); ++c) {
    clusters.push_back(c);
    least = std::min(least, least_sum_of_squares(points, count, clusters));
    clusters.pop_back();
  }
  return least;
}

constexpr Linkage linkages[] = {Linkage::average, Linkage::complete, Linkage::ward};

}  // namespace

TEST_CASE("clustering: groups that are far from each other are found") {
  // Ten groups of 1, 2, ... 10 points around different axes; the points of a group are not consecutive.
  constexpr int groups = 10;
  std::vector<int> expected;
  for (int round = 0; round < groups; ++round)
    for (int group = round; group < groups; ++group) expected.push_back(group);
  Points points = 0.1 * random_points(expected.size(), groups, 3);
  for (std::size_t i = 0; i < expected.size(); ++i) points(static_cast<Eigen::Index>(i), expected[i]) += 1;
  points = unit(points);
  CHECK(kmeans_clusters(points, {.clusters = groups}) == expected);
  for (const Linkage linkage : linkages) {
    CAPTURE(name_of(linkage));
    CHECK(agglomerative_clusters(points, groups, linkage) == expected);
  }
}

TEST_CASE("clustering: starts far from each other find groups that random starts would miss") {
  // 40 groups of 5: uniformly drawn starts would miss many groups.
  constexpr int groups = 40;
  Points points = 0.001 * random_points(5 * groups, groups, 4);
  std::vector<int> expected;
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    expected.push_back(static_cast<int>(i) % groups);
    points(i, expected.back()) += 1;
  }
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{6}));
  CHECK(kmeans_clusters(points, {.clusters = groups, .restarts = 1, .seed = seed}) == expected);
}

TEST_CASE("clustering: the three linkages cut a tree that was worked by hand differently") {
  // Five points of a circle: a at 0, b at 65, c at 115, d at 155, e at 170 degrees. 1 - cos of the angles between:
  //       b     c     d     e
  // a  .577 1.423 1.906 1.985
  // b        .357 1.000 1.259
  // c              .234  .426
  // d                    .034
  // All begin with {d,e} at .034; then a-b is .577 and b-c .357.
  //
  // average: c-{d,e} is (.234 + .426) / 2 = .330, the least: {c,d,e}.
  //   Then b-{c,d,e} is (.357 + 1.000 + 1.259) / 3 = .872 and a-b .577, the least: {a,b} {c,d,e}.
  //
  // complete: c-{d,e} is .426, so b-c is the least: {b,c}.
  //   Then {b,c}-{d,e} is 1.259, the least, and a-{b,c} 1.423: {a} {b,c,d,e}.
  //
  // ward, in halves of squared distances, which 1 - cos is:
  //   c-{d,e} is (2 x .234 + 2 x .426 - .034) / 3 = .429, so b-c is the least: {b,c};
  //   b-{d,e} is (2 x 1.000 + 2 x 1.259 - .034) / 3 = 1.495.
  //   Then {b,c}-{d,e} is (3 x 1.495 + 3 x .429 - 2 x .357) / 4 = 1.264 and
  //   a-{b,c} is (2 x .577 + 2 x 1.423 - .357) / 3 = 1.214, the least: {a,b,c} {d,e}.
  const Points points = on_circle({0, 65, 115, 155, 170});
  CHECK(agglomerative_clusters(points, 2, Linkage::average) == std::vector{0, 0, 1, 1, 1});
  CHECK(agglomerative_clusters(points, 2, Linkage::complete) == std::vector{0, 1, 1, 1, 1});
  CHECK(agglomerative_clusters(points, 2, Linkage::ward) == std::vector{0, 0, 0, 1, 1});
  CHECK(agglomerative_clusters(points, 3, Linkage::average) == std::vector{0, 1, 2, 2, 2});
  CHECK(agglomerative_clusters(points, 3, Linkage::complete) == std::vector{0, 1, 1, 2, 2});
  CHECK(agglomerative_clusters(points, 3, Linkage::ward) == std::vector{0, 1, 1, 2, 2});
  for (const Linkage linkage : linkages)
    CHECK(agglomerative_clusters(points, 4, linkage) == std::vector{0, 1, 2, 3, 3});
}

TEST_CASE("clustering: merges are ordered by height, not in the order of the chains") {
  // A chain from the first point merges the pair at 0 before it reaches the closer pairs.
  const Points points = on_circle({0, 10, 90, 95, 180, 181});
  for (const Linkage linkage : linkages) {
    CHECK(agglomerative_clusters(points, 5, linkage) == std::vector{0, 1, 2, 3, 4, 4});
    CHECK(agglomerative_clusters(points, 4, linkage) == std::vector{0, 1, 2, 2, 3, 3});
    CHECK(agglomerative_clusters(points, 3, linkage) == std::vector{0, 0, 1, 1, 2, 2});
  }
}

TEST_CASE("clustering: linkages are those of SciPy") {
  // Drawn by numpy.random.default_rng(20).integers(-99, 100, (24, 3)) and scaled to length 1. The clusters are those of
  // SciPy 1.10: scipy.cluster.hierarchy.fcluster(linkage(x, method, metric), clusters, "maxclust"), metric "cosine" for
  // average and complete, "euclidean" for ward, renumbered in order of first appearance.
  const Points points = unit(
      points_of({{78, -44, -47}, {-8, 79, -75},  {-50, 4, -51},   {-18, -31, -85}, {-93, -80, 32}, {97, 86, 39},
                 {84, -10, 10},  {28, -19, -46}, {40, -39, 11},   {-85, -57, -89}, {23, 61, 75},   {62, 84, -99},
                 {53, -34, 29},  {-82, -56, -6}, {-46, 23, 81},   {10, 86, -73},   {-11, 40, -69}, {22, -18, -6},
                 {6, -40, 40},   {83, -72, -83}, {-48, -71, -20}, {-24, -53, -48}, {-40, 23, 66},  {39, -79, 41}}));
  CHECK(agglomerative_clusters(points, 3, Linkage::average) ==
        std::vector{0, 1, 1, 1, 1, 2, 0, 0, 0, 1, 2, 1, 0, 1, 2, 1, 1, 0, 0, 0, 1, 1, 2, 0});
  CHECK(agglomerative_clusters(points, 6, Linkage::average) ==
        std::vector{0, 1, 2, 2, 2, 3, 4, 0, 4, 2, 3, 1, 4, 2, 5, 1, 1, 0, 4, 0, 2, 2, 5, 4});
  CHECK(agglomerative_clusters(points, 3, Linkage::complete) ==
        std::vector{0, 1, 2, 2, 2, 1, 0, 0, 0, 2, 1, 1, 0, 2, 1, 1, 1, 0, 0, 0, 2, 2, 1, 0});
  CHECK(agglomerative_clusters(points, 6, Linkage::complete) ==
        std::vector{0, 1, 2, 2, 2, 3, 4, 0, 4, 2, 3, 1, 4, 2, 5, 1, 1, 0, 4, 0, 2, 2, 5, 4});
  CHECK(agglomerative_clusters(points, 3, Linkage::ward) ==
        std::vector{0, 1, 2, 2, 2, 1, 0, 0, 0, 2, 1, 1, 0, 2, 1, 1, 1, 0, 0, 0, 2, 2, 1, 0});
  CHECK(agglomerative_clusters(points, 6, Linkage::ward) ==
        std::vector{0, 1, 2, 2, 3, 4, 5, 0, 5, 2, 4, 1, 5, 3, 4, 1, 1, 0, 5, 0, 3, 2, 4, 5});
}

TEST_CASE("clustering: chains of neighbours find the tree that the search for the nearest pair finds") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{6}));
  const Points points = unit(random_points(40, 5, seed));
  for (const Linkage linkage : linkages) {
    for (int clusters = 1; clusters <= 40; ++clusters) {
      CAPTURE(name_of(linkage), clusters);
      CHECK(agglomerative_clusters(points, clusters, linkage) == naive_clusters(points, clusters, linkage));
    }
  }
}

TEST_CASE("clustering: points in another order are in the same clusters") {
  constexpr std::size_t count = 300;  // more than a block of points
  const Points points = unit(random_points(count, 8, 5));
  std::vector<Eigen::Index> order(count);
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  Rng rng(6);
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[rng.below(static_cast<std::uint32_t>(i))]);
  const Points shuffled = points(order, Eigen::all);
  for (const Linkage linkage : linkages) {
    for (const int clusters : {2, 7, 30, 150}) {
      CAPTURE(name_of(linkage), clusters);
      const std::vector<int> original = agglomerative_clusters(points, clusters, linkage);
      std::vector<int> expected;
      for (const Eigen::Index i : order) expected.push_back(original[static_cast<std::size_t>(i)]);
      CHECK(agglomerative_clusters(shuffled, clusters, linkage) == in_order_of_appearance(expected));
    }
  }
}

TEST_CASE("clustering: k-means ends where every point is nearest to its own centre") {
  const Points points = random_points(700, 6, 7);
  const std::vector<int> clusters = kmeans_clusters(points, {.clusters = 11, .restarts = 1});
  REQUIRE(count_of(clusters) == 11);
  CHECK(clusters == in_order_of_appearance(clusters));
  const Points centres = centres_of(points, clusters);
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    Eigen::Index nearest = 0;
    (centres.rowwise() - points.row(static_cast<Eigen::Index>(i))).rowwise().squaredNorm().minCoeff(&nearest);
    CHECK(clusters[i] == nearest);
  }
}

TEST_CASE("clustering: k-means finds the best of all divisions of a few points") {
  const auto seed = GENERATE(range(std::uint64_t{1}, std::uint64_t{6}));
  const int count = GENERATE(2, 3, 5);
  const Points points = random_points(9, 2, seed);
  const std::vector<int> clusters = kmeans_clusters(points, {.clusters = count, .restarts = 50});
  CHECK(sum_of_squares(points, clusters) == Approx(least_sum_of_squares(points, count)));
}

TEST_CASE("clustering: more restarts or iterations of k-means never do worse") {
  const Points points = random_points(300, 4, 8);
  KMeansOptions options{.clusters = 20, .restarts = 1};
  const double once = sum_of_squares(points, kmeans_clusters(points, options));
  double last = once;
  for (const int restarts : {2, 5, 20}) {
    options.restarts = restarts;
    const double sum = sum_of_squares(points, kmeans_clusters(points, options));
    CHECK(sum <= last);
    last = sum;
  }
  CHECK(last < once);
  options.restarts = options.iterations = 1;
  CHECK(sum_of_squares(points, kmeans_clusters(points, options)) > once);
}

TEST_CASE("clustering: k-means does not depend on the threads or on where the points lie") {
  const Points points = random_points(1000, 20, 9);
  KMeansOptions options{.clusters = 17, .restarts = 3, .threads = 1};
  const std::vector<int> one = kmeans_clusters(points, options);
  for (const int threads : {2, 3, 0}) {
    options.threads = threads;
    CHECK(kmeans_clusters(points, options) == one);
  }
  CHECK(kmeans_clusters(points.array() + 1048576, options) == one);
  options.seed = 2;
  CHECK(kmeans_clusters(points, options) != one);
}

TEST_CASE("clustering: one cluster has all points, and as many clusters as points have one each") {
  const int count = GENERATE(1, 2, 7, 200);
  const Points points = unit(random_points(static_cast<std::size_t>(count), 3, 10));
  const std::vector<int> together(static_cast<std::size_t>(count), 0);
  std::vector<int> apart(together);
  std::iota(apart.begin(), apart.end(), 0);
  CHECK(kmeans_clusters(points, {.clusters = 1}) == together);
  CHECK(kmeans_clusters(points, {.clusters = count}) == apart);
  for (const Linkage linkage : linkages) {
    CHECK(agglomerative_clusters(points, 1, linkage) == together);
    CHECK(agglomerative_clusters(points, count, linkage) == apart);
  }
}

TEST_CASE("clustering: copies of points are kept together, and apart only if there must be more clusters") {
  const Points points = points_of({{1, 0}, {0, 1}, {1, 0}, {0.6, 0.8}, {0, 1}, {0.6, 0.8}, {1, 0}, {0, 1}});
  const std::vector<int> expected = {0, 1, 0, 2, 1, 2, 0, 1};
  const auto check = [&](const auto& clusters_into) {
    CHECK(clusters_into(3) == expected);
    for (const int count : {4, 6, 7}) {
      const std::vector<int> clusters = clusters_into(count);
      CHECK(count_of(clusters) == count);
      CHECK(sum_of_squares(points, clusters) < 1e-20);
    }
  };
  check([&](int count) { return kmeans_clusters(points, {.clusters = count}); });
  for (const Linkage linkage : linkages)
    check([&](int count) { return agglomerative_clusters(points, count, linkage); });
}

TEST_CASE("clustering: if all points are equal there are still as many clusters as requested") {
  for (const Points& points : {Points(Points::Constant(300, 3, 1 / std::sqrt(3.0))), Points(Points::Zero(300, 3)),
                               Points(Points::Zero(300, 0))}) {
    for (const int count : {1, 2, 150, 299}) {
      CHECK(count_of(kmeans_clusters(points, {.clusters = count, .restarts = 2})) == count);
      for (const Linkage linkage : linkages) CHECK(count_of(agglomerative_clusters(points, count, linkage)) == count);
    }
  }
}

TEST_CASE("clustering: a cluster of k-means that has lost its points takes the farthest one") {
  // With the starts of this seed one cluster becomes empty on the way. The result is also the best of all divisions.
  const Points points =
      points_of({{8, 15}, {9, 6}, {5, 7}, {15, 15}, {9, 0}, {9, 15}, {8, 7}, {0, 2}, {8, 3}, {4, 15}});
  const std::vector<int> clusters = kmeans_clusters(points, {.clusters = 4, .restarts = 1, .seed = 647});
  CHECK(clusters == std::vector{0, 1, 1, 2, 1, 0, 1, 3, 1, 0});
  CHECK(sum_of_squares(points, clusters) == Approx(least_sum_of_squares(points, 4)));
}

TEST_CASE("clustering: among many equal distances no cluster is empty and the result is always the same") {
  Rng rng(11);
  for (int repetition = 0; repetition < 300; ++repetition) {
    Points points(1 + rng.below(14), 1 + rng.below(3));
    for (double& number : points.reshaped()) number = rng.below(4);
    const int count = 1 + static_cast<int>(rng.below(static_cast<std::uint32_t>(points.rows())));
    KMeansOptions options{.clusters = count, .restarts = 2, .seed = rng(), .threads = 1};
    const std::vector<int> clusters = kmeans_clusters(points, options);
    REQUIRE(clusters.size() == static_cast<std::size_t>(points.rows()));
    REQUIRE(count_of(clusters) == count);
    REQUIRE(clusters == in_order_of_appearance(clusters));
    REQUIRE(kmeans_clusters(points, options) == clusters);

    for (auto row : points.rowwise()) row.normalize();  // leaves zeros as they are
    for (const Linkage linkage : linkages) {
      const std::vector<int> tree = agglomerative_clusters(points, count, linkage);
      REQUIRE(count_of(tree) == count);
      REQUIRE(tree == in_order_of_appearance(tree));
    }
  }
}

TEST_CASE("clustering: invalid input is refused") {
  const Points points = unit(random_points(10, 3, 12));
  const auto kmeans = [&](const KMeansOptions& options) {
    return option_error_of([&] { kmeans_clusters(points, options); });
  };
  CHECK(kmeans({.clusters = 0}) == "clusters must be at least 1, got 0");
  CHECK(kmeans({.clusters = 11}) == "clusters must be at most 10, the number of points, got 11");
  CHECK(kmeans({.clusters = 2, .restarts = 0}) == "restarts must be at least 1, got 0");
  CHECK(kmeans({.clusters = 2, .iterations = 0}) == "iterations must be at least 1, got 0");
  CHECK(kmeans({.clusters = 2, .threads = -1}) == "threads must be between 0 and 4096, got -1");
  CHECK(option_error_of([&] { agglomerative_clusters(points, 0, Linkage::ward); }) ==
        "clusters must be at least 1, got 0");
  CHECK(option_error_of([&] { agglomerative_clusters(points, 11, Linkage::ward); }) ==
        "clusters must be at most 10, the number of points, got 11");

  CHECK(error_of([] { kmeans_clusters(Points(0, 3), {.clusters = 1}); }) == "there are no points to cluster");
  CHECK(error_of([] { agglomerative_clusters(Points(0, 3), 1, Linkage::average); }) ==
        "there are no points to cluster");
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Points broken = points;
    broken(3, 2) = bad;
    CHECK(error_of([&] { kmeans_clusters(broken, {.clusters = 2}); }) ==
          "point 4 of 10 is not finite and has no cluster");
    CHECK(error_of([&] { agglomerative_clusters(broken, 2, Linkage::complete); }) ==
          "point 4 of 10 is not finite and has no cluster");
  }
}

TEST_CASE("clustering: it can be cancelled, and the counters of Progress are the caller's") {
  const Points points = unit(random_points(10, 3, 13));
  Progress progress;
  progress.done = 5;
  progress.total = 9;
  kmeans_clusters(points, {.clusters = 2}, &progress);
  agglomerative_clusters(points, 2, Linkage::ward, &progress);
  CHECK(progress.done == 5);
  CHECK(progress.total == 9);
  progress.cancelled = true;
  CHECK_THROWS_AS(kmeans_clusters(points, {.clusters = 2}, &progress), Cancelled);
  CHECK_THROWS_AS(agglomerative_clusters(points, 2, Linkage::ward, &progress), Cancelled);
}

TEST_CASE("clustering: linkages have names") {
  CHECK(name_of(Linkage::average) == "average");
  CHECK(name_of(Linkage::complete) == "complete");
  CHECK(name_of(Linkage::ward) == "ward");
}

TEST_CASE("clustering: purity is the share of the largest categories") {
  // Cluster 0 has the categories 0 0 1, cluster 1 has 1 1 2 0, cluster 2 has 2: 2 + 2 + 1 of 8.
  const std::vector<int> clusters = {0, 1, 0, 1, 0, 1, 1, 2}, categories = {0, 1, 0, 1, 1, 2, 0, 2};
  CHECK(purity(clusters, categories) == 5.0 / 8);
  CHECK(purity(categories, categories) == 1.0);
  // All together: category 0 and 1 have three each, 2 has two.
  CHECK(purity(std::vector(8, 0), categories) == 3.0 / 8);
  CHECK(purity(std::vector{0, 1, 2, 3, 4, 5, 6, 7}, categories) == 1.0);
  CHECK(purity(clusters, std::vector(8, 0)) == 1.0);
  // The numbers are only names: other ones, with gaps, give the same.
  CHECK(purity(std::vector{5, 3, 5, 3, 5, 3, 3, 0}, std::vector{9, 4, 9, 4, 4, 1, 9, 1}) == 5.0 / 8);
}

TEST_CASE("clustering: purity counts each item as often as given") {
  const std::vector<int> clusters = {0, 0, 0, 1, 1}, categories = {0, 1, 1, 0, 1};
  CHECK(purity(clusters, categories, std::vector<std::uint32_t>{1, 1, 1, 1, 1}) == 3.0 / 5);
  // Cluster 0: category 0 five times, 1 twice; cluster 1: category 1 three times. 5 + 3 of 10.
  CHECK(purity(clusters, categories, std::vector<std::uint32_t>{5, 2, 0, 0, 3}) == 8.0 / 10);
  // The same as with the items repeated.
  CHECK(purity(clusters, categories, std::vector<std::uint32_t>{2, 1, 0, 1, 2}) ==
        purity(std::vector{0, 0, 0, 1, 1, 1}, std::vector{0, 0, 1, 0, 1, 1}));
  // Sums beyond 32 bits.
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  CHECK(purity(std::vector{0, 0, 0}, std::vector{0, 0, 1}, std::vector{most, most, most}) == 2.0 / 3);
}

TEST_CASE("clustering: purity is empty if no item counts") {
  CHECK(purity({}, {}) == std::nullopt);
  CHECK(purity(std::vector{0, 1}, std::vector{0, 0}, std::vector<std::uint32_t>{0, 0}) == std::nullopt);
  CHECK(purity(std::vector{0, 1}, std::vector{0, 0}, std::vector<std::uint32_t>{0, 1}) == 1.0);
}
