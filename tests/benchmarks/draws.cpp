#include "equivec/math/alias_sampler.hpp"
#include "equivec/base/rng.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

// Random numbers, and words by weight: each word of training text asks for one number and several words.

using namespace equivec;

namespace {

constexpr int at_once = 1000;  // draws, that the loop around them costs nothing

void rng(benchmark::State& state) {
  Rng random(1);
  for (auto _ : state)
    for (int i = 0; i < at_once; ++i) benchmark::DoNotOptimize(random());
  state.SetItemsProcessed(state.iterations() * at_once);
}

void alias_sampler(benchmark::State& state) {
  std::vector<double> weights(71290);  // counts by Zipf's law, with word2vec's exponent
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = std::pow(1.0 / static_cast<double>(i + 1), 0.75);
  const AliasSampler sampler(weights);
  Rng random(1);
  for (auto _ : state)
    for (int i = 0; i < at_once; ++i) benchmark::DoNotOptimize(sampler(random));
  state.SetItemsProcessed(state.iterations() * at_once);
}

}  // namespace

BENCHMARK(rng);
BENCHMARK(alias_sampler);
BENCHMARK_MAIN();
