#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/biased_analogies.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "subspaces.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <tuple>

using namespace equivec;

namespace {

std::vector<WordId> all_words(const Embeddings& e) {
  std::vector<WordId> words;
  for (std::size_t i = 0; i < e.size(); ++i) words.push_back(word_id(i));
  return words;
}

BiasedAnalogyOptions options_of(int count, double distance, int threads = 1) {
  BiasedAnalogyOptions options;
  options.count = count;
  options.distance = distance;
  options.threads = threads;
  return options;
}

/// "she:he" for every analogy.
std::vector<std::string> names(const Embeddings& e, const std::vector<BiasedAnalogy>& analogies) {
  std::vector<std::string> result;
  for (const BiasedAnalogy& each : analogies)
    result.push_back(std::string(e.vocabulary().word(each.first)) + ":" + std::string(e.vocabulary().word(each.last)));
  return result;
}

using Names = std::vector<std::string>;

/// Sorts all pairs and takes them from the best on.
std::vector<BiasedAnalogy> by_brute_force(const Embeddings& e, const BiasSubspace& subspace,
                                          const std::vector<WordId>& words, int count, double distance) {
  std::vector<Eigen::VectorXd> units;
  for (const WordId word : words) units.push_back(exact_row(e, word).normalized());
  const Eigen::VectorXd direction = subspace.basis().row(0).transpose();
  std::vector<std::tuple<double, WordId, WordId>> pairs;
  for (std::size_t i = 0; i < words.size(); ++i)
    for (std::size_t k = 0; k < words.size(); ++k) {
      const double length = (units[i] - units[k]).norm();
      if (i == k || length > distance) continue;
      const double cosine = (units[i].dot(direction) - units[k].dot(direction)) / length;
      if (cosine >= 0.001) pairs.emplace_back(-cosine, words[i], words[k]);
    }
  std::sort(pairs.begin(), pairs.end());
  std::set<WordId> firsts, lasts;
  std::vector<BiasedAnalogy> result;
  for (const auto& [negative, first, last] : pairs) {
    if (static_cast<int>(result.size()) == count) break;
    if (firsts.contains(first) || lasts.contains(last)) continue;
    firsts.insert(first);
    lasts.insert(last);
    result.push_back({first, last, -negative});
  }
  return result;
}

/// The index of the first difference of two lists, -1 if there is none: one check instead of thousands.
int difference(const std::vector<BiasedAnalogy>& found, const std::vector<BiasedAnalogy>& expected) {
  const auto same = [](const BiasedAnalogy& a, const BiasedAnalogy& b) {
    return a.first == b.first && a.last == b.last && std::abs(a.cosine - b.cosine) < 1e-10;
  };
  const auto [here, there] = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end(), same);
  return here == found.end() && there == expected.end() ? -1 : static_cast<int>(here - found.begin());
}

/// Random words in a cluster of width `spread`.
Embeddings crowded(std::size_t words, int dimension, float spread, std::uint64_t seed) {
  Matrix rows = random_matrix(words, dimension, seed) * spread;
  rows.rightCols(1).array() += 1;
  return Embeddings(numbered_words(words), rows);
}

constexpr double exact = 1e-12;

}  // namespace

TEST_CASE("biased analogies: hand-worked values") {
  // Of length 1: (0.8, 0.6) and (0.6, 0.8), whose difference (0.2, -0.2) has the cosine 1 / sqrt(2) with the first
  // axis; (0, 1), which is (0.8, -0.4) from the one and (0.6, -0.2) from the other.
  const Embeddings e = embeddings({{"she", {4, 3}}, {"they", {6, 8}}, {"he", {0, 5}}});
  const auto found = biased_analogies(e, first_axis(2), all_words(e));
  CHECK(names(e, found) == Names{"they:he", "she:they"});
  REQUIRE(found.size() == 2);
  CHECK(found[0].cosine == Approx(0.6 / std::sqrt(0.4)).epsilon(exact));
  CHECK(found[1].cosine == Approx(std::sqrt(0.5)).epsilon(exact));
}

TEST_CASE("biased analogies: first has the larger projection") {
  const Embeddings e = embeddings({{"a", {0, 5}}, {"b", {4, 3}}});
  CHECK(names(e, biased_analogies(e, first_axis(2), all_words(e))) == Names{"b:a"});
  CHECK(names(e, biased_analogies(e, along({-1, 0}), all_words(e))) == Names{"a:b"});
  CHECK(biased_analogies(e, along({-1, 0}), all_words(e))[0].cosine ==
        biased_analogies(e, first_axis(2), all_words(e))[0].cosine);
}

