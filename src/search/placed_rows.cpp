#include "src/search/placed_rows.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

PlacedRows::PlacedRows(Metric metric, MatrixView matrix, const SearchedRows& rows)
    : kernels_(search_kernels()),
      metric_(metric),
      matrix_(matrix),
      rows_(rows),
      // A multiple of what instructions take at once.
      dimension_((static_cast<std::size_t>(matrix.cols()) + (metric == Metric::dot ? 1 : 0) + 15) / 16 * 16) {}

void PlacedRows::place(std::size_t row, float* to) const {
  const auto from = matrix_.row(static_cast<Eigen::Index>(row));
  const float scale = metric_ == Metric::cosine ? rows_.scales()[row] : 1.0f;
  std::fill_n(to, dimension_, 0.0f);
  for (Eigen::Index i = 0; i < from.size(); ++i) to[i] = from[i] * scale;
  if (metric_ != Metric::dot) return;
  const auto longest = static_cast<double>(rows_.longest());
  const double missing = longest * longest - from.cast<double>().squaredNorm();
  to[from.size()] = static_cast<float>(std::sqrt(std::max(missing, 0.0)));
}

}  // namespace equivec
