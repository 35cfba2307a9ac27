#include "equivec/spaces/transform.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/math/decompositions.hpp"
#include "src/math/singular_directions.hpp"

#include "bias/biased_words_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <Eigen/Core>

#include <cmath>

using namespace equivec;

namespace {

/// Vectors whose coordinates vary and go together in different degrees, far from the origin.
Embeddings some_vectors(std::size_t words = 1500, int dimension = 6) {
  Matrix rows = random_matrix(words, dimension, 11);
  for (Eigen::Index k = 0; k < dimension; ++k) rows.col(k) *= static_cast<float>(1 + k);
  rows.col(0) += 0.5f * rows.col(1);
  rows.rowwise() += Eigen::RowVectorXf::LinSpaced(dimension, 1, 3);
  return {numbered_words(words), rows};
}

std::vector<TransformStep> steps(const std::vector<std::string>& texts) {
  std::vector<TransformStep> result;
  for (const std::string& text : texts) result.push_back(parse_transform_step(text));
  return result;
}

Eigen::MatrixXd rows_of(const Embeddings& embeddings) { return embeddings.matrix().cast<double>(); }

Eigen::MatrixXd centred(const Eigen::MatrixXd& rows) { return rows.rowwise() - rows.colwise().mean(); }

Eigen::MatrixXd covariance(const Eigen::MatrixXd& rows) {
  const Eigen::MatrixXd c = centred(rows);
  return c.transpose() * c / static_cast<double>(rows.rows());
}

/// One a column, the largest variance first.
Eigen::MatrixXd principal(const Eigen::MatrixXd& symmetric) {
  return eigen_pairs(symmetric).vectors.rowwise().reverse();
}

Eigen::MatrixXd unit_rows(Eigen::MatrixXd rows) {
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i).normalize();
  return rows;
}

/// Whether two are the same but for the signs of columns, to single precision.
bool same_but_for_signs(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return (a.cwiseAbs() - b.cwiseAbs()).cwiseAbs().maxCoeff() < 1e-5 * (1 + b.cwiseAbs().maxCoeff());
}

}  // namespace

TEST_CASE("transform: each step is what its definition says") {
  const Embeddings e = some_vectors();
  const Eigen::MatrixXd x = rows_of(e), c = centred(x);
  const auto done = [&](const std::string& step) { return rows_of(transform(e, steps({step})).embeddings); };
  CHECK((done("center") - c).cwiseAbs().maxCoeff() < 1e-5);
  CHECK((done("normalize") - unit_rows(x)).cwiseAbs().maxCoeff() < 1e-6);
  const Eigen::MatrixXd directions = principal(covariance(x));
  CHECK(same_but_for_signs(done("pca=3"), c * directions.leftCols(3)));
  const Eigen::MatrixXd top = directions.leftCols(2);
  CHECK((done("remove-top=2") - (c - c * top * top.transpose())).cwiseAbs().maxCoeff() < 1e-5);
  const Eigen::VectorXd scales = eigen_pairs(covariance(x)).values.reverse().cwiseSqrt().cwiseInverse();
  CHECK(same_but_for_signs(done("whiten=pca"), c * directions * scales.asDiagonal()));
  CHECK((done("whiten") - c * directions * scales.asDiagonal() * directions.transpose()).cwiseAbs().maxCoeff() < 1e-5);
  const Eigen::MatrixXd moment = x.transpose() * x / static_cast<double>(x.rows());
  const Eigen::VectorXd powers = eigen_pairs(moment).values.reverse().array().pow(-0.25);
  CHECK(same_but_for_signs(done("power=-0.25"), x * principal(moment) * powers.asDiagonal()));
}

TEST_CASE("transform: steps are done one after the other, as if each were done by itself") {
  const Embeddings e = some_vectors();
  const std::vector<std::string> texts = {"normalize", "remove-top=1", "normalize", "center", "pca=4", "whiten"};
  Embeddings one_by_one = e;
  for (const std::string& text : texts) one_by_one = transform(one_by_one, steps({text})).embeddings;
  const Embeddings together = transform(e, steps(texts)).embeddings;
  REQUIRE(together.dimension() == 4);
  CHECK((rows_of(together) - rows_of(one_by_one)).cwiseAbs().maxCoeff() < 1e-3);
  CHECK((covariance(rows_of(together)) - Eigen::MatrixXd::Identity(4, 4)).cwiseAbs().maxCoeff() < 1e-6);
  CHECK_THAT(together.metadata().at("transformed"),
             Catch::StartsWith("equivec ") &&
                 Catch::EndsWith(" transform normalize remove-top=1 normalize center pca=4 whiten=zca"));
  CHECK_THAT(one_by_one.metadata().at("transformed"),
             Catch::Contains(" transform normalize; equivec ") && Catch::EndsWith(" transform whiten=zca"));
}

