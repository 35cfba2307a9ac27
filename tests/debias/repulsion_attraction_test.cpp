#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/indirect_bias.hpp"
#include "equivec/debias/hard.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/debias/repulsion_attraction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <numbers>

using namespace equivec;

namespace {

using Ids = std::vector<WordId>;
using Options = RepulsionAttractionOptions;

// Results are floats: a vector of length 1 is off by 2^-24 at most.
constexpr double tolerance = 1e-7;

Ids ids(std::size_t first, std::size_t end) {
  Ids result;
  for (std::size_t i = first; i < end; ++i) result.push_back(word_id(i));
  return result;
}

/// A subspace whose directions are the first axes.
BiasSubspace first_axes(int dimension, int rank = 1) {
  Matrix ends = Matrix::Zero(2 * rank, dimension);
  std::vector<Ids> sets;
  for (int i = 0; i < rank; ++i) {
    ends(2 * i, i) = static_cast<float>(rank - i);
    ends(2 * i + 1, i) = static_cast<float>(i - rank);
    sets.push_back(ids(static_cast<std::size_t>(2 * i), static_cast<std::size_t>(2 * i + 2)));
  }
  return BiasSubspace::from_sets(Embeddings(numbered_words(sets.size() * 2), ends), sets, rank);
}

/// Random unit vectors, the even words on one side of the first axis and the odd ones on the other, which makes words
/// of a side nearer to each other.
Embeddings two_sides(std::size_t words, int dimension, std::uint64_t seed, float apart = 0.4F) {
  Matrix vectors = random_matrix(words, dimension, seed);
  for (Eigen::Index i = 0; i < vectors.rows(); ++i) vectors(i, 0) += i % 2 == 0 ? apart : -apart;
  return normalized(Embeddings(numbered_words(words), vectors, {{"how", "by chance"}}));
}

/// Those of the nearest words that owe some nearness to the direction, the simple way.
Ids biased_neighbors(const Embeddings& e, const BiasSubspace& subspace, WordId word, const Options& options) {
  std::vector<std::pair<double, std::size_t>> near;
  const std::size_t searched = options.restrict == 0 ? e.size() : std::min(options.restrict, e.size());
  for (std::size_t i = 0; i < searched; ++i)
    if (word_id(i) != word && unit_vector(e[word_id(i)]).norm() > 0)
      near.emplace_back(-static_cast<float>(cosine(e[word], e[word_id(i)])), i);
  std::sort(near.begin(), near.end());
  near.resize(std::min(near.size(), static_cast<std::size_t>(options.neighbors)));
  Ids result;
  for (const auto& [ignored, i] : near)
    if (indirect_bias(e, subspace, word, word_id(i)).value_or(0) > options.threshold) result.push_back(word_id(i));
  return result;
}

/// J, as the paper has it.
double objective(const Embeddings& e, const BiasSubspace& subspace, WordId word, const Eigen::VectorXd& vector,
                 const Ids& neighbors, const Options& options) {
  const Eigen::VectorXd unit = vector.normalized();
  double nearness = 0;
  for (const WordId n : neighbors)
    nearness += std::abs(unit.dot(unit_vector(e[n]))) / static_cast<double>(neighbors.size());
  return options.repulsion * nearness + options.attraction * std::abs(unit.dot(unit_vector(e[word])) - 1) / 2 +
         options.neutralization * std::abs(unit.dot(subspace.basis().row(0)));
}

Eigen::VectorXd random_vector(Rng& rng, Eigen::Index size) {
  Eigen::VectorXd result(size);
  for (double& x : result) x = static_cast<double>(rng.uniform()) - 0.5;
  return result;
}

bool all_hold(const std::vector<PostCondition>& conditions) {
  for (const PostCondition& condition : conditions) {
    UNSCOPED_INFO(condition.promise << ": " << condition.worst << ", at most " << condition.bound);
    if (!condition.holds()) return false;
  }
  return true;
}

Embeddings with_matrix(const Embeddings& e, Matrix vectors) {
  return Embeddings(e.vocabulary(), std::move(vectors), e.metadata());
}

}  // namespace

