#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "src/kernels/search_kernels.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace equivec {

struct CrossNeighbors {
  std::vector<std::vector<SelectedRow>> of_first, of_second;  ///< best first, ties by number
};

/// For each row x of `first` the `count` rows y of `second` with the largest x.y - penalty of y, and for each y the x
/// with the largest x.y - penalty of x; without penalties by x.y alone. Rows that are zero have none and are none.
/// Every pair is multiplied once, for both; in 32-bit floats. The same for any number of threads (0: all cores).
/// Progress counts pairs of blocks. Throws Cancelled.
CrossNeighbors cross_neighbors(const Matrix& first, const Matrix& second, std::span<const float> first_penalties,
                               std::span<const float> second_penalties, std::size_t count, int threads,
                               Progress* progress);

}  // namespace equivec
