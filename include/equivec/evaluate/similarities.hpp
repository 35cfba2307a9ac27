#pragma once

#include "equivec/base/export.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Word pairs with human scores; higher is more similar.
struct SimilaritySet {
  struct Pair {
    std::string first, second;
    double score;
  };
  std::string name;
  std::vector<Pair> pairs;
};

/// Two words and a score on each line, separated by tabs, semicolons, commas or white space. The score is the first
/// number after the words (SimLex-999 has the part of speech before it); the rest of the line is ignored. A first line
/// without a number is a heading.
SimilaritySet read_similarities(const std::filesystem::path& file);

/// How pairs with an unknown word are scored.
enum class MissingRule {
  drop,         ///< they are left out
  mean_vector,  ///< an unknown word gets the mean of the vectors in use (EvaluateOptions::restrict)
  zero          ///< their similarity is 0
};
inline constexpr std::array missing_rules = {MissingRule::drop, MissingRule::mean_vector, MissingRule::zero};
/// "drop", "mean-vector", "zero".
std::string_view name_of(MissingRule rule);

struct SimilarityResult {
  struct Score {
    MissingRule rule;
    std::size_t pairs;  ///< that it is of
    /// Of cosines with people's scores; empty where undefined: fewer than two pairs, or all equal.
    std::optional<double> spearman, pearson;
    std::optional<Interval> spearman_interval, pearson_interval;
  };
  std::string name;
  std::size_t known = 0, missing = 0;   ///< pairs with both words known, and the others
  std::vector<Score> scores;            ///< one for each of missing_rules
  std::vector<double> people, cosines;  ///< human score and cosine of each pair; NaN if a word is unknown
};

SimilarityResult evaluate(const Embeddings& embeddings, const SimilaritySet& set, const EvaluateOptions& options = {});

/// Difference of Spearman's (or Pearson's) correlations, over pairs that both know.
std::optional<Difference> compare(const SimilarityResult& first, const SimilarityResult& second, Correlation kind,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
