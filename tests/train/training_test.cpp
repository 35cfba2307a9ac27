#include "equivec/train/training.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <string>
#include <vector>

using namespace equivec;

TEST_CASE("training log: its lines are read, and what is no log is told by its line") {
  const TemporaryDirectory folder;
  const auto read = [&](std::string_view text) { return read_training_log(folder.file("a.log", text).string()); };
  const auto epochs = read(
      "{\"epoch\":1,\"trained\":20,\"loss\":2.5}\n\n"
      "{\"epoch\":3,\"loss\":1e-3,\"validation_loss\":2,\"unknown\":[1]}");
  REQUIRE(epochs.size() == 2);
  CHECK(epochs[0].epoch == 1);
  CHECK(epochs[0].trained == 20);
  CHECK(epochs[0].loss == 2.5);
  CHECK(!epochs[0].validation_loss);
  CHECK(epochs[1].epoch == 3);
  CHECK(epochs[1].validation_loss == 2);

  const auto error = [&](std::string_view text) { return error_of([&] { read(text); }); };
  const std::string good = "{\"epoch\":1,\"loss\":2}\n";
  CHECK_THAT(error(""), ContainsSubstring("is empty; expected a training's log"));
  CHECK_THAT(error("\n\nepoch 1"), ContainsSubstring("a.log:3: expected a training's log, as train --log writes it, "
                                                     "found \"epoch 1\""));
  CHECK_THAT(error(good + "{\"epoch\":2"), ContainsSubstring("a.log:2: ends where more is needed"));
  CHECK_THAT(error(good + "{\"vectors\":\"x\"}"), ContainsSubstring("a.log:2: expected a line of a training's log"));
  CHECK_THAT(error(good + good), ContainsSubstring("a.log:2: 'epoch': epochs are counted from 1 upwards"));
  CHECK_THAT(error("{\"epoch\":1.5,\"loss\":2}"), ContainsSubstring("counted"));
  CHECK_THAT(error("{\"epoch\":0,\"loss\":2}"), ContainsSubstring("a.log:1: 'epoch': expected a number"));
  CHECK_THAT(error("{\"epoch\":1,\"loss\":1e31}"), ContainsSubstring("'loss': expected a number"));
  CHECK_THAT(error("{\"epoch\":1,\"loss\":\"x\"}"), ContainsSubstring("found \"x\""));
  CHECK_THAT(error("{\"epoch\":1,\"loss\":\"\xff\"}"), ContainsSubstring("not UTF-8"));
}
