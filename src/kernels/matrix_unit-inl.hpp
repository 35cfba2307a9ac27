// A group of windows on a processor with a matrix unit for bf16 (AMX-BF16, Intel's since 2023). Included once, by
// window_kernels.cpp, after bf16-inl.hpp.
//
// The unit multiplies tiles: A, 16 rows of pairs of numbers, by B, rows of 16 pairs, into C, 16 x 16 sums. Both
// products need pairs along what is summed over:
//   scores             A: inputs, pairs of columns; B: outputs, pairs of columns, transposed
//   steps of inputs    A: factors, pairs of outputs; B: outputs, pairs of rows
//   steps of outputs   A: factors transposed, pairs of inputs; B: inputs, pairs of rows
// Which columns form a pair does not matter as long as both sides agree: column c of one 16 and column c of the next.
// All that is packed is packed again where it is needed, 16 or 32 columns at a time, since the rows of two groups,
// those in work and those being fetched, fill most of the first cache.

#define EQUIVEC_MATRIX_TARGET HWY_TARGET_STR ",amx-tile,amx-bf16"
#define EQUIVEC_MATRIX_ATTR __attribute__((target(EQUIVEC_MATRIX_TARGET)))  // of lambdas, which the next line may miss
HWY_PUSH_ATTRIBUTES(EQUIVEC_MATRIX_TARGET)
namespace equivec {
namespace HWY_NAMESPACE {

/// The operand of the instruction that sets them, as it wants it.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t bytes_of_row[16] = {64, 64, 64, 64, 32, 32, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 8, 8};
};
// Tiles: 0, 1 sums; 2, 3 also the A and B of scores; 4, 5 the A and 6, 7 the B of steps.

inline void begin_matrix_unit() {
  static const TileShapes shapes;
  _tile_loadconfig(&shapes);
}
inline void end_matrix_unit() { _tile_release(); }

/// 32 columns of 16 inputs and of 16 outputs as A and B of their scores, 16 lines each.
HWY_INLINE void pack_scores(const float* const* in, const float* const* out, std::size_t stride, std::size_t column,
                            std::byte* scratch, std::byte* to) {
  const bool last = column + 16 == stride;
  pack_columns(out, column, last, scratch);
  transpose(scratch, to + matrix_tile * line);
  pack_columns(in, column, last, to);
}

/// The scores of 16 inputs with 16 outputs. What a tile is loaded from is written a turn before, since it must have
/// left the processor's queue of stores.
HWY_INLINE void score_tiles(const float* const* in, const float* const* out, std::size_t stride, std::byte* columns,
                            float* scores, std::size_t padded, std::span<const float* const> ahead) {
  constexpr std::size_t lines = matrix_tile * line;
  std::byte* now = columns + lines;
  std::byte* next = now + 2 * lines;
  pack_scores(in, out, stride, 0, columns, now);
  _tile_zero(0);
  for (std::size_t c = 0; c < stride; c += 32) {
    if (c + 32 < stride) pack_scores(in, out, stride, c + 32, columns, next);
    _tile_loadd(2, now, line);
    _tile_loadd(3, now + lines, line);
    _tile_dpbf16ps(0, 2, 3);
    for (const float* row : ahead) {
      prefetch_to_change(row + c);
      if (c + 16 < stride) prefetch_to_change(row + c + 16);
    }
    std::swap(now, next);
  }
  _tile_stored(0, scores, padded * sizeof(float));
}

/// Moves 16 columns of a tile's rows by their steps.
HWY_INLINE void add_steps(float* const* rows, std::size_t c, const float* steps) {
#pragma GCC unroll 16
  for (std::size_t i = 0; i < matrix_tile; ++i) {
    float* const row = rows[i] + c;
    _mm512_store_ps(row, _mm512_add_ps(_mm512_load_ps(row), _mm512_load_ps(steps + i * matrix_tile)));
  }
}

/// Scores and steps of at most 16 inputs with at most 16 outputs.
inline double group_of_one_tile(const WindowGroup& group) {
  const StepRows& w = group.rows;
  const MatrixScratch at(1, 1, w.stride);
  float* const factors = w.scratch + at.factors;
  float* const zeros = w.scratch + at.zeros;
  std::fill_n(zeros, w.stride, 0.0f);
  const TileRows in(w.inputs, 0, zeros, w.scratch + at.unread);
  TileRows out(w.outputs, 0, zeros, w.scratch + at.unread);
  out.order_as_outputs();

  score_tiles(in.read, out.read, w.stride, bytes_at(w, at.columns), factors, matrix_tile,
              w.ahead.first(w.ahead.size() / 2));
  std::byte* now = bytes_at(w, at.rows);
  std::byte* next = now + 2 * half_tile;
  pack_rows(in.read, 0, now);  // while the scores are on their way
  pack_rows(out.read, 0, now + half_tile);
  const double loss = factors_of_scores(group, w.inputs.size() * matrix_tile, factors);
  std::byte* const of_inputs = bytes_at(w, at.factor_tiles);
  std::byte* const of_outputs = of_inputs + half_tile;
  pack_factors(factors, w.inputs.size(), matrix_tile, of_inputs, of_outputs);
  _tile_loadd(4, of_inputs, 32);
  _tile_loadd(5, of_outputs, 32);

  float* steps = w.scratch + at.steps;
  float* last_steps = steps + 2 * matrix_tile_floats;
  const auto move = [&](std::size_t c) EQUIVEC_MATRIX_ATTR {
    add_steps(in.moved, c, last_steps);
    add_steps(out.moved, c, last_steps + matrix_tile_floats);
  };
  for (std::size_t c = 0; c < w.stride; c += 16) {
    if (c + 16 < w.stride) {  // a turn before the tiles are loaded, as in score_tiles()
      pack_rows(in.read, c + 16, next);
      pack_rows(out.read, c + 16, next + half_tile);
    }
    _tile_zero(0);
    _tile_loadd(6, now + half_tile, line);
    _tile_dpbf16ps(0, 4, 6);
    _tile_zero(1);
    _tile_loadd(7, now, line);
    _tile_dpbf16ps(1, 5, 7);
    if (c > 0) move(c - 16);
    _tile_stored(0, steps, line);
    _tile_stored(1, steps + matrix_tile_floats, line);
    for (const float* row : w.ahead.subspan(w.ahead.size() / 2)) prefetch_to_change(row + c);
    std::swap(now, next);
    std::swap(steps, last_steps);
  }
  move(w.stride - 16);
  return loss;
}

/// The same for larger groups, tile by tile.
inline double group_of_tiles(const WindowGroup& group) {
  const StepRows& w = group.rows;
  const std::size_t inputs = w.inputs.size(), in_tiles = matrix_tiles(inputs),
                    out_tiles = matrix_tiles(w.outputs.size()), padded = group_pitch(w.outputs.size());
  const MatrixScratch at(inputs, w.outputs.size(), w.stride);
  float* const factors = w.scratch + at.factors;
  const GroupTiles group_tiles(w, at);

  for (std::size_t i = 0; i < in_tiles; ++i)
    for (std::size_t k = 0; k < out_tiles; ++k)
      score_tiles(group_tiles.in(i).read, group_tiles.out(k).read, w.stride, bytes_at(w, at.columns),
                  factors + i * matrix_tile * padded + k * matrix_tile, padded, {});
  const double loss = factors_of_scores(group, inputs * padded, factors);
  group_tiles.pack_all_factors();

  std::byte* const packed = bytes_at(w, at.rows);
  float* const steps = w.scratch + at.steps;
  for (std::size_t c = 0; c < w.stride; c += 16) {
    for (std::size_t i = 0; i < in_tiles; ++i) pack_rows(group_tiles.in(i).read, c, packed + i * half_tile);
    for (std::size_t k = 0; k < out_tiles; ++k)
      pack_rows(group_tiles.out(k).read, c, packed + (in_tiles + k) * half_tile);
    for (std::size_t i = 0; i < in_tiles; ++i) {
      _tile_zero(0);
      for (std::size_t k = 0; k < out_tiles; ++k) {
        _tile_loadd(4, group_tiles.factor_tile(i, k, false), 32);
        _tile_loadd(6, packed + (in_tiles + k) * half_tile, line);
        _tile_dpbf16ps(0, 4, 6);
      }
      _tile_stored(0, steps + i * matrix_tile_floats, line);
    }
    for (std::size_t k = 0; k < out_tiles; ++k) {
      _tile_zero(1);
      for (std::size_t i = 0; i < in_tiles; ++i) {
        _tile_loadd(5, group_tiles.factor_tile(i, k, true), 32);
        _tile_loadd(7, packed + i * half_tile, line);
        _tile_dpbf16ps(1, 5, 7);
      }
      _tile_stored(1, steps + (in_tiles + k) * matrix_tile_floats, line);
    }
    prefetch_column(w, c);
    for (std::size_t i = 0; i < in_tiles; ++i) add_steps(group_tiles.in(i).moved, c, steps + i * matrix_tile_floats);
    for (std::size_t k = 0; k < out_tiles; ++k) {
      TileRows rows = group_tiles.out(k);
      rows.order_as_outputs();
      add_steps(rows.moved, c, steps + (in_tiles + k) * matrix_tile_floats);
    }
  }
  return loss;
}

inline double skipgram_group_by_tiles(const WindowGroup& group) {
  return group.rows.inputs.size() <= matrix_tile && group.rows.outputs.size() <= matrix_tile ? group_of_one_tile(group)
                                                                                             : group_of_tiles(group);
}

}  // namespace HWY_NAMESPACE
}  // namespace equivec
HWY_POP_ATTRIBUTES
