#include "equivec/search/neighbor_graph_file.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/base/running_hash.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/search/graph_tables.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Tensors: list_begins (U64, lists + 1), first_lists (U32, words + 1), targets (U32, links) and, by cosine, scales
// (F32, words), as in GraphTables. In this order each is aligned for its numbers.

namespace equivec {

namespace {

constexpr std::string_view format_of_file = "equivec index 1";
constexpr std::string_view format_key = "format", checksum_key = "checksum", vectors_key = "vectors";
constexpr std::size_t bytes_of_checked_piece = std::size_t{4} << 20;
constexpr std::size_t most_layers = 64;
constexpr std::uint64_t most_words_of_index = 0xFFFFFFFE;

template <class T>
std::string_view raw_bytes(std::span<const T> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

/// Of the metadata but itself, and of the tensors, their names and sizes.
std::string checksum_of(const std::map<std::string, std::string>& metadata, std::span<const Tensor> tensors) {
  RunningHash hash;
  const auto add = [&](std::string_view text) {
    const std::uint64_t size = text.size();
    hash.add({reinterpret_cast<const char*>(&size), sizeof size});
    hash.add(text);
  };
  for (const auto& [name, value] : metadata)
    if (name != checksum_key) {
      add(name);
      add(value);
    }
  // By their names: of empty ones the file has no order.
  std::map<std::string_view, const Tensor*> by_name;
  for (const Tensor& tensor : tensors) by_name.emplace(tensor.name, &tensor);
  for (const auto& [name, found] : by_name) {
    const Tensor& tensor = *found;
    add(name);
    add(tensor.type);
    std::vector<std::uint64_t> hashes((tensor.bytes.size() + bytes_of_checked_piece - 1) / bytes_of_checked_piece);
    parallel_for(hashes.size(), 0, [&](std::size_t piece) {
      RunningHash of_piece;
      of_piece.add(tensor.bytes.substr(piece * bytes_of_checked_piece, bytes_of_checked_piece));
      hashes[piece] = of_piece.number();
    });
    add(raw_bytes<std::uint64_t>(hashes));
    add(std::to_string(tensor.bytes.size()));
  }
  return hash.digest();
}

/// A file as it is read.
class GraphFile {
 public:
  GraphFile(const std::filesystem::path& file, const Progress* progress)
      : name_(file.string()), mapped_(std::make_shared<const MappedFile>(file, progress)) {
    if (!is_safetensors(mapped_->bytes())) fail("is not an index; equivec index makes one of vectors");
    content_ = parse_safetensors(mapped_->bytes(), name_);
    const auto format = content_.metadata.find(std::string(format_key));
    if (format == content_.metadata.end() || !format->second.starts_with("equivec index "))
      fail("is a safetensors file, but not an index; equivec index makes one of vectors");
    if (format->second != format_of_file)
      fail("is an index of another version ('" + format->second + "', expected '" + std::string(format_of_file) +
           "'); make it anew with equivec index");
  }

  GraphTables tables(const Embeddings& embeddings) const {
    GraphTables result;
    result.options.metric = metric();
    result.options.links = static_cast<int>(number("links", 2, 1024));
    result.options.candidates = static_cast<int>(number("candidates", 1, 100000));
    result.options.seed = number("seed", 0, ~std::uint64_t{0});
    const std::uint64_t words = number("words", 0, most_words_of_index), dimension = number("dimension", 0, 0x7FFFFFFF);
    if (words != embeddings.size() || dimension != static_cast<std::uint64_t>(embeddings.dimension()))
      fail("is an index of " + grouped(words) + " vectors of dimension " + grouped(dimension) + ", these are " +
           grouped(embeddings.size()) + " of dimension " + grouped(static_cast<std::uint64_t>(embeddings.dimension())) +
           "; make one of them with equivec index");
    if (text(checksum_key) != checksum_of(content_.metadata, content_.tensors))
      damaged("its checksum is not that of its bytes");
    result.dimension = static_cast<int>(dimension);
    result.fingerprint = text(vectors_key);
    result.list_begins = numbers<std::uint64_t>("list_begins", "U64");
    result.first_lists = numbers<std::uint32_t>("first_lists", "U32");
    result.targets = numbers<std::uint32_t>("targets", "U32");
    const bool scaled = result.options.metric == Metric::cosine;
    if (scaled) result.scales = numbers<float>("scales", "F32");
    if (content_.tensors.size() != (scaled ? 4 : 3)) damaged("it has tensors that an index has not");
    if (result.first_lists.size() != words + 1 || result.scales.size() != (scaled ? words : 0))
      damaged("its tables have not an entry for each word");
    result.owner = mapped_;
    return result;
  }

  [[noreturn]] void fail(const std::string& what) const { throw Error(name_ + ": " + what); }
  [[noreturn]] void damaged(const std::string& what) const {
    fail(what + "; the file is damaged, make it anew with equivec index");
  }

 private:
  const std::string& text(std::string_view name) const {
    const auto found = content_.metadata.find(std::string(name));
    if (found == content_.metadata.end()) damaged("its metadata lack '" + std::string(name) + "'");
    return found->second;
  }
  std::uint64_t number(std::string_view name, std::uint64_t least, std::uint64_t most) const {
    const auto result = parse_number<std::uint64_t>(text(name));
    if (!result || *result < least || *result > most)
      damaged("the metadata's '" + std::string(name) + "' is out of range");
    return *result;
  }
  Metric metric() const {
    const std::string& name = text("metric");
    const auto* const found = std::ranges::find(metrics, name, [](Metric metric) { return name_of(metric); });
    if (found == metrics.end() || *found == Metric::csls) damaged("the metadata's 'metric' is not one of an index");
    return *found;
  }
  template <class T>
  std::span<const T> numbers(std::string_view name, std::string_view type) const {
    const Tensor* const tensor = content_.find(name);
    if (!tensor || tensor->type != type || tensor->shape.size() != 1)
      damaged("it has no tensor '" + std::string(name) + "' of type " + std::string(type));
    if (reinterpret_cast<std::uintptr_t>(tensor->bytes.data()) % alignof(T) != 0)
      damaged("the tensor '" + std::string(name) + "' is not aligned");
    return {reinterpret_cast<const T*>(tensor->bytes.data()), tensor->bytes.size() / sizeof(T)};
  }

  std::string name_;
  std::shared_ptr<const MappedFile> mapped_;
  SafetensorsContent content_;
};

/// What is wrong with the links of words [begin, end); null if nothing. Who makes a file can make its checksum too.
const char* fault_of(const GraphTables& tables, std::size_t begin, std::size_t end) {
  const auto layers_of = [&](std::size_t word) { return tables.first_lists[word + 1] - tables.first_lists[word]; };
  for (std::size_t word = begin; word < end; ++word) {
    for (std::size_t layer = 0; layer < layers_of(word); ++layer)
      for (const std::uint32_t target : tables.links(static_cast<std::uint32_t>(word), layer))
        if (target >= tables.size() || layers_of(target) <= layer)
          return "a word is linked with one that is not in its layer";
    if (tables.scales.empty()) continue;
    const float scale = tables.scales[word];
    if (!(scale >= 0 && scale <= std::numeric_limits<float>::max()) || (scale == 0) != (layers_of(word) == 0))
      return "the length of a vector is not possible";
  }
  return nullptr;
}

/// The same of all tables.
const char* fault_of(const GraphTables& tables, int threads) {
  const auto& first = tables.first_lists;
  const auto& begins = tables.list_begins;
  if (first.front() != 0 || begins.empty() || first.back() != begins.size() - 1)
    return "its lists are not those of its words";
  for (std::size_t word = 0; word + 1 < first.size(); ++word)
    if (first[word] > first[word + 1] || first[word + 1] - first[word] > most_layers)
      return "its lists are not those of its words";
  if (begins.front() != 0 || begins.back() != tables.targets.size() || !std::ranges::is_sorted(begins))
    return "its links are not those of its lists";
  std::atomic<const char*> fault = nullptr;
  parallel_ranges(tables.size(), 16384, threads, [&](std::size_t begin, std::size_t end) {
    if (const char* const found = fault_of(tables, begin, end)) fault = found;
  });
  return fault;
}

}  // namespace

void write_neighbor_graph(OutputFiles& outputs, const std::filesystem::path& file, const NeighborGraph& graph,
                          Progress* progress) {
  const GraphTables& tables = graph.tables();
  const auto tensor = [](const char* name, const char* type, auto numbers) {
    return Tensor{name, type, {numbers.size()}, raw_bytes(numbers)};
  };
  std::vector<Tensor> tensors = {tensor("list_begins", "U64", tables.list_begins),
                                 tensor("first_lists", "U32", tables.first_lists),
                                 tensor("targets", "U32", tables.targets)};
  if (graph.options().metric == Metric::cosine) tensors.push_back(tensor("scales", "F32", tables.scales));
  std::map<std::string, std::string> metadata = {
      {std::string(format_key), std::string(format_of_file)},
      {"metric", std::string(name_of(graph.options().metric))},
      {"links", std::to_string(graph.options().links)},
      {"candidates", std::to_string(graph.options().candidates)},
      {"seed", std::to_string(graph.options().seed)},
      {"words", std::to_string(graph.size())},
      {"dimension", std::to_string(graph.dimension())},
      {std::string(vectors_key), graph.fingerprint()},
  };
  metadata.emplace(checksum_key, checksum_of(metadata, tensors));
  write_safetensors(outputs.open(file), tensors, metadata, "list_begins", progress);
}

NeighborGraph read_neighbor_graph(const std::filesystem::path& file, const Embeddings& embeddings, int threads,
                                  Progress* progress) {
  const GraphFile read(file, progress);
  auto tables = std::make_shared<GraphTables>(read.tables(embeddings));
  if (const char* const fault = fault_of(*tables, threads)) read.damaged(fault);
  tables->find_entry();
  check_cancelled(progress);
  if (tables->fingerprint != fingerprint_of(embeddings, threads))
    read.fail("is an index of other vectors, with other words or numbers; make one of these with equivec index");
  require_whole_inputs();
  return NeighborGraph(std::move(tables));
}

}  // namespace equivec
