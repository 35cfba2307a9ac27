// Shared code of kernels that are compiled once for each instruction set. They include it after Highway's headers, at
// global scope; it is included again for each target.

#if defined(EQUIVEC_VECTORS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef EQUIVEC_VECTORS_INL_HPP
#undef EQUIVEC_VECTORS_INL_HPP
#else
#define EQUIVEC_VECTORS_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>

// AVX-512 and its later variants, which have smaller numbers.
#undef EQUIVEC_16_LANES
#define EQUIVEC_16_LANES (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3)

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr D d;
constexpr std::size_t lanes = hn::MaxLanes(D());

/// Prefetches 64 bytes for writing: a line that another thread has changed is transferred once, not first for reading
/// and again for writing.
HWY_INLINE void prefetch_to_change(const float* line) {
#if HWY_ARCH_X86
  asm volatile("prefetchw %0" : : "m"(*line));
#else
  hwy::Prefetch(line);
#endif
}

inline const char* instruction_set() {
#if EQUIVEC_16_LANES
  return "AVX-512";
#elif HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  return "none";
#else
  return hwy::TargetName(HWY_TARGET);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#endif