TEST_CASE("repulsion and attraction: a word without biased neighbours, worked by hand") {
  const Embeddings e = embeddings({{"far", {0.6F, 0.8F}}, {"near", {-0.28F, 0.96F}}, {"in", {1, 0}}});
  const RepulsionAttraction result = repel_and_attract(e, first_axes(2), {}, {.neighbors = 1, .threshold = 1});
  // r = 3/8 (0.6, 0.8) - 1/8 (1, 0) = (0.1, 0.3): what neutralization weighs does not do for all of the part.
  CHECK(row_of(result.embeddings, "far")[0] == Approx(std::sqrt(0.1)).epsilon(1e-6));
  CHECK(row_of(result.embeddings, "far")[1] == Approx(std::sqrt(0.9)).epsilon(1e-6));
  CHECK(row_of(result.embeddings, "near")[0] == Approx(0).margin(1e-15));
  CHECK(row_of(result.embeddings, "near")[1] == 1);
  // Nothing but the direction: any other vector is further away than the direction costs.
  CHECK(row_of(result.embeddings, "in") == std::vector<float>{1, 0});
  CHECK(result.moved == ids(0, 3));
  CHECK(result.repelled.empty());
  CHECK(result.leaning == Ids{word_id(0), word_id(2)});
  // J before: |w.g| / 8. After: 3/8 - |r|, with |r| = sqrt(0.1), 3/8 * 0.96 and 1/4.
  CHECK(result.objective_before == Approx((0.6 + 0.28 + 1) / 8 / 3).epsilon(1e-7));
  CHECK(result.objective_after == Approx((3 * 0.375 - std::sqrt(0.1) - 0.36 - 0.25) / 3).epsilon(1e-7));
  CHECK(result.gap < 1e-14);
}

TEST_CASE("repulsion and attraction: a word with one biased neighbour, worked by hand") {
  // The parts outside have nothing in common, so all of the product is the direction's: beta is 1.
  const Embeddings e = embeddings({{"w", {0.6F, 0.8F, 0}}, {"n", {0.6F, 0, 0.8F}}});
  const Options options{.repulsion = 0.05, .attraction = 1, .neutralization = 0.4};
  const RepulsionAttraction result = repel_and_attract(e, first_axes(3), ids(1, 2), options);
  CHECK(result.repelled == Ids{word_id(0)});
  // r = (0.3 - 0.6 s_n - s, 0.4, -0.8 s_n) is shortest for s_n = 0, s = 0.3: the neutral word is orthogonal to n too.
  CHECK(row_of(result.embeddings, "w")[0] == Approx(0).margin(1e-7));
  CHECK(row_of(result.embeddings, "w")[1] == Approx(1));
  CHECK(row_of(result.embeddings, "w")[2] == Approx(0).margin(1e-7));
  CHECK(result.objective_after == Approx(0.5 - 0.4).epsilon(1e-6));
  // Without neutralization: r = (0.3, 0.4, 0) - 0.05 (0.6, 0, 0.8).
  const RepulsionAttraction pushed =
      repel_and_attract(e, first_axes(3), ids(1, 2), {.repulsion = 0.05, .attraction = 1, .neutralization = 0});
  const Eigen::Vector3d r(0.27, 0.4, -0.04);
  CHECK((exact_row(pushed.embeddings, word_id(0)) - r.normalized()).norm() < tolerance);
  CHECK(pushed.objective_after == Approx(0.5 - r.norm()).epsilon(1e-6));
  CHECK(pushed.leaning == Ids{word_id(0)});
}