TEST_CASE("biased analogies: a pair may be as far apart as the distance and no farther") {
  const Embeddings e = embeddings({{"a", {1, 0}}, {"b", {-3, 0}}, {"c", {0, 7}}});
  const auto with = [&](double distance) {
    return names(e, biased_analogies(e, first_axis(2), all_words(e), options_of(9, distance)));
  };
  CHECK(with(2) == Names{"a:b"});  // a has been first and b last
  CHECK(with(1.999) == Names{"a:c", "c:b"});
  CHECK(with(std::sqrt(2.0)) == Names{"a:c", "c:b"});
  CHECK(with(1.4142) == Names{});
}

TEST_CASE("biased analogies: a pair just as far apart as the distance is found despite rounding to float") {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Embeddings e = random_embeddings(2, 2 + static_cast<int>(seed % 40), seed);
    const double length = (exact_row(e, word_id(0)).normalized() - exact_row(e, word_id(1)).normalized()).norm();
    if (!biased_analogies(e, first_axis(e.dimension()), all_words(e), options_of(1, length)).empty()) ++found;
    CHECK(biased_analogies(e, first_axis(e.dimension()), all_words(e), options_of(1, length * (1 - 1e-9))).empty());
  }
  CHECK(found == 300);
}

TEST_CASE("biased analogies: a word is at most once on each side") {
  // On a circle, from the side of "she" to that of "he".
  const Embeddings e = embeddings({{"a", {4, 3}}, {"b", {3, 4}}, {"c", {0, 1}}, {"d", {-3, 4}}, {"e", {-4, 3}}});
  const auto found = biased_analogies(e, first_axis(2), all_words(e), options_of(100, 2));
  std::set<WordId> firsts, lasts;
  for (const BiasedAnalogy& each : found) {
    CHECK(firsts.insert(each.first).second);
    CHECK(lasts.insert(each.last).second);
  }
  // a:e and b:d are along the axis. The remaining first words c, d and e are on the "he" side of a, b and c.
  CHECK(names(e, found) == Names{"a:e", "b:d"});
  // |a - e| = 1.6 is too far now. a:c and c:e both have the cosine 0.8 / sqrt(0.8).
  CHECK(names(e, biased_analogies(e, first_axis(2), all_words(e), options_of(100, 1.25))) ==
        Names{"b:d", "a:c", "c:e"});
}

TEST_CASE("biased analogies: a shorter list is the beginning of a longer one") {
  const Embeddings e = random_embeddings(200, 5, 12);
  const auto all = biased_analogies(e, first_axis(5), all_words(e), options_of(10000, 1));
  REQUIRE(all.size() > 50);
  CHECK(all.size() < 200);
  for (const int count : {1, 2, 7, 50}) {
    const auto some = biased_analogies(e, first_axis(5), all_words(e), options_of(count, 1));
    CHECK(some == std::vector<BiasedAnalogy>(all.begin(), all.begin() + count));
  }
}

TEST_CASE("biased analogies: all pairs, sorted, give the same", "[slow]") {
  struct Case {
    std::size_t words;
    int dimension;
    int count;
    double distance;
  };
  // Numbers of words and of rows on both sides of the sizes of blocks and tiles. The last case has more pairs than are
  // kept, and its list continues after those.
  for (const Case& c : {Case{20, 1, 5, 2}, Case{3, 2, 5, 2}, Case{60, 2, 100, 1}, Case{127, 3, 150, 0.5},
                        Case{129, 4, 150, 1}, Case{500, 10, 10000, 1}, Case{767, 7, 150, 1.2}, Case{770, 50, 300, 1.3},
                        Case{1000, 20, 10, 1}, Case{1000, 8, 10000, 2}, Case{1100, 3, 1000, 2}}) {
    CAPTURE(c.words, c.dimension, c.count, c.distance);
    const Embeddings e = random_embeddings(c.words, c.dimension, c.words);
    const BiasSubspace subspace = along(row_of(random_embeddings(1, c.dimension, 5), "w0"));
    const auto expected = by_brute_force(e, subspace, all_words(e), c.count, c.distance);
    CHECK_FALSE(expected.empty());
    for (const int threads : {0, 1, 2, 5}) {
      const auto found = biased_analogies(e, subspace, all_words(e), options_of(c.count, c.distance, threads));
      CHECK(difference(found, expected) == -1);
    }
  }
}

