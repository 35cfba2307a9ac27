#include "equivec/evaluate/index_recall.hpp"

#include "equivec/base/error.hpp"
#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/base/seconds.hpp"
#include "src/evaluate/drawn_words.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <span>

namespace equivec {

namespace {

constexpr std::size_t timed_exactly = 20;  // each reads all vectors

/// The neighbours of words, without themselves.
struct WordQuestions {
  std::vector<std::vector<float>> vectors;
  std::vector<NeighborQuery> queries;

  WordQuestions(const Embeddings& embeddings, const std::vector<WordId>& words) {
    for (const WordId word : words) vectors.push_back(embeddings.vector_of(word));
    for (std::size_t i = 0; i < words.size(); ++i) queries.push_back({vectors[i], std::span(&words[i], 1)});
  }
};

/// Asks one after the other, and returns the seconds of a question.
double ask_singly(const NeighborIndex& index, std::span<const NeighborQuery> queries, std::size_t count,
                  std::vector<std::vector<Neighbor>>& answers, Progress* progress) {
  const auto begin = std::chrono::steady_clock::now();
  for (const NeighborQuery& query : queries) {
    check_cancelled(progress);
    answers.push_back(index.find(query.vector, count, query.exclude));
    if (progress) ++progress->done;
  }
  return seconds_since(begin) / static_cast<double>(std::max<std::size_t>(queries.size(), 1));
}

/// The share of the exact answers that is found.
double share_found(const std::vector<Neighbor>& exact, const std::vector<Neighbor>& found) {
  const float least = exact.back().similarity;
  const auto count =
      std::ranges::count_if(found, [&](const Neighbor& neighbor) { return neighbor.similarity >= least; });
  return static_cast<double>(count) / static_cast<double>(exact.size());
}

std::optional<Interval> interval_of_mean(const std::vector<double>& values, const IndexRecallOptions& options) {
  BootstrapOptions bootstrap_options;
  bootstrap_options.resamples = 2000;
  bootstrap_options.seed = options.seed;
  bootstrap_options.threads = options.threads;
  const auto mean = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += times[i] * values[i];
    return sum / static_cast<double>(values.size());
  };
  return percentile_interval(bootstrap(values.size(), mean, bootstrap_options), bootstrap_options);
}

}  // namespace

IndexRecall index_recall(const Embeddings& embeddings, const NeighborGraph& graph, const IndexRecallOptions& options,
                         Progress* progress) {
  if (options.words == 0 || options.neighbors == 0)
    throw OptionError("the recall of an index needs a word and a neighbour at least");
  for (const int candidates : options.candidates) validate(ApproximateOptions{.candidates = candidates});
  std::vector<WordId> words = drawn_words(embeddings.size(), options.words, options.seed);
  const WordQuestions drawn(embeddings, words);
  const Metric metric = graph.options().metric;
  std::vector<std::vector<Neighbor>> exact =
      NearestNeighbors(embeddings, 0, options.threads, metric).find(drawn.queries, options.neighbors, progress);
  std::vector<NeighborQuery> queries;
  for (std::size_t i = 0; i < exact.size(); ++i)
    if (!exact[i].empty()) queries.push_back(drawn.queries[i]);
  std::erase_if(exact, [](const auto& answer) { return answer.empty(); });

  IndexRecall result{queries.size(), options.neighbors, {}, 0};
  if (queries.empty()) return result;
  const NearestNeighbors alone(embeddings, 0, 1, metric);
  start(progress, queries.size() * options.candidates.size());
  std::vector<std::vector<Neighbor>> answers;
  alone.find(queries.front().vector, options.neighbors);  // measures the lengths of the rows
  result.exact_seconds = ask_singly(alone, std::span(queries).first(std::min(queries.size(), timed_exactly)),
                                    options.neighbors, answers, nullptr);
  for (const int candidates : options.candidates) {
    const ApproximateNeighbors index(embeddings, graph, {.candidates = candidates, .threads = 1});
    answers.clear();
    const double seconds = ask_singly(index, queries, options.neighbors, answers, progress);
    std::vector<double> shares;
    for (std::size_t i = 0; i < answers.size(); ++i) shares.push_back(share_found(exact[i], answers[i]));
    const double recall = std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size());
    result.rows.push_back({candidates, recall, interval_of_mean(shares, options), seconds});
  }
  return result;
}

}  // namespace equivec
