#include "src/report/loss_plot.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <limits>
#include <string>
#include <vector>

using namespace equivec;
using Strings = std::vector<std::string>;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
  return found;
}

LossCurve curve(const std::string& name, int epochs, bool held_out) {
  LossCurve result{name, {}};
  for (int i = 1; i <= epochs; ++i) {
    result.epochs.push_back({.epoch = i, .loss = 1.0 / i});
    if (held_out) result.epochs.back().validation_loss = 1.5 / i;
  }
  return result;
}

}  // namespace

TEST_CASE("loss plot: a line for each training and a dashed one for held-out text, with marks and a legend") {
  const std::vector<LossCurve> curves = {curve("a & b", 4, true), curve("second", 3, false)};
  const std::string svg = loss_plot(curves, "Losses");
  CHECK(count(svg, "<polyline") == 3);
  CHECK(count(svg, "<polyline points=\"") == count(svg, "fill=\"none\" stroke=\"#0072b2\"") + 1);
  CHECK(count(svg, "stroke-dasharray") == 2);  // a line and the legend
  CHECK(count(svg, "<circle") == 4 + 4 + 2);
  CHECK(count(svg, "<polygon") == 3 + 1);  // another shape
  for (const char* text : {">a &amp; b</text>", ">a &amp; b, held out</text>", ">second</text>", ">epoch</text>",
                           ">mean loss per pair</text>", ">Losses</text>"})
    CHECK(count(svg, text) == 1);
  CHECK(count(svg, "<title>a &amp; b, epoch 2: 0.5</title>") == 1);
  CHECK(svg == loss_plot(curves, "Losses"));
}

TEST_CASE("loss plot: one epoch, equal losses and many epochs are drawn too") {
  const auto drawn = [](const LossCurve& one) { return loss_plot(std::vector{one}, ""); };
  CHECK(count(drawn(curve("x", 1, false)), "<circle") == 2);
  const std::string many = drawn(curve("x", 10000, false));
  CHECK(count(many, "<circle") <= 31);
  LossCurve flat = curve("x", 5, false);
  for (EpochReport& epoch : flat.epochs) epoch.loss = 1e30;
  CHECK(drawn(flat).find("nan") == std::string::npos);
  flat.epochs[2].loss = std::numeric_limits<double>::quiet_NaN();
  CHECK(error_of([&] { drawn(flat); }) == "x: the loss of epoch 3 cannot be drawn: nan");
  CHECK(error_of([&] { drawn({"x", {}}); }) == "x: has no epochs");
  CHECK_THAT(error_of([] { loss_plot({}, ""); }), ContainsSubstring("no training's log"));
}

TEST_CASE("loss plot: logs are named after their files, where these differ") {
  const TemporaryDirectory folder;
  const auto log = [&](const std::string& name) { return folder.file(name, "{\"epoch\":1,\"loss\":2}\n").string(); };
  const Strings files = {log("a.jsonl"), log("1/b.jsonl"), log("2/b.jsonl")};
  const std::vector<LossCurve> curves = read_loss_curves(files);
  CHECK(curves[0].name == "a");
  CHECK(curves[1].name == files[1]);
  CHECK(named(curves, Strings{"x", "y", "z"})[2].name == "z");
  CHECK(named(curves, {})[0].name == "a");
  CHECK_THAT(error_of([&] { named(curves, Strings{"x"}); }), ContainsSubstring("each of the 3 trainings, found 1"));
}
