#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

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

/// Whether the vector of a text is scaled to length 1.
enum class Normalize {
  model,  ///< if the static sentence model that the vectors are of says so
  always,
  never
};
inline constexpr std::array normalize_choices = {Normalize::model, Normalize::always, Normalize::never};
/// "model", "always", "never".
std::string_view name_of(Normalize normalize);

struct MeanVectorOptions {
  WordWeighting weighting = WordWeighting::none;
  double a = 1e-3;  ///< of sif, above 0
  /// Directions that the texts have in common to be removed: the first right singular vectors of their vectors, not
  /// centred; 0..dimension. Algorithm 1 of Arora et al. removes 1.
  int remove = 0;
  bool unit_length = false;  ///< words' vectors are scaled to length 1 first
  Normalize normalize = Normalize::model;
  int threads = 0;  ///< 0: all cores; no result depends on them
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const MeanVectorOptions& options);

/// A text to be cut into words, or its words.
using Text = std::variant<std::string, std::vector<std::string>>;

/// Texts as vectors, one a row.
struct MeanVectors {
  Matrix vectors;  ///< texts x dimension
  /// Of each text, how many of its words are known, repetitions included.
  std::vector<std::uint32_t> known;
};

/// The weighted mean of the vectors of each text's words: the sum of weight times vector, divided by the number of
/// known words, as in the paper. Words are found and looked up as in probe(). Words that are only composed from n-grams
/// weigh as words that do not occur in the text (sif) or as the rarest (zipf). Others are skipped, and so are words
/// whose vector is zero; a text without a known word has a vector of zeros. Computed in double. Progress counts texts.
/// Throws Error if a vector is not finite, if the tokenizer of a static sentence model is not known, or if `remove` is
/// not below the number of texts, which would leave nothing of them; OptionError; Cancelled.
MeanVectors mean_vectors(const Embeddings& embeddings, std::span<const Text> texts,
                         const MeanVectorOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