TEST_CASE("repulsion and attraction: no vector on a fine grid of the sphere has a smaller objective") {
  const Embeddings e = two_sides(40, 3, 21);
  const BiasSubspace subspace = first_axes(3);
  const Options options = GENERATE(Options{.neighbors = 6}, Options{.repulsion = 0.3, .attraction = 1, .neighbors = 20},
                                   Options{.repulsion = 0, .neighbors = 5},
                                   Options{.repulsion = 0.3, .neutralization = 0, .neighbors = 9, .threshold = 0});
  const RepulsionAttraction result = repel_and_attract(e, subspace, {}, options);
  CHECK(result.repelled.size() > 20);
  double worst = 0, nearest = 1;
  constexpr int steps = 60;
  for (const WordId word : ids(0, 12)) {
    const Ids neighbors = biased_neighbors(e, subspace, word, options);
    const double found = objective(e, subspace, word, exact_row(result.embeddings, word), neighbors, options);
    for (int a = 0; a <= steps; ++a)
      for (int b = 0; b < 2 * steps; ++b) {
        const double theta = std::numbers::pi * a / steps, phi = std::numbers::pi * b / steps;
        const Eigen::Vector3d at(std::cos(theta), std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi));
        const double there = objective(e, subspace, word, at, neighbors, options);
        worst = std::max(worst, found - there);
        nearest = std::min(nearest, there - found);
      }
  }
  CHECK(worst < tolerance);
  CHECK(nearest < 1e-3);  // the grid came near
}

TEST_CASE("repulsion and attraction: where the objective is smooth its gradient by differences is zero") {
  const Embeddings e = two_sides(300, 20, 22, 0.15F);
  const BiasSubspace subspace = first_axes(20);
  // Without neutralization, so that there is no kink along the direction.
  const Options options{.repulsion = 0.02, .attraction = 1, .neutralization = 0, .neighbors = 10};
  const RepulsionAttraction result = repel_and_attract(e, subspace, {}, options);
  int smooth = 0;
  for (const WordId word : result.repelled) {
    const Ids neighbors = biased_neighbors(e, subspace, word, options);
    const Eigen::VectorXd at = exact_row(result.embeddings, word);
    double least = 1;
    for (const WordId n : neighbors) least = std::min(least, std::abs(at.dot(exact_row(e, n))));
    if (least < 0.01) continue;
    ++smooth;
    double worst = 0;
    for (Eigen::Index k = 0; k < at.size(); ++k) {
      const Eigen::VectorXd step = 1e-4 * Eigen::VectorXd::Unit(at.size(), k);
      const double up = objective(e, subspace, word, at + step, neighbors, options);
      const double down = objective(e, subspace, word, at - step, neighbors, options);
      worst = std::max(worst, std::abs(up - down) / 2e-4);
    }
    CHECK(worst < 1e-6);
    const Eigen::VectorXd old = exact_row(e, word);
    CHECK((at - old).norm() > 1e-3);
  }
  CHECK(smooth > 100);
}

TEST_CASE("repulsion and attraction: nothing near and nothing far has a smaller objective", "[slow]") {
  const int dimension = GENERATE(4, 8, 50);
  const Options options = GENERATE(Options{}, Options{.repulsion = 0.2499, .threshold = 0},
                                   Options{.repulsion = 0.1, .attraction = 1, .neutralization = 0.3, .neighbors = 3});
  const Embeddings e = two_sides(200, dimension, 23);
  const BiasSubspace subspace = first_axes(dimension);
  const RepulsionAttraction result = repel_and_attract(e, subspace, {}, options);
  CHECK(result.repelled.size() > 50);
  CHECK(result.rounds < 10000);
  CHECK(result.gap < 1.001e-14 * options.attraction);
  Rng rng(24);
  double worst = -1;
  for (const WordId word : ids(0, 60)) {
    const Ids neighbors = biased_neighbors(e, subspace, word, options);
    const Eigen::VectorXd at = exact_row(result.embeddings, word);
    const double found = objective(e, subspace, word, at, neighbors, options);
    std::vector<Eigen::VectorXd> others = {exact_row(e, word), subspace.outside(exact_row(e, word)), -at};
    for (const double reach : {1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0})
      for (int i = 0; i < 20; ++i) others.emplace_back(at + reach * random_vector(rng, dimension));
    for (const Eigen::VectorXd& other : others)
      worst = std::max(worst, found - objective(e, subspace, word, other, neighbors, options));
  }
  CHECK(worst < tolerance);
  CHECK(all_hold(verify_repulsion_attraction(e, result.embeddings, subspace, {}, options)));
}

