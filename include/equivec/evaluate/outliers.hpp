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

/// Groups of words that belong together, and outliers that do not (Camacho-Collados and Navigli 2016).
struct OutlierSet {
  struct Group {
    std::string name;
    std::vector<std::string> words, outliers;
  };
  std::string name;
  std::vector<Group> groups;
};

/// Either a comma-separated file with a heading and the columns category, outliers and words, the latter two lists such
/// as ['a', 'b']; or a file for each group: its words one a line, an empty line, and the outliers. Of a folder, reads
/// all files in it and below, by name.
OutlierSet read_outliers(const std::filesystem::path& path);

struct OutlierResult {
  /// Each outlier is added to its group: how often it alone has the smallest mean cosine with the others.
  Accuracy accuracy;
  /// Mean rank of the outlier by that, from 0 (nearest to the others) to 1 (farthest): the paper's OPP.
  std::optional<double> position;
  std::optional<Interval> position_interval;
  std::vector<Outcome> outcomes;
};

/// Unknown words of a group are skipped; an outlier is missing if it is unknown or fewer than two of its group's words
/// are known.
OutlierResult evaluate(const Embeddings& embeddings, const OutlierSet& set, const EvaluateOptions& options = {});

/// Difference of the accuracies, over outliers that both know.
std::optional<Difference> compare(const OutlierResult& first, const OutlierResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
