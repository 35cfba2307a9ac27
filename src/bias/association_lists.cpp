#include "src/bias/association_lists.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace equivec {

namespace {

/// "2 lists of targets", "1 list of attributes"
std::string number_of_lists(std::size_t count, std::string_view kind) {
  return std::to_string(count) + (count == 1 ? " list of " : " lists of ") + std::string(kind) + "s";
}

std::string expected(std::size_t count, std::string_view kind) {
  return count == 0 ? "lists of " + std::string(kind) + "s" : number_of_lists(count, kind);
}

std::string list_name(std::string_view kind, std::size_t list) {
  return std::string(kind) + " list " + std::to_string(list + 1);
}

void require_words(std::string_view kind, const std::vector<std::vector<WordId>>& lists) {
  for (std::size_t i = 0; i < lists.size(); ++i)
    if (lists[i].empty()) throw Error(list_name(kind, i) + " has no words");
}

std::unordered_map<WordId, std::size_t> positions_of(const std::vector<WordId>& words) {
  std::unordered_map<WordId, std::size_t> positions;
  for (std::size_t i = 0; i < words.size(); ++i) positions.emplace(words[i], i);
  return positions;
}

}  // namespace

void require_lists(std::string_view measure, const AssociationQuery& query, ListCounts counts) {
  const auto as_expected = [](std::size_t found, std::size_t wanted) {
    return wanted == 0 ? found > 0 : found == wanted;
  };
  if (!as_expected(query.targets.size(), counts.targets) || !as_expected(query.attributes.size(), counts.attributes))
    throw Error(std::string(measure) + " takes " + expected(counts.targets, "target") + " and " +
                expected(counts.attributes, "attribute") + ", got " + std::to_string(query.targets.size()) + " and " +
                std::to_string(query.attributes.size()));
  require_words("target", query.targets);
  require_words("attribute", query.attributes);
}

void require_different(const Vocabulary& vocabulary, std::string_view kind,
                       const std::vector<std::vector<WordId>>& lists) {
  for (std::size_t list = 0; list < lists.size(); ++list) {
    const auto positions = positions_of(lists[list]);
    if (positions.size() == lists[list].size()) continue;
    for (std::size_t i = 0; i < lists[list].size(); ++i)
      if (positions.at(lists[list][i]) != i)
        throw Error(named(vocabulary, lists[list][i]) + " occurs twice in " + list_name(kind, list));
  }
}

void require_disjoint(const Vocabulary& vocabulary, std::string_view kind,
                      const std::vector<std::vector<WordId>>& lists) {
  std::unordered_map<WordId, std::size_t> list_of;
  for (std::size_t list = 0; list < lists.size(); ++list)
    for (const WordId word : lists[list])
      if (const std::size_t before = list_of.emplace(word, list).first->second; before != list)
        throw Error(named(vocabulary, word) + " is in " + list_name(kind, before) + " and in " + list_name(kind, list));
}

std::string named(const Vocabulary& vocabulary, WordId word) { return "'" + std::string(vocabulary.word(word)) + "'"; }

Eigen::VectorXd required_unit_vector(const Embeddings& embeddings, WordId word) {
  Eigen::VectorXd unit = unit_vector(embeddings[word]);
  if (unit.isZero(0)) throw Error("the vector of " + named(embeddings.vocabulary(), word) + " is zero or not finite");
  return unit;
}

std::vector<Vectors> unit_vectors(const Embeddings& embeddings, const std::vector<std::vector<WordId>>& lists) {
  std::vector<Vectors> result(lists.size());
  for (std::size_t list = 0; list < lists.size(); ++list) {
    for (const WordId word : lists[list]) result[list].push_back(required_unit_vector(embeddings, word));
  }
  return result;
}

Eigen::VectorXd mean_of(const Vectors& vectors) {
  Eigen::VectorXd sum = vectors.front();
  for (std::size_t i = 1; i < vectors.size(); ++i) sum += vectors[i];
  return sum / static_cast<double>(vectors.size());
}

double mean_of(std::span<const double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

std::optional<double> effect_size(std::span<const double> first, std::span<const double> second, Deviation deviation) {
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  const auto [least, most] = std::ranges::minmax(all);
  if (!(most - least > 1e-12)) return std::nullopt;
  const double middle = mean_of(all);
  double squares = 0;
  for (const double value : all) squares += (value - middle) * (value - middle);
  const auto count = static_cast<double>(all.size());
  return (mean_of(first) - mean_of(second)) / std::sqrt(squares / (deviation == Deviation::sample ? count - 1 : count));
}

}  // namespace equivec
