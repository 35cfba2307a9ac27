#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/math/singular_directions.hpp"

#include <Eigen/Core>

#include <cstddef>

namespace equivec {

/// The plane of the first two principal components of rows, by which they and others are projected. Rows of one number
/// have one component; the other coordinate is then 0.
class PrincipalPlane {
 public:
  /// `block` gives the rows. Throws Cancelled. REQUIRES: at least one row
  PrincipalPlane(Eigen::Index rows, Eigen::Index dimension, const RowBlock& block, int threads,
                 const Progress* progress);

  Eigen::Index dimension() const noexcept { return mean_.size(); }
  /// REQUIRES: of that dimension
  Eigen::Vector2d place(const Eigen::VectorXd& row) const;

 private:
  Eigen::VectorXd mean_;
  Eigen::MatrixXd directions_;  // one a column
};

/// That of the first `words` words, all scaled to length 1. Throws Cancelled. REQUIRES: 0 < words <= size()
PrincipalPlane principal_plane(const Embeddings& embeddings, std::size_t words, int threads, const Progress* progress);

/// The first `words` words in a plane, scaled to length 1 first, one a row; those without a direction in its middle.
/// Throws Cancelled. REQUIRES: the plane's dimension is that of the vectors
Eigen::MatrixXd places_in(const PrincipalPlane& plane, const Embeddings& embeddings, std::size_t words, int threads,
                          const Progress* progress);

}  // namespace equivec
