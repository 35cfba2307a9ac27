#include "equivec/debias/half_sibling.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/methods.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>

namespace equivec {

namespace {

/// Rows multiplied together, for any number of threads: the rounding of a product may depend on its size.
constexpr std::size_t rows_at_once = 512;

std::vector<WordId> each_once(std::span<const WordId> words) {
  std::vector<WordId> result(words.begin(), words.end());
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// The definition words' vectors as rows, V_D'.
Eigen::MatrixXd definition_rows(const Embeddings& embeddings, std::span<const WordId> words,
                                const HalfSiblingOptions& options) {
  validate(options);
  if (words.empty()) throw Error("half-sibling regression needs definition words, got none");
  Eigen::MatrixXd rows(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto vector = column(embeddings[words[i]]);
    if (!vector.allFinite())
      throw Error("the vector of the definition word '" + std::string(embeddings.vocabulary().word(words[i])) +
                  "' is not finite; leave the word out");
    rows.row(static_cast<Eigen::Index>(i)) = vector.cast<double>().transpose();
  }
  require_at_least("alpha", options.alpha, 1e-6 * rows.squaredNorm());
  return rows;
}

/// I - V (V'V + alpha I)^-1 V', which is alpha (V V' + alpha I)^-1, by the smaller of the two; `rows` is V'.
Eigen::MatrixXd remainder_of(const Eigen::MatrixXd& rows, double alpha) {
  const Eigen::Index dimension = rows.cols();
  if (rows.rows() < dimension) {
    Eigen::MatrixXd products = rows * rows.transpose();
    products.diagonal().array() += alpha;
    const Eigen::MatrixXd half = solve_cholesky_factor(products, rows);
    return Eigen::MatrixXd::Identity(dimension, dimension) - half.transpose() * half;
  }
  Eigen::MatrixXd products = rows.transpose() * rows;
  products.diagonal().array() += alpha;
  const Eigen::MatrixXd half =
      solve_cholesky_factor(products, Eigen::MatrixXd::Identity(dimension, dimension) * std::sqrt(alpha));
  return half.transpose() * half;
}

/// Calls f(first, count) for pieces of the rows.
template <class F>
void for_pieces(std::size_t rows, int threads, const F& f) {
  parallel_for((rows + rows_at_once - 1) / rows_at_once, threads, [&](std::size_t piece) {
    const std::size_t first = piece * rows_at_once;
    f(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(std::min(rows_at_once, rows - first)));
  });
}

/// For each word, whether it is to be changed.
std::vector<bool> changing(const Embeddings& embeddings, std::span<const WordId> definition) {
  std::vector<bool> result(embeddings.size());
  for (std::size_t row = 0; row < result.size(); ++row) result[row] = column(embeddings[word_id(row)]).allFinite();
  for (const WordId word : definition) result[index(word)] = false;
  return result;
}

}  // namespace

void validate(const HalfSiblingOptions& options) {
  require_between("alpha", options.alpha, 1e-9, 1e9);
  require_between("threads", options.threads, 0, 4096);
}

HalfSibling half_sibling_regression(const Embeddings& embeddings, std::span<const WordId> definition,
                                    const HalfSiblingOptions& options, Progress* progress) {
  std::vector<WordId> words = each_once(definition);
  Eigen::MatrixXd remainder = remainder_of(definition_rows(embeddings, words, options), options.alpha);
  const std::vector<bool> changes = changing(embeddings, words);
  start(progress, embeddings.size());
  Matrix result = embeddings.matrix();
  for_pieces(embeddings.size(), options.threads, [&](Eigen::Index first, Eigen::Index count) {
    check_cancelled(progress);
    const Eigen::MatrixXd rest = embeddings.matrix().middleRows(first, count).cast<double>() * remainder;
    for (Eigen::Index i = 0; i < count; ++i)
      if (changes[static_cast<std::size_t>(first + i)]) result.row(first + i) = rest.row(i).cast<float>();
    if (progress) progress->done += static_cast<std::uint64_t>(count);
  });
  return {embeddings.with_vectors(std::move(result)), std::move(remainder), std::move(words)};
}

std::vector<PostCondition> verify_half_sibling_regression(const Embeddings& before, const Embeddings& after,
                                                          std::span<const WordId> definition,
                                                          const HalfSiblingOptions& options) {
  require_same_shape(before, after);
  const std::vector<WordId> words = each_once(definition);
  const Eigen::MatrixXd rows = definition_rows(before, words, options);
  Eigen::MatrixXd equations = rows.transpose() * rows;
  equations.diagonal().array() += options.alpha;
  const double most = eigenvalues(equations).maxCoeff();
  const std::vector<bool> changes = changing(before, words);

  double changed = 0, unsolved = 0;
  std::mutex mutex;
  for_pieces(before.size(), options.threads, [&](Eigen::Index first, Eigen::Index count) {
    const Eigen::MatrixXd rest = after.matrix().middleRows(first, count).cast<double>();
    const Eigen::MatrixXd unequal =
        rest * equations - options.alpha * before.matrix().middleRows(first, count).cast<double>();
    for (Eigen::Index i = 0; i < count; ++i) {
      const WordId word = word_id(static_cast<std::size_t>(first + i));
      const bool changes_here = changes[index(word)];
      double found = 0;
      if (!changes_here) {
        // Bits, as NaN is not equal to itself.
        const auto same = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
        found = std::ranges::equal(before[word], after[word], same) ? 0 : 1;
      } else if (const double error = unequal.row(i).norm(); error != 0) {
        found = error / (most * rest.row(i).norm());
      }
      const std::scoped_lock lock(mutex);
      double& worst = changes_here ? unsolved : changed;
      if (std::isnan(found) || found > worst) worst = found;
    }
  });
  // Rounding x moves it by at most float_rounding |x|, and the equations' left side by `most` times that. Rounding in
  // double adds little, since alpha is at least a millionth of what it is added to.
  return {{"words of the definition, and rows that are not finite, are as they were (1: some are not)", changed, 0},
          {"other words solve the ridge regression's equations (error by the longest their sides can be)", unsolved,
           1.25 * float_rounding}};
}

namespace {

Debiased run_half_sibling(const DebiasMethod::Input& input) {
  Debiased result = begin(input);
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  const std::vector<WordId> definition = words_kept(vocabulary, input.sets);
  const HalfSiblingOptions& options = input.options.half_sibling;
  HalfSibling found = half_sibling_regression(input.embeddings, definition, options, input.progress);
  result.conditions = verify_half_sibling_regression(input.embeddings, found.embeddings, definition, options);
  result.embeddings = std::move(found.embeddings);
  result.neutralized = words_neutralized(vocabulary, input.sets);
  result.choices.emplace_back("alpha", shortest(options.alpha));
  result.choices.emplace_back("definition words", std::to_string(definition.size()));
  return result;
}

}  // namespace

constinit const DebiasMethod half_sibling_method = {
    .name = "half-sibling",
    .title = "takes out of words what definitional and specific ones predict of them",
    .paper = "Yang and Feng 2020",
    .takes = "definitional sets, equalize sets, specific words",
    .changes = "every word but the definitional, equalize and specific ones",
    .options = "alpha",
    .run = run_half_sibling};

}  // namespace equivec
