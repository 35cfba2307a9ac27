#include "equivec/debias/soft.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/search/analogy.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/moments.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <string>

namespace equivec {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// The number of partial sums, the same for any number of threads, so that rounding does not depend on it.
constexpr std::size_t pieces = 32;
constexpr std::size_t block_rows = 512;
constexpr Index most_unknowns = 5000;  // of which the equations take 200 MB
constexpr int max_rounds = 20000;
constexpr int rounds_between_certificates = 10;

/// Unit vectors of the rows [begin, end), as columns; zeros for those without direction.
MatrixXd unit_rows(const Embeddings& embeddings, std::size_t begin, std::size_t end) {
  MatrixXd rows(embeddings.dimension(), static_cast<Index>(end - begin));
  for (std::size_t i = begin; i < end; ++i)
    rows.col(static_cast<Index>(i - begin)) = unit_vector(embeddings[word_id(i)]);
  return rows;
}

std::vector<bool> mask_of(const Embeddings& embeddings, std::span<const WordId> words) {
  std::vector<bool> mask(embeddings.size(), false);
  for (const WordId word : words) mask[index(word)] = true;
  return mask;
}

struct Moments {
  MatrixXd all;      ///< W W'
  MatrixXd neutral;  ///< N N'
};

Moments gather(const Embeddings& embeddings, std::span<const WordId> neutral, int threads, Progress* progress) {
  const std::vector<bool> is_neutral = mask_of(embeddings, neutral);
  const Index d = embeddings.dimension();
  // Of the neutral words and of the others.
  std::vector<std::array<MatrixXd, 2>> sums(pieces);
  parallel_for(pieces, threads, [&](std::size_t piece) {
    auto& own = sums[piece];
    own.fill(MatrixXd::Zero(d, d));
    const std::size_t first = embeddings.size() * piece / pieces, last = embeddings.size() * (piece + 1) / pieces;
    for (std::size_t begin = first; begin < last; begin += block_rows) {
      check_cancelled(progress);
      const std::size_t end = std::min(begin + block_rows, last);
      const MatrixXd units = unit_rows(embeddings, begin, end);
      for (const bool side : {true, false}) {
        MatrixXd chosen(d, units.cols());
        Index count = 0;
        for (std::size_t i = begin; i < end; ++i)
          if (is_neutral[i] == side) chosen.col(count++) = units.col(static_cast<Index>(i - begin));
        // Eigen divides by the number of columns.
        if (count > 0) add_outer_products_of_columns(own[side ? 0 : 1], chosen.leftCols(count));
      }
      if (progress) progress->done += end - begin;
    }
  });
  for (std::size_t piece = 1; piece < pieces; ++piece)
    for (std::size_t side = 0; side < 2; ++side) sums[0][side] += sums[piece][side];
  Moments moments{sums[0][0] + sums[0][1], sums[0][0]};
  for (MatrixXd* const matrix : {&moments.all, &moments.neutral})
    *matrix = MatrixXd(matrix->selfadjointView<Eigen::Lower>());
  return moments;
}

MatrixXd symmetric(const MatrixXd& matrix) { return (matrix + matrix.transpose()) / 2; }

/// The nearest matrix without negative eigenvalues, by the Frobenius norm.
MatrixXd in_cone(const MatrixXd& matrix) {
  const auto [values, vectors] = eigen_pairs(matrix);
  return product_transposed(vectors * values.cwiseMax(0).asDiagonal(), vectors);
}

double inner(const MatrixXd& a, const MatrixXd& b) { return a.cwiseProduct(b).sum(); }

/// The problem in Y, as the header says.
class Problem {
 public:
  Problem(const Moments& moments, const BiasSubspace& subspace, double lambda) : lambda_(lambda) {
    const auto [squares, vectors] = eigen_pairs(moments.all);
    const double largest = squares.size() > 0 ? squares[squares.size() - 1] : 0;
    if (!(largest > 0)) throw Error("soft debiasing: no word has a vector with a length");
    const Index rank = (squares.array() > 1e-10 * largest).count();
    squares_ = squares.tail(rank);
    span_ = vectors.rightCols(rank);
    rest_ = vectors.leftCols(squares.size() - rank);
    const MatrixXd scaled = span_ * squares_.cwiseSqrt().cwiseInverse().asDiagonal();  // U S^-1
    neutral_ = symmetric(product(transposed_product(scaled, moments.neutral), scaled));
    directions_ = transposed_product(scaled, subspace.basis().transpose());
  }

