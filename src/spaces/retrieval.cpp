#include "src/spaces/retrieval.hpp"

#include "equivec/counts/vocabulary.hpp"
#include "src/base/parallel.hpp"
#include "src/search/csls.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace equivec {

namespace {

Embeddings numbered(Matrix rows) {
  std::vector<Vocabulary::Entry> words(static_cast<std::size_t>(rows.rows()));
  for (std::size_t i = 0; i < words.size(); ++i) words[i].word = std::to_string(i);
  return Embeddings(Vocabulary(words), std::move(rows));
}

std::vector<NeighborQuery> queries_of(const Matrix& rows) {
  std::vector<NeighborQuery> queries;
  const auto dimension = static_cast<std::size_t>(rows.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) queries.push_back({{rows.row(i).data(), dimension}, {}});
  return queries;
}

}  // namespace

Matrix unit_rows(const Embeddings& embeddings, std::span<const WordId> words, int threads) {
  Matrix rows(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  parallel_ranges(words.size(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      rows.row(static_cast<Eigen::Index>(i)) = unit_vector(embeddings[words[i]]).transpose().cast<float>();
  });
  return rows;
}

Matrix unit_rows(const Embeddings& embeddings, std::size_t count, int threads) {
  std::vector<WordId> words(std::min(count, embeddings.size()));
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = word_id(i);
  return unit_rows(embeddings, words, threads);
}

std::vector<float> mean_similarities(const Matrix& rows, const Matrix& others, int neighbors, int threads,
                                     Progress* progress) {
  return mean_similarities(nearest_rows(rows, others, {}, static_cast<std::size_t>(neighbors), threads, progress));
}

std::vector<std::vector<Neighbor>> nearest_rows(const Matrix& queries, const Matrix& rows, std::span<const float> means,
                                                std::size_t count, int threads, Progress* progress) {
  if (means.empty()) return NearestNeighbors(numbered(rows), 0, threads).find(queries_of(queries), count, progress);
  // An inner product of rows that have one number more: 2 x.y - r(y) is (2x, -1) . (y, r(y)).
  const Eigen::Index dimension = rows.cols();
  Matrix longer_rows(rows.rows(), dimension + 1), longer_queries(queries.rows(), dimension + 1);
  longer_rows.leftCols(dimension) = rows;
  longer_rows.rightCols(1) = Eigen::Map<const Eigen::VectorXf>(means.data(), rows.rows());
  longer_queries.leftCols(dimension) = 2 * queries;
  longer_queries.rightCols(1).setConstant(-1);
  // A row that is not finite is no answer.
  for (Eigen::Index i = 0; i < rows.rows(); ++i)
    if (rows.row(i).isZero(0)) longer_rows(i, dimension) = std::numeric_limits<float>::infinity();
  return nearest_by_product(longer_queries, longer_rows, count, threads, progress);
}

std::vector<std::vector<Neighbor>> nearest_by_product(const Matrix& queries, const Matrix& rows, std::size_t count,
                                                      int threads, Progress* progress) {
  return NearestNeighbors(numbered(rows), 0, threads, Metric::dot).find(queries_of(queries), count, progress);
}

}  // namespace equivec
