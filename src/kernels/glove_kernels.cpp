#include "src/kernels/glove_kernels.hpp"

#include "src/kernels/disabled_targets.hpp"

#define HWY_DISABLED_TARGETS EQUIVEC_DISABLED_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/glove_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway requires.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "src/kernels/all_targets.hpp"
#include "src/kernels/vectors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

/// 1 / sqrt(x) for x >= 1.
HWY_INLINE V reciprocal_root(V x) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  return hn::Div(hn::Set(d, 1.0f), hn::Sqrt(x));
#else
  V y = hn::ApproximateReciprocalSqrt(x);
#if !EQUIVEC_16_LANES
  // Newton steps, each of which doubles the bits of the processor's estimate (8 or 12).
  const V half = hn::Mul(x, hn::Set(d, 0.5f)), more = hn::Set(d, 1.5f);
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half, y), y, more));
#if HWY_ARCH_ARM
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half, y), y, more));
#endif
#endif
  return y;
#endif
}

HWY_INLINE void prefetch_row(const float* row, std::size_t floats) {
  for (std::size_t c = 0; c < floats; c += 16) prefetch_to_change(row + c);
}

/// Pairs whose differences are computed before any of their rows move.
constexpr std::size_t group = glove_group;

/// Moves a column of a row by `factor` times the other row, clipped, and adds to its sums of squares.
HWY_INLINE void move(V value, V other, V factor, V clip, float* to, float* squares) {
  const V step = hn::Min(hn::Max(hn::Mul(factor, other), hn::Neg(clip)), clip);
  const V sum = hn::Load(d, squares);
  hn::Store(hn::NegMulAdd(step, reciprocal_root(sum), value), d, to);
  hn::Store(hn::MulAdd(step, step, sum), d, squares);
}

/// Constants for all pairs.
struct Constants {
  std::size_t row, stride, plain, used;  // in floats
  float rate, clip;
  // From column `plain` on, lanes differ: some are biases, some do not move.
  HWY_ALIGN float word_rates[3 * 16] = {};
  HWY_ALIGN float context_rates[3 * 16] = {};
  HWY_ALIGN float word_clips[3 * 16] = {};
  HWY_ALIGN float context_clips[3 * 16] = {};

  explicit Constants(const GloveSettings& settings)
      : row(settings.layout.row()),
        stride(settings.layout.stride()),
        plain(settings.layout.dimension / lanes * lanes),
        used(settings.layout.dimension + 2),
        rate(static_cast<float>(settings.rates.learning_rate)),
        clip(static_cast<float>(settings.rates.learning_rate * settings.rates.gradient_clip)) {
    for (std::size_t c = plain; c < used; ++c) {
      const bool legacy = c >= settings.layout.dimension && settings.rates.legacy_bias;
      const float own_rate = legacy ? 1.0f : rate, own_clip = legacy ? hwy::HighestValue<float>() : clip;
      const bool moves_word = c != settings.layout.context_bias(), moves_context = c != settings.layout.word_bias();
      word_rates[c - plain] = moves_word ? own_rate : 0;
      word_clips[c - plain] = moves_word ? own_clip : 0;
      context_rates[c - plain] = moves_context ? own_rate : 0;
      context_clips[c - plain] = moves_context ? own_clip : 0;
    }
  }
};

/// The inner products of `count` pairs of rows.
template <std::size_t count>
HWY_INLINE void products(float* const* words, float* const* contexts, std::size_t stride, float* to) {
  V sums[count];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < count; ++i) sums[i] = hn::Zero(d);
  for (std::size_t c = 0; c < stride; c += lanes) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < count; ++i)
      sums[i] = hn::MulAdd(hn::Load(d, words[i] + c), hn::Load(d, contexts[i] + c), sums[i]);
  }
#pragma GCC unroll 4
  for (std::size_t i = 0; i < count; ++i) to[i] = hn::GetLane(hn::SumOfLanes(d, sums[i]));
}

