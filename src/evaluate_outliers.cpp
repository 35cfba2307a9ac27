#include "src/evaluation.hpp"
#include "src/word_lookup.hpp"

#include <algorithm>

namespace equivec {

OutlierResult evaluate(const Embeddings& embeddings, const OutlierSet& set, const EvaluateOptions& options) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings.vocabulary(), options.restrict, options.fold_case);
  OutlierResult result;
  std::vector<double> positions;
  for (const OutlierSet::Group& group : set.groups) {
    std::vector<WordId> words;
    for (const std::string& name : group.words)
      if (const auto word = lookup.find(name)) words.push_back(*word);
    for (const std::string& name : group.outliers) {
      const auto outlier = lookup.find(name);
      if (!outlier || words.size() < 2) {
        result.outcomes.push_back(Outcome::missing);
        continue;
      }
      std::vector<WordId> all = words;
      all.push_back(*outlier);
      // Sums of cosines to the others rank as means do.
      std::vector<double> sums(all.size());
      for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const double similarity = cosine(embeddings[all[i]], embeddings[all[j]]);
          sums[i] += similarity;
          sums[j] += similarity;
        }
      const auto nearer = std::ranges::count_if(sums, [&](double sum) { return sum > sums.back(); });
      positions.push_back(static_cast<double>(nearer) / static_cast<double>(words.size()));
      result.outcomes.push_back(static_cast<std::size_t>(nearer) == words.size() ? Outcome::right : Outcome::wrong);
    }
  }
  result.accuracy = accuracy_of(set.name, result.outcomes, options.bootstrap);
  const auto mean = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    double sum = 0;
    for (std::size_t i = 0; i < positions.size(); ++i) sum += positions[i] * static_cast<double>(times[i]);
    return sum / static_cast<double>(positions.size());
  };
  if (!positions.empty()) result.position = mean(std::vector<std::uint32_t>(positions.size(), 1));
  result.position_interval =
      percentile_interval(bootstrap(positions.size(), mean, options.bootstrap), options.bootstrap);
  return result;
}

std::optional<Difference> compare(const OutlierResult& first, const OutlierResult& second,
                                  const BootstrapOptions& options) {
  return compare_proportions(discordance(first.outcomes, second.outcomes), options);
}

}  // namespace equivec
