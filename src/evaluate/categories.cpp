#include "equivec/evaluate/categories.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/evaluate/word_lookup.hpp"
#include "src/files/delimited.hpp"
#include "src/math/clustering.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace equivec {

namespace {

constexpr std::size_t most_words = 20000;

CategoryResult::Clustering score(std::string name, std::span<const int> clusters, std::span<const int> labels,
                                 std::span<const std::size_t> items, std::size_t item_count,
                                 const BootstrapOptions& bootstrap_options) {
  CategoryResult::Clustering result{.name = std::move(name),
                                    .purity = purity(clusters, labels),
                                    .interval = {},
                                    .clusters = std::vector<int>(item_count, -1)};
  result.interval = percentile_interval(
      bootstrap(
          items.size(), [&](std::span<const std::uint32_t> times) { return purity(clusters, labels, times); },
          bootstrap_options),
      bootstrap_options);
  for (std::size_t i = 0; i < items.size(); ++i) result.clusters[items[i]] = clusters[i];
  return result;
}

}  // namespace

CategorySet read_categories(const std::filesystem::path& file) {
  CategorySet set{.name = set_name(file), .items = {}};
  bool heading_allowed = true;
  std::size_t word = 0, category = 1, columns = 2;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    const std::vector<std::string> fields = split_fields(line, separator_of(line, separators));
    if (std::exchange(heading_allowed, false)) {
      const std::size_t word_column = column_named(fields, "word"), category_column = column_named(fields, "category");
      if (std::max(word_column, category_column) < fields.size()) {
        word = word_column;
        category = category_column;
        columns = fields.size();
        return;
      }
    }
    if (fields.size() == columns && fields[word].empty()) return;  // some tables end each category with such a line
    if (fields.size() != columns || fields[category].empty())
      throw Error(place(file, number) + "expected a word and its category, found " + std::to_string(fields.size()) +
                  " fields");
    set.items.push_back({fields[word], fields[category]});
  });
  if (set.items.empty()) throw Error(file.string() + ": holds no word with its category");
  return set;
}

CategoryResult evaluate(const Embeddings& embeddings, const CategorySet& set, const EvaluateOptions& options,
                        Progress* progress) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings, options.restrict, options.fold_case);
  CategoryResult result;
  result.name = set.name;
  std::map<std::string, int> numbers;
  std::vector<std::size_t> items;
  std::vector<WordId> words;
  std::vector<int> labels;
  for (const CategorySet::Item& item : set.items) {
    result.labels.push_back(numbers.emplace(item.category, static_cast<int>(numbers.size())).first->second);
    if (const auto word = lookup.find(item.word)) {
      items.push_back(result.labels.size() - 1);
      words.push_back(*word);
      labels.push_back(result.labels.back());
    }
  }
  result.words = words.size();
  result.missing = set.items.size() - words.size();
  std::vector<int> present = labels;
  std::ranges::sort(present);
  present.erase(std::unique(present.begin(), present.end()), present.end());
  result.categories = present.size();
  if (words.size() > most_words)
    throw Error(set.name + ": " + std::to_string(words.size()) + " of its words are known, clustering takes at most " +
                std::to_string(most_words));
  const int clusters = static_cast<int>(present.size());
  if (words.empty()) return result;

  Points points(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  for (std::size_t i = 0; i < words.size(); ++i)
    points.row(static_cast<Eigen::Index>(i)) = unit_vector(embeddings[words[i]]).transpose();
  const auto add = [&](std::string name, const std::vector<int>& found) {
    result.clusterings.push_back(score(std::move(name), found, labels, items, set.items.size(), options.bootstrap));
  };
  add("k-means",
      kmeans_clusters(points, {.clusters = clusters, .seed = options.seed, .threads = options.threads}, progress));
  for (const Linkage linkage : {Linkage::average, Linkage::complete, Linkage::ward})
    add(std::string(name_of(linkage)) + " linkage", agglomerative_clusters(points, clusters, linkage, progress));
  return result;
}

std::optional<Difference> compare(const CategoryResult& first, const CategoryResult& second, std::size_t clustering,
                                  const BootstrapOptions& options) {
  require_same_size(first.labels.size(), second.labels.size());
  if (clustering >= first.clusterings.size() || clustering >= second.clusterings.size()) return std::nullopt;
  std::vector<int> a, b, labels;
  for (std::size_t i = 0; i < first.labels.size(); ++i) {
    const int in_first = first.clusterings[clustering].clusters[i],
              in_second = second.clusterings[clustering].clusters[i];
    if (in_first < 0 || in_second < 0) continue;
    a.push_back(in_first);
    b.push_back(in_second);
    labels.push_back(first.labels[i]);
  }
  const auto observed_first = purity(a, labels), observed_second = purity(b, labels);
  if (!observed_first || !observed_second) return std::nullopt;
  const std::vector<double> differences = bootstrap(
      labels.size(),
      [&](std::span<const std::uint32_t> times) -> std::optional<double> {
        return *purity(a, labels, times) - *purity(b, labels, times);
      },
      options);
  return Difference{*observed_first - *observed_second, percentile_interval(differences, options),
                    bootstrap_p_value(differences), labels.size()};
}

}  // namespace equivec
