#include "src/kernels/window_kernels.hpp"

// Arrays of vectors need a size known at compile time, which SVE's vectors do not have.
#include "src/kernels/disabled_targets.hpp"

#define HWY_DISABLED_TARGETS EQUIVEC_DISABLED_TARGETS
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "src/kernels/window_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway requires.
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include "src/kernels/all_targets.hpp"
#include "src/kernels/bf16.hpp"
#include "src/kernels/vectors-inl.hpp"

// The arithmetic of one window: a matrix of scores (inputs x outputs), the sigmoid of each, then every row moves by its
// row or column of that matrix. All sums use the rows as they were before the step. Rows are read twice and written
// once; sums and moving rows stay in registers, which is why the outputs are processed in tiles.

#undef EQUIVEC_BF16
#define EQUIVEC_BF16 (HWY_ARCH_X86_64 && HWY_TARGET == HWY_AVX3)

#undef EQUIVEC_32_REGISTERS
#define EQUIVEC_32_REGISTERS (EQUIVEC_16_LANES || (HWY_ARCH_ARM_A64 && HWY_TARGET != HWY_SCALAR))

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

// The sums of two inputs with a tile of outputs, or the tile's rows before and after the step, must fit the registers:
// 32, or 16.
#if EQUIVEC_32_REGISTERS
constexpr std::size_t largest_tile = 8, inner_tile = 8;
#else
constexpr std::size_t largest_tile = 6, inner_tile = 4;
#endif

/// Size of the next tile if `left` outputs are left. All tiles but the last have a multiple of four outputs.
HWY_INLINE std::size_t tile_size(std::size_t left) { return left <= largest_tile ? left : inner_tile; }

/// Stores the sum over the lanes of each of the four vectors.
#if HWY_TARGET == HWY_SCALAR
HWY_INLINE void store_sums(V a, V b, V c, V e, float* to) {
  to[0] = hn::GetLane(a);
  to[1] = hn::GetLane(b);
  to[2] = hn::GetLane(c);
  to[3] = hn::GetLane(e);
}
#else
/// In every block of four lanes: the sums over that block of a, b, c and e.
HWY_INLINE V block_sums(V a, V b, V c, V e) {
  const hn::Repartition<double, D> pairs;
  const V ab = hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  const V ce = hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e));
  return hn::Add(hn::BitCast(d, hn::InterleaveLower(pairs, hn::BitCast(pairs, ab), hn::BitCast(pairs, ce))),
                 hn::BitCast(d, hn::InterleaveUpper(pairs, hn::BitCast(pairs, ab), hn::BitCast(pairs, ce))));
}

HWY_INLINE void store_sums(V a, V b, V c, V e, float* to) {
  const V blocks = block_sums(a, b, c, e);
  if constexpr (lanes == 4) {
    hn::Store(blocks, d, to);
  } else {
    const hn::Half<D> half;
    const auto halves = hn::Add(hn::LowerHalf(half, blocks), hn::UpperHalf(half, blocks));
    if constexpr (lanes == 8) {
      hn::Store(halves, half, to);
    } else {
      const hn::Half<hn::Half<D> > quarter;
      hn::Store(hn::Add(hn::LowerHalf(quarter, halves), hn::UpperHalf(quarter, halves)), quarter, to);
    }
  }
}
#endif

/// Products of one or two inputs with the O outputs of a tile, not yet summed over the lanes.
template <std::size_t inputs, std::size_t O>
struct TileSums {
  V of[inputs][8];

  HWY_INLINE TileSums() {}  // so that it is compiled for the instruction set, like the vectors' constructors

