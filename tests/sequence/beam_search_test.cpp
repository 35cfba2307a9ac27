#include "equivec/sequence/beam_search.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace equivec;

namespace {

using TokenList = std::vector<TokenNumber>;

constexpr float impossible = -std::numeric_limits<float>::infinity();
constexpr OutputMarks marks_of_tests = {0, 1};

/// A model by a function from a beginning to the probabilities of what follows. Its states are the beginnings.
class FunctionModel : public NextTokens {
 public:
  using Function = std::function<std::vector<double>(const TokenList&)>;

  FunctionModel(std::size_t size, Function function) : size_(size), function_(std::move(function)) {}

  std::size_t size() const override { return size_; }
  void restart() override { states_ = {TokenList()}; }
  void advance(std::span<const std::size_t> parents, std::span<const TokenNumber> tokens,
               std::span<float> log_probabilities) override {
    std::vector<TokenList> next;
    for (std::size_t row = 0; row < parents.size(); ++row) {
      next.push_back(states_.at(parents[row]));
      next.back().push_back(tokens[row]);
      const std::vector<double> given = function_({next.back().begin() + 1, next.back().end()});  // without the mark
      for (std::size_t i = 0; i < size_; ++i)
        log_probabilities[row * size_ + i] = static_cast<float>(std::log(given.at(i)));
    }
    rows_asked += parents.size();
    states_ = std::move(next);
  }

  std::size_t rows_asked = 0;

 private:
  std::size_t size_;
  Function function_;
  std::vector<TokenList> states_;
};

/// Different probabilities after each beginning; with `zeros` a third of them is 0.
FunctionModel random_model(std::size_t size, unsigned seed, bool zeros = false) {
  return {size, [=](const TokenList& beginning) {
            std::seed_seq seeds{seed, static_cast<unsigned>(beginning.size())};
            std::mt19937 source(seeds);
            for (const TokenNumber token : beginning) source.seed(source() ^ (token * 2654435761U + seed));
            std::vector<double> result(size);
            double sum = 0;
            for (double& p : result) {
              p = std::exp(2 * std::normal_distribution<double>()(source));
              if (zeros && source() % 3 == 0) p = 0;
              sum += p;
            }
            for (double& p : result) p /= sum > 0 ? sum : 1;
            return result;
          }};
}

/// All outputs that end within `longest` tokens, best first.
std::vector<Hypothesis> all_outputs(FunctionModel& model, const BeamOptions& options) {
  std::vector<Hypothesis> result;
  std::vector<TokenList> beginnings = {{}};
  for (std::size_t length = 1; length <= options.longest; ++length) {
    std::vector<TokenList> longer;
    for (const TokenList& beginning : beginnings) {
      result.push_back(score_output(model, marks_of_tests, beginning, options));
      for (TokenNumber token = 0; token < model.size(); ++token) {
        if (token == marks_of_tests.end) continue;
        longer.push_back(beginning);
        longer.back().push_back(token);
      }
    }
    beginnings = std::move(longer);
  }
  std::erase_if(result, [](const Hypothesis& hypothesis) { return std::isinf(hypothesis.score); });
  std::ranges::stable_sort(result, std::greater(), &Hypothesis::score);
  return result;
}

/// The same search without its shortcuts: everything is sorted, and nothing stops before `longest`.
std::vector<Hypothesis> plain_beam(FunctionModel& model, const BeamOptions& options) {
  const auto score = [&](Hypothesis& h, std::size_t length) {
    h.score = h.log_probability / std::pow(static_cast<double>(length), options.length_exponent);
  };
  std::vector<Hypothesis> live(1), finished;
  for (std::size_t length = 1; length <= options.longest && !live.empty(); ++length) {
    std::vector<Hypothesis> all;
    for (const Hypothesis& hypothesis : live) {
      for (TokenNumber token = 0; token < model.size(); ++token) {
        std::vector<float> row(model.size());
        model.restart();  // walks the whole beginning again
        TokenList path = {marks_of_tests.begin};
        path.insert(path.end(), hypothesis.tokens.begin(), hypothesis.tokens.end());
        const std::size_t parent = 0;
        for (const TokenNumber& last : path) model.advance(std::span(&parent, 1), std::span(&last, 1), row);
        if (row[token] == impossible) continue;
        Hypothesis longer = hypothesis;
        longer.log_probability += static_cast<double>(row[token]);
        score(longer, length);
        longer.finished = token == marks_of_tests.end;
        if (!longer.finished) longer.tokens.push_back(token);
        all.push_back(longer);
      }
    }
    std::ranges::stable_sort(all, std::greater(), &Hypothesis::log_probability);
    all.resize(std::min(all.size(), options.width));
    live.clear();
    for (const Hypothesis& hypothesis : all) (hypothesis.finished ? finished : live).push_back(hypothesis);
  }
  std::ranges::stable_sort(finished, std::greater(), &Hypothesis::score);
  finished.insert(finished.end(), live.begin(), live.end());
  finished.resize(std::min(finished.size(), options.results));
  return finished;
}

void check_same(const std::vector<Hypothesis>& found, const std::vector<Hypothesis>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i].tokens == expected[i].tokens);
    CHECK(found[i].finished == expected[i].finished);
    CHECK(found[i].log_probability == Approx(expected[i].log_probability).epsilon(1e-6));
    CHECK(found[i].score == Approx(expected[i].score).epsilon(1e-6));
  }
}