TEST_CASE("repulsion and attraction: the means of the objective are reported") {
  const Embeddings e = two_sides(90, 6, 25);
  const BiasSubspace subspace = first_axes(6);
  const Options options{.neighbors = 12, .restrict = 70};
  const RepulsionAttraction result = repel_and_attract(e, subspace, ids(0, 5), options);
  double before = 0, after = 0;
  Ids repelled, leaning;
  for (const WordId word : ids(5, 70)) {
    const Ids neighbors = biased_neighbors(e, subspace, word, options);
    before += objective(e, subspace, word, exact_row(e, word), neighbors, options) / 65;
    after += objective(e, subspace, word, exact_row(result.embeddings, word), neighbors, options) / 65;
    if (!neighbors.empty()) repelled.push_back(word);
    if (std::abs(result.embeddings[word][0]) > 1e-6) leaning.push_back(word);
  }
  CHECK(result.objective_before == Approx(before).epsilon(1e-6));
  CHECK(result.objective_after == Approx(after).epsilon(1e-6));
  CHECK(after < before * 0.8);
  CHECK(result.moved == ids(5, 70));
  CHECK(result.repelled == repelled);
  CHECK(result.leaning == leaning);
  CHECK(leaning.size() > 3);
  CHECK(leaning.size() < 62);
  CHECK(result.rounds >= 1);
}

TEST_CASE("repulsion and attraction: only words kept stay, all others get length 1") {
  const Embeddings e = two_sides(120, 10, 26);
  const BiasSubspace subspace = first_axes(10);
  const Ids keep = {word_id(3), word_id(110), word_id(0), word_id(3)};
  const RepulsionAttraction result = repel_and_attract(e, subspace, keep, {.restrict = 100});
  for (const WordId word : keep) CHECK(std::ranges::equal(result.embeddings[word], e[word]));
  double length = 0;
  for (const WordId word : ids(0, 120))
    length = std::max(length, std::abs(exact_row(result.embeddings, word).norm() - 1));
  CHECK(length < tolerance);
  CHECK(result.moved.size() == 98);
  CHECK(result.embeddings.metadata() == e.metadata());
  CHECK(all_hold(verify_repulsion_attraction(e, result.embeddings, subspace, keep, {.restrict = 100})));
}

TEST_CASE("repulsion and attraction: words after the first are neutralized, and are nobody's neighbours") {
  const Embeddings e = two_sides(300, 10, 27);
  const BiasSubspace subspace = first_axes(10);
  const Options options{.restrict = 200};
  const Embeddings result = repel_and_attract(e, subspace, ids(0, 10), options).embeddings;
  const Embeddings plain = neutralize(e, subspace, ids(0, 10)).embeddings;
  CHECK((result.matrix().bottomRows(100) - plain.matrix().bottomRows(100)).norm() < tolerance);
  CHECK((result.matrix().topRows(200) - plain.matrix().topRows(200)).norm() > 0.1);
  const Embeddings first = selected(e, ids(0, 200));
  CHECK((repel_and_attract(first, subspace, ids(0, 10)).embeddings.matrix() - result.matrix().topRows(200)).norm() ==
        0);
  // Rather than these, all words.
  const Options all{.restrict = 0};
  const RepulsionAttraction whole = repel_and_attract(e, subspace, ids(0, 10), all);
  CHECK(whole.moved == ids(10, 300));
  CHECK(same_bits(whole.embeddings, repel_and_attract(e, subspace, ids(0, 10), {.restrict = 300}).embeddings));
  CHECK(all_hold(verify_repulsion_attraction(e, whole.embeddings, subspace, ids(0, 10), all)));
}

