#include "equivec/spaces/drift.hpp"

#include "equivec/base/error.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "equivec/spaces/stability.hpp"
#include "src/spaces/word_changes.hpp"

#include "catch.hpp"
#include "planted_rotation.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace equivec;

namespace {

constexpr int dimension = 20;

/// What two trainings of one text give: the same space with noise, less for frequent words, and turned.
Embeddings training(const Embeddings& truth, std::uint64_t seed) {
  Matrix rows = truth.matrix();
  Rng rng(seed, 77);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    const auto count = static_cast<double>(truth.vocabulary().count(word_id(static_cast<std::size_t>(i))));
    for (Eigen::Index c = 0; c < rows.cols(); ++c)
      rows(i, c) += static_cast<float>(2 / std::sqrt(count)) * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5F);
  }
  return turned(truth.with_vectors(std::move(rows)), random_rotation(dimension, seed));
}

/// Words in groups, so that neighbours mean something; counts as Zipf's law has them.
Embeddings true_space(std::size_t words, std::uint64_t seed) {
  const Embeddings centers = random_embeddings(words / 20, dimension, seed),
                   offsets = random_embeddings(words, dimension, seed + 1);
  Matrix rows = offsets.matrix() * 0.4F;
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) {
    rows.row(static_cast<Eigen::Index>(i)) += centers.matrix().row(static_cast<Eigen::Index>(i * 7919 % (words / 20)));
    entries.push_back({"w" + std::to_string(i), 20000 / (i + 1) + 30});
  }
  return Embeddings(Vocabulary(entries), std::move(rows));
}

/// The same with words that got each other's vectors: every `step`th with the one 3 after it.
Embeddings with_swaps(const Embeddings& truth, std::size_t step, std::set<std::string>& swapped) {
  Matrix rows = truth.matrix();
  for (std::size_t i = 5; i + 3 < truth.size(); i += step) {
    rows.row(static_cast<Eigen::Index>(i)).swap(rows.row(static_cast<Eigen::Index>(i + 3)));
    swapped.insert(std::string(truth.vocabulary().word(word_id(i))));
    swapped.insert(std::string(truth.vocabulary().word(word_id(i + 3))));
  }
  return truth.with_vectors(std::move(rows));
}

std::vector<Embeddings> trainings(const Embeddings& truth, std::initializer_list<std::uint64_t> seeds) {
  std::vector<Embeddings> result;
  for (const std::uint64_t seed : seeds) result.push_back(training(truth, seed));
  return result;
}

Embeddings centered(const Embeddings& space) {
  Matrix rows = space.matrix();
  for (Eigen::Index c = 0; c < rows.cols(); ++c) {
    double sum = 0;
    for (Eigen::Index i = 0; i < rows.rows(); ++i) sum += static_cast<double>(rows(i, c));
    rows.col(c).array() -= static_cast<float>(sum / static_cast<double>(rows.rows()));
  }
  return space.with_vectors(rows);
}

std::vector<ComparedSpace> both_spaces(const Embeddings& a, const Embeddings& b, int neighbors) {
  std::size_t left_out = 0;
  const Embeddings* const spaces[] = {&a, &b};
  return compared_spaces(spaces, 0, neighbors, 1, left_out, nullptr);
}

}  // namespace

TEST_CASE("drift: distances are those of the formulas, worked out word by word") {
  const Embeddings truth = true_space(200, 1), a = centered(training(truth, 2)), b = centered(training(truth, 3));
  constexpr std::size_t count = 6;
  const std::vector<ComparedSpace> spaces =
      both_spaces(training(truth, 2), training(truth, 3), static_cast<int>(count));
  const WordDistances distances = word_distances(spaces[0], spaces[1], 1);
  const Embeddings aligned = align(a, b, shared_words(a, b, 0)).embeddings;
  const auto nearest = [&](const Embeddings& space, std::size_t word) {
    std::vector<std::pair<double, std::size_t>> all;
    for (std::size_t i = 0; i < space.size(); ++i)
      if (i != word) all.emplace_back(-cosine(space[word_id(word)], space[word_id(i)]), i);
    std::ranges::sort(all);
    std::set<std::size_t> words;
    for (std::size_t i = 0; i < count; ++i) words.insert(all[i].second);
    return words;
  };
  for (std::size_t word = 0; word < 200; word += 13) {
    CHECK(distances[0][word] == Approx(1 - cosine(aligned[word_id(word)], b[word_id(word)])).margin(1e-6));
    const std::set<std::size_t> in_a = nearest(a, word), in_b = nearest(b, word);
    std::set<std::size_t> either = in_a;
    either.insert(in_b.begin(), in_b.end());
    CHECK(distances[1][word] == Approx(double(either.size() - count) / count));
    double products = 0, square_a = 0, square_b = 0;
    for (const std::size_t other : either) {
      const double x = cosine(a[word_id(word)], a[word_id(other)]), y = cosine(b[word_id(word)], b[word_id(other)]);
      products += x * y;
      square_a += x * x;
      square_b += y * y;
    }
    CHECK(distances[2][word] == Approx(1 - products / std::sqrt(square_a * square_b)).margin(1e-5));
  }
}