  HWY_INLINE void multiply(float* const* in, float* const* out, std::size_t stride) {
    const float* rows[O];
    const float* const first = in[0];
    const float* const second = in[inputs - 1];
#pragma GCC unroll 2
    for (std::size_t i = 0; i < inputs; ++i)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < 8; ++k) of[i][k] = hn::Zero(d);
#pragma GCC unroll 8
    for (std::size_t k = 0; k < O; ++k) rows[k] = out[k];
    for (std::size_t c = 0; c < stride; c += lanes) {
      const V x = hn::Load(d, first + c), y = hn::Load(d, second + c);
#pragma GCC unroll 8
      for (std::size_t k = 0; k < O; ++k) {
        const V z = hn::Load(d, rows[k] + c);
        of[0][k] = hn::MulAdd(x, z, of[0][k]);
        if constexpr (inputs == 2) of[1][k] = hn::MulAdd(y, z, of[1][k]);
      }
    }
  }

  /// scores[input * padded + output].
  HWY_INLINE void store(float* scores, std::size_t padded) const {
#if EQUIVEC_16_LANES
    // Sixteen sums at once: adds up the blocks of each of the four vectors of block sums, all in one vector.
    if constexpr (inputs == 2 && O > 4) {
      V blocks[4];
#pragma GCC unroll 4
      for (std::size_t i = 0; i < 4; ++i) {
        const V* s = of[i % 2] + i / 2 * 4;
        blocks[i] = block_sums(s[0], s[1], s[2], s[3]);
      }
      const V low =
          hn::Add(hn::ConcatLowerLower(d, blocks[1], blocks[0]), hn::ConcatUpperUpper(d, blocks[1], blocks[0]));
      const V high =
          hn::Add(hn::ConcatLowerLower(d, blocks[3], blocks[2]), hn::ConcatUpperUpper(d, blocks[3], blocks[2]));
      const V all = hn::Add(hn::OddEvenBlocks(hn::SwapAdjacentBlocks(high), low),
                            hn::OddEvenBlocks(high, hn::SwapAdjacentBlocks(low)));
      const hn::Half<D> half;
      hn::Store(hn::LowerHalf(half, all), half, scores);
      hn::Store(hn::UpperHalf(half, all), half, scores + padded);
      return;
    }
#endif
#pragma GCC unroll 2
    for (std::size_t i = 0; i < inputs; ++i) {
      store_sums(of[i][0], of[i][1], of[i][2], of[i][3], scores + i * padded);
      if constexpr (O > 4) store_sums(of[i][4], of[i][5], of[i][6], of[i][7], scores + i * padded + 4);
    }
  }
};

/// Scores of one or two inputs against the O outputs of a tile.
template <std::size_t inputs, std::size_t O>
HWY_INLINE void score_tile(float* const* in, float* const* out, std::size_t stride, float* scores, std::size_t padded) {
  TileSums<inputs, O> sums;
  sums.multiply(in, out, stride);
  sums.store(scores, padded);
}

/// O: the number of outputs if one tile holds them all, else 0.
template <std::size_t inputs, std::size_t O>
HWY_INLINE void score_inputs(float* const* in, const StepRows& w, float* scores, std::size_t padded) {
  if constexpr (O > 0) return score_tile<inputs, O>(in, w.outputs.data(), w.stride, scores, padded);
  for (std::size_t k = 0, tile; k < w.outputs.size(); k += tile) {
    tile = tile_size(w.outputs.size() - k);
    float* const* out = w.outputs.data() + k;
    switch (tile) {
      case 1:
        score_tile<inputs, 1>(in, out, w.stride, scores + k, padded);
        break;
      case 2:
        score_tile<inputs, 2>(in, out, w.stride, scores + k, padded);
        break;
      case 3:
        score_tile<inputs, 3>(in, out, w.stride, scores + k, padded);
        break;
      case 4:
        score_tile<inputs, 4>(in, out, w.stride, scores + k, padded);
        break;
      case 5:
        score_tile<inputs, 5>(in, out, w.stride, scores + k, padded);
        break;
      case 6:
        score_tile<inputs, 6>(in, out, w.stride, scores + k, padded);
        break;
#if EQUIVEC_32_REGISTERS
      case 7:
        score_tile<inputs, 7>(in, out, w.stride, scores + k, padded);
        break;
      case 8:
        score_tile<inputs, 8>(in, out, w.stride, scores + k, padded);
        break;
#endif
    }
  }
}

/// e^x for x <= 0, with a relative error of 2e-7: 2^(integer part of y) times the Taylor series of 2^(the rest),
/// y = x / log 2.
HWY_INLINE V exp_of_negative(V x) {
  const V y = hn::Max(hn::Mul(x, hn::Set(d, 1.44269504f)), hn::Set(d, -126.0f));
  const V whole = hn::Round(y);
  const V rest = hn::Sub(y, whole);
  V power = hn::Set(d, 1.5403530e-4f);
  power = hn::MulAdd(power, rest, hn::Set(d, 1.3333558e-3f));
  power = hn::MulAdd(power, rest, hn::Set(d, 9.6181291e-3f));
  power = hn::MulAdd(power, rest, hn::Set(d, 5.5504109e-2f));
  power = hn::MulAdd(power, rest, hn::Set(d, 2.4022651e-1f));
  power = hn::MulAdd(power, rest, hn::Set(d, 6.9314718e-1f));
  power = hn::MulAdd(power, rest, hn::Set(d, 1.0f));
  const hn::RebindToSigned<D> integers;
  return hn::BitCast(d, hn::Add(hn::BitCast(integers, power), hn::ShiftLeft<23>(hn::ConvertTo(integers, whole))));
}

