#include "equivec/search/neighbor_graph.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/mapped_file.hpp"
#include "src/search/graph_insertion.hpp"
#include "src/search/graph_search.hpp"
#include "src/search/graph_tables.hpp"
#include "src/search/placed_rows.hpp"
#include "src/search/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace equivec {

namespace {

constexpr std::size_t bytes_of_hashed_piece = std::size_t{16} << 20;
constexpr std::size_t rows_of_measured_piece = 4096;

/// How many layers each word is in: with M links the share 1 / M of those of a layer is in the next one too.
std::vector<std::uint8_t> drawn_layers(const SearchedRows& rows, const NeighborGraphOptions& options) {
  std::vector<std::uint8_t> layers(rows.size());
  const double scale = 1 / std::log(static_cast<double>(options.links));
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (rows.scales()[i] != 0)
      layers[i] = static_cast<std::uint8_t>(1 - std::log(1 - Rng(options.seed, i).uniform_double()) * scale);
  return layers;
}

GraphTables view_of(const OwnedGraph& graph) {
  GraphTables tables;
  tables.first_lists = graph.first_lists;
  tables.list_begins = graph.list_begins;
  tables.targets = graph.targets;
  tables.scales = graph.scales;
  tables.find_entry();
  return tables;
}

struct Link {
  std::uint32_t from, to;
};

/// The links of the lowest layer, turned round.
class LinksInto {
 public:
  LinksInto(const GraphTables& tables, std::span<const Link> more) : begins_(tables.size() + 1) {
    const auto for_each = [&](const auto& f) {
      for (std::size_t i = 0; i < tables.size(); ++i)
        if (tables.first_lists[i] < tables.first_lists[i + 1])
          for (const std::uint32_t to : tables.links(static_cast<std::uint32_t>(i), 0))
            f(Link{static_cast<std::uint32_t>(i), to});
      for (const Link& link : more) f(link);
    };
    for_each([&](const Link& link) { ++begins_[link.to + 1]; });
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    sources_.resize(begins_.back());
    std::vector<std::uint64_t> next(begins_.begin(), begins_.end() - 1);
    for_each([&](const Link& link) { sources_[next[link.to]++] = link.from; });
  }

  std::span<const std::uint32_t> of(std::uint32_t word) const {
    return std::span(sources_).subspan(begins_[word], begins_[word + 1] - begins_[word]);
  }

 private:
  std::vector<std::uint64_t> begins_;
  std::vector<std::uint32_t> sources_;
};

/// Links that lead from every word to every other one in the lowest layer, where a search may begin anywhere. They are
/// missing of many words in one place, which have links to each other alone, and of words that all their neighbours
/// have dropped, as may happen while threads insert.
class MissingLinks {
 public:
  MissingLinks(const GraphTables& tables, Metric metric, MatrixView rows, std::size_t candidates)
      : tables_(tables),
        rows_(rows),
        distances_(metric, rows, tables.scales),
        candidates_(candidates),
        search_(tables) {}

  std::vector<Link> find(const Progress* progress) {
    if (tables_.layers == 0) return {};
    std::vector<Link> links;
    connect([&](std::uint32_t word) { return tables_.links(word, 0); },
            [&](std::uint32_t known, std::uint32_t word) {
              links.push_back({known, word});
            },
            progress);
    const LinksInto into(tables_, links);
    connect([&](std::uint32_t word) { return into.of(word); },
            [&](std::uint32_t known, std::uint32_t word) {
              links.push_back({word, known});
            },
            progress);
    return links;
  }

 private:
  /// Follows next_to(word) from the entry. What is not passed is given to add(known, word) with the nearest known word
  /// that was, and followed from there.
  template <class NextTo, class Add>
  void connect(const NextTo& next_to, const Add& add, const Progress* progress) {
    std::vector<std::uint8_t> passed(tables_.size());
    const auto follow = [&](std::uint32_t word) {
      std::vector<std::uint32_t> waiting = {word};
      passed[word] = true;
      while (!waiting.empty()) {
        const std::uint32_t next = waiting.back();
        waiting.pop_back();
        for (const std::uint32_t other : next_to(next))
          if (!passed[other]) {
            passed[other] = true;
            waiting.push_back(other);
          }
      }
    };
    follow(tables_.entry);
    std::size_t turn = 0;
    for (std::size_t i = 0; i < passed.size(); ++i) {
      const auto word = static_cast<std::uint32_t>(i);
      if (passed[word] || tables_.first_lists[word] == tables_.first_lists[word + 1]) continue;
      check_cancelled(progress);
      add(nearest_to(word, passed, turn++), word);
      follow(word);
    }
  }

  /// Of those that were passed. Of several that are as near, one by `turn`, so that not all links are one word's.
  std::uint32_t nearest_to(std::uint32_t word, const std::vector<std::uint8_t>& passed, std::size_t turn) {
    const float* const row = rows_.row(word).data();
    std::vector<PassedWord> found = search_.find(
        candidates_, [&](std::uint32_t other) { return distances_(row, other); },
        [&](std::uint32_t other) { distances_.prefetch(other); },
        [&](std::uint32_t other) { return passed[other] != 0; });
    if (found.empty()) return tables_.entry;
    const float least = std::ranges::min(found, {}, &PassedWord::distance).distance;
    std::erase_if(found, [&](const PassedWord& other) { return other.distance != least; });
    std::ranges::sort(found, {}, &PassedWord::word);
    return found[turn % found.size()].word;
  }