TEST_CASE("repulsion and attraction: words kept repel others") {
  const Embeddings e = two_sides(60, 6, 28);
  const BiasSubspace subspace = first_axes(6);
  const Embeddings result = repel_and_attract(e, subspace, ids(0, 59)).embeddings;
  CHECK(biased_neighbors(e, subspace, word_id(59), {}).size() > 5);
  CHECK((exact_row(result, word_id(59)) - exact_row(neutralize(e, subspace).embeddings, word_id(59))).norm() > 0.01);
}

TEST_CASE("repulsion and attraction: vectors that have no length or are not finite stay, and spoil no other") {
  Matrix vectors = two_sides(80, 6, 29).matrix();
  vectors.row(7).setZero();
  vectors.row(60).setZero();
  vectors(8, 2) = std::numeric_limits<float>::quiet_NaN();
  vectors(61, 2) = std::numeric_limits<float>::infinity();
  const Embeddings e(numbered_words(80), vectors);
  const BiasSubspace subspace = first_axes(6);
  const Options options{.restrict = 50};
  const RepulsionAttraction result = repel_and_attract(e, subspace, {}, options);
  CHECK(result.embeddings.matrix().row(7).isZero(0));
  CHECK(result.embeddings.matrix().row(60).isZero(0));
  CHECK(std::isnan(result.embeddings[word_id(8)][2]));
  CHECK(std::isinf(result.embeddings[word_id(61)][2]));
  CHECK(result.moved.size() == 48);
  CHECK(result.vanished.empty());
  CHECK(std::isfinite(result.objective_after));
  for (const WordId word : ids(0, 80))
    if (index(word) != 8 && index(word) != 61) CHECK(exact_row(result.embeddings, word).allFinite());
  CHECK(all_hold(verify_repulsion_attraction(e, result.embeddings, subspace, {}, options)));
}

TEST_CASE("repulsion and attraction: a rare word of nothing but bias becomes zero and is reported") {
  const Embeddings e = embeddings({{"a", {0.6F, 0.8F}}, {"b", {0.8F, 0.6F}}, {"in", {-1, 0}}, {"up", {0, 1}}});
  const RepulsionAttraction result = repel_and_attract(e, first_axes(2), {}, {.restrict = 2});
  CHECK(result.vanished == Ids{word_id(2)});
  CHECK(row_of(result.embeddings, "in") == std::vector<float>{0, 0});
  CHECK(row_of(result.embeddings, "up") == std::vector<float>{0, 1});
  CHECK(all_hold(verify_repulsion_attraction(e, result.embeddings, first_axes(2), {}, {.restrict = 2})));

  // A direction that no float can hold: what is left of such a word is rounding and no meaning.
  const Embeddings skew = normalized(embeddings(
      {{"a", {0.3F, 0.1F, 0.7F}}, {"b", {-0.3F, -0.1F, -0.7F}}, {"in", {0.9F, 0.3F, 2.1F}}, {"w", {0, 1, 0}}}));
  const BiasSubspace subspace = BiasSubspace::from_sets(skew, std::vector<Ids>{ids(0, 2)});
  const RepulsionAttraction other = repel_and_attract(skew, subspace, ids(0, 2), {.restrict = 2});
  CHECK(other.vanished == Ids{word_id(2)});
  CHECK(row_of(other.embeddings, "in") == std::vector<float>{0, 0, 0});
}

TEST_CASE("repulsion and attraction: no words, one word, and equal words") {
  const Embeddings none(numbered_words(0), Matrix(0, 3));
  const RepulsionAttraction nothing = repel_and_attract(none, first_axes(3));
  CHECK(nothing.embeddings.size() == 0);
  CHECK(nothing.objective_before == 0);
  CHECK(all_hold(verify_repulsion_attraction(none, nothing.embeddings, first_axes(3))));
  const Embeddings one = embeddings({{"w", {0.28F, 0.96F, 0}}});
  CHECK(row_of(repel_and_attract(one, first_axes(3)).embeddings, "w")[1] == 1);
  // Of the same vector nothing is owed to the direction, beta being 0: they do not repel each other.
  const Embeddings two = embeddings({{"w", {0.28F, 0.96F, 0}}, {"v", {0.28F, 0.96F, 0}}});
  const RepulsionAttraction same = repel_and_attract(two, first_axes(3));
  CHECK(same.repelled.empty());
  CHECK(row_of(same.embeddings, "w") == row_of(same.embeddings, "v"));
}

