#include "src/spaces/lexicon_system.hpp"

#include "src/base/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace equivec {

namespace {

/// Of some columns of all rows; a row of them is two cache lines.
constexpr Eigen::Index columns_at_once = 16;
using ColumnStrip = Eigen::Matrix<double, Eigen::Dynamic, columns_at_once, Eigen::RowMajor>;

constexpr double accepted_change = 1e-12;

/// Replaces a row by what its equation says; whether it has changed by more than is accepted.
bool update(const LexiconSystem& system, const ColumnStrip& old, double size, std::size_t place, ColumnStrip& rows) {
  const auto neighbors = system.graph.neighbors(place);
  Eigen::Matrix<double, 1, columns_at_once> sum = rows.row(neighbors.front());
  for (const std::uint32_t neighbor : neighbors.subspan(1)) sum += rows.row(neighbor);
  const auto row = static_cast<Eigen::Index>(place);
  sum = (system.alpha * old.row(row) + sum / static_cast<double>(neighbors.size())) / (system.alpha + 1);
  const double change = (sum - rows.row(row)).norm();
  rows.row(row) = sum;
  return change > accepted_change * std::min(system.alpha, 1.0) * size;
}

double neighbors_length(const LexiconSystem& system, const ExactRows& rows, std::size_t place) {
  const auto neighbors = system.graph.neighbors(place);
  double sum = 0;
  for (const std::uint32_t neighbor : neighbors) sum += rows.row(neighbor).norm();
  return sum / static_cast<double>(neighbors.size());
}

}  // namespace

SolvedSystem solve_system(const LexiconSystem& system, const Progress* progress) {
  const std::size_t words = system.graph.size();
  std::vector<double> sizes(words);  // of what is in a word's equation
  parallel_ranges(words, 1024, system.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      sizes[i] = system.old.row(static_cast<Eigen::Index>(i)).norm() + neighbors_length(system, system.old, i);
  });
  // After so many rounds rounding alone is left, whatever the graph.
  const int most_rounds = static_cast<int>(std::log(1e-15) / -std::log1p(system.alpha)) + 10;
  SolvedSystem result{system.old, 0};
  const Eigen::Index columns = system.old.cols();
  std::vector<int> rounds(static_cast<std::size_t>((columns + columns_at_once - 1) / columns_at_once));
  parallel_for(rounds.size(), system.threads, [&](std::size_t strip) {
    const Eigen::Index first = static_cast<Eigen::Index>(strip) * columns_at_once,
                       width = std::min(columns_at_once, columns - first);
    ColumnStrip old = ColumnStrip::Zero(system.old.rows(), columns_at_once);
    old.leftCols(width) = system.old.middleCols(first, width);
    ColumnStrip rows = old;
    for (bool changed = true; changed && rounds[strip] < most_rounds; ++rounds[strip]) {
      check_cancelled(progress);
      changed = false;
      for (std::size_t i = 0; i < words; ++i) changed = update(system, old, sizes[i], i, rows) || changed;
    }
    result.rows.middleCols(first, width) = rows.leftCols(width);
  });
  for (const int one : rounds) result.rounds = std::max(result.rounds, one);
  return result;
}

double system_error(const LexiconSystem& system, const ExactRows& rows, std::size_t place) {
  const auto row = static_cast<Eigen::Index>(place);
  const auto neighbors = system.graph.neighbors(place);
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(rows.cols());
  for (const std::uint32_t neighbor : neighbors) mean += rows.row(neighbor) / static_cast<double>(neighbors.size());
  const Eigen::RowVectorXd expected = (system.alpha * system.old.row(row) + mean) / (system.alpha + 1);
  const double off = (rows.row(row) - expected).norm();
  const double lengths =
      rows.row(row).norm() +
      (system.alpha * system.old.row(row).norm() + neighbors_length(system, rows, place)) / (system.alpha + 1);
  return off == 0 ? 0 : off / lengths;
}

double system_objective(const LexiconSystem& system, const ExactRows& rows) {
  constexpr std::size_t words_of_strip = 1024;
  const std::size_t words = system.graph.size();
  std::vector<double> sums((words + words_of_strip - 1) / words_of_strip);
  parallel_for(sums.size(), system.threads, [&](std::size_t strip) {
    const std::size_t end = std::min(words, (strip + 1) * words_of_strip);
    for (std::size_t i = strip * words_of_strip; i < end; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      const auto neighbors = system.graph.neighbors(i);
      sums[strip] +=
          system.alpha * static_cast<double>(neighbors.size()) * (rows.row(row) - system.old.row(row)).squaredNorm();
      for (const std::uint32_t neighbor : neighbors)
        if (neighbor > i) sums[strip] += (rows.row(row) - rows.row(neighbor)).squaredNorm();
    }
  });
  double sum = 0;
  for (const double one : sums) sum += one;
  return sum;
}

double mean_row_cosine(const ExactRows& a, const ExactRows& b) {
  double sum = 0;
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    const double lengths = a.row(i).norm() * b.row(i).norm();
    if (lengths > 0) sum += a.row(i).dot(b.row(i)) / lengths;
  }
  return a.rows() > 0 ? sum / static_cast<double>(a.rows()) : 0;
}

}  // namespace equivec
