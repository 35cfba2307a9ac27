#include "src/kernels/window_kernels.hpp"

#include "equivec/base/rng.hpp"
#include "src/base/row_table.hpp"
#include "tests/benchmarks/ceilings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

// The arithmetic of training by itself, with one thread. Cases `hot` train one window again and again: they show how
// near the kernels come to the multiply-adds that the processor can do. Cases `cold` use every row of two tables as
// large as a vocabulary of 71,290 words makes them before they use one again: they show how near training comes
// to what memory can deliver.

using namespace equivec;

namespace {

constexpr std::size_t vocabulary = 71290;  // of text8 with words that occur five times
constexpr std::size_t ahead_windows = 2;   // as in training
constexpr float rate = 1e-6f;              // so small that rows stay much as they were drawn

enum class Model { skipgram, cbow, group };

struct Shape {
  std::size_t dimension, inputs, outputs;
};

/// Words and contexts, with random numbers.
struct Tables {
  Table words, contexts;

  Tables(std::size_t word_rows, std::size_t context_rows, std::size_t dimension)
      : words(word_rows, dimension), contexts(context_rows, dimension) {
    Rng rng(1);
    for (const Table* table : {&words, &contexts})
      for (std::size_t i = 0; i < table->rows(); ++i)
        for (std::size_t c = 0; c < dimension; ++c) table->row(i)[c] = rng.uniform() - 0.5f;
  }
};

/// Those of the last dimension that was asked for: a benchmark is called several times, and filling them takes long.
const Tables& tables_of_vocabulary(std::size_t dimension) {
  static Tables tables(0, 0, 0);
  if (tables.words.dimension() != dimension) {
    tables = Tables(0, 0, 0);  // frees the memory first
    tables = Tables(vocabulary, vocabulary, dimension);
  }
  return tables;
}

/// The rows of one window after another, inputs before outputs, until each row of the words was used.
std::vector<float*> rows_of_windows(const Tables& tables, const Shape& shape) {
  const std::vector<float*> words = shuffled_rows(tables.words), contexts = shuffled_rows(tables.contexts);
  std::vector<float*> rows;
  std::size_t context = 0;
  for (std::size_t word = 0; word + shape.inputs <= words.size();) {
    for (std::size_t k = 0; k < shape.inputs; ++k) rows.push_back(words[word++]);
    for (std::size_t k = 0; k < shape.outputs; ++k) rows.push_back(contexts[context++ % contexts.size()]);
  }
  return rows;
}

/// Of numbers, in one window or group. CBOW's additions count like multiply-adds: they take the same place in the
/// processor.
std::size_t multiply_adds(Model model, const Shape& shape) {
  if (model != Model::cbow) return 3 * shape.inputs * shape.outputs * shape.dimension;
  return (3 * shape.outputs + 2 * shape.inputs) * shape.dimension;
}

void windows(benchmark::State& state, Model model, bool hot, const Shape& shape) {
  const Tables few(hot ? shape.inputs : 0, hot ? shape.outputs : 0, shape.dimension);
  const Tables& tables = hot ? few : tables_of_vocabulary(shape.dimension);
  const std::vector<float*> rows = rows_of_windows(tables, shape);
  const std::size_t rows_of_one = shape.inputs + shape.outputs, count = rows.size() / rows_of_one;

  const std::size_t stride = tables.words.stride();
  const Table scratch(1, std::max(scratch_floats(shape.inputs, shape.outputs, stride),
                                  group_scratch_floats(shape.inputs, shape.outputs, stride)));
  // As much as a pair of a group counts about, each a tenth a positive example.
  const std::size_t pairs = shape.inputs * group_pitch(shape.outputs);
  const Table weights(1, pairs), labels(1, pairs);
  std::fill_n(weights.row(0), pairs, 0.5f);
  std::fill_n(labels.row(0), pairs, 0.05f);
  const Table signs(1, padded_outputs(shape.outputs) + 16);
  for (const std::size_t again : {0u, 8u})  // where they are few they stand there twice
    if (again == 0 || padded_outputs(shape.outputs) == 8)
      for (std::size_t k = 0; k < shape.outputs; ++k) signs.row(0)[again + k] = k == 0 ? -1.0f : 1.0f;

  const WindowKernels kernels = window_kernels();
  const GroupMode mode(kernels);
  // A group is about as much work as several windows.
  const std::size_t ahead = model == Model::group ? 1 : ahead_windows;
  double loss = 0;
  std::size_t current = 0;
  const double start = processor_seconds();
  for (auto _ : state) {
    float* const* const now = rows.data() + current * rows_of_one;
    const std::size_t next = current + ahead < count ? current + ahead : 0;
    const StepRows used{.inputs = {now, shape.inputs},
                        .outputs = {now + shape.inputs, shape.outputs},
                        .stride = stride,
                        .rate = rate,
                        .ahead = {rows.data() + next * rows_of_one, hot ? 0 : rows_of_one},
                        .scratch = scratch.row(0)};
    const Window window{.rows = used, .signs = signs.row(0)};
    loss += model == Model::group      ? kernels.skipgram_group({used, weights.row(0), labels.row(0)})
            : model == Model::skipgram ? kernels.skipgram(window)
                                       : kernels.cbow(window, 1.0f);
    if (++current == count) current = 0;
  }
  const double seconds = processor_seconds() - start;
  if (!std::isfinite(loss)) return state.SkipWithError("the loss is no number");

  const auto done = static_cast<double>(state.iterations());
  const RowBytes& ceiling = row_bytes_per_second(shape.dimension);
  state.counters["windows"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["multiply_add_share"] =
      done * static_cast<double>(multiply_adds(model, shape)) / seconds / multiply_adds_per_second();
  state.counters["bandwidth_share"] = done * static_cast<double>(2 * rows_of_one * stride * sizeof(float)) / seconds /
                                      (hot ? ceiling.cached : ceiling.memory);
}

/// With rows in the first-level cache, for which no bandwidth was measured.
void add_change(benchmark::State& state) {
  const auto dimension = static_cast<std::size_t>(state.range(0));
  const Tables tables(1, 2, dimension);
  const WindowKernels kernels = window_kernels();
  const double start = processor_seconds();
  for (auto _ : state)
    kernels.add_change(tables.words.row(0), tables.contexts.row(0), tables.contexts.row(1), tables.words.stride());
  const double seconds = processor_seconds() - start;
  const auto done = static_cast<double>(state.iterations());
  state.counters["rows"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["multiply_add_share"] =
      done * static_cast<double>(2 * dimension) / seconds / multiply_adds_per_second();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::size_t> dimensions = {100, 200, 300};
  for (const std::size_t dimension : dimensions)
    for (const bool hot : {true, false})
      for (const Model model : {Model::skipgram, Model::cbow, Model::group})
        for (const std::size_t inputs : {2u, 6u, 10u, 15u})
          for (const std::size_t outputs : {6u, 13u, 16u, 21u}) {
            const std::string name = std::string(model == Model::skipgram ? "skipgram"
                                                 : model == Model::cbow   ? "cbow"
                                                                          : "group") +
                                     (hot ? "/hot" : "/cold") + "/dimension:" + std::to_string(dimension) +
                                     "/inputs:" + std::to_string(inputs) + "/outputs:" + std::to_string(outputs);
            benchmark::RegisterBenchmark(name.c_str(), windows, model, hot, Shape{dimension, inputs, outputs});
          }
  benchmark::RegisterBenchmark("add_change", add_change)->ArgName("dimension")->Arg(100)->Arg(200)->Arg(300);
  return run_benchmarks(argc, argv, dimensions);
}
