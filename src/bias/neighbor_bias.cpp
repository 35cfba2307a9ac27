#include "equivec/bias/neighbor_bias.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/bias/association_lists.hpp"
#include "src/bias/query.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

namespace equivec {

namespace {

/// Throws Error unless each word has a finite bias and a finite vector that is not zero.
void require_biases(const Embeddings& embeddings, std::string_view kind, std::span<const WordId> words,
                    std::span<const double> biases) {
  if (words.size() != biases.size())
    throw Error("each " + std::string(kind) + " needs a bias, got " + std::to_string(words.size()) + " words and " +
                std::to_string(biases.size()) + " biases");
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!std::isfinite(biases[i]))
      throw Error("the bias of " + named(embeddings.vocabulary(), words[i]) + " is not finite");
    required_unit_vector(embeddings, words[i]);
  }
}

}  // namespace

NeighborBias neighbor_bias(const Embeddings& embeddings, std::span<const WordId> words,
                           std::span<const double> word_bias, std::span<const WordId> candidates,
                           std::span<const double> candidate_bias, const NeighborBiasOptions& options) {
  require_at_least("neighbors", options.neighbors, 1);
  validate(options.bootstrap);
  require_biases(embeddings, "word", words, word_bias);
  require_biases(embeddings, "candidate", candidates, candidate_bias);

  // Sorted by WordId, so that the search orders ties by WordId.
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return candidates[i]; });
  std::vector<WordId> sorted;
  for (const std::size_t i : order) sorted.push_back(candidates[i]);
  const NearestNeighbors search(selected(embeddings, sorted), 0, options.bootstrap.threads);

  const auto count = static_cast<std::size_t>(options.neighbors);
  std::vector<WordId> itself(words.size());  // index of the word among the sorted candidates
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto found = std::ranges::lower_bound(sorted, words[i]);
    const bool is_candidate = found != sorted.end() && *found == words[i];
    const std::size_t others = sorted.size() - (is_candidate ? 1 : 0);
    if (others < count)
      throw Error(named(embeddings.vocabulary(), words[i]) + " needs " + std::to_string(count) + " neighbors, found " +
                  std::to_string(others) + " candidates; give more candidates or ask for fewer neighbors");
    itself[i] = word_id(static_cast<std::size_t>(found - sorted.begin()));
    queries.push_back({embeddings[words[i]], std::span(&itself[i], is_candidate ? 1 : 0)});
  }

  NeighborBias result;
  std::vector<double> shares;
  for (const std::vector<Neighbor>& neighbors : search.find(queries, count)) {
    const auto biased = std::ranges::count_if(
        neighbors, [&](const Neighbor& neighbor) { return candidate_bias[order[index(neighbor.word)]] > 0; });
    const std::size_t word = shares.size();
    shares.push_back(static_cast<double>(biased) / static_cast<double>(count));
    result.words.push_back({words[word], word_bias[word], shares.back()});
  }
  result.correlation = pearson(word_bias, shares);
  result.interval = correlation_interval(Correlation::pearson, word_bias, shares, options.bootstrap);
  return result;
}

namespace {

void run_neighbor_bias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const ReferenceBias found = reference_bias(input, result);
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  const std::vector<WordId> occupations = words_of(input, input.sets.occupations, result);
  std::vector<WordId> words;
  std::vector<double> bias;
  std::size_t left_out = 0;
  for (const WordId word : occupations) {
    const auto there = input.reference.vocabulary().find(vocabulary.word(word));
    const Eigen::VectorXd unit = there ? unit_vector(input.reference[*there]) : Eigen::VectorXd();
    if (!there || unit.isZero(0)) {
      ++left_out;
      continue;
    }
    words.push_back(word);
    bias.push_back(found.direction.subspace.basis().row(0).dot(unit));
  }
  const NeighborBias measured =
      neighbor_bias(input.embeddings, words, bias, found.words, found.bias,
                    {.neighbors = input.options.neighbors, .bootstrap = bootstrap_options(input.options)});
  result.value = measured.correlation;
  result.interval = measured.interval;
  result.words = words.size();
  if (left_out > 0) result.counts.emplace_back("occupations_that_the_reference_has_not", left_out);
  result.columns = {"share", "bias"};
  for (const NeighborBias::Word& word : measured.words)
    result.rows.push_back({{text_of(vocabulary, word.word)}, {word.share, word.bias}});
  result.conventions.emplace_back("value", "Pearson's correlation of occupations' bias and the share of their " +
                                               std::to_string(input.options.neighbors) +
                                               " neighbours that are biased to the positive side");
  result.conventions.emplace_back("neighbours", "ordinary words of " + first_words(input.options.restrict));
  result.conventions.emplace_back("interval", "bootstrap of the occupations");
}

}  // namespace

constinit const BiasMeasure neighbor_bias_measure = {
    .name = "neighbor-bias",
    .title = "correlation of occupations' bias with that of their neighbours",
    .paper = "Gonen and Goldberg 2019",
    .takes = "a direction, occupations",
    .range = "-1 to 1",
    .better = "nearer to 0",
    .unbiased = 0,
    .default_sets = "gender",
    .has_direction = true,
    .has_reference = true,
    .queries = occupations_of,
    .run = run_neighbor_bias};

}  // namespace equivec
