#include "src/kernels/glove_kernels.hpp"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/glove_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

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
  // What is known to 8 or 12 bits, doubled by Newton's step.
  const V half = hn::Mul(x, hn::Set(d, 0.5f)), more = hn::Set(d, 1.5f);
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half, y), y, more));
#if HWY_ARCH_ARM
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half, y), y, more));
#endif
#endif
  return y;
#endif
}

/// A column of one of the rows, and of its sums of squares, moves.
HWY_INLINE void move(V gradient, V value, V squares, V rate, V clip, float* to, float* squares_to) {
  const V step = hn::Mul(rate, hn::Min(hn::Max(gradient, hn::Neg(clip)), clip));
  hn::Store(hn::NegMulAdd(step, reciprocal_root(squares), value), d, to);
  hn::Store(hn::MulAdd(step, step, squares), d, squares_to);
}

HWY_INLINE void prefetch_row(const float* row, std::size_t floats) {
  for (std::size_t c = 0; c < floats; c += 16) prefetch_to_change(row + c);
}

HWY_ATTR double train(const GloveSettings& settings, const GloveTile& tile) {
  constexpr std::size_t batch = 64, ahead = 4;
  const std::size_t row = settings.layout.row(), stride = settings.layout.stride(),
                    plain = settings.layout.dimension / lanes * lanes;
  const auto rate_number = static_cast<float>(settings.rates.learning_rate),
             clip_number = static_cast<float>(settings.rates.gradient_clip);
  const V rate = hn::Set(d, rate_number), clip = hn::Set(d, clip_number);
  // From column `plain` on lanes differ: some are biases, some do not move.
  HWY_ALIGN float word_rates[3 * 16] = {}, context_rates[3 * 16] = {}, clips[3 * 16] = {};
  for (std::size_t c = plain; c < settings.layout.dimension + 2; ++c) {
    const bool bias = c >= settings.layout.dimension;
    const bool legacy = bias && settings.rates.legacy_bias;
    const float own = legacy ? 1.0f : rate_number;
    word_rates[c - plain] = c == settings.layout.context_bias() ? 0.0f : own;
    context_rates[c - plain] = c == settings.layout.word_bias() ? 0.0f : own;
    clips[c - plain] = legacy ? hwy::HighestValue<float>() : clip_number;
  }
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
    for (std::size_t i = 0; i < count; ++i) {
      if (begin + i + ahead < tile.pairs.size()) {
        prefetch_row(tile.contexts + pairs[i + ahead].context * row, row);
        prefetch_row(tile.words + pairs[i + ahead].word * row, row);
      }
      float* const x = tile.words + pairs[i].word * row;
      float* const y = tile.contexts + pairs[i].context * row;
      V sum = hn::Zero(d), other = hn::Zero(d);
      std::size_t c = 0;
      for (; c + 2 * lanes <= stride; c += 2 * lanes) {
        sum = hn::MulAdd(hn::Load(d, x + c), hn::Load(d, y + c), sum);
        other = hn::MulAdd(hn::Load(d, x + c + lanes), hn::Load(d, y + c + lanes), other);
      }
      if (c < stride) sum = hn::MulAdd(hn::Load(d, x + c), hn::Load(d, y + c), sum);
      const float difference = hn::GetLane(hn::SumOfLanes(d, hn::Add(sum, other))) - logs[i];
      const float factor = weights[i] * difference;
      loss += static_cast<double>(factor) * static_cast<double>(difference);
      const V g = hn::Set(d, factor);
      for (c = 0; c < plain; c += lanes) {
        const V a = hn::Load(d, x + c), b = hn::Load(d, y + c);
        move(hn::Mul(g, b), a, hn::Load(d, x + stride + c), rate, clip, x + c, x + stride + c);
        move(hn::Mul(g, a), b, hn::Load(d, y + stride + c), rate, clip, y + c, y + stride + c);
      }
      for (; c < settings.layout.dimension + 2; c += lanes) {
        const V a = hn::Load(d, x + c), b = hn::Load(d, y + c), limits = hn::Load(d, clips + c - plain);
        move(hn::Mul(g, b), a, hn::Load(d, x + stride + c), hn::Load(d, word_rates + c - plain), limits, x + c,
             x + stride + c);
        move(hn::Mul(g, a), b, hn::Load(d, y + stride + c), hn::Load(d, context_rates + c - plain), limits, y + c,
             y + stride + c);
      }
    }
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

std::vector<GloveKernels> all_glove_kernels() {
  std::vector<GloveKernels> result;
  for (const auto target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    result.push_back(glove_kernels());
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return result;
}

}  // namespace equivec
#endif
