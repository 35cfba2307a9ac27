#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/probe.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/softmax_regression.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <Eigen/SVD>

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

using Strings = std::vector<std::string>;

LabelledTexts texts(const std::vector<std::pair<std::string, std::string>>& lines, std::string name = "texts") {
  LabelledTexts result{.name = std::move(name), .classes = {}, .labels = {}, .texts = {}};
  for (const auto& [label, text] : lines) result.classes.push_back(label);
  std::ranges::sort(result.classes);
  result.classes.erase(std::unique(result.classes.begin(), result.classes.end()), result.classes.end());
  for (const auto& [label, text] : lines) {
    result.labels.push_back(
        static_cast<std::uint32_t>(std::ranges::lower_bound(result.classes, label) - result.classes.begin()));
    result.texts.push_back(text);
  }
  return result;
}

Embeddings four_words() { return embeddings({{"good", {2, 0}}, {"fine", {3, 4}}, {"bad", {-5, 0}}, {"void", {0, 0}}}); }

LabelledTexts good_and_bad() {
  return texts({{"pos", "good"}, {"pos", "fine good"}, {"neg", "bad"}, {"neg", "bad bad fine"}, {"pos", "fine"}});
}

ProbeOptions quick(int threads = 1) {
  ProbeOptions options;
  options.bootstrap.resamples = 500;
  options.threads = options.bootstrap.threads = threads;
  return options;
}

/// Texts of the words w0, w1, ..., whose labels mostly follow from their first word.
LabelledTexts random_texts(std::size_t count, std::uint32_t words, std::uint32_t classes, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::pair<std::string, std::string>> lines;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t first = rng.below(words);
    std::string text = "w" + std::to_string(first);
    for (std::uint32_t k = rng.below(4); k > 0; --k) text += " w" + std::to_string(rng.below(words));
    const std::uint32_t label = rng.below(5) == 0 ? rng.below(classes) : first % classes;
    lines.emplace_back(std::string(1, static_cast<char>('a' + label)), text);
  }
  return texts(lines);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("probe: texts are means of unit vectors, or of vectors as they are") {
  const bool keep_lengths = GENERATE(false, true);
  ProbeOptions options = quick();
  options.texts.unit_length = !keep_lengths;
  options.strength = 2;
  const LabelledTexts training = good_and_bad();
  const ProbeResult result = probe(four_words(), training, training, options);
  Examples x(5, 2);
  if (keep_lengths)
    x << 2, 0, 2.5, 2, -5, 0, -7.0 / 3, 4.0 / 3, 3, 4;
  else
    x << 1, 0, 0.8, 0.4, -1, 0, -1.4 / 3, 0.8 / 3, 0.6, 0.8;
  const SoftmaxModel model =
      fit_softmax({.examples = x, .labels = training.labels, .classes = 2, .strength = 2, .threads = 1});
  const Examples logs = log_probabilities(model, x, 1);
  for (Eigen::Index i = 0; i < 5; ++i) {
    const auto place = static_cast<std::size_t>(i);
    CHECK(result.log_losses[place] == Approx(-logs(i, training.labels[place])).epsilon(1e-6));
  }
  CHECK(result.log_loss == Approx(mean(result.log_losses)));
  CHECK(result.predictions == training.labels);
  CHECK(result.accuracy.value() == 1);
}

TEST_CASE("probe: coverage counts words, known words and texts without any") {
  // A word with a zero vector counts as unknown.
  const LabelledTexts test =
      texts({{"pos", "good nowhere"}, {"neg", "void nowhere"}, {"neg", ""}, {"pos", "bad good"}});
  const ProbeResult result = probe(four_words(), good_and_bad(), test, quick());
  CHECK(result.training.texts == 5);
  CHECK(result.training.words == 8);
  CHECK(result.training.known == 8);
  CHECK(result.training.without_known == 0);
  CHECK(result.test.texts == 4);
  CHECK(result.test.empty == 1);
  CHECK(result.test.without_known == 2);
  CHECK(result.test.words == 6);
  CHECK(result.test.known == 3);
  // Texts without known words have the same vector.
  CHECK(result.log_losses[1] == result.log_losses[2]);
  CHECK(result.predictions[1] == result.predictions[2]);
  // Unknown words do not change the mean.
  const ProbeResult without = probe(four_words(), good_and_bad(), texts({{"pos", "good"}, {"neg", ""}}), quick());
  CHECK(without.log_losses[0] == result.log_losses[0]);
  CHECK(without.log_losses[1] == result.log_losses[1]);
}

