#include "src/spaces/reweighting.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"
#include "src/spaces/affine_map.hpp"
#include "src/spaces/linear_map.hpp"
#include "src/vectors/mapped_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace equivec {

namespace {

/// Rows without the mean, scaled to length 1. Zeros stay, and what is left by rounding alone becomes zeros.
Eigen::MatrixXd centred(Eigen::MatrixXd units, const Eigen::VectorXd& mean) {
  const Eigen::VectorXd is_there = (units.rowwise().squaredNorm().array() > 0).cast<double>();
  units.noalias() -= is_there * mean.transpose();
  normalize_rows(units, negligible_part);
  return units;
}

Eigen::MatrixXd scaled(Eigen::MatrixXd rows) {
  normalize_rows(rows);
  return rows;
}

Eigen::MatrixXd scaled_and_centred(Eigen::MatrixXd rows, const Eigen::VectorXd& mean) {
  return centred(scaled(std::move(rows)), mean);
}

/// Sums of blocks by their first row, so that their total does not depend on the threads.
class BlockSums {
 public:
  void add(Eigen::Index first, Eigen::VectorXd sum) {
    const std::scoped_lock lock(mutex_);
    sums_[first] = std::move(sum);
  }
  Eigen::VectorXd mean(Eigen::Index rows, Eigen::Index dimension) const {
    Eigen::VectorXd total = Eigen::VectorXd::Zero(dimension);
    for (const auto& [first, sum] : sums_) total += sum;
    return total / static_cast<double>(rows);
  }

 private:
  std::mutex mutex_;
  std::map<Eigen::Index, Eigen::VectorXd> sums_;
};

Eigen::VectorXd mean_of_units(MatrixView rows, int threads) {
  BlockSums sums;
  for_row_blocks(rows.rows(), threads, [&](Eigen::Index first, Eigen::Index height) {
    sums.add(first, scaled(rows.middleRows(first, height).cast<double>()).colwise().sum());
    release_rows(rows, first, height);
  });
  return sums.mean(rows.rows(), rows.cols());
}

/// X'X, Z'Z and X'Z of the pairs.
struct PairProducts {
  Eigen::MatrixXd source, target, cross;

