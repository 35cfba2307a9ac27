#include "equivec/spaces/transform.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/required_conditions.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"
#include "src/math/moments.hpp"
#include "src/math/singular_directions.hpp"
#include "src/spaces/affine_map.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/mapped_rows.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace equivec {

namespace {

// Beside the rounding to 32 bits, what computing in double leaves, with much room.
constexpr double double_rounding = 1e-9;
// Of what depends on the inverse of variances.
constexpr double whitening_bound = 1e-6;
constexpr double singular = 1e-10;  // variances below this share of the largest are none

/// One a column, by descending values; each with its largest number positive.
EigenPairs descending(const Eigen::MatrixXd& symmetric) {
  EigenPairs pairs = eigen_pairs(symmetric);
  pairs.values.reverseInPlace();
  pairs.vectors = pairs.vectors.rowwise().reverse().eval();
  orient_columns(pairs.vectors);
  return pairs;
}

/// A step whose numbers are known; no map: rows are scaled to length 1.
struct ResolvedStep {
  TransformKind kind;
  std::optional<AffineMap> map;
  Eigen::MatrixXd removed = {};     // directions that remove-top takes out, one a column
  Eigen::MatrixXd covariance = {};  // that whiten gives
  double deviation = 0;             // of rotate, from orthonormal
};

/// Finds the numbers of steps, each from the vectors as the ones before leave them, and composes them.
class Chain {
 public:
  Chain(const Embeddings& embeddings, const TransformOptions& options, const Progress* progress)
      : rows_(embeddings.matrix()), options_(options), progress_(progress) {
    maps_.maps.push_back(AffineMap::identity(rows_.cols()));
  }

  void add(const TransformStep& step) {
    if (step.kind == TransformKind::normalize) {
      steps_.push_back({step.kind, std::nullopt});
      maps_.maps.push_back(AffineMap::identity(maps_.dimension()));
      before_.reset();
      return;
    }
    steps_.push_back(resolved(step));
    maps_.maps.back() = maps_.maps.back().then(*steps_.back().map);
  }

  /// All steps in one.
  RowChain composed() const {
    RowChain result = maps_;
    if (steps_.back().kind == TransformKind::normalize) {
      result.maps.pop_back();
      result.normalizes_last = true;
    }
    return result;
  }
  const std::vector<ResolvedStep>& steps() const noexcept { return steps_; }

 private:
  struct Statistics {
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
  };

  /// Of the vectors as they are now. An affine map takes mean and covariance along, so that only what follows a
  /// `normalize` needs a pass over the rows.
  Statistics now() {
    if (!before_) {
      RowChain to_here = maps_;
      to_here.maps.pop_back();
      to_here.normalizes_last = true;
      const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
        Eigen::MatrixXd rows = rows_.middleRows(first, height).cast<double>();
        return to_here.maps.empty() ? rows : to_here.apply(std::move(rows));
      };
      const Eigen::Index dimension = to_here.maps.empty() ? rows_.cols() : to_here.dimension();
      before_ = moments_of(rows_.rows(), dimension, block, options_.threads, progress_);
    }
    const AffineMap& map = maps_.maps.back();
    const Eigen::MatrixXd covariance = before_->scatter / before_->count;
    return {map.linear * before_->mean + map.shift, product_transposed(product(map.linear, covariance), map.linear)};
  }

  ResolvedStep resolved(const TransformStep& step) {
    if (step.kind == TransformKind::rotate) return rotation(step);
    const Statistics statistics = now();
    const Eigen::VectorXd& mean = statistics.mean;
    const auto centred = [&](Eigen::MatrixXd linear) {
      Eigen::VectorXd shift = -(linear * mean);
      return AffineMap{std::move(linear), std::move(shift)};
    };
    const Eigen::Index dimension = mean.size();
    if (step.kind == TransformKind::center)
      return {step.kind, centred(Eigen::MatrixXd::Identity(dimension, dimension))};
    if (step.kind == TransformKind::power) return power(step, statistics);
    if (step.kind == TransformKind::whiten) return whitened(step, statistics);
    const Eigen::Index most = step.kind == TransformKind::pca ? dimension : dimension - 1;
    if (step.directions > most)
      throw OptionError("step '" + step.text() + "': the vectors have " + std::to_string(dimension) +
                        " dimensions, expected 1 to " + std::to_string(most));
    const Eigen::MatrixXd top = descending(statistics.covariance).vectors.leftCols(step.directions);
    if (step.kind == TransformKind::pca) return {step.kind, centred(top.transpose())};
    Eigen::MatrixXd outside = Eigen::MatrixXd::Identity(dimension, dimension) - product_transposed(top, top);
    return {step.kind, centred(std::move(outside)), top};
  }

