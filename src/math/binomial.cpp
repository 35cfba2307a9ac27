#include "src/math/binomial.hpp"

#include <boost/math/distributions/binomial.hpp>

namespace equivec {

namespace {

namespace policies = boost::math::policies;
// Rounding up makes the p-quantile the smallest k with P(K <= k) >= p.
using Binomial = boost::math::binomial_distribution<
    double, policies::policy<policies::discrete_quantile<policies::integer_round_up>, policies::promote_double<false>>>;

}  // namespace

double binomial_quantile(double trials, double probability, double p) {
  if (trials == 0 || probability == 0) return 0;
  if (probability == 1) return trials;
  return quantile(Binomial(trials, probability), p);
}

double binomial_cdf(double trials, double probability, double k) { return cdf(Binomial(trials, probability), k); }

Interval binomial_interval(std::uint64_t count, std::uint64_t total, double confidence) {
  const double trials = static_cast<double>(total), successes = static_cast<double>(count);
  const double outside = (1 - confidence) / 2;
  return {Binomial::find_lower_bound_on_p(trials, successes, outside),
          Binomial::find_upper_bound_on_p(trials, successes, outside)};
}

}  // namespace equivec
