#include "catch.hpp"
#include "src/files/json.hpp"
#include "support.hpp"

#include <array>
#include <string>

using namespace equivec;

TEST_CASE("JSON: members that are left out are not counted, whatever they hold") {
  constexpr std::array<std::string_view, 2> without = {"large", "deep"};
  std::string many = "[0";
  for (int i = 0; i < 1000001; ++i) many += ",0";
  const std::string text =
      R"({"large": )" + many + R"(], "a": {"deep": [[[[[[[[[{"deep": 1}]]]]]]]]], "b": 1}, "deep": 2})";
  const JsonValue value = parse_json("file", text, without);
  REQUIRE(value.items.size() == 1);
  REQUIRE(value.items[0].items.size() == 1);
  CHECK(value.items[0].items[0].key == "b");
  CHECK(value.items[0].items[0].number == 1);
  CHECK_THAT(error_of([&] { parse_json("file", text); }), ContainsSubstring("more than 1,000,000"));
}

TEST_CASE("JSON: what follows a member that is left out has its line") {
  constexpr std::array<std::string_view, 1> without = {"x"};
  const JsonValue value = parse_json("file", "{\"x\": [\n1,\n2],\n\"y\": 3}", without);
  CHECK(value.items[0].line == 4);
  CHECK(error_of([&] { parse_json("file", "{\"x\": [\n1,\n2],\n\"y\": }", without); }) ==
        "file:4: is not JSON here; look for a missing comma, quote or bracket");
}
