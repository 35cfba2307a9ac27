#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// How much a word counts in the mean of a text.
enum class WordWeighting {
  none,  ///< all words alike
  /// a / (a + p), p being the word's share of the counts (Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat
  /// Baseline for Sentence Embeddings", ICLR, algorithm 1). Vectors without counts have p proportional to 1 / (row +
  /// 1), by Zipf's law.
  sif,
  zipf  ///< ln(1 + row), the row from 0: for vectors in the order of frequency, without counts, as model2vec has it
};
inline constexpr std::array word_weightings = {WordWeighting::none, WordWeighting::sif, WordWeighting::zipf};
/// "none", "sif", "zipf".
std::string_view name_of(WordWeighting weighting);

struct MeanVectorOptions {
  WordWeighting weighting = WordWeighting::none;
  double a = 1e-3;  ///< of sif, above 0
  /// Directions that the texts have in common to be removed: the first right singular vectors of their vectors, not
  /// centred; 0..dimension. Algorithm 1 of Arora et al. removes 1.
  int remove = 0;
  bool unit_length = false;  ///< words' vectors are scaled to length 1 first
  int threads = 0;           ///< 0: all cores; no result depends on them
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const MeanVectorOptions& options);

/// Texts as vectors, one a row.
struct MeanVectors {
  Matrix vectors;  ///< texts x dimension
  std::vector<std::uint32_t>
      known;  ///< of each text, how many of its words are in the vocabulary, repetitions included
};

/// The weighted mean of the vectors of each text's words: the sum of weight times vector, divided by the number of
/// known words, as in the paper. Words are found and looked up as in probe(): as written, else, if
/// the vectors are uncased, with A-Z as a-z. Words that are only composed from n-grams weigh as words that do not occur
/// in the text (sif) or as the rarest (zipf). Others are skipped; a text without a known word has a vector of zeros.
/// Computed in double. Progress counts texts. Throws Error if a vector is not finite; OptionError; Cancelled.
MeanVectors mean_vectors(const Embeddings& embeddings, std::span<const std::string> texts,
                         const MeanVectorOptions& options = {}, Progress* progress = nullptr);
/// The same of texts given as words.
MeanVectors mean_vectors(const Embeddings& embeddings, std::span<const std::vector<std::string>> texts,
                         const MeanVectorOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
