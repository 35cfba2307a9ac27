#pragma once

#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// Groups of words that belong together, and outliers that do not (Camacho-Collados and Navigli 2016).
struct OutlierSet {
  struct Group {
    std::string name;
    std::vector<std::string> words, outliers;
  };
  std::string name;
  std::vector<Group> groups;
};

/// Either comma-separated with the columns category, outliers and words under a heading that names them, the latter two
/// lists such as ['a', 'b']; or a file for each group, its words one a line, an empty line, and the outliers. A folder
/// is all files in it and below, by name.
OutlierSet read_outliers(const std::filesystem::path& path);

struct OutlierResult {
  /// Of outliers, each put into its group: how often it, and nothing else, has the least mean cosine to the others.
  Accuracy accuracy;
  /// Mean of its place among these, the last being 1 and the first 0 (OPP).
  std::optional<double> position;
  std::optional<Interval> position_interval;
  std::vector<Outcome> outcomes;
};

/// Unknown words of a group are passed over; an outlier is missing if it is unknown or fewer than two of its group's
/// words are known.
OutlierResult evaluate(const Embeddings& embeddings, const OutlierSet& set, const EvaluateOptions& options = {});

std::optional<Difference> compare(const OutlierResult& first, const OutlierResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
