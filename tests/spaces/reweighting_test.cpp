#include "src/spaces/reweighting.hpp"

#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/induction.hpp"
#include "equivec/vectors/subwords.hpp"

#include "catch.hpp"
#include "debias/post_conditions.hpp"
#include "linear_algebra.hpp"
#include "planted_rotation.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

const AlignOptions reweighting = {.method = AlignMethod::reweighted};

std::vector<TranslationPair> first_pairs(std::size_t count) {
  std::vector<TranslationPair> pairs;
  for (std::size_t i = 0; i < count; ++i) pairs.push_back({word_id(i), word_id(i)});
  return pairs;
}

/// Two views of the same words. Each has noise of its own, in the second half of its numbers nothing else.
struct TwoViews {
  Embeddings source, target;
};

TwoViews two_views(std::size_t words, int dimension, std::uint64_t seed) {
  const int shared = dimension / 2;
  const Matrix common = random_matrix(words, dimension, seed);
  const auto view = [&](std::uint64_t own) {
    Matrix rows = 0.7F * random_matrix(words, dimension, own);
    rows.leftCols(shared) *= 0.3F;
    rows.leftCols(shared) += common.leftCols(shared);
    rows.rowwise() += common.row(0);
    return turned(Embeddings(numbered_words(words), rows), random_rotation(dimension, own + 1));
  };
  return {view(seed + 10), view(seed + 20)};
}

Eigen::MatrixXd units(Eigen::MatrixXd rows) {
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) /= rows.row(i).norm();
  return rows;
}

Eigen::MatrixXd prepared(const Embeddings& embeddings) {
  const Eigen::MatrixXd rows = units(embeddings.matrix().cast<double>());
  return units(rows.rowwise() - rows.colwise().mean());
}

/// A power of a symmetric positive definite matrix.
Eigen::MatrixXd power(const Eigen::MatrixXd& matrix, double exponent) {
  const EigenDecomposition found = eigen_decomposition(matrix);
  return found.vectors * found.values.array().pow(exponent).matrix().asDiagonal() * found.vectors.transpose();
}

struct Expected {
  Eigen::MatrixXd source, target;
};

/// The formula without singular vectors: with C = P S Q', P S^1/2 P' is (C C')^1/4 and P Q' is (C C')^-1/2 C.
Expected plain(const Embeddings& source, const Embeddings& target, Eigen::Index pairs) {
  const Eigen::MatrixXd x = prepared(source), z = prepared(target), px = x.topRows(pairs), pz = z.topRows(pairs);
  const Eigen::MatrixXd a = power(px.transpose() * px, -0.5), b = power(pz.transpose() * pz, -0.5);
  const Eigen::MatrixXd c = a * px.transpose() * pz * b;
  return {x * a * power(c * c.transpose(), 0.25) * inverse(a) * power(c * c.transpose(), -0.5) * c,
          z * b * power(c.transpose() * c, 0.25) * inverse(b)};
}

struct Made {
  TwoViews views;
  std::vector<TranslationPair> pairs;
  Reweighting found;
  Embeddings source, target;

  std::vector<PostCondition> verified() const {
    return verify_reweighting({views.source, views.target, source, target}, pairs, found, 1);
  }
};

Made made() {
  const TwoViews views = two_views(600, 6, 3);
  const std::vector<TranslationPair> pairs = first_pairs(150);
  const Reweighting found = fit_reweighting(views.source, views.target, pairs, 1);
  return {views, pairs, found, reweighted(views.source, found.source.mean, found.source_map(), 1),
          reweighted(views.target, found.target.mean, found.target_map(), 1)};
}

}  // namespace