/// Tokens 2, 3: after 2 (0.6) all is uncertain, after 3 (0.4) the end is sure.
FunctionModel deceptive_model() {
  return {4, [](const TokenList& beginning) -> std::vector<double> {
            if (beginning.empty()) return {0, 0, 0.6, 0.4};
            if (beginning == TokenList{3}) return {0, 1, 0, 0};
            return {0, 0.5, 0.25, 0.25};
          }};
}

}  // namespace

TEST_CASE("beam search: a beam of width 1 is the greedy search") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    FunctionModel model = random_model(5, seed, seed % 2 == 1);
    const BeamOptions options{1, seed % 3 * 0.35, 6, 1};
    check_same(beam_search(model, marks_of_tests, options), {greedy_search(model, marks_of_tests, options)});
  }
}

TEST_CASE("beam search: a beam as wide as the space finds the best outputs of all") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    FunctionModel model = random_model(4, seed, seed % 2 == 1);
    const BeamOptions options{1000, seed % 3 * 0.5, 5, 7};
    std::vector<Hypothesis> expected = all_outputs(model, options);
    REQUIRE((seed % 2 == 1 || expected.size() > 100));  // without zeros every output is possible
    expected.resize(std::min<std::size_t>(expected.size(), 7));
    std::vector<Hypothesis> found = beam_search(model, marks_of_tests, options);
    CHECK_FALSE(found.empty());
    std::erase_if(found, [](const Hypothesis& hypothesis) { return !hypothesis.finished; });
    check_same(found, expected);
  }
}

TEST_CASE("beam search: stopping early and choosing by a heap change nothing") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    FunctionModel model = random_model(5, 100 + seed, seed % 2 == 1);
    for (const std::size_t width : {2U, 3U, 5U}) {
      const BeamOptions options{width, seed % 3 * 0.5, 6, seed % 2 ? 1 : width};
      CAPTURE(seed, width);
      check_same(beam_search(model, marks_of_tests, options), plain_beam(model, options));
    }
  }
}

TEST_CASE("beam search: of outputs that are alike the earlier is preferred, then the one of lower tokens") {
  FunctionModel model(4, [](const TokenList&) -> std::vector<double> { return {0.25, 0.25, 0.25, 0.25}; });
  const std::vector<Hypothesis> found = beam_search(model, marks_of_tests, {4, 1, 5, 3});
  REQUIRE(found.size() == 3);
  CHECK(found[0].tokens == TokenList{});
  CHECK(found[1].tokens == TokenList{0});
  CHECK(found[2].tokens == TokenList{0, 0});
  CHECK(found[0].score == found[2].score);
}

TEST_CASE("beam search: it stops when nothing better can come") {
  FunctionModel model(3, [](const TokenList&) -> std::vector<double> { return {0.05, 0.9, 0.05}; });
  CHECK(beam_search(model, marks_of_tests, {2, 0, 1000, 1})[0].tokens.empty());
  CHECK(model.rows_asked == 1);
}

TEST_CASE("beam search: two beginnings find what the greedy search misses, worked by hand") {
  FunctionModel model = deceptive_model();
  const BeamOptions options{2, 0, 5, 2};
  const Hypothesis greedy = greedy_search(model, marks_of_tests, options);
  CHECK(greedy.tokens == TokenList{2});
  CHECK(greedy.log_probability == Approx(std::log(0.3)));
  const std::vector<Hypothesis> found = beam_search(model, marks_of_tests, options);
  REQUIRE(found.size() == 2);
  CHECK(found[0].tokens == TokenList{3});
  CHECK(found[0].log_probability == Approx(std::log(0.4)));
  CHECK(found[1].tokens == TokenList{2});
}

TEST_CASE("beam search: the length exponent lets longer outputs win, worked by hand") {
  // [2] has 0.4 * 0.9; [3, 3, 3] has 0.6 * 0.9 * 0.8 * 0.8, less: but the mean of its four tokens is better.
  FunctionModel model(4, [](const TokenList& beginning) -> std::vector<double> {
    if (beginning.empty()) return {0, 0, 0.4, 0.6};
    if (beginning == TokenList{2}) return {0, 0.9, 0.1, 0};
    if (beginning == TokenList{3}) return {0, 0, 0.1, 0.9};
    if (beginning == TokenList{3, 3}) return {0, 0, 0.2, 0.8};
    return {0, 0.8, 0.1, 0.1};
  });
  const Hypothesis by_probability = beam_search(model, marks_of_tests, {4, 0, 8, 1})[0];
  CHECK(by_probability.tokens == TokenList{2});
  CHECK(by_probability.score == Approx(std::log(0.36)));
  const Hypothesis by_mean = beam_search(model, marks_of_tests, {4, 1, 8, 1})[0];
  CHECK(by_mean.tokens == TokenList{3, 3, 3});
  CHECK(by_mean.score == Approx(std::log(0.6 * 0.9 * 0.8 * 0.8) / 4));
}

