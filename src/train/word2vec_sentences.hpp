#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equivec {

/// Longer sentences are trained in pieces, as in word2vec.c.
inline constexpr std::size_t longest_sentence = 1000;

/// The probability that an occurrence of each word is kept, times 2^32 (Mikolov, Sutskever et al. 2013, section 2.3, in
/// word2vec.c's form). The largest number means always.
std::vector<std::uint32_t> keep_thresholds(const Vocabulary& vocabulary, double subsample);

/// Sentences of a text from which frequent words are dropped at random.
struct SubsampledText {
  EncodedCorpus::Stretch stretch;       ///< with what stands around the ids that are asked for
  std::span<const std::uint32_t> keep;  ///< keep_thresholds()
  std::size_t window;                   ///< words of context on each side

  /// Calls f(sentence, first, last, position) for the sentences of ids [begin, end): words first ... last - 1 are in
  /// the range, the others are context from outside it. Whether a word is kept depends only on its position in
  /// `stream`, so that neighbouring ranges agree. `position` is where the sentence ends. `sentence` is scratch memory.
  template <class F>
  void for_each_sentence(Rng stream, std::size_t begin, std::size_t end, std::vector<WordId>& sentence,
                         const F& f) const {
    const std::size_t first_id = stretch.first, last_id = first_id + stretch.ids.size();
    const auto id_at = [ids = stretch.ids.data() - first_id](std::size_t i) { return ids[i]; };
    const std::size_t far = end - begin;  // how far to look for context where most words are dropped
    const auto kept = [&](Rng& rng, WordId id) { return static_cast<std::uint32_t>(rng() >> 32) <= keep[index(id)]; };
    sentence.resize(longest_sentence + 2 * window + 1);
    std::size_t size = 0;
    for (std::size_t i = begin; i > first_id && begin - i < far && size < window; --i) {
      const WordId id = id_at(i - 1);
      if (id == EncodedCorpus::sentence_end) break;
      Rng rng = stream;
      rng.skip(i - 1);
      if (kept(rng, id)) sentence[size++] = id;
    }
    std::reverse(sentence.begin(), sentence.begin() + static_cast<std::ptrdiff_t>(size));

    std::size_t first = size;
    const auto finish = [&](std::size_t last, std::size_t position) {
      if (last > first) f(std::span<const WordId>(sentence.data(), size), first, last, position);
      size = first = 0;
    };
    Rng rng = stream;
    rng.skip(begin);
    for (std::size_t i = begin; i < end; ++i) {
      const WordId id = id_at(i);
      if (id == EncodedCorpus::sentence_end) {
        rng();
        finish(size, i);
        continue;
      }
      sentence[size] = id;
      size += kept(rng, id);
      if (size - first == longest_sentence) finish(size, i);
    }
    const std::size_t last = size;
    for (std::size_t i = end; i < last_id && i - end < far && size - last < window; ++i) {
      const WordId id = id_at(i);
      if (id == EncodedCorpus::sentence_end) break;
      if (kept(rng, id)) sentence[size++] = id;
    }
    finish(last, end);
  }
};

}  // namespace equivec
