#include "equivec/spaces/alignment.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/subwords.hpp"

#include "catch.hpp"
#include "debias/post_conditions.hpp"
#include "planted_rotation.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace equivec;

namespace {

std::vector<TranslationPair> all_pairs(const Embeddings& source, const Embeddings& target) {
  return shared_words(source, target, 0);
}

/// Those of which some words have changed their meaning: the first `moved` got the vectors of each other.
Embeddings with_moved_words(const Embeddings& embeddings, std::size_t moved) {
  Matrix rows = embeddings.matrix();
  for (std::size_t i = 0; i < moved; ++i)
    rows.row(static_cast<Eigen::Index>(i)) = embeddings.matrix().row(static_cast<Eigen::Index>((i + 7) % moved));
  return embeddings.with_vectors(std::move(rows));
}

Embeddings with_counts(const Embeddings& embeddings, const std::vector<std::uint64_t>& counts) {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < embeddings.size(); ++i)
    entries.push_back({std::string(embeddings.vocabulary().word(word_id(i))), counts[i]});
  return Embeddings(Vocabulary(entries), embeddings.matrix());
}

}  // namespace

TEST_CASE("alignment: a planted rotation is recovered to rounding") {
  const int dimension = GENERATE(1, 2, 20, 61);
  const Embeddings source = random_embeddings(700, dimension, 1);
  const Eigen::MatrixXd rotation = random_rotation(dimension, 2);
  const Embeddings target = turned(source, rotation);
  const Aligned aligned = align(source, target, all_pairs(source, target));
  CHECK((aligned.map - rotation).norm() < 1e-6);
  CHECK((aligned.embeddings.matrix() - target.matrix()).cwiseAbs().maxCoeff() < 1e-6F);
  CHECK(aligned.cosine_after == Approx(1));
  CHECK(aligned.pairs.size() == 700);
  CHECK(aligned.given == 700);
  CHECK(all_hold(aligned.conditions));
}

TEST_CASE("alignment: with noise the map is off by what the theory says") {
  constexpr int dimension = 20, words = 4000;
  constexpr double noise = 0.02;
  const Embeddings source = random_embeddings(words, dimension, 3);
  const Eigen::MatrixXd rotation = random_rotation(dimension, 4);
  const Embeddings target = turned(source, rotation, noise);
  const Aligned aligned = align(source, target, all_pairs(source, target));
  // To the first order only the skew part of the noise, 190 numbers, turns the map.
  const double expected = noise * noise * dimension * dimension * (dimension - 1) / (2.0 * words);
  const double found = (aligned.map - rotation).squaredNorm();
  CHECK(found > 0.6 * expected);
  CHECK(found < 1.5 * expected);
}

TEST_CASE("alignment: the map is that of pairs scaled to length 1, whatever their lengths") {
  const Embeddings source = random_embeddings(300, 8, 5), target = random_embeddings(300, 8, 6);
  const std::vector<TranslationPair> pairs = all_pairs(source, target);
  Matrix longer = source.matrix();
  for (Eigen::Index i = 0; i < longer.rows(); ++i) longer.row(i) *= static_cast<float>(1 << (i % 5));
  const Aligned one = align(source, target, pairs), other = align(source.with_vectors(longer), target, pairs);
  CHECK((one.map - other.map).norm() < 1e-6);
}

TEST_CASE("alignment: a weight of two counts as the pair twice") {
  const Embeddings plain = random_embeddings(60, 5, 7), target = random_embeddings(60, 5, 8);
  std::vector<std::uint64_t> counts(60, 1);
  std::fill_n(counts.begin(), 20, 4);
  const Embeddings source = with_counts(plain, counts);
  std::vector<TranslationPair> pairs = all_pairs(source, target);
  const Aligned weighted = align(source, target, pairs, {.weights = PairWeights::sqrt});
  for (std::size_t i = 0; i < 20; ++i) pairs.push_back({word_id(i), word_id(i)});
  const Aligned twice = align(source, target, pairs);
  CHECK((weighted.map - twice.map).norm() < 1e-12);
  CHECK((align(source, target, all_pairs(source, target)).map - twice.map).norm() > 1e-3);
  CHECK(error_of([&] { align(plain, target, pairs, {.weights = PairWeights::log}); }).find("counts") !=
        std::string::npos);
}

TEST_CASE("alignment: centred pairs are fitted without their means, and no word is moved by these") {
  const Eigen::MatrixXd rotation = random_rotation(6, 10);
  Matrix rows = random_matrix(400, 6, 11);
  rows.rowwise().normalize();
  const Embeddings source(numbered_words(400), rows);
  const Embeddings target = turned(source, rotation);
  const auto pairs = all_pairs(source, target);
  const Aligned aligned = align(source, target, pairs, {.center = true});
  CHECK((aligned.map - rotation).norm() < 1e-6);
  CHECK(all_hold(aligned.conditions));
  const Embeddings other = random_embeddings(400, 6, 12);
  CHECK((align(source, other, pairs, {.center = true}).map - align(source, other, pairs).map).norm() > 1e-4);
}

