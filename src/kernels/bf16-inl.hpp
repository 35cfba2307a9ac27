// What kernels whose products are of numbers rounded to bf16 share, and a group of windows by the vector instruction
// for such products (AVX512_BF16). Sums and rows are single precision. Included once, by window_kernels.cpp, after its
// code for AVX-512.
//
// An instruction multiplies pairs of bf16 and adds both products to a number of single precision. It needs pairs along
// what is summed over: pairs of columns for scores, pairs of rows for steps. Which columns form a pair does not matter
// as long as both sides agree: column c of one 16 and column c of the next.

HWY_BEFORE_NAMESPACE();
namespace equivec {
namespace HWY_NAMESPACE {

constexpr std::size_t line = 64;  // bytes of 16 numbers, or of 16 pairs in bf16
constexpr std::size_t half_tile = matrix_tile * line / 2;

/// Half a unit of bf16 is added, so that cutting rounds.
HWY_INLINE __m512i load_to_round(const float* from) {
  return _mm512_add_epi32(_mm512_load_si512(from), _mm512_set1_epi32(0x8000));
}

/// Pairs of bf16 from two vectors that load_to_round() gave.
HWY_INLINE __m512i pairs_of(__m512i first, __m512i second) {
  return _mm512_mask_mov_epi16(_mm512_srli_epi32(first, 16), 0xAAAAAAAAu, second);
}

/// 32 columns of 16 rows, each a line of pairs of columns; with `last` 16 columns.
HWY_INLINE void pack_columns(const float* const* rows, std::size_t column, bool last, std::byte* to) {
  if (last) {
    for (std::size_t i = 0; i < matrix_tile; ++i)
      _mm512_store_si512(to + i * line, _mm512_srli_epi32(load_to_round(rows[i] + column), 16));
    return;
  }
  for (std::size_t i = 0; i < matrix_tile; ++i)
    _mm512_store_si512(to + i * line, pairs_of(load_to_round(rows[i] + column), load_to_round(rows[i] + column + 16)));
}

/// 16 columns of 16 rows, 8 lines of pairs of rows.
HWY_INLINE void pack_rows(const float* const* rows, std::size_t column, std::byte* to) {
#pragma GCC unroll 8
  for (std::size_t i = 0; i < matrix_tile; i += 2)
    _mm512_store_si512(to + i / 2 * line,
                       pairs_of(load_to_round(rows[i] + column), load_to_round(rows[i + 1] + column)));
}

/// 4 x 4 numbers of 32 bits in each of the four lanes of 128 bits.
HWY_INLINE void transpose_lanes(__m512i& a, __m512i& b, __m512i& c, __m512i& e) {
  const __m512i ab = _mm512_unpacklo_epi32(a, b), ab_high = _mm512_unpackhi_epi32(a, b),
                ce = _mm512_unpacklo_epi32(c, e), ce_high = _mm512_unpackhi_epi32(c, e);
  a = _mm512_unpacklo_epi64(ab, ce);
  b = _mm512_unpackhi_epi64(ab, ce);
  c = _mm512_unpacklo_epi64(ab_high, ce_high);
  e = _mm512_unpackhi_epi64(ab_high, ce_high);
}

/// 16 x 16 numbers of 32 bits.
HWY_INLINE void transpose(const std::byte* from, std::byte* to) {
  const auto quarter = [](const std::byte* at)
                           HWY_ATTR { return _mm_load_si128(reinterpret_cast<const __m128i*>(at)); };
#pragma GCC unroll 4
  for (std::size_t k = 0; k < 4; ++k) {
    __m512i v[4];
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      const std::byte* const at = from + i * line + k * 16;
      v[i] = _mm512_castsi128_si512(quarter(at));
      v[i] = _mm512_mask_broadcast_i32x4(v[i], 0x00F0, quarter(at + 4 * line));
      v[i] = _mm512_mask_broadcast_i32x4(v[i], 0x0F00, quarter(at + 8 * line));
      v[i] = _mm512_mask_broadcast_i32x4(v[i], 0xF000, quarter(at + 12 * line));
    }
    transpose_lanes(v[0], v[1], v[2], v[3]);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) _mm512_store_si512(to + (4 * k + i) * line, v[i]);
  }
}