TEST_CASE("repulsion and attraction: it does not matter how long the vectors are or how axes are named") {
  const Embeddings e = two_sides(100, 7, 30);
  const Embeddings result = repel_and_attract(e, first_axes(7)).embeddings;
  const Embeddings longer = with_matrix(e, e.matrix() * 8);
  CHECK((repel_and_attract(longer, first_axes(7)).embeddings.matrix() - result.matrix()).norm() < 1e-6);
  // The other sign of the direction, and other axes but for it.
  Matrix turned = e.matrix();
  turned.col(0) *= -1;
  turned.col(2).swap(turned.col(5));
  Matrix expected = result.matrix();
  expected.col(0) *= -1;
  expected.col(2).swap(expected.col(5));
  CHECK((repel_and_attract(with_matrix(e, turned), first_axes(7)).embeddings.matrix() - expected)
            .rowwise()
            .norm()
            .maxCoeff() < 1e-6);
}

TEST_CASE("repulsion and attraction: the weights' common factor does not matter") {
  const Embeddings e = two_sides(100, 7, 31);
  const Embeddings result = repel_and_attract(e, first_axes(7)).embeddings;
  const Embeddings half =
      repel_and_attract(e, first_axes(7), {}, {.repulsion = 0.0625, .attraction = 0.375, .neutralization = 0.0625})
          .embeddings;
  CHECK((half.matrix() - result.matrix()).norm() < 1e-6);
}

TEST_CASE("repulsion and attraction: what is not its result is not verified") {
  const Embeddings e = two_sides(150, 10, 32);
  const BiasSubspace subspace = first_axes(10);
  const Ids keep = ids(0, 6);
  const Options options{.restrict = 120};
  const Embeddings right = repel_and_attract(e, subspace, keep, options).embeddings;
  // In the order of the promises: kept, length, start, neutralized, least, along, after the first.
  const auto failing = [&](const Embeddings& after) {
    std::vector<std::size_t> result;
    const auto conditions = verify_repulsion_attraction(e, after, subspace, keep, options);
    for (std::size_t i = 0; i < conditions.size(); ++i)
      if (!conditions[i].holds()) result.push_back(i);
    return result;
  };
  using Failing = std::vector<std::size_t>;
  CHECK(failing(right).empty());
  CHECK(failing(e) == Failing{3, 4, 5, 6});
  // Words that lie far along the direction pay too much for being neutral.
  CHECK(failing(neutralize(e, subspace, keep).embeddings) == Failing{2, 4});
  // As published: neutralization weighs what attraction does.
  Options published = options;
  published.attraction = 1;
  published.repulsion = 1.0 / 6;
  published.neutralization = 0.3;
  CHECK(failing(repel_and_attract(e, subspace, keep, published).embeddings) == Failing{4});
  Options fewer = options;
  fewer.neighbors = 99;
  CHECK(failing(repel_and_attract(e, subspace, keep, fewer).embeddings) == Failing{4});
  CHECK(failing(repel_and_attract(e, subspace, ids(1, 6), options).embeddings) == Failing{0});
  Matrix spoilt = right.matrix();
  spoilt.row(130) *= 1.00001F;
  CHECK(failing(with_matrix(e, spoilt)) == Failing{1});
  spoilt = right.matrix();
  spoilt.row(50) = -spoilt.row(50).eval();
  CHECK(failing(with_matrix(e, spoilt)) == Failing{2, 3, 4});
  spoilt = right.matrix();
  spoilt(140, 0) = 1e-5F;
  CHECK(failing(with_matrix(e, spoilt)) == Failing{6});
  spoilt = right.matrix();
  spoilt(20, 3) = std::numeric_limits<float>::quiet_NaN();
  CHECK(failing(with_matrix(e, spoilt)) == Failing{1, 2, 3, 4, 5});
  CHECK_THAT(error_of([&] { verify_repulsion_attraction(e, two_sides(4, 10, 1), subspace, keep, options); }),
             ContainsSubstring("as many"));
}

