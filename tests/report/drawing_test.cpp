#include "src/report/drawing.hpp"

#include "catch.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace equivec;
using Strings = std::vector<std::string>;

namespace {

Strings ticks(double low, double high, int count) {
  const svg::Ticks all(low, high, count);
  Strings texts;
  for (const double value : all.values()) texts.push_back(all.text(value));
  return texts;
}

}  // namespace

TEST_CASE("drawing: ticks are round numbers with the digits that they need") {
  CHECK(ticks(0, 1, 5) == Strings{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(ticks(-0.03, 0.021, 5) == Strings{"-0.03", "-0.02", "-0.01", "0.00", "0.01", "0.02"});
  CHECK(ticks(1, 25, 8) == Strings{"2", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "24"});
  CHECK(ticks(0, 4e9, 4) == Strings{"0", "1e+09", "2e+09", "3e+09", "4e+09"});
  for (const double size : {1e-300, 1e-9, 1.0, 1e15, 1e30}) {
    CHECK(ticks(-size, size, 5).size() < 20);
    CHECK(ticks(size, size * (1 + 1e-15), 5).size() <= 100);
  }
}

TEST_CASE("drawing: a text that is too wide is cut between characters") {
  CHECK(svg::fitted("short", 100, 12) == "short");
  const std::string cut = svg::fitted("M\u00fcller \u4e2d\u6587\u4e2d\u6587\u4e2d\u6587", 70, 12);
  CHECK(cut == "M\u00fcller \u4e2d\u2026");
  CHECK(svg::width_of(cut, 12) <= 70);
  CHECK(svg::fitted("abc", 1, 12) == "\u2026");
}

TEST_CASE("drawing: a legend goes on in the next line where it does not fit") {
  const auto nothing = [](double, double) { return std::string(); };
  const std::vector<svg::LegendEntry> entries = {
      {"first", 20, nothing}, {"second", 20, nothing}, {"third", 20, nothing}};
  CHECK(svg::legend_lines(entries, 1000, 12) == 1);
  CHECK(svg::legend_lines(entries, 150, 12) == 2);
  CHECK(svg::legend_lines(entries, 1, 12) == 3);
  CHECK(svg::legend_lines({}, 1, 12) == 0);
  const std::string drawn = svg::legend(entries, 10, 50, 1, 12);
  for (const char* line : {"x=\"30.0\" y=\"50.0\"", "x=\"30.0\" y=\"70.0\"", "x=\"30.0\" y=\"90.0\""})
    CHECK(drawn.find(line) != drawn.npos);
}
