#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/math/alias_sampler.hpp"
#include "equivec/train/word2vec.hpp"
#include "src/base/row_table.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/kernels/window_step.hpp"
#include "src/train/huffman.hpp"
#include "src/train/row_replicas.hpp"
#include "src/train/word2vec_groups.hpp"
#include "src/train/word2vec_subwords.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

// From a sentence to the windows that are trained on: what is drawn for them, which rows they use, the kernel's call.

namespace equivec {

inline bool draws_noise(Word2VecLoss loss) {
  return loss == Word2VecLoss::negative_sampling || loss == Word2VecLoss::hierarchical_softmax_and_negative_sampling;
}

inline bool has_tree(Word2VecLoss loss) {
  return loss == Word2VecLoss::hierarchical_softmax || loss == Word2VecLoss::hierarchical_softmax_and_negative_sampling;
}

/// Everything that the workers share and do not change, and the tables, which they do.
struct Word2VecState {
  const Word2VecOptions& options;
  WindowKernels kernels;
  AliasSampler noise;
  std::vector<std::uint32_t> keep;  // of 2^32, for each word; the largest means always
  HuffmanTree tree;
  NgramRows rows_of_words;  // of `ngrams`; empty without n-grams
  Table words;              // the inputs; with n-grams the words' own rows
  Table ngrams;
  Table contexts;  // the outputs of negative sampling and of the softmax
  Table nodes;     // the outputs of hierarchical softmax

  bool draws_noise() const { return equivec::draws_noise(options.loss); }
  bool has_tree() const { return equivec::has_tree(options.loss); }
  bool has_ngrams() const { return options.subwords.longest > 0; }
  std::size_t windows_of_group() const { return static_cast<std::size_t>(equivec::windows_of_group(options)); }
  std::size_t noise_of_group() const {
    return draws_noise() ? static_cast<std::size_t>(equivec::noise_of_group(options)) : 0;
  }
  /// Outputs of one window at most.
  std::size_t most_outputs() const {
    return (draws_noise() ? static_cast<std::size_t>(options.negatives) + 1 : 0) + tree.longest_path();
  }
};

/// What is drawn for the windows of a sentence.
struct SentenceDraws {
  std::size_t windows = 0;
  std::vector<std::size_t> reaches;  // of each window; none where they are trained in groups
  std::vector<WordId> noise;         // of each group so many
};

/// The tables themselves, shared by all threads without locks (Hogwild, Niu et al. 2011): words are many, so two
/// threads seldom meet in a row, and an update lost there is noise like any other. Not so the top of a tree, of which a
/// thread may have replicas. Words that are made of n-grams are those of a window of the thread's own. Other rows (see
/// word2vec_rounds.hpp) are found by the place that asks for them.
class SharedRows {
 public:
  explicit SharedRows(const Word2VecState& state, ComposedWindow* composed = nullptr)
      : SharedRows(state.words, state.contexts, state.nodes, nullptr, composed) {}
  SharedRows(const Table& words, const Table& contexts, const Table& nodes, RowReplicas* node_replicas,
             ComposedWindow* composed)
      : words_(words), contexts_(contexts), nodes_(nodes), node_replicas_(node_replicas), composed_(composed) {}
  float* word(std::size_t position, WordId word) const {
    return composed_ == nullptr ? words_.row(index(word)) : composed_->word(position, word);
  }
  /// What will be changed when this word is used; null if that was asked for already.
  const float* ahead(std::size_t /*position*/, WordId word) const {
    if (composed_ == nullptr) return words_.row(index(word));
    composed_->fetch(word);
    return nullptr;
  }
  void finish() const {
    if (composed_ != nullptr) composed_->finish();
  }
  float* context(std::size_t /*center*/, WordId word) const { return contexts_.row(index(word)); }
  float* noise(std::size_t /*draw*/, WordId word) const { return contexts_.row(index(word)); }
  float* node(std::size_t /*center*/, std::size_t /*step*/, std::size_t node) const {
    return node_replicas_ == nullptr ? nodes_.row(node) : node_replicas_->row(node);
  }

