#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "src/base/row_table.hpp"
#include "src/train/private_rows.hpp"
#include "src/train/word2vec_windows.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

// Training whose result does not depend on the threads. A round gives each of a fixed number of workers a piece of the
// text. First all workers draw, and claim the rows that they will use; then all train, on the tables' own rows where
// nobody else claimed them and on copies of the others; then every row that was copied takes the sum of the changes, in
// the workers' order. Rounds are short: the sum of many changes made without knowledge of each other diverges.
// (Giving each worker noise words of its own to draw from, which saves most copies, was faster, but cost quality.)

namespace equivec {

/// Who uses which rows of the tables in a round.
struct RowClaims {
  explicit RowClaims(const Word2VecState& state)
      : words(state.words.rows()), contexts(state.contexts.rows()), nodes(state.nodes.rows()) {}
  TableClaims words, contexts, nodes;

  void clear() {
    words.clear();
    contexts.clear();
    nodes.clear();
  }
};

/// What a thread knows of the copies of the worker whose rows it looks for.
struct ThreadPlaces {
  explicit ThreadPlaces(const Word2VecState& state)
      : words(state.words.rows()), contexts(state.contexts.rows()), nodes(state.nodes.rows()) {}
  RowPlaces words, contexts, nodes;
};

/// One worker of a round.
class RoundWorker {
 public:
  /// piece: ids of the text that it gets in a round, at most.
  RoundWorker(const Word2VecState& state, std::size_t number, std::size_t piece)
      : trainer(state),
        state_(state),
        number_(static_cast<std::uint32_t>(number)),
        words_(std::min(state.words.rows(), piece + 2 * static_cast<std::size_t>(state.options.window)),
               state.words.dimension()),
        contexts_(std::min(state.contexts.rows(), most_noise(state, piece) + piece), state.contexts.dimension()),
        nodes_(std::min(state.nodes.rows(), piece * state.tree.longest_path()), state.nodes.dimension()) {}

  WindowTrainer trainer;

  /// Noise words drawn for a piece, at most: every sentence in it may end with a group of one window.
  static std::size_t most_noise(const Word2VecState& state, std::size_t piece) {
    return piece * state.noise_of_group();
  }

  void clear() { sentences_ = 0; }

  /// Draws for the words from `first` to before `last` of a sentence, whose end stands at `position`, and claims what
  /// their windows use.
  void add(std::span<const WordId> words, std::size_t first, std::size_t last, std::size_t position, Rng& rng,
           RowClaims& claims) {
    if (sentences_ == pieces_.size()) pieces_.emplace_back();
    Piece& p = pieces_[sentences_++];
    p.sentence.assign(words.begin(), words.end());
    p.first = first;
    p.position = position;
    trainer.draw(last - first, state_.noise, rng, p.draws);
    for (const WordId word : words) claims.words.claim(index(word), number_);
    for (std::size_t i = first; i < last; ++i) {
      if (state_.draws_noise()) claims.contexts.claim(index(words[i]), number_);
      if (state_.has_tree())
        for (const std::uint32_t step : state_.tree.path(index(words[i]))) claims.nodes.claim(step / 2, number_);
    }
    for (const WordId word : p.draws.noise) claims.contexts.claim(index(word), number_);
  }

  /// After all workers have claimed: copies the rows that others use too.
  void find_rows(const RowClaims& claims, ThreadPlaces& places) {
    words_.clear();
    contexts_.clear();
    nodes_.clear();
    places.words.clear();
    places.contexts.clear();
    places.nodes.clear();
    const auto row = [](PrivateRows& copies, const Table& table, const TableClaims& claimed, RowPlaces& own,
                        std::size_t i) { return claimed.shared(i) ? copies.take(table, i, own) : table.row(i); };
    for (std::size_t n = 0; n < sentences_; ++n) {
      Piece& p = pieces_[n];
      p.words.clear();
      p.contexts.clear();
      p.drawn.clear();
      p.nodes.clear();
      p.node_begins.clear();
      for (const WordId word : p.sentence)
        p.words.push_back(row(words_, state_.words, claims.words, places.words, index(word)));
      for (std::size_t i = 0; i < p.draws.windows; ++i) {
        const std::size_t word = index(p.sentence[p.first + i]);
        if (state_.draws_noise())
          p.contexts.push_back(row(contexts_, state_.contexts, claims.contexts, places.contexts, word));
        p.node_begins.push_back(p.nodes.size());
        if (state_.has_tree())
          for (const std::uint32_t step : state_.tree.path(word))
            p.nodes.push_back(row(nodes_, state_.nodes, claims.nodes, places.nodes, step / 2));
      }
      for (const WordId word : p.draws.noise)
        p.drawn.push_back(row(contexts_, state_.contexts, claims.contexts, places.contexts, index(word)));
    }
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
  std::uint32_t number_;
  PrivateRows words_, contexts_, nodes_;
  std::vector<Piece> pieces_;
  std::size_t sentences_ = 0;
};

}  // namespace equivec
