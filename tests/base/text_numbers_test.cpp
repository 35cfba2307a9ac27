#include "src/base/text_numbers.hpp"

#include "equivec/base/rng.hpp"

#include "catch.hpp"

#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace equivec;

namespace {

bool same(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

}  // namespace

TEST_CASE("numbers in text: those of few digits are rounded as the C library rounds them") {
  Rng rng(1, 0);
  for (int i = 0; i < 300000; ++i) {
    const std::uint64_t digits = rng.below(1U << rng.below(26));
    const std::size_t decimals = rng.below(13);
    const bool negative = rng.below(2) == 1;
    const std::string text = (negative ? "-" : "") + std::to_string(digits) + "e-" + std::to_string(decimals);
    const auto value = short_decimal(digits, decimals, negative);
    INFO(text);
    REQUIRE(value.has_value() == (digits <= 16777216 && decimals <= 10));
    if (value) REQUIRE(same(*value, std::strtof(text.c_str(), nullptr)));
  }
}

TEST_CASE("numbers in text: what has no digit, two points or other characters is none") {
  for (const char* text : {"", "-", ".", "-.", "1.2.3", "1-2", "--1", "1 ", " 1", "0x10", "1e", "1,5", "..1"}) {
    INFO(text);
    CHECK_FALSE(parse_float(text));
  }
  CHECK(same(*parse_float("-0"), -0.0F));
  CHECK(same(*parse_float("16777216"), 16777216.0F));
  CHECK(same(*parse_float("16777217"), 16777216.0F));
  CHECK(same(*parse_float("+.5"), 0.5F));
  CHECK(same(*parse_float("5."), 5.0F));
  CHECK(same(*parse_float("1e-3"), 1e-3F));
  CHECK(same(*parse_float("0.0000000001"), 1e-10F));
}
