#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/linear_projection.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "bias/subspaces.hpp"
#include "catch.hpp"
#include "post_conditions.hpp"
#include "projection_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <limits>

using namespace equivec;

TEST_CASE("linear projection: hand-worked example whose vectors become shorter") {
  const Embeddings e = embeddings({{"w", {3, 4, 0}}, {"she", {-2, 0, 1}}, {"v", {0, 5, 6}}});
  const LinearProjected result = linear_projection(e, along({1, 0, 0}));
  CHECK(row_of(result.embeddings, "w") == std::vector<float>{0, 4, 0});
  CHECK(row_of(result.embeddings, "she") == std::vector<float>{0, 0, 1});
  CHECK(row_of(result.embeddings, "v") == std::vector<float>{0, 5, 6});
  CHECK(result.vanished.empty());
}

TEST_CASE("linear projection: no word keeps a part in a subspace of any rank") {
  const int rank = GENERATE(1, 2, 5);
  const Embeddings e = some_vectors(500, 12, 31);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 8), rank);
  const LinearProjected result = linear_projection(e, subspace);
  CHECK(all_hold(verify_linear_projection(e, result.embeddings, subspace)));
  double worst = 0;
  for (const WordId word : ids(0, 500)) {
    Eigen::VectorXd expected = exact_row(e, word);
    const Eigen::VectorXd whole = expected;
    for (int i = 0; i < rank; ++i) expected -= whole.dot(subspace.basis().row(i)) * subspace.basis().row(i).transpose();
    worst = std::max(worst, (exact_row(result.embeddings, word) - expected).norm() / whole.norm());
  }
  CHECK(worst < tolerance);
}

TEST_CASE("linear projection: a second time changes nothing") {
  const Embeddings e = some_vectors(100, 8, 32);
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 4), 2);
  const Embeddings once = linear_projection(e, subspace).embeddings;
  const Embeddings twice = linear_projection(once, subspace).embeddings;
  CHECK((once.matrix() - twice.matrix()).rowwise().norm().cwiseQuotient(once.matrix().rowwise().norm()).maxCoeff() <
        1e-6F);
}

TEST_CASE("linear projection: words that lie in the subspace alone become zero and are reported") {
  const Embeddings e = embeddings({{"w", {0, 1, 1}}, {"in", {0.9F, 0.3F, 2.1F}}, {"near", {0.3F, 0.1F, 0.7002F}}});
  const BiasSubspace subspace = along({0.3F, 0.1F, 0.7F});
  const LinearProjected result = linear_projection(e, subspace);
  CHECK(result.vanished == ids(1, 2));
  CHECK(row_of(result.embeddings, "in") == std::vector<float>{0, 0, 0});
  CHECK(exact_row(result.embeddings, word_id(2)).norm() > 1e-5);
  CHECK(all_hold(verify_linear_projection(e, result.embeddings, subspace)));
}

TEST_CASE("linear projection: rows without length or that are not finite stay as they are") {
  const Embeddings e = with_odd_rows(some_vectors(20, 5, 33));
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 3));
  const LinearProjected result = linear_projection(e, subspace);
  CHECK(odd_rows_stayed(e, result.embeddings));
  CHECK(result.vanished.empty());
  CHECK(all_hold(verify_linear_projection(e, result.embeddings, subspace)));
}

TEST_CASE("linear projection: the number of threads makes no difference and the description is kept") {
  const Embeddings e = some_vectors(5000, 6, 34).with_metadata({{"seed", "34"}});
  const BiasSubspace subspace = BiasSubspace::from_sets(e, pairs(0, 3));
  const Matrix before = e.matrix();
  const LinearProjected one = linear_projection(e, subspace, 1);
  for (const int threads : {2, 5}) CHECK(same_bits(linear_projection(e, subspace, threads).embeddings, one.embeddings));
  CHECK(one.embeddings.metadata() == e.metadata());
  CHECK(e.matrix() == before);
  CHECK_THROWS_AS(linear_projection(e, subspace, -1), OptionError);
  const Embeddings none(Vocabulary(), Matrix(0, 6));
  CHECK(linear_projection(none, subspace).embeddings.size() == 0);
}

TEST_CASE("verify linear projection: it finds out what is wrong") {
  const Embeddings e = some_vectors(50, 6, 35);
  const BiasSubspace subspace = along({1, 0, 0, 0, 0, 0});
  const Embeddings right = linear_projection(e, subspace).embeddings;
  CHECK(all_hold(verify_linear_projection(e, right, subspace)));
  CHECK_FALSE(holds(verify_linear_projection(e, e, subspace), "part in the bias subspace"));
  CHECK_FALSE(holds(verify_linear_projection(e, normalized(right), subspace), "has moved"));
  const float length = right.matrix().row(7).norm();
  CHECK_FALSE(holds(verify_linear_projection(e, with_number(right, 7, 0, 1e-6F * length), subspace),
                    "part in the bias subspace"));
  Matrix vectors = right.matrix();
  vectors.row(7).setZero();
  CHECK_FALSE(holds(verify_linear_projection(e, Embeddings(e.vocabulary(), vectors), subspace), "became zero"));
  vectors.row(7).setConstant(std::numeric_limits<float>::quiet_NaN());
  CHECK_FALSE(holds(verify_linear_projection(e, Embeddings(e.vocabulary(), vectors), subspace), "has moved"));
}