  static ResolvedStep power(const TransformStep& step, const Statistics& statistics) {
    const EigenPairs pairs = descending(statistics.covariance + statistics.mean * statistics.mean.transpose());
    if (step.exponent < 0) require_regular(pairs.values, step);
    const Eigen::VectorXd scales = pairs.values.cwiseMax(0).array().pow(step.exponent);
    const Eigen::MatrixXd linear = scales.asDiagonal() * pairs.vectors.transpose();
    return {step.kind, AffineMap{linear, Eigen::VectorXd::Zero(linear.rows())}};
  }

  ResolvedStep whitened(const TransformStep& step, const Statistics& statistics) const {
    const Eigen::Index dimension = statistics.mean.size();
    const double common = statistics.covariance.trace() / static_cast<double>(dimension);
    const EigenPairs pairs = descending((1 - options_.shrinkage) * statistics.covariance +
                                        options_.shrinkage * common * Eigen::MatrixXd::Identity(dimension, dimension));
    require_regular(pairs.values, step);
    const Eigen::VectorXd scales = pairs.values.cwiseSqrt().cwiseInverse();
    Eigen::MatrixXd linear = scales.asDiagonal() * pairs.vectors.transpose();
    if (step.whitening == Whitening::zca) linear = product(pairs.vectors, linear);
    Eigen::VectorXd shift = -(linear * statistics.mean);
    Eigen::MatrixXd covariance = product_transposed(product(linear, statistics.covariance), linear);
    return {step.kind, AffineMap{std::move(linear), std::move(shift)}, {}, std::move(covariance)};
  }

  ResolvedStep rotation(const TransformStep& step) const {
    const Eigen::Index dimension = maps_.dimension();
    const Eigen::MatrixXd matrix = step.rotation.cast<double>();
    const std::string name = "step '" + step.text() + "': ";
    if (matrix.rows() != dimension || matrix.cols() != dimension)
      throw Error(name + "the matrix is " + std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols()) +
                  ", the vectors have " + std::to_string(dimension) + " dimensions");
    const double deviation =
        (product_transposed(matrix, matrix) - Eigen::MatrixXd::Identity(dimension, dimension)).norm();
    if (!(deviation < 1e-3))
      throw Error(name + "the rows of the matrix are not orthonormal: R R' is " +
                  shortest(static_cast<float>(deviation)) + " from the identity");
    return {step.kind, AffineMap{matrix.transpose(), Eigen::VectorXd::Zero(dimension)}, {}, {}, deviation};
  }

  static void require_regular(const Eigen::VectorXd& values, const TransformStep& step) {
    const auto directions = (values.array() <= singular * values[0]).count();
    if (directions > 0 || !(values[0] > 0))
      throw Error("step '" + step.text() + "': along " + std::to_string(directions) + " of " +
                  std::to_string(values.size()) + " directions the vectors do not vary; leave these out by pca=" +
                  std::to_string(values.size() - directions) + " first, or shrink the covariance");
  }

  MatrixView rows_;
  const TransformOptions& options_;
  const Progress* progress_;
  std::vector<ResolvedStep> steps_;
  RowChain maps_;
  std::optional<Moments> before_;  // of the rows that the last of the maps is given
};

// ---- proofs ----

/// Rows of a block before, as the steps leave them one after the other, before the last of them, and as they were
/// written.
struct CheckedRows {
  Eigen::MatrixXd before_last, expected, found;
};

