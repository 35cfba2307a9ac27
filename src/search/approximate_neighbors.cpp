#include "equivec/search/approximate_neighbors.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/files/mapped_file.hpp"
#include "src/search/graph_search.hpp"
#include "src/search/graph_tables.hpp"
#include "src/search/search.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace equivec {

namespace {

/// So many words may be answers, for each candidate, that following the links is faster than comparing all words: a
/// word passed costs as much as some twenty that are compared in their order.
constexpr std::size_t words_of_candidate = 16;
constexpr std::size_t questions_at_once = 16;

/// Searches along the links, for one thread.
class Searcher {
 public:
  Searcher(const ApproximateNeighbors& index, const NeighborFilter& filter)
      : index_(index),
        filter_(filter),
        metric_(index.metric()),
        distances_(metric_, index.embeddings().matrix(), index.graph().tables().scales),
        search_(index.graph().tables()),
        exact_(index.embeddings().dimension()) {}

  std::vector<Neighbor> find(const NeighborQuery& query) {
    require_dimension_of_query(query.vector, static_cast<std::size_t>(index_.embeddings().dimension()));
    if (!is_answerable(query.vector, metric_)) return {};
    fill_query(query.vector, metric_, {exact_.data(), static_cast<std::size_t>(exact_.size())});
    const Eigen::VectorXf rounded = exact_.cast<float>();
    const auto allowed = [&](std::uint32_t word) {
      return word < index_.size() && (filter_.allowed.empty() || filter_.allowed[word] != 0) &&
             std::ranges::find(query.exclude, word_id(word)) == query.exclude.end();
    };
    const std::size_t candidates =
        std::max(static_cast<std::size_t>(index_.options().candidates), std::min(filter_.count, index_.size()));
    const auto& found = search_.find(
        candidates, [&](std::uint32_t word) { return distances_(rounded.data(), word); },
        [&](std::uint32_t word) { distances_.prefetch(word); }, allowed);
    return chosen(found);
  }

 private:
  /// The best, by their scores in double.
  std::vector<Neighbor> chosen(const std::vector<PassedWord>& found) const {
    const Eigen::Map<const Eigen::VectorXd> query(exact_.data(), exact_.size());
    std::vector<Neighbor> result;
    for (const PassedWord& passed : found) {
      const WordId word = word_id(passed.word);
      const Eigen::VectorXd row = column(index_.embeddings()[word]).cast<double>();
      const float similarity = similarity_of(score_of(scoring_of(metric_), row, query));
      if (similarity >= filter_.min_similarity) result.push_back({word, similarity});
    }
    std::ranges::sort(result, comes_before);
    result.resize(std::min(result.size(), filter_.count));
    return result;
  }

  const ApproximateNeighbors& index_;
  const NeighborFilter& filter_;
  Metric metric_;
  QueryDistances distances_;
  GraphSearch search_;
  Eigen::VectorXd exact_;  // the query
};

}  // namespace

void validate(const ApproximateOptions& options) {
  require_between("candidates", options.candidates, 1, 1000000);
  require_between("threads", options.threads, 0, 4096);
}

void require_metric_of(const NeighborGraph& graph, Metric metric) {
  if (graph.options().metric != metric)
    throw OptionError("the index is by " + std::string(name_of(graph.options().metric)) + ", the question by " +
                      std::string(name_of(metric)) + "; ask by the index's metric, or make an index of the other");
}

ApproximateNeighbors::ApproximateNeighbors(Embeddings embeddings, NeighborGraph graph,
                                           const ApproximateOptions& options)
    : NeighborIndex(embeddings,
                    options.restrict == 0 ? embeddings.size() : std::min(options.restrict, embeddings.size()),
                    graph.options().metric),
      graph_(std::move(graph)),
      options_(options),
      exact_(embeddings, options.restrict, options.threads, metric()) {
  validate(options);
  if (graph_.size() != embeddings.size() || graph_.dimension() != embeddings.dimension())
    throw Error("the index is of " + std::to_string(graph_.size()) + " vectors of dimension " +
                std::to_string(graph_.dimension()) + ", there are " + std::to_string(embeddings.size()) +
                " of dimension " + std::to_string(embeddings.dimension()));
}

bool ApproximateNeighbors::follows_links(const NeighborFilter& filter) const {
  const std::size_t allowed =
      filter.allowed.empty()
          ? size()
          : static_cast<std::size_t>(std::ranges::count_if(filter.allowed, [](auto mark) { return mark != 0; }));
  const std::size_t candidates =
      std::max(static_cast<std::size_t>(options_.candidates), std::min(filter.count, size()));
  return allowed / words_of_candidate >= candidates;
}

std::vector<std::vector<Neighbor>> ApproximateNeighbors::find(std::span<const NeighborQuery> queries,
                                                              const NeighborFilter& filter, Progress* progress) const {
  // That also says what is wrong with a filter.
  if (!follows_links(filter) || (!filter.allowed.empty() && filter.allowed.size() != size()))
    return exact_.find(queries, filter, progress);
  std::vector<std::vector<Neighbor>> answers(queries.size());
  start(progress, queries.size());
  const std::size_t pieces = (queries.size() + questions_at_once - 1) / questions_at_once;
  parallel_for(pieces, options_.threads, [&](std::size_t piece) {
    check_cancelled(progress);
    Searcher searcher(*this, filter);
    const std::size_t begin = piece * questions_at_once, end = std::min(begin + questions_at_once, queries.size());
    for (std::size_t i = begin; i < end; ++i) answers[i] = searcher.find(queries[i]);
    if (progress) progress->done += end - begin;
  });
  require_whole_inputs();
  return answers;
}

}  // namespace equivec
