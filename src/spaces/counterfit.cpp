#include "src/spaces/counterfit.hpp"

#include "src/base/parallel.hpp"
#include "src/debias/word_by_word.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace equivec {

namespace {

constexpr std::size_t places_at_once = 1024;

/// What a tie costs, divided by its weight; not more than 0: nothing.
double excess(const CounterfitTie& tie, double cosine) {
  const double distance = 1 - cosine;
  return tie.pulls ? distance - tie.limit : tie.limit - distance;
}

}  // namespace

CounterfitProblem counterfit_problem(ExactRows start, std::span<const CounterfitPair> pairs, int threads) {
  CounterfitProblem problem{std::move(start), {}, {}, pairs.size(), threads};
  const auto size = static_cast<std::size_t>(problem.start.rows());
  problem.begins.assign(size + 1, 0);
  for (const CounterfitPair& pair : pairs) {
    ++problem.begins[pair.first + 1];
    ++problem.begins[pair.second + 1];
  }
  for (std::size_t i = 1; i <= size; ++i) problem.begins[i] += problem.begins[i - 1];
  std::vector<std::size_t> ends = problem.begins;
  problem.ties.resize(problem.begins.back());
  for (const CounterfitPair& pair : pairs) {
    problem.ties[ends[pair.first]++] = {pair.second, pair.limit, pair.weight, pair.pulls};
    problem.ties[ends[pair.second]++] = {pair.first, pair.limit, pair.weight, pair.pulls};
  }
  for (std::size_t i = 0; i < size; ++i)  // so that sums do not depend on the order of the pairs
    std::stable_sort(problem.ties.begin() + static_cast<std::ptrdiff_t>(problem.begins[i]),
                     problem.ties.begin() + static_cast<std::ptrdiff_t>(problem.begins[i + 1]),
                     [](const CounterfitTie& a, const CounterfitTie& b) {
                       return std::pair(a.other, a.pulls) < std::pair(b.other, b.pulls);
                     });
  return problem;
}

double counterfit_objective(const CounterfitProblem& problem, const ExactRows& rows) {
  const auto size = static_cast<std::size_t>(rows.rows());
  std::vector<double> sums((size + places_at_once - 1) / places_at_once);
  parallel_for(sums.size(), problem.threads, [&](std::size_t strip) {
    const std::size_t end = std::min(size, (strip + 1) * places_at_once);
    for (std::size_t i = strip * places_at_once; i < end; ++i)
      for (const CounterfitTie& tie : problem.ties_of(i))
        if (tie.other > i)
          sums[strip] +=
              tie.weight * std::max(0.0, excess(tie, rows.row(static_cast<Eigen::Index>(i)).dot(rows.row(tie.other))));
  });
  double sum = 0;
  for (const double one : sums) sum += one;
  return sum;
}

Eigen::RowVectorXd counterfit_gradient(const CounterfitProblem& problem, const ExactRows& rows, std::size_t place,
                                       std::size_t& active) {
  const auto row = rows.row(static_cast<Eigen::Index>(place));
  Eigen::RowVectorXd gradient = Eigen::RowVectorXd::Zero(rows.cols());
  double along = 0;
  for (const CounterfitTie& tie : problem.ties_of(place)) {
    const double cosine = row.dot(rows.row(tie.other));
    if (!(excess(tie, cosine) > 0)) continue;
    ++active;
    const double weight = tie.pulls ? tie.weight : -tie.weight;
    gradient -= weight * rows.row(tie.other);
    along += weight * cosine;
  }
  return gradient + along * row;
}

ExactRows counterfit_step(const CounterfitProblem& problem, const ExactRows& rows, double rate) {
  ExactRows next = rows;
  parallel_ranges(static_cast<std::size_t>(rows.rows()), places_at_once, problem.threads,
                  [&](std::size_t begin, std::size_t end) {
                    check_cancelled(CancelScope::current());
                    for (std::size_t i = begin; i < end; ++i) {
                      std::size_t active = 0;
                      const Eigen::RowVectorXd gradient = counterfit_gradient(problem, rows, i, active);
                      if (active == 0) continue;
                      auto row = next.row(static_cast<Eigen::Index>(i));
                      row -= rate / static_cast<double>(active) * gradient;
                      row.normalize();  // never zero: the gradient is orthogonal to the row
                    }
                  });
  return next;
}

CounterfitResult minimize_counterfit(const CounterfitProblem& problem, int iterations, double rate,
                                     Progress* progress) {
  start(progress, static_cast<std::uint64_t>(iterations));
  const double before = counterfit_objective(problem, problem.start);
  CounterfitResult best{problem.start, problem.start, 0, before, before, 0};
  ExactRows rows = problem.start;
  for (int step = 1; step <= iterations; ++step) {
    check_cancelled(progress);
    ExactRows next = counterfit_step(problem, rows, rate);
    const double objective = counterfit_objective(problem, next);
    if (objective < best.after) best = {next, std::move(rows), rate, before, objective, step};
    rows = std::move(next);
    if (progress) ++progress->done;
  }
  return best;
}

std::vector<PostCondition> verify_counterfit(const Embeddings& before, const Embeddings& after,
                                             std::span<const WordId> words, const CounterfitProblem& problem,
                                             const CounterfitResult& found) {
  constexpr double bound = float_rounding + 1e-9;  // and what computing in double leaves, with much room
  const ExactRows expected = counterfit_step(problem, found.previous, found.rate);
  ExactRows rows(expected.rows(), expected.cols());
  for (std::size_t i = 0; i < words.size(); ++i)
    rows.row(static_cast<Eigen::Index>(i)) = unit_vector(after[words[i]]).transpose();
  const double off = worst_of(words.size(), [&](std::size_t i) {
    return (rows.row(static_cast<Eigen::Index>(i)) - expected.row(static_cast<Eigen::Index>(i))).norm();
  });
  const double length = worst_of(words.size(), [&](std::size_t i) {
    const double was = column(before[words[i]]).cast<double>().norm();
    return std::abs(column(after[words[i]]).cast<double>().norm() - was) / was;
  });
  double weights = 0;  // rounding moves a distance by twice that of a row
  for (const CounterfitTie& tie : problem.ties) weights += tie.weight / 2;
  const double more = counterfit_objective(problem, rows) - counterfit_objective(problem, problem.start);
  return {{"every word has the direction that the last step gives it (distance of unit vectors)", off, bound},
          {"no word has another length, as a share of it", length, bound},
          {"the sum is not above that of the old vectors (difference, as a share of all weights)",
           weights > 0 ? more / weights : 0, 2 * bound},
          other_words_stay(before, after, words)};
}

}  // namespace equivec
