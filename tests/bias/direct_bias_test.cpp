#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direct_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "subspaces.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

using Sets = std::vector<std::vector<WordId>>;

/// A subspace of the first two axes.
BiasSubspace first_axes(int dimension) {
  Matrix ends = Matrix::Zero(4, dimension);
  ends(0, 0) = ends(2, 1) = 1;
  ends(1, 0) = ends(3, 1) = -1;
  return BiasSubspace::from_sets(Embeddings(numbered_words(4), ends),
                                 Sets{{word_id(0), word_id(1)}, {word_id(2), word_id(3)}}, 2);
}

// Accuracy of results computed in double from a few unit vectors given in float.
constexpr double exact = 1e-12;

}  // namespace

TEST_CASE("direct bias: hand-worked value") {
  const Embeddings e = embeddings({{"nurse", {3, 4}}, {"judge", {0, 2}}, {"guard", {-5, 0}}, {"none", {0, 0}}});
  const BiasSubspace subspace = first_axis(2);
  const auto words = ids_of(e, {"guard", "nurse", "judge"});
  const DirectBias bias = direct_bias(e, subspace, words);
  CHECK(bias.value == Approx((0.6 + 0 + 1) / 3).epsilon(exact));
  REQUIRE(bias.words.size() == 3);
  CHECK(bias.words[0].word == id_of(e, "guard"));
  CHECK(bias.words[0].cosine == Approx(-1).epsilon(exact));
  CHECK(bias.words[1].cosine == Approx(0.6).epsilon(exact));
  CHECK(bias.words[2].cosine == Approx(0).margin(exact));

  CHECK(direct_bias(e, subspace, words, 2).value == Approx((0.36 + 0 + 1) / 3).epsilon(exact));
  CHECK(direct_bias(e, subspace, words, 0.5).value == Approx((std::sqrt(0.6) + 0 + 1) / 3).epsilon(exact));
  CHECK(direct_bias(e, subspace, ids_of(e, {"none", "nurse"})).value == Approx(0.3).epsilon(exact));
  CHECK(direct_bias(e, subspace, ids_of(e, {"none"})).words[0].cosine == 0);
  CHECK(direct_bias(e, subspace, {}).value == 0);
  CHECK(direct_bias(e, subspace, {}).words.empty());
}

TEST_CASE("direct bias: in more directions it is the length of the part inside") {
  const Embeddings e = embeddings({{"w", {-2, 3, 6}}, {"in", {3, -4, 0}}, {"out", {0, 0, 9}}});
  const DirectBias bias = direct_bias(e, first_axes(3), ids_of(e, {"w", "in", "out"}));
  CHECK(bias.words[0].cosine == Approx(std::sqrt(13.0) / 7).epsilon(exact));
  CHECK(bias.words[1].cosine == Approx(1).epsilon(exact));
  CHECK(bias.words[2].cosine == Approx(0).margin(exact));
  CHECK(bias.value == Approx((std::sqrt(13.0) / 7 + 1) / 3).epsilon(exact));
}

TEST_CASE("direct bias: a negative strictness is an error") {
  const Embeddings e = embeddings({{"w", {1, 2}}});
  CHECK_THROWS_AS(direct_bias(e, first_axis(2), ids_of(e, {"w"}), -0.5), OptionError);
  CHECK_THROWS_AS(direct_bias(e, first_axis(2), ids_of(e, {"w"}), std::numeric_limits<double>::quiet_NaN()),
                  OptionError);
}
