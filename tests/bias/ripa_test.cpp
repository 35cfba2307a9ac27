#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/ripa.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("relational association: hand-worked values") {
  // Differences (3, 0, 0) and (0, 4, 0): directions (1, 0, 0) and (0, 1, 0), the longer one is the principal.
  const Embeddings e = embeddings({{"x1", {4, 1, 1}},
                                   {"x2", {1, 5, 1}},
                                   {"y1", {1, 1, 1}},
                                   {"w", {2, 6, 9}},
                                   {"v", {-1, 1, 0}},
                                   {"nothing", {0, 0, 0}}});
  const auto found = relational_association(e, query_of(e, {{"x1", "x2"}, {"y1", "y1"}}, {{"w", "v", "nothing"}}));
  REQUIRE(found.words.size() == 3);
  CHECK(found.words[0].mean == Approx(4).epsilon(exact));
  CHECK(found.words[0].deviation == Approx(2).epsilon(exact));
  CHECK(found.words[0].principal == Approx(6).epsilon(exact));
  CHECK(found.words[1].mean == Approx(0).margin(exact));
  CHECK(found.words[1].deviation == Approx(1).epsilon(exact));
  CHECK(found.words[1].principal == Approx(1).epsilon(exact));
  CHECK(found.words[2].mean == 0);
  CHECK(found.words[2].deviation == 0);
  CHECK(found.mean == Approx(4.0 / 3).epsilon(exact));
  CHECK(found.principal == Approx(7.0 / 3).epsilon(exact));
}

TEST_CASE("relational association: of one pair the principal direction is the difference") {
  const Embeddings e = random_embeddings(12, GENERATE(1, 2, 7), 61);
  for (const auto& word : relational_association(e, query_of_sizes({1, 1}, {9})).words) {
    CHECK(word.principal == Approx(word.mean).margin(exact));
    CHECK(word.deviation == 0);
  }
}

TEST_CASE(
    "relational association: an exchange negates it, rotation does not change it, and it scales with the vectors") {
  // More pairs than dimensions too.
  const Embeddings e = random_embeddings(30, GENERATE(4, 20), 62);
  const AssociationQuery query = query_of_sizes({8, 8}, {9});
  const auto found = relational_association(e, query);
  const auto back = relational_association(e, with_targets_exchanged(query));
  const auto turned = relational_association(rotated(e, 7), query);
  const auto twice = relational_association(with_vectors(e, e.matrix().cast<double>() * 2), query);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(back.words[i].mean == Approx(-found.words[i].mean).margin(exact));
    CHECK(back.words[i].deviation == Approx(found.words[i].deviation).margin(exact));
    CHECK(back.words[i].principal == Approx(-found.words[i].principal).margin(exact));
    CHECK(turned.words[i].mean == Approx(found.words[i].mean).margin(rounded));
    CHECK(turned.words[i].principal == Approx(found.words[i].principal).margin(rounded));
    CHECK(twice.words[i].mean == Approx(2 * found.words[i].mean).margin(exact));
    CHECK(twice.words[i].principal == Approx(2 * found.words[i].principal).margin(exact));
  }
}

TEST_CASE("relational association: no direction explains more of the pairs' differences than the principal one") {
  const Embeddings e = random_embeddings(30, 6, 63);
  const AssociationQuery query = query_of_sizes({8, 8}, {1});
  // The attributes are the axes, so their values are the direction's coordinates.
  Matrix vectors = e.matrix();
  vectors.middleRows(16, 6).setIdentity();
  AssociationQuery axes = query;
  axes.attributes = {{}};
  for (std::size_t i = 16; i < 22; ++i) axes.attributes[0].push_back(word_id(i));
  const auto found = relational_association(Embeddings(e.vocabulary(), vectors), axes);
  Eigen::VectorXd direction(6);
  for (std::size_t i = 0; i < 6; ++i) direction[static_cast<Eigen::Index>(i)] = found.words[i].principal;
  CHECK(direction.norm() == Approx(1).epsilon(exact));
  const Eigen::MatrixXd differences = (vectors.topRows(8) - vectors.middleRows(8, 8)).cast<double>();
  const double held = (differences * direction).squaredNorm();
  CHECK((differences * direction).sum() > 0);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Eigen::VectorXd other = random_matrix(6, 1, seed).cast<double>().col(0).normalized();
    CHECK((differences * other).squaredNorm() <= held * (1 + exact));
    const Eigen::VectorXd near = (direction + 0.01 * other).normalized();
    CHECK((differences * near).squaredNorm() <= held * (1 + exact));
  }
}

TEST_CASE("relational association: invalid pairs are an error that says which") {
  const Embeddings e = between_axes();
  const auto error = [&](const Names& targets) {
    return error_of([&] { relational_association(e, query_of(e, targets, {{"c"}})); });
  };
  CHECK(error({{"x1", "x2"}, {"y1"}}) == "RIPA takes pairs of targets, so both lists need as many words, got 2 and 1");
  CHECK(error({{"x1", "x2"}, {"y1", "x2"}}) == "'x2' and 'x2' have the same vector, which gives no direction");
  CHECK(error({{"x1", "endless"}, {"y1", "y2"}}) == "the vector of 'endless' is not finite");
  CHECK(error({{"x1", "x1"}, {"y1", "nothing"}}).empty());
}
