#include "equivec/downstream/mean_vectors.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/downstream/text_means.hpp"
#include "src/math/singular_directions.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

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

std::string_view name_of(Normalize normalize) {
  switch (normalize) {
    case Normalize::model:
      return "model";
    case Normalize::always:
      return "always";
    case Normalize::never:
      return "never";
  }
  return {};
}

void validate(const MeanVectorOptions& options) {
  if (!(options.a > 0) || std::isinf(options.a))
    throw OptionError("a must be above 0, got " + std::to_string(options.a));
  require_at_least("remove", options.remove, 0);
  require_between("threads", options.threads, 0, 4096);
}

MeanVectors mean_vectors(const Embeddings& embeddings, std::span<const Text> texts, const MeanVectorOptions& options,
                         Progress* progress) {
  validate(options);
  require_removable(options.remove, embeddings.dimension(), texts.size());
  const CancelScope scope(progress);
  start(progress, texts.size());
  const bool cuts_texts = std::ranges::any_of(texts, [](const Text& text) { return text.index() == 0; });
  const TextMeans means(embeddings, options, cuts_texts);
  const auto rows = static_cast<Eigen::Index>(texts.size());
  MeanVectors result{Matrix(rows, embeddings.dimension()), std::vector<std::uint32_t>(texts.size())};
  const auto for_each_row = [&](const auto& f) {
    parallel_ranges(texts.size(), 64, options.threads, [&](std::size_t begin, std::size_t end) {
      Eigen::VectorXd vector(embeddings.dimension());
      for (std::size_t i = begin; i < end; ++i) {
        check_cancelled(progress);
        f(i, vector);
        result.vectors.row(static_cast<Eigen::Index>(i)) = vector.transpose().cast<float>();
      }
    });
  };
  const Eigen::MatrixXd nothing(embeddings.dimension(), 0);
  for_each_row([&](std::size_t i, Eigen::VectorXd& vector) {
    result.known[i] = std::visit([&](const auto& text) { return means.compute(text, vector); }, texts[i]).known;
    if (options.remove == 0) means.finish(nothing, vector);
    if (progress) ++progress->done;
  });
  if (options.remove == 0) return result;

  const RowBlock block = [&](Eigen::Index first, Eigen::Index height) -> Eigen::MatrixXd {
    return result.vectors.middleRows(first, height).cast<double>();
  };
  const Eigen::MatrixXd directions =
      right_singular_vectors(rows, embeddings.dimension(), block, options.remove, options.threads, progress);
  for_each_row([&](std::size_t i, Eigen::VectorXd& vector) {
    vector = result.vectors.row(static_cast<Eigen::Index>(i)).transpose().cast<double>();
    means.finish(directions, vector);
  });
  return result;
}

}  // namespace equivec
