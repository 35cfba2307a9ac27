#include "equivec/search/neighbor_graph_file.hpp"

#include "equivec/files/output_files.hpp"
#include "equivec/search/approximate_neighbors.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/search/graph_tables.hpp"
#include "support.hpp"

#include "catch.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace equivec;

namespace {

std::filesystem::path written(const TemporaryDirectory& folder, const NeighborGraph& graph,
                              const std::string& name = "v.index") {
  OutputFiles outputs;
  write_neighbor_graph(outputs, folder / name, graph);
  outputs.commit();
  return folder / name;
}

/// The tables of a small graph, to be made wrong.
struct Tables {
  std::vector<std::uint64_t> list_begins;
  std::vector<std::uint32_t> first_lists, targets;
  std::vector<float> scales;
};

/// A graph's file whose tables were changed, with the checksum of what it is.
std::filesystem::path changed(const TemporaryDirectory& folder, const NeighborGraph& graph,
                              const std::function<void(Tables&)>& change) {
  const GraphTables& from = graph.tables();
  Tables changed{{from.list_begins.begin(), from.list_begins.end()},
                 {from.first_lists.begin(), from.first_lists.end()},
                 {from.targets.begin(), from.targets.end()},
                 {from.scales.begin(), from.scales.end()}};
  change(changed);
  auto tables = std::make_shared<GraphTables>(from);
  tables->list_begins = changed.list_begins;
  tables->first_lists = changed.first_lists;
  tables->targets = changed.targets;
  tables->scales = changed.scales;
  return written(folder, NeighborGraph(tables), "changed.index");
}

}  // namespace

TEST_CASE("index files: what is written reads back, by every metric") {
  const TemporaryDirectory folder;
  const Embeddings vectors = random_embeddings(3000, 10, 1);
  for (const Metric metric : {Metric::cosine, Metric::dot, Metric::euclidean}) {
    const NeighborGraph graph =
        build_neighbor_graph(vectors, {.metric = metric, .links = 8, .candidates = 50, .seed = 3});
    const NeighborGraph read = read_neighbor_graph(written(folder, graph), vectors);
    CHECK(read.options().metric == metric);
    CHECK(read.options().links == 8);
    CHECK(read.options().candidates == 50);
    CHECK(read.options().seed == 3);
    CHECK(read.link_count() == graph.link_count());
    CHECK(read.linked_words() == graph.linked_words());
    CHECK(read.fingerprint() == graph.fingerprint());
    CHECK(ApproximateNeighbors(vectors, read).find("w1", 20) == ApproximateNeighbors(vectors, graph).find("w1", 20));
  }
}

TEST_CASE("index files: of no word, and of words without a direction, too") {
  const TemporaryDirectory folder;
  for (const Embeddings& vectors : {Embeddings(numbered_words(0), Matrix(0, 3)), embeddings({{"a", {0, 0}}})})
    CHECK(read_neighbor_graph(written(folder, build_neighbor_graph(vectors)), vectors).linked_words() == 0);
}

TEST_CASE("index files: every changed byte and every shorter file is refused") {
  const TemporaryDirectory folder;
  const Embeddings vectors = random_embeddings(12, 3, 2);
  const std::filesystem::path file = written(folder, build_neighbor_graph(vectors, {.links = 2}));
  const std::string bytes = read_file(file);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 1);
    CAPTURE(at);
    CHECK_FALSE(error_of([&] { read_neighbor_graph(folder.file("other", other), vectors); }).empty());
    if (at % 7 == 0)
      CHECK_FALSE(error_of([&] { read_neighbor_graph(folder.file("other", bytes.substr(0, at)), vectors); }).empty());
  }
  CHECK(error_of([&] { read_neighbor_graph(folder.file("other", bytes + "x"), vectors); }).find("after its tensors") !=
        std::string::npos);
}

TEST_CASE("index files: tables that cannot be a graph's are refused though the checksum is theirs") {
  const TemporaryDirectory folder;
  const Embeddings vectors = random_embeddings(40, 3, 3);
  const NeighborGraph graph = build_neighbor_graph(vectors, {.links = 2});
  const auto refusal = [&](const std::function<void(Tables&)>& change) {
    const std::filesystem::path file = changed(folder, graph, change);
    const std::string message = error_of([&] { read_neighbor_graph(file, vectors); });
    CHECK(message.starts_with(file.string() + ": "));
    return message;
  };
  CHECK_FALSE(refusal([](Tables& t) { t.targets[5] = 40; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.targets.pop_back(); }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.targets.push_back(0); }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.first_lists.pop_back(); }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.first_lists[3] = 1u << 31; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.first_lists[0] = 1; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.first_lists.back() += 1; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.list_begins[2] = ~std::uint64_t{0}; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.list_begins.back() -= 1; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.list_begins.clear(); }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.scales[4] = 0; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.scales[4] = -1; }).empty());
  CHECK_FALSE(refusal([](Tables& t) { t.scales.pop_back(); }).empty());
  CHECK_FALSE(refusal([](Tables& t) {
                // A link in an upper layer to a word that is in the lowest alone.
                std::size_t high = 0, low = 0;
                for (std::size_t i = 0; i < 40; ++i) (t.first_lists[i + 1] - t.first_lists[i] > 1 ? high : low) = i;
                t.targets.at(t.list_begins[t.first_lists[high] + 1]) = static_cast<std::uint32_t>(low);
              }).empty());
  CHECK(error_of([&] { read_neighbor_graph(changed(folder, graph, [](Tables&) {}), vectors); }).empty());
}

TEST_CASE("index files: that of other vectors is refused, and what is no index") {
  const TemporaryDirectory folder;
  const Embeddings vectors = random_embeddings(12, 3, 4);
  const std::filesystem::path file = written(folder, build_neighbor_graph(vectors));
  const auto refusal = [&](const Embeddings& others) { return error_of([&] { read_neighbor_graph(file, others); }); };
  CHECK(refusal(random_embeddings(12, 3, 5)) ==
        file.string() +
            ": is an index of other vectors, with other words or numbers; make one of these with equivec index");
  CHECK(refusal(random_embeddings(13, 3, 4)) ==
        file.string() +
            ": is an index of 12 vectors of dimension 3, these are 13 of dimension 3; make "
            "one of them with equivec index");
  CHECK(error_of([&] {
          read_neighbor_graph(folder.file("text", "king 1 2\n"), vectors);
        }).ends_with("text: is not an index; equivec index makes one of vectors"));
  OutputFiles outputs;
  write_safetensors(outputs.open(folder / "other"), {}, {{"format", "x"}}, "", nullptr);
  outputs.commit();
  CHECK(error_of([&] {
          read_neighbor_graph(folder / "other", vectors);
        }).ends_with("other: is a safetensors file, but not an index; equivec index makes one of vectors"));
  CHECK_FALSE(error_of([&] { read_neighbor_graph(folder / "nowhere", vectors); }).empty());
}