TEST_CASE("probe: words whose vectors are zero are ignored") {
  const Embeddings vectors = embeddings({{"good", {2, 0}}, {"bad", {-1, 0}}, {"void", {0, 0}}});
  const LabelledTexts clean = texts({{"pos", "good"}, {"neg", "bad"}});
  for (const bool keep_lengths : {false, true}) {
    ProbeOptions options = quick();
    options.texts.unit_length = !keep_lengths;
    const ProbeResult result = probe(vectors, texts({{"pos", "good void"}, {"neg", "bad void void"}}), clean, options);
    CHECK(result.training.known == 2);
    CHECK(result.log_losses == probe(vectors, clean, clean, options).log_losses);
  }
}

TEST_CASE("probe: a vector that is not finite is an error") {
  const Embeddings vectors = embeddings({{"good", {2, 0}}, {"bad", {-1, std::numeric_limits<float>::infinity()}}});
  const LabelledTexts both = texts({{"pos", "good"}, {"neg", "bad"}});
  CHECK_THAT(error_of([&] { probe(vectors, both, both, quick()); }),
             ContainsSubstring("the vector of 'bad' has a value that is not a finite number"));
}

TEST_CASE("probe: weights and common directions are those of mean_vectors, the directions of the training texts") {
  const Embeddings vectors = embeddings({{"good", {2, 1}}, {"bad", {-1, 1}}, {"fine", {1, 2}}});
  const LabelledTexts training =
      texts({{"pos", "good fine"}, {"neg", "bad"}, {"pos", "fine"}, {"neg", "bad bad fine"}});
  const LabelledTexts test = texts({{"pos", "good"}, {"neg", "bad fine"}});
  ProbeOptions options = quick();
  options.texts = {.weighting = WordWeighting::zipf, .remove = 1};
  const ProbeResult result = probe(vectors, training, test, options);

  // The same in the plane by hand: the words' ranks are 1, 2 and 3.
  Eigen::MatrixXd means(4, 2);
  const Eigen::RowVector2d bad = std::log(2.) * Eigen::RowVector2d(-1, 1),
                           fine = std::log(3.) * Eigen::RowVector2d(1, 2);
  means << fine / 2, bad, fine, (2 * bad + fine) / 3;
  const Eigen::Vector2d common = Eigen::JacobiSVD<Eigen::MatrixXd>(means, Eigen::ComputeThinV).matrixV().col(0);
  // What is left lies on a line; vectors with these numbers need no weights.
  std::vector<std::pair<std::string, std::vector<float>>> left;
  const auto add = [&](const std::string& name, const Eigen::RowVector2d& mean) {
    const Eigen::RowVector2d rest = mean - mean * common * common.transpose();
    left.push_back({name, {static_cast<float>(rest[0]), static_cast<float>(rest[1])}});
  };
  for (int i = 0; i < 4; ++i) add("t" + std::to_string(i), means.row(i));
  add("u0", Eigen::RowVector2d::Zero());
  add("u1", (bad + fine) / 2);
  ProbeOptions plain = quick();
  plain.texts.unit_length = false;
  const ProbeResult expected =
      probe(embeddings(left), texts({{"pos", "t0"}, {"neg", "t1"}, {"pos", "t2"}, {"neg", "t3"}}),
            texts({{"pos", "u0"}, {"neg", "u1"}}), plain);
  for (std::size_t i = 0; i < 2; ++i) CHECK(std::abs(result.log_losses[i] - expected.log_losses[i]) < 1e-5);
}

TEST_CASE("probe: capitals count in a cased vocabulary, and in others only if the word is in it as written") {
  const LabelledTexts training = texts({{"pos", "good"}, {"neg", "bad"}});
  const LabelledTexts test = texts({{"pos", "GOOD Good good"}, {"neg", "Bad"}});
  CHECK(probe(embeddings({{"good", {1, 0}}, {"bad", {0, 1}}}), training, test, quick()).test.known == 4);
  CHECK(probe(embeddings({{"good", {1, 0}}, {"bad", {0, 1}}, {"GOOD", {1, 1}}}), training, test, quick()).test.known ==
        2);
}

