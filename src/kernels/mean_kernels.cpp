#include "src/kernels/mean_kernels.hpp"

#include "src/kernels/disabled_targets.hpp"

#define HWY_DISABLED_TARGETS EQUIVEC_DISABLED_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/mean_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway requires.
#include <hwy/highway.h>

#include "src/kernels/all_targets.hpp"
#include "src/kernels/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

#if HWY_HAVE_FLOAT64
using Doubles = hn::CappedTag<double, 8>;
constexpr Doubles doubles;
constexpr std::size_t double_lanes = hn::MaxLanes(Doubles());

HWY_INLINE hn::Vec<Doubles> widened(const float* from) {
  return hn::PromoteTo(doubles, hn::LoadU(hn::Rebind<float, Doubles>(), from));
}
#endif

HWY_ATTR double sum_of_squares(const float* row, std::size_t dimension) {
  std::size_t c = 0;
  double sum = 0;
#if HWY_HAVE_FLOAT64
  auto sums = hn::Zero(doubles);
  for (; c + double_lanes <= dimension; c += double_lanes) {
    const auto numbers = widened(row + c);
    sums = hn::MulAdd(numbers, numbers, sums);
  }
  sum = hn::GetLane(hn::SumOfLanes(doubles, sums));
#endif
  for (; c < dimension; ++c) sum += static_cast<double>(row[c]) * static_cast<double>(row[c]);
  return sum;
}

/// Of V vectors of columns, whose sums stay in registers while the rows pass.
#if HWY_HAVE_FLOAT64
template <std::size_t V>
HWY_INLINE void sum_columns(const float* const* rows, const double* weights, std::size_t count, std::size_t begin,
                            double* to) {
  hn::Vec<Doubles> sums[V];
#pragma GCC unroll 8
  for (std::size_t v = 0; v < V; ++v) sums[v] = hn::Zero(doubles);
  for (std::size_t i = 0; i < count; ++i) {
    const auto weight = hn::Set(doubles, weights[i]);
#pragma GCC unroll 8
    for (std::size_t v = 0; v < V; ++v)
      sums[v] = hn::MulAdd(weight, widened(rows[i] + begin + v * double_lanes), sums[v]);
  }
#pragma GCC unroll 8
  for (std::size_t v = 0; v < V; ++v) hn::StoreU(sums[v], doubles, to + begin + v * double_lanes);
}
#endif

HWY_ATTR void weighted_sum(const float* const* rows, const double* weights, std::size_t count, std::size_t dimension,
                           double* to) {
  std::size_t c = 0;
#if HWY_HAVE_FLOAT64
  for (; c + 4 * double_lanes <= dimension; c += 4 * double_lanes) sum_columns<4>(rows, weights, count, c, to);
  for (; c + double_lanes <= dimension; c += double_lanes) sum_columns<1>(rows, weights, count, c, to);
#endif
  for (; c < dimension; ++c) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += weights[i] * static_cast<double>(rows[i][c]);
    to[c] = sum;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace equivec {

HWY_EXPORT(sum_of_squares);
HWY_EXPORT(weighted_sum);
HWY_EXPORT(instruction_set);

MeanKernels mean_kernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return {HWY_DYNAMIC_DISPATCH(instruction_set)(), HWY_DYNAMIC_DISPATCH(sum_of_squares),
          HWY_DYNAMIC_DISPATCH(weighted_sum)};
}

std::vector<MeanKernels> all_mean_kernels() { return of_all_targets(&mean_kernels); }

}  // namespace equivec
#endif
