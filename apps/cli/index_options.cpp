#include "apps/cli/index_options.hpp"

#include "equivec/base/error.hpp"
#include "equivec/search/neighbor_graph_file.hpp"
#include "src/report/table.hpp"

#include "apps/cli/console.hpp"

#include <algorithm>
#include <exception>

using namespace equivec;

void IndexOptions::validate(const Options& options) const {
  if (options.given("candidates") && file.empty())
    throw OptionError("--candidates is for a search with --index; without, all words are compared");
  equivec::validate(ApproximateOptions{.candidates = candidates});
}

void add_index_options(Options& options, IndexOptions& index) {
  options
      .add("index", index.file,
           "search along the links of this file, which `equivec index` makes of VECTORS: faster, "
           "and may miss a few; by default all words are compared",
           "FILE")
      .add("candidates,ef", index.candidates,
           "with --index: words kept while searching; more miss fewer, and take longer");
}

NeighborGraph open_graph(const IndexOptions& index, const Embeddings& embeddings, Metric metric, int threads) {
  NeighborGraph graph = read_neighbor_graph(index.file, embeddings, threads, &progress());
  require_metric_of(graph, metric);
  return graph;
}

std::unique_ptr<const NeighborIndex> open_search(const IndexOptions& index, const Embeddings& embeddings, Metric metric,
                                                 std::size_t restrict, int threads) {
  if (index.file.empty()) return std::make_unique<NearestNeighbors>(embeddings, restrict, threads, metric);
  return std::make_unique<ApproximateNeighbors>(
      embeddings, open_graph(index, embeddings, metric, threads),
      ApproximateOptions{.candidates = index.candidates, .restrict = restrict, .threads = threads});
}

IndexAdvice::~IndexAdvice() {
  constexpr double bearable = 3;            // seconds
  constexpr std::size_t many = 20'000;      // words, of fewer exact search is as fast
  constexpr double making_a_number = 3e-6;  // seconds, of one number of one vector, where two threads make an index
  const Embeddings& embeddings = searched_.embeddings();
  const double making = making_a_number * static_cast<double>(embeddings.vocabulary().size()) * embeddings.dimension();
  const bool exact = dynamic_cast<const NearestNeighbors*>(&searched_) != nullptr;
  if (!possible_ || !exact || searched_.size() < many || searched_.metric() == Metric::csls ||
      seconds_ < std::max(bearable, 2 * making))
    return;
  try {
    remark("the search took " + formatted("%.0f s", seconds_) +
           "; with an index (`equivec index`, then --index) it would take a small part of that, and might miss a few "
           "words");
  } catch (const std::exception&) {  // no memory: it was only a remark
  }
}