TEST_CASE("probe: the counts of every class and macro F1, by hand") {
  // The predictions follow from the words: good and fine are pos, bad is neg.
  const LabelledTexts training = texts({{"pos", "good"},
                                        {"pos", "good"},
                                        {"neg", "bad"},
                                        {"odd", "fine"},
                                        {"neg", "bad"},
                                        {"odd", "fine"},
                                        {"rare", "good bad fine"}});
  const LabelledTexts test =
      texts({{"pos", "good"}, {"pos", "bad"}, {"neg", "bad"}, {"neg", "bad"}, {"neg", "fine"}, {"pos", "good"}});
  ProbeOptions options = quick();
  options.strength = 100;
  const ProbeResult result = probe(four_words(), training, test, options);
  REQUIRE(result.classes.size() == 4);
  const auto counts = [&](std::size_t k) {
    const ProbeResult::Class& c = result.classes[k];
    return std::vector<std::uint64_t>{c.training, c.test, c.predicted, c.correct};
  };
  CHECK(result.classes[0].label == "neg");
  CHECK(counts(0) == std::vector<std::uint64_t>{2, 3, 3, 2});
  CHECK(result.classes[1].label == "odd");
  CHECK(counts(1) == std::vector<std::uint64_t>{2, 0, 1, 0});
  CHECK(result.classes[2].label == "pos");
  CHECK(counts(2) == std::vector<std::uint64_t>{2, 3, 2, 2});
  CHECK(counts(3) == std::vector<std::uint64_t>{1, 0, 0, 0});
  CHECK(result.classes[0].f1() == Approx(4.0 / 6));
  CHECK(result.classes[1].f1() == Approx(0).margin(0));
  CHECK(result.classes[2].f1() == Approx(0.8));
  CHECK(!result.classes[3].f1());
  CHECK(result.macro_f1 == Approx((4.0 / 6 + 0.8) / 3));
  CHECK(result.accuracy.correct == 4);
  CHECK(result.accuracy.total == 6);
  CHECK(result.outcomes[1] == Outcome::wrong);
}

TEST_CASE("probe: intervals are those of resampled texts") {
  const Embeddings vectors = random_embeddings(60, 30, 1);
  const LabelledTexts training = random_texts(300, 60, 3, 2), test = random_texts(80, 60, 3, 3);
  const ProbeOptions options = quick();
  const ProbeResult result = probe(vectors, training, test, options);
  const auto interval = [&](const auto& statistic) {
    return percentile_interval(bootstrap(80, statistic, options.bootstrap), options.bootstrap).value();
  };
  using Times = std::span<const std::uint32_t>;
  const Interval of_loss = interval([&](Times times) -> std::optional<double> {
    double sum = 0;
    for (std::size_t i = 0; i < 80; ++i) sum += times[i] * result.log_losses[i];
    return sum / 80;
  });
  CHECK(result.log_loss_interval == of_loss);
  const Interval of_f1 = interval([&](Times times) -> std::optional<double> {
    double sum = 0, classes = 0;
    for (std::uint32_t k = 0; k < 3; ++k) {
      double both = 0, either = 0;
      for (std::size_t i = 0; i < 80; ++i) {
        either += times[i] * ((test.labels[i] == k) + (result.predictions[i] == k));
        both += times[i] * (test.labels[i] == k && result.predictions[i] == k);
      }
      if (either > 0) sum += 2 * both / either;
      classes += either > 0;
    }
    return sum / classes;
  });
  CHECK(result.macro_f1_interval->low == Approx(of_f1.low).epsilon(1e-12));
  CHECK(result.macro_f1_interval->high == Approx(of_f1.high).epsilon(1e-12));
  CHECK(result.accuracy.interval == proportion_interval({result.accuracy.correct, 80}));
  CHECK(result.log_loss_interval->low < result.log_loss);
  CHECK(result.log_loss < result.log_loss_interval->high);
  CHECK(result.accuracy.value().value() > 0.4);  // it has learnt something
  CHECK(result.accuracy.value().value() < 1);
}

TEST_CASE("probe: if all resamples are equal there is no interval") {
  const ProbeResult result = probe(four_words(), good_and_bad(), texts({{"pos", "good"}}), quick());
  CHECK(!result.accuracy.interval);
  CHECK(!result.macro_f1_interval);
  CHECK(!result.log_loss_interval);
  CHECK(result.macro_f1 == 1);
  CHECK(result.log_loss > 0);
}

