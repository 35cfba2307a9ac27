#pragma once

#include "equivec/base/export.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Questions: which of several words is a synonym of the given one? (TOEFL; Landauer and Dumais 1997)
struct SynonymSet {
  struct Question {
    std::string word;
    std::vector<std::string> choices;  ///< the first is the right one
  };
  std::string name;
  std::vector<Question> questions;
};

/// On each line the word, the right choice and at least one wrong one, separated by '|', tabs, semicolons, commas or
/// white space.
SynonymSet read_synonyms(const std::filesystem::path& file);

struct SynonymResult {
  Accuracy accuracy;
  std::vector<Outcome> outcomes;
};

/// The right choice must have a larger cosine with the word than all others; a tie is wrong. A question is missing if
/// its word, its right choice or all of its wrong ones are unknown; other unknown choices are never chosen.
SynonymResult evaluate(const Embeddings& embeddings, const SynonymSet& set, const EvaluateOptions& options = {});

/// Difference of the accuracies, over questions that both answered.
std::optional<Difference> compare(const SynonymResult& first, const SynonymResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