TEST_CASE("reweighting: both spaces are where the formula puts them") {
  const int dimension = GENERATE(2, 7, 24);
  const TwoViews views = two_views(900, dimension, 1);
  const Aligned aligned = align(views.source, views.target, first_pairs(300), reweighting);
  REQUIRE(aligned.target);
  const Expected expected = plain(views.source, views.target, 300);
  CHECK((aligned.embeddings.matrix().cast<double>() - expected.source).cwiseAbs().maxCoeff() < 1e-6);
  CHECK((aligned.target->matrix().cast<double>() - expected.target).cwiseAbs().maxCoeff() < 1e-6);
  CHECK((prepared(views.source) * aligned.map - expected.source).cwiseAbs().maxCoeff() < 1e-9);
  CHECK(aligned.pairs.size() == 300);
  CHECK(aligned.given == 300);
  const Eigen::MatrixXd cosines = units(expected.source) * units(expected.target).transpose();
  CHECK(aligned.cosine_after == Approx(cosines.diagonal().head(300).mean()));
  CHECK(aligned.conditions.size() == 7);
  CHECK(all_hold(aligned.conditions));
}

TEST_CASE("reweighting: what the spaces share counts, and what one has alone does not") {
  const TwoViews views = two_views(2000, 30, 5);
  const auto pairs = first_pairs(1000);
  Dictionary asked{"d", {}};
  for (std::size_t i = 1000; i < 2000; ++i)
    asked.entries.emplace_back("w" + std::to_string(i), "w" + std::to_string(i));
  const InductionOptions cosines{.metric = RetrievalMetric::cosine};
  const Aligned turned_only = align(views.source, views.target, pairs),
                weighed = align(views.source, views.target, pairs, reweighting);
  CHECK_FALSE(turned_only.target);
  CHECK(induce(weighed.embeddings, *weighed.target, asked, cosines)[0].at_1.correct >
        100 + induce(turned_only.embeddings, views.target, asked, cosines)[0].at_1.correct);
}

TEST_CASE("reweighting: how the source lies and how long rows are changes nothing") {
  const TwoViews views = two_views(500, 8, 7);
  const auto pairs = first_pairs(200);
  Matrix longer = turned(views.source, random_rotation(8, 9)).matrix();
  for (Eigen::Index i = 0; i < longer.rows(); ++i) longer.row(i) *= static_cast<float>(std::pow(10.0, i % 9 - 4));
  const Aligned one = align(views.source, views.target, pairs, reweighting),
                other = align(views.source.with_vectors(longer), views.target, pairs, reweighting);
  CHECK((one.embeddings.matrix() - other.embeddings.matrix()).cwiseAbs().maxCoeff() < 1e-5F);
  CHECK((one.target->matrix() - other.target->matrix()).cwiseAbs().maxCoeff() < 1e-5F);
  CHECK(all_hold(other.conditions));
}

TEST_CASE("reweighting: pairs are found before it") {
  const TwoViews views = two_views(1000, 16, 11);
  const Aligned learned =
      align(views.source, views.target, first_pairs(10),
            {.method = AlignMethod::reweighted, .self_learning = 5, .metric = RetrievalMetric::cosine});
  CHECK(learned.rounds > 0);
  CHECK(learned.given == 10);
  CHECK(learned.pairs.size() > 500);
  CHECK(all_hold(learned.conditions));
}

TEST_CASE("reweighting: the same for any number of threads") {
  const TwoViews views = two_views(3000, 10, 13);
  AlignOptions one_thread = reweighting, two_threads = reweighting;
  one_thread.threads = 1;
  two_threads.threads = 2;
  const Aligned one = align(views.source, views.target, first_pairs(1500), one_thread),
                two = align(views.source, views.target, first_pairs(1500), two_threads);
  CHECK(same_bits(one.embeddings, two.embeddings));
  CHECK(same_bits(*one.target, *two.target));
  for (std::size_t i = 0; i < one.conditions.size(); ++i) CHECK(one.conditions[i].worst == two.conditions[i].worst);
}

