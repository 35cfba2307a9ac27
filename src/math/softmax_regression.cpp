#include "src/math/softmax_regression.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

/// Rows processed at once: they and the intermediate results stay in the cache.
constexpr Eigen::Index block_rows = 256;

/// Calls f(begin, count) for the blocks of [begin, end), in order.
template <class F>
void for_each_block(Eigen::Index begin, Eigen::Index end, const F& f) {
  for (; begin < end; begin += block_rows) f(begin, std::min(block_rows, end - begin));
}

/// Turns scores into ln P by subtracting the logarithm of the sum of their exponentials, without overflow.
template <class Row>
void subtract_log_sum(Row&& scores) {
  double top = scores[0], sum = 0;
  for (Eigen::Index k = 1; k < scores.size(); ++k) top = std::max(top, scores[k]);
  for (Eigen::Index k = 0; k < scores.size(); ++k) sum += std::exp(scores[k] - top);
  const double log_sum = top + std::log(sum);
  for (Eigen::Index k = 0; k < scores.size(); ++k) scores[k] -= log_sum;
}

double inner_product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) { return a.cwiseProduct(b).sum(); }

}  // namespace

template <class F>
void SoftmaxObjective::for_each_slice(const F& f) const {
  const auto rows = static_cast<std::size_t>(task_.examples.rows());
  parallel_for(slices_, task_.threads, [&](std::size_t slice) {
    f(slice, static_cast<Eigen::Index>(rows * slice / slices_),
      static_cast<Eigen::Index>(rows * (slice + 1) / slices_));
  });
}

SoftmaxObjective::SoftmaxObjective(const SoftmaxTask& task) : task_(task), penalty_(task.classes == 2 ? 2 : 1) {
  const Examples& x = task_.examples;
  const Eigen::Index dimension = x.cols(), classes = task_.classes;
  // Enough slices for many cores, each of at least a few blocks; their sums take at most 128 MB.
  const Eigen::Index by_memory = (Eigen::Index{1} << 24) / ((dimension + 1) * classes);
  slices_ =
      static_cast<std::size_t>(std::max<Eigen::Index>(1, std::min({x.rows() / 512, by_memory, Eigen::Index{64}})));
  probabilities_.resize(x.rows(), classes);

  std::vector<Eigen::RowVectorXd> sums(slices_);
  for_each_slice([&](std::size_t slice, Eigen::Index begin, Eigen::Index end) {
    sums[slice].setZero(dimension);
    for (Eigen::Index i = begin; i < end; ++i) sums[slice] += x.row(i);
  });
  const auto count = static_cast<double>(x.rows());
  mean_.setZero(dimension);
  for (const Eigen::RowVectorXd& sum : sums) mean_ += sum;
  mean_ /= count;

  for_each_slice([&](std::size_t slice, Eigen::Index begin, Eigen::Index end) {
    sums[slice].setZero(dimension);
    for (Eigen::Index i = begin; i < end; ++i) sums[slice] += (x.row(i) - mean_).cwiseAbs2();
  });
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(dimension);
  for (const Eigen::RowVectorXd& sum : sums) squares += sum;

  Eigen::RowVectorXd shares = Eigen::RowVectorXd::Zero(classes);
  for (const std::uint32_t label : task_.labels) shares[label] += 1 / count;
  const Eigen::RowVectorXd variances = shares.array() * (1 - shares.array());
  curvatures_.resize(dimension + 1, classes);
  curvatures_.topRows(dimension) = (task_.strength * squares.transpose() * variances).array() + penalty_;
  curvatures_.row(dimension) = task_.strength * count * variances;
}

template <class MakeResiduals>
SoftmaxObjective::Parameters SoftmaxObjective::sum_of_products(const Parameters& at,
                                                               const MakeResiduals& make_residuals) const {
  const Eigen::Index dimension = task_.examples.cols();
  const Eigen::MatrixXd weights = at.topRows(dimension);
  const Eigen::RowVectorXd shift = at.row(dimension) - mean_ * weights;
  std::vector<Parameters> sums(slices_);
  for_each_slice([&](std::size_t slice, Eigen::Index begin, Eigen::Index end) {
    check_cancelled(task_.progress);
    sums[slice].setZero(dimension + 1, task_.classes);
    Examples block;
    for_each_block(begin, end, [&](Eigen::Index first, Eigen::Index rows) {
      const auto x = task_.examples.middleRows(first, rows);
      block.noalias() = x * weights;
      block.rowwise() += shift;
      make_residuals(slice, first, block);
      sums[slice].topRows(dimension).noalias() += x.transpose() * block;
      for (Eigen::Index i = 0; i < rows; ++i) sums[slice].row(dimension) += block.row(i);
    });
  });
  Parameters sum = Parameters::Zero(dimension + 1, task_.classes);
  for (const Parameters& of_slice : sums) sum += of_slice;
  sum.topRows(dimension) -= mean_.transpose() * sum.row(dimension);
  return sum;
}

