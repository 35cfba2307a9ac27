#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <span>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct NeighborBias {
  struct Word {
    WordId word;
    double bias;   ///< as given
    double share;  ///< of its nearest neighbours whose bias is above 0: 0 to 1
    friend bool operator==(const Word&, const Word&) = default;
  };
  std::vector<Word> words;            ///< in the order given
  std::optional<double> correlation;  ///< Pearson's of bias and share; empty if pearson() is
  std::optional<Interval> interval;   ///< of the correlation, as correlation_interval()
};

struct NeighborBiasOptions {
  int neighbors = 100;              ///< of each word, at least 1
  BootstrapOptions bootstrap = {};  ///< for the interval; its threads also search
};

/// Whether words have neighbours of their own bias (Gonen and Goldberg 2019, see bias/biased_words.hpp). The neighbours
/// of a word are the candidates with the largest cosines, ties (rounded to float) by WordId; a word is not its own
/// neighbour, but another word with the same vector may be. `word_bias` and `candidate_bias`, one number per word, are
/// cosines in the reference or any numbers whose sign gives the side. 0 is on neither side; programs derived from the
/// paper count it as negative. The paper's candidates are the ordinary words, and its words all of these or the
/// occupations among them. Throws Error if sizes differ, if a bias is not finite, if a candidate occurs twice or if a
/// word has fewer candidates than `neighbors`; OptionError.
NeighborBias neighbor_bias(const Embeddings& embeddings, std::span<const WordId> words,
                           std::span<const double> word_bias, std::span<const WordId> candidates,
                           std::span<const double> candidate_bias, const NeighborBiasOptions& options = {});

}  // namespace equivec
