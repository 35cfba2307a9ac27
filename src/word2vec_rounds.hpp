#pragma once

#include "src/private_rows.hpp"
#include "src/word2vec_windows.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <queue>
#include <span>
#include <utility>
#include <vector>

// Training whose result does not depend on the threads. A round gives each of a fixed number of workers a piece of the
// text. First all workers draw, and copy the rows that they share with others; then all train; then every row takes the
// sum of the changes, in the workers' order. Rounds are short: the sum of many changes made without knowledge of each
// other diverges. Most rows that a window touches are noise words': so that they need no copies, the vocabulary is
// dealt out into as many groups as there are workers, equally likely to be drawn from, and in a round each worker draws
// its noise words from a group of its own, of which it alone changes the rows.

namespace equivec {

/// The words in groups that are equally likely, one for each worker.
class NoiseGroups {
 public:
  /// No groups where a word is too frequent for them to be equally likely.
  NoiseGroups(std::span<const double> weights, std::size_t count) {
    if (weights.empty()) return;
    std::vector<std::uint32_t> order(weights.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return weights[a] > weights[b]; });
    using Group = std::pair<double, std::size_t>;  // what it weighs, and its number
    std::priority_queue<Group, std::vector<Group>, std::greater<>> lightest;
    for (std::size_t i = 0; i < count; ++i) lightest.push({0, i});
    std::vector<std::vector<WordId>> words(count);
    group_of_.resize(weights.size());
    for (const std::uint32_t word : order) {
      auto [weight, group] = lightest.top();
      lightest.pop();
      words[group].push_back(word_id(word));
      group_of_[word] = static_cast<std::uint8_t>(group);
      lightest.push({weight + weights[word], group});
    }
    const double least = lightest.top().first;
    while (lightest.size() > 1) lightest.pop();
    if (lightest.top().first > least * (1 + largest_difference)) return;
    for (const auto& group : words) {
      std::vector<double> own;
      for (const WordId word : group) own.push_back(weights[index(word)]);
      samplers_.emplace_back(own);
    }
    words_ = std::move(words);
  }

  bool empty() const noexcept { return words_.empty(); }
  NoiseSource source(std::size_t group) const { return {&samplers_[group], words_[group].data()}; }
  bool holds(std::size_t group, WordId word) const { return group_of_[index(word)] == group; }

 private:
  static constexpr double largest_difference = 1e-3;  // between the weights of two groups
  std::vector<std::vector<WordId>> words_;
  std::vector<AliasSampler> samplers_;
  std::vector<std::uint8_t> group_of_;
};

/// What a thread knows of the copies of the worker whose piece it draws for.
struct ThreadPlaces {
  explicit ThreadPlaces(const Word2VecState& state)
      : words(state.words.rows()), contexts(state.contexts.rows()), nodes(state.nodes.rows()) {}
  RowPlaces words, contexts, nodes;
};

/// One worker of a round.
class RoundWorker {
 public:
  RoundWorker(const Word2VecState& state, std::size_t piece)
      : trainer(state),
        state_(state),
        words_(std::min(state.words.rows(), piece + 2 * static_cast<std::size_t>(state.options.window)),
               state.words.dimension()),
        contexts_(std::min(state.contexts.rows(), piece * (static_cast<std::size_t>(state.options.negatives) + 1)),
                  state.contexts.dimension()),
        nodes_(std::min(state.nodes.rows(), piece * state.tree.longest_path()), state.nodes.dimension()) {}

  WindowTrainer trainer;

  void clear(ThreadPlaces& places) {
    words_.clear();
    contexts_.clear();
    nodes_.clear();
    places.words.clear();
    places.contexts.clear();
    places.nodes.clear();
    sentences_ = 0;
  }

  /// Draws for the words from `first` to before `last` of a sentence, whose end stands at `position`. With groups the
  /// noise comes from `group`.
  void add(std::span<const WordId> words, std::size_t first, std::size_t last, std::size_t position,
           const NoiseGroups& groups, std::size_t group, Rng& rng, ThreadPlaces& places) {
    if (sentences_ == pieces_.size()) pieces_.emplace_back();
    Piece& p = pieces_[sentences_++];
    p.sentence.assign(words.begin(), words.end());
    p.first = first;
    p.position = position;
    trainer.draw(last - first, groups.empty() ? NoiseSource{&state_.noise} : groups.source(group), rng, p.draws);
    p.words.clear();
    p.contexts.clear();
    p.drawn.clear();
    p.nodes.clear();
    p.node_begins.clear();
    const auto context = [&](WordId word) {
      const std::size_t row = index(word);
      return !groups.empty() && groups.holds(group, word) ? state_.contexts.row(row)
                                                          : contexts_.take(state_.contexts, row, places.contexts);
    };
    for (const WordId word : words) p.words.push_back(words_.take(state_.words, index(word), places.words));
    for (std::size_t i = first; i < last; ++i) {
      if (state_.draws_noise()) p.contexts.push_back(context(words[i]));
      p.node_begins.push_back(p.nodes.size());
      if (state_.has_tree())
        for (const std::uint32_t step : state_.tree.path(index(words[i])))
          p.nodes.push_back(nodes_.take(state_.nodes, step / 2, places.nodes));
    }
    for (const WordId word : p.draws.noise) p.drawn.push_back(context(word));
  }

  /// rate(position) is the learning rate of a sentence.
  template <class Rate>
  void train(const Rate& rate) {
    for (std::size_t i = 0; i < sentences_; ++i) {
      const Piece& p = pieces_[i];
      trainer.train(p.sentence, p.first, p.draws, rate(p.position), p);
    }
  }

  void merge(std::size_t part) const {
    words_.merge(state_.words, part, state_.kernels.add_change);
    contexts_.merge(state_.contexts, part, state_.kernels.add_change);
    nodes_.merge(state_.nodes, part, state_.kernels.add_change);
  }

 private:
  /// A sentence and the rows of its windows, as WindowTrainer asks for them.
  struct Piece {
    std::vector<WordId> sentence;
    std::size_t first = 0, position = 0;
    SentenceDraws draws;
    std::vector<float*> words, contexts, drawn, nodes;
    std::vector<std::size_t> node_begins;

    float* word(std::size_t at, WordId) const { return words[at]; }
    float* context(std::size_t center, WordId) const { return contexts[center]; }
    float* noise(std::size_t draw, WordId) const { return drawn[draw]; }
    float* node(std::size_t center, std::size_t step, std::size_t) const { return nodes[node_begins[center] + step]; }
  };

  const Word2VecState& state_;
  PrivateRows words_, contexts_, nodes_;
  std::vector<Piece> pieces_;
  std::size_t sentences_ = 0;
};

}  // namespace equivec
