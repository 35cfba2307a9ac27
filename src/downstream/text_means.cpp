#include "src/downstream/text_means.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/model_configuration.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

/// The weight of each row, and at last that of words which are not in the vocabulary: of a word that does not occur,
/// and by ranks that of the last.
Eigen::VectorXd weights_of(const Vocabulary& vocabulary, const MeanVectorOptions& options) {
  const auto size = static_cast<Eigen::Index>(vocabulary.size());
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(size + 1);
  if (options.weighting == WordWeighting::none) return weights;
  Eigen::ArrayXd rank = Eigen::ArrayXd::LinSpaced(size + 1, 1, static_cast<double>(size + 1));
  rank[size] = static_cast<double>(size);
  if (options.weighting == WordWeighting::zipf) return rank.log();
  Eigen::ArrayXd shares = rank.inverse();
  shares[size] = 0;
  if (vocabulary.total_count() > 0)
    for (Eigen::Index i = 0; i < size; ++i)
      shares[i] = static_cast<double>(vocabulary.count(word_id(static_cast<std::size_t>(i))));
  shares /= shares.sum();
  return options.a / (options.a + shares);
}

}  // namespace

void require_removable(int directions, int dimension, std::size_t texts) {
  if (directions > dimension)
    throw OptionError("remove must be at most " + std::to_string(dimension) + ", the vectors' dimension, got " +
                      std::to_string(directions));
  if (directions > 0 && texts <= static_cast<std::size_t>(directions))
    throw Error("remove takes as many directions out as there are texts (" + std::to_string(texts) +
                "), which leaves nothing of them; give more texts, or do not remove any");
}

TextMeans::TextMeans(const Embeddings& embeddings, const MeanVectorOptions& options, bool cuts_texts)
    : embeddings_(embeddings),
      words_(embeddings, cuts_texts),
      weights_(weights_of(embeddings.vocabulary(), options)),
      unit_length_(options.unit_length),
      normalizes_(options.normalize == Normalize::always ||
                  (options.normalize == Normalize::model && embeddings.tokenizer() &&
                   normalizes_texts(*embeddings.tokenizer()))) {}

TextMeans::Counts TextMeans::compute(std::string_view text, Eigen::Ref<Eigen::VectorXd> mean) const {
  return mean_of(words_.of(text), mean);
}

TextMeans::Counts TextMeans::compute(std::span<const std::string> words, Eigen::Ref<Eigen::VectorXd> mean) const {
  return mean_of(words_.find(std::vector<std::string_view>(words.begin(), words.end())), mean);
}

TextMeans::Counts TextMeans::mean_of(const std::vector<std::optional<WordId>>& words,
                                     Eigen::Ref<Eigen::VectorXd> mean) const {
  const auto dimension = static_cast<std::size_t>(embeddings_.dimension());
  // Rows are far apart in memory: all are asked for before the first is needed.
  std::vector<const float*> rows;
  std::vector<double> weights;
  for (const std::optional<WordId> word : words) {
    if (!word) continue;
    rows.push_back(embeddings_[*word].data());
    weights.push_back(weights_[static_cast<Eigen::Index>(std::min(index(*word), embeddings_.size()))]);
    for (std::size_t c = 0; c < dimension; c += 64 / sizeof(float)) __builtin_prefetch(rows.back() + c);
  }
  Counts counts{static_cast<std::uint32_t>(words.size()), 0};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double squares = kernels_.sum_of_squares(rows[i], dimension);
    if (!std::isfinite(squares))
      for (const std::optional<WordId> word : words)
        if (word) require_finite(embeddings_, *word);
    counts.known += squares > 0;
    if (unit_length_ && squares > 0) weights[i] /= std::sqrt(squares);
  }
  kernels_.weighted_sum(rows.data(), weights.data(), rows.size(), dimension, mean.data());
  if (counts.known > 0) mean /= counts.known;
  return counts;
}

void TextMeans::finish(const Eigen::MatrixXd& directions, Eigen::Ref<Eigen::VectorXd> vector) const {
  if (directions.cols() > 0) {
    const Eigen::VectorXd parts = directions.transpose() * vector;
    vector -= directions * parts;
  }
  const double length = normalizes_ ? vector.norm() : 0;
  if (length > 0) vector /= length;
}

}  // namespace equivec
