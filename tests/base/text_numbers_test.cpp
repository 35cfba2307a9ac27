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
  std::size_t short_ones = 0;
  for (int i = 0; i < 300000; ++i) {
    std::string text = rng.below(2) ? "-" : "";
    text += std::to_string(rng.below(1U << rng.below(28)));
    const std::size_t decimals = rng.below(12);
    if (decimals > 0) {
      text.insert(text.starts_with('-') ? 1 : 0, std::string(decimals, '0').substr(rng.below(2) ? decimals / 2 : 0));
      const std::size_t digits = text.size() - text.starts_with('-');
      text.insert(text.size() - std::min(decimals, digits), ".");
    }
    const auto value = parse_float(text);
    INFO(text);
    REQUIRE(value);
    REQUIRE(same(*value, std::strtof(text.c_str(), nullptr)));
    short_ones += parse_short_decimal(text).has_value();
  }
  CHECK(short_ones > 200000);
}

TEST_CASE("numbers in text: what has no digit, two points or other characters is none") {
  for (const char* text : {"", "-", ".", "-.", "1.2.3", "1-2", "--1", "1 ", " 1", "0x10", "1e", "1,5", "..1"}) {
    INFO(text);
    CHECK_FALSE(parse_short_decimal(text));
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