 private:
  const Table& words_;
  const Table& contexts_;
  const Table& nodes_;
  RowReplicas* node_replicas_;
  ComposedWindow* composed_;
};

/// A loss that is no number, or a number no float can hold.
struct Diverged {
  WordId word;  ///< in the middle of the window
};

/// Trains windows of one sentence after another. One for each thread.
class WindowTrainer {
 public:
  /// singly: one window at a time, whatever the options say.
  explicit WindowTrainer(const Word2VecState& state, bool singly = false)
      : state_(state),
        group_(singly ? 1 : state.windows_of_group()),
        noise_(singly && state.draws_noise() ? static_cast<std::size_t>(state.options.negatives)
                                             : state.noise_of_group()),
        outputs_(state.most_outputs() + 1),
        ahead_(ahead_rows + 1) {
    if (group_ > 1) {
      weights_.emplace(state.options, state.kernels);
      inputs_.reserve(weights_->most_inputs());
      outputs_.resize(weights_->most_outputs());
      ahead_.resize(outputs_.size() + group_);
      for (GroupOutputs* const outputs : {&now_, &next_}) {
        outputs->ids.resize(group_pitch(outputs_.size()));
        outputs->rows.resize(outputs_.size());
      }
      const std::size_t size =
          group_scratch_floats(weights_->most_inputs(), weights_->most_outputs(), state.words.stride());
      scratch_.reset(new (std::align_val_t(64)) float[size]());
      return;
    }
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

  double loss = 0;   ///< of all windows since it was set to 0
  double pairs = 0;  ///< likewise

  /// Draws for the windows whose middle is one of `centers` words.
  void draw(std::size_t centers, const AliasSampler& noise, Rng& rng, SentenceDraws& draws) const {
    const auto window = static_cast<std::uint32_t>(state_.options.window);
    const bool shrinking = state_.options.window_shape == WindowShape::shrinking;
    draws.windows = centers;
    draws.reaches.resize(group_ == 1 ? centers : 0);
    draws.noise.resize((centers + group_ - 1) / group_ * noise_);
    WordId* to = draws.noise.data();
    if (group_ > 1)
      for (WordId& word : draws.noise) word = noise(rng);
    for (std::size_t& reach : draws.reaches) {
      reach = shrinking ? 1 + rng.below(window) : window;
      for (std::size_t k = 0; k < noise_; ++k) *to++ = noise(rng);
    }
  }

  /// Trains on the windows whose middle is sentence[begin], sentence[begin + 1] and so on, as many as were drawn for.
  /// Throws Diverged.
  template <class Rows>
  void train(std::span<const WordId> sentence, std::size_t begin, const SentenceDraws& draws, float rate,
             const Rows& rows) {
    if (group_ > 1)
      train_groups(sentence, begin, draws, rate, rows);
    else
      train_singly(sentence, begin, draws, rate, rows);
    rows.finish();
  }

  /// Words of a sentence between the first and the last that are asked for at a time.
  std::size_t longest_reach() const {
    return (group_ > 1 ? weights_->most_inputs() : 2 * static_cast<std::size_t>(state_.options.window) + 1) + 1;
  }

 private:
  template <class Rows>
  void train_singly(std::span<const WordId> sentence, std::size_t begin, const SentenceDraws& draws, float rate,
                    const Rows& rows) {
    const bool skipgram = state_.options.model == Word2VecModel::skipgram;
    const std::size_t end = begin + draws.windows;
    for (std::size_t center = begin; center < end; ++center) {
      const std::size_t reach = draws.reaches[center - begin];
      const std::size_t first = center - std::min(center, reach), last = std::min(center + reach + 1, sentence.size());
      inputs_.clear();
      for (std::size_t i = first; i < last; ++i)
        if (i != center) inputs_.push_back(rows.word(i, sentence[i]));
      if (inputs_.empty()) continue;
      const double cost = state_.options.loss == Word2VecLoss::softmax
                              ? softmax_step(sentence[center], rate)
                              : window_step(sentence, begin, center, end, draws, rate, rows);
      if (!std::isfinite(cost)) throw Diverged{sentence[center]};
      loss += cost;
      pairs += skipgram ? static_cast<double>(inputs_.size()) : 1;
    }
  }

  static constexpr std::size_t ahead_windows = 2;  // whose rows are fetched while one is trained
  static constexpr std::size_t ahead_rows = 32;    // at most; more would drive each other out of the first cache

  struct FreeAligned {
    void operator()(float* p) const { operator delete[](p, std::align_val_t(64)); }
  };
  using Floats = std::unique_ptr<float[], FreeAligned>;

  /// The outputs of a group: of its middles, then of its noise. The words are followed by ends of a sentence up to a
  /// multiple of 16.
  struct GroupOutputs {
    std::vector<WordId> ids;
    std::vector<float*> rows;
    std::size_t count = 0;
  };

  /// Sets next_ to those of the group whose first middle is sentence[first].
  template <class Rows>
  void gather(std::span<const WordId> sentence, std::size_t begin, std::size_t first, std::size_t group,
              const SentenceDraws& draws, const Rows& rows) {
    const std::size_t last = std::min(first + group_, begin + draws.windows);
    std::size_t k = 0;
    for (std::size_t i = first; i < last; ++i, ++k) {
      next_.ids[k] = sentence[i];
      next_.rows[k] = rows.context(i - begin, sentence[i]);
    }
    for (std::size_t draw = group * noise_; draw < (group + 1) * noise_; ++draw, ++k) {
      next_.ids[k] = draws.noise[draw];
      next_.rows[k] = rows.noise(draw, draws.noise[draw]);
    }
    next_.count = k;
    std::fill(next_.ids.begin() + static_cast<std::ptrdiff_t>(k), next_.ids.end(), EncodedCorpus::sentence_end);
  }

  template <class Rows>
  void train_groups(std::span<const WordId> sentence, std::size_t begin, const SentenceDraws& draws, float rate,
                    const Rows& rows) {
    const std::size_t end = begin + draws.windows, reach = static_cast<std::size_t>(state_.options.window);
    const GroupMode mode(state_.kernels);
    gather(sentence, begin, begin, 0, draws, rows);
    for (std::size_t first = begin, group = 0; first < end; first += group_, ++group) {
      std::swap(now_, next_);
      const std::size_t last = std::min(first + group_, end);
      // What the next group will change, but for the words that are inputs of this one too.
      std::size_t ahead = 0;
      if (last < end) {
        gather(sentence, begin, last, group + 1, draws, rows);
        ahead = next_.count;
        std::copy_n(next_.rows.begin(), ahead, ahead_.begin());
        for (std::size_t i = last + reach; i < std::min({last + group_ + reach, end + reach, sentence.size()}); ++i)
          if (const float* row = rows.ahead(i, sentence[i])) ahead_[ahead++] = row;
      }
      const std::size_t left = first - std::min(first, reach), right = std::min(last + reach, sentence.size());
      if (right - left < 2) continue;
      const GroupWeights::Result weights =
          weights_->of(std::span<const WordId>(now_.ids).first(now_.count), first - left, right - last);
      std::span<float* const> outputs(now_.rows.data(), now_.count);
      if (weights.outputs.size() < now_.count) {  // some words are there twice
        for (std::size_t k = 0; k < weights.outputs.size(); ++k) outputs_[k] = now_.rows[weights.outputs[k]];
        outputs = std::span<float* const>(outputs_).first(weights.outputs.size());
      }
      inputs_.clear();
      for (std::size_t i = left; i < right; ++i) inputs_.push_back(rows.word(i, sentence[i]));
      const double cost = state_.kernels.skipgram_group({.rows = {.inputs = inputs_,
                                                                  .outputs = outputs,
                                                                  .stride = state_.words.stride(),
                                                                  .rate = rate,
                                                                  .ahead = std::span(ahead_).first(ahead),
                                                                  .scratch = scratch_.get()},
                                                         .weights = weights.weights,
                                                         .labels = weights.labels});
      if (!std::isfinite(cost)) throw Diverged{sentence[first]};
      loss += cost;
      pairs += weights.pairs;
    }
  }

  /// After `count` signs: zeros, and where they are few all of it again.
  static void finish_signs(float* signs, std::size_t count) {
    const std::size_t padded = padded_outputs(count);
    std::fill(signs + count, signs + padded, 0.0f);
    if (padded == 8) std::copy(signs, signs + 8, signs + 8);
  }

  /// The rows of a word and of the noise drawn for it, each once; signs are written only where some had to be counted,
  /// which is returned.
  template <class Rows>
  bool gather_noise(WordId word, std::size_t center, std::span<const WordId> drawn, std::size_t first_draw,
                    std::size_t& count, float* signs, const Rows& rows) {
    bool same = false;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      same |= drawn[i] == word;
      for (std::size_t k = 0; k < i; ++k) same |= drawn[i] == drawn[k];
    }
    outputs_[count++] = rows.context(center, word);
    if (!same) {
      for (std::size_t i = 0; i < drawn.size(); ++i) outputs_[count++] = rows.noise(first_draw + i, drawn[i]);
      return false;
    }
    const std::size_t first = count;
    signs[first - 1] = -1;
    distinct_.clear();
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      if (drawn[i] == word) continue;  // it is the right answer
      const auto at =
          static_cast<std::size_t>(std::find(distinct_.begin(), distinct_.end(), drawn[i]) - distinct_.begin());
      if (at < distinct_.size()) {
        signs[first + at] += 1;
        continue;
      }
      distinct_.push_back(drawn[i]);
      signs[count] = 1;
      outputs_[count++] = rows.noise(first_draw + i, drawn[i]);
    }
    return true;
  }

