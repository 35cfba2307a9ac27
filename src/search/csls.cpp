#include "src/search/csls.hpp"

#include "src/base/parallel.hpp"
#include "src/search/all_neighbors.hpp"

#include <algorithm>
#include <limits>

namespace equivec {

CslsRows::CslsRows(const Embeddings& embeddings, std::size_t count, int threads)
    : embeddings_(embeddings), count_(count), threads_(threads) {}

void CslsRows::prepare(Progress* progress) {
  const auto neighbors = all_neighbors(embeddings_, count_, csls_neighbors, threads_, progress);
  const Eigen::Index dimension = embeddings_.dimension();
  longer_.resize(static_cast<Eigen::Index>(count_), dimension + 1);
  parallel_for(count_, threads_, [&](std::size_t i) {
    const Eigen::VectorXd unit = unit_vector(embeddings_.vector_of(word_id(i)));
    double sum = 0;
    for (const SelectedRow& neighbor : neighbors[i]) sum += neighbor.score;
    auto row = longer_.row(static_cast<Eigen::Index>(i));
    row.head(dimension) = unit.transpose().cast<float>();
    // A row that is not finite is never an answer.
    row[dimension] = unit.isZero(0)         ? std::numeric_limits<float>::infinity()
                     : neighbors[i].empty() ? 0.0F
                                            : static_cast<float>(sum / static_cast<double>(neighbors[i].size()));
  });
  rows_ = std::make_unique<SearchedRows>(longer_, Metric::dot);
}

std::vector<std::vector<Neighbor>> CslsRows::find(std::span<const NeighborQuery> queries, std::span<const float> means,
                                                  const NeighborFilter& filter, Progress* progress) {
  std::call_once(prepared_, [&] { prepare(progress); });
  // 2 cosine - r(row) is an inner product: of (2 q, -1) with (row, r(row)).
  const auto dimension = static_cast<Eigen::Index>(embeddings_.dimension());
  const auto describe = [&](std::size_t number) {
    const auto vector = column(queries[number].vector);
    return SearchQuery{
        .vectors = {number}, .answerable = vector.allFinite() && !vector.isZero(0), .exclude = queries[number].exclude};
  };
  const auto fill = [&](std::uint64_t number, std::span<double> numbers) {
    Eigen::Map<Eigen::VectorXd> vector(numbers.data(), dimension + 1);
    vector.head(dimension) = 2 * unit_vector(queries[number].vector);
    vector[dimension] = -1;
  };
  const NeighborFilter all{.count = filter.count, .allowed = filter.allowed};
  auto answers = search(*rows_, Scoring::product, {queries.size(), describe, fill}, all, threads_, progress);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    for (Neighbor& answer : answers[i]) answer.similarity -= means[i];
    std::erase_if(answers[i], [&](const Neighbor& answer) { return answer.similarity < filter.min_similarity; });
  }
  return answers;
}

std::vector<float> mean_similarities(const std::vector<std::vector<Neighbor>>& answers) {
  std::vector<float> means;
  for (const auto& found : answers) {
    double sum = 0;
    for (const Neighbor& neighbor : found) sum += neighbor.similarity;
    means.push_back(found.empty() ? 0.0F : static_cast<float>(sum / static_cast<double>(found.size())));
  }
  return means;
}

}  // namespace equivec