/// The summed loss of many scores: log(1 + e^z) = max(z, 0) + log(1 + e^-|z|). The logarithm is taken of products of up
/// to 100 factors, each at most 2.
class LossSum {
 public:
  HWY_INLINE LossSum() : sum_(hn::Zero(d)), product_(hn::Set(d, 1.0f)) {}
  HWY_INLINE void add(V z, V power, V weight, bool repeated) {
    const V one = hn::Set(d, 1.0f);
    sum_ = hn::MulAdd(weight, hn::IfThenZeroElse(hn::Lt(z, hn::Zero(d)), z), sum_);  // Max would drop a NaN
    if (repeated) {
      sum_ = hn::MulAdd(weight, hn::Log(d, hn::Add(one, power)), sum_);
      return;
    }
    product_ = hn::Mul(product_, hn::MulAdd(weight, power, one));
    if (++factors_ == 100) {
      sum_ = hn::Add(sum_, hn::Log(d, product_));
      product_ = one;
      factors_ = 0;
    }
  }
  HWY_INLINE void add(V loss) { sum_ = hn::Add(sum_, loss); }
  HWY_INLINE double total() const {
    return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, hn::Add(sum_, hn::Log(d, product_)))));
  }

 private:
  V sum_, product_;
  int factors_ = 0;
};

/// Turns the scores [begin, end) of a window into the factors of the steps.
HWY_INLINE void steps_of_scores(const Window& w, std::size_t padded, std::size_t begin, std::size_t end, float* scores,
                                LossSum& loss) {
  const V one = hn::Set(d, 1.0f), rate = hn::Set(d, w.rows.rate);
  const std::size_t period = padded < lanes ? lanes : padded;
  for (std::size_t i = begin, s = 0; i < end; i += lanes, s = s + lanes == period ? 0 : s + lanes) {
    V sign = hn::Load(d, w.signs + s);
#if EQUIVEC_16_LANES
    if (end - i < lanes) sign = hn::IfThenElseZero(hn::FirstN(d, end - i), sign);
#endif
    const V weight = hn::Abs(sign);
    const V score = hn::Load(d, scores + i);
    const V z = hn::IfThenElse(hn::Lt(sign, hn::Zero(d)), hn::Neg(score), score);
    const V power = exp_of_negative(hn::Neg(hn::Abs(z)));
    const V sigmoid = hn::Div(hn::IfThenElse(hn::Lt(z, hn::Zero(d)), power, one), hn::Add(one, power));
    hn::Store(hn::Mul(hn::Mul(rate, hn::Neg(sign)), sigmoid), d, scores + i);
    loss.add(z, power, weight, w.repeated);
  }
}

/// log(1 + x) for x from 0 to 1, with an error below 2e-7: x times a polynomial (least maximal error).
HWY_INLINE V log_of_one_and(V x) {
  V power = hn::Set(d, -6.45261863e-03f);
  power = hn::MulAdd(power, x, hn::Set(d, 3.60845439e-02f));
  power = hn::MulAdd(power, x, hn::Set(d, -9.53225270e-02f));
  power = hn::MulAdd(power, x, hn::Set(d, 1.67647883e-01f));
  power = hn::MulAdd(power, x, hn::Set(d, -2.40730762e-01f));
  power = hn::MulAdd(power, x, hn::Set(d, 3.31798255e-01f));
  power = hn::MulAdd(power, x, hn::Set(d, -4.99874055e-01f));
  power = hn::MulAdd(power, x, hn::Set(d, 9.99996424e-01f));
  return hn::Mul(x, power);
}

