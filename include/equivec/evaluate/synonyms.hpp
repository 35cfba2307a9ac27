#pragma once

#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// Which of several words means the same as the one in question? (TOEFL; Landauer and Dumais 1997)
struct SynonymSet {
  struct Question {
    std::string word;
    std::vector<std::string> choices;  ///< the first is right
  };
  std::string name;
  std::vector<Question> questions;
};

/// The word, the right choice and at least one wrong one on each line, separated by '|', tabs, semicolons, commas or
/// blanks.
SynonymSet read_synonyms(const std::filesystem::path& file);

struct SynonymResult {
  Accuracy accuracy;
  std::vector<Outcome> outcomes;
};

/// The choice of the largest cosine is the answer, right if none has as large a one. A question is missing if its word,
/// its right choice or all of its wrong ones are unknown; other unknown choices are never chosen.
SynonymResult evaluate(const Embeddings& embeddings, const SynonymSet& set, const EvaluateOptions& options = {});

std::optional<Difference> compare(const SynonymResult& first, const SynonymResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
