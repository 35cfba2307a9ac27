#include "equivec/downstream/counterfactuals.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/downstream/probe.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <functional>
#include <limits>

using namespace equivec;

namespace {

CounterfactualOptions quick_counterfactuals(int resamples = 2000) {
  CounterfactualOptions options;
  options.bootstrap.resamples = resamples;
  options.bootstrap.threads = 1;
  return options;
}

/// Texts of these groups, without words of their own.
TwinTexts texts_of(std::vector<TextGroup> groups, std::vector<std::uint32_t> labels = {}) {
  TwinTexts texts;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    texts.texts.push_back("text " + std::to_string(i));
    texts.twins.push_back("twin " + std::to_string(i));
  }
  texts.groups = std::move(groups);
  texts.labels = std::move(labels);
  return texts;
}

constexpr TextGroup first = TextGroup::first, second = TextGroup::second, both = TextGroup::both;

bool holds(const std::optional<Interval>& interval, double value) {
  return interval && interval->low <= value && value <= interval->high;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

TEST_CASE("counterfactuals: flips and scores are counted as defined") {
  TwinTexts texts = texts_of({first, second, both, second});
  texts.without = 7;
  texts.swapped = 5;
  const CounterfactualResult found = counterfactuals(texts, {{1, 0, 1, 0}, {.75, .25, .5, .125}},
                                                     {{0, 0, 0, 0}, {.25, .5, .25, .375}}, quick_counterfactuals());
  CHECK(found.texts == 4);
  CHECK(found.without == 7);
  CHECK(found.swapped == 5);
  CHECK(found.first == 1);
  CHECK(found.second == 2);
  CHECK(found.both == 1);
  CHECK(found.flips.value() == 0.5);
  CHECK(found.flipped == std::vector<std::uint8_t>{1, 0, 1, 0});
  CHECK(found.score_shifts == std::vector<double>{.5, .25, .25, .25});
  REQUIRE(found.score);
  CHECK(found.score->value == Approx(1.0 / 3));
  CHECK(found.score->count == 3);
  CHECK(found.absolute_score.value() == Approx(1.25 / 4));
  CHECK_FALSE(found.rates[0].false_positive.value());
  CHECK_FALSE(found.false_positive_gap);
  CHECK_FALSE(found.true_positive_twin_gap);
}

TEST_CASE("counterfactuals: a classifier gives the same as its answers") {
  const TwinTexts texts = texts_of({first, second, first}, {1, 0, 1});
  const Judgements of_texts{{1, 0, 1}, {.9, .2, .6}}, of_twins{{1, 1, 0}, {.8, .7, .3}};
  std::size_t calls = 0;
  const TextClassifier classifier = [&](std::span<const std::string> asked) {
    ++calls;
    CHECK(asked.size() == 3);
    return asked[0] == "text 0" ? of_texts : of_twins;
  };
  const CounterfactualResult a = counterfactuals(texts, of_texts, of_twins, quick_counterfactuals());
  const CounterfactualResult b = counterfactuals(texts, classifier, quick_counterfactuals());
  CHECK(calls == 2);
  CHECK(a.score->value == b.score->value);
  CHECK(a.score->interval == b.score->interval);
  CHECK(a.flipped == b.flipped);
}

TEST_CASE("counterfactuals: rates are those of the texts by group, and gaps of twins those of both versions") {
  // first: labels 1 1 0 0, decided 1 0 1 0; second: labels 1 0 0, decided 1 0 0; a text of both counts nowhere.
  const TwinTexts texts =
      texts_of({first, first, first, first, second, second, second, both}, {1, 1, 0, 0, 1, 0, 0, 0});
  const std::vector<double> scores(8, .5);
  const CounterfactualResult found = counterfactuals(texts, {{1, 0, 1, 0, 1, 0, 0, 1}, scores},
                                                     {{0, 0, 0, 0, 1, 1, 0, 0}, scores}, quick_counterfactuals());
  CHECK(found.rates[0].true_positive.value() == 0.5);
  CHECK(found.rates[0].false_positive.value() == 0.5);
  CHECK(found.rates[1].true_positive.value() == 1.0);
  CHECK(found.rates[1].false_positive.value() == 0.0);
  REQUIRE(found.false_positive_gap);
  CHECK(found.false_positive_gap->value == 0.5);
  CHECK(found.false_positive_gap->count == 4);
  REQUIRE(found.true_positive_gap);
  CHECK(found.true_positive_gap->value == -0.5);
  // Versions of the first group are positive in 2 of 3 positive texts, those of the second in 1; of the 4 negative ones
  // in 2 (a text and a twin) and in none.
  REQUIRE(found.true_positive_twin_gap);
  CHECK(found.true_positive_twin_gap->value == Approx(1.0 / 3));
  CHECK(found.true_positive_twin_gap->count == 3);
  REQUIRE(found.false_positive_twin_gap);
  CHECK(found.false_positive_twin_gap->value == 0.5);
  CHECK(found.false_positive_twin_gap->p_value.value() == 0.5);
}

TEST_CASE("counterfactuals: of several classes one is positive") {
  const TwinTexts texts = texts_of({first, second, second}, {2, 0, 1});
  CounterfactualOptions options = quick_counterfactuals();
  options.positive = 2;
  const CounterfactualResult found =
      counterfactuals(texts, {{2, 1, 2}, {.5, .5, .5}}, {{2, 0, 2}, {.5, .5, .5}}, options);
  CHECK(found.flips.proportion.count == 1);
  CHECK(found.rates[0].true_positive.value() == 1.0);
  CHECK(found.rates[1].false_positive.proportion.count == 1);
  CHECK(found.rates[1].false_positive.proportion.total == 2);
}

TEST_CASE("counterfactuals: no flip among many texts bounds their share") {
  const TwinTexts texts = texts_of(std::vector<TextGroup>(100, first));
  const Judgements all{std::vector<std::uint32_t>(100, 1), std::vector<double>(100, .7)};
  const CounterfactualResult found = counterfactuals(texts, all, all, quick_counterfactuals());
  CHECK(found.flips.value() == 0.0);
  REQUIRE(found.flips.interval);
  CHECK(found.flips.interval->low == 0);
  CHECK(found.flips.interval->high == Approx(1 - std::pow(.025, .01)));  // 1 - (alpha / 2)^(1 / n)
  CHECK(found.score->value == 0);
  CHECK(found.score->p_value == 1);
}

TEST_CASE("counterfactuals: of no texts nothing is said") {
  const CounterfactualResult found = counterfactuals({}, Judgements(), Judgements(), quick_counterfactuals());
  CHECK_FALSE(found.flips.value());
  CHECK_FALSE(found.flips.interval);
  CHECK_FALSE(found.score);
  CHECK_FALSE(found.absolute_score);
  CHECK_FALSE(compare(found, found));
}

TEST_CASE("counterfactuals: what does not fit is refused") {
  const TwinTexts texts = texts_of({first, first});
  const Judgements good{{0, 1}, {.5, .5}};
  CHECK(error_of([&] {
          counterfactuals(texts, {{0}, {.5}}, good);
        }) == "the classifier gave 1 decisions and 1 scores for 2 texts; give one of each for each");
  CHECK(error_of([&] {
          counterfactuals(texts, good, {{0, 1}, {.5}});
        }) == "the classifier gave 2 decisions and 1 scores for 2 twins; give one of each for each");
  CHECK(error_of([&] {
          counterfactuals(texts, good, {{0, 1}, {.5, std::numeric_limits<double>::quiet_NaN()}});
        }) == "the classifier's score of twins number 2 is not finite; give a probability");
  CHECK(error_of([&] {
          counterfactuals(texts_of({first, first}, {1}), good, good);
        }) == "there are 2 texts, 2 groups and 1 labels; give one of each for each text");
  CounterfactualOptions options;
  options.bootstrap.resamples = 0;
  CHECK(option_error_of([&] { counterfactuals(texts, good, good, options); }) != "");
  const CounterfactualResult two = counterfactuals(texts, good, good, quick_counterfactuals());
  const CounterfactualResult one =
      counterfactuals(texts_of({first}), {{0}, {.5}}, {{0}, {.5}}, quick_counterfactuals());
  CHECK(error_of([&] { compare(one, two); }) ==
        "results of 1 and 2 texts with twins cannot be compared; judge the same texts");
}

TEST_CASE("counterfactuals: differences are those of the same texts, with McNemar's test") {
  const TwinTexts texts = texts_of(std::vector<TextGroup>(8, first));
  const Judgements of_texts{{0, 0, 0, 0, 0, 0, 0, 0}, std::vector<double>(8, .5)};
  const CounterfactualResult a = counterfactuals(
      texts, of_texts, {{1, 1, 1, 1, 1, 1, 0, 0}, std::vector<double>(8, .75)}, quick_counterfactuals());
  const CounterfactualResult b = counterfactuals(
      texts, of_texts, {{1, 0, 0, 0, 0, 0, 0, 0}, std::vector<double>(8, .375)}, quick_counterfactuals());
  const auto found = compare(a, b, quick_counterfactuals().bootstrap);
  REQUIRE(found);
  CHECK(found->flips.value == Approx(5.0 / 8));
  CHECK(found->flips.p_value.value() == Approx(2.0 / 32));
  CHECK(found->absolute_score.value == Approx(.125));
}

TEST_CASE("counterfactuals: results do not depend on threads, and work can be cancelled") {
  Rng rng(3);
  Judgements of_texts, of_twins;
  std::vector<TextGroup> groups;
  std::vector<std::uint32_t> labels;
  for (int i = 0; i < 200; ++i) {
    for (Judgements* judged : {&of_texts, &of_twins}) {
      judged->decisions.push_back(rng.below(2));
      judged->scores.push_back(rng.uniform());
    }
    groups.push_back(rng.below(2) == 0 ? first : second);
    labels.push_back(rng.below(2));
  }
  const TwinTexts texts = texts_of(groups, labels);
  CounterfactualOptions options = quick_counterfactuals(500);
  const CounterfactualResult one = counterfactuals(texts, of_texts, of_twins, options);
  options.bootstrap.threads = 4;
  const CounterfactualResult four = counterfactuals(texts, of_texts, of_twins, options);
  CHECK(one.score->interval == four.score->interval);
  CHECK(one.false_positive_gap->interval == four.false_positive_gap->interval);
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(counterfactuals(texts, of_texts, of_twins, options, &progress), Cancelled);
}

namespace {

/// A classifier of texts with content c, even in [-2, 2], that adds half of a bias for the first group and takes it off
/// for the second. Both groups have as many texts of the same content; labels go by the content alone.
struct PlantedBias {
  static constexpr double bias = 0.7;

  /// The mean of f(c), and of f(c) weighted by w(c).
  static double mean(const std::function<double(double)>& f, const std::function<double(double)>& weight) {
    double sum = 0, weights = 0;
    for (int i = 0; i < 40000; ++i) {
      const double c = -2 + 4 * (i + .5) / 40000;
      sum += f(c) * weight(c);
      weights += weight(c);
    }
    return sum / weights;
  }
  static double score(double c, int side) { return logistic(c + (side == 0 ? bias / 2 : -bias / 2)); }
  static double gap_of_scores(double c) { return score(c, 0) - score(c, 1); }
  static double gap_of_decisions(double c) { return (score(c, 0) > .5) - (score(c, 1) > .5); }
};

/// Of how many runs the truth lies in the interval.
struct PlantedRuns {
  int score = 0, flips = 0, false_positive = 0, true_positive = 0, false_positive_twin = 0, true_positive_twin = 0;
};

CounterfactualResult run_planted(std::uint64_t seed) {
  Rng rng(seed);
  Judgements of_texts, of_twins;
  std::vector<TextGroup> groups;
  std::vector<std::uint32_t> labels;
  for (int i = 0; i < 600; ++i) {
    const double c = 4.0 * rng.uniform() - 2.0;
    const int side = i % 2;
    for (const bool is_twin : {false, true}) {
      const double value = PlantedBias::score(c, is_twin ? 1 - side : side);
      Judgements& judged = is_twin ? of_twins : of_texts;
      judged.scores.push_back(value);
      judged.decisions.push_back(value > .5);
    }
    groups.push_back(side == 0 ? first : second);
    labels.push_back(rng.uniform() < logistic(2 * c));
  }
  return counterfactuals(texts_of(groups, labels), of_texts, of_twins, quick_counterfactuals(1000));
}

PlantedRuns run_planted_often(std::uint64_t runs) {
  const auto even = [](double) { return 1.0; };
  const auto positive = [](double c) { return logistic(2 * c); };
  const auto negative = [](double c) { return logistic(-2 * c); };
  const double score = PlantedBias::mean(PlantedBias::gap_of_scores, even),
               flips = PlantedBias::mean(PlantedBias::gap_of_decisions, even),
               false_positive = PlantedBias::mean(PlantedBias::gap_of_decisions, negative),
               true_positive = PlantedBias::mean(PlantedBias::gap_of_decisions, positive);
  PlantedRuns held;
  for (std::uint64_t run = 1; run <= runs; ++run) {
    const CounterfactualResult found = run_planted(run);
    held.score += holds(found.score->interval, score);
    held.flips += holds(found.flips.interval, flips);
    held.false_positive += holds(found.false_positive_gap->interval, false_positive);
    held.true_positive += holds(found.true_positive_gap->interval, true_positive);
    held.false_positive_twin += holds(found.false_positive_twin_gap->interval, false_positive);
    held.true_positive_twin += holds(found.true_positive_twin_gap->interval, true_positive);
  }
  return held;
}

/// Intervals that hold the truth in 95 of 100 runs do so in fewer of 1,000 once in a thousand times.
constexpr int least_of_thousand = 928;

}  // namespace

TEST_CASE("counterfactuals: a planted bias lies in its intervals in 95 of 100 runs") {
  const PlantedRuns held = run_planted_often(100);
  CHECK(held.score >= 95);
  CHECK(held.flips >= 95);
}

TEST_CASE("counterfactuals: all intervals of a planted bias hold it as often as they say", "[slow]") {
  const PlantedRuns held = run_planted_often(1000);
  CHECK(held.score >= least_of_thousand);
  CHECK(held.flips >= least_of_thousand);
  CHECK(held.false_positive >= least_of_thousand);
  CHECK(held.true_positive >= least_of_thousand);
  CHECK(held.false_positive_twin >= least_of_thousand);
  CHECK(held.true_positive_twin >= least_of_thousand);
}

namespace {

/// Texts of two content words and "she" or "he", in both groups as often. A text is positive by its content, and more
/// often if it says "she".
struct PlantedTexts {
  static constexpr std::uint32_t contents = 12;

  static std::string text(std::uint32_t a, std::uint32_t b, bool says_he) {
    return "w" + std::to_string(a) + (says_he ? " he " : " she ") + "w" + std::to_string(b);
  }

  static LabelledTexts draw(std::size_t count, Rng& rng) {
    LabelledTexts texts{.name = "planted", .classes = {"no", "yes"}, .labels = {}, .texts = {}};
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t a = rng.below(contents), b = rng.below(contents);
      const bool says_he = i % 2 == 1;
      const double logit = (a + b) / 4.0 - (contents - 1) / 4.0 + (says_he ? -1 : 1);
      texts.texts.push_back(text(a, b, says_he));
      texts.labels.push_back(rng.uniform() < logistic(logit));
    }
    return texts;
  }

  static Embeddings vectors(std::uint64_t seed) {
    Rows rows = {{"she", {}}, {"he", {}}};
    for (std::uint32_t i = 0; i < contents; ++i) rows.push_back({"w" + std::to_string(i), {}});
    const Matrix numbers = random_matrix(rows.size(), 6, seed);
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (Eigen::Index k = 0; k < 6; ++k) rows[i].second.push_back(numbers(static_cast<Eigen::Index>(i), k));
    return embeddings(rows);
  }
};

}  // namespace