TEST_CASE("reweighting: rows of zeros stay, n-grams are left out, and the metadata of both say what was done") {
  TwoViews views = two_views(200, 4, 15);
  Matrix rows = views.source.matrix();
  rows.row(150).setZero();
  const std::vector<std::string> ngrams = {"<a", "b>"};
  views.source = Embeddings(views.source.vocabulary(), rows, {{"made", "here"}});
  views.target = views.target.with_subwords(Subwords(2, 2, ngrams, random_matrix(2, 4, 16)));
  AlignOptions options = reweighting;
  options.source_name = "s.vec";
  options.target_name = "t.vec";
  const Aligned aligned = align(views.source, views.target, first_pairs(200), options);
  CHECK(exact_row(aligned.embeddings, word_id(150)).isZero(0));
  CHECK(aligned.given == 199);
  CHECK(aligned.lost_ngrams);
  CHECK_FALSE(aligned.target->subwords());
  CHECK(aligned.embeddings.metadata().at("made") == "here");
  CHECK_THAT(aligned.embeddings.metadata().at("aligned"),
             Catch::EndsWith(" align to t.vec, pairs 199 of 199, method reweighted"));
  CHECK_THAT(aligned.target->metadata().at("aligned"),
             Catch::EndsWith(" align from s.vec, pairs 199 of 199, method reweighted"));
  CHECK_FALSE(align(views.source, views.source, first_pairs(200), options).lost_ngrams);
}

TEST_CASE("reweighting: the proofs fail on planted faults") {
  const Made right = made();
  CHECK(all_hold(right.verified()));
  const auto with_fault = [&](const auto& plant) {
    Made wrong = right;
    plant(wrong);
    return wrong.verified();
  };
  const auto moved = [](const Embeddings& embeddings, float factor) {
    Matrix rows = embeddings.matrix();
    rows(599, 3) *= factor;
    return embeddings.with_vectors(rows);
  };
  CHECK_FALSE(holds(with_fault([&](Made& m) { m.source = moved(m.source, 1.00001F); }), "word of the source"));
  CHECK_FALSE(holds(with_fault([&](Made& m) { m.target = moved(m.target, 1.00001F); }), "word of the target"));
  CHECK_FALSE(holds(with_fault([&](Made& m) { m.target = moved(m.target, std::nanf("")); }), "word of the target"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.target.mean[0] += 1e-9; }), "means"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.source.whitening *= 1.00001; }), "identity as second moment"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.target.axes(0, 0) += 1e-9; }), "orthogonal"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.values[2] *= 1.00001; }), "singular values"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.values[2] *= 1.00001; }), "word of the source"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.source.axes *= random_rotation(6, 1); }), "singular values"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.pairs.front().target = word_id(77); }), "identity as second moment"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.target.dewhitening(1, 2) += 1e-6; }), "undoes whitening"));
  CHECK_FALSE(holds(with_fault([](Made& m) { m.found.values[0] = std::numeric_limits<double>::quiet_NaN(); }),
                    "singular values"));
}

TEST_CASE("reweighting: what cannot be re-weighted is told in one line") {
  const TwoViews views = two_views(100, 6, 17);
  const auto error = [&](const Embeddings& source, const Embeddings& target, std::size_t pairs) {
    return error_of([&] { align(source, target, first_pairs(pairs), reweighting); });
  };
  CHECK(error(views.source, views.target, 5) ==
        "the words of the 5 pairs vary along 5 of 6 directions of the source, and re-weighting needs all: give or find "
        "more pairs than there are dimensions, or use procrustes");
  Matrix flat = views.target.matrix();
  flat.col(2) = flat.col(1);
  CHECK(error(views.source, views.target.with_vectors(flat), 80) ==
        "the words of the 80 pairs vary along 5 of 6 directions of the target, and re-weighting needs all: bring both "
        "spaces to fewer dimensions first (transform pca=5)");
  CHECK(error(views.source, Embeddings(numbered_words(100), Matrix::Ones(100, 6)), 80)
            .find("along 0 of 6 directions of the target") != std::string::npos);
  Matrix broken = views.target.matrix();
  broken(90, 1) = std::numeric_limits<float>::infinity();
  CHECK(error(views.source, views.target.with_vectors(broken), 80).starts_with("the target: row 91, 'w90', has"));
  AlignOptions options = reweighting;
  options.weights = PairWeights::log;
  CHECK(option_error_of([&] { align(views.source, views.target, first_pairs(80), options); }) ==
        "weights and center are for procrustes; reweighted has neither");
}