/// a / b, for b from 1 to 2.
HWY_INLINE V divided(V a, V b) {
#if EQUIVEC_16_LANES
  // One step of Newton's makes 28 right bits of 14, in less time than a division.
  const V near = hn::ApproximateReciprocal(b);
  return hn::Mul(a, hn::Mul(near, hn::NegMulAdd(b, near, hn::Set(d, 2.0f))));
#else
  return hn::Div(a, b);
#endif
}

/// The same for a group of windows, whose pairs have weights of their own.
HWY_INLINE void steps_of_scores(const WindowGroup& w, std::size_t /*padded*/, std::size_t begin, std::size_t end,
                                float* scores, LossSum& loss) {
  const V one = hn::Set(d, 1.0f), rate = hn::Set(d, w.rows.rate);
  for (std::size_t i = begin; i < end; i += lanes) {
    const V weight = hn::Load(d, w.weights + i), label = hn::Load(d, w.labels + i);
    const V score = hn::Load(d, scores + i);
    const V power = exp_of_negative(hn::Neg(hn::Abs(score)));
    const auto negative = hn::Lt(score, hn::Zero(d));
    const V sigmoid = divided(hn::IfThenElse(negative, power, one), hn::Add(one, power));
    hn::Store(hn::Mul(rate, hn::NegMulAdd(weight, sigmoid, label)), d, scores + i);
    loss.add(hn::MulAdd(weight, hn::Add(hn::IfThenZeroElse(negative, score), log_of_one_and(power)),
                        hn::Neg(hn::Mul(label, score))));
  }
}

/// Computes the scores of all inputs and turns them into step factors. A pair of inputs is finished (sums over lanes,
/// exponentials) after the products of the next pair, so that the processor can overlap both.
/// Windows: Window or WindowGroup.
template <std::size_t O, class Windows>
HWY_INLINE double score_and_step(float* const* in, std::size_t count, const Windows& windows, float* scores,
                                 std::size_t padded) {
  const StepRows& w = windows.rows;
  LossSum loss;
  std::size_t i = 0;
#if EQUIVEC_32_REGISTERS
  if constexpr (O > 0) {  // the registers hold the sums of two pairs
    if (count >= 2) {
      TileSums<2, O> sums, next;
      sums.multiply(in, w.outputs.data(), w.stride);
      for (i = 2; i + 2 <= count; i += 2) {
        next.multiply(in + i, w.outputs.data(), w.stride);
        sums.store(scores + (i - 2) * padded, padded);
        steps_of_scores(windows, padded, (i - 2) * padded, i * padded, scores, loss);
        sums = next;
      }
      TileSums<1, O> last;
      if (i < count) last.multiply(in + i, w.outputs.data(), w.stride);
      sums.store(scores + (i - 2) * padded, padded);
      if (i < count) last.store(scores + i * padded, padded);
      steps_of_scores(windows, padded, (i - 2) * padded, i * padded, scores, loss);
    } else {
      score_inputs<1, O>(in, w, scores, padded);
    }
    if (i < count) steps_of_scores(windows, padded, i * padded, count * padded, scores, loss);
    return loss.total();
  }
#endif
  std::size_t done = 0;
  for (; i + 2 <= count; i += 2) {
    score_inputs<2, O>(in + i, w, scores + i * padded, padded);
    if (i > 0) steps_of_scores(windows, padded, done, i * padded, scores, loss);
    done = i * padded;
  }
  if (i < count) score_inputs<1, O>(in + i, w, scores + i * padded, padded);
  if (i > 0) steps_of_scores(windows, padded, done, i * padded, scores, loss);
  if (i < count) steps_of_scores(windows, padded, i * padded, count * padded, scores, loss);
  return loss.total();
}

/// A column of a tile's outputs: before the step, and as moved by the inputs so far.
template <std::size_t O>
struct Column {
  V old[O], moved[O];

  HWY_INLINE Column() {}  // as in TileSums

  HWY_INLINE void load(float* const* out, std::size_t c) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < O; ++k) moved[k] = old[k] = hn::Load(d, out[k] + c);
  }
  HWY_INLINE void store(float* const* out, std::size_t c) const {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < O; ++k) hn::Store(moved[k], d, out[k] + c);
  }
  /// Moves the outputs by the input x and returns `to`, moved by the outputs. Two sums shorten the dependency chain.
  HWY_INLINE V step(V x, const float* factors, V to) {
    V other = hn::Zero(d);
#pragma GCC unroll 8
    for (std::size_t k = 0; k < O; ++k) {
      const V factor = hn::Set(d, factors[k]);
      if (k % 2 == 0)
        to = hn::MulAdd(factor, old[k], to);
      else
        other = hn::MulAdd(factor, old[k], other);
      moved[k] = hn::MulAdd(factor, x, moved[k]);
    }
    return O == 1 ? to : hn::Add(to, other);
  }
};

