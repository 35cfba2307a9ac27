#include "apps/python/bindings/index.hpp"

#include "equivec/base/error.hpp"
#include "equivec/evaluate/index_recall.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/search/neighbor_graph_file.hpp"
#include "src/files/output_file.hpp"
#include "src/report/index_report.hpp"

namespace equivec::python {

namespace {

IndexHandle build(const EmbeddingsHandle& self, const py::dict& values) {
  const Keywords keywords(values);
  NeighborGraphOptions options;
  keywords.read_choice("metric", options.metric, metrics);
  keywords.read("links", options.links);
  keywords.read("candidates", options.candidates);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  validate(options);
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] { return IndexHandle{build_neighbor_graph(self.embeddings, options, &work.progress())}; });
}

IndexHandle load(const EmbeddingsHandle& self, const py::object& path, const py::dict& values) {
  const std::string file = text_of(path, "path");
  const Keywords keywords(values);
  int threads = 0;
  keywords.read("threads", threads);
  require_between("threads", threads, 0, 4096);
  LongWork work({});
  return work.run([&] { return IndexHandle{read_neighbor_graph(file, self.embeddings, threads, &work.progress())}; });
}

void save(const IndexHandle& self, const py::object& path) {
  const std::string file = text_of(path, "path");
  if (is_written_directly(file)) throw OptionError("path: an index is mapped, so that it must be a file");
  LongWork work({});
  work.run([&] {
    OutputFiles files;
    write_neighbor_graph(files, file, self.graph, &work.progress());
    files.commit();
  });
}

/// Throws Error unless the index was made of the vectors. The comparison reads all of them, once for each handle.
void require_of(const EmbeddingsHandle& vectors, const NeighborGraph& graph, int threads) {
  if (vectors.fingerprint(threads) != graph.fingerprint())
    throw Error("index: it is of other vectors, with other words or numbers; build_index() makes one of these");
}

py::object recall(const IndexHandle& self, const EmbeddingsHandle& vectors, const py::dict& values) {
  const Keywords keywords(values);
  IndexRecallOptions options;
  std::size_t sample = options.words;
  keywords.read_size("sample", sample);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  options.words = sample;
  require_between("threads", options.threads, 0, 4096);
  LongWork work({.progress = keywords.get("progress")});
  const IndexRecall result = work.run([&] {
    require_of(vectors, self.graph, options.threads);
    return index_recall(vectors.embeddings, self.graph, options, &work.progress());
  });
  return object_of(to_json(result));
}

}  // namespace

IndexKeywords::IndexKeywords(const Keywords& keywords) {
  keywords.read("candidates", candidates);
  const py::object given = keywords.get("index");
  if (!given.is_none()) graph = given.cast<const IndexHandle&>().graph;
  if (!graph && candidates != ApproximateOptions().candidates)
    throw OptionError("candidates is for a search with an index; without, all words are compared");
  validate(ApproximateOptions{.candidates = candidates});
}

std::shared_ptr<const NeighborIndex> search_of(const EmbeddingsHandle& self, const IndexKeywords& index, Metric metric,
                                               std::size_t restrict, int threads) {
  if (!index.graph) return self.index(metric, restrict, threads);
  require_metric_of(*index.graph, metric);
  require_of(self, *index.graph, threads);
  return std::make_shared<ApproximateNeighbors>(
      self.embeddings, *index.graph,
      ApproximateOptions{.candidates = index.candidates, .restrict = restrict, .threads = threads});
}

void bind_index(py::module_& module) {
  py::class_<IndexHandle>(module, "IndexHandle")
      .def(py::init([](const IndexHandle& other) { return other; }))
      .def("_save", &save)
      .def("_recall", &recall)
      .def("_size", [](const IndexHandle& self) { return self.graph.size(); })
      .def("_linked_words", [](const IndexHandle& self) { return self.graph.linked_words(); })
      .def("_link_count", [](const IndexHandle& self) { return self.graph.link_count(); })
      .def("_metric", [](const IndexHandle& self) { return std::string(name_of(self.graph.options().metric)); })
      .def("_links", [](const IndexHandle& self) { return self.graph.options().links; })
      .def("_candidates", [](const IndexHandle& self) { return self.graph.options().candidates; })
      .def("_seed", [](const IndexHandle& self) { return self.graph.options().seed; });
  module.def("build_index", &build);
  module.def("load_index", &load);
}

}  // namespace equivec::python
