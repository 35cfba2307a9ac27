#include "src/map/tsne.hpp"

#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace equivec {

namespace {

constexpr int exaggerated_epochs = 250;
constexpr float exaggeration = 12;
constexpr std::size_t lanes = 16;  // sums that run side by side, so that the compiler may use vectors
using Sums = std::array<float, lanes>;

/// exp(-distance * precision) with that perplexity, by bisection, which sum to 1.
void set_shares(const Eigen::VectorXd& distances, Eigen::Index own, double perplexity, Eigen::VectorXd& shares) {
  const double wanted = std::log(perplexity);
  double nearest = std::numeric_limits<double>::infinity();
  for (Eigen::Index j = 0; j < distances.size(); ++j)
    if (j != own) nearest = std::min(nearest, distances[j]);
  double low = 0, precision = 1, high = std::numeric_limits<double>::infinity();
  for (int step = 0; step < 100; ++step) {
    shares = (-(distances.array() - nearest) * precision).exp();
    shares[own] = 0;
    const double sum = shares.sum();
    const double entropy = std::log(sum) + precision * (shares.array() * (distances.array() - nearest)).sum() / sum;
    shares /= sum;
    if (std::abs(entropy - wanted) < 1e-5) return;
    (entropy > wanted ? low : high) = precision;
    precision = std::isinf(high) ? 2 * precision : (low + high) / 2;
  }
}

float sum_of(const Sums& sums) { return std::accumulate(sums.begin(), sums.end(), 0.0f); }

/// A layout in columns, padded with places that are nobody's.
class Descent {
 public:
  Descent(Matrix shares, const Matrix& places, const TsneOptions& options)
      : options_(options),
        rows_(static_cast<std::size_t>(places.rows())),
        padded_((rows_ + lanes - 1) / lanes * lanes),
        shares_(std::move(shares)),
        x_(padded_, far_away),
        y_(padded_, far_away),
        attraction_x_(rows_),
        attraction_y_(rows_),
        repulsion_x_(rows_),
        repulsion_y_(rows_),
        sums_(rows_),
        speed_(2 * rows_),
        gains_(2 * rows_, 1) {
    for (std::size_t i = 0; i < rows_; ++i) {
      x_[i] = places(static_cast<Eigen::Index>(i), 0);
      y_[i] = places(static_cast<Eigen::Index>(i), 1);
    }
  }

  void run(int epoch) {
    if (epoch == exaggerated_epochs) {
      std::ranges::fill(speed_, 0.0f);
      std::ranges::fill(gains_, 1.0f);
    }
    parallel_ranges(rows_, 32, options_.threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) set_forces(i);
    });
    const double all = std::accumulate(sums_.begin(), sums_.end(), 0.0);
    const float share = epoch < exaggerated_epochs ? exaggeration : 1,
                momentum = epoch < exaggerated_epochs ? 0.5f : 0.8f;
    const float rate = std::max(static_cast<float>(rows_) / exaggeration / 4, 50.0f);
    for (std::size_t i = 0; i < rows_; ++i) {
      const auto scale = static_cast<float>(1 / all);
      step(x_[i], speed_[i], gains_[i], 4 * (share * attraction_x_[i] - scale * repulsion_x_[i]), momentum, rate);
      step(y_[i], speed_[rows_ + i], gains_[rows_ + i], 4 * (share * attraction_y_[i] - scale * repulsion_y_[i]),
           momentum, rate);
    }
  }

  void copy_to(Matrix& places) const {
    for (std::size_t i = 0; i < rows_; ++i) places.row(static_cast<Eigen::Index>(i)) << x_[i], y_[i];
  }

 private:
  static constexpr float far_away = 1e15f;  // with a similarity of 0 and a finite square

  void set_forces(std::size_t i) {
    const float* const share = shares_.data() + i * padded_;
    const float x = x_[i], y = y_[i];
    Sums attraction_x{}, attraction_y{}, repulsion_x{}, repulsion_y{}, similarities{};
    for (std::size_t j = 0; j < padded_; j += lanes)
      for (std::size_t l = 0; l < lanes; ++l) {
        const float dx = x - x_[j + l], dy = y - y_[j + l];
        const float similarity = 1 / (1 + dx * dx + dy * dy);
        const float pull = share[j + l] * similarity, push = similarity * similarity;
        attraction_x[l] += pull * dx;
        attraction_y[l] += pull * dy;
        repulsion_x[l] += push * dx;
        repulsion_y[l] += push * dy;
        similarities[l] += similarity;
      }
    attraction_x_[i] = sum_of(attraction_x);
    attraction_y_[i] = sum_of(attraction_y);
    repulsion_x_[i] = sum_of(repulsion_x);
    repulsion_y_[i] = sum_of(repulsion_y);
    sums_[i] = static_cast<double>(sum_of(similarities)) - 1;  // without itself
  }

  static void step(float& place, float& speed, float& gain, float gradient, float momentum, float rate) {
    gain = std::max(speed * gradient < 0 ? gain + 0.2f : gain * 0.8f, 0.01f);
    speed = momentum * speed - rate * gain * gradient;
    place += speed;
  }

  TsneOptions options_;
  std::size_t rows_, padded_;
  Matrix shares_;  // rows x padded
  std::vector<float> x_, y_, attraction_x_, attraction_y_, repulsion_x_, repulsion_y_;
  std::vector<double> sums_;  // of the similarities to the others
  std::vector<float> speed_, gains_;
};

}  // namespace

