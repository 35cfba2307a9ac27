#pragma once

#include "equivec/math/statistics.hpp"

#include <cstdint>

namespace equivec {

/// The smallest k for which a binomial variable of `trials` trials is at most k with probability p or more.
double binomial_quantile(double trials, double probability, double p);

/// The probability that a binomial variable of `trials` trials is at most k.
double binomial_cdf(double trials, double probability, double k);

/// The interval of the probability of a success, from `count` successes in `total` trials (Clopper and Pearson 1934).
Interval binomial_interval(std::uint64_t count, std::uint64_t total, double confidence);

}  // namespace equivec
