#pragma once

#include "equivec/base/types.hpp"
#include "equivec/train/word2vec.hpp"
#include "src/kernels/window_kernels.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <vector>

namespace equivec {

/// Consecutive windows of skip-gram with negative sampling that are trained in one step. Their context rows, which are
/// mostly the same ones, meet the words in the middle of all windows, and noise words that all of them share. A pair of
/// a context and a middle has the probability as its weight that a drawn reach would let the window have it: (window -
/// distance + 1) / window where windows shrink. No reach is drawn: the expectation is the same, and the variance, which
/// costs quality, is not there. A pair of a context and a noise word stands for those of all windows with the context
/// in them, and for the noise words that were not drawn:
///     weight = sum of the context's weights in the windows x negatives / noise words of the group
class GroupWeights {
 public:
  GroupWeights(const Word2VecOptions& options, const WindowKernels& kernels)
      : kernels_(kernels),
        windows_(static_cast<std::size_t>(windows_of_group(options))),
        noise_(static_cast<std::size_t>(noise_of_group(options))),
        reach_(static_cast<std::size_t>(options.window)),
        shrinking_(options.window_shape == WindowShape::shrinking),
        share_(static_cast<float>(options.negatives) / static_cast<float>(noise_)),
        patterns_(windows_ + 1),
        places_(windows_ + noise_) {
    for (std::size_t k = 0; k < windows_ + noise_; ++k) all_.push_back(k);
    const std::size_t size = (windows_ + 2 * reach_) * group_pitch(windows_ + noise_);
    weights_ = floats(size);
    labels_ = floats(size);
  }

  std::size_t most_inputs() const { return windows_ + 2 * reach_; }
  std::size_t most_outputs() const { return windows_ + noise_; }

  /// The matrices of WindowGroup. Valid until the next call.
  struct Result {
    const float* weights;
    const float* labels;
    std::span<const std::size_t> outputs;  ///< places in `ids` of the words that are outputs, ascending
    double pairs;                          ///< of a context and a middle, by their weights
  };

  /// ids: of the middles, then of the noise; after them other numbers up to a multiple of 16, which are not read as
  /// words. The contexts are the words from `before` places before the first middle to `after` places after the last;
  /// both at most the window, less where the text ends.
  Result of(std::span<const WordId> ids, std::size_t before, std::size_t after) {
    const std::size_t middles = ids.size() - noise_;
    if (!patterns_[middles].weights) fill(middles);  // those of the ends of sentences when they come
    const Pattern& pattern = patterns_[middles];
    const std::size_t first = reach_ - before, last = reach_ + middles + after;
    const double pairs = pattern.pairs[last] - pattern.pairs[first];
    if (kernels_.all_different(ids.data(), ids.size())) {
      const std::size_t offset = first * group_pitch(ids.size());
      return {pattern.weights.get() + offset, pattern.labels.get() + offset, std::span(all_).first(ids.size()), pairs};
    }
    outputs_.clear();
    for (std::size_t k = 0; k < ids.size(); ++k) {
      std::size_t same = 0;
      while (ids[same] != ids[k]) ++same;
      places_[k] = same == k ? outputs_.size() : places_[same];
      if (same == k) outputs_.push_back(k);
    }
    fold(ids, pattern, first, last);
    return {weights_.get(), labels_.get(), outputs_, pairs};
  }

 private:
  struct FreeAligned {
    void operator()(float* p) const { operator delete[](p, std::align_val_t(64)); }
  };
  using Floats = std::unique_ptr<float[], FreeAligned>;
  static Floats floats(std::size_t size) { return Floats(new (std::align_val_t(64)) float[size]()); }

  /// The matrices where all words of the windows are there and all outputs are different.
  struct Pattern {
    Floats weights, labels;
    std::vector<double> pairs;  // sums of the labels of all contexts before one
  };

  void fill(std::size_t middles) {
    Pattern& pattern = patterns_[middles];
    const std::size_t contexts = middles + 2 * reach_, pitch = group_pitch(middles + noise_);
    pattern.weights = floats(contexts * pitch);
    pattern.labels = floats(contexts * pitch);
    pattern.pairs.push_back(0);
    for (std::size_t i = 0; i < contexts; ++i) {
      float* const weights = pattern.weights.get() + i * pitch;
      float sum = 0;
      for (std::size_t q = 0; q < middles; ++q) {
        const std::size_t middle = q + reach_, distance = std::max(i, middle) - std::min(i, middle);
        if (distance == 0 || distance > reach_) continue;
        weights[q] = shrinking_ ? static_cast<float>(reach_ - distance + 1) / static_cast<float>(reach_) : 1.0f;
        sum += weights[q];
      }
      std::copy_n(weights, middles, pattern.labels.get() + i * pitch);
      std::fill_n(weights + middles, noise_, sum * share_);
      pattern.pairs.push_back(pattern.pairs.back() + static_cast<double>(sum));
    }
  }

  /// Words that are there twice are one output. Noise that is the middle of a window is the right answer there, and not
  /// counted.
  void fold(std::span<const WordId> ids, const Pattern& pattern, std::size_t first, std::size_t last) {
    const std::size_t middles = ids.size() - noise_, from = group_pitch(ids.size()), to = group_pitch(outputs_.size());
    float* weights = weights_.get();
    float* labels = labels_.get();
    for (std::size_t row = first; row < last; ++row, weights += to, labels += to) {
      std::fill_n(weights, to, 0.0f);
      std::fill_n(labels, to, 0.0f);
      for (std::size_t k = 0; k < ids.size(); ++k) {
        const float weight = pattern.weights[row * from + k];
        weights[places_[k]] += weight;
        if (k < middles)
          labels[places_[k]] += weight;
        else if (outputs_[places_[k]] < middles)
          weights[places_[k]] -= labels[places_[k]] * share_;
      }
    }
  }

  const WindowKernels& kernels_;
  std::size_t windows_, noise_, reach_;
  bool shrinking_;
  float share_;
  std::vector<Pattern> patterns_;  // by the number of middles
  Floats weights_, labels_;
  std::vector<std::size_t> places_, outputs_, all_;
};

}  // namespace equivec