/// The factors of 16 inputs with 16 outputs as A of both steps: 16 rows of 8 pairs each. Row 4 j + i of `of_outputs` is
/// that of output 4 i + j. Rows of inputs that are not there are 0.
HWY_INLINE void pack_factors(const float* factors, std::size_t inputs, std::size_t padded, std::byte* of_inputs,
                             std::byte* of_outputs) {
  __m512i pairs[8];
  const __m512i zero = _mm512_setzero_si512();
#pragma GCC unroll 8
  for (std::size_t i = 0; i < matrix_tile; i += 2) {
    const __m512i first = i < inputs ? load_to_round(factors + i * padded) : zero,
                  second = i + 1 < inputs ? load_to_round(factors + (i + 1) * padded) : zero;
    pairs[i / 2] = pairs_of(first, second);
    const auto half = [&](std::size_t row, __m512i v) HWY_ATTR {
      _mm256_store_si256(reinterpret_cast<__m256i*>(of_inputs + row * line / 2),
                         _mm512_cvtepi32_epi16(_mm512_srli_epi32(v, 16)));
    };
    half(i, first);
    half(i + 1, second);
  }
  transpose_lanes(pairs[0], pairs[1], pairs[2], pairs[3]);
  transpose_lanes(pairs[4], pairs[5], pairs[6], pairs[7]);
  const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), high = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    _mm512_store_si512(of_outputs + 2 * i * line, _mm512_permutex2var_epi64(pairs[i], low, pairs[i + 4]));
    _mm512_store_si512(of_outputs + (2 * i + 1) * line, _mm512_permutex2var_epi64(pairs[i], high, pairs[i + 4]));
  }
}

HWY_INLINE std::byte* bytes_at(const StepRows& w, std::size_t floats) {
  return reinterpret_cast<std::byte*>(w.scratch + floats);
}

/// The rows of one tile; where there are fewer, zeros and, to be moved, a row that nobody reads.
struct TileRows {
  const float* read[matrix_tile];
  float* moved[matrix_tile];

  HWY_INLINE TileRows(std::span<float* const> rows, std::size_t number, const float* zeros, float* unread) {
    for (std::size_t i = 0; i < matrix_tile; ++i) {
      const bool there = number * matrix_tile + i < rows.size();
      read[i] = there ? rows[number * matrix_tile + i] : zeros;
      moved[i] = there ? rows[number * matrix_tile + i] : unread;
    }
  }
  /// In the order of pack_factors()'s rows of outputs.
  HWY_INLINE void order_as_outputs() {
    float* rows[matrix_tile];
    for (std::size_t i = 0; i < matrix_tile; ++i) rows[i % 4 * 4 + i / 4] = moved[i];
    std::copy_n(rows, matrix_tile, moved);
  }
};

/// Where the tiles of a group are whose inputs or outputs are more than one tile. The zeros are set by the constructor.
class GroupTiles {
 public:
  HWY_INLINE GroupTiles(const StepRows& rows, const MatrixScratch& at) : rows_(rows), at_(at) {
    std::fill_n(rows.scratch + at.zeros, rows.stride, 0.0f);
  }
  HWY_INLINE TileRows in(std::size_t i) const { return rows_of(rows_.inputs, i); }
  HWY_INLINE TileRows out(std::size_t k) const { return rows_of(rows_.outputs, k); }
  HWY_INLINE std::byte* factor_tile(std::size_t i, std::size_t k, bool of_outputs) const {
    return bytes_at(rows_, at_.factor_tiles) +
           (2 * (i * matrix_tiles(rows_.outputs.size()) + k) + of_outputs) * half_tile;
  }
  HWY_INLINE void pack_all_factors() const {
    const std::size_t inputs = rows_.inputs.size(), padded = group_pitch(rows_.outputs.size());
    const float* const factors = rows_.scratch + at_.factors;
    for (std::size_t i = 0; i < matrix_tiles(inputs); ++i)
      for (std::size_t k = 0; k < matrix_tiles(rows_.outputs.size()); ++k)
        pack_factors(factors + i * matrix_tile * padded + k * matrix_tile, inputs - i * matrix_tile, padded,
                     factor_tile(i, k, false), factor_tile(i, k, true));
  }

