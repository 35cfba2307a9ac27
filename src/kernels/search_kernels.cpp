#include "src/kernels/search_kernels.hpp"

#include "src/kernels/disabled_targets.hpp"

#define HWY_DISABLED_TARGETS EQUIVEC_DISABLED_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/search_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway requires.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "src/kernels/all_targets.hpp"
#include "src/kernels/vectors-inl.hpp"

#include <algorithm>

// A panel's rows are interleaved: each lane holds another row, so a number of a query is broadcast to all lanes and no
// sum over lanes is needed. A panel stays in the L1 cache while all queries are multiplied with it; the sums of a few
// queries are in registers.

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

// Vectors per panel, and queries at once: their sums, a panel's column and a query's number must fit the registers.
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
    // In blocks of 16 x 16 numbers, so that both source and destination stay in the cache.
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

/// Inner products of R rows with a query. `tail` holds the query's last numbers, one per lane, with zeros for those
/// that the `whole` vectors include.
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
  // The last vector overlaps the others, so as not to read beyond a row.
  const std::size_t whole = dimension / lanes * lanes, last = dimension - lanes;
  HWY_ALIGN float end[16] = {};
  for (std::size_t c = whole; c < dimension; ++c) end[c - last] = query[c];
  const V tail = hn::Load(d, end);
  std::size_t r = 0;
  for (; r + 4 <= count; r += 4) scan_rows<4>(rows + r * stride, stride, whole, last, query, tail, scales + r, to + r);
  for (; r < count; ++r) scan_rows<1>(rows + r * stride, stride, whole, last, query, tail, scales + r, to + r);
}

/// The sum over c of term(a[c], b[c]), in two halves so that additions need not wait for each other. `one` and `term`
/// add to a sum, of numbers and of vectors.
template <class One, class Term>
HWY_INLINE float sum_of_pairs(const float* a, const float* b, std::size_t dimension, const One& one, const Term& term) {
  float sum = 0;
  if (dimension < lanes) {
    for (std::size_t c = 0; c < dimension; ++c) sum = one(a[c], b[c], sum);
    return sum;
  }
  V first = hn::Zero(d), second = hn::Zero(d);
  std::size_t c = 0;
  for (; c + 2 * lanes <= dimension; c += 2 * lanes) {
    first = term(hn::LoadU(d, a + c), hn::LoadU(d, b + c), first);
    second = term(hn::LoadU(d, a + c + lanes), hn::LoadU(d, b + c + lanes), second);
  }
  for (; c + lanes <= dimension; c += lanes) first = term(hn::LoadU(d, a + c), hn::LoadU(d, b + c), first);
  if (c < dimension) {
    // The last vector overlaps the others, so as not to read beyond a row; what was counted before is left out.
    const auto counted = hn::FirstN(d, c + lanes - dimension);
    const std::size_t last = dimension - lanes;
    const V x = hn::IfThenZeroElse(counted, hn::LoadU(d, a + last));
    second = term(x, hn::IfThenZeroElse(counted, hn::LoadU(d, b + last)), second);
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(first, second)));
}

HWY_ATTR float product(const float* a, const float* b, std::size_t dimension) {
  return sum_of_pairs(
      a, b, dimension, [](float x, float y, float sum) { return sum + x * y; },
      [](V x, V y, V sum) HWY_ATTR { return hn::MulAdd(x, y, sum); });
}

HWY_ATTR float square_distance(const float* a, const float* b, std::size_t dimension) {
  return sum_of_pairs(
      a, b, dimension, [](float x, float y, float sum) { return sum + (x - y) * (x - y); },
      [](V x, V y, V sum) HWY_ATTR {
        const V difference = hn::Sub(x, y);
        return hn::MulAdd(difference, difference, sum);
      });
}

/// Selects the rows with a score of at least the threshold. score(i) returns the scores of the rows from i on.
template <class Score>
HWY_INLINE std::size_t select_by(std::size_t count, float threshold, SelectedRow* to, const Score& score) {
  const V least = hn::Set(d, threshold);
  std::size_t found = 0;
  HWY_ALIGN float scores[16];
  for (std::size_t i = 0; i < count; i += lanes) {
    const V each = score(i);
    if (HWY_LIKELY(hn::AllFalse(d, hn::Ge(each, least)))) continue;
    hn::Store(each, d, scores);
    for (std::size_t k = 0; k < std::min(lanes, count - i); ++k)
      if (scores[k] >= threshold) to[found++] = {static_cast<std::uint32_t>(i + k), scores[k]};
  }
  return found;
}