TEST_CASE("counterfactuals: intervals hold a trained classifier's gaps over all texts as often as they say", "[slow]") {
  const WordSwaps swaps({.name = "planted", .pairs = {{"she", "he"}}, .names = {}, .persons = {}});
  std::vector<std::string> all;
  for (std::uint32_t a = 0; a < PlantedTexts::contents; ++a)
    for (std::uint32_t b = 0; b < PlantedTexts::contents; ++b) all.push_back(PlantedTexts::text(a, b, false));
  ProbeOptions options;
  options.threads = options.bootstrap.threads = 1;
  int scores_held = 0, flips_held = 0, above_zero = 0;
  for (std::uint64_t run = 1; run <= 1000; ++run) {
    Rng rng(run);
    const Embeddings vectors = PlantedTexts::vectors(run);
    const LabelledTexts training = PlantedTexts::draw(400, rng), test = PlantedTexts::draw(300, rng);
    const ProbeClassifier probe(vectors, training, options);
    const TextClassifier classifier = [&](std::span<const std::string> texts) {
      const ProbeAnswers answers = probe.classify(texts);
      Judgements judged{.decisions = answers.predictions, .scores = {}};
      for (std::size_t i = 0; i < texts.size(); ++i)
        judged.scores.push_back(std::exp(answers.log_probabilities[2 * i + 1]));
      return judged;
    };
    // Of every text, all being equally likely: the truth about this classifier.
    const CounterfactualResult truth = counterfactuals(twin_texts(swaps, all), classifier, quick_counterfactuals(1));
    const CounterfactualResult found =
        counterfactuals(twin_texts(swaps, test.texts, test.labels), classifier, quick_counterfactuals(1000));
    scores_held += holds(found.score->interval, truth.score->value);
    flips_held += holds(found.flips.interval, truth.flips.value().value());
    above_zero += found.score->interval && found.score->interval->low > 0;
  }
  CHECK(scores_held >= least_of_thousand);
  CHECK(flips_held >= least_of_thousand);
  CHECK(above_zero >= least_of_thousand);  // she was favoured
}