TEST_CASE("alignment: refinement leaves out words that have changed their meaning") {
  const Embeddings source = random_embeddings(500, 15, 13);
  const Eigen::MatrixXd rotation = random_rotation(15, 14);
  const Embeddings target = with_moved_words(turned(source, rotation, 0.01), 100);
  const auto pairs = all_pairs(source, target);
  const RetrievalMetric metric = GENERATE(RetrievalMetric::csls, RetrievalMetric::cosine);
  const Aligned once = align(source, target, pairs),
                refined = align(source, target, pairs, {.refine = 5, .metric = metric});
  CHECK(refined.rounds >= 1);
  CHECK(refined.rounds < 5);  // since nothing changes any more
  CHECK(refined.pairs.size() == 400);
  CHECK(refined.pairs.front().source == word_id(100));
  CHECK((refined.map - rotation).norm() < 0.5 * (once.map - rotation).norm());
  CHECK(refined.cosine_after > 0.99);
  CHECK(all_hold(refined.conditions));
}

TEST_CASE("alignment: refinement that makes the map no better is left out, and says so") {
  // Spaces that have nothing in common: a few pairs are each other's nearest by chance alone.
  const Embeddings source = random_embeddings(400, 30, 15), target = random_embeddings(400, 30, 16);
  std::vector<std::string> notices;
  const Reporting reporting{.on_notice = [&](const std::string& text) { notices.push_back(text); }};
  const Aligned once = align(source, target, all_pairs(source, target)),
                refined = align(source, target, all_pairs(source, target), {.refine = 3}, reporting);
  CHECK(refined.rounds == 0);
  CHECK(refined.pairs.size() == 400);
  CHECK(same_bits(refined.embeddings, once.embeddings));
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].starts_with("refinement left out round 1: "));
  CHECK(notices[0].ends_with(" of 400 pairs are each other's nearest before it, too few"));
}

TEST_CASE("alignment: too few pairs are aligned with a remark") {
  const Embeddings source = random_embeddings(40, 30, 15), target = random_embeddings(40, 30, 16);
  std::vector<std::string> notices;
  const Reporting reporting{.on_notice = [&](const std::string& text) { notices.push_back(text); }};
  const Aligned few = align(source, target, std::vector<TranslationPair>{{word_id(1), word_id(2)}}, {}, reporting);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0].starts_with("there is 1 pair for 30 dimensions"));
  CHECK(few.cosine_after == Approx(1));
}

TEST_CASE("alignment: self-learning finds the pairs that a small dictionary lacks") {
  const Embeddings source = random_embeddings(1000, 20, 17);
  const Eigen::MatrixXd rotation = random_rotation(20, 18);
  const Embeddings target = turned(source, rotation, 0.02);
  std::vector<TranslationPair> seed;
  for (std::size_t i = 0; i < 20; ++i) seed.push_back({word_id(i), word_id(i)});
  const Aligned learned = align(source, target, seed, {.self_learning = 20});
  CHECK(learned.rounds > 1);
  CHECK(learned.pairs.size() >= 1000);
  CHECK((learned.map - rotation).norm() < 0.05);
  CHECK((align(source, target, seed).map - rotation).norm() > 2 * (learned.map - rotation).norm());
  CHECK(std::ranges::count_if(learned.pairs, [](const TranslationPair& pair) { return pair.source == pair.target; }) ==
        1000);
  const Aligned first = align(source, target, seed, {.self_learning = 20, .cutoff = 300});
  CHECK(std::ranges::all_of(first.pairs, [](const TranslationPair& pair) { return index(pair.source) < 300; }));
}

TEST_CASE("alignment: n-grams go along") {
  const Embeddings words = random_embeddings(100, 4, 19);
  const std::vector<std::string> ngrams = {"<a", "b>"};
  const Embeddings source = words.with_subwords(Subwords(2, 2, ngrams, random_matrix(2, 4, 20)));
  const Eigen::MatrixXd rotation = random_rotation(4, 21);
  const Embeddings target = turned(words, rotation);
  const Aligned aligned = align(source, target, all_pairs(source, target));
  REQUIRE(aligned.embeddings.subwords());
  const Matrix expected = source.subwords()->matrix() * rotation.cast<float>();
  CHECK((aligned.embeddings.subwords()->matrix() - expected).cwiseAbs().maxCoeff() < 1e-5F);
}