  MatrixXd target() const { return squares_.asDiagonal(); }

  double objective(const MatrixXd& y) const { return (y - target()).squaredNorm() + lambda_ * bias(y); }
  /// |N' X B|^2
  double bias(const MatrixXd& y) const {
    const MatrixXd on_directions = product(y, directions_);
    return inner(product(neutral_, on_directions), on_directions);
  }
  MatrixXd gradient(const MatrixXd& y) const {
    const MatrixXd half = product_transposed(product(neutral_, product(y, directions_)), directions_, lambda_);
    return 2 * (y - target()) + half + half.transpose();
  }
  /// How fast the gradient changes at most.
  double curvature() const {
    const double steepest = eigenvalues(neutral_).maxCoeff();
    const double largest = eigenvalues(transposed_product(directions_, directions_)).maxCoeff();
    return 2 + 2 * lambda_ * std::max(steepest, 0.0) * std::max(largest, 0.0);
  }

  /// The optimum among all symmetric matrices. By its gradient Y = S^2 - lambda / 2 (C Z Q' + Q Z' C) with Z = Y Q; so
  /// Z + lambda / 2 (C Z Q'Q + Q Z' C Q) = S^2 Q, a linear equation in Z.
  MatrixXd unconstrained() const {
    const Index rows = directions_.rows(), rank = directions_.cols();
    const MatrixXd products = transposed_product(directions_, directions_), image = product(neutral_, directions_);
    MatrixXd equations = MatrixXd::Identity(rows * rank, rows * rank);
    for (Index j = 0; j < rank; ++j)
      for (Index l = 0; l < rank; ++l)
        equations.block(j * rows, l * rows, rows, rows) +=
            lambda_ / 2 * (neutral_ * products(l, j) + directions_.col(l) * image.col(j).transpose());
    const MatrixXd right = squares_.asDiagonal() * directions_;
    const Eigen::VectorXd solution =
        solve_linear(equations, Eigen::Map<const Eigen::VectorXd>(right.data(), right.size()));
    const Eigen::Map<const MatrixXd> z(solution.data(), rows, rank);
    const MatrixXd half = product_transposed(product(neutral_, z), directions_, lambda_ / 2);
    return target() - half - half.transpose();
  }

  /// At least the objective's distance from the optimum and the square of Y's distance; 0 at the optimum only.
  double gap(const MatrixXd& y) const {
    const MatrixXd g = gradient(y);
    const MatrixXd step = in_cone(y - g / 2) - y;
    return std::max(0.0, -inner(g, step) - step.squaredNorm());
  }
  /// What rounding in double leaves of an objective of 0.
  double rounding() const { return 1e-20 * squares_.squaredNorm(); }

  /// X = T' T, which is the identity where no word is.
  MatrixXd squared_map(const MatrixXd& y) const {
    const MatrixXd scaled = span_ * squares_.cwiseSqrt().cwiseInverse().asDiagonal();
    return symmetric(product_transposed(product(scaled, y), scaled)) + rest_ * rest_.transpose();
  }
  MatrixXd of_squared_map(const MatrixXd& x) const {
    const MatrixXd scaled = span_ * squares_.cwiseSqrt().asDiagonal();
    return symmetric(product(transposed_product(scaled, x), scaled));
  }

