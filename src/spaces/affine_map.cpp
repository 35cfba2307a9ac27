#include "src/spaces/affine_map.hpp"

#include "src/math/decompositions.hpp"

namespace equivec {

AffineMap AffineMap::identity(Eigen::Index dimension) {
  return {Eigen::MatrixXd::Identity(dimension, dimension), Eigen::VectorXd::Zero(dimension)};
}

Eigen::MatrixXd AffineMap::apply(const Eigen::MatrixXd& rows) const {
  Eigen::MatrixXd result = linear.isIdentity(0) ? rows : product_transposed(rows, linear);
  result.rowwise() += shift.transpose();
  return result;
}

AffineMap AffineMap::then(const AffineMap& next) const {
  return {product(next.linear, linear), next.linear * shift + next.shift};
}

Eigen::MatrixXd RowChain::apply(Eigen::MatrixXd rows) const {
  for (std::size_t i = 0; i < maps.size(); ++i) {
    rows = maps[i].apply(rows);
    if (i + 1 < maps.size() || normalizes_last) normalize_rows(rows);
  }
  return rows;
}

void normalize_rows(Eigen::MatrixXd& rows, double least) {
  // Column by column, as the numbers lie in memory.
  const Eigen::ArrayXd lengths = rows.rowwise().norm();
  rows.array().colwise() *= (lengths > least).select(lengths.inverse(), 0.0);
}

}  // namespace equivec
