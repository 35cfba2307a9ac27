#pragma once

#include "equivec/alias_sampler.hpp"
#include "equivec/error.hpp"
#include "equivec/rng.hpp"
#include "equivec/word2vec.hpp"
#include "src/huffman.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/kernels/window_step.hpp"
#include "src/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

// From a sentence to the windows that are trained on: what is drawn for them, which rows they use, the kernel's call.

namespace equivec {

/// Everything that the workers share and do not change, and the tables, which they do.
struct Word2VecState {
  const Word2VecOptions& options;
  WindowKernels kernels;
  AliasSampler noise;
  std::vector<std::uint32_t> keep;  // of 2^32, for each word; the largest means always
  HuffmanTree tree;
  Table words;     // the inputs
  Table contexts;  // the outputs of negative sampling and of the softmax
  Table nodes;     // the outputs of hierarchical softmax

  bool draws_noise() const {
    return options.loss == Word2VecLoss::negative_sampling ||
           options.loss == Word2VecLoss::hierarchical_softmax_and_negative_sampling;
  }
  bool has_tree() const {
    return options.loss == Word2VecLoss::hierarchical_softmax ||
           options.loss == Word2VecLoss::hierarchical_softmax_and_negative_sampling;
  }
  /// Outputs of one window at most.
  std::size_t most_outputs() const {
    return (draws_noise() ? static_cast<std::size_t>(options.negatives) + 1 : 0) + tree.longest_path();
  }
};

/// The tables themselves, shared by all threads without locks (Hogwild, Niu et al. 2011): words are many, so two
/// threads seldom meet in a row, and an update lost there is noise like any other.
class SharedRows {
 public:
  explicit SharedRows(Word2VecState& state) : state_(state) {}
  float* word(std::size_t i) const { return state_.words.row(i); }
  float* context(std::size_t i) const { return state_.contexts.row(i); }
  float* node(std::size_t i) const { return state_.nodes.row(i); }
  // Where the row will be read, to fetch it into the cache.
  const float* word_ahead(std::size_t i) const { return word(i); }
  const float* context_ahead(std::size_t i) const { return context(i); }
  const float* node_ahead(std::size_t i) const { return node(i); }

 private:
  Word2VecState& state_;
};

/// A loss that is no number, or a number no float can hold.
struct Diverged {
  WordId word;  ///< in the middle of the window
};

/// Trains windows of one sentence after another. One for each thread.
class WindowTrainer {
 public:
  explicit WindowTrainer(const Word2VecState& state) : state_(state), outputs_(state.most_outputs() + 1) {
    const auto window = static_cast<std::size_t>(state.options.window);
    inputs_.reserve(2 * window);
    scratch_.reset(
        new (std::align_val_t(64)) float[scratch_floats(2 * window, state.most_outputs(), state.words.stride())]());
    signs_storage_.reset(new (std::align_val_t(64)) float[padded_outputs(state.most_outputs()) + 16]());
    // With no word drawn twice the signs depend on their number only.
    const std::size_t most = state.draws_noise() && !state.has_tree() ? state.most_outputs() : 0;
    noise_signs_pitch_ = std::max<std::size_t>(padded_outputs(most), 16);
    noise_signs_.reset(new (std::align_val_t(64)) float[(most + 1) * noise_signs_pitch_]());
    for (std::size_t count = 1; count <= most; ++count) {
      float* const signs = noise_signs_.get() + count * noise_signs_pitch_;
      for (std::size_t k = 0; k < count; ++k) signs[k] = k == 0 ? -1.0f : 1.0f;
      finish_signs(signs, count);
    }
  }

  double loss = 0;          ///< of all windows since it was set to 0
  std::uint64_t pairs = 0;  ///< likewise

  /// Trains on the windows whose middle is sentence[begin] ... sentence[end - 1]. Throws Diverged.
  template <class Rows>
  void train(std::span<const WordId> sentence, std::size_t begin, std::size_t end, float rate, Rng& rng, Rows& rows) {
    draw(begin, end, rng);
    const bool skipgram = state_.options.model == Word2VecModel::skipgram;
    for (std::size_t center = begin; center < end; ++center) {
      const std::size_t reach = reaches_[center - begin];
      const std::size_t first = center - std::min(center, reach), last = std::min(center + reach + 1, sentence.size());
      inputs_.clear();
      for (std::size_t i = first; i < last; ++i)
        if (i != center) inputs_.push_back(rows.word(index(sentence[i])));
      if (inputs_.empty()) continue;
      const double cost = state_.options.loss == Word2VecLoss::softmax
                              ? softmax_step(sentence[center], rate)
                              : window_step(sentence, begin, center, end, rate, rows);
      if (!std::isfinite(cost)) throw Diverged{sentence[center]};
      loss += cost;
      pairs += skipgram ? inputs_.size() : 1;
    }
  }

 private:
  static constexpr std::size_t ahead_windows = 2;  // whose rows are fetched while one is trained
  static constexpr std::size_t ahead_rows = 32;    // at most; more would drive each other out of the first cache

  struct FreeAligned {
    void operator()(float* p) const { operator delete[](p, std::align_val_t(64)); }
  };
  using Floats = std::unique_ptr<float[], FreeAligned>;

  void draw(std::size_t begin, std::size_t end, Rng& rng) {
    const auto window = static_cast<std::uint32_t>(state_.options.window);
    const auto negatives = state_.draws_noise() ? static_cast<std::size_t>(state_.options.negatives) : 0;
    const bool shrinking = state_.options.window_shape == WindowShape::shrinking;
    reaches_.resize(end - begin);
    drawn_.resize((end - begin) * negatives);
    WordId* to = drawn_.data();
    for (std::size_t i = begin; i < end; ++i) {
      reaches_[i - begin] = shrinking ? 1 + rng.below(window) : window;
      for (std::size_t k = 0; k < negatives; ++k) *to++ = state_.noise(rng);
    }
  }