TEST_CASE("transform: the result is the same for any number of threads") {
  const Embeddings e = some_vectors(5000);
  const auto with = [&](int threads) {
    return transform(e, steps({"normalize", "whiten", "normalize"}), {.threads = threads}).embeddings;
  };
  const Embeddings one = with(1), several = with(3);
  CHECK(Matrix(one.matrix()) == Matrix(several.matrix()));
}

TEST_CASE("transform: what it promises is proved, and holds for vectors of very different lengths") {
  Matrix rows = random_matrix(2000, 5, 3);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= static_cast<float>(std::pow(10.0, i % 7 - 3));
  rows.row(17).setZero();
  const Embeddings e(numbered_words(2000), rows);
  for (const char* const step : {"center", "normalize", "remove-top=2", "pca=5", "whiten", "whiten=pca", "power=0.5"}) {
    INFO(step);
    const Transformed result = transform(e, steps({step}));
    REQUIRE(result.conditions.size() >= 2);
    for (const PostCondition& condition : result.conditions) {
      INFO(condition.promise << ": " << condition.worst << " of " << condition.bound);
      CHECK(condition.holds());
    }
  }
  CHECK(transform(e, steps({"normalize"})).embeddings.matrix().row(17).isZero(0));
}

TEST_CASE("transform: shrinkage moves the covariance towards the identity") {
  const Embeddings e = some_vectors();
  const Eigen::MatrixXd s = covariance(rows_of(e));
  const Eigen::MatrixXd shrunk = 0.7 * s + 0.3 * s.trace() / 6 * Eigen::MatrixXd::Identity(6, 6);
  const EigenPairs pairs = eigen_pairs(shrunk);
  const Eigen::MatrixXd root =
      pairs.vectors * pairs.values.cwiseSqrt().cwiseInverse().asDiagonal() * pairs.vectors.transpose();
  const Embeddings whitened = transform(e, steps({"whiten"}), {.shrinkage = 0.3}).embeddings;
  CHECK((rows_of(whitened) - centred(rows_of(e)) * root).cwiseAbs().maxCoeff() < 1e-5);
  CHECK_THAT(whitened.metadata().at("transformed"), Catch::EndsWith(" transform whiten=zca, shrinkage 0.3"));
}

TEST_CASE("transform: a rotation is read from NumPy's format and keeps all inner products") {
  const Embeddings e = some_vectors();
  const TemporaryDirectory folder;
  const Matrix rotation = orthonormal_basis(random_matrix(6, 6, 5).cast<double>()).cast<float>();
  OutputFiles files;
  write_array(files, folder / "R.npy", MatrixView(rotation.data(), 6, 6));
  files.commit();
  const std::string step = "rotate=" + (folder / "R.npy").string();
  const Eigen::MatrixXd x = rows_of(e), y = rows_of(transform(e, steps({step})).embeddings);
  CHECK((y - x * rotation.cast<double>()).cwiseAbs().maxCoeff() < 1e-5);
  CHECK((y * y.transpose() - x * x.transpose()).cwiseAbs().maxCoeff() < 1e-3);

  TransformStep skewed{.kind = TransformKind::rotate, .rotation = rotation};
  skewed.rotation(0, 0) += 0.1f;
  CHECK_THROWS_WITH(transform(e, std::vector{skewed}), Catch::Contains("not orthonormal"));
  skewed.rotation = random_matrix(5, 5, 1);
  CHECK_THROWS_WITH(transform(e, std::vector{skewed}), Catch::Contains("5 x 5, the vectors have 6 dimensions"));
}

TEST_CASE("transform: errors say what is wrong") {
  const Embeddings e = some_vectors();
  for (const char* const text :
       {"", "centre", "center=1", "remove-top", "remove-top=0", "remove-top=-1", "remove-top=1.5", "pca=", "pca=two",
        "whiten=no", "power", "power=nan", "power=3", "rotate", "rotate="})
    CHECK_THROWS_WITH(parse_transform_step(text), Catch::Contains("expected center, normalize"));
  CHECK_THROWS_AS(parse_transform_step("rotate=nowhere.npy"), Error);
  CHECK_THROWS_WITH(transform(e, steps({"remove-top=6"})), Catch::Contains("expected 1 to 5"));
  CHECK_THROWS_WITH(transform(e, steps({"pca=2", "pca=3"})), Catch::Contains("expected 1 to 2"));
  CHECK_THROWS_WITH(transform(e, steps({"remove-top=2", "whiten"})), Catch::Contains("along 2 of 6 directions"));
  CHECK_THROWS_AS(transform(e, steps({"whiten"}), {.shrinkage = 1.5}), OptionError);
  CHECK_NOTHROW(transform(e, steps({"remove-top=2", "whiten"}), {.shrinkage = 0.01}));
  Matrix broken = random_matrix(10, 3, 1);
  broken(4, 1) = std::nanf("");
  CHECK_THROWS_AS(transform(Embeddings(numbered_words(10), broken), steps({"center"})), Error);
}