HWY_ATTR std::size_t select(const float* scores, std::size_t count, float threshold, SelectedRow* to) {
  return select_by(count, threshold, to, [&](std::size_t i) HWY_ATTR { return hn::LoadU(d, scores + i); });
}

HWY_ATTR std::size_t select_difference(const float* q, const float* h, std::size_t count, float threshold,
                                       SelectedRow* to) {
  return select_by(count, threshold, to,
                   [&](std::size_t i) HWY_ATTR { return hn::Sub(hn::LoadU(d, q + i), hn::LoadU(d, h + i)); });
}

HWY_ATTR std::size_t select_offset(const float* q, const float* r, const float* s, const float* h, std::size_t count,
                                   float threshold, SelectedRow* to) {
  const auto offset = [&](std::size_t i) HWY_ATTR {
    return hn::Add(hn::Sub(hn::LoadU(d, q + i), hn::LoadU(d, r + i)), hn::LoadU(d, s + i));
  };
  if (!h) return select_by(count, threshold, to, offset);
  return select_by(count, threshold, to,
                   [&](std::size_t i) HWY_ATTR { return hn::Sub(offset(i), hn::LoadU(d, h + i)); });
}

HWY_ATTR std::size_t select_ratio(const float* q, const float* r, const float* s, float constant, std::size_t count,
                                  float threshold, SelectedRow* to) {
  const V one = hn::Set(d, 1.0f), below = hn::Set(d, 1 + 2 * constant), positive = hn::Set(d, 1e-9f);
  return select_by(count, threshold, to, [&](std::size_t i) HWY_ATTR {
    const V above = hn::Mul(hn::Add(one, hn::LoadU(d, q + i)), hn::Add(one, hn::LoadU(d, s + i)));
    return hn::Div(above, hn::Max(hn::Add(below, hn::LoadU(d, r + i)), positive));
  });
}

HWY_ATTR std::size_t select_direction(const float* q, const float* r, const float* s, float constant, std::size_t count,
                                      float threshold, SelectedRow* to) {
  const V two = hn::Set(d, 2.0f), along = hn::Set(d, constant), least = hn::Set(d, 1e-5f);
  return select_by(count, threshold, to, [&](std::size_t i) HWY_ATTR {
    const V cosine = hn::LoadU(d, s + i), square = hn::Sub(two, hn::Add(cosine, cosine));
    const V offset = hn::Sub(hn::Sub(hn::LoadU(d, q + i), hn::LoadU(d, r + i)), along);
    return hn::IfThenElse(hn::Lt(square, least), two, hn::Div(offset, hn::Sqrt(hn::Max(square, least))));
  });
}

HWY_ATTR std::size_t select_probability(const float* q, const float* s, float constant, std::size_t count,
                                        float threshold, SelectedRow* to) {
  const V one = hn::Set(d, 1.0f), intercept = hn::Set(d, constant);
  const V most = hn::Set(d, 80.0f);  // keeps exp from overflowing
  return select_by(count, threshold, to, [&](std::size_t i) HWY_ATTR {
    const V power = hn::Min(hn::Neg(hn::Add(hn::LoadU(d, q + i), intercept)), most);
    return hn::Div(hn::LoadU(d, s + i), hn::Add(one, hn::Exp(d, power)));
  });
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
HWY_EXPORT(product);
HWY_EXPORT(square_distance);
HWY_EXPORT(select);
HWY_EXPORT(select_difference);
HWY_EXPORT(select_offset);
HWY_EXPORT(select_ratio);
HWY_EXPORT(select_direction);
HWY_EXPORT(select_probability);
HWY_EXPORT(rows_of_panel);
HWY_EXPORT(instruction_set);

SearchKernels search_kernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return {HWY_DYNAMIC_DISPATCH(instruction_set)(),
          HWY_DYNAMIC_DISPATCH(rows_of_panel)(),
          HWY_DYNAMIC_DISPATCH(pack),
          HWY_DYNAMIC_DISPATCH(products),
          HWY_DYNAMIC_DISPATCH(scan),
          HWY_DYNAMIC_DISPATCH(product),
          HWY_DYNAMIC_DISPATCH(square_distance),
          HWY_DYNAMIC_DISPATCH(select),
          HWY_DYNAMIC_DISPATCH(select_difference),
          HWY_DYNAMIC_DISPATCH(select_offset),
          HWY_DYNAMIC_DISPATCH(select_ratio),
          HWY_DYNAMIC_DISPATCH(select_direction),
          HWY_DYNAMIC_DISPATCH(select_probability)};
}

std::vector<SearchKernels> all_search_kernels() { return of_all_targets(&search_kernels); }

}  // namespace equivec
#endif