double SoftmaxObjective::evaluate(const Parameters& at, Parameters& gradient) {
  const Eigen::Index dimension = task_.examples.cols();
  std::vector<double> losses(slices_);
  gradient = task_.strength * sum_of_products(at, [&](std::size_t slice, Eigen::Index begin, Examples& block) {
               for (Eigen::Index i = 0; i < block.rows(); ++i) {
                 auto row = block.row(i);
                 const Eigen::Index label = task_.labels[static_cast<std::size_t>(begin + i)];
                 subtract_log_sum(row);
                 losses[slice] -= row[label];
                 for (Eigen::Index k = 0; k < row.size(); ++k) row[k] = std::exp(row[k]);
                 probabilities_.row(begin + i) = row;
                 row[label] -= 1;
               }
             });
  gradient.topRows(dimension) += penalty_ * at.topRows(dimension);
  double sum = 0;
  for (const double loss : losses) sum += loss;
  return penalty_ / 2 * at.topRows(dimension).squaredNorm() + task_.strength * sum;
}

SoftmaxObjective::Parameters SoftmaxObjective::hessian_times(const Parameters& direction) const {
  const Eigen::Index dimension = task_.examples.cols();
  Parameters product =
      task_.strength * sum_of_products(direction, [&](std::size_t, Eigen::Index begin, Examples& block) {
        for (Eigen::Index i = 0; i < block.rows(); ++i) {
          auto row = block.row(i);
          const auto p = probabilities_.row(begin + i);
          double mean = 0;
          for (Eigen::Index k = 0; k < row.size(); ++k) mean += p[k] * row[k];
          for (Eigen::Index k = 0; k < row.size(); ++k) row[k] = p[k] * (row[k] - mean);
        }
      });
  product.topRows(dimension) += penalty_ * direction.topRows(dimension);
  return product;
}

SoftmaxModel SoftmaxObjective::model(const Parameters& at) const {
  const Eigen::Index dimension = task_.examples.cols();
  SoftmaxModel result{at.topRows(dimension).transpose(), at.row(dimension).transpose()};
  // The weights' sum differs from zero only by rounding; the intercepts' sum does not affect predictions.
  const Eigen::RowVectorXd excess = result.weights.colwise().mean();
  result.weights.rowwise() -= excess;
  result.intercepts -= result.weights * mean_.transpose();
  result.intercepts.array() -= result.intercepts.mean();
  return result;
}

namespace {

/// The step to the minimum of the quadratic approximation at the last evaluated point, up to a gradient of `enough`.
SoftmaxObjective::Parameters newton_direction(const SoftmaxObjective& objective,
                                              const SoftmaxObjective::Parameters& gradient, double enough) {
  using Parameters = SoftmaxObjective::Parameters;
  Parameters direction = Parameters::Zero(gradient.rows(), gradient.cols()), residual = -gradient;
  Parameters scaled = residual.cwiseQuotient(objective.curvatures()), search = scaled;
  double product = inner_product(residual, scaled);
  for (int round = 0; round < 1000 && residual.norm() > enough; ++round) {
    const Parameters image = objective.hessian_times(search);
    const double curvature = inner_product(search, image);
    if (!(curvature > 0)) break;
    direction += product / curvature * search;
    residual -= product / curvature * image;
    scaled = residual.cwiseQuotient(objective.curvatures());
    const double next = inner_product(residual, scaled);
    search = scaled + next / product * search;
    product = next;
  }
  return direction;
}

}  // namespace

SoftmaxModel fit_softmax(const SoftmaxTask& task) {
  using Parameters = SoftmaxObjective::Parameters;
  const auto require = [&](bool found) {
    if (!found)
      throw Error("no classifier was found: the vectors' numbers or the strength, " + shortest(task.strength) +
                  ", are too large; choose a smaller strength");
  };
  SoftmaxObjective objective(task);
  Parameters present = Parameters::Zero(task.examples.cols() + 1, task.classes), gradient, next_gradient;
  double value = objective.evaluate(present, gradient), promise = 0;
  const double first_norm = gradient.norm();
  bool lower = true;
  for (int step = 0; lower && step < 200 && gradient.norm() > 0; ++step) {
    // More exact near the minimum: the number of correct digits grows by half with each step.
    const double norm = gradient.norm(), exactness = std::clamp(std::sqrt(norm / first_norm), 1e-8, 0.1);
    const Parameters direction = newton_direction(objective, gradient, exactness * norm);
    promise = -inner_product(gradient, direction);
    require(promise > 0);
    lower = false;
    bool taken = false;
    for (double length = 1; !taken && length > 1e-10; length /= 2) {
      const Parameters next = present + length * direction;
      const double next_value = objective.evaluate(next, next_gradient);
      // The last steps gain less than the rounding error of the values.
      if (!(next_value <= value * (1 + 1e-12) - 1e-4 * length * promise)) continue;
      taken = true;
      lower = next_value < value;
      present = next;
      value = next_value;
      std::swap(gradient, next_gradient);
    }
    if (promise <= 1e-14 * value) break;
  }
  require(promise <= 1e-8 * value);
  return objective.model(present);
}

Examples log_probabilities(const SoftmaxModel& model, const Examples& examples, int threads) {
  Examples result(examples.rows(), model.weights.rows());
  const auto blocks = static_cast<std::size_t>((examples.rows() + block_rows - 1) / block_rows);
  parallel_for(blocks, threads, [&](std::size_t block) {
    const Eigen::Index begin = static_cast<Eigen::Index>(block) * block_rows;
    const Eigen::Index rows = std::min(block_rows, examples.rows() - begin);
    auto scores = result.middleRows(begin, rows);
    scores.noalias() = examples.middleRows(begin, rows) * model.weights.transpose();
    scores.rowwise() += model.intercepts.transpose();
    for (Eigen::Index i = 0; i < rows; ++i) subtract_log_sum(scores.row(i));
  });
  return result;
}

}  // namespace equivec
