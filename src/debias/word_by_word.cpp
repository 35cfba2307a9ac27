#include "src/debias/word_by_word.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

namespace equivec {

WordByWord word_by_word(const Embeddings& embeddings, int threads,
                        const std::function<Eigen::VectorXd(WordId word, const Eigen::VectorXd& row)>& f) {
  Matrix result = embeddings.matrix();
  std::vector<WordId> vanished;
  std::mutex mutex;
  parallel_ranges(embeddings.size(), 1024, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Eigen::VectorXd row = column(embeddings[word_id(i)]).cast<double>();
      if (!has_direction(row)) continue;
      const Eigen::VectorXd changed = f(word_id(i), row);
      result.row(static_cast<Eigen::Index>(i)) = changed.cast<float>();
      if (!changed.isZero(0)) continue;
      const std::scoped_lock lock(mutex);
      vanished.push_back(word_id(i));
    }
  });
  std::ranges::sort(vanished);
  return {embeddings.with_vectors(std::move(result)), std::move(vanished)};
}

double worst_of(std::size_t count, const std::function<double(std::size_t)>& f) {
  double worst = 0;
  std::mutex mutex;
  parallel_ranges(count, 1024, 0, [&](std::size_t begin, std::size_t end) {
    double own = 0;
    for (std::size_t i = begin; i < end; ++i)
      if (const double found = f(i); !(found <= own))
        own = std::isnan(found) ? std::numeric_limits<double>::infinity() : found;
    const std::scoped_lock lock(mutex);
    worst = std::max(worst, own);
  });
  return worst;
}

double worst_word(const Embeddings& embeddings,
                  const std::function<double(WordId word, const Eigen::VectorXd& row)>& f) {
  return worst_of(embeddings.size(), [&](std::size_t i) {
    const Eigen::VectorXd row = column(embeddings[word_id(i)]).cast<double>();
    return has_direction(row) ? f(word_id(i), row) : 0.0;
  });
}

void require_same_shape(const Embeddings& before, const Embeddings& after) {
  if (before.size() != after.size() || before.dimension() != after.dimension())
    throw Error("there were " + std::to_string(before.size()) + " vectors of dimension " +
                std::to_string(before.dimension()) + ", and there are " + std::to_string(after.size()) +
                " of dimension " + std::to_string(after.dimension()) +
                "; only as many of the same dimension can be compared");
}

double worst_word(const Embeddings& before, const Embeddings& after,
                  const std::function<double(const Eigen::VectorXd& before, const Eigen::VectorXd& after)>& f) {
  require_same_shape(before, after);
  return worst_word(before, [&](WordId word, const Eigen::VectorXd& row) {
    return f(row, Eigen::VectorXd(column(after[word]).cast<double>()));
  });
}

}  // namespace equivec
