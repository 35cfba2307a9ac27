#include "equivec/bias/association.hpp"
#include "equivec/bias/wefat.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

TEST_CASE("WEFAT: hand-worked values") {
  // Cosines 0.8 and 0 with A, 0.6 with B: means 0.4 and 0.6, and of all three 1.4 / 3; squares 1 - 1.96 / 3.
  const Embeddings e = between_axes();
  const AssociationQuery query = query_of(e, {{"x1", "c"}}, {{"a", "c"}, {"b"}});
  const auto sample = wefat(e, query);
  REQUIRE(sample.size() == 2);
  CHECK(sample[0].value() == Approx(-0.2 / std::sqrt((1 - 1.96 / 3) / 2)).epsilon(exact));
  // Cosines 0 and 1, 0: 0.5 / sqrt((1 - 1 / 3) / 2).
  CHECK(sample[1].value() == Approx(0.5 / std::sqrt(1.0 / 3)).epsilon(exact));
  CHECK(wefat(e, query, Deviation::population)[0].value() ==
        Approx(-0.2 / std::sqrt((1 - 1.96 / 3) / 3)).epsilon(exact));
}

TEST_CASE("WEFAT: a target equally near to all attributes has none") {
  const Embeddings e = between_axes();
  const auto found = wefat(e, query_of(e, {{"c", "a"}}, {{"x1"}, {"y1", "y2"}}));
  CHECK_FALSE(found[0]);
  CHECK(found[1]);
}

TEST_CASE("WEFAT: it equals its definition on random vectors and is invariant to rotation and length") {
  const Embeddings e = random_embeddings(25, 10, GENERATE(21U, 22U));
  const AssociationQuery query = query_of_sizes({5}, {7, 6});
  const auto found = wefat(e, query), turned = wefat(rotated(e, 3), query), longer = wefat(stretched(e), query);
  const auto back = wefat(e, with_attributes_exchanged(query));
  for (std::size_t i = 0; i < 5; ++i) {
    const Values a = cosines_of(e, query.targets[0][i], query.attributes[0]);
    const Values b = cosines_of(e, query.targets[0][i], query.attributes[1]);
    Values all = a;
    all.insert(all.end(), b.begin(), b.end());
    CHECK(found[i].value() == Approx((mean_of(a) - mean_of(b)) / deviation_of(all, 12)).margin(1e-11));
    CHECK(turned[i].value() == Approx(found[i].value()).margin(rounded));
    CHECK(longer[i].value() == Approx(found[i].value()).margin(exact));
    CHECK(back[i].value() == Approx(-found[i].value()).margin(exact));
  }
}

TEST_CASE("WEFAT: an attribute on both sides is an error that says where") {
  const Embeddings e = between_axes();
  CHECK(error_of([&] {
          wefat(e, query_of(e, {{"x1"}}, {{"a", "c"}, {"c", "b"}}));
        }) == "'c' is in attribute list 1 and in attribute list 2");
}
