#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/bias/indirect_bias.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "subspaces.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Sets = std::vector<std::vector<WordId>>;

// Accuracy of results computed in double from a few unit vectors given in float.
constexpr double exact = 1e-12;

}  // namespace

TEST_CASE("indirect bias: hand-worked values") {
  const Embeddings e =
      embeddings({{"w", {6, 8, 0}}, {"v", {8, 6, 0}}, {"u", {0, 0, 2}}, {"t", {6, 0, 8}}, {"g", {7, 0, 0}}});
  const BiasSubspace subspace = first_axis(3);
  const auto beta = [&](const char* a, const char* b) { return indirect_bias(e, subspace, id_of(e, a), id_of(e, b)); };
  // 0.96 of w.v; without the first axis both are (0, 1, 0), whose cosine is 1: more similar than before.
  CHECK(*beta("w", "v") == Approx((0.96 - 1) / 0.96).epsilon(exact));
  // 0.36 of w.t, all of it from the direction: the parts outside are at a right angle.
  CHECK(*beta("w", "t") == Approx(1).epsilon(exact));
  CHECK(*beta("t", "w") == Approx(1).epsilon(exact));
  // t.u is 0.8, and 1 without the direction.
  CHECK(*beta("t", "u") == Approx((0.8 - 1) / 0.8).epsilon(exact));
  CHECK(*beta("w", "w") == Approx(0).margin(exact));
  CHECK_FALSE(beta("w", "u"));  // the inner product is 0
  CHECK_FALSE(beta("w", "g"));  // no part of g is outside
}

TEST_CASE("indirect bias: lengths and a common rotation do not matter") {
  const Embeddings e = random_embeddings(8, 5, 67);
  const Sets sets = {{word_id(0), word_id(1)}, {word_id(2), word_id(3)}};
  Eigen::MatrixXd turn = random_matrix(5, 5, 68).cast<double>();
  for (Eigen::Index i = 0; i < 5; ++i) {
    for (Eigen::Index k = 0; k < i; ++k) turn.col(i) -= turn.col(i).dot(turn.col(k)) * turn.col(k);
    turn.col(i).normalize();
  }
  Eigen::MatrixXd turned = e.matrix().cast<double>() * turn;
  for (Eigen::Index i = 0; i < turned.rows(); ++i) turned.row(i) *= 1 + static_cast<double>(i);
  const Embeddings other(e.vocabulary(), turned.cast<float>());
  const BiasSubspace here = BiasSubspace::from_sets(e, sets, 2), there = BiasSubspace::from_sets(other, sets, 2);
  for (std::size_t w = 4; w < 8; ++w)
    for (std::size_t v = 4; v < 8; ++v)
      CHECK(*indirect_bias(e, here, word_id(w), word_id(v)) ==
            Approx(*indirect_bias(other, there, word_id(w), word_id(v))).margin(1e-5));
}