HWY_INLINE void prefetch_column(const StepRows& w, std::size_t c) {
  if (lanes < 16 && c % 16 != 0) return;  // once for each 64 bytes
  for (const float* row : w.ahead) prefetch_to_change(row + c);
}

/// Moves column c of the inputs and of one tile of outputs. With several tiles the inputs' steps accumulate in `moved`.
template <std::size_t O>
HWY_INLINE void move_tile(const StepRows& w, float* const* out, std::size_t c, const float* factors, std::size_t padded,
                          float* moved, bool first, bool last) {
  Column<O> column;
  column.load(out, c);
  const std::size_t count = w.inputs.size();
  if (first && last) {
    for (std::size_t i = 0; i < count; ++i) {
      const V x = hn::Load(d, w.inputs[i] + c);
      hn::Store(column.step(x, factors + i * padded, x), d, w.inputs[i] + c);
    }
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const V x = hn::Load(d, w.inputs[i] + c);
      const V step = column.step(x, factors + i * padded, first ? hn::Zero(d) : hn::Load(d, moved + i * lanes));
      // Added to the current x: if a row is twice among the inputs, x already includes the other's step.
      hn::Store(last ? hn::Add(x, step) : step, d, last ? w.inputs[i] + c : moved + i * lanes);
    }
  }
  column.store(out, c);
}

template <std::size_t O>
HWY_INLINE double skipgram_of_one_tile(const Window& window) {
  const StepRows& w = window.rows;
  float* const factors = w.scratch;
  constexpr std::size_t padded = padded_outputs(O);
  const double loss = score_and_step<O>(w.inputs.data(), w.inputs.size(), window, factors, padded);
  for (std::size_t c = 0; c < w.stride; c += lanes) {
    prefetch_column(w, c);
    move_tile<O>(w, w.outputs.data(), c, factors, padded, nullptr, true, true);
  }
  return loss;
}

/// Windows: Window or WindowGroup. padded: from one input's scores to the next one's.
template <class Windows>
HWY_INLINE double skipgram_of_tiles(const Windows& windows, std::size_t padded) {
  const StepRows& w = windows.rows;
  const std::size_t outputs = w.outputs.size();
  float* const factors = w.scratch;
  float* const moved = factors + (w.inputs.size() + 2) * padded;
  const double loss = score_and_step<0>(w.inputs.data(), w.inputs.size(), windows, factors, padded);
  for (std::size_t c = 0; c < w.stride; c += lanes) {
    prefetch_column(w, c);
    for (std::size_t k = 0, tile; k < outputs; k += tile) {
      tile = tile_size(outputs - k);
      float* const* out = w.outputs.data() + k;
      const bool first = k == 0, last = k + tile == outputs;
      switch (tile) {
        case 1:
          move_tile<1>(w, out, c, factors + k, padded, moved, first, last);
          break;
        case 2:
          move_tile<2>(w, out, c, factors + k, padded, moved, first, last);
          break;
        case 3:
          move_tile<3>(w, out, c, factors + k, padded, moved, first, last);
          break;
        case 4:
          move_tile<4>(w, out, c, factors + k, padded, moved, first, last);
          break;
        case 5:
          move_tile<5>(w, out, c, factors + k, padded, moved, first, last);
          break;
        case 6:
          move_tile<6>(w, out, c, factors + k, padded, moved, first, last);
          break;
#if EQUIVEC_32_REGISTERS
        case 7:
          move_tile<7>(w, out, c, factors + k, padded, moved, first, last);
          break;
        case 8:
          move_tile<8>(w, out, c, factors + k, padded, moved, first, last);
          break;
#endif
      }
    }
  }
  return loss;
}

HWY_ATTR double skipgram(const Window& w) {
  switch (w.rows.outputs.size()) {  // the most common numbers of outputs
    case 5:
      return skipgram_of_one_tile<5>(w);
    case 6:
      return skipgram_of_one_tile<6>(w);
  }
  return skipgram_of_tiles(w, padded_outputs(w.rows.outputs.size()));
}

