#include "equivec/base/types.hpp"
#include "equivec/bias/association.hpp"
#include "equivec/bias/mac.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "association_support.hpp"
#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("mean average cosine: hand-worked values") {
  // 1 - (0.8 + 0.6) / 2 and 1 - 0 of x1; 1 - (0 + 1) / 2 and 1 - 0 of y1.
  const Embeddings e = between_axes();
  const auto found = mean_average_cosine(e, query_of(e, {{"x1"}, {"y1"}}, {{"a", "b"}, {"c"}}));
  REQUIRE(found.distances.size() == 2);
  CHECK(found.distances[0][0] == Approx(0.3).epsilon(exact));
  CHECK(found.distances[0][1] == Approx(1).epsilon(exact));
  CHECK(found.distances[1][0] == Approx(0.5).epsilon(exact));
  CHECK(found.distances[1][1] == Approx(1).epsilon(exact));
  CHECK(found.value == Approx(0.7).epsilon(exact));
  // Every list weighs the same, however many words it has.
  CHECK(mean_average_cosine(e, query_of(e, {{"x1"}}, {{"a", "b"}, {"c"}})).value == Approx(0.65).epsilon(exact));
}

TEST_CASE("mean average cosine: it does not depend on the division of targets into lists, on rotation or on length") {
  const Embeddings e = random_embeddings(30, 9, 41);
  const AssociationQuery query = query_of_sizes({3, 4, 2}, {5, 6, 1});
  const double expected = mean_average_cosine(e, query).value;
  AssociationQuery one = query;
  one.targets = {{}};
  for (const auto& list : query.targets) one.targets[0].insert(one.targets[0].end(), list.begin(), list.end());
  CHECK(mean_average_cosine(e, one).value == Approx(expected).margin(exact));
  CHECK(mean_average_cosine(e, with_targets_exchanged(query)).value == Approx(expected).margin(exact));
  CHECK(mean_average_cosine(rotated(e, 5), query).value == Approx(expected).margin(rounded));
  CHECK(mean_average_cosine(stretched(e), query).value == Approx(expected).margin(exact));
  double sum = 0;
  for (const WordId target : one.targets[0])
    for (const auto& list : query.attributes) sum += 1 - mean_of(cosines_of(e, target, list));
  CHECK(expected == Approx(sum / 27).margin(exact));
}
