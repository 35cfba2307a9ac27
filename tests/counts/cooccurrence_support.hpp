#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

inline Vocabulary letters(std::size_t words, std::uint64_t count = 1) {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) entries.push_back({"w" + std::to_string(i), count});
  return Vocabulary(entries);
}

/// A text in which some words are frequent, in sentences of 1 to 40 words.
inline EncodedCorpus random_corpus(std::size_t ids, std::size_t words) {
  Rng rng(7);
  std::vector<WordId> result;
  for (std::uint32_t left = 1; result.size() < ids; --left) {
    if (left == 0) {
      result.push_back(EncodedCorpus::sentence_end);
      left = 1 + rng.below(40);
      continue;
    }
    const double u = rng.uniform();
    result.push_back(word_id(static_cast<std::size_t>(u * u * u * static_cast<double>(words))));
  }
  result.push_back(EncodedCorpus::sentence_end);
  return EncodedCorpus(std::move(result), words);
}

inline Vocabulary vocabulary_of(const EncodedCorpus& corpus, std::size_t words) {
  std::vector<std::uint64_t> counts(words, 0);
  for (const WordId id : corpus.ids())
    if (id != EncodedCorpus::sentence_end) ++counts[index(id)];
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) entries.push_back({"w" + std::to_string(i), counts[i]});
  return Vocabulary(entries);
}

inline bool same_bits(const Cooccurrences& a, const Cooccurrences& b) {
  if (a.words() != b.words() || a.size() != b.size()) return false;
  for (std::size_t row = 0; row < a.words(); ++row) {
    const auto x = a.row(word_id(row)), y = b.row(word_id(row));
    if (x.words.size() != y.words.size() || std::memcmp(x.words.data(), y.words.data(), x.words.size_bytes()) != 0 ||
        std::memcmp(x.counts.data(), y.counts.data(), x.counts.size_bytes()) != 0)
      return false;
  }
  return true;
}

}  // namespace equivec
