#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// Words with the categories that people put them into.
struct CategorySet {
  struct Item {
    std::string word, category;
  };
  std::string name;
  std::vector<Item> items;
};

/// A word and its category on each line, separated as above, in the order that a heading with "word" and "category"
/// gives, if there is one. Lines without a word are passed over.
CategorySet read_categories(const std::filesystem::path& file);

/// How well clusters of the words' unit vectors, as many as there are categories, agree with these (Almuhareb 2006).
struct CategoryResult {
  struct Clustering {
    std::string name;  ///< "k-means", "average linkage", "complete linkage", "ward linkage"
    std::optional<double> purity;
    std::optional<Interval> interval;  ///< over words, the clusters being what they are
    std::vector<int> clusters;         ///< of each item; -1 where the word is missing
  };
  std::string name;
  std::size_t words = 0, missing = 0, categories = 0;
  std::vector<Clustering> clusterings;
  std::vector<int> labels;  ///< the category of each item
};

/// k-means: squared distances, ten starts drawn with options.seed; average and complete linkage of cosine distances;
/// Ward's of Euclidean ones. A word in several categories is an item of each. Throws Error if more than 20,000 words
/// are known, for which linkage would take 1.6 GB.
CategoryResult evaluate(const Embeddings& embeddings, const CategorySet& set, const EvaluateOptions& options = {},
                        Progress* progress = nullptr);

/// Of purities of the clusterings of that number, over words that both know.
std::optional<Difference> compare(const CategoryResult& first, const CategoryResult& second, std::size_t clustering,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