HWY_ATTR double skipgram_group(const WindowGroup& w) {
  return skipgram_of_tiles(w, group_pitch(w.rows.outputs.size()));
}

template <std::size_t O>
HWY_INLINE V move_outputs(float* const* out, std::size_t c, V mean, const float* factors, V step) {
  Column<O> column;
  column.load(out, c);
  step = column.step(mean, factors, step);
  column.store(out, c);
  return step;
}

HWY_ATTR double cbow(const Window& window, float share) {
  const StepRows& w = window.rows;
  const std::size_t outputs = w.outputs.size(), padded = padded_outputs(outputs);
  float* mean = w.scratch;
  float* const factors = mean + w.stride;
  const V part = hn::Set(d, 1.0f / static_cast<float>(w.inputs.size())), given = hn::Set(d, share);
  for (std::size_t c = 0; c < w.stride; c += lanes) {
    V sum = hn::Zero(d);
    for (const float* row : w.inputs) sum = hn::Add(sum, hn::Load(d, row + c));
    hn::Store(hn::Mul(sum, part), d, mean + c);
  }
  const double loss = score_and_step<0>(&mean, 1, window, factors, padded);
  for (std::size_t c = 0; c < w.stride; c += lanes) {
    prefetch_column(w, c);
    const V x = hn::Load(d, mean + c);
    V step = hn::Zero(d);
    for (std::size_t k = 0, tile; k < outputs; k += tile) {
      tile = tile_size(outputs - k);
      float* const* out = w.outputs.data() + k;
      switch (tile) {
        case 1:
          step = move_outputs<1>(out, c, x, factors + k, step);
          break;
        case 2:
          step = move_outputs<2>(out, c, x, factors + k, step);
          break;
        case 3:
          step = move_outputs<3>(out, c, x, factors + k, step);
          break;
        case 4:
          step = move_outputs<4>(out, c, x, factors + k, step);
          break;
        case 5:
          step = move_outputs<5>(out, c, x, factors + k, step);
          break;
        case 6:
          step = move_outputs<6>(out, c, x, factors + k, step);
          break;
#if EQUIVEC_32_REGISTERS
        case 7:
          step = move_outputs<7>(out, c, x, factors + k, step);
          break;
        case 8:
          step = move_outputs<8>(out, c, x, factors + k, step);
          break;
#endif
      }
    }
    step = hn::Mul(step, given);
    for (float* row : w.inputs) hn::Store(hn::Add(hn::Load(d, row + c), step), d, row + c);
  }
  return loss;
}

HWY_ATTR bool all_different(const WordId* words, std::size_t count) {
  const hn::RebindToUnsigned<D> du;
  const auto* ids = reinterpret_cast<const std::uint32_t*>(words);
  auto equal = hn::Zero(du);  // pairs, each word with itself included
  for (std::size_t begin = 0; begin < count; begin += lanes) {
    const auto some = hn::LoadU(du, ids + begin);
    for (std::size_t k = 0; k < count; ++k)
      equal = hn::Sub(equal, hn::VecFromMask(du, hn::Eq(some, hn::Set(du, ids[k]))));
  }
  return hn::GetLane(hn::SumOfLanes(du, equal)) == count;
}

HWY_ATTR void add_change(float* row, const float* now, const float* before, std::size_t stride) {
  for (std::size_t c = 0; c < stride; c += lanes)
    hn::Store(hn::Add(hn::Load(d, row + c), hn::Sub(hn::Load(d, now + c), hn::Load(d, before + c))), d, row + c);
}

/// Numbers of a row that stay in registers while the others are added.
constexpr std::size_t vectors_at_once = 8;

HWY_ATTR void mean_of_rows(std::span<float* const> rows, std::size_t stride, float* mean, float* same) {
  const V part = hn::Set(d, 1.0f / static_cast<float>(rows.size()));
  for (std::size_t begin = 0; begin < stride; begin += vectors_at_once * lanes) {
    V sums[vectors_at_once];
    const std::size_t end = std::min(stride, begin + vectors_at_once * lanes);
    for (std::size_t k = 0, c = begin; c < end; ++k, c += lanes) sums[k] = hn::Zero(d);
    for (const float* row : rows)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < vectors_at_once; ++k)
        if (const std::size_t c = begin + k * lanes; c < end) sums[k] = hn::Add(sums[k], hn::Load(d, row + c));
    for (std::size_t k = 0, c = begin; c < end; ++k, c += lanes) {
      const V result = hn::Mul(sums[k], part);
      hn::Store(result, d, mean + c);
      hn::Store(result, d, same + c);
    }
  }
}

