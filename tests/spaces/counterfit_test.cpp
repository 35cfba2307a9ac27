#include "src/spaces/counterfit.hpp"

#include "catch.hpp"
#include "debias/post_conditions.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace equivec;

namespace {

ExactRows unit_rows_of(std::size_t count, int dimension, std::uint64_t seed) {
  ExactRows rows = random_matrix(count, dimension, seed).cast<double>();
  rows.rowwise().normalize();
  return rows;
}

/// All three kinds of ties, some at their limits and some beyond.
std::vector<CounterfitPair> some_pairs() {
  std::vector<CounterfitPair> pairs;
  for (std::uint32_t i = 0; i < 18; ++i) {
    pairs.push_back({i, (i * 7 + 3) % 20 == i ? 19 : (i * 7 + 3) % 20, 0.3, 1, true});
    pairs.push_back({i, i + 1, 0.9, 1, false});
    if (i % 3 == 0) pairs.push_back({i, i + 2, 0.25 + 0.05 * i, 0.4, true});
  }
  return pairs;
}

/// The paper's sum over the pairs, of rows that may have any length.
double plain_objective(const std::vector<CounterfitPair>& pairs, const ExactRows& rows) {
  double sum = 0;
  for (const CounterfitPair& pair : pairs) {
    const auto u = rows.row(pair.first), v = rows.row(pair.second);
    const double distance = 1 - u.dot(v) / (u.norm() * v.norm());
    sum += pair.weight * std::max(0.0, pair.pulls ? distance - pair.limit : pair.limit - distance);
  }
  return sum;
}

}  // namespace

TEST_CASE("counterfit: the sum is the paper's, and its gradient that of finite differences") {
  const std::vector<CounterfitPair> pairs = some_pairs();
  const ExactRows rows = unit_rows_of(20, 6, 1);
  const CounterfitProblem problem = counterfit_problem(rows, pairs, 1);
  CHECK(problem.ties.size() == 2 * pairs.size());
  CHECK(counterfit_objective(problem, rows) == Approx(plain_objective(pairs, rows)).epsilon(1e-12));
  constexpr double step = 1e-6;
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    std::size_t active = 0;
    const Eigen::RowVectorXd gradient = counterfit_gradient(problem, rows, static_cast<std::size_t>(i), active);
    CHECK(std::abs(gradient.dot(rows.row(i))) < 1e-12);
    for (Eigen::Index k = 0; k < rows.cols(); ++k) {
      ExactRows up = rows, down = rows;
      up(i, k) += step;
      down(i, k) -= step;
      CHECK(gradient[k] ==
            Approx((plain_objective(pairs, up) - plain_objective(pairs, down)) / (2 * step)).margin(1e-7));
    }
  }
}

TEST_CASE("counterfit: a step is what the formula gives pair by pair") {
  const std::vector<CounterfitPair> pairs = some_pairs();
  const ExactRows rows = unit_rows_of(20, 6, 2);
  ExactRows sums = ExactRows::Zero(20, 6);
  Eigen::VectorXd active = Eigen::VectorXd::Zero(20);
  for (const CounterfitPair& pair : pairs) {
    const double distance = 1 - rows.row(pair.first).dot(rows.row(pair.second));
    if (pair.pulls ? distance <= pair.limit : distance >= pair.limit) continue;
    for (const auto& [u, v] : {std::pair(pair.first, pair.second), std::pair(pair.second, pair.first)}) {
      const double sign = pair.pulls ? pair.weight : -pair.weight;
      sums.row(u) += sign * ((1 - distance) * rows.row(u) - rows.row(v));
      ++active[u];
    }
  }
  ExactRows expected = rows;
  for (Eigen::Index i = 0; i < 20; ++i)
    if (active[i] > 0) expected.row(i) = (rows.row(i) - 0.1 / active[i] * sums.row(i)).normalized();
  const CounterfitProblem problem = counterfit_problem(rows, pairs, 1);
  CHECK((counterfit_step(problem, rows, 0.1) - expected).cwiseAbs().maxCoeff() < 1e-14);
}

TEST_CASE("counterfit: steps make the sum smaller, and ties in any order give the same bits") {
  std::vector<CounterfitPair> pairs = some_pairs();
  const ExactRows rows = unit_rows_of(20, 6, 3);
  const CounterfitProblem problem = counterfit_problem(rows, pairs, 1);
  const CounterfitResult found = minimize_counterfit(problem, 50, 0.1, nullptr);
  CHECK(found.steps > 10);
  CHECK(found.after < 0.5 * found.before);
  CHECK(found.after == counterfit_objective(problem, found.rows));
  CHECK(counterfit_step(problem, found.previous, found.rate) == found.rows);
  std::reverse(pairs.begin(), pairs.end());
  CHECK(minimize_counterfit(counterfit_problem(rows, pairs, 2), 50, 0.1, nullptr).rows == found.rows);

  const CounterfitResult none = minimize_counterfit(problem, 0, 0.1, nullptr);
  CHECK(none.rows == rows);
  CHECK((none.steps == 0 && none.rate == 0 && none.before == none.after));
}

TEST_CASE("counterfit: the proofs fail on planted faults") {
  // Words 5 ... 24 of 30, of different lengths.
  Matrix rows = random_matrix(30, 6, 4);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) rows.row(i) *= static_cast<float>(1 + i % 4);
  const Embeddings before(numbered_words(30), rows);
  std::vector<WordId> words;
  ExactRows start(20, 6);
  for (std::size_t i = 0; i < 20; ++i) {
    words.push_back(word_id(i + 5));
    start.row(static_cast<Eigen::Index>(i)) = unit_vector(before[words.back()]).transpose();
  }
  const CounterfitProblem problem = counterfit_problem(start, some_pairs(), 1);
  const CounterfitResult found = minimize_counterfit(problem, 10, 0.1, nullptr);
  REQUIRE(found.steps > 0);
  for (Eigen::Index i = 0; i < 20; ++i)
    rows.row(i + 5) =
        (found.rows.row(i) * exact_row(before, word_id(static_cast<std::size_t>(i) + 5)).norm()).cast<float>();
  const auto verified = [&](auto change) {
    Matrix changed = rows;
    change(changed);
    return verify_counterfit(before, before.with_vectors(changed), words, problem, found);
  };
  CHECK(all_hold(verified([](Matrix&) {})));
  CHECK_FALSE(holds(verified([](Matrix& m) { m(7, 2) *= 1.00001F; }), "direction"));
  CHECK_FALSE(holds(verified([](Matrix& m) { m.row(7).swap(m.row(8)); }), "direction"));
  CHECK_FALSE(holds(verified([](Matrix& m) { m.row(7) = -m.row(7); }), "direction"));
  CHECK_FALSE(holds(verified([](Matrix& m) { m(7, 2) = std::nanf(""); }), "direction"));
  CHECK_FALSE(holds(verified([](Matrix& m) { m.row(7) *= 1.000001F; }), "length"));
  CHECK_FALSE(holds(verified([](Matrix& m) { m(2, 1) = std::nextafter(m(2, 1), 9.0F); }), "take no part"));
  CHECK_FALSE(holds(verified([&](Matrix& m) { m = 2 * before.matrix() - m; }), "the sum is not above"));
}