 private:
  HWY_INLINE TileRows rows_of(std::span<float* const> rows, std::size_t number) const {
    return TileRows(rows, number, rows_.scratch + at_.zeros, rows_.scratch + at_.unread);
  }
  const StepRows& rows_;
  const MatrixScratch& at_;
};

/// Turns scores into factors, as steps_of_scores() does; errors of 1e-4 of a factor, where the products have 4e-3, and
/// of 1e-5 of each pair's loss.
HWY_INLINE double factors_of_scores(const WindowGroup& group, std::size_t count, float* scores) {
  const V one = hn::Set(d, 1.0f), rate = hn::Set(d, group.rows.rate);
  V loss = hn::Zero(d);
  for (std::size_t i = 0; i < count; i += matrix_tile) {
    const V weight = hn::Load(d, group.weights + i), label = hn::Load(d, group.labels + i);
    const V score = hn::Load(d, scores + i);
    // e^-|score| as 2^(whole) times 2^(rest), which is a polynomial with the least maximal error, as is that of log(1 +
    // x).
    const V y = hn::Mul(hn::Abs(score), hn::Set(d, -1.44269504f));
    const V whole = hn::Round(y), rest = hn::Sub(y, whole);
    V power = hn::MulAdd(hn::Set(d, 9.5701e-3f), rest, hn::Set(d, 5.591786e-2f));
    power = hn::MulAdd(power, rest, hn::Set(d, 2.4024745e-1f));
    power = hn::MulAdd(power, rest, hn::Set(d, 6.9312181e-1f));
    power = hn::MulAdd(power, rest, hn::Set(d, 9.9999926e-1f));
    power = V{_mm512_scalef_ps(power.raw, whole.raw)};
    const auto negative = hn::Lt(score, hn::Zero(d));
    const V sigmoid = hn::Mul(hn::IfThenElse(negative, power, one), hn::ApproximateReciprocal(hn::Add(one, power)));
    hn::Store(hn::Mul(rate, hn::NegMulAdd(weight, sigmoid, label)), d, scores + i);
    V log = hn::MulAdd(hn::Set(d, 3.215187e-2f), power, hn::Set(d, -1.3604373e-1f));
    log = hn::MulAdd(log, power, hn::Set(d, 2.8945533e-1f));
    log = hn::MulAdd(log, power, hn::Set(d, -4.9190078e-1f));
    log = hn::MulAdd(log, power, hn::Set(d, 9.994944e-1f));
    const V cost = hn::MulAdd(log, power, hn::IfThenZeroElse(negative, score));
    loss = hn::MulAdd(weight, cost, hn::NegMulAdd(label, score, loss));
  }
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, loss)));
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_AFTER_NAMESPACE();

#define EQUIVEC_BF16_TARGET HWY_TARGET_STR ",avx512bf16"
HWY_PUSH_ATTRIBUTES(EQUIVEC_BF16_TARGET)
namespace equivec {
namespace HWY_NAMESPACE {

/// The numbers of two vectors rounded to bf16, those of `first` before those of `second`.
HWY_INLINE __m512i rounded(__m512 first, __m512 second) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

/// Pairs of a number of the first half and one of the second, of 32.
HWY_INLINE __m512i pairs_of_rounded(__m512i both) {
  const __m512i order =
      _mm512_add_epi32(_mm512_set1_epi32(0x00100000),
                       _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                          _mm512_set1_epi32(0x00010001)));
  return _mm512_permutexvar_epi16(order, both);
}

/// sum + the products of 16 pairs with one pair.
HWY_INLINE __m512 add_products(__m512 sum, __m512i pairs, const std::byte* pair) {
  std::int32_t both = 0;
  std::memcpy(&both, pair, sizeof both);
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(pairs), reinterpret_cast<__m512bh>(_mm512_set1_epi32(both)));
}

/// A row of each input or output; where a tile has fewer, zeros that steps of 0 leave as they are.
HWY_INLINE void fill_tiles(std::span<float* const> rows, float* zeros, float** tiles) {
  std::copy(rows.begin(), rows.end(), tiles);
  std::fill(tiles + rows.size(), tiles + matrix_tiles(rows.size()) * matrix_tile, zeros);
}

