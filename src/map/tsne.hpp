#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"

#include <Eigen/Core>

namespace equivec {

struct TsneOptions {
  double perplexity = 30;
  int epochs = 1000;
  int threads = 0;  ///< 0: all cores; the result is the same for any number
};

/// Moves places, (rows) x 2, by exact t-SNE (van der Maaten and Hinton 2008), with the settings of scikit-learn: the
/// distances of 250 epochs exaggerated twelvefold, momentum .5 and then .8, gains, a learning rate of a 48th of the
/// number of rows and at least 50. `rows` are compared by squared Euclidean distance. Memory: 8 bytes for each pair of
/// rows. Progress counts epochs. Throws Cancelled. REQUIRES: 3 rows or more, finite
void lay_out_by_tsne(const Eigen::MatrixXd& rows, Matrix& places, const TsneOptions& options, Progress* progress);

/// P of t-SNE: row i has the shares p(j|i), whose entropy is that of the perplexity; these are made symmetric, and
/// their sum is 1.
Matrix neighbor_shares(const Eigen::MatrixXd& rows, double perplexity, int threads);

/// The Kullback-Leibler divergence of the shares from those of the places, and its gradient in these, in double and one
/// pair after the other: what the layout descends.
double tsne_objective(const Matrix& shares, const Eigen::MatrixXd& places, Eigen::MatrixXd& gradient);

}  // namespace equivec