Matrix neighbor_shares(const Eigen::MatrixXd& rows, double perplexity, int threads) {
  const Eigen::Index count = rows.rows();
  const Eigen::VectorXd squares = rows.rowwise().squaredNorm();
  Matrix shares = Matrix::Zero(count, count);
  parallel_ranges(static_cast<std::size_t>(count), 16, threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(CancelScope::current());
    Eigen::VectorXd row(count);
    for (auto i = static_cast<Eigen::Index>(begin); i < static_cast<Eigen::Index>(end); ++i) {
      const Eigen::VectorXd own = rows.row(i).transpose();
      const Eigen::VectorXd distances = (squares - 2 * (rows * own)).array() + squares[i];
      set_shares(distances.cwiseMax(0), i, perplexity, row);
      shares.row(i) = row.transpose().cast<float>();
    }
  });
  // In place: there are as many as pairs of rows.
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j <= i; ++j)
      shares(i, j) = shares(j, i) = std::max((shares(i, j) + shares(j, i)) / static_cast<float>(2 * count), 1e-12f);
  return shares;
}

double tsne_objective(const Matrix& shares, const Eigen::MatrixXd& places, Eigen::MatrixXd& gradient) {
  const Eigen::Index count = places.rows();
  double all = 0, divergence = 0;
  const auto similarity = [&](Eigen::Index i, Eigen::Index j) {
    return 1 / (1 + (places.row(i) - places.row(j)).squaredNorm());
  };
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < count; ++j)
      if (j != i) all += similarity(i, j);
  gradient = Eigen::MatrixXd::Zero(count, 2);
  for (Eigen::Index i = 0; i < count; ++i)
    for (Eigen::Index j = 0; j < count; ++j) {
      if (j == i) continue;
      const double w = similarity(i, j), p = static_cast<double>(shares(i, j));
      divergence += p * std::log(p * all / w);
      gradient.row(i) += 4 * (p - w / all) * w * (places.row(i) - places.row(j));
    }
  return divergence;
}

void lay_out_by_tsne(const Eigen::MatrixXd& rows, Matrix& places, const TsneOptions& options, Progress* progress) {
  start(progress, static_cast<std::uint64_t>(options.epochs));
  Matrix shares = neighbor_shares(rows, options.perplexity, options.threads);
  const auto padded = static_cast<Eigen::Index>((static_cast<std::size_t>(rows.rows()) + lanes - 1) / lanes * lanes);
  Matrix wide = Matrix::Zero(rows.rows(), padded);
  wide.leftCols(rows.rows()) = shares;
  shares.resize(0, 0);
  wide.diagonal().setZero();
  Descent descent(std::move(wide), places, options);
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    check_cancelled(progress);
    descent.run(epoch);
    if (progress) ++progress->done;
  }
  descent.copy_to(places);
}

}  // namespace equivec
