#include "src/debias/ngrams.hpp"

#include "src/base/parallel.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/vectors/owning_subwords.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace equivec {

Subwords without_subspace(const Subwords& subwords, const BiasSubspace& subspace,
                          std::vector<PostCondition>& conditions) {
  Matrix rows = subwords.matrix();
  double worst = 0;
  std::mutex mutex;
  parallel_ranges(static_cast<std::size_t>(rows.rows()), 4096, 0, [&](std::size_t begin, std::size_t end) {
    double worst_here = 0;
    for (std::size_t i = begin; i < end; ++i) {
      auto row = rows.row(static_cast<Eigen::Index>(i));
      const Eigen::VectorXd old = row.transpose().cast<double>();
      if (old.isZero(0)) continue;
      row = subspace.outside(subspace.outside(old)).cast<float>().transpose();
      // By the length before: what rounding leaves of a row that lies in the subspace has any direction.
      worst_here = std::max(worst_here, (subspace.basis() * row.transpose().cast<double>()).norm() / old.norm());
    }
    const std::lock_guard lock(mutex);
    worst = std::max(worst, worst_here);
  });
  conditions.push_back(
      {"no n-gram has a part in the bias subspace, as a share of its length before", worst, float_rounding});
  if (subwords.rule().hash == NgramHash::listed)
    return Subwords(subwords.rule().min_length, subwords.rule().max_length, subwords.ngrams(), std::move(rows));
  return owning_subwords(subwords.rule(), std::move(rows), {subwords.kept().begin(), subwords.kept().end()});
}

}  // namespace equivec
