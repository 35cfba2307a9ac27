#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("progress: all counters start at zero and nothing is cancelled") {
  const Progress progress;
  CHECK(progress.done == 0);
  CHECK(progress.total == 0);
  CHECK(progress.loss == 0.0F);
  CHECK(progress.learning_rate == 0.0F);
  CHECK_FALSE(progress.cancelled);
}

TEST_CASE("progress: only a cancelled computation throws") {
  Progress progress;
  CHECK_NOTHROW(check_cancelled(nullptr));
  CHECK_NOTHROW(check_cancelled(&progress));
  progress.cancelled = true;
  CHECK_THROWS_AS(check_cancelled(&progress), Cancelled);
}
