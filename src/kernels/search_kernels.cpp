#include "src/kernels/search_kernels.hpp"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/search_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "src/kernels/all_targets.hpp"
#include "src/kernels/vectors-inl.hpp"

#include <algorithm>

// A panel's rows are side by side, so that a number of a query, in all lanes, serves as many rows as there are lanes
// and no sum ends in adding lanes up. A panel stays in the first cache while all queries go past it; the sums of a few
// queries with it are all in registers.

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

// Vectors of a panel, and queries taken at once: their sums, a panel's column and a number must fit the registers.
#if EQUIVEC_16_LANES
constexpr std::size_t panel_vectors = 3, most_queries = 8;
#elif HWY_ARCH_ARM_A64 && HWY_TARGET != HWY_SCALAR
constexpr std::size_t panel_vectors = 4, most_queries = 6;
#else
constexpr std::size_t panel_vectors = 2, most_queries = 6;
#endif
constexpr std::size_t panel_rows = panel_vectors * lanes;

HWY_ATTR void pack(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension, const float* scales,
                   float* to) {
  for (std::size_t first = 0; first < count; first += panel_rows, to += panel_rows * dimension) {
    const std::size_t present = std::min(panel_rows, count - first);
    if (present < panel_rows) std::fill_n(to, panel_rows * dimension, 0.0f);
    // Squares of 16 x 16 numbers, so that both what is read and what is written stays in the cache.
    for (std::size_t begin = 0; begin < dimension; begin += 16) {
      const std::size_t end = std::min(begin + 16, dimension);
      for (std::size_t r = 0; r < present; ++r) {
        const float* const row = rows + (first + r) * stride;
        const float scale = scales[first + r];
        for (std::size_t c = begin; c < end; ++c) to[c * panel_rows + r] = row[c] * scale;
      }
    }
  }
}

template <std::size_t Q>
HWY_INLINE void panel_products(const float* panel, std::size_t dimension, const float* queries, float* to,
                               std::size_t pitch) {
  V sums[Q][panel_vectors];
#pragma GCC unroll 8
  for (std::size_t q = 0; q < Q; ++q)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < panel_vectors; ++v) sums[q][v] = hn::Zero(d);
  for (std::size_t c = 0; c < dimension; ++c) {
    V rows[panel_vectors];
#pragma GCC unroll 4
    for (std::size_t v = 0; v < panel_vectors; ++v) rows[v] = hn::LoadU(d, panel + c * panel_rows + v * lanes);
#pragma GCC unroll 8
    for (std::size_t q = 0; q < Q; ++q) {
      const V number = hn::Set(d, queries[q * dimension + c]);
#pragma GCC unroll 4
      for (std::size_t v = 0; v < panel_vectors; ++v) sums[q][v] = hn::MulAdd(number, rows[v], sums[q][v]);
    }
  }
#pragma GCC unroll 8
  for (std::size_t q = 0; q < Q; ++q)
#pragma GCC unroll 4
    for (std::size_t v = 0; v < panel_vectors; ++v) hn::StoreU(sums[q][v], d, to + q * pitch + v * lanes);
}

HWY_ATTR void products(const float* panels, std::size_t panel_count, std::size_t dimension, const float* queries,
                       std::size_t query_count, float* to, std::size_t pitch) {
  for (std::size_t p = 0; p < panel_count; ++p, panels += panel_rows * dimension, to += panel_rows) {
    std::size_t q = 0;
    for (; q + most_queries <= query_count; q += most_queries)
      panel_products<most_queries>(panels, dimension, queries + q * dimension, to + q * pitch, pitch);
    for (; q + 2 <= query_count; q += 2)
      panel_products<2>(panels, dimension, queries + q * dimension, to + q * pitch, pitch);
    if (q < query_count) panel_products<1>(panels, dimension, queries + q * dimension, to + q * pitch, pitch);
  }
}

/// Inner products of R rows with a query; `tail` are the query's last numbers, as many as lanes, zeros where `query`
/// has them too.
template <std::size_t R>
HWY_INLINE void scan_rows(const float* rows, std::size_t stride, std::size_t whole, std::size_t last,
                          const float* query, V tail, const float* scales, float* to) {
  V sums[R];
#pragma GCC unroll 4
  for (std::size_t r = 0; r < R; ++r) sums[r] = hn::Mul(hn::LoadU(d, rows + r * stride + last), tail);
  for (std::size_t c = 0; c < whole; c += lanes) {
    const V x = hn::LoadU(d, query + c);
#pragma GCC unroll 4
    for (std::size_t r = 0; r < R; ++r) sums[r] = hn::MulAdd(hn::LoadU(d, rows + r * stride + c), x, sums[r]);
  }
#pragma GCC unroll 4
  for (std::size_t r = 0; r < R; ++r) to[r] = hn::GetLane(hn::SumOfLanes(d, sums[r])) * scales[r];
}

