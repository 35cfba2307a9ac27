#include "equivec/search/neighbors.hpp"

#include "equivec/base/error.hpp"
#include "src/search/csls.hpp"
#include "src/search/search.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

std::string_view name_of(Metric metric) {
  switch (metric) {
    case Metric::cosine:
      return "cosine";
    case Metric::dot:
      return "dot";
    case Metric::euclidean:
      return "euclidean";
    case Metric::csls:
      return "csls";
  }
  return {};
}

std::vector<Neighbor> NeighborIndex::find(std::span<const float> query, std::size_t count,
                                          std::span<const WordId> exclude) const {
  const NeighborQuery one{query, exclude};
  return std::move(find(std::span(&one, 1), count).front());
}

std::vector<std::vector<Neighbor>> NeighborIndex::find(std::span<const NeighborQuery> queries, std::size_t count,
                                                       Progress* progress) const {
  NeighborFilter filter;
  filter.count = count;
  return find(queries, filter, progress);
}

std::vector<Neighbor> NeighborIndex::find(std::string_view word, std::size_t count) const {
  const auto id = embeddings_.vocabulary().find(word);
  if (!id) throw Error("'" + std::string(word) + "' is not in the vocabulary");
  return find(embeddings_.vector_of(*id), count, std::span(&*id, 1));
}

Eigen::VectorXf NeighborIndex::unit(WordId word) const {
  return unit_vector(embeddings_.vector_of(word)).cast<float>();
}

NearestNeighbors::NearestNeighbors(Embeddings embeddings, std::size_t restrict, int threads, Metric metric)
    : NeighborIndex(embeddings, restrict == 0 ? embeddings.size() : std::min(restrict, embeddings.size()), metric),
      threads_(threads),
      rows_(std::make_shared<SearchedRows>(embeddings, size(), metric)) {
  if (metric == Metric::csls) csls_ = std::make_shared<CslsRows>(embeddings, size(), threads);
}

std::vector<std::vector<Neighbor>> NearestNeighbors::find(std::span<const NeighborQuery> queries,
                                                          const NeighborFilter& filter, Progress* progress) const {
  const auto dimension = static_cast<std::size_t>(embeddings().dimension());
  const auto describe = [&](std::size_t number) {
    const std::span<const float> asked = queries[number].vector;
    require_dimension_of_query(asked, dimension);
    return SearchQuery{
        .vectors = {number}, .answerable = is_answerable(asked, metric()), .exclude = queries[number].exclude};
  };
  const auto fill = [&](std::uint64_t number, std::span<double> numbers) {
    fill_query(queries[number].vector, metric(), numbers);
  };
  const Scoring scoring = scoring_of(metric());
  const SearchQueries all{queries.size(), describe, fill};
  if (!csls_) return search(*rows_, scoring, all, filter, threads_, progress);
  const NeighborFilter nearest{.count = csls_neighbors};
  const std::vector<float> means = mean_similarities(search(*rows_, scoring, all, nearest, threads_, progress));
  return csls_->find(queries, means, filter, progress);
}

std::vector<Neighbor> outliers(const Embeddings& embeddings, std::span<const WordId> words) {
  Eigen::MatrixXd units(embeddings.dimension(), static_cast<Eigen::Index>(words.size()));
  for (const WordId word : words) require_finite(embeddings, word);
  for (std::size_t i = 0; i < words.size(); ++i)
    units.col(static_cast<Eigen::Index>(i)) = unit_vector(embeddings.vector_of(words[i]));
  const Eigen::VectorXd mean = units.rowwise().sum().normalized();
  std::vector<Neighbor> result;
  for (std::size_t i = 0; i < words.size(); ++i)
    result.push_back({words[i], static_cast<float>(units.col(static_cast<Eigen::Index>(i)).dot(mean))});
  std::ranges::stable_sort(result, {}, &Neighbor::similarity);
  return result;
}

}  // namespace equivec
