#include "equivec/search/neighbors.hpp"

#include "equivec/base/rng.hpp"
#include "tests/benchmarks/ceilings.hpp"

#include <string>
#include <vector>

// Questions to 100,000 words of dimension 100, with one thread and with all (threads:0).

using namespace equivec;

namespace {

constexpr std::size_t words = 100000, dimension = 100;

Embeddings random_embeddings() {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) entries.push_back({"w" + std::to_string(i), 1});
  Rng rng(1);
  Matrix matrix(static_cast<Eigen::Index>(words), static_cast<Eigen::Index>(dimension));
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = rng.uniform() - 0.5f;
  return Embeddings(Vocabulary(entries), std::move(matrix));
}

void find(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  static const Embeddings embeddings = random_embeddings();
  const NearestNeighbors index(embeddings, 0, static_cast<int>(state.range(1)));
  const std::vector<NeighborQuery> questions(count, {embeddings[word_id(0)], {}});
  const double start = processor_seconds();
  for (auto _ : state) benchmark::DoNotOptimize(index.find(questions, 10));
  const double seconds = processor_seconds() - start;
  const auto done = static_cast<double>(state.iterations());
  state.counters["questions"] = benchmark::Counter(done * static_cast<double>(count), benchmark::Counter::kIsRate);
  state.counters["multiply_add_share"] =
      done * static_cast<double>(count * words * dimension) / seconds / multiply_adds_per_second();
  // Every row must be read once; how often it is, is the library's choice.
  state.counters["bandwidth_share"] =
      done * static_cast<double>(words * dimension * sizeof(float)) / seconds / read_bytes_per_second();
}

}  // namespace

BENCHMARK(find)
    ->ArgNames({"questions", "threads"})
    ->ArgsProduct({{1, 1000}, {1, 0}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

int main(int argc, char** argv) { return run_benchmarks(argc, argv, {}); }
