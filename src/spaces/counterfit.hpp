#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/spaces/pair_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// What joins a word to another. Distances are 1 - cosine.
struct CounterfitTie {
  std::uint32_t other;  ///< place
  double limit;         ///< of the distance
  double weight;
  bool pulls;  ///< costs weight (distance - limit) beyond the limit; otherwise weight (limit - distance) within it
};

/// The objective of counter-fitting (Mrkšić et al. 2016, section 2): the sum of what all ties cost. Every tie stands
/// with both of its words.
struct CounterfitProblem {
  ExactRows start;                  ///< of length 1
  std::vector<std::size_t> begins;  ///< the ties of place i are [begins[i], begins[i + 1])
  std::vector<CounterfitTie> ties;  ///< by place, then by other
  std::size_t pairs = 0;            ///< half the number of ties
  int threads = 0;

  std::span<const CounterfitTie> ties_of(std::size_t place) const {
    return {ties.data() + begins[place], begins[place + 1] - begins[place]};
  }
};

/// A tie of two places.
struct CounterfitPair {
  std::uint32_t first, second;
  double limit, weight;
  bool pulls;
};
CounterfitProblem counterfit_problem(ExactRows start, std::span<const CounterfitPair> pairs, int threads);

/// Of rows of length 1. Sums have a fixed order.
double counterfit_objective(const CounterfitProblem& problem, const ExactRows& rows);

/// By the row of one place, where rows are scaled to length 1 before distances are taken: at rows of length 1 the sum
/// of
/// +-weight (cosine x - y) over the ties that cost something, whose number is added to `active`.
Eigen::RowVectorXd counterfit_gradient(const CounterfitProblem& problem, const ExactRows& rows, std::size_t place,
                                       std::size_t& active);

/// One step of all rows at once: each goes against its gradient, divided by the number of its ties that cost something,
/// and is scaled to length 1 again, as in the authors' program.
ExactRows counterfit_step(const CounterfitProblem& problem, const ExactRows& rows, double rate);

struct CounterfitResult {
  ExactRows rows, previous;  ///< `rows` is the step from `previous` by `rate`
  double rate = 0;           ///< 0: they are the rows at the start
  double before, after;      ///< objectives
  int steps = 0;             ///< from the start
};

/// Of the rows at the start and after each of `iterations` steps those with the least objective. (A single step may
/// make it larger: words that are to stay near a word follow it one step later.) Progress counts steps. The result is
/// the same for any number of threads.
CounterfitResult minimize_counterfit(const CounterfitProblem& problem, int iterations, double rate, Progress* progress);

/// Proves of vectors of any length that each of the words, whose places are those of the problem, has the direction
/// that the last step gives it, that no length has changed, that the objective is not above that at the start, and that
/// other words are as they were.
std::vector<PostCondition> verify_counterfit(const Embeddings& before, const Embeddings& after,
                                             std::span<const WordId> words, const CounterfitProblem& problem,
                                             const CounterfitResult& found);

}  // namespace equivec