TEST_CASE("drift: where nothing has changed hardly a word is called changed", "[slow]") {
  const Embeddings truth = true_space(600, 11);
  OfMeasures<std::size_t> called = {};
  for (std::uint64_t run = 0; run < 10; ++run) {
    const std::vector<Embeddings> null = trainings(truth, {100 + run, 200 + run, 300 + run});
    const Drift drift = measure_drift(training(truth, 400 + run), training(truth, 500 + run), null);
    CHECK(drift.words.size() == 600);
    CHECK(drift.null_pairs == 3);
    CHECK(drift.null_distances == 1800);
    for (std::size_t m = 0; m < called.size(); ++m) called[m] += drift.changed[m];
  }
  for (const std::size_t count : called) CHECK(count <= 6);  // of 6,000
}

TEST_CASE("drift: words that were swapped are found, and named first") {
  const Embeddings truth = true_space(600, 12);
  std::set<std::string> swapped;
  const Embeddings changed = with_swaps(truth, 40, swapped);
  const std::vector<Embeddings> null = trainings(truth, {1, 2, 3});
  for (const ChangeMeasure measure : change_measures) {
    const Drift drift = measure_drift(training(truth, 4), training(changed, 5), null, {.measure = measure});
    const auto m = static_cast<std::size_t>(measure);
    std::size_t found = 0, wrong = 0;
    for (const DriftingWord& word : drift.words)
      if (word.changes[m].q_value <= 0.05) (swapped.contains(word.word) ? found : wrong) += 1;
    CHECK(found >= swapped.size() * 9 / 10);
    // The neighbours of a swapped word have truly lost one, and gained one.
    if (measure == ChangeMeasure::cosine) CHECK(wrong <= (found + wrong) / 10);
    CHECK(drift.changed[m] == found + wrong);
    CHECK(swapped.contains(drift.words[0].word));
    CHECK(std::ranges::is_sorted(drift.words, std::greater<>(),
                                 [m](const auto& word) { return word.changes[m].excess; }));
    CHECK(drift.words[0].first_neighbors.size() == 100);
    CHECK(drift.words[0].second_neighbors.size() == 100);
    CHECK(drift.words[20].first_neighbors.empty());
  }
}

TEST_CASE("drift: words that lost their neighbours are found though chance alone takes half of them") {
  const Embeddings truth = true_space(2000, 18);
  std::set<std::string> swapped;
  const Embeddings changed = with_swaps(truth, 50, swapped);
  const Drift drift = measure_drift(training(truth, 4), training(changed, 5), trainings(truth, {1, 2, 3}),
                                    {.measure = ChangeMeasure::neighbors});
  CHECK(drift.null_median[1] > 0.5);
  std::size_t found = 0;
  for (const DriftingWord& word : drift.words) {
    const WordChange& change = word.changes[1];
    found += swapped.contains(word.word) && change.q_value <= 0.05;
    if (std::abs(change.excess) > 1e-6) CHECK((change.distance > change.expected) == (change.excess > 0));
    CHECK(0 <= change.interval.low);
    CHECK(change.interval.low <= change.interval.high);
    CHECK(change.interval.high <= 1);
  }
  CHECK(found >= swapped.size() * 7 / 8);  // without logits of shares: 8/10
}

TEST_CASE("drift: with one null space it is compared with the first") {
  const Embeddings truth = true_space(300, 13);
  const std::vector<Embeddings> null = trainings(truth, {1});
  const Drift drift = measure_drift(training(truth, 2), training(truth, 3), null);
  CHECK(drift.null_pairs == 1);
  CHECK(drift.null_distances == 300);
}