HWY_ATTR void scan(const float* rows, std::size_t stride, std::size_t count, std::size_t dimension, const float* scales,
                   const float* query, float* to) {
  if (dimension < lanes) {
    for (std::size_t r = 0; r < count; ++r) {
      float sum = 0;
      for (std::size_t c = 0; c < dimension; ++c) sum += rows[r * stride + c] * query[c];
      to[r] = sum * scales[r];
    }
    return;
  }
  // The last vector begins before the others end, rather than to read beyond a row.
  const std::size_t whole = dimension / lanes * lanes, last = dimension - lanes;
  HWY_ALIGN float end[16] = {};
  for (std::size_t c = whole; c < dimension; ++c) end[c - last] = query[c];
  const V tail = hn::Load(d, end);
  std::size_t r = 0;
  for (; r + 4 <= count; r += 4) scan_rows<4>(rows + r * stride, stride, whole, last, query, tail, scales + r, to + r);
  for (; r < count; ++r) scan_rows<1>(rows + r * stride, stride, whole, last, query, tail, scales + r, to + r);
}

/// q = f(q, r, s), a vector at a time; the last numbers by way of vectors that are filled up.
template <class F>
HWY_INLINE void for_each_vector(float* q, const float* r, const float* s, std::size_t count, const F& f) {
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    hn::StoreU(f(hn::LoadU(d, q + i), hn::LoadU(d, r + i), hn::LoadU(d, s + i)), d, q + i);
  if (i == count) return;
  HWY_ALIGN float rest[3][16] = {};
  std::copy(q + i, q + count, rest[0]);
  std::copy(r + i, r + count, rest[1]);
  std::copy(s + i, s + count, rest[2]);
  hn::Store(f(hn::Load(d, rest[0]), hn::Load(d, rest[1]), hn::Load(d, rest[2])), d, rest[0]);
  std::copy(rest[0], rest[0] + (count - i), q + i);
}

HWY_ATTR void ratios(float* q, const float* r, const float* s, float constant, std::size_t count) {
  const V one = hn::Set(d, 1.0f), half = hn::Set(d, 0.5f), below = hn::Set(d, 1 + 2 * constant);
  for_each_vector(q, r, s, count, [&](V a, V b, V c) HWY_ATTR {
    return hn::Div(hn::Mul(hn::Mul(hn::Add(one, a), hn::Add(one, b)), half), hn::Add(below, c));
  });
}

HWY_ATTR void directions(float* q, const float* r, float constant, std::size_t count) {
  const V two = hn::Set(d, 2.0f), offset = hn::Set(d, constant), least = hn::Set(d, 1e-5f), one = hn::Set(d, 1.0f);
  for_each_vector(q, r, r, count, [&](V a, V b, V) HWY_ATTR {
    const V square = hn::Sub(two, hn::Add(b, b));
    // Of a difference that is all rounding nothing can be said: it stays a candidate.
    return hn::IfThenElse(hn::Lt(square, least), one, hn::Div(hn::Sub(a, offset), hn::Sqrt(square)));
  });
}

HWY_ATTR void probabilities(float* q, const float* r, float constant, std::size_t count) {
  const V one = hn::Set(d, 1.0f), offset = hn::Set(d, constant), most = hn::Set(d, 80.0f);  // beyond, exp is no number
  for_each_vector(q, r, r, count, [&](V a, V b, V) HWY_ATTR {
    return hn::Div(b, hn::Add(one, hn::Exp(d, hn::Min(hn::Neg(hn::Add(a, offset)), most))));
  });
}

HWY_ATTR std::size_t select(const float* scores, std::size_t count, float threshold, std::uint32_t* to) {
  const V least = hn::Set(d, threshold);
  std::size_t found = 0, i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto enough = hn::Ge(hn::LoadU(d, scores + i), least);
    if (hn::AllFalse(d, enough)) continue;
    for (std::size_t k = i; k < i + lanes; ++k)
      if (scores[k] >= threshold) to[found++] = static_cast<std::uint32_t>(k);
  }
  for (; i < count; ++i)
    if (scores[i] >= threshold) to[found++] = static_cast<std::uint32_t>(i);
  return found;
}

std::size_t rows_of_panel() { return panel_rows; }

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace equivec {

HWY_EXPORT(pack);
HWY_EXPORT(products);
HWY_EXPORT(scan);
HWY_EXPORT(ratios);
HWY_EXPORT(directions);
HWY_EXPORT(probabilities);
HWY_EXPORT(select);
HWY_EXPORT(rows_of_panel);
HWY_EXPORT(instruction_set);

SearchKernels search_kernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return {HWY_DYNAMIC_DISPATCH(instruction_set)(),
          HWY_DYNAMIC_DISPATCH(rows_of_panel)(),
          HWY_DYNAMIC_DISPATCH(pack),
          HWY_DYNAMIC_DISPATCH(products),
          HWY_DYNAMIC_DISPATCH(scan),
          HWY_DYNAMIC_DISPATCH(ratios),
          HWY_DYNAMIC_DISPATCH(directions),
          HWY_DYNAMIC_DISPATCH(probabilities),
          HWY_DYNAMIC_DISPATCH(select)};
}

std::vector<SearchKernels> all_search_kernels() { return of_all_targets(&search_kernels); }

}  // namespace equivec
#endif
