#include "equivec/base/error.hpp"
#include "equivec/evaluate/index_recall.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/search/neighbor_graph_file.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/seconds.hpp"
#include "src/files/output_file.hpp"
#include "src/report/index_report.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>

using namespace equivec;

namespace {

constexpr std::array metrics_of_index = {Metric::cosine, Metric::dot, Metric::euclidean};

/// Searches beside the exact one, so that one can choose between time and recall.
std::optional<IndexRecall> measured(const Embeddings& vectors, const NeighborGraph& graph, std::uint64_t sample,
                                    int threads, const ConsoleOptions& console) {
  if (sample == 0) return std::nullopt;
  const ProgressLine line("measuring the recall", "questions", console);
  return index_recall(vectors, graph,
                      {.words = static_cast<std::size_t>(sample), .seed = graph.options().seed, .threads = threads},
                      &progress());
}

}  // namespace

int run_index(std::span<const std::string> arguments) {
  std::string vectors_file, output;
  std::uint64_t sample = 1000;
  bool json = false;
  NeighborGraphOptions rules;
  ConsoleOptions console;
  Options options("index VECTORS -o FILE [options]",
                  "Links every word with near ones, in a hierarchical navigable small world graph (HNSW), so that "
                  "--index FILE of neighbors, analogy and explore finds the nearest words of millions in a fraction of "
                  "a millisecond, and misses few. Says how few: shares of the ten nearest that are found, and times, "
                  "for numbers of --candidates in a search. FILE holds links alone; VECTORS must stay as they are.");
  options.positional("VECTORS", vectors_file)
      .add("output,o", output, "where the index goes", "FILE")
      .required("output")
      .add_named("metric", rules.metric, metrics_of_index, "cosine, dot or euclidean: what makes a word near")
      .add("links,M", rules.links,
           "of a word in each layer; in the lowest twice as many: more find more, and take more memory")
      .add("candidates,ef-construction", rules.candidates,
           "words kept while a word's place is searched: more make better links, and take longer")
      .add("sample", sample, "words whose neighbours are searched exactly too; 0: none")
      .add("seed", rules.seed, "of the layers that words are in, and of the sample")
      .add("threads,thread", rules.threads, "0: all cores; one gives the same file for the same seed")
      .add("json", json, "one JSON document in place of text");
  add_console_options(options, console);
  if (!options.parse(arguments)) return 0;
  validate(rules);
  if (is_written_directly(output))
    throw OptionError("--output: an index is mapped, so that it must be a file, found '" + output + "'");
  RunFiles files;
  files.writes(output);
  files.reads(files_read(vectors_file));
  files.require_writable();

  const Embeddings vectors = load(vectors_file, console, {.threads = rules.threads});
  const auto begin = std::chrono::steady_clock::now();
  const NeighborGraph graph = [&] {
    const ProgressLine line("linking words", "words", console);
    return build_neighbor_graph(vectors, rules, &progress());
  }();
  const double seconds = seconds_since(begin);
  const std::optional<IndexRecall> recall = measured(vectors, graph, sample, rules.threads, console);
  OutputFiles outputs;
  write_neighbor_graph(outputs, output, graph, &progress());
  outputs.commit();
  std::error_code ignored;
  const IndexReport report{output, graph, std::filesystem::file_size(output, ignored), seconds, recall};
  if (json)
    print(to_json(report));
  else
    std::cout << to_text(report);
  return 0;
}