TEST_CASE("drift: threads do not change it, and words that a null space lacks are counted") {
  const Embeddings truth = true_space(600, 14);
  std::vector<WordId> fewer;
  for (std::size_t i = 0; i < 600; ++i)
    if (i % 10 != 3) fewer.push_back(word_id(i));
  std::vector<Embeddings> null = trainings(truth, {1, 2});
  null[1] = selected(null[1], fewer);
  const Embeddings a = training(truth, 3), b = training(truth, 4);
  const Drift one = measure_drift(a, b, null, {.threads = 1}), two = measure_drift(a, b, null, {.threads = 2});
  CHECK(one.left_out == 60);
  REQUIRE(one.words.size() == 540);
  for (std::size_t i = 0; i < one.words.size(); ++i) {
    CHECK(one.words[i].word == two.words[i].word);
    CHECK(one.words[i].changes[0].distance == two.words[i].changes[0].distance);
    CHECK(one.words[i].changes[2].distance == two.words[i].changes[2].distance);
  }
  const Drift first = measure_drift(a, b, null, {.restrict = 100});
  CHECK(first.words.size() == 100);
  const Embeddings uncounted(Vocabulary([&] {
                               std::vector<Vocabulary::Entry> entries;
                               for (std::size_t i = 0; i < 600; ++i) entries.push_back({"w" + std::to_string(i), 0});
                               return entries;
                             }()),
                             a.matrix());
  CHECK(measure_drift(uncounted, b, null).words.size() == 540);
}

TEST_CASE("drift: what tells nothing about chance is refused") {
  const Embeddings truth = true_space(200, 15), a = training(truth, 1), b = training(truth, 2);
  CHECK_THROWS_AS(measure_drift(a, b, {}), OptionError);
  const std::vector<Embeddings> same = {a, turned(a, random_rotation(dimension, 9))};
  CHECK_THROWS_WITH(measure_drift(a, b, same), Catch::Contains("same vectors but for a rotation"));
  const std::vector<Embeddings> itself = {a};
  CHECK_THROWS_WITH(measure_drift(a, b, itself), Catch::Contains("same vectors but for a rotation"));
  const std::vector<Embeddings> short_one = {random_embeddings(200, 5, 1)};
  CHECK_THROWS_WITH(measure_drift(a, b, short_one), Catch::Contains("spaces of one dimension"));
  const std::vector<Embeddings> null = trainings(truth, {3, 4});
  CHECK_THROWS_WITH(measure_drift(a, b, null, {.restrict = 9}), Catch::Contains("9 words in common"));
  Matrix broken = a.matrix();
  broken(3, 1) = std::nanf("");
  CHECK_THROWS_WITH(measure_drift(a.with_vectors(broken), b, null), Catch::Contains("w3"));
  CHECK_THROWS_AS(measure_drift(a, b, null, {.neighbors = 0}), OptionError);
  CHECK_THROWS_AS(measure_drift(a, b, null, {.false_discovery_rate = 1.5}), OptionError);
  CHECK_THROWS_AS(measure_drift(a, b, null, {.confidence = 1}), OptionError);
  Progress cancelled;
  cancelled.cancelled = true;
  CHECK_THROWS_AS(measure_drift(a, b, null, {}, {.progress = &cancelled}), Cancelled);
}

TEST_CASE("stability: frequent words are nearer to where they were, and bands hold all words") {
  const Embeddings truth = true_space(1000, 16);
  const std::vector<Embeddings> spaces = trainings(truth, {1, 2, 3});
  const Stability stability = measure_stability(spaces, {.bands = 5});
  CHECK(stability.pairs == 3);
  REQUIRE(stability.bands.size() == 5);
  std::size_t words = 0;
  double sum = 0;
  for (const FrequencyBand& band : stability.bands) {
    words += band.words;
    sum += band.distance[0] * static_cast<double>(band.words);
    CHECK(band.most_count >= band.least_count);
    REQUIRE(band.interval[0]);
    CHECK(band.interval[0]->low <= band.distance[0]);
    CHECK(band.distance[0] <= band.interval[0]->high);
  }
  CHECK(words == 1000);
  double all = 0;
  for (const StableWord& word : stability.words) all += word.distance[0];
  CHECK(all == Approx(sum));
  CHECK(stability.bands[0].distance[0] < stability.bands[4].distance[0]);
  CHECK(stability.bands[0].distance[1] < stability.bands[4].distance[1]);
  // The mean over the three pairs.
  double pairs = 0;
  for (const auto& [i, j] : {std::pair<std::size_t, std::size_t>{0, 1}, {0, 2}, {1, 2}}) {
    const std::vector<ComparedSpace> two = both_spaces(spaces[i], spaces[j], 10);
    pairs += word_distances(two[0], two[1], 1)[1][7] / 3;
  }
  CHECK(stability.words[7].distance[1] == Approx(pairs));
}

TEST_CASE("stability: fewer than two spaces, or no common word, is refused") {
  const Embeddings truth = true_space(200, 17);
  CHECK_THROWS_AS(measure_stability(trainings(truth, {1})), OptionError);
  const std::vector<Embeddings> strangers = {
      truth, Embeddings(Vocabulary(std::vector<Vocabulary::Entry>{{"stranger", 5}}), Matrix::Ones(1, dimension))};
  CHECK_THROWS_AS(measure_stability(strangers), Error);
  CHECK_THROWS_AS(measure_stability(trainings(truth, {1, 2}), {.bands = 0}), OptionError);
}
