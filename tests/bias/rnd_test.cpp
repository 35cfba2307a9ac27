#include "equivec/bias/association.hpp"
#include "equivec/bias/rnd.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

TEST_CASE("relative norm distance: hand-worked values") {
  // The means are (1, 0, 0) and (0.3, 0.9, 0).
  const Embeddings e = between_axes();
  const auto found = relative_norm_distance(e, query_of(e, {{"x2"}, {"y1", "y2"}}, {{"a", "b", "c"}}));
  REQUIRE(found.values.size() == 3);
  const double a = 0 - std::sqrt(0.49 + 0.81), b = std::sqrt(2) - std::sqrt(0.09 + 0.01);
  const double c = std::sqrt(2) - std::sqrt(0.09 + 0.81 + 1);
  CHECK(found.values[0] == Approx(a).epsilon(exact));
  CHECK(found.values[1] == Approx(b).epsilon(exact));
  CHECK(found.values[2] == Approx(c).epsilon(exact));
  CHECK(found.sum == Approx(a + b + c).epsilon(exact));
  CHECK(found.mean == Approx((a + b + c) / 3).epsilon(exact));
}

TEST_CASE("relative norm distance: an exchange negates it and neither rotation nor length change it") {
  const Embeddings e = random_embeddings(30, 9, GENERATE(31U, 32U));
  const AssociationQuery query = query_of_sizes({6, 5}, {8});
  const auto found = relative_norm_distance(e, query);
  CHECK(relative_norm_distance(e, with_targets_exchanged(query)).sum == Approx(-found.sum).margin(exact));
  CHECK(relative_norm_distance(rotated(e, 4), query).sum == Approx(found.sum).margin(rounded));
  CHECK(relative_norm_distance(stretched(e), query).sum == Approx(found.sum).margin(exact));
}

TEST_CASE("relative norm distance: of the same words on both sides it is 0") {
  const Embeddings e = between_axes();
  CHECK(relative_norm_distance(e, query_of(e, {{"x1", "c"}, {"x1", "c"}}, {{"a", "b"}})).sum == 0);
}