 private:
  double lambda_;
  Eigen::VectorXd squares_;        // S^2
  MatrixXd span_, rest_;           // U, and what is orthogonal to it
  MatrixXd neutral_, directions_;  // C, Q
};

struct Optimum {
  MatrixXd y;
  double gap;
  int rounds;
};

Optimum solve(const Problem& problem, const Progress* progress) {
  MatrixXd y = in_cone(problem.unconstrained()), ahead = y;
  const double curvature = problem.curvature();
  double weight = 1;
  for (int round = 0; round <= max_rounds; ++round) {
    if (round % rounds_between_certificates == 0) {
      check_cancelled(progress);
      const double gap = problem.gap(y);
      if (gap <= std::max(1e-12 * problem.objective(y), problem.rounding())) return {std::move(y), gap, round};
    }
    const MatrixXd next = in_cone(ahead - problem.gradient(ahead) / curvature);
    // A momentum that points uphill has outlived its use.
    if (inner(ahead - next, next - y) > 0) weight = 1;
    const double heavier = (1 + std::sqrt(1 + 4 * weight * weight)) / 2;
    ahead = next + (weight - 1) / heavier * (next - y);
    weight = heavier;
    y = next;
  }
  throw Error("soft debiasing: the optimum was not reached in " + std::to_string(max_rounds) +
              " rounds, since the words hardly span the space; give a smaller lambda or more words");
}

}  // namespace

void validate(const SoftDebiasOptions& options) {
  require_between("lambda", options.lambda, 0, 1e15);
  require_between("threads", options.threads, 0, 4096);
}

SoftDebiased soft_debias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> neutral,
                         const SoftDebiasOptions& options, Progress* progress) {
  validate(options);
  if (subspace.rank() * embeddings.dimension() > most_unknowns)
    throw Error("soft debiasing solves for rank times dimension unknowns, at most " + std::to_string(most_unknowns) +
                "; got " + std::to_string(subspace.rank()) + " times " + std::to_string(embeddings.dimension()));
  start(progress, 2 * embeddings.size());
  const Problem problem(gather(embeddings, neutral, options.threads, progress), subspace, options.lambda);
  const Optimum optimum = solve(problem, progress);

  const auto [values, vectors] = eigen_pairs(problem.squared_map(optimum.y));
  const MatrixXd transformation = product_transposed(vectors * values.cwiseMax(0).cwiseSqrt().asDiagonal(), vectors);

  Matrix result = embeddings.matrix();
  std::vector<WordId> vanished;
  std::mutex mutex;
  const std::size_t blocks = (embeddings.size() + block_rows - 1) / block_rows;
  parallel_for(blocks, options.threads, [&](std::size_t block) {
    check_cancelled(progress);
    const std::size_t begin = block * block_rows, end = std::min(begin + block_rows, embeddings.size());
    const MatrixXd units = unit_rows(embeddings, begin, end);
    const MatrixXd images = product(transformation, units);
    for (std::size_t i = begin; i < end; ++i) {
      const auto position = static_cast<Index>(i - begin);
      if (units.col(position).isZero(0)) continue;
      const double length = images.col(position).norm();
      if (length > negligible_part) {
        result.row(static_cast<Index>(i)) = (images.col(position) / length).cast<float>().transpose();
      } else {
        result.row(static_cast<Index>(i)).setZero();
        const std::scoped_lock lock(mutex);
        vanished.push_back(word_id(i));
      }
    }
    if (progress) progress->done += end - begin;
  });
  std::ranges::sort(vanished);
  const BiasSubspace::Basis& basis = subspace.basis();
  const Index d = embeddings.dimension();
  return {embeddings.with_vectors(std::move(result)),
          transformation,
          problem.objective(optimum.y),
          problem.objective(problem.target()),
          problem.objective(problem.of_squared_map(MatrixXd::Identity(d, d) - basis.transpose() * basis)),
          optimum.gap,
          optimum.rounds,
          std::move(vanished)};
}