TEST_CASE("probe: the first of equally likely labels is predicted") {
  const LabelledTexts training = texts({{"pos", "good"}, {"neg", "bad"}});
  const ProbeResult result = probe(four_words(), training, texts({{"pos", ""}, {"neg", "good bad"}}), quick());
  CHECK(result.predictions == std::vector<std::uint32_t>{0, 0});
  CHECK(result.log_loss == Approx(std::log(2.0)));
}

TEST_CASE("probe: labels of the test set are numbered as in the training set") {
  const LabelledTexts training =
      texts({{"a", "good"}, {"b", "bad"}, {"c", "fine"}, {"a", "good"}, {"b", "bad"}, {"c", "fine"}});
  ProbeOptions options = quick();
  options.strength = 100;
  const ProbeResult result = probe(four_words(), training, texts({{"c", "fine"}, {"b", "bad"}}), options);
  CHECK(result.predictions == std::vector<std::uint32_t>{2, 1});
  CHECK(result.accuracy.correct == 2);
}

TEST_CASE("probe: neither the vectors' lengths nor a rotation, nor the order of words or texts, changes the result") {
  const Embeddings vectors = random_embeddings(60, 2, 4);
  const LabelledTexts training = random_texts(200, 60, 2, 5), test = random_texts(50, 60, 2, 6);
  const ProbeResult result = probe(vectors, training, test, quick());
  const auto largest_change = [&](const Embeddings& e, const LabelledTexts& t, const ProbeOptions& options) {
    const ProbeResult other = probe(e, t, test, options);
    double largest = 0;
    for (std::size_t i = 0; i < 50; ++i)
      largest = std::max(largest, std::abs(other.log_losses[i] - result.log_losses[i]));
    return largest;
  };
  Matrix scaled = vectors.matrix();
  for (Eigen::Index i = 0; i < scaled.rows(); ++i) scaled.row(i) *= 1 + static_cast<float>(i);
  CHECK(largest_change(Embeddings(vectors.vocabulary(), scaled), training, quick()) < 1e-5);
  ProbeOptions with_lengths = quick();
  with_lengths.texts.unit_length = false;
  CHECK(largest_change(Embeddings(vectors.vocabulary(), scaled), training, with_lengths) > 1e-2);
  const Eigen::Matrix2f turn = (Eigen::Matrix2f() << 0.6F, 0.8F, -0.8F, 0.6F).finished();
  CHECK(largest_change(Embeddings(vectors.vocabulary(), vectors.matrix() * turn), training, quick()) < 1e-5);
  LabelledTexts backwards = training;
  std::ranges::reverse(backwards.labels);
  std::ranges::reverse(backwards.texts);
  for (std::string& text : backwards.texts) {
    Strings words;
    tokenize(
        text, [&](std::string_view word) { words.emplace_back(word); }, [] {});
    text.clear();
    for (auto word = words.rbegin(); word != words.rend(); ++word) text += *word + "\t";
  }
  CHECK(largest_change(vectors, backwards, quick()) < 1e-9);
}

TEST_CASE("probe: the same bits with any number of threads") {
  const Embeddings vectors = random_embeddings(300, 6, 7);
  const LabelledTexts training = random_texts(3000, 300, 3, 8), test = random_texts(500, 300, 3, 9);
  const ProbeResult one = probe(vectors, training, test, quick(1));
  for (const int threads : {2, 5, 0}) {
    const ProbeResult other = probe(vectors, training, test, quick(threads));
    CHECK(other.log_losses == one.log_losses);
    CHECK(other.predictions == one.predictions);
    CHECK(other.log_loss_interval == one.log_loss_interval);
    CHECK(other.macro_f1_interval == one.macro_f1_interval);
    CHECK(other.training.known == one.training.known);
    CHECK(other.training.words == one.training.words);
  }
}

