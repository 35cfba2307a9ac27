#include "src/math/singular_directions.hpp"

#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace equivec {

void orient_columns(Eigen::MatrixXd& directions) {
  for (auto direction : directions.colwise()) {
    Eigen::Index largest = 0;
    direction.cwiseAbs().maxCoeff(&largest);
    if (direction[largest] < 0) direction = -direction;
  }
}

Eigen::MatrixXd right_singular_vectors(Eigen::Index rows, Eigen::Index columns, const RowBlock& block, int count,
                                       int threads, const Progress* progress) {
  constexpr Eigen::Index rows_of_block = 1024, strips = 16;  // sums of strips are added in order
  const Eigen::MatrixXd zero = Eigen::MatrixXd::Zero(columns, columns);
  std::vector<Eigen::MatrixXd> sums(strips, zero);
  parallel_for(sums.size(), threads, [&](std::size_t strip) {
    const auto number = static_cast<Eigen::Index>(strip);
    const Eigen::Index end = rows * (number + 1) / strips;
    for (Eigen::Index first = rows * number / strips; first < end; first += rows_of_block) {
      check_cancelled(progress);
      add_outer_products_of_rows(sums[strip], block(first, std::min(rows_of_block, end - first)));
    }
  });
  Eigen::MatrixXd sum = zero;
  for (const Eigen::MatrixXd& strip : sums) sum += strip;
  Eigen::MatrixXd directions = eigen_pairs(sum).vectors.rowwise().reverse().leftCols(count);
  orient_columns(directions);
  return directions;
}

}  // namespace equivec
