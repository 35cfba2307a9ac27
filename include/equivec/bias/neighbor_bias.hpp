#pragma once

#include "equivec/base/types.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <optional>
#include <span>
#include <vector>

namespace equivec {

struct NeighborBias {
  struct Word {
    WordId word;
    double bias;   ///< as given
    double share;  ///< of its nearest neighbours, those whose bias is above 0: 0 to 1
    friend bool operator==(const Word&, const Word&) = default;
  };
  std::vector<Word> words;            ///< in the order given
  std::optional<double> correlation;  ///< Pearson's of bias and share; empty if pearson() is
  std::optional<Interval> interval;   ///< of the correlation, as correlation_interval()
};

struct NeighborBiasOptions {
  int neighbors = 100;              ///< of each word, at least 1
  BootstrapOptions bootstrap = {};  ///< of the interval; its threads search too
};

/// Whether words have neighbours of their own bias. The neighbours of a word are the candidates with the largest
/// cosines, equal ones (rounded to float) by WordId; a word is not its own neighbour, a candidate of the same vector
/// is. The biases of the words and of the candidates, as many as these, are cosines in the reference, or any numbers of
/// which the sign is the side; 0 is on neither, while programs derived from the paper count it for the negative one.
/// The paper takes the ordinary words for candidates, and for words all of these or, of a list of occupations, those
/// that are among them. Throws Error if sizes differ, if a bias is not finite, if a candidate stands twice or if a word
/// has fewer candidates than it shall have neighbours; OptionError.
NeighborBias neighbor_bias(const Embeddings& embeddings, std::span<const WordId> words,
                           std::span<const double> word_bias, std::span<const WordId> candidates,
                           std::span<const double> candidate_bias, const NeighborBiasOptions& options = {});

}  // namespace equivec
