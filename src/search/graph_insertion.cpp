#include "src/search/graph_insertion.hpp"

#include "equivec/base/error.hpp"
#include "src/base/memory.hpp"
#include "src/base/parallel.hpp"

// Its own distances by SSE and AVX are not used, and its prefetching reads beyond the last list of a word.
#define NO_MANUAL_VECTORIZATION
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

namespace {

/// A distance of a type of its own: what is changed of hnswlib below stays in this file.
struct Distance {
  float value = std::numeric_limits<float>::max();

  friend auto operator<=>(const Distance&, const Distance&) = default;
  Distance operator-() const { return {-value}; }
};

using Graph = hnswlib::HierarchicalNSW<Distance>;

}  // namespace

/// hnswlib draws layers from one generator, without a lock. They are given with each word instead.
template <>
int hnswlib::HierarchicalNSW<Distance>::getRandomLevel(double) {
  return 0;
}

namespace equivec {

namespace {

constexpr std::size_t words_at_once = 64;

/// hnswlib keeps a copy of the points beside their links.
class Points final : public hnswlib::SpaceInterface<Distance> {
 public:
  explicit Points(const PlacedRows& rows) : rows_(rows) {}

  std::size_t get_data_size() override { return rows_.dimension() * sizeof(float); }
  hnswlib::DISTFUNC<Distance> get_dist_func() override { return &distance; }
  void* get_dist_func_param() override { return const_cast<PlacedRows*>(&rows_); }

 private:
  static Distance distance(const void* a, const void* b, const void* rows) {
    return {static_cast<const PlacedRows*>(rows)->distance(static_cast<const float*>(a), static_cast<const float*>(b))};
  }

  const PlacedRows& rows_;
};

/// The words that are in the graph, the one in the most layers first: the entry then never changes, which hnswlib reads
/// without a lock.
std::vector<std::uint32_t> order_of_insertion(std::span<const std::uint8_t> layers) {
  std::vector<std::uint32_t> words;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i] > 0) words.push_back(static_cast<std::uint32_t>(i));
  const auto highest = std::ranges::max_element(words, {}, [&](std::uint32_t word) { return layers[word]; });
  if (highest != words.end()) std::rotate(words.begin(), highest, highest + 1);
  return words;
}

std::uint32_t word_of_element(const Graph& graph, hnswlib::tableint element) {
  return static_cast<std::uint32_t>(graph.getExternalLabel(element));
}

/// The lists of a graph, word after word and layer after layer.
OwnedGraph link_lists_of(const Graph& graph, std::span<const std::uint8_t> layers) {
  std::vector<hnswlib::tableint> element_of(layers.size());
  for (hnswlib::tableint element = 0; element < graph.cur_element_count; ++element)
    element_of[word_of_element(graph, element)] = element;
  OwnedGraph result;
  result.first_lists.reserve(layers.size() + 1);
  for (std::size_t word = 0; word < layers.size(); ++word) {
    result.first_lists.push_back(static_cast<std::uint32_t>(result.list_begins.size()));
    for (int layer = 0; layer < layers[word]; ++layer) {
      result.list_begins.push_back(result.targets.size());
      const unsigned* const list = graph.get_linklist_at_level(element_of[word], layer);
      std::uint16_t count;  // the upper half of the first number is a mark
      std::memcpy(&count, list, sizeof count);
      for (std::size_t i = 1; i <= count; ++i) result.targets.push_back(word_of_element(graph, list[i]));
    }
  }
  result.first_lists.push_back(static_cast<std::uint32_t>(result.list_begins.size()));
  result.list_begins.push_back(result.targets.size());
  return result;
}

}  // namespace

OwnedGraph insert_words(const PlacedRows& rows, std::span<const std::uint8_t> layers,
                        const NeighborGraphOptions& options, Progress* progress) {
  const std::vector<std::uint32_t> words = order_of_insertion(layers);
  start(progress, words.size());
  Points space(rows);
  try {
    Graph graph(&space, std::max<std::size_t>(words.size(), 1), static_cast<std::size_t>(options.links),
                static_cast<std::size_t>(options.candidates));
    advise_huge_pages(graph.data_level0_memory_, graph.max_elements_ * graph.size_data_per_element_);
    const auto insert = [&](std::uint32_t word) {
      std::vector<float> point(rows.dimension());
      rows.place(word, point.data());
      graph.addPoint(point.data(), word, layers[word] - 1);
    };
    if (!words.empty()) insert(words[0]);
    const std::size_t others = words.empty() ? 0 : words.size() - 1;
    const std::size_t pieces = (others + words_at_once - 1) / words_at_once;
    parallel_for(pieces, options.threads, [&](std::size_t piece) {
      check_cancelled(progress);
      const std::size_t begin = 1 + piece * words_at_once, end = std::min(begin + words_at_once, words.size());
      for (std::size_t i = begin; i < end; ++i) insert(words[i]);
      if (progress) progress->done += end - begin;
    });
    return link_lists_of(graph, layers);
  } catch (const Error&) {
    throw;
  } catch (const std::runtime_error&) {
    throw std::bad_alloc();  // hnswlib has no other reason here
  }
}

double memory_of_insertion(std::size_t words, std::size_t dimension, const NeighborGraphOptions& options) {
  // hnswlib's points, lists, a lock, an entry of its table of words and other numbers of each; and our lists.
  const double points = sizeof(float) * static_cast<double>(dimension + 16), lists = 1.2 * 8 * options.links;
  return static_cast<double>(words) * (points + 2 * lists + 150) + 4e6;
}

}  // namespace equivec
