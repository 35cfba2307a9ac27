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

/// What a thread knows of the copies of the worker whose rows it looks for, or of all workers' while it merges them.
struct ThreadPlaces {
  explicit ThreadPlaces(const Word2VecState& state)
      : words(state.words.rows()), contexts(state.contexts.rows()), nodes(state.nodes.rows()) {}
  RowPlaces words, contexts, nodes;
  std::vector<PrivateRows*> workers;
  std::vector<const float*> before;
};

/// One worker of a round.
class RoundWorker {
 public:
  /// piece: ids of the text that it gets in a round, at most.
  RoundWorker(const Word2VecState& state, std::size_t number, std::size_t piece)
      : trainer(state),
        state_(state),
        number_(static_cast<std::uint32_t>(number)),
        words_(std::min(state.words.rows(), most_words(state, piece)), state.words.dimension()),
        contexts_(std::min(state.contexts.rows(), most_noise(state, piece) + piece), state.contexts.dimension()),
        nodes_(std::min(state.nodes.rows(), piece * state.tree.longest_path()), state.nodes.dimension()) {
    if (state.has_ngrams())
      composed_ = Table(2 * std::min(state.words.rows(), most_words(state, piece)), state.words.dimension());
  }

  WindowTrainer trainer;

  /// Words of a piece and around it, at most.
  static std::size_t most_words(const Word2VecState& state, std::size_t piece) {
    return piece + 2 * static_cast<std::size_t>(state.options.window);
  }
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
    if (!state_.has_ngrams())
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
    // The rows of words, of which those that will be copied are asked for before.
    const auto rows = [&](PrivateRows& copies, const Table& table, const TableClaims& claimed, RowPlaces& own,
                          std::span<const WordId> words, std::vector<float*>& to) {
      constexpr std::size_t ahead = 8;
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (i + ahead < words.size() && claimed.shared(index(words[i + ahead])))
          prefetch_row(table.row(index(words[i + ahead])), table.stride());
        to.push_back(row(copies, table, claimed, own, index(words[i])));
      }
    };
    for (std::size_t n = 0; n < sentences_; ++n) {
      Piece& p = pieces_[n];
      if (!state_.has_ngrams()) p.words.clear();
      p.contexts.clear();
      p.drawn.clear();
      p.nodes.clear();
      p.node_begins.clear();
      const std::span<const WordId> middles = std::span<const WordId>(p.sentence).subspan(p.first, p.draws.windows);
      if (!state_.has_ngrams()) rows(words_, state_.words, claims.words, places.words, p.sentence, p.words);
      if (state_.draws_noise()) rows(contexts_, state_.contexts, claims.contexts, places.contexts, middles, p.contexts);
      rows(contexts_, state_.contexts, claims.contexts, places.contexts, p.draws.noise, p.drawn);
      if (!state_.has_tree()) continue;
      for (const WordId word : middles) {
        p.node_begins.push_back(p.nodes.size());
        for (const std::uint32_t step : state_.tree.path(index(word)))
          p.nodes.push_back(row(nodes_, state_.nodes, claims.nodes, places.nodes, step / 2));
      }
    }
  }

  /// With n-grams, before any worker trains: makes the vectors of its words, which no other worker changes.
  void compose() {
    distinct_.clear();
    for (std::size_t n = 0; n < sentences_; ++n)
      distinct_.insert(distinct_.end(), pieces_[n].sentence.begin(), pieces_[n].sentence.end());
    std::ranges::sort(distinct_);
    distinct_.erase(std::unique(distinct_.begin(), distinct_.end()), distinct_.end());
    for (std::size_t k = 0; k < distinct_.size(); ++k) {
      rows_of(distinct_[k], found_);
      state_.kernels.mean_of_rows(found_, state_.words.stride(), composed_.row(2 * k), composed_.row(2 * k + 1));
    }
    for (std::size_t n = 0; n < sentences_; ++n) {
      Piece& p = pieces_[n];
      p.words.clear();
      for (const WordId word : p.sentence)
        p.words.push_back(
            composed_.row(2 * static_cast<std::size_t>(std::ranges::lower_bound(distinct_, word) - distinct_.begin())));
    }
  }

  /// With n-grams, when all have trained: gives the changes of columns [begin, end) of the workers' words to all their
  /// rows, in the workers' order.
  static void give_back(std::span<const RoundWorker> workers, std::size_t begin, std::size_t end,
                        std::vector<float*>& rows, std::vector<float>& change) {
    change.resize(end - begin);
    for (const RoundWorker& worker : workers)
      for (std::size_t k = 0; k < worker.distinct_.size(); ++k) {
        const float *now = worker.composed_.row(2 * k), *before = worker.composed_.row(2 * k + 1);
        for (std::size_t c = begin; c < end; ++c) change[c - begin] = now[c] - before[c];
        worker.rows_of(worker.distinct_[k], rows);
        for (float* row : rows)
          for (std::size_t c = begin; c < end; ++c) row[c] += change[c - begin];
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

  /// Of all workers, when all have trained.
  static void merge(const Word2VecState& state, std::span<RoundWorker> workers, std::size_t part,
                    ThreadPlaces& places) {
    const auto merge_table = [&](PrivateRows RoundWorker::*copies, const Table& table, RowPlaces& own) {
      places.workers.clear();
      for (RoundWorker& worker : workers) places.workers.push_back(&(worker.*copies));
      PrivateRows::merge(places.workers, table, part, own, places.before, state.kernels.add_change);
    };
    merge_table(&RoundWorker::words_, state.words, places.words);
    merge_table(&RoundWorker::contexts_, state.contexts, places.contexts);
    merge_table(&RoundWorker::nodes_, state.nodes, places.nodes);
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
    const float* ahead(std::size_t at, WordId) const { return words[at]; }
    void finish() const {}
    float* context(std::size_t center, WordId) const { return contexts[center]; }
    float* noise(std::size_t draw, WordId) const { return drawn[draw]; }
    float* node(std::size_t center, std::size_t step, std::size_t) const { return nodes[node_begins[center] + step]; }
  };

  void rows_of(WordId word, std::vector<float*>& rows) const {
    rows.clear();
    rows.push_back(state_.words.row(index(word)));
    for (const std::uint32_t row : state_.rows_of_words.of(word)) rows.push_back(state_.ngrams.row(row));
  }

  const Word2VecState& state_;
  std::uint32_t number_;
  PrivateRows words_, contexts_, nodes_;
  Table composed_;  // with n-grams: of distinct_[k] rows 2 k, changed by training, and 2 k + 1, as it was
  std::vector<WordId> distinct_;
  std::vector<float*> found_;
  std::vector<Piece> pieces_;
  std::size_t sentences_ = 0;
};

}  // namespace equivec