  static PairProducts zero(Eigen::Index dimension) {
    const Eigen::MatrixXd zeros = Eigen::MatrixXd::Zero(dimension, dimension);
    return {zeros, zeros, zeros};
  }
  void add(const PairProducts& other) {
    source += other.source;
    target += other.target;
    cross += other.cross;
  }
};

PairProducts products_of(const Embeddings& source, const Eigen::VectorXd& source_mean, const Embeddings& target,
                         const Eigen::VectorXd& target_mean, std::span<const TranslationPair> pairs, int threads) {
  constexpr std::size_t parts = 16, pairs_at_once = 256;  // so many times three matrices are held
  const Eigen::Index dimension = source.dimension();
  const auto rows_of = [&](const Embeddings& embeddings, WordId TranslationPair::*side, const Eigen::VectorXd& mean,
                           std::span<const TranslationPair> some) {
    Eigen::MatrixXd rows(some.size(), dimension);
    for (std::size_t i = 0; i < some.size(); ++i)
      rows.row(static_cast<Eigen::Index>(i)) = column(embeddings[some[i].*side]).cast<double>().transpose();
    return scaled_and_centred(std::move(rows), mean);
  };
  std::vector<PairProducts> sums(std::min(parts, (pairs.size() + pairs_at_once - 1) / pairs_at_once),
                                 PairProducts::zero(dimension));
  parallel_for(sums.size(), threads, [&](std::size_t part) {
    const std::size_t begin = pairs.size() * part / sums.size(), end = pairs.size() * (part + 1) / sums.size();
    for (std::size_t first = begin; first < end; first += pairs_at_once) {
      const auto some = pairs.subspan(first, std::min(pairs_at_once, end - first));
      const Eigen::MatrixXd x = rows_of(source, &TranslationPair::source, source_mean, some),
                            z = rows_of(target, &TranslationPair::target, target_mean, some);
      sums[part].add({transposed_product(x, x), transposed_product(z, z), transposed_product(x, z)});
    }
  });
  PairProducts all = PairProducts::zero(dimension);
  for (const PairProducts& part : sums) all.add(part);
  return all;
}

/// Sets whitening and de-whitening by the second moment of the pairs' rows; `name` is that of the space.
void whiten(SpaceSteps& steps, const Eigen::MatrixXd& products, std::size_t pairs, const std::string& name) {
  constexpr double singular = 1e-10;  // squares below this share of the largest are none
  const EigenPairs found = eigen_pairs(products);
  const Eigen::Index dimension = found.values.size();
  const double largest = found.values[dimension - 1];
  const auto directions = (found.values.array() > singular * largest).count();
  if (directions < dimension || !(largest > 0))
    throw Error("the words of the " + grouped(pairs) + (pairs == 1 ? " pair" : " pairs") + " vary along " +
                std::to_string(largest > 0 ? directions : 0) + " of " + std::to_string(dimension) + " directions of " +
                name + ", and re-weighting needs all: " +
                (pairs < static_cast<std::size_t>(dimension)
                     ? "give or find more pairs than there are dimensions, or use procrustes"
                 : directions == 0 || !(largest > 0) ? "use procrustes"
                                                     : "bring both spaces to fewer dimensions first (transform pca=" +
                                                           std::to_string(directions) + ")"));
  const Eigen::VectorXd roots = found.values.cwiseSqrt();
  steps.dewhitening = product_transposed(found.vectors * roots.asDiagonal(), found.vectors);
  steps.whitening = product_transposed(found.vectors * roots.cwiseInverse().asDiagonal(), found.vectors);
}

/// whitening, axes, weights, and back.
Eigen::MatrixXd weighted(const SpaceSteps& steps, const Eigen::VectorXd& values) {
  const Eigen::MatrixXd along = product(steps.whitening, steps.axes) * values.cwiseSqrt().asDiagonal();
  return product(product_transposed(along, steps.axes), steps.dewhitening);
}

// ---- proofs ----

/// What a pass over the rows of one side finds.
struct SideFound {
  double moved = 0;  // the worst word, as a share of its length
  double mean = 0;   // off that of the steps
};

/// NaN counts as infinite.
double largest_or_infinite(double largest, double found) {
  return std::isnan(found) ? std::numeric_limits<double>::infinity() : std::max(largest, found);
}

SideFound check_side(const Embeddings& before, const Embeddings& after, const Eigen::VectorXd& mean,
                     const Eigen::MatrixXd& map, int threads) {
  require_mapped_shape(before, after, map);
  const MatrixView old_rows = before.matrix(), new_rows = after.matrix();
  // A row that the map almost cancels has only the precision of the others.
  const double least = 1e-3 * map.norm() / std::sqrt(static_cast<double>(map.rows()));
  SideFound found;
  BlockSums sums;
  std::mutex mutex;
  for_row_blocks(old_rows.rows(), threads, [&](Eigen::Index first, Eigen::Index height) {
    Eigen::MatrixXd units = scaled(old_rows.middleRows(first, height).cast<double>());
    release_rows(old_rows, first, height);
    sums.add(first, units.colwise().sum());
    const Eigen::MatrixXd put = product(centred(std::move(units), mean), map),
                          off = new_rows.middleRows(first, height).cast<double>() - put;
    const Eigen::VectorXd lengths = put.rowwise().norm(), errors = off.rowwise().norm();
    double worst = 0;
    for (Eigen::Index i = 0; i < height; ++i)
      if (errors[i] != 0) worst = largest_or_infinite(worst, errors[i] / std::max(lengths[i], least));
    const std::scoped_lock lock(mutex);
    found.moved = std::max(found.moved, worst);
  });
  found.mean = largest_or_infinite(0, (sums.mean(old_rows.rows(), old_rows.cols()) - mean).norm());
  return found;
}

/// How far a square matrix is from the identity.
double off_identity(const Eigen::MatrixXd& matrix) {
  const Eigen::MatrixXd off = matrix - Eigen::MatrixXd::Identity(matrix.rows(), matrix.cols());
  return off.allFinite() ? off.cwiseAbs().maxCoeff() : std::numeric_limits<double>::infinity();
}

double second_moment_off(const SpaceSteps& steps, const Eigen::MatrixXd& products) {
  return off_identity(transposed_product(steps.whitening, product(products, steps.whitening)));
}

double axes_off(const SpaceSteps& steps) { return off_identity(transposed_product(steps.axes, steps.axes)); }

double inverse_off(const SpaceSteps& steps) { return off_identity(product(steps.whitening, steps.dewhitening)); }

double pair_cosine(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs) {
  double sum = 0;
  for (const TranslationPair& pair : pairs) sum += cosine(source[pair.source], target[pair.target]);
  return sum / static_cast<double>(pairs.size());
}

}  // namespace