TEST_CASE("alignment: the same for any number of threads") {
  const Embeddings source = random_embeddings(3000, 10, 22), target = random_embeddings(3000, 10, 23);
  const auto pairs = all_pairs(source, target);
  const Aligned one = align(source, target, pairs, {.refine = 2, .threads = 1}),
                four = align(source, target, pairs, {.refine = 2, .threads = 4});
  CHECK(one.pairs == four.pairs);
  CHECK(same_bits(one.embeddings, four.embeddings));
}

TEST_CASE("alignment: the metadata say how it was made") {
  const Embeddings source = random_embeddings(50, 3, 24).with_metadata({{"made", "here"}});
  const auto pairs = all_pairs(source, source);
  const Aligned aligned = align(source, source, pairs, {.center = true, .target_name = "t.vec", .pairs_name = "d.txt"});
  CHECK(aligned.embeddings.metadata().at("made") == "here");
  const std::string& said = aligned.embeddings.metadata().at("aligned");
  CHECK(said.find(" align to t.vec, pairs 50 of 50 of d.txt, center") != std::string::npos);
  const std::string again = align(aligned.embeddings, source, pairs).embeddings.metadata().at("aligned");
  CHECK(again.starts_with(said + "; equivec "));
}

TEST_CASE("alignment: the proofs fail on planted faults") {
  const Embeddings source = random_embeddings(600, 7, 25), target = random_embeddings(600, 7, 26);
  const auto pairs = all_pairs(source, target);
  const Aligned aligned = align(source, target, pairs);
  CHECK(all_hold(verify_rotation(source, aligned.embeddings, aligned.map)));
  CHECK(all_hold(verify_least(source, target, pairs, aligned.map)));

  Matrix rows = aligned.embeddings.matrix();
  rows(599, 3) *= 1.00001F;
  const auto moved = verify_rotation(source, source.with_vectors(rows), aligned.map);
  CHECK_FALSE(holds(moved, "where the map puts it"));
  rows = aligned.embeddings.matrix();
  rows.row(17) *= 1.000001F;
  CHECK_FALSE(holds(verify_rotation(source, source.with_vectors(rows), aligned.map), "another length"));
  rows = aligned.embeddings.matrix();
  rows.row(17).swap(rows.row(300));
  CHECK_FALSE(holds(verify_rotation(source, source.with_vectors(rows), aligned.map), "same inner product"));
  rows(17, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(holds(verify_rotation(source, source.with_vectors(rows), aligned.map), "another length"));

  Eigen::MatrixXd skewed = aligned.map;
  skewed(0, 0) += 1e-9;
  CHECK_FALSE(holds(verify_rotation(source, aligned.embeddings, skewed), "orthogonal"));
  const Eigen::MatrixXd elsewhere = aligned.map * random_rotation(7, 27);
  CHECK_FALSE(holds(verify_least(source, target, pairs, elsewhere), "no other orthogonal map"));
  CHECK_FALSE(holds(verify_least(source, target, pairs, -aligned.map), "no other orthogonal map"));
}

TEST_CASE("alignment: rows without a direction stay, and are no pairs") {
  Matrix rows = random_matrix(30, 3, 28);
  rows.row(4).setZero();
  const Embeddings source(numbered_words(30), rows), target = random_embeddings(30, 3, 29);
  const Aligned aligned = align(source, target, all_pairs(source, target));
  CHECK(aligned.given == 29);
  CHECK(exact_row(aligned.embeddings, word_id(4)).isZero(0));
}

TEST_CASE("alignment: what cannot be aligned is told in one line") {
  const Embeddings source = random_embeddings(30, 3, 30), longer = random_embeddings(30, 4, 31);
  CHECK(error_of([&] { align(source, longer, all_pairs(source, longer)); }) ==
        "the source has vectors of dimension 3, the target of 4; bring both to one dimension first");
  CHECK(error_of([&] { align(source, source, {}); }) ==
        "there is no pair of a word of the source and a word of the target to align by");
  Matrix rows = source.matrix();
  rows(3, 1) = std::numeric_limits<float>::infinity();
  const Embeddings infinite(numbered_words(30), rows);
  CHECK(error_of([&] { align(infinite, source, all_pairs(source, source)); }).find("w3") != std::string::npos);
  CHECK(error_of([&] { align(source, infinite, all_pairs(source, source)); }).find("w3") != std::string::npos);
  const Embeddings zeros(numbered_words(30), Matrix::Zero(30, 3));
  CHECK(error_of([&] { align(source, zeros, all_pairs(source, zeros)); }) ==
        "no pair has two vectors of any length to align by");
  CHECK(option_error_of([&] { align(source, source, {}, {.refine = -1}); }) ==
        "refine must be between 0 and 1000, got -1");
  CHECK(option_error_of([&] { align(source, source, {}, {.neighbors = 0}); }) ==
        "neighbors must be between 1 and 1000, got 0");
}