HWY_INLINE void move_rows(float* x, float* y, float factor, const Constants& k) {
  const V g = hn::Set(d, factor * k.rate), clip = hn::Set(d, k.clip);
  std::size_t c = 0;
  for (; c < k.plain; c += lanes) {
    const V a = hn::Load(d, x + c), b = hn::Load(d, y + c);
    move(a, b, g, clip, x + c, x + k.stride + c);
    move(b, a, g, clip, y + c, y + k.stride + c);
  }
  const V f = hn::Set(d, factor);
  for (; c < k.used; c += lanes) {
    const V a = hn::Load(d, x + c), b = hn::Load(d, y + c);
    move(a, b, hn::Mul(f, hn::Load(d, k.word_rates + (c - k.plain))), hn::Load(d, k.word_clips + (c - k.plain)), x + c,
         x + k.stride + c);
    move(b, a, hn::Mul(f, hn::Load(d, k.context_rates + (c - k.plain))), hn::Load(d, k.context_clips + (c - k.plain)),
         y + c, y + k.stride + c);
  }
}

template <std::size_t count>
HWY_INLINE double train_group(const GloveTile& tile, const GlovePair* pairs, const float* weights, const float* logs,
                              const Constants& k) {
  float *x[count], *y[count], differences[count];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = tile.words + pairs[i].word * k.row;
    y[i] = tile.contexts + pairs[i].context * k.row;
  }
  products<count>(x, y, k.stride, differences);
  double loss = 0;
#pragma GCC unroll 4
  for (std::size_t i = 0; i < count; ++i) {
    const float difference = differences[i] - logs[i], factor = weights[i] * difference;
    loss += static_cast<double>(factor) * static_cast<double>(difference);
    move_rows(x[i], y[i], factor, k);
  }
  return loss;
}

HWY_ATTR double train(const GloveSettings& settings, const GloveTile& tile) {
  constexpr std::size_t batch = 64;
  static_assert(batch % group == 0);
  const Constants k(settings);
  // With fewer pairs than rows, most rows are used once and are not in the cache.
  const bool sparse = tile.pairs.size() < tile.context_rows;
  const V log_x_max = hn::Set(d, static_cast<float>(std::log(settings.x_max)));
  const V exponent = hn::Set(d, static_cast<float>(settings.weight_exponent));
  HWY_ALIGN float weights[batch] = {}, logs[batch] = {};
  double loss = 0;
  for (std::size_t begin = 0; begin < tile.pairs.size(); begin += batch) {
    const std::size_t count = std::min(batch, tile.pairs.size() - begin);
    const GlovePair* const pairs = tile.pairs.data() + begin;
    for (std::size_t i = 0; i < count; ++i) logs[i] = pairs[i].count;
    for (std::size_t i = count; i % lanes != 0; ++i) logs[i] = 1;
    for (std::size_t i = 0; i < count; i += lanes) {
      const V log = hn::Log(d, hn::Load(d, logs + i));
      const V power = hn::Min(hn::Mul(exponent, hn::Sub(log, log_x_max)), hn::Zero(d));
      hn::Store(log, d, logs + i);
      hn::Store(hn::Exp(d, power), d, weights + i);
    }
    std::size_t i = 0;
    for (; i + group <= count; i += group) {
      if (sparse && begin + i + 2 * group <= tile.pairs.size())
        for (std::size_t n = i + group; n < i + 2 * group; ++n)
          prefetch_row(tile.contexts + pairs[n].context * k.row, k.row);
      loss += train_group<group>(tile, pairs + i, weights + i, logs + i, k);
    }
    for (; i < count; ++i) loss += train_group<1>(tile, pairs + i, weights + i, logs + i, k);
  }
  return loss / 2;
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace equivec {

HWY_EXPORT(train);
HWY_EXPORT(instruction_set);

GloveKernels glove_kernels() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return {HWY_DYNAMIC_DISPATCH(instruction_set)(), HWY_DYNAMIC_DISPATCH(train)};
}

std::vector<GloveKernels> all_glove_kernels() { return of_all_targets(&glove_kernels); }

}  // namespace equivec
#endif