TEST_CASE("biased analogies: crowded words are compared as in double arithmetic") {
  for (const float spread : {0.3F, 0.1F, 0.03F, 0.01F, 0.003F, 0.001F, 0.0001F}) {
    CAPTURE(spread);
    const Embeddings e = crowded(300, 10, spread, 13);
    const auto expected = by_brute_force(e, first_axis(10), all_words(e), 10000, 1);
    CHECK(expected.size() > 100);
    CHECK(difference(biased_analogies(e, first_axis(10), all_words(e), options_of(10000, 1)), expected) == -1);
  }
}

TEST_CASE("biased analogies: cosines down to 0.001 count, despite rounding to float") {
  const auto found = [](float slope) {
    const Embeddings e = embeddings({{"a", {slope, 1, 0}}, {"b", {0, 0, 1}}});
    return biased_analogies(e, first_axis(3), all_words(e), options_of(1, 2)).size();
  };
  CHECK(found(0.00142F) == 1);  // over sqrt(2)
  CHECK(found(0.00141F) == 0);
  CHECK(found(0) == 0);

  // Words that both have a projection of about 0.7, so that floats keep little of the difference.
  int tried = 0, met = 0;
  for (std::uint64_t seed = 0; tried < 300; ++seed) {
    const Embeddings e = crowded(2, 6, 0.2F, seed);
    const Eigen::VectorXd x = exact_row(e, word_id(0)).normalized(), y = exact_row(e, word_id(1)).normalized();
    const Eigen::VectorXd difference = (x - y).normalized(), middle = (x + y).normalized();
    const Eigen::VectorXf direction = (middle + 0.00100005 * difference).cast<float>();
    const BiasSubspace subspace = along({direction.begin(), direction.end()});
    if (difference.dot(subspace.basis().row(0)) < 0.001) continue;
    ++tried;
    if (biased_analogies(e, subspace, all_words(e), options_of(1, 2)).size() == 1) ++met;
  }
  CHECK(met == 300);
}

TEST_CASE("biased analogies: if a few words are in all the best pairs the list continues after them", "[slow]") {
  // 80 words far on one side and 1,000 near the middle: more pairs than a pass keeps, each with one of the 80.
  const auto make = [](bool mirrored) {
    Matrix rows = random_matrix(1080, 4, 14);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
      rows(i, 0) *= 0.05F;
      if (i % 13 == 5 && i / 13 < 80) rows(i, 0) += mirrored ? -2.0F : 2.0F;
    }
    return Embeddings(numbered_words(1080), rows);
  };
  for (const bool mirrored : {false, true}) {
    const Embeddings e = make(mirrored);
    const auto expected = by_brute_force(e, first_axis(4), all_words(e), 900, 2);
    REQUIRE(expected.size() > 500);
    for (const int threads : {1, 2, 5})
      CHECK(difference(biased_analogies(e, first_axis(4), all_words(e), options_of(900, 2, threads)), expected) == -1);
  }
}

TEST_CASE("biased analogies: ties are ordered by WordId of first, then of last") {
  const Rows rows = {{"b1", {3, 4}}, {"a1", {4, 3}}, {"b2", {3, 4}}, {"a2", {4, 3}}, {"b3", {3, 4}}};
  const Embeddings e = embeddings(rows);
  for (const int threads : {1, 2, 5})
    CHECK(names(e, biased_analogies(e, first_axis(2), all_words(e), options_of(9, 1, threads))) ==
          Names{"a1:b1", "a2:b2"});
  CHECK(names(e, biased_analogies(e, along({-1, 0}), all_words(e), options_of(9, 1))) == Names{"b1:a1", "b2:a2"});
}

TEST_CASE("biased analogies: of more ties than a pass keeps the first by WordId are taken") {
  // 400 words at each of two points: 160,000 pairs with the same bits.
  Matrix rows(800, 2);
  for (Eigen::Index i = 0; i < 800; ++i) rows.row(i) << (i % 2 == 0 ? 3.0F : 4.0F), (i % 2 == 0 ? 4.0F : 3.0F);
  const Embeddings e(numbered_words(800), rows);
  std::vector<BiasedAnalogy> expected;
  for (std::size_t i = 0; i < 800; i += 2) expected.push_back({word_id(i + 1), word_id(i), std::sqrt(0.5)});
  std::vector<WordId> words = all_words(e);
  for (const int threads : {1, 2, 5}) {
    CHECK(difference(biased_analogies(e, first_axis(2), words, options_of(400, 1, threads)), expected) == -1);
    std::ranges::reverse(words);
  }
}

