#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <limits>
#include <type_traits>

using namespace equivec;

TEST_CASE("error: OptionError is an Error and Cancelled is not") {
  STATIC_REQUIRE(std::is_base_of_v<std::runtime_error, Error>);
  STATIC_REQUIRE(std::is_base_of_v<Error, OptionError>);
  STATIC_REQUIRE_FALSE(std::is_base_of_v<Error, Cancelled>);
  STATIC_REQUIRE(std::is_base_of_v<std::exception, Cancelled>);
}

TEST_CASE("error: a value below its bound is named with its bound") {
  CHECK(option_error_of([] { require_at_least("window", 0, 1); }) == "window must be at least 1, got 0");
  CHECK(option_error_of([] { require_at_least("share", -0.5, 0); }) == "share must be at least 0, got -0.5");
  CHECK_NOTHROW(require_at_least("window", 1, 1));
  CHECK_NOTHROW(require_at_least("window", 1e300, 1));
}

TEST_CASE("error: a value outside its bounds is named with both") {
  CHECK(option_error_of([] { require_between("dimension", 0, 1, 65536); }) ==
        "dimension must be between 1 and 65536, got 0");
  CHECK(option_error_of([] { require_between("dimension", 65537, 1, 65536); }) ==
        "dimension must be between 1 and 65536, got 65537");
  CHECK_NOTHROW(require_between("dimension", 1, 1, 65536));
  CHECK_NOTHROW(require_between("dimension", 65536, 1, 65536));
}

TEST_CASE("error: NaN is in no range") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(require_at_least("rate", nan, 0), OptionError);
  CHECK_THROWS_AS(require_between("rate", nan, 0, 1), OptionError);
}