/// An even number of inputs in bf16, each in a row of `pitch` bytes, and in pairs of rows: for each 16 columns a line
/// of each pair.
HWY_INLINE void round_inputs(std::span<float* const> rows, std::size_t stride, std::byte* to, std::size_t pitch,
                             std::byte* pairs) {
  for (std::size_t i = 0; i < rows.size(); i += 2, pairs += line)
    for (std::size_t c = 0; c < stride; c += 16) {
      const __m512 first = _mm512_load_ps(rows[i] + c), second = _mm512_load_ps(rows[i + 1] + c);
      const __m512i both = rounded(first, second);
      std::byte* const at = to + i * pitch + 2 * c;
      _mm256_store_si256(reinterpret_cast<__m256i*>(at), _mm512_castsi512_si256(both));
      _mm256_store_si256(reinterpret_cast<__m256i*>(at + pitch), _mm512_extracti64x4_epi64(both, 1));
      _mm512_store_si512(pairs + c / 16 * rows.size() / 2 * line, pairs_of_rounded(both));
    }
}

/// 16 outputs in bf16, a line of 16 for each pair of columns.
HWY_INLINE void transpose_outputs(float* const* rows, std::size_t stride, std::byte* to) {
  for (std::size_t c = 0; c < stride; c += 32, to += matrix_tile * line) {
    __m512i v[16];
#pragma GCC unroll 16
    for (std::size_t i = 0; i < 16; ++i)
      v[i] = rounded(_mm512_load_ps(rows[i] + c),
                     c + 16 < stride ? _mm512_load_ps(rows[i] + c + 16) : _mm512_setzero_ps());
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 16; i += 4) transpose_lanes(v[i], v[i + 1], v[i + 2], v[i + 3]);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {  // lane k of v[4 j + i]: line 4 k + i of rows 4 j to 4 j + 3
      const __m512i low = _mm512_shuffle_i32x4(v[i], v[4 + i], 0x88), high = _mm512_shuffle_i32x4(v[i], v[4 + i], 0xDD),
                    low2 = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0x88),
                    high2 = _mm512_shuffle_i32x4(v[8 + i], v[12 + i], 0xDD);
      _mm512_store_si512(to + i * line, _mm512_shuffle_i32x4(low, low2, 0x88));
      _mm512_store_si512(to + (4 + i) * line, _mm512_shuffle_i32x4(high, high2, 0x88));
      _mm512_store_si512(to + (8 + i) * line, _mm512_shuffle_i32x4(low, low2, 0xDD));
      _mm512_store_si512(to + (12 + i) * line, _mm512_shuffle_i32x4(high, high2, 0xDD));
    }
  }
}

/// The scores of `inputs` rows in bf16 with 16 outputs, whose pairs of columns are lines.
template <std::size_t inputs>
void score_some(const std::byte* in, std::size_t pitch, const std::byte* out, std::size_t pairs, float* scores,
                std::size_t padded) {
  __m512 sums[inputs];
#pragma GCC unroll 16
  for (std::size_t i = 0; i < inputs; ++i) sums[i] = _mm512_setzero_ps();
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const __m512i columns = _mm512_load_si512(out + pair * line);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < inputs; ++i) sums[i] = add_products(sums[i], columns, in + i * pitch + pair * 4);
  }
#pragma GCC unroll 16
  for (std::size_t i = 0; i < inputs; ++i) _mm512_store_ps(scores + i * padded, sums[i]);
}

/// Moves 16 columns of the inputs, an even number, and of 16 outputs by each other. `packed` has the pairs of inputs as
/// they were before any step.
HWY_INLINE void move_column(std::span<float* const> in, float* const* out, std::size_t c, const std::byte* packed,
                            const std::byte* of_inputs, const std::byte* of_outputs,
                            std::span<const float* const>& ahead) {
  __m512 moved[16];
  __m512i pairs[8];
#pragma GCC unroll 16
  for (std::size_t k = 0; k < 16; ++k) moved[k] = _mm512_load_ps(out[k] + c);
#pragma GCC unroll 8
  for (std::size_t k = 0; k < 8; ++k) pairs[k] = pairs_of_rounded(rounded(moved[2 * k], moved[2 * k + 1]));
  for (std::size_t i = 0; i < in.size(); i += 2, packed += line, of_inputs += line, of_outputs += line) {
    const __m512i x = _mm512_load_si512(packed);
    __m512 first = _mm512_setzero_ps(), second = _mm512_setzero_ps();
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) {
      first = add_products(first, pairs[k], of_inputs + k * 4);
      second = add_products(second, pairs[k], of_inputs + line / 2 + k * 4);
      moved[2 * k] = add_products(moved[2 * k], x, of_outputs + k * 8);
      moved[2 * k + 1] = add_products(moved[2 * k + 1], x, of_outputs + k * 8 + 4);
    }
    if (ahead.size() >= 3) {
      for (const float* row : ahead.first(3)) prefetch_to_change(row + c);
      ahead = ahead.subspan(3);
    }
    // One after the other, since they may be the same row.
    float* const row = in[i] + c;
    _mm512_store_ps(row, _mm512_add_ps(_mm512_load_ps(row), first));
    float* const next = in[i + 1] + c;
    _mm512_store_ps(next, _mm512_add_ps(_mm512_load_ps(next), second));
  }
