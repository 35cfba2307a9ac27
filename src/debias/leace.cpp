#include "equivec/debias/leace.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/inlp.hpp"
#include "equivec/debias/methods.hpp"
#include "src/debias/labelled_words.hpp"
#include "src/debias/moments.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"
#include "src/math/logistic_regression.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace equivec {

namespace {

/// The covariance of a class, at most 0.71, with a direction in which the vectors have variance 1, that rounding to 32
/// bits can cause, except in directions in which the vectors hardly differ. Removing a covariance that does not exist
/// would cost a direction.
constexpr double negligible_covariance = 1e-7;

/// Means and covariance of labelled words.
struct ClassMoments {
  Moments all;
  std::vector<Moments> classes;

  double share(std::size_t k) const { return classes[k].count / all.count; }
  Eigen::VectorXd mean_difference(std::size_t k) const { return classes[k].mean - all.mean; }
  /// Covariance of the vectors with the one-hot class: one column for each class.
  Eigen::MatrixXd cross_covariance() const {
    Eigen::MatrixXd result(all.mean.size(), static_cast<Eigen::Index>(classes.size()));
    for (std::size_t k = 0; k < classes.size(); ++k)
      result.col(static_cast<Eigen::Index>(k)) = share(k) * mean_difference(k);
    return result;
  }
};

ClassMoments class_moments(const Embeddings& embeddings, std::span<const std::vector<WordId>> classes, int threads) {
  ClassMoments result{Moments(embeddings.dimension()), {}};
  for (const auto& words : classes) {
    result.classes.push_back(moments_of(embeddings, words, threads));
    result.all.add(result.classes.back());
  }
  return result;
}

/// The left singular vectors of singular values that are not negligible, as columns.
Eigen::MatrixXd main_left_singular_vectors(const Eigen::MatrixXd& matrix) {
  if (matrix.rows() == 0) return {};
  const LeftSingularVectors singular = left_singular_vectors(matrix);
  const Eigen::Index rank = (singular.values.array() > negligible_covariance).count();
  return singular.vectors.leftCols(rank);
}

}  // namespace

void validate(const LeaceOptions& options) { require_between("threads", options.threads, 0, 4096); }

Leace leace(const Embeddings& embeddings, std::span<const std::vector<WordId>> classes, const LeaceOptions& options) {
  validate(options);
  if (classes.size() < 2)
    throw Error("erasing needs two classes of words at least, got " + std::to_string(classes.size()));
  for (std::size_t k = 0; k < classes.size(); ++k)
    if (classes[k].empty()) throw Error("class " + std::to_string(k + 1) + " has no words");
  require_finite(embeddings, options.threads);
  require_labelled(embeddings, {classes.begin(), classes.end()});

  const ClassMoments moments = class_moments(embeddings, classes, options.threads);
  const Spread spread = moments.all.spread();
  const Eigen::VectorXd deviations = spread.variances.cwiseSqrt();
  // In the coordinates of the spread's directions W is diagonal.
  const Eigen::MatrixXd whitened =
      deviations.cwiseInverse().asDiagonal() * (spread.directions.transpose() * moments.cross_covariance());
  const Eigen::MatrixXd u = main_left_singular_vectors(whitened);
  Eigen::MatrixXd left = spread.directions * (deviations.asDiagonal() * u);
  Eigen::MatrixXd right = u.transpose() * deviations.cwiseInverse().asDiagonal() * spread.directions.transpose();
  const Eigen::VectorXd& mean = moments.all.mean;

  WordByWord result =
      word_by_word(embeddings, options.threads, [&](WordId, const Eigen::VectorXd& vector) -> Eigen::VectorXd {
        return vector - left * (right * (vector - mean));
      });
  return {std::move(result.embeddings), mean, std::move(left), std::move(right)};
}

