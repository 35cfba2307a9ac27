#include "src/kernels/packed_kernels.hpp"

#include "src/base/half.hpp"
#include "src/kernels/disabled_targets.hpp"

#define HWY_DISABLED_TARGETS EQUIVEC_DISABLED_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/packed_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway requires.
#include <hwy/highway.h>

#include "src/kernels/all_targets.hpp"
#include "src/kernels/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

using BitsTag = hn::RebindToUnsigned<D>;

struct Half {
  using Stored = std::uint16_t;
  static float one(Stored number) { return half_to_float(number); }
  static HWY_INLINE V many(const Stored* from) {
    const BitsTag bits_tag;
    const auto bits = hn::PromoteTo(bits_tag, hn::LoadU(hn::Rebind<Stored, D>(), from));
    const auto size = hn::And(bits, hn::Set(bits_tag, 0x7FFFu));
    // The exponents' zeros are 112 apart; the product makes normal numbers of subnormal ones. Infinities and NaN have
    // the largest exponent in both.
    const auto number = hn::BitCast(bits_tag, hn::Mul(hn::BitCast(d, hn::ShiftLeft<13>(size)), hn::Set(d, 0x1p112f)));
    const auto is_special = hn::Gt(size, hn::Set(bits_tag, 0x7BFFu));
    const auto special = hn::Or(hn::ShiftLeft<13>(size), hn::Set(bits_tag, 0x7F800000u));
    const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(bits_tag, 0x8000u)));
    return hn::BitCast(d, hn::Or(sign, hn::IfThenElse(is_special, special, number)));
  }
};

struct Bf16 {
  using Stored = std::uint16_t;
  static float one(Stored number) { return bf16_to_float(number); }
  static HWY_INLINE V many(const Stored* from) {
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(BitsTag(), hn::LoadU(hn::Rebind<Stored, D>(), from))));
  }
};

struct Int8 {
  using Stored = std::int8_t;
  static float one(Stored number) { return number; }
  static HWY_INLINE V many(const Stored* from) {
    return hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<D>(), hn::LoadU(hn::Rebind<Stored, D>(), from)));
  }
};

template <class Kind>
HWY_INLINE void widen(const typename Kind::Stored* from, std::size_t count, float* to) {
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(Kind::many(from + i), d, to + i);
  for (; i < count; ++i) to[i] = Kind::one(from[i]);
}

/// Inner products of R rows with a query. `tail` holds the query's last numbers, one per lane, with zeros for those
/// that the `whole` vectors include.
template <class Kind, std::size_t R>
HWY_INLINE void scan_rows(const typename Kind::Stored* rows, std::size_t dimension, std::size_t whole,
                          const float* query, V tail, const float* scales, float* to) {
  V sums[R];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < R; ++r) sums[r] = hn::Mul(Kind::many(rows + (r + 1) * dimension - lanes), tail);
  for (std::size_t c = 0; c < whole; c += lanes) {
    const V x = hn::LoadU(d, query + c);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < R; ++r) sums[r] = hn::MulAdd(Kind::many(rows + r * dimension + c), x, sums[r]);
  }
#pragma GCC unroll 4
  for (std::size_t r = 0; r < R; ++r) to[r] = hn::GetLane(hn::SumOfLanes(d, sums[r])) * scales[r];
}

template <class Kind>
HWY_INLINE void scan(const typename Kind::Stored* rows, std::size_t count, std::size_t dimension, const float* scales,
                     const float* query, float* to) {
  if (dimension < lanes) {
    for (std::size_t r = 0; r < count; ++r) {
      float sum = 0;
      for (std::size_t c = 0; c < dimension; ++c) sum += Kind::one(rows[r * dimension + c]) * query[c];
      to[r] = sum * scales[r];
    }
    return;
  }
  // The last vector overlaps the others, so as not to read beyond a row.
  const std::size_t whole = dimension / lanes * lanes;
  HWY_ALIGN float end[16] = {};
  for (std::size_t c = whole; c < dimension; ++c) end[c - (dimension - lanes)] = query[c];
  const V tail = hn::Load(d, end);
  std::size_t r = 0;
  for (; r + 4 <= count; r += 4)
    scan_rows<Kind, 4>(rows + r * dimension, dimension, whole, query, tail, scales + r, to + r);
  for (; r < count; ++r) scan_rows<Kind, 1>(rows + r * dimension, dimension, whole, query, tail, scales + r, to + r);
}

HWY_ATTR void widen_half(const std::uint16_t* from, std::size_t count, float* to) { widen<Half>(from, count, to); }
HWY_ATTR void widen_bf16(const std::uint16_t* from, std::size_t count, float* to) { widen<Bf16>(from, count, to); }
HWY_ATTR void widen_int8(const std::int8_t* from, std::size_t count, float* to) { widen<Int8>(from, count, to); }

HWY_ATTR void scan_half(const std::uint16_t* rows, std::size_t count, std::size_t dimension, const float* scales,
                        const float* query, float* to) {
  scan<Half>(rows, count, dimension, scales, query, to);
}
HWY_ATTR void scan_bf16(const std::uint16_t* rows, std::size_t count, std::size_t dimension, const float* scales,
                        const float* query, float* to) {
  scan<Bf16>(rows, count, dimension, scales, query, to);
}
HWY_ATTR void scan_int8(const std::int8_t* rows, std::size_t count, std::size_t dimension, const float* scales,
                        const float* query, float* to) {
  scan<Int8>(rows, count, dimension, scales, query, to);
}

/// Of R rows. Tables of the usual numbers of parts stay in the L1 cache, where loads of single numbers are faster than
/// gathering them.
template <std::size_t R>
HWY_INLINE void scan_code_rows(const std::uint8_t* codes, std::size_t parts, const float* scales, const float* tables,
                               float* to) {
  float sums[R] = {};
  for (std::size_t p = 0; p < parts; ++p, tables += 256)
#pragma GCC unroll 8
    for (std::size_t r = 0; r < R; ++r) sums[r] += tables[codes[r * parts + p]];
#pragma GCC unroll 8
  for (std::size_t r = 0; r < R; ++r) to[r] = sums[r] * scales[r];
}

HWY_ATTR void scan_codes(const std::uint8_t* codes, std::size_t count, std::size_t parts, const float* scales,
                         const float* tables, float* to) {
  std::size_t r = 0;
  for (; r + 8 <= count; r += 8) scan_code_rows<8>(codes + r * parts, parts, scales + r, tables, to + r);
  for (; r < count; ++r) scan_code_rows<1>(codes + r * parts, parts, scales + r, tables, to + r);
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace equivec {

HWY_EXPORT(widen_half);
HWY_EXPORT(widen_bf16);
HWY_EXPORT(widen_int8);
HWY_EXPORT(scan_half);
HWY_EXPORT(scan_bf16);
HWY_EXPORT(scan_int8);
HWY_EXPORT(scan_codes);
HWY_EXPORT(instruction_set);

PackedKernels packed_kernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return {HWY_DYNAMIC_DISPATCH(instruction_set)(), HWY_DYNAMIC_DISPATCH(widen_half), HWY_DYNAMIC_DISPATCH(widen_bf16),
          HWY_DYNAMIC_DISPATCH(widen_int8),        HWY_DYNAMIC_DISPATCH(scan_half),  HWY_DYNAMIC_DISPATCH(scan_bf16),
          HWY_DYNAMIC_DISPATCH(scan_int8),         HWY_DYNAMIC_DISPATCH(scan_codes)};
}

std::vector<PackedKernels> all_packed_kernels() { return of_all_targets(&packed_kernels); }

}  // namespace equivec
#endif