TEST_CASE("repulsion and attraction: results are the same bits for any number of threads") {
  const Embeddings e = two_sides(2500, 12, 33);
  Options options{.neighbors = 30, .restrict = 2200, .threads = 1};
  const RepulsionAttraction one = repel_and_attract(e, first_axes(12), ids(0, 9), options);
  for (const int threads : {2, 5, 0}) {
    options.threads = threads;
    const RepulsionAttraction result = repel_and_attract(e, first_axes(12), ids(0, 9), options);
    CHECK(same_bits(result.embeddings, one.embeddings));
    CHECK(result.objective_after == one.objective_after);
    CHECK(result.repelled == one.repelled);
  }
  // And the right ones, whatever piece of the work a word stood in.
  const Embeddings plain = neutralize(e, first_axes(12)).embeddings;
  CHECK(index(one.repelled.back()) > 2048);
  for (std::size_t i = 0; i < one.repelled.size(); i += 25) {
    const WordId word = one.repelled[i];
    const Ids neighbors = biased_neighbors(e, first_axes(12), word, options);
    const auto value = [&](const Embeddings& in) {
      return objective(e, first_axes(12), word, exact_row(in, word), neighbors, options);
    };
    CHECK(value(one.embeddings) < value(e));
    CHECK(value(one.embeddings) < value(plain));
  }
}

TEST_CASE("repulsion and attraction: progress counts words, and it can be stopped") {
  const Embeddings e = two_sides(1500, 5, 34);
  Progress progress;
  repel_and_attract(e, first_axes(5), ids(0, 20), {.restrict = 1400}, &progress);
  CHECK(progress.done == 1380);
  CHECK(progress.total == 1380);
  progress.cancelled = true;
  CHECK_THROWS_AS(repel_and_attract(e, first_axes(5), {}, {}, &progress), Cancelled);
}

TEST_CASE("repulsion and attraction: errors say what is wrong") {
  const Embeddings e = two_sides(10, 5, 35);
  CHECK(error_of([&] { repel_and_attract(e, first_axes(5, 2)); }) ==
        "repulsion and attraction need one bias direction of 5 numbers, got 2 of 5");
  CHECK(error_of([&] { repel_and_attract(e, first_axes(4)); }) ==
        "repulsion and attraction need one bias direction of 5 numbers, got 1 of 4");
  const auto refused = [](const Options& options) { return option_error_of([&] { validate(options); }); };
  CHECK(refused({}).empty());
  CHECK_THAT(refused({.repulsion = 0.25}), ContainsSubstring("attraction must be more than twice the sum"));
  CHECK_THAT(refused({.attraction = 0.5}), ContainsSubstring("attraction must be more than twice the sum"));
  CHECK(refused({.attraction = 0.501}).empty());
  CHECK_THAT(refused({.repulsion = 0, .attraction = 0, .neutralization = 0}), ContainsSubstring("attraction must be"));
  CHECK_THAT(refused({.repulsion = -0.1}), ContainsSubstring("repulsion must be between 0 and 1"));
  CHECK_THAT(refused({.attraction = 2}), ContainsSubstring("attraction must be between 0 and 1"));
  CHECK_THAT(refused({.neutralization = std::nan("")}), ContainsSubstring("neutralization must be between 0 and 1"));
  CHECK_THAT(refused({.neighbors = 0}), ContainsSubstring("neighbors must be at least 1"));
  CHECK_THAT(refused({.threshold = 1.5}), ContainsSubstring("threshold must be between 0 and 1"));
  CHECK_THAT(refused({.threads = -1}), ContainsSubstring("threads must be between 0"));
  CHECK_THROWS_AS(repel_and_attract(e, first_axes(5), {}, {.neighbors = 0}), OptionError);
}