  template <class Rows>
  double window_step(std::span<const WordId> sentence, std::size_t begin, std::size_t center, std::size_t end,
                     const SentenceDraws& draws, float rate, const Rows& rows) {
    const WordId word = sentence[center];
    const std::size_t negatives = noise_;
    float* const signs = signs_storage_.get();
    const float* used_signs = signs;
    std::size_t count = 0;
    bool repeated = false;
    if (state_.has_tree()) {
      const auto path = state_.tree.path(index(word));
      for (std::size_t k = 0; k < path.size(); ++k) {
        signs[count] = path[k] % 2 == 0 ? -1.0f : 1.0f;
        outputs_[count++] = rows.node(center - begin, k, path[k] / 2);
      }
    }
    if (negatives > 0) {
      const std::size_t path = count, first = (center - begin) * negatives;
      repeated = gather_noise(word, center - begin, std::span(draws.noise).subspan(first, negatives), first, count,
                              signs, rows);
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
      if (state_.has_tree()) {
        const auto path = state_.tree.path(index(sentence[next]));
        for (std::size_t k = 0; k < std::min(ahead_rows, path.size()); ++k)
          ahead_[ahead++] = rows.node(next - begin, k, path[k] / 2);
      }
      if (negatives > 0) {
        const std::size_t first = (next - begin) * negatives;
        if (ahead < ahead_rows) ahead_[ahead++] = rows.context(next - begin, sentence[next]);
        for (std::size_t k = 0; k < negatives && ahead < ahead_rows; ++k)
          ahead_[ahead++] = rows.noise(first + k, draws.noise[first + k]);
      }
    }
    const std::size_t entering = center + static_cast<std::size_t>(state_.options.window) + ahead_windows;
    if (entering < sentence.size())
      if (const float* row = rows.ahead(entering, sentence[entering])) ahead_[ahead++] = row;

    const Window window{.rows = {.inputs = inputs_,
                                 .outputs = {outputs_.data(), count},
                                 .stride = state_.words.stride(),
                                 .rate = rate,
                                 .ahead = std::span(ahead_).first(ahead),
                                 .scratch = scratch_.get()},
                        .signs = used_signs,
                        .repeated = repeated};
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
  std::size_t group_, noise_;  // windows of a group, words drawn for it
  std::optional<GroupWeights> weights_;
  GroupOutputs now_, next_;
  std::vector<WordId> distinct_;
  std::vector<float*> inputs_, outputs_;
  Floats scratch_, signs_storage_, noise_signs_;
  std::size_t noise_signs_pitch_ = 0;
  std::vector<const float*> ahead_;
  StepScratch<float> softmax_scratch_;
};

}  // namespace equivec
