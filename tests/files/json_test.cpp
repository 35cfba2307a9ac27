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

TEST_CASE("JSON: objects that follow each other have their lines, and are counted together") {
  const std::vector<JsonValue> objects = parse_json_objects("file", "{\"a\": 1}{\"b\":\n2}\n\n{\"c\": 3}\n", "objects");
  REQUIRE(objects.size() == 3);
  CHECK(objects[1].items[0].line == 2);
  CHECK(objects[2].line == 4);
  CHECK(objects[2].items[0].number == 3);
  const auto error = [](const std::string& text) {
    return error_of([&] { parse_json_objects("file", text, "objects"); });
  };
  CHECK(error("{}\n  [1]\n") == "file:2: expected objects, found \"[1]\"");
  CHECK(error(" \n") == "file: is empty; expected objects");
  CHECK(error("{}\n{\"a\"}") == "file:2: is not JSON here; look for a missing comma, quote or bracket");
  std::string many;
  for (int i = 0; i < 1000001; ++i) many += "{}";
  CHECK_THAT(error(many), ContainsSubstring("more than 1,000,000"));
}