  const GraphTables& tables_;
  MatrixView rows_;
  QueryDistances distances_;
  std::size_t candidates_;
  GraphSearch search_;
};

/// Adds to the lists of the lowest layer.
void add_links(OwnedGraph& graph, std::vector<Link> links) {
  std::ranges::stable_sort(links, {}, &Link::from);
  std::vector<std::uint64_t> begins;
  std::vector<std::uint32_t> targets;
  targets.reserve(graph.targets.size() + links.size());
  auto next = links.begin();
  for (std::size_t word = 0; word + 1 < graph.first_lists.size(); ++word)
    for (std::size_t list = graph.first_lists[word]; list < graph.first_lists[word + 1]; ++list) {
      begins.push_back(targets.size());
      const auto begin = graph.targets.begin();
      targets.insert(targets.end(), begin + static_cast<std::ptrdiff_t>(graph.list_begins[list]),
                     begin + static_cast<std::ptrdiff_t>(graph.list_begins[list + 1]));
      if (list != graph.first_lists[word]) continue;
      for (; next != links.end() && next->from == word; ++next) targets.push_back(next->to);
    }
  begins.push_back(targets.size());
  graph.list_begins = std::move(begins);
  graph.targets = std::move(targets);
}

void require_memory_for_graph(const Embeddings& embeddings, const NeighborGraphOptions& options) {
  const std::size_t words = embeddings.size();
  if (words >= std::numeric_limits<std::uint32_t>::max())
    throw Error("an index of " + grouped(words) + " words is not possible, only of fewer than 4,294,967,295");
  const double needed = memory_of_insertion(words, static_cast<std::size_t>(embeddings.dimension()), options);
  const auto limit = static_cast<double>(memory_limit());
  if (needed > limit)
    throw Error("the index would take " + grouped(static_cast<std::uint64_t>(needed / 1e6)) +
                " MB of memory while it is made, there are " + grouped(static_cast<std::uint64_t>(limit / 1e6)) +
                "; give fewer links or fewer words");
}

}  // namespace

void GraphTables::find_entry() noexcept {
  layers = linked_words = 0;
  for (std::size_t i = 0; i + 1 < first_lists.size(); ++i) {
    const std::size_t of_word = first_lists[i + 1] - first_lists[i];
    linked_words += of_word > 0;
    if (of_word <= layers) continue;
    layers = of_word;
    entry = static_cast<std::uint32_t>(i);
  }
}

const NeighborGraphOptions& NeighborGraph::options() const noexcept { return tables_->options; }
std::size_t NeighborGraph::size() const noexcept { return tables_->size(); }
int NeighborGraph::dimension() const noexcept { return tables_->dimension; }
std::size_t NeighborGraph::linked_words() const noexcept { return tables_->linked_words; }
std::size_t NeighborGraph::link_count() const noexcept { return tables_->targets.size(); }
const std::string& NeighborGraph::fingerprint() const noexcept { return tables_->fingerprint; }

void validate(const NeighborGraphOptions& options) {
  if (options.metric == Metric::csls) throw OptionError("an index is by cosine, dot or euclidean, not by csls");
  require_between("links", options.links, 2, 1024);
  require_between("candidates", options.candidates, 1, 100000);
  require_between("threads", options.threads, 0, 4096);
}

std::string fingerprint_of(const Embeddings& embeddings, int threads) {
  RunningHash hash;
  const auto add_number = [&](std::uint64_t number) { hash.add({reinterpret_cast<const char*>(&number), 8}); };
  add_number(embeddings.size());
  add_number(static_cast<std::uint64_t>(embeddings.dimension()));
  for (std::size_t i = 0; i < embeddings.size(); ++i) {
    const std::string_view word = embeddings.vocabulary().word(word_id(i));
    add_number(word.size());
    hash.add(word);
  }
  const MatrixView matrix = embeddings.matrix();
  const std::string_view numbers(reinterpret_cast<const char*>(matrix.data()),
                                 static_cast<std::size_t>(matrix.size()) * sizeof(float));
  std::vector<std::uint64_t> hashes((numbers.size() + bytes_of_hashed_piece - 1) / bytes_of_hashed_piece);
  parallel_for(hashes.size(), threads, [&](std::size_t piece) {
    RunningHash of_piece;
    of_piece.add(numbers.substr(piece * bytes_of_hashed_piece, bytes_of_hashed_piece));
    hashes[piece] = of_piece.number();
  });
  for (const std::uint64_t each : hashes) add_number(each);
  require_whole_inputs();
  return hash.digest();
}

NeighborGraph build_neighbor_graph(const Embeddings& embeddings, const NeighborGraphOptions& options,
                                   Progress* progress) {
  validate(options);
  require_memory_for_graph(embeddings, options);
  const MatrixView matrix = embeddings.matrix();
  SearchedRows rows(embeddings, embeddings.size(), options.metric);
  rows.pass([&](bool) {
    parallel_ranges(rows.size(), rows_of_measured_piece, options.threads,
                    [&](std::size_t begin, std::size_t end) { rows.measure(begin, end); });
  });
  auto graph = std::make_shared<OwnedGraph>(
      insert_words(PlacedRows(options.metric, matrix, rows), drawn_layers(rows, options), options, progress));
  if (options.metric == Metric::cosine) graph->scales.assign(rows.scales(), rows.scales() + rows.size());
  const std::vector<Link> links =
      MissingLinks(view_of(*graph), options.metric, matrix, static_cast<std::size_t>(options.candidates))
          .find(progress);
  if (!links.empty()) add_links(*graph, links);
  auto tables = std::make_shared<GraphTables>(view_of(*graph));
  tables->options = options;
  tables->options.threads = 0;
  tables->dimension = embeddings.dimension();
  tables->fingerprint = fingerprint_of(embeddings, options.threads);
  tables->owner = std::move(graph);
  return NeighborGraph(std::move(tables));
}

}  // namespace equivec