HWY_ATTR void add_change_to_rows(std::span<float* const> rows, std::size_t stride, const float* now,
                                 const float* before) {
  for (std::size_t begin = 0; begin < stride; begin += vectors_at_once * lanes) {
    V changes[vectors_at_once];
    const std::size_t end = std::min(stride, begin + vectors_at_once * lanes);
    for (std::size_t k = 0, c = begin; c < end; ++k, c += lanes)
      changes[k] = hn::Sub(hn::Load(d, now + c), hn::Load(d, before + c));
    for (float* row : rows)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < vectors_at_once; ++k)
        if (const std::size_t c = begin + k * lanes; c < end)
          hn::Store(hn::Add(hn::Load(d, row + c), changes[k]), d, row + c);
  }
}

HWY_ATTR void merge_replicas(float* row, float* moment, std::span<float* const> replicas, float keep, float share,
                             std::size_t stride) {
  for (std::size_t c = 0; c < stride; c += lanes) {
    const V old = hn::Load(d, row + c);
    V changes = hn::Zero(d);
    for (const float* replica : replicas) changes = hn::Add(changes, hn::Sub(hn::Load(d, replica + c), old));
    const V step = hn::MulAdd(hn::Set(d, share), changes, hn::Mul(hn::Set(d, keep), hn::Load(d, moment + c)));
    hn::Store(step, d, moment + c);
    hn::Store(hn::Add(old, step), d, row + c);
    for (float* replica : replicas) hn::Store(hn::Add(old, step), d, replica + c);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if EQUIVEC_BF16
#include "src/kernels/bf16-inl.hpp"
#include "src/kernels/matrix_unit-inl.hpp"
#endif

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

inline void nothing() {}

WindowKernels kernels_of_target(Products products) {
  WindowKernels result{
      instruction_set(), &skipgram,     &skipgram_group,     &nothing,       &nothing, &cbow, &all_different,
      &add_change,       &mean_of_rows, &add_change_to_rows, &merge_replicas};
#if EQUIVEC_BF16
  if (products == Products::matrices) {
    result.instruction_set = "AMX-BF16";
    result.skipgram_group = &skipgram_group_by_tiles;
    result.begin_groups = &begin_matrix_unit;
    result.end_groups = &end_matrix_unit;
  } else if (products == Products::bf16) {
    result.instruction_set = "AVX512-BF16";
    result.skipgram_group = &skipgram_group_by_products;
  }
#else
  (void)products;
#endif
  return result;
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace equivec {

HWY_EXPORT(kernels_of_target);

namespace {

/// With the products that are asked for; only AVX-512 has others than those of single precision.
template <Products products>
WindowKernels kernels_with() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return HWY_DYNAMIC_DISPATCH(kernels_of_target)(products);
}

}  // namespace

WindowKernels window_kernels() {
  return has_matrix_unit()          ? kernels_with<Products::matrices>()
         : has_fast_bf16_products() ? kernels_with<Products::bf16>()
                                    : kernels_with<Products::single>();
}

std::size_t group_scratch_floats(std::size_t inputs, std::size_t outputs, std::size_t stride) {
  return std::max({(inputs + 2) * group_pitch(outputs) + 16 * (inputs + 1), MatrixScratch(inputs, outputs, stride).size,
                   ProductScratch(inputs, outputs, stride).size});
}

std::vector<WindowKernels> all_window_kernels() {
  std::vector<WindowKernels> result = {window_kernels()};
  const auto add = [&](WindowKernels (*best)()) {
    for (const WindowKernels& kernels : of_all_targets(best))
      if (std::none_of(result.begin(), result.end(),
                       [&](const WindowKernels& other) { return other.instruction_set == kernels.instruction_set; }))
        result.push_back(kernels);
  };
  if (has_matrix_unit()) add(&kernels_with<Products::matrices>);
  if (has_bf16_products()) add(&kernels_with<Products::bf16>);
  add(&kernels_with<Products::single>);
  return result;
}

}  // namespace equivec
#endif
