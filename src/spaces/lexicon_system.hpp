#pragma once

#include "equivec/base/progress.hpp"
#include "src/spaces/pair_graph.hpp"

#include <cstddef>

namespace equivec {

/// The equations of retrofitting (Faruqui et al. 2015, equation 2, with beta = 1 / degree): for every word
///     (alpha + 1) y = alpha x + the mean of the y of its neighbours,
/// where x are the old rows. Rows are in the order of the graph's words.
struct LexiconSystem {
  const PairGraph& graph;
  const ExactRows& old;
  double alpha;
  int threads;
};

struct SolvedSystem {
  ExactRows rows;
  int rounds;  ///< over all words
};

/// Gauss and Seidel's method, word by word in the order of the vocabulary. The largest distance to the solution becomes
/// at least 1 + alpha times smaller in each round, so that it ends. Columns are independent of each other: threads
/// share them, and the result is the same for any number. Throws Cancelled.
SolvedSystem solve_system(const LexiconSystem& system, const Progress* progress);

/// How far a word is from what its equation says, as a share of the lengths in it: |y - (alpha x + m) / (alpha + 1)|
/// divided by |y| + (alpha |x| + the mean of the neighbours' |y|) / (alpha + 1). Rounding rows to 32 bits makes it
/// 2^-24 at most.
double system_error(const LexiconSystem& system, const ExactRows& rows, std::size_t place);

/// The sum of alpha degree |y - x|^2 over words, and |y - y'|^2 over pairs, which is least at the solution. In a fixed
/// order.
double system_objective(const LexiconSystem& system, const ExactRows& rows);

/// The mean of the cosines of rows of the same number; of those that have a length.
double mean_row_cosine(const ExactRows& a, const ExactRows& b);

}  // namespace equivec