CheckedRows checked_rows(MatrixView before, MatrixView after, const std::vector<ResolvedStep>& steps,
                         Eigen::Index first, Eigen::Index height) {
  CheckedRows result;
  result.expected = before.middleRows(first, height).cast<double>();
  for (const ResolvedStep& step : steps) {
    if (&step == &steps.back()) result.before_last = result.expected;
    if (step.map)
      result.expected = step.map->apply(result.expected);
    else
      normalize_rows(result.expected);
  }
  result.found = after.middleRows(first, height).cast<double>();
  return result;
}

/// The largest of `worst(rows)` over all blocks; NaN counts as infinite.
template <class Worst>
double worst_block(Eigen::Index rows, const Worst& worst) {
  constexpr Eigen::Index height = 1024;
  return worst_of(static_cast<std::size_t>((rows + height - 1) / height), [&](std::size_t block) {
    const Eigen::Index first = static_cast<Eigen::Index>(block) * height;
    return worst(first, std::min(height, rows - first));
  });
}

/// The largest correlation of two coordinates, of those that vary.
double largest_correlation(const Eigen::MatrixXd& covariance) {
  const Eigen::VectorXd variances = covariance.diagonal();
  double largest = 0;
  for (Eigen::Index i = 0; i < variances.size(); ++i)
    for (Eigen::Index j = 0; j < i; ++j)
      if (std::min(variances[i], variances[j]) > singular * variances.maxCoeff())
        largest = std::max(largest, std::abs(covariance(i, j)) / std::sqrt(variances[i] * variances[j]));
  return largest;
}

/// What holds for rows as a whole.
std::vector<PostCondition> moments_conditions(MatrixView after, const ResolvedStep& last, int threads,
                                              const Progress* progress) {
  const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
    return after.middleRows(first, height).cast<double>();
  };
  const Moments moments = moments_of(after.rows(), after.cols(), block, threads, progress);
  const Eigen::MatrixXd covariance = moments.scatter / moments.count;
  const double size = std::sqrt(covariance.trace() + moments.mean.squaredNorm());
  std::vector<PostCondition> conditions;
  if (last.kind != TransformKind::power && size > 0)
    conditions.push_back({"the mean is zero, as a share of the vectors' root mean square length",
                          moments.mean.norm() / size, float_rounding + double_rounding});
  if (last.kind == TransformKind::pca)
    conditions.push_back(
        {"no two coordinates are correlated", largest_correlation(covariance), 4 * float_rounding + double_rounding});
  if (last.kind == TransformKind::power)
    conditions.push_back({"the mean product of two coordinates is zero, as a share of their lengths",
                          largest_correlation(covariance + moments.mean * moments.mean.transpose()),
                          4 * float_rounding + double_rounding});
  if (last.kind == TransformKind::whiten)
    conditions.push_back({"the covariance is the identity, or what shrinkage leaves of it",
                          (covariance - last.covariance).cwiseAbs().maxCoeff(), whitening_bound});
  return conditions;
}

/// What the last step promises of each row, and how far a row is from it.
struct RowPromise {
  std::string promise;
  double bound;
  std::function<double(const CheckedRows& rows, Eigen::Index i)> off;
};

/// Empty if the last step promises nothing of single rows.
std::optional<RowPromise> row_promise(const ResolvedStep& last) {
  constexpr double bound = float_rounding + double_rounding;
  if (last.kind == TransformKind::normalize)
    return RowPromise{"every vector that is not zero has length 1", bound, [](const CheckedRows& rows, Eigen::Index i) {
                        const double length = rows.found.row(i).norm();
                        return length == 0 ? rows.expected.row(i).norm() : std::abs(length - 1);
                      }};
  if (last.kind == TransformKind::remove_top)
    return RowPromise{"no vector has a part along the directions taken out, as a share of its length before", bound,
                      [&last](const CheckedRows& rows, Eigen::Index i) {
                        const double length = std::max(rows.before_last.row(i).norm(), rows.found.row(i).norm());
                        return length == 0 ? 0 : (rows.found.row(i) * last.removed).norm() / length;
                      }};
  if (last.kind == TransformKind::rotate)
    return RowPromise{"every vector keeps its length", bound + last.deviation,
                      [](const CheckedRows& rows, Eigen::Index i) {
                        const double length = rows.before_last.row(i).norm();
                        const double found = rows.found.row(i).norm();
                        return length == 0 ? found : std::abs(found / length - 1);
                      }};
  return std::nullopt;
}

