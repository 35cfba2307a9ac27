#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Words with the categories that people assigned to them.
struct CategorySet {
  struct Item {
    std::string word, category;
  };
  std::string name;
  std::vector<Item> items;
};

/// A word and its category on each line, separated by tabs, semicolons, commas or white space. A heading with "word"
/// and "category", if there is one, gives their order. Lines without a word are skipped.
CategorySet read_categories(const std::filesystem::path& file);

/// How well clusters of the words' unit vectors, one per category, agree with the categories (Almuhareb 2006).
struct CategoryResult {
  struct Clustering {
    std::string name;  ///< "k-means", "average linkage", "complete linkage", "ward linkage"
    std::optional<double> purity;
    std::optional<Interval> interval;  ///< over resamples of the words, with the clusters fixed
    std::vector<int> clusters;         ///< of each item; -1 if the word is missing
  };
  std::string name;
  std::size_t words = 0, missing = 0, categories = 0;
  std::vector<Clustering> clusterings;
  std::vector<int> labels;  ///< the category of each item
};

/// k-means uses squared distances and ten starts drawn with options.seed; average and complete linkage use cosine
/// distances, Ward's linkage Euclidean ones. A word in several categories is an item of each. Throws Error if more than
/// 20,000 words are known, for which linkage would take 1.6 GB.
CategoryResult evaluate(const Embeddings& embeddings, const CategorySet& set, const EvaluateOptions& options = {},
                        Progress* progress = nullptr);

/// Difference of the purities of clusterings[clustering], over words that both know.
std::optional<Difference> compare(const CategoryResult& first, const CategoryResult& second, std::size_t clustering,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