  /// After `count` signs: zeros, and where they are few all of it again.
  static void finish_signs(float* signs, std::size_t count) {
    const std::size_t padded = padded_outputs(count);
    std::fill(signs + count, signs + padded, 0.0f);
    if (padded == 8) std::copy(signs, signs + 8, signs + 8);
  }

  /// Noise words of a window that are not its own word, each once. Returns whether some had to be counted.
  template <class Rows>
  bool gather_noise(WordId word, std::span<const WordId> drawn, std::size_t& count, float* signs, Rows& rows) {
    bool same = false;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      same |= drawn[i] == word;
      for (std::size_t k = 0; k < i; ++k) same |= drawn[i] == drawn[k];
    }
    outputs_[count++] = rows.context(index(word));
    if (!same) {
      for (const WordId other : drawn) outputs_[count++] = rows.context(index(other));
      return false;
    }
    const std::size_t first = count;
    signs[first - 1] = -1;
    distinct_.clear();
    for (const WordId other : drawn) {
      if (other == word) continue;  // it is the right answer
      const auto at =
          static_cast<std::size_t>(std::find(distinct_.begin(), distinct_.end(), other) - distinct_.begin());
      if (at < distinct_.size()) {
        signs[first + at] += 1;
        continue;
      }
      distinct_.push_back(other);
      signs[count] = 1;
      outputs_[count++] = rows.context(index(other));
    }
    return true;
  }

  template <class Rows>
  double window_step(std::span<const WordId> sentence, std::size_t begin, std::size_t center, std::size_t end,
                     float rate, Rows& rows) {
    const WordId word = sentence[center];
    const auto negatives = state_.draws_noise() ? static_cast<std::size_t>(state_.options.negatives) : 0;
    float* const signs = signs_storage_.get();
    const float* used_signs = signs;
    std::size_t count = 0;
    bool repeated = false;
    if (state_.has_tree())
      for (const std::uint32_t step : state_.tree.path(index(word))) {
        signs[count] = step % 2 == 0 ? -1.0f : 1.0f;
        outputs_[count++] = rows.node(step / 2);
      }
    if (negatives > 0) {
      const std::size_t path = count;
      repeated =
          gather_noise(word, std::span(drawn_).subspan((center - begin) * negatives, negatives), count, signs, rows);
      if (!repeated && path == 0) {
        used_signs = noise_signs_.get() + count * noise_signs_pitch_;
      } else {
        if (!repeated) {
          signs[path] = -1;
          std::fill(signs + path + 1, signs + count, 1.0f);
        }
        finish_signs(signs, count);
      }
    } else {
      finish_signs(signs, count);
    }
    if (count == 0) return 0;  // the only word of a tree

    std::size_t ahead = 0;
    if (const std::size_t next = center + ahead_windows; next < end) {
      if (state_.has_tree())
        for (const std::uint32_t step :
             state_.tree.path(index(sentence[next]))
                 .first(std::min(ahead_rows, state_.tree.path(index(sentence[next])).size())))
          ahead_[ahead++] = rows.node_ahead(step / 2);
      if (negatives > 0) {
        if (ahead < ahead_rows) ahead_[ahead++] = rows.context_ahead(index(sentence[next]));
        const WordId* drawn = drawn_.data() + (next - begin) * negatives;
        for (std::size_t k = 0; k < negatives && ahead < ahead_rows; ++k)
          ahead_[ahead++] = rows.context_ahead(index(drawn[k]));
      }
    }
    const std::size_t entering = center + static_cast<std::size_t>(state_.options.window) + ahead_windows;
    if (entering < sentence.size()) ahead_[ahead++] = rows.word_ahead(index(sentence[entering]));

    const Window window{.inputs = inputs_,
                        .outputs = {outputs_.data(), count},
                        .signs = used_signs,
                        .repeated = repeated,
                        .stride = state_.words.stride(),
                        .rate = rate,
                        .ahead = {ahead_, ahead},
                        .scratch = scratch_.get()};
    return state_.options.model == Word2VecModel::skipgram ? state_.kernels.skipgram(window)
                                                           : state_.kernels.cbow(window, share());
  }

  /// Over the tables themselves: all of them are touched by every step.
  double softmax_step(WordId word, float rate) {
    const SoftmaxLayer<float> layer{.rows = state_.contexts.row(0),
                                    .count = state_.contexts.rows(),
                                    .stride = state_.contexts.stride(),
                                    .target = index(word),
                                    .rate = rate};
    const auto dimension = static_cast<std::size_t>(state_.options.dimension);
    const std::span<float* const> inputs = inputs_;
    return state_.options.model == Word2VecModel::skipgram
               ? skipgram_step<float>(inputs, dimension, layer, softmax_scratch_)
               : cbow_step<float>(inputs, dimension, share(), layer, softmax_scratch_);
  }

  float share() const {
    return state_.options.cbow_update == CbowUpdate::legacy ? 1.0f : 1.0f / static_cast<float>(inputs_.size());
  }

  const Word2VecState& state_;
  std::vector<std::size_t> reaches_;  // of each window of the sentence
  std::vector<WordId> drawn_;         // the noise words of each
  std::vector<WordId> distinct_;
  std::vector<float*> inputs_, outputs_;
  Floats scratch_, signs_storage_, noise_signs_;
  std::size_t noise_signs_pitch_ = 0;
  const float* ahead_[ahead_rows + 1];
  StepScratch<float> softmax_scratch_;
};

}  // namespace equivec