/// The largest of off(0) ... off(count - 1); NaN counts as infinite.
template <class Off>
double largest_of(Eigen::Index count, const Off& off) {
  double largest = 0;
  for (Eigen::Index i = 0; i < count; ++i)
    if (const double found = off(i); !(found <= largest))
      largest = std::isnan(found) ? std::numeric_limits<double>::infinity() : found;
  return largest;
}

std::vector<PostCondition> proofs(MatrixView before, MatrixView after, const std::vector<ResolvedStep>& steps,
                                  int threads, const Progress* progress) {
  // A vector that the steps almost cancel has only the precision of those around it.
  double sum = 0;
  for (Eigen::Index i = 0; i < after.rows(); ++i) sum += after.row(i).cast<double>().squaredNorm();
  const double least = 1e-3 * std::sqrt(sum / static_cast<double>(after.rows()));
  const std::optional<RowPromise> promise = row_promise(steps.back());
  double off_promise = 0;
  std::mutex mutex;
  const double off = worst_block(before.rows(), [&](Eigen::Index first, Eigen::Index height) {
    const CheckedRows rows = checked_rows(before, after, steps, first, height);
    release_rows(before, first, height);
    if (promise) {
      const double own = largest_of(height, [&](Eigen::Index i) { return promise->off(rows, i); });
      const std::scoped_lock lock(mutex);
      off_promise = std::max(off_promise, own);
    }
    return largest_of(height, [&](Eigen::Index i) {
      const double error = (rows.found.row(i) - rows.expected.row(i)).norm();
      return least > 0 ? error / std::max(rows.expected.row(i).norm(), least) : error;
    });
  });
  std::vector<PostCondition> conditions = {
      {"every vector is what the steps give one after the other, as a share of its length", off,
       float_rounding + double_rounding}};
  const TransformKind last = steps.back().kind;
  if (last != TransformKind::normalize && last != TransformKind::rotate)
    std::ranges::move(moments_conditions(after, steps.back(), threads, progress), std::back_inserter(conditions));
  if (promise) conditions.push_back({promise->promise, off_promise, promise->bound});
  return conditions;
}

}  // namespace

void validate(const TransformOptions& options) {
  require_between("shrinkage", options.shrinkage, 0, 1);
  require_between("threads", options.threads, 0, 4096);
}

Transformed transform(const Embeddings& embeddings, std::span<const TransformStep> steps,
                      const TransformOptions& options, const Progress* progress) {
  validate(options);
  const CancelScope scope(progress);
  require_finite("the vectors", embeddings.vocabulary(), embeddings.matrix(), options.threads);
  Chain chain(embeddings, options, progress);
  std::string done;
  for (const TransformStep& step : steps) {
    chain.add(step);
    done += " " + step.text();
  }
  if (options.shrinkage > 0) done += ", shrinkage " + shortest(options.shrinkage);
  const RowChain composed = chain.composed();
  const RowMap map = [&](const Eigen::MatrixXd& rows) { return composed.apply(rows); };
  Metadata metadata = embeddings.metadata();
  std::string& history = metadata["transformed"];
  history += (history.empty() ? "" : "; ") + std::string("equivec " EQUIVEC_VERSION " transform") + done;
  Transformed result{
      embeddings.with_vectors(mapped_rows(embeddings.matrix(), composed.dimension(), map, options.threads, progress))
          .with_metadata(std::move(metadata)),
      {},
      false};
  result.conditions = proofs(embeddings.matrix(), result.embeddings.matrix(), chain.steps(), options.threads, progress);
  require_conditions("transform", result.conditions);
  if (const Subwords* const subwords = embeddings.subwords()) {
    result.lost_ngrams = composed.normalizes();
    if (!result.lost_ngrams)
      result.embeddings = result.embeddings.with_subwords(
          mapped_subwords(*subwords, composed.dimension(), map, options.threads, progress));
  }
  return result;
}

}  // namespace equivec
