#include "equivec/downstream/mean_vectors.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/parallel.hpp"
#include "src/downstream/text_words.hpp"
#include "src/math/decompositions.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

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

/// Takes the first directions of the rows out of them.
void remove_common_directions(Matrix& rows, int count) {
  constexpr Eigen::Index piece = 4096;
  Eigen::MatrixXd products = Eigen::MatrixXd::Zero(rows.cols(), rows.cols());
  for (Eigen::Index begin = 0; begin < rows.rows(); begin += piece) {
    check_cancelled(CancelScope::current());
    add_outer_products_of_rows(products, rows.middleRows(begin, std::min(piece, rows.rows() - begin)).cast<double>());
  }
  const Eigen::MatrixXd common = eigen_pairs(products).vectors.rightCols(count);
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    const Eigen::VectorXd row = rows.row(i).cast<double>();
    const Eigen::VectorXd parts = common.transpose() * row;
    rows.row(i) = (row - common * parts).cast<float>();
  }
}

/// for_each_word(text words, text, f) calls f(word) for the words of a text.
template <class Text, class ForEachWord>
MeanVectors means_of(const Embeddings& embeddings, std::span<const Text> texts, const MeanVectorOptions& options,
                     Progress* progress, const ForEachWord& for_each_word) {
  validate(options);
  if (options.remove > embeddings.dimension())
    throw OptionError("remove must be at most " + std::to_string(embeddings.dimension()) +
                      ", the vectors' dimension, got " + std::to_string(options.remove));
  const CancelScope scope(progress);
  start(progress, texts.size());
  const TextWords text_words(embeddings);
  const Eigen::VectorXd weights = weights_of(embeddings.vocabulary(), options);
  MeanVectors result{Matrix::Zero(static_cast<Eigen::Index>(texts.size()), embeddings.dimension()),
                     std::vector<std::uint32_t>(texts.size())};
  parallel_ranges(texts.size(), 64, options.threads, [&](std::size_t begin, std::size_t end) {
    Eigen::VectorXd sum(embeddings.dimension());
    for (std::size_t i = begin; i < end; ++i) {
      check_cancelled(progress);
      sum.setZero();
      std::uint32_t known = 0;
      for_each_word(text_words, texts[i], [&](std::string_view word) {
        const auto id = text_words.find(word);
        if (!id) return;
        ++known;
        const double weight = weights[static_cast<Eigen::Index>(std::min(index(*id), embeddings.size()))];
        if (options.unit_length)
          sum += weight * unit_vector(embeddings[*id]);
        else
          sum += weight * column(embeddings[*id]).cast<double>();
      });
      if (!sum.allFinite())
        for_each_word(text_words, texts[i], [&](std::string_view word) {
          if (const auto id = text_words.find(word)) require_finite(embeddings, *id);
        });
      if (known > 0) result.vectors.row(static_cast<Eigen::Index>(i)) = (sum / known).transpose().cast<float>();
      result.known[i] = known;
    }
    if (progress) progress->done += end - begin;
  });
  if (options.remove > 0 && !texts.empty()) remove_common_directions(result.vectors, options.remove);
  return result;
}

}  // namespace

std::string_view name_of(WordWeighting weighting) {
  switch (weighting) {
    case WordWeighting::none:
      return "none";
    case WordWeighting::sif:
      return "sif";
    case WordWeighting::zipf:
      return "zipf";
  }
  return {};
}

void validate(const MeanVectorOptions& options) {
  if (!(options.a > 0) || std::isinf(options.a))
    throw OptionError("a must be above 0, got " + std::to_string(options.a));
  require_at_least("remove", options.remove, 0);
  require_between("threads", options.threads, 0, 4096);
}

MeanVectors mean_vectors(const Embeddings& embeddings, std::span<const std::string> texts,
                         const MeanVectorOptions& options, Progress* progress) {
  return means_of(
      embeddings, texts, options, progress,
      [](const TextWords& words, const std::string& text, const auto& on_word) { words.for_each(text, on_word); });
}

MeanVectors mean_vectors(const Embeddings& embeddings, std::span<const std::vector<std::string>> texts,
                         const MeanVectorOptions& options, Progress* progress) {
  return means_of(embeddings, texts, options, progress,
                  [](const TextWords&, const std::vector<std::string>& text, const auto& on_word) {
                    for (const std::string& word : text) on_word(word);
                  });
}

}  // namespace equivec