TEST_CASE("biased analogies: only the words given count, each once, in any order") {
  const Embeddings e = random_embeddings(300, 6, 15);
  std::vector<WordId> words;
  for (std::size_t i = 0; i < 300; i += 3) words.push_back(word_id(i));
  const auto expected = by_brute_force(e, first_axis(6), words, 150, 1);
  REQUIRE(expected.size() > 20);
  const auto found = biased_analogies(e, first_axis(6), words);
  CHECK(difference(found, expected) == -1);
  std::vector<WordId> twice(words.rbegin(), words.rend());
  twice.insert(twice.end(), words.begin(), words.end());
  CHECK(biased_analogies(e, first_axis(6), twice) == found);
}

TEST_CASE("biased analogies: lengths of vectors do not matter") {
  const Embeddings e = random_embeddings(100, 6, 16);
  Matrix rows = e.matrix();
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= std::exp2(static_cast<float>(i % 21 - 10));
  const Embeddings other(e.vocabulary(), rows);
  CHECK(biased_analogies(other, first_axis(6), all_words(e)) == biased_analogies(e, first_axis(6), all_words(e)));
}

TEST_CASE("biased analogies: the other direction exchanges first and last") {
  const Embeddings e = random_embeddings(150, 6, 17);
  auto found = biased_analogies(e, along({1, 2, 0, 0, 0, -1}), all_words(e));
  REQUIRE(found.size() > 20);
  for (BiasedAnalogy& each : found) std::swap(each.first, each.last);
  CHECK(difference(biased_analogies(e, along({-1, -2, 0, 0, 0, 1}), all_words(e)), found) == -1);
}

TEST_CASE("biased analogies: words without a direction and pairs without a difference are in none") {
  constexpr float infinite = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const Embeddings e = embeddings({{"zero", {0, 0}},
                                   {"a", {4, 3}},
                                   {"same", {4, 3}},
                                   {"longer", {4 * 1.1F, 3 * 1.1F}},
                                   {"infinite", {infinite, 0}},
                                   {"nan", {nan, 0}}});
  CHECK(biased_analogies(e, first_axis(2), all_words(e), options_of(9, 2)).empty());
  const Embeddings f = embeddings({{"zero", {0, 0}}, {"a", {4, 3}}, {"nan", {nan, 0}}, {"b", {3, 4}}});
  CHECK(names(f, biased_analogies(f, first_axis(2), all_words(f), options_of(9, 2))) == Names{"a:b"});
}

TEST_CASE("biased analogies: fewer than two words give none") {
  const Embeddings e = embeddings({{"a", {4, 3}}, {"b", {3, 4}}});
  CHECK(biased_analogies(e, first_axis(2), {}).empty());
  CHECK(biased_analogies(e, first_axis(2), std::vector{word_id(0)}).empty());
  CHECK(biased_analogies(e, first_axis(2), std::vector{word_id(0), word_id(0)}).empty());
  CHECK(biased_analogies(e, first_axis(2), all_words(e)).size() == 1);
}

TEST_CASE("biased analogies: options out of range and subspaces that do not fit are errors") {
  const Embeddings e = random_embeddings(5, 3, 18);
  const auto with = [&](int count, double distance, int threads) {
    return biased_analogies(e, first_axis(3), all_words(e), options_of(count, distance, threads));
  };
  CHECK_NOTHROW(with(1, 1e-6, 0));
  CHECK_NOTHROW(with(10000, 2, 4096));
  CHECK_THROWS_AS(with(0, 1, 0), OptionError);
  CHECK_THROWS_AS(with(10001, 1, 0), OptionError);
  CHECK_THROWS_AS(with(1, 0, 0), OptionError);
  CHECK_THROWS_AS(with(1, 2.01, 0), OptionError);
  CHECK_THROWS_AS(with(1, std::numeric_limits<double>::quiet_NaN(), 0), OptionError);
  CHECK_THROWS_AS(with(1, 1, -1), OptionError);
  CHECK_THROWS_AS(with(1, 1, 4097), OptionError);
  CHECK_THROWS_WITH(biased_analogies(e, two_axes(), all_words(e)),
                    "generated analogies need a bias subspace of rank 1, got rank 2");
  CHECK_THROWS_WITH(biased_analogies(e, first_axis(4), all_words(e)),
                    "the bias direction has 4 numbers, the vectors have 3; learn it from the same vectors");
}
