#include "src/kernels/glove_kernels.hpp"

#include "equivec/base/rng.hpp"
#include "tests/benchmarks/ceilings.hpp"

#include <cmath>
#include <string>
#include <vector>

// The arithmetic of GloVe's training by itself, with one thread: a tile whose rows the second-level cache holds, with
// many pairs (`hot`), and one of a whole vocabulary's rows, each pair's from far away (`cold`).

using namespace equivec;

namespace {

void tile(benchmark::State& state, std::size_t dimension, bool hot) {
  const GloveSettings settings{.layout = {dimension},
                               .rates = {.learning_rate = 0.05, .gradient_clip = 100, .legacy_bias = false},
                               .x_max = 10,
                               .weight_exponent = 0.75};
  const GloveLayout& layout = settings.layout;
  const std::size_t rows = hot ? 150000 / layout.row() / sizeof(float) : 65536;
  const Table words(rows, layout.row()), contexts(rows, layout.row());
  Rng rng(1);
  for (const Table* table : {&words, &contexts})
    for (std::size_t i = 0; i < rows; ++i) {
      float* const row = table->row(i);
      for (std::size_t c = 0; c < dimension; ++c) row[c] = (rng.uniform() - 0.5f) / static_cast<float>(dimension);
      row[table == &words ? layout.context_bias() : layout.word_bias()] = 1;
      for (std::size_t c = 0; c < layout.stride(); ++c) row[layout.squares() + c] = 1;
    }
  std::vector<GlovePair> pairs(hot ? 16384 : 50000);
  for (GlovePair& pair : pairs)
    pair = {static_cast<std::uint16_t>(rng.below(static_cast<std::uint32_t>(rows))),
            static_cast<std::uint16_t>(rng.below(static_cast<std::uint32_t>(rows))), 0.5f + 10 * rng.uniform()};

  const GloveKernels kernels = glove_kernels();
  double loss = 0;
  const double start = processor_seconds();
  for (auto _ : state)
    loss += kernels.train(settings,
                          {.words = words.row(0), .contexts = contexts.row(0), .pairs = pairs, .context_rows = rows});
  const double seconds = processor_seconds() - start;
  if (!std::isfinite(loss)) return state.SkipWithError("the loss is no number");

  const double done = static_cast<double>(state.iterations()) * static_cast<double>(pairs.size());
  const RowBytes& ceiling = row_bytes_per_second(layout.row());
  state.counters["pairs"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  // A number of either row: one in the inner product, one for its step, two for itself and its sum of squares.
  state.counters["multiply_add_share"] =
      done * static_cast<double>(7 * dimension) / seconds / multiply_adds_per_second();
  state.counters["bandwidth_share"] = done * static_cast<double>(2 * 2 * layout.row() * sizeof(float)) / seconds /
                                      (hot ? ceiling.cached : ceiling.memory);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> widths;
  for (const std::size_t dimension : {50u, 100u, 200u, 300u}) {
    widths.push_back(GloveLayout{dimension}.row());
    for (const bool hot : {true, false})
      benchmark::RegisterBenchmark(
          ("glove/" + std::string(hot ? "hot" : "cold") + "/dimension:" + std::to_string(dimension)).c_str(), tile,
          dimension, hot);
  }
  return run_benchmarks(argc, argv, widths);
}
