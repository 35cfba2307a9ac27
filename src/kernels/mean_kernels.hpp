#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace equivec {

/// Weighted means of rows of floats, in double, for one instruction set. Rows need no alignment.
struct MeanKernels {
  std::string_view instruction_set;

  /// Of the numbers of a row; not finite if one of them is not.
  double (*sum_of_squares)(const float* row, std::size_t dimension);
  /// to[c] = the sum over i of weights[i] rows[i][c], added in the order of the rows.
  void (*weighted_sum)(const float* const* rows, const double* weights, std::size_t count, std::size_t dimension,
                       double* to);
};

/// For the best instruction set of this processor.
MeanKernels mean_kernels();
/// For all its instruction sets, the best first. Must not be called while other threads use kernels.
std::vector<MeanKernels> all_mean_kernels();

}  // namespace equivec