std::vector<PostCondition> verify_leace(const Embeddings& erased, std::span<const std::vector<WordId>> classes) {
  require_finite(erased, 0);
  const ClassMoments moments = class_moments(erased, classes, 0);
  const Spread spread = moments.all.spread();
  const auto words = static_cast<Eigen::Index>(moments.all.count);
  Eigen::MatrixXd rows(words, erased.dimension());
  Eigen::VectorXd labels(words);
  double length = 0;
  Eigen::Index row = 0;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    double sum = 0;
    for (const WordId word : classes[k]) {
      labels[row] = static_cast<double>(k);
      rows.row(row) = column(erased[word]).cast<double>().transpose();
      sum += rows.row(row++).norm();
    }
    length = std::max(length, sum / static_cast<double>(classes[k].size()));
  }
  // The means of a class and of all words are each off by a share of the mean length.
  const double mean_rounding = 2 * float_rounding * length;

  PostCondition means{"the means of the classes are the same", 0, mean_rounding};
  PostCondition squares{"least squares explain nothing of a class (share of its variance)", 0, 0};
  PostCondition logistic{"a logistic regression has no less log-loss than the classes' shares (nats a word)", 0, 0};
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const double share = moments.share(k), class_variance = share * (1 - share);
    const Eigen::VectorXd difference = moments.mean_difference(k);
    means.worst = std::max(means.worst, difference.norm());

    const Eigen::VectorXd whitened =
        spread.variances.cwiseSqrt().cwiseInverse().asDiagonal() * (spread.directions.transpose() * difference);
    squares.worst = std::max(squares.worst, share * share * whitened.squaredNorm() / class_variance);
    if (spread.variances.size() > 0) {
      const double covariance = share * mean_rounding;
      squares.bound = std::max(squares.bound, covariance * covariance / (spread.variances[0] * class_variance));
    }

    if (k == 1 && classes.size() == 2) continue;  // the first's regression with the labels exchanged
    const Eigen::VectorXd is_class = (labels.array() == static_cast<double>(k)).cast<double>();
    const LogisticModel model = fit_logistic(rows, is_class, Eigen::VectorXd::Ones(words), 1);
    const Eigen::ArrayXd scores = ((2 * is_class.array() - 1) * ((rows * model.weights).array() + model.intercept));
    const double loss = (-scores).exp().log1p().mean();
    const double entropy = -share * std::log(share) - (1 - share) * std::log(1 - share);
    logistic.worst = std::max(logistic.worst, entropy - loss);
    // |weights|^2 / 2 + sum of losses is strongly convex: with the gradient g at the shares, which is the covariance
    // times the number of words, the sum of losses falls by at most |g|^2. The rest is rounding of the sum.
    const double gradient_rounding = share * mean_rounding;
    logistic.bound =
        std::max(logistic.bound, static_cast<double>(words) * gradient_rounding * gradient_rounding + 1e-12);
  }
  return {means, squares, logistic};
}

namespace {

Debiased run_leace(const DebiasMethod::Input& input) {
  Debiased result = begin_with_one_direction(input, "leace");
  const BiasedWords words = biased_words(input, result, 5);
  const std::vector<std::vector<WordId>> classes = {words.first, words.last};
  // Vectors of length 1, since lengths encode frequency, from which the classes could be recovered.
  Leace erased = leace(normalized(input.embeddings), classes, {.threads = input.options.threads});
  result.conditions = verify_leace(erased.embeddings, classes);
  result.embeddings = std::move(erased.embeddings);
  result.choices.emplace_back("vectors", "of length 1 before, not scaled after");
  return result;
}

}  // namespace

constinit const DebiasMethod leace_method = {
    .name = "leace",
    .title = "the least change after which no linear classifier tells the sides of biased words",
    .paper = "Belrose, Schneider-Joseph, Ravfogel, Cotterell, Raff and Biderman 2023",
    .takes = "a direction",
    .changes = "every word",
    .options = "biased-words restrict",
    .run = run_leace};

}  // namespace equivec