TEST_CASE("probe: two results are compared, with their tests") {
  const LabelledTexts training = random_texts(300, 60, 3, 11), test = random_texts(120, 60, 3, 12);
  const ProbeOptions options = quick();
  const ProbeResult good = probe(random_embeddings(60, 30, 13), training, test, options);
  const ProbeResult poor = probe(random_embeddings(60, 2, 14), training, test, options);
  const ProbeDifference difference = compare(good, poor, options.bootstrap);
  CHECK(difference.accuracy.value ==
        Approx((static_cast<double>(good.accuracy.correct) - static_cast<double>(poor.accuracy.correct)) / 120));
  Discordance discordant{.total = 120};
  for (std::size_t i = 0; i < 120; ++i) {
    discordant.only_first += good.outcomes[i] == Outcome::right && poor.outcomes[i] == Outcome::wrong;
    discordant.only_second += good.outcomes[i] == Outcome::wrong && poor.outcomes[i] == Outcome::right;
  }
  CHECK(difference.accuracy.p_value == mcnemar(discordant));
  CHECK(difference.accuracy.interval == compare_proportions(discordant, options.bootstrap)->interval);
  CHECK(difference.accuracy.count == 120);
  CHECK(difference.log_loss.value == Approx(good.log_loss - poor.log_loss));
  CHECK(difference.log_loss.value < 0);
  CHECK(difference.log_loss.count == 120);
  const auto ascending = bootstrap(
      120,
      [&](std::span<const std::uint32_t> times) -> std::optional<double> {
        double sum = 0;
        for (std::size_t i = 0; i < 120; ++i) sum += times[i] * (good.log_losses[i] - poor.log_losses[i]);
        return sum / 120;
      },
      options.bootstrap);
  CHECK(difference.log_loss.interval == percentile_interval(ascending, options.bootstrap));
  CHECK(difference.log_loss.p_value == bootstrap_p_value(ascending));
  const ProbeDifference reverse = compare(poor, good, options.bootstrap);
  CHECK(reverse.log_loss.value == -difference.log_loss.value);
  CHECK(reverse.log_loss.p_value == difference.log_loss.p_value);
  CHECK(reverse.accuracy.p_value == difference.accuracy.p_value);

  const ProbeDifference none = compare(good, good, options.bootstrap);
  CHECK(none.accuracy.value == 0);
  CHECK(none.accuracy.p_value == 1);
  CHECK(none.log_loss.value == 0);
  CHECK(none.log_loss.interval == Interval{0, 0});
  CHECK(none.log_loss.p_value == 1);
  const ProbeResult shorter = probe(random_embeddings(60, 2, 14), training, random_texts(30, 60, 3, 15), options);
  CHECK_THROWS_AS(compare(good, shorter, options.bootstrap), Error);
}

TEST_CASE("probe: texts from which nothing can be learned are refused") {
  const auto error = [](const LabelledTexts& training, const LabelledTexts& test) {
    return error_of([&] { probe(four_words(), training, test, quick()); });
  };
  const LabelledTexts fine = good_and_bad();
  CHECK(error(texts({{"pos", "good"}, {"pos", "bad"}}, "train"), fine) ==
        "train: all texts have the label 'pos'; a classifier needs two labels or more");
  CHECK(error(texts({}, "train"), fine) == "train: holds no labelled text");
  CHECK(error(fine, texts({}, "test")) == "test: holds no labelled text");
  CHECK(error(fine, texts({{"pos", "good"}, {"new", "bad"}, {"new", "x"}}, "test")) ==
        "test: the label 'new', of 2 texts, is not in texts; leave these out or train on some");
  CHECK(error(fine, texts({{"zz", "bad"}}, "test")) ==
        "test: the label 'zz', of 1 text, is not in texts; leave these out or train on some");
  CHECK(error(texts({{"pos", "le bon"}, {"neg", "void"}}, "train"), fine) ==
        "train: none of its 3 words is in the vectors; check that both have the same language and tokenization");
  CHECK(error(fine, texts({{"pos", "le bon"}}, "test")).empty());
}

TEST_CASE("probe: options out of range are refused") {
  const auto error = [](const auto& change) {
    ProbeOptions options;
    change(options);
    return option_error_of([&] { probe(four_words(), good_and_bad(), good_and_bad(), options); });
  };
  CHECK(error([](ProbeOptions& o) { o.strength = 0; }) == "strength must be between 1e-06 and 1000000, got 0");
  CHECK_THAT(error([](ProbeOptions& o) { o.strength = std::nan(""); }), ContainsSubstring("strength must be between"));
  CHECK_THAT(error([](ProbeOptions& o) { o.threads = -1; }), ContainsSubstring("threads must be between 0"));
  CHECK_THAT(error([](ProbeOptions& o) { o.bootstrap.resamples = 0; }), ContainsSubstring("resamples"));
}

TEST_CASE("probe: it can be cancelled") {
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(probe(four_words(), good_and_bad(), good_and_bad(), quick(), &progress), Cancelled);
}
