#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/glove.hpp"
#include "src/counts/cooccurrence_store.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

struct Text {
  Vocabulary words;
  Cooccurrences counts;
};

/// A text in which some words are frequent, and some go with some others.
inline Text random_text(std::size_t size, std::size_t words) {
  Rng rng(5);
  std::vector<WordId> ids;
  std::vector<std::uint64_t> counts(words, 0);
  std::size_t last = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double u = rng.uniform();
    std::size_t word = static_cast<std::size_t>(u * u * static_cast<double>(words));
    if (i % 2 == 1 && rng.below(2) == 0) word = words - 1 - last;
    ids.push_back(word_id(word));
    ++counts[word];
    last = word;
    if (i % 50 == 49) ids.push_back(EncodedCorpus::sentence_end);
  }
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) entries.push_back({"w" + std::to_string(i), counts[i]});
  Vocabulary vocabulary(entries);
  CooccurrenceOptions options;
  options.window = 4;
  Cooccurrences cooccurrences = count_cooccurrences(EncodedCorpus(ids, words), vocabulary, options);
  return {std::move(vocabulary), std::move(cooccurrences)};
}

inline const Text& text() {
  static const Text result = random_text(60000, 1500);
  return result;
}

/// The same counts, with the rows shared by the ranks, unevenly. Called by all of them.
inline Cooccurrences shared_rows(const Cooccurrences& whole, Communicator& ranks, std::uint64_t memory = 0) {
  CooccurrenceStore store(whole.words(), memory, &ranks);
  const auto bound = [&](int rank) {
    const auto share = static_cast<double>(rank) / ranks.size();
    return static_cast<std::size_t>(share * share * static_cast<double>(whole.words()));
  };
  CooccurrenceRows rows;
  rows.first = bound(ranks.rank());
  for (std::size_t i = rows.first; i < bound(ranks.rank() + 1); ++i) {
    const Cooccurrences::Row row = whole.row(word_id(i));
    rows.sizes.push_back(row.words.size());
    rows.words.insert(rows.words.end(), row.words.begin(), row.words.end());
    rows.counts.insert(rows.counts.end(), row.counts.begin(), row.counts.end());
  }
  store.add(std::move(rows));
  return std::move(store).keep();
}

inline bool same_bits(const GloveVectors& a, const GloveVectors& b) {
  const auto same = [](const float* x, const float* y, std::size_t size) {
    return std::memcmp(x, y, size * sizeof(float)) == 0;
  };
  return a.words.size() == b.words.size() &&
         same(a.words.data(), b.words.data(), static_cast<std::size_t>(a.words.size())) &&
         same(a.contexts.data(), b.contexts.data(), static_cast<std::size_t>(a.contexts.size())) &&
         a.word_biases == b.word_biases && a.context_biases == b.context_biases;
}

}  // namespace equivec
