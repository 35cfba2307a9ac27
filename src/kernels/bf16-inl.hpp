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

/// sum + the products of 16 pairs with one pair.
HWY_INLINE __m512 add_products(__m512 sum, __m512i pairs, const std::byte* pair) {
  std::int32_t both = 0;
  std::memcpy(&both, pair, sizeof both);
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(pairs), reinterpret_cast<__m512bh>(_mm512_set1_epi32(both)));
}

/// The scores of `inputs` rows, at most 8, with 16 outputs. Columns are those of pack_columns(), the outputs'
/// transposed; 32 of them are a tile.
HWY_INLINE void score_some(const std::byte* in, std::size_t in_pitch, std::size_t inputs, const std::byte* out,
                           std::size_t tiles, float* scores, std::size_t padded) {
  __m512 sums[8];
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i) sums[i] = _mm512_setzero_ps();
  for (std::size_t t = 0; t < tiles; ++t, in += in_pitch, out += matrix_tile * line)
    for (std::size_t pair = 0; pair < matrix_tile; ++pair) {
      const __m512i columns = _mm512_load_si512(out + pair * line);
#pragma GCC unroll 8
      for (std::size_t i = 0; i < 8; ++i) sums[i] = add_products(sums[i], columns, in + i * line + pair * 4);
    }
#pragma GCC unroll 8
  for (std::size_t i = 0; i < 8; ++i)
    if (i < inputs) _mm512_store_ps(scores + i * padded, sums[i]);
}

/// Moves 16 columns of rows by the products of their factors, rows of 8 pairs, with 8 pairs of the other side's rows.
HWY_INLINE void move_by_products(float* const* rows, std::size_t count, std::size_t c, const std::byte* factors,
                                 const std::byte* others) {
  __m512i pairs[8];
#pragma GCC unroll 8
  for (std::size_t p = 0; p < 8; ++p) pairs[p] = _mm512_load_si512(others + p * line);
  for (std::size_t i = 0; i < count; ++i) {
    __m512 sum = _mm512_load_ps(rows[i] + c), other = _mm512_setzero_ps();
#pragma GCC unroll 8
    for (std::size_t p = 0; p < 8; p += 2) {
      sum = add_products(sum, pairs[p], factors + i * line / 2 + p * 4);
      other = add_products(other, pairs[p + 1], factors + i * line / 2 + (p + 1) * 4);
    }
    _mm512_store_ps(rows[i] + c, _mm512_add_ps(sum, other));
  }
}

inline double skipgram_group_by_products(const WindowGroup& group) {
  const StepRows& w = group.rows;
  const std::size_t inputs = w.inputs.size(), outputs = w.outputs.size(), in_tiles = matrix_tiles(inputs),
                    out_tiles = matrix_tiles(outputs), padded = group_pitch(outputs), tiles = (w.stride + 31) / 32;
  const MatrixScratch at(inputs, outputs, w.stride);
  float* const factors = w.scratch + at.factors;
  const GroupTiles group_tiles(w, at);

  constexpr std::size_t tile_bytes = matrix_tile * line;
  std::byte* const scratch = bytes_at(w, at.columns);
  std::byte* const transposed = scratch + tile_bytes;
  std::byte* const columns = transposed + tiles * tile_bytes;
  for (std::size_t i = 0; i < in_tiles; ++i)
    for (std::size_t t = 0; t < tiles; ++t)
      pack_columns(group_tiles.in(i).read, 32 * t, 32 * t + 16 == w.stride, columns + (t * in_tiles + i) * tile_bytes);
  for (std::size_t k = 0; k < out_tiles; ++k) {
    const TileRows rows = group_tiles.out(k);
    for (std::size_t t = 0; t < tiles; ++t) {
      pack_columns(rows.read, 32 * t, 32 * t + 16 == w.stride, scratch);
      transpose(scratch, transposed + t * tile_bytes);
    }
    for (std::size_t i = 0; i < inputs; i += 8)
      score_some(columns + i * line, in_tiles * tile_bytes, std::min<std::size_t>(8, inputs - i), transposed, tiles,
                 factors + i * padded + k * matrix_tile, padded);
  }
  const double loss = factors_of_scores(group, inputs * padded, factors);
  group_tiles.pack_all_factors();

  std::byte* const packed = bytes_at(w, at.rows);
  std::byte* const packed_outputs = packed + in_tiles * half_tile;
  for (std::size_t c = 0; c < w.stride; c += 16) {
    for (std::size_t i = 0; i < in_tiles; ++i) pack_rows(group_tiles.in(i).read, c, packed + i * half_tile);
    for (std::size_t k = 0; k < out_tiles; ++k) pack_rows(group_tiles.out(k).read, c, packed_outputs + k * half_tile);
    prefetch_column(w, c);
    for (std::size_t i = 0; i < in_tiles; ++i)
      for (std::size_t k = 0; k < out_tiles; ++k)
        move_by_products(w.inputs.data() + i * matrix_tile, std::min(matrix_tile, inputs - i * matrix_tile), c,
                         group_tiles.factor_tile(i, k, false), packed_outputs + k * half_tile);
    for (std::size_t k = 0; k < out_tiles; ++k) {
      TileRows rows = group_tiles.out(k);
      rows.order_as_outputs();
      for (std::size_t i = 0; i < in_tiles; ++i)
        move_by_products(rows.moved, matrix_tile, c, group_tiles.factor_tile(i, k, true), packed + i * half_tile);
    }
  }
  return loss;
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_POP_ATTRIBUTES
