#include "equivec/spaces/induction.hpp"

#include "equivec/base/error.hpp"
#include "src/spaces/retrieval.hpp"

#include "catch.hpp"
#include "planted_rotation.hpp"
#include "support.hpp"

#include <algorithm>
#include <numeric>

using namespace equivec;

namespace {

/// Words i and i + 1 are translations of word i.
Dictionary neighbours_of(std::size_t words) {
  Dictionary dictionary{"d", {}};
  for (std::size_t i = 0; i < words; ++i)
    for (const std::size_t to : {i, i + 1})
      dictionary.entries.emplace_back("w" + std::to_string(i), "w" + std::to_string(to));
  return dictionary;
}

/// Mean of the k largest.
double mean_of_largest(Eigen::VectorXd values, Eigen::Index k) {
  std::sort(values.data(), values.data() + values.size(), std::greater<>());
  return values.head(std::min(k, values.size())).mean();
}

}  // namespace

TEST_CASE("retrieval: CSLS orders words as its formula in double does") {
  const Embeddings a = random_embeddings(90, 6, 1), b = random_embeddings(120, 6, 2);
  const Matrix queries = unit_rows(a, 90, 0), rows = unit_rows(b, 120, 0);
  const std::vector<float> means = mean_similarities(rows, queries, 10, 0, nullptr);
  const auto found = nearest_rows(queries, rows, means, 5, 0, nullptr);
  const Eigen::MatrixXd cosines = queries.cast<double>() * rows.cast<double>().transpose();
  for (Eigen::Index j = 0; j < 120; ++j)
    CHECK(means[static_cast<std::size_t>(j)] == Approx(mean_of_largest(cosines.col(j), 10)).margin(1e-6));
  for (Eigen::Index i = 0; i < 90; ++i) {
    Eigen::VectorXd scores = 2 * cosines.row(i).transpose();
    for (Eigen::Index j = 0; j < 120; ++j) scores[j] -= mean_of_largest(cosines.col(j), 10);
    std::vector<Eigen::Index> order(120);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](Eigen::Index x, Eigen::Index y) { return scores[x] > scores[y]; });
    for (std::size_t k = 0; k < 5; ++k)
      CHECK(found[static_cast<std::size_t>(i)][k].similarity == Approx(scores[order[k]]).margin(1e-6));
  }
}

TEST_CASE("retrieval: a row without a direction is no answer by either metric") {
  Matrix rows = Matrix::Random(20, 3);
  rows.row(7).setZero();
  const Embeddings e(numbered_words(20), rows);
  const Matrix units = unit_rows(e, 20, 1);
  const std::vector<float> means = mean_similarities(units, units, 3, 1, nullptr);
  CHECK(means[7] == 0);
  for (const auto& answers :
       {nearest_rows(units, units, means, 20, 1, nullptr), nearest_rows(units, units, {}, 20, 1, nullptr)})
    for (std::size_t i = 0; i < 20; ++i)
      if (i != 7) CHECK(std::ranges::find(answers[i], word_id(7), &Neighbor::word) == answers[i].end());
}

TEST_CASE("induction: counts words that find one of their translations, and those that are missing") {
  const Embeddings target = random_embeddings(400, 12, 3);
  Dictionary dictionary = neighbours_of(50);
  dictionary.entries.emplace_back("unknown", "w1");   // not in the source
  dictionary.entries.emplace_back("w60", "unknown");  // no translation
  dictionary.entries.emplace_back("w61", "w399");     // a wrong one
  const std::vector<Induction> results = induce(target, target, dictionary);
  REQUIRE(results.size() == 2);
  CHECK(results[0].metric == RetrievalMetric::csls);
  CHECK(results[1].metric == RetrievalMetric::cosine);
  for (const Induction& result : results) {
    CHECK(result.at_1.total == 51);
    CHECK(result.at_1.correct == 50);
    CHECK(result.at_1.missing == 2);
    CHECK(result.at_5.correct >= 50);
    CHECK(result.at_1.name == "d");
    REQUIRE(result.at_1.interval);
    CHECK(result.at_1.interval->high == 1);
    CHECK(result.outcomes_1[50] == Outcome::missing);
    CHECK(result.outcomes_1[52] == Outcome::wrong);
  }
  CHECK(induce(target, target, dictionary, {.metric = RetrievalMetric::cosine}).size() == 1);
}

TEST_CASE("induction: only the first words are searched") {
  const Embeddings target = random_embeddings(400, 12, 4);
  const Dictionary dictionary{"d", {{"w5", "w5"}, {"w200", "w200"}, {"w200", "w3"}, {"w300", "w300"}}};
  for (const Induction& result : induce(target, target, dictionary, {.restrict = 100})) {
    CHECK(result.outcomes_1 == std::vector<Outcome>{Outcome::right, Outcome::wrong, Outcome::missing});
  }
}

TEST_CASE("induction: CSLS finds words that hubs hide from the cosine") {
  // A hub: the mean of all, which is near to everything.
  const Embeddings source = random_embeddings(300, 8, 5);
  Matrix rows = turned(source, Eigen::MatrixXd::Identity(8, 8), 0.5).matrix();
  rows.rowwise() += Eigen::RowVectorXf::Constant(8, 0.4F);
  const Embeddings target(numbered_words(300), rows);
  Dictionary dictionary{"d", {}};
  for (std::size_t i = 0; i < 300; ++i)
    dictionary.entries.emplace_back("w" + std::to_string(i), "w" + std::to_string(i));
  const std::vector<Induction> results = induce(source, target, dictionary);
  CHECK(results[0].at_1.correct > results[1].at_1.correct);
}

TEST_CASE("induction: refuses spaces of different dimensions") {
  CHECK(error_of([] {
          induce(random_embeddings(9, 2, 1), random_embeddings(9, 3, 1), {"d", {{"w1", "w1"}}});
        }) == "the source has vectors of dimension 2, the target of 3; words can be compared in one space only");
  CHECK(option_error_of([] { validate(InductionOptions{.neighbors = 0}); }) ==
        "neighbors must be between 1 and 1000, got 0");
}