std::vector<PostCondition> verify_soft_debias(const Embeddings& before, const SoftDebiased& after,
                                              const BiasSubspace& subspace, std::span<const WordId> neutral,
                                              const SoftDebiasOptions& options) {
  validate(options);
  const MatrixXd& t = after.transformation;
  const Index d = before.dimension();
  const Problem problem(gather(before, neutral, options.threads, nullptr), subspace, options.lambda);
  const MatrixXd y = problem.of_squared_map(product(t, t));
  const double objective = problem.objective(y);
  const double identity = problem.objective(problem.target());
  const double projected = problem.objective(
      problem.of_squared_map(MatrixXd::Identity(d, d) - subspace.basis().transpose() * subspace.basis()));
  const double rounding = problem.rounding();

  const auto image = [&](const Eigen::VectorXd& old) { return Eigen::VectorXd(t * (old / old.norm())); };
  const double off = worst_word(before, after.embeddings, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    const Eigen::VectorXd moved = image(old);
    return row.isZero(0) ? 0 : (row - moved / moved.norm()).norm();
  });
  const double lost = worst_word(before, after.embeddings, [&](const Eigen::VectorXd& old, const Eigen::VectorXd& row) {
    return row.isZero(0) ? image(old).norm() : 0;
  });
  const double length = worst_word(before, after.embeddings, [&](const Eigen::VectorXd&, const Eigen::VectorXd& row) {
    return row.isZero(0) ? 0 : std::abs(row.norm() - 1);
  });
  const Eigen::VectorXd stretches = eigenvalues(symmetric(t));

  // From the resulting rows, with the lengths that T gave them.
  const MatrixXd directions = product(t, subspace.basis().transpose());
  double squares = 0, squares_before = 0, words = 0;
  const std::vector<bool> is_neutral = mask_of(before, neutral);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Eigen::VectorXd unit = unit_vector(before[word_id(i)]);
    if (!is_neutral[i] || unit.isZero(0)) continue;
    const Eigen::VectorXd row = column(after.embeddings[word_id(i)]).cast<double>();
    squares += (directions.transpose() * row).squaredNorm() * (t * unit).squaredNorm();
    squares_before += (subspace.basis() * unit).squaredNorm();
    ++words;
  }
  // An inner product is off by the rounding of its row, times the lengths that T gives the word and the directions.
  const double slack = float_rounding * stretches[d - 1] * directions.norm() * std::sqrt(words);

  return {{"every word is T w of length 1", off, float_rounding},
          {"every word has length 1", length, float_rounding},
          {"a word that became zero was taken to nothing by T", lost, negligible_part},
          {"T is symmetric", (t - t.transpose()).cwiseAbs().maxCoeff(), 1e-12 * t.norm()},
          {"T has no negative eigenvalue", -stretches[0], 1e-12 * t.norm()},
          {"the objective is the least there is, but for", problem.gap(y), std::max(1e-10 * objective, rounding)},
          {"the objective exceeds that of the identity by", objective - identity, 1e-12 * identity + rounding},
          {"the objective exceeds that of the projection by", objective - projected, 1e-12 * projected + rounding},
          {"the neutral words' part along the directions, by root of squares, exceeds that before by",
           std::sqrt(squares) - std::sqrt(squares_before), slack + 1e-12 * std::sqrt(squares_before)}};
}

namespace {

Debiased run_soft(const DebiasMethod::Input& input) {
  Debiased result = begin(input);
  const BiasSubspace& subspace = result.direction.subspace;
  result.neutralized = words_neutralized(input.embeddings.vocabulary(), input.sets);
  const SoftDebiasOptions& options = input.options.soft;
  SoftDebiased soft = soft_debias(input.embeddings, subspace, result.neutralized, options, input.progress);
  result.conditions = verify_soft_debias(input.embeddings, soft, subspace, result.neutralized, options);
  result.embeddings = std::move(soft.embeddings);
  result.vanished = std::move(soft.vanished);
  result.choices.emplace_back("lambda", shortest(options.lambda));
  result.choices.emplace_back("objective",
                              rounded(soft.objective) + " (before " + rounded(soft.objective_before) + ")");
  return result;
}

}  // namespace

constinit const DebiasMethod soft_method = {
    .name = "soft",
    .title = "one linear map that keeps inner products and makes neutral words orthogonal to the bias",
    .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
    .takes = "a direction",
    .changes = "every word",
    .options = "lambda",
    .run = run_soft};

}  // namespace equivec