TEST_CASE("beam search: it does not stop while a longer output can still win, worked by hand") {
  // The end at once has ln 0.8 = -0.223; nine certain tokens after one of 0.2 have ln 0.2 / 11 = -0.146.
  FunctionModel model(3, [](const TokenList& beginning) -> std::vector<double> {
    if (beginning.empty()) return {0, 0.8, 0.2};
    return beginning.size() < 10 ? std::vector<double>{0, 0, 1} : std::vector<double>{0, 1, 0};
  });
  const Hypothesis found = beam_search(model, marks_of_tests, {2, 1, 12, 1})[0];
  CHECK(found.tokens == TokenList(10, 2));
  CHECK(found.score == Approx(std::log(0.2) / 11));
}

TEST_CASE("beam search: there is a result even if no output ends") {
  FunctionModel endless(3, [](const TokenList&) -> std::vector<double> { return {0.25, 0, 0.75}; });
  for (const Hypothesis& found :
       {beam_search(endless, marks_of_tests, {3, 0.7, 4, 1})[0], greedy_search(endless, marks_of_tests, {3, 0.7, 4})}) {
    CHECK(found.tokens == TokenList{2, 2, 2, 2});
    CHECK_FALSE(found.finished);
    CHECK(found.score == Approx(4 * std::log(0.75) / std::pow(4, 0.7)));
  }
  FunctionModel dead(3, [](const TokenList& beginning) -> std::vector<double> {
    return beginning.empty() ? std::vector<double>{0, 0, 1} : std::vector<double>(3, 0.0);
  });
  for (const Hypothesis& found :
       {beam_search(dead, marks_of_tests)[0], greedy_search(dead, marks_of_tests, BeamOptions())}) {
    CHECK(found.tokens == TokenList{2});
    CHECK_FALSE(found.finished);
  }
}

TEST_CASE("beam search: what the model must not say and options out of range are refused") {
  FunctionModel wrong(3, [](const TokenList&) -> std::vector<double> { return {0.25, std::nan(""), 0.75}; });
  CHECK_THROWS_AS(beam_search(wrong, marks_of_tests), Error);
  CHECK_THROWS_AS(greedy_search(wrong, marks_of_tests), Error);
  FunctionModel certain(3, [](const TokenList&) -> std::vector<double> { return {0.25, 1.5, 0.75}; });
  CHECK_THROWS_AS(beam_search(certain, marks_of_tests), Error);
  FunctionModel model = random_model(4, 1);
  CHECK_THROWS_AS(beam_search(model, {0, 4}), Error);
  CHECK_THROWS_AS(score_output(model, marks_of_tests, TokenList{4}), Error);
  CHECK_THROWS_AS(beam_search(model, marks_of_tests, {0, 0.7, 5, 1}), OptionError);
  CHECK_THROWS_AS(beam_search(model, marks_of_tests, {2, -0.1, 5, 1}), OptionError);
  CHECK_THROWS_AS(beam_search(model, marks_of_tests, {2, 0.7, 0, 1}), OptionError);
  CHECK_THROWS_AS(beam_search(model, marks_of_tests, {2, 0.7, 5, 3}), OptionError);
}

TEST_CASE("beam search: a fault is the search's if the model prefers the reference, and else the model's") {
  FunctionModel model = deceptive_model();
  const BeamOptions options{1, 0.7, 5, 1};
  const Hypothesis greedy = greedy_search(model, marks_of_tests, options);
  CHECK(fault_of(score_output(model, marks_of_tests, TokenList{3}, options), greedy) == Fault::search);
  CHECK(fault_of(score_output(model, marks_of_tests, TokenList{2, 2}, options), greedy) == Fault::model);
  CHECK(fault_of(score_output(model, marks_of_tests, TokenList{3, 3}, options), greedy) == Fault::model);  // impossible
  CHECK(fault_of(score_output(model, marks_of_tests, TokenList{2}, options), greedy) == Fault::none);
  // With a beam as wide as the space the search is never at fault.
  FunctionModel other = random_model(4, 7);
  const BeamOptions wide{1000, 0.7, 5, 1};
  const Hypothesis best = beam_search(other, marks_of_tests, wide)[0];
  for (const Hypothesis& output : all_outputs(other, wide))
    CHECK(fault_of(output, best) == (output.tokens == best.tokens ? Fault::none : Fault::model));
  CHECK(name_of(Fault::search) == "search");
}
