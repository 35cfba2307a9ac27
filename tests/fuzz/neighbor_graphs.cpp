#include "equivec/files/output_files.hpp"
#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/neighbor_graph_file.hpp"
#include "src/search/graph_search.hpp"
#include "src/search/graph_tables.hpp"
#include "input_file.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

using namespace equivec;

namespace {

const Embeddings& vectors() {
  static const Embeddings made = [] {
    std::vector<Vocabulary::Entry> words;
    for (int i = 0; i < 8; ++i) words.push_back({"w" + std::to_string(i), 1});
    Matrix rows(8, 2);
    for (Eigen::Index i = 0; i < 8; ++i) rows.row(i) << static_cast<float>(i), 1;
    return Embeddings(Vocabulary(words), rows);
  }();
  return made;
}

/// All words that a search along the links reaches.
void search(const GraphTables& tables) {
  GraphSearch search(tables);
  search.find(
      8, [](std::uint32_t word) { return static_cast<float>(word); }, [](std::uint32_t) {},
      [](std::uint32_t) { return true; });
}

/// Numbers as the tables of a graph: 9 of first_lists, how many list_begins, those, and targets.
GraphTables tables_of(const std::vector<std::uint32_t>& numbers, OwnedGraph& owned) {
  const std::size_t begins = std::min<std::size_t>(numbers[9] % 64, numbers.size() - 10);
  const auto at = [&](std::size_t place) { return numbers.begin() + static_cast<std::ptrdiff_t>(place); };
  owned = {{at(0), at(9)}, {at(10 + begins), numbers.end()}, {at(10), at(10 + begins)}, {}};
  GraphTables tables;
  tables.options.metric = Metric::dot;
  tables.dimension = 2;
  tables.fingerprint = fingerprint_of(vectors(), 1);
  tables.first_lists = owned.first_lists;
  tables.list_begins = owned.list_begins;
  tables.targets = owned.targets;
  return tables;
}

}  // namespace

// A file; and tables with the checksum of what they are, written, read and, whatever they are, searched: those of a
// mapped file may change after they were read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  answered([&] {
    const InputFile file(bytes, size);
    search(read_neighbor_graph(file.path(), vectors(), 1).tables());
  });
  std::vector<std::uint32_t> numbers(size / 4);
  if (numbers.size() < 11) return 0;
  std::memcpy(numbers.data(), bytes, numbers.size() * 4);
  OwnedGraph owned;
  auto tables = std::make_shared<GraphTables>(tables_of(numbers, owned));
  const int descriptor = ::memfd_create("graph", MFD_CLOEXEC);
  const std::string name = "/dev/fd/" + std::to_string(descriptor);
  answered([&] {
    OutputFiles outputs;
    write_neighbor_graph(outputs, name, NeighborGraph(tables));
    outputs.commit();
    search(read_neighbor_graph(name, vectors(), 1).tables());
  });
  ::close(descriptor);
  if (std::ranges::is_sorted(tables->first_lists)) {
    tables->find_entry();
    tables->layers = std::min<std::size_t>(tables->layers, 64);
    search(*tables);
  }
  return 0;
}
