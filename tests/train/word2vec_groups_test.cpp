#include "equivec/base/rng.hpp"
#include "src/train/word2vec_groups.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

Word2VecOptions options_of(int window, int group, int noise, WindowShape shape) {
  Word2VecOptions options;
  options.window = window;
  options.group = group;
  options.group_noise = noise;
  options.window_shape = shape;
  return options;
}

/// For each pair of a context's place and an output word: how much it counts, and how much of that as a positive
/// example. Taken window by window and pair by pair.
using Pairs = std::map<std::pair<std::size_t, WordId>, std::pair<double, double>>;

/// Of the windows of text[first], ..., text[last - 1].
Pairs expected_pairs(const std::vector<WordId>& text, std::size_t first, std::size_t last,
                     const std::vector<WordId>& noise, const Word2VecOptions& options) {
  Pairs result;
  const auto window = static_cast<std::size_t>(options.window);
  for (std::size_t center = first; center < last; ++center)
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t distance = std::max(i, center) - std::min(i, center);
      if (distance == 0 || distance > window) continue;
      // Of the reaches 1 ... window, equally likely, those that are at least the distance.
      double share = 0;
      for (std::size_t reach = 1; reach <= window; ++reach)
        share += (options.window_shape == WindowShape::fixed || reach >= distance) / static_cast<double>(window);
      auto& [weight, label] = result[{i, text[center]}];
      weight += share;
      label += share;
      for (const WordId word : noise)
        if (word != text[center])
          result[{i, word}].first += share * options.negatives / static_cast<double>(noise.size());
    }
  return result;
}

void check(const std::vector<WordId>& text, std::size_t first, std::size_t last, const std::vector<WordId>& noise,
           const Word2VecOptions& options, GroupWeights& weights) {
  const auto window = static_cast<std::size_t>(options.window);
  const std::size_t left = first - std::min(first, window), right = std::min(last + window, text.size());
  std::vector<WordId> ids(text.begin() + static_cast<std::ptrdiff_t>(first),
                          text.begin() + static_cast<std::ptrdiff_t>(last));
  ids.insert(ids.end(), noise.begin(), noise.end());
  const std::size_t count = ids.size();
  ids.resize(group_pitch(count), word_id(0xFFFFFFFFu));
  const GroupWeights::Result result = weights.of(std::span<const WordId>(ids).first(count), first - left, right - last);

  std::vector<WordId> outputs;
  for (const std::size_t k : result.outputs) outputs.push_back(ids[k]);
  std::vector<WordId> sorted = outputs;
  std::sort(sorted.begin(), sorted.end());
  REQUIRE(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
  REQUIRE(reinterpret_cast<std::uintptr_t>(result.weights) % 64 == 0);
  REQUIRE(reinterpret_cast<std::uintptr_t>(result.labels) % 64 == 0);

  Pairs expected = expected_pairs(text, first, last, noise, options);
  double pairs = 0, worst = 0;
  const std::size_t pitch = group_pitch(outputs.size());
  for (std::size_t i = left; i < right; ++i)
    for (std::size_t k = 0; k < pitch; ++k) {
      const auto weight = static_cast<double>(result.weights[(i - left) * pitch + k]),
                 label = static_cast<double>(result.labels[(i - left) * pitch + k]);
      const auto [exact, exact_label] = k < outputs.size() ? expected[{i, outputs[k]}] : std::pair{0.0, 0.0};
      if (k < outputs.size()) expected.erase({i, outputs[k]});
      worst = std::max({worst, std::abs(weight - exact), std::abs(label - exact_label)});
      pairs += label;
    }
  CAPTURE(first, last, text.size(), ids, options.window, options.group);
  // Sums of at most a hundred numbers of single precision that are below 100.
  CHECK(worst < 1e-4);
  CHECK(result.pairs == Approx(pairs).epsilon(1e-5));
  CHECK(expected.empty());
}

}  // namespace

TEST_CASE("word2vec_groups: the weights are those of the windows one by one, wherever the text ends") {
  const int window = GENERATE(1, 2, 5, 40);
  const int group = GENERATE(2, 5, 9);
  const WindowShape shape = GENERATE(WindowShape::shrinking, WindowShape::fixed);
  const std::uint32_t words = GENERATE(3u, 30u, 100000u);  // of few many are repeated
  const Word2VecOptions options = options_of(window, group, 7, shape);
  const WindowKernels kernels = window_kernels();
  GroupWeights weights(options, kernels);
  Rng rng(1, words);
  const auto draw = [&](std::size_t count) {
    std::vector<WordId> result(count);
    for (WordId& word : result) word = word_id(rng.below(words));
    return result;
  };
  for (const std::size_t length : {2u, 3u, 8u, 30u}) {
    const std::vector<WordId> text = draw(length);
    for (std::size_t first = 0; first < length; first += static_cast<std::size_t>(group))
      check(text, first, std::min(first + static_cast<std::size_t>(group), length), draw(7), options, weights);
  }
}

TEST_CASE("word2vec_groups: noise that is the right answer of a window is not counted there and is in the others") {
  const Word2VecOptions options = options_of(1, 2, 1, WindowShape::fixed);
  const WindowKernels kernels = window_kernels();
  GroupWeights weights(options, kernels);
  // The text 7 8 9 6, the windows of 8 and of 9, the noise 8: it counts where 9 is in the middle, for 8 and 6.
  std::vector<WordId> ids = {word_id(8), word_id(9), word_id(8)};
  ids.resize(16, word_id(0xFFFFFFFFu));
  const GroupWeights::Result result = weights.of(std::span<const WordId>(ids).first(3), 1, 1);
  REQUIRE(std::vector<std::size_t>(result.outputs.begin(), result.outputs.end()) == std::vector<std::size_t>{0, 1});
  const auto column = [&](const float* matrix, std::size_t k) {
    std::vector<float> numbers;
    for (std::size_t i = 0; i < 4; ++i) numbers.push_back(matrix[i * 16 + k]);
    return numbers;
  };
  CHECK(column(result.labels, 0) == std::vector<float>{1, 0, 1, 0});
  CHECK(column(result.weights, 0) == std::vector<float>{1, 5, 1, 5});
  CHECK(column(result.weights, 1) == std::vector<float>{0, 1, 0, 1});
}