Eigen::MatrixXd Reweighting::source_map() const {
  return product(weighted(source, values), product_transposed(source.axes, target.axes));
}

Eigen::MatrixXd Reweighting::target_map() const { return weighted(target, values); }

Reweighting fit_reweighting(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
                            int threads) {
  Reweighting found;
  found.source.mean = mean_of_units(source.matrix(), threads);
  found.target.mean = mean_of_units(target.matrix(), threads);
  const PairProducts products = products_of(source, found.source.mean, target, found.target.mean, pairs, threads);
  whiten(found.source, products.source, pairs.size(), "the source");
  whiten(found.target, products.target, pairs.size(), "the target");
  SingularVectors decomposed =
      singular_vectors(product(product(found.source.whitening, products.cross), found.target.whitening));
  found.source.axes = std::move(decomposed.left);
  found.target.axes = std::move(decomposed.right);
  found.values = std::move(decomposed.values);
  return found;
}

Embeddings reweighted(const Embeddings& embeddings, const Eigen::VectorXd& mean, const Eigen::MatrixXd& map,
                      int threads) {
  const RowMap steps = [&](const Eigen::MatrixXd& rows) { return product(scaled_and_centred(rows, mean), map); };
  return embeddings.with_subwords(std::nullopt)
      .with_vectors(mapped_rows(embeddings.matrix(), map.cols(), steps, threads, nullptr));
}

std::vector<PostCondition> verify_reweighting(const ReweightedSpaces& spaces, std::span<const TranslationPair> pairs,
                                              const Reweighting& found, int threads) {
  constexpr double rounding_of_decomposition = 1e-12;
  constexpr double double_rounding = 1e-9, whitening_bound = 1e-6;  // of what depends on inverses of variances
  const SpaceSteps &one = found.source, &other = found.target;
  const SideFound source = check_side(spaces.source, spaces.new_source, one.mean, found.source_map(), threads),
                  target = check_side(spaces.target, spaces.new_target, other.mean, found.target_map(), threads);
  const PairProducts products = products_of(spaces.source, one.mean, spaces.target, other.mean, pairs, threads);
  const Eigen::MatrixXd whitened = product(product(one.whitening, products.cross), other.whitening),
                        along = product(transposed_product(one.axes, whitened), other.axes),
                        expected = found.values.asDiagonal();
  const double values_off = (along - expected).allFinite() ? (along - expected).cwiseAbs().maxCoeff()
                                                           : std::numeric_limits<double>::infinity();
  const auto both = [](double first, double second) { return std::max(first, second); };
  return {{"every word of the source is where the steps put it, to a share of its length", source.moved,
           float_rounding + double_rounding},
          {"every word of the target is where the steps put it, to a share of its length", target.moved,
           float_rounding + double_rounding},
          {"the means taken off are those of the rows of length 1", both(source.mean, target.mean), 1e-12},
          {"the whitened pairs have the identity as second moment, on either side",
           both(second_moment_off(one, products.source), second_moment_off(other, products.target)), whitening_bound},
          {"the axes of either side are orthogonal (inner products)", both(axes_off(one), axes_off(other)),
           rounding_of_decomposition},
          {"along the axes the products of whitened pairs are the singular values that weigh them", values_off,
           double_rounding},
          {"de-whitening undoes whitening", both(inverse_off(one), inverse_off(other)), double_rounding}};
}

Aligned align_reweighted(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
                         int threads) {
  const Reweighting found = fit_reweighting(source, target, pairs, threads);
  Eigen::MatrixXd map = found.source_map();
  Embeddings new_source = reweighted(source, found.source.mean, map, threads),
             new_target = reweighted(target, found.target.mean, found.target_map(), threads);
  std::vector<PostCondition> conditions =
      verify_reweighting({source, target, new_source, new_target}, pairs, found, threads);
  const double cosine_after = pair_cosine(new_source, new_target, pairs);
  return {std::move(new_source),
          std::move(map),
          {},
          0,
          0,
          0,
          cosine_after,
          std::move(conditions),
          std::move(new_target),
          source.subwords() || target.subwords()};
}

}  // namespace equivec
