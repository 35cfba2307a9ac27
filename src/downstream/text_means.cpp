#include "src/downstream/text_means.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/tokenizer_rules.hpp"

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
  return sum_up([&](const auto& on_word) { words_.for_each(text, on_word); }, mean);
}

TextMeans::Counts TextMeans::compute(std::span<const std::string> words, Eigen::Ref<Eigen::VectorXd> mean) const {
  return sum_up(
      [&](const auto& on_word) {
        for (const std::string& word : words) on_word(words_.find(word));
      },
      mean);
}

TextMeans::Counts TextMeans::sum_up(const std::function<void(const OnWord&)>& for_each_word,
                                    Eigen::Ref<Eigen::VectorXd> mean) const {
  mean.setZero();
  Counts counts;
  for_each_word([&](std::optional<WordId> id) {
    ++counts.words;
    if (!id) return;
    const auto vector = column(embeddings_[*id]).cast<double>();
    const double squares = vector.squaredNorm();
    if (squares == 0) return;
    if (!std::isfinite(squares)) require_finite(embeddings_, *id);
    ++counts.known;
    const double weight = weights_[static_cast<Eigen::Index>(std::min(index(*id), embeddings_.size()))];
    mean += (unit_length_ ? weight / std::sqrt(squares) : weight) * vector;
  });
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
