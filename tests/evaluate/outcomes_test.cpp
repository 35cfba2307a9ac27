#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("discordance: only what both answered counts") {
  using enum Outcome;
  const std::vector first = {right, right, wrong, wrong, missing, right},
                    second = {right, wrong, right, wrong, right, missing};
  const Discordance result = discordance(first, second);
  CHECK(result.total == 4);
  CHECK(result.only_first == 1);
  CHECK(result.only_second == 1);
}