#pragma GCC unroll 16
  for (std::size_t k = 0; k < 16; ++k) _mm512_store_ps(out[k] + c, moved[k]);
}

inline double skipgram_group_by_products(const WindowGroup& group) {
  const StepRows& w = group.rows;
  const std::size_t inputs = w.inputs.size(), outputs = w.outputs.size(), in_tiles = matrix_tiles(inputs),
                    out_tiles = matrix_tiles(outputs), padded = group_pitch(outputs), columns = w.stride / 16;
  const ProductScratch at(inputs, outputs, w.stride);
  std::fill_n(w.scratch + at.zeros, w.stride, 0.0f);
  float** const in = reinterpret_cast<float**>(w.scratch + at.pointers);
  float** const out = in + in_tiles * matrix_tile;
  fill_tiles(w.inputs, w.scratch + at.zeros, in);
  fill_tiles(w.outputs, w.scratch + at.zeros, out);

  const std::size_t pitch = (columns + 1) / 2 * line, even = (inputs + 1) / 2 * 2;
  std::byte* const rows = bytes_at(w, at.rows);
  std::byte* const pairs = bytes_at(w, at.pairs);
  std::byte* const transposed = bytes_at(w, at.transposed);
  float* const factors = w.scratch + at.factors;
  round_inputs({in, even}, w.stride, rows, pitch, pairs);
  for (std::size_t k = 0; k < out_tiles; ++k) {
    transpose_outputs(out + k * matrix_tile, w.stride, transposed);
    // Scores of rows after the inputs, left by an earlier group, are not read.
    for (std::size_t i = 0; i < inputs; i += matrix_tile) {
      const auto score = inputs - i > 12  ? &score_some<16>
                         : inputs - i > 8 ? &score_some<12>
                         : inputs - i > 4 ? &score_some<8>
                                          : &score_some<4>;
      score(rows + i * pitch, pitch, transposed, w.stride / 2, factors + i * padded + k * matrix_tile, padded);
    }
  }
  const double loss = factors_of_scores(group, inputs * padded, factors);

  // Of each input as 8 pairs of outputs, of each output as a pair of inputs.
  std::byte* const of_inputs = bytes_at(w, at.of_inputs);
  std::byte* const of_outputs = bytes_at(w, at.of_outputs);
  for (std::size_t k = 0; k < out_tiles; ++k)
    for (std::size_t i = 0; i < inputs; i += 2) {
      const float* const from = factors + i * padded + k * matrix_tile;
      const __m512i both =
          rounded(_mm512_load_ps(from), i + 1 < inputs ? _mm512_load_ps(from + padded) : _mm512_setzero_ps());
      const std::size_t to = (k * even + i) / 2 * line;
      _mm512_store_si512(of_inputs + to, both);
      _mm512_store_si512(of_outputs + to, pairs_of_rounded(both));
    }

  for (std::size_t c = 0; c < columns; ++c) {
    std::span<const float* const> ahead = w.ahead;
    for (std::size_t k = 0; k < out_tiles; ++k) {
      const std::size_t factor = k * even / 2 * line;
      move_column({in, even}, out + k * matrix_tile, c * 16, pairs + c * even / 2 * line, of_inputs + factor,
                  of_outputs + factor, ahead);
    }
    for (const float* row : ahead) prefetch_to_change(row + c * 16);
  }
  return loss;
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_POP_ATTRIBUTES
