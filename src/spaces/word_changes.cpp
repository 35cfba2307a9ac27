#include "src/spaces/word_changes.hpp"

#include "equivec/base/error.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "src/base/parallel.hpp"
#include "src/search/all_neighbors.hpp"
#include "src/spaces/retrieval.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace equivec {

namespace {

constexpr std::size_t words_aligned_by = 20000;

using Row = Eigen::Map<const Eigen::RowVectorXf>;

bool has_length(std::span<const float> row) {
  return !Row(row.data(), static_cast<Eigen::Index>(row.size())).isZero(0);
}

/// For each space the words that are compared.
std::vector<std::vector<WordId>> common_words(std::span<const Embeddings* const> spaces, std::size_t restrict,
                                              std::size_t& left_out) {
  std::vector<std::vector<WordId>> words(spaces.size());
  left_out = 0;
  for (const TranslationPair& pair : shared_words(*spaces[0], *spaces[1], 0)) {
    if (restrict > 0 && words[0].size() == restrict) break;
    std::vector<WordId> found = {pair.source, pair.target};
    for (const Embeddings* space : spaces.subspan(2))
      if (const auto id = space->vocabulary().find(spaces[0]->vocabulary().word(pair.source)); id) found.push_back(*id);
    if (found.size() < spaces.size()) {
      ++left_out;
      continue;
    }
    bool all_have_length = true;
    for (std::size_t s = 0; s < spaces.size(); ++s) {
      require_finite(*spaces[s], found[s]);
      all_have_length = all_have_length && has_length((*spaces[s])[found[s]]);
    }
    if (!all_have_length) continue;
    for (std::size_t s = 0; s < spaces.size(); ++s) words[s].push_back(found[s]);
  }
  return words;
}

/// Of the words of all spaces, 1 - cosine after the first was turned onto the second.
std::vector<double> turned_distances(const ComparedSpace& first, const ComparedSpace& second, int threads) {
  std::vector<TranslationPair> pairs;
  for (std::size_t i = 0; i < std::min(first.words.size(), words_aligned_by); ++i)
    pairs.push_back({word_id(i), word_id(i)});
  const Embeddings turned = align(first.words, second.words, pairs, {.threads = threads}).embeddings;
  std::vector<double> distances(first.words.size());
  parallel_for(distances.size(), threads,
               [&](std::size_t i) { distances[i] = 1 - cosine(turned[word_id(i)], second.words[word_id(i)]); });
  return distances;
}

std::vector<std::uint32_t> ascending(std::vector<std::uint32_t> numbers) {
  std::ranges::sort(numbers);
  return numbers;
}

/// Of ascending numbers.
double share_lost(const std::vector<std::uint32_t>& first, const std::vector<std::uint32_t>& second) {
  const std::size_t most = std::max(first.size(), second.size());
  if (most == 0) return 0;
  std::vector<std::uint32_t> both;
  std::ranges::set_intersection(first, second, std::back_inserter(both));
  return 1 - static_cast<double>(both.size()) / static_cast<double>(most);
}

/// The cosines of a word to others.
Eigen::VectorXd profile(const ComparedSpace& space, std::size_t word, const std::vector<std::uint32_t>& others) {
  Eigen::VectorXd cosines(static_cast<Eigen::Index>(others.size()));
  const auto row = space.units.row(static_cast<Eigen::Index>(word));
  for (std::size_t i = 0; i < others.size(); ++i)
    cosines[static_cast<Eigen::Index>(i)] = static_cast<double>(row.dot(space.units.row(others[i])));
  return cosines;
}

double profile_distance(const ComparedSpace& first, const ComparedSpace& second, std::size_t word,
                        const std::vector<std::uint32_t>& others) {
  const Eigen::VectorXd a = profile(first, word, others), b = profile(second, word, others);
  const double lengths = a.norm() * b.norm();
  return lengths > 0 ? 1 - std::clamp(a.dot(b) / lengths, -1.0, 1.0) : 0;
}

/// The words with their vectors less the mean of all of them.
Embeddings centered_words(const Embeddings& space, std::span<const WordId> words) {
  const Embeddings chosen = selected(space.with_subwords(std::nullopt), words);
  if (chosen.size() == 0) return chosen;
  const Eigen::RowVectorXd mean = chosen.matrix().cast<double>().colwise().mean();
  return chosen.with_vectors((chosen.matrix().cast<double>().rowwise() - mean).cast<float>());
}

}  // namespace

std::vector<ComparedSpace> compared_spaces(std::span<const Embeddings* const> spaces, std::size_t restrict,
                                           int neighbors, int threads, std::size_t& left_out, Progress* progress) {
  for (const Embeddings* space : spaces)
    if (space->dimension() != spaces[0]->dimension())
      throw Error("a space has vectors of dimension " + std::to_string(space->dimension()) + ", the first one of " +
                  std::to_string(spaces[0]->dimension()) + "; compare spaces of one dimension");
  const std::vector<std::vector<WordId>> words = common_words(spaces, restrict, left_out);
  std::vector<ComparedSpace> result;
  for (std::size_t s = 0; s < spaces.size(); ++s) {
    check_cancelled(progress);
    const Embeddings chosen = centered_words(*spaces[s], words[s]);
    ComparedSpace space{chosen, unit_rows(chosen, chosen.size(), threads), {}, {}};
    for (const std::vector<SelectedRow>& found :
         all_neighbors(chosen, chosen.size(), static_cast<std::size_t>(neighbors), threads, progress)) {
      std::vector<std::uint32_t> numbers;
      for (const SelectedRow& neighbor : found) numbers.push_back(neighbor.row);
      space.neighbors.push_back(std::move(numbers));
    }
    result.push_back(std::move(space));
  }
  const bool counted = std::ranges::all_of(
      result, [](const ComparedSpace& space) { return space.words.vocabulary().total_count() > 0; });
  for (ComparedSpace& space : result)
    for (std::size_t i = 0; i < space.words.size(); ++i)
      space.counts.push_back(counted ? std::max(1.0, static_cast<double>(space.words.vocabulary().count(word_id(i))))
                                     : static_cast<double>(space.words.size()) / static_cast<double>(i + 1));
  return result;
}

WordDistances word_distances(const ComparedSpace& first, const ComparedSpace& second, int threads) {
  const std::size_t words = first.words.size();
  WordDistances distances = {turned_distances(first, second, threads), std::vector<double>(words),
                             std::vector<double>(words)};
  parallel_for(words, threads, [&](std::size_t i) {
    const std::vector<std::uint32_t> a = ascending(first.neighbors[i]), b = ascending(second.neighbors[i]);
    std::vector<std::uint32_t> either;
    std::ranges::set_union(a, b, std::back_inserter(either));
    distances[1][i] = share_lost(a, b);
    distances[2][i] = profile_distance(first, second, i, either);
  });
  return distances;
}

double frequency_of(const ComparedSpace& first, const ComparedSpace& second, std::size_t word) {
  return std::log(2 / (1 / first.counts[word] + 1 / second.counts[word]));
}

}  // namespace equivec
