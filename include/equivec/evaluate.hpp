#pragma once

#include "equivec/embeddings.hpp"
#include "equivec/progress.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

struct EvaluateOptions {
  std::size_t restrict = 0;  ///< look only at the first words of the vocabulary; 0: at all
  bool fold_case = true;     ///< compare words with A-Z as a-z; of several words that fold alike the first counts
  int threads = 0;           ///< 0: all cores
};

/// "a b c d" on a line, a is to b as c is to d; ": name" begins a section (Google's questions-words.txt).
struct AnalogySet {
  struct Question {
    std::string a, b, c, d;
  };
  struct Section {
    std::string name;
    std::vector<Question> questions;
  };
  std::string name;
  std::vector<Section> sections;
};

struct AnalogyScore {
  std::string name;
  std::size_t correct = 0;
  std::size_t total = 0;    ///< questions whose four words are known
  std::size_t missing = 0;  ///< questions left out since a word is not
  /// correct / total; nothing if no question was answered.
  std::optional<double> accuracy() const;
};

struct AnalogyResult {
  AnalogyScore all;
  std::vector<AnalogyScore> sections;
};

/// Throws Error with file and line if a line has not four words, or if there is no question.
AnalogySet read_analogies(const std::filesystem::path& file);

/// 3CosAdd; the three words of a question, in any case when cases are folded, are never its answer. Progress counts
/// questions.
AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options = {},
                       Progress* progress = nullptr);

/// Word pairs with people's scores, higher meaning more similar.
struct SimilaritySet {
  struct Pair {
    std::string first, second;
    double score;
  };
  std::string name;
  std::vector<Pair> pairs;
};

struct SimilarityResult {
  std::string name;
  std::optional<double> spearman, pearson;  ///< nothing where undefined: fewer than two pairs, or all equal
  std::size_t pairs = 0;                    ///< with both words known
  std::size_t missing = 0;                  ///< left out
};

/// Two words and a score on each line, separated by tabs, semicolons, commas or blanks. The score is the first number
/// after the words (SimLex-999 has the part of speech before it); what follows is ignored, lines that begin with # too,
/// and a first line without a number is a heading. Throws Error with file and line.
SimilaritySet read_similarities(const std::filesystem::path& file);

/// Correlation of cosines with the scores, pairs with an unknown word left out.
SimilarityResult evaluate(const Embeddings& embeddings, const SimilaritySet& set, const EvaluateOptions& options = {});

/// Pearson's correlation; nothing for fewer than two values, if one side is constant, or if a value is not finite.
/// REQUIRES: the same size.
std::optional<double> pearson(std::span<const double> x, std::span<const double> y);
/// Spearman's: Pearson's of the ranks, ties having the mean of their ranks.
std::optional<double> spearman(std::span<const double> x, std::span<const double> y);

}  // namespace equivec
