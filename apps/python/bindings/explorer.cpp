#include "equivec/explore/explorer.hpp"

#include "equivec/files/output_files.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/files/output_file.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/index.hpp"
#include "apps/python/bindings/support.hpp"

namespace equivec::python {

namespace {

/// What explores vectors: those, the reference or None, and the keywords.
struct Explored {
  ExploredVectors vectors;
  std::optional<ExploredVectors> reference;
  ExplorerOptions options;
};

Explored explored(const EmbeddingsHandle& self, const py::object& reference, const Keywords& keywords) {
  Explored result{{self.name, self.embeddings}, {}, {}};
  if (!reference.is_none()) {
    const auto& before = reference.cast<const EmbeddingsHandle&>();
    result.reference = ExploredVectors{before.name, before.embeddings};
  }
  ExplorerOptions& options = result.options;
  keywords.read_size("words", options.words);
  keywords.read_size("map_words", options.map_words);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  keywords.read("host", options.host);
  keywords.read("port", options.port);
  options.framed = true;  // notebooks show the page in a frame
  validate(options);
  return result;
}

std::unique_ptr<Explorer> explore(const EmbeddingsHandle& self, const py::object& reference, const py::dict& values) {
  const Keywords keywords(values);
  Explored given = explored(self, reference, keywords);
  std::vector<std::string> analogies, similarities;
  keywords.read("analogies", analogies);
  keywords.read("similarity", similarities);
  const IndexKeywords index(keywords);
  given.vectors.candidates = index.candidates;
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] {
    if (index.graph) {
      search_of(self, index, Metric::cosine, 0, given.options.threads);  // says what is wrong with it
      given.vectors.graph = index.graph;
    }
    given.options.analogies = read_all(analogies, read_analogies);
    given.options.similarities = read_all(similarities, read_similarities);
    return std::make_unique<Explorer>(std::move(given.vectors), std::move(given.reference), given.options,
                                      work.reporting());
  });
}

void save_page(const EmbeddingsHandle& self, const std::string& file, const py::object& reference,
               const py::dict& values) {
  const Keywords keywords(values);
  Explored given = explored(self, reference, keywords);
  LongWork work({.progress = keywords.get("progress")});
  OutputFiles files;
  work.run([&] {
    const std::string page =
        explorer_page(std::move(given.vectors), std::move(given.reference), given.options, work.reporting());
    files.open(file).write(page);
    files.commit();
  });
}

/// The server of Python's Explorer; it ends when close() is called.
struct ExplorerHandle {
  std::unique_ptr<Explorer> explorer;
};

}  // namespace

void bind_explorer(py::module_& module) {
  py::class_<ExplorerHandle>(module, "Explorer")
      .def("_address",
           [](const ExplorerHandle& self) {
             return self.explorer ? py::object(py::str(self.explorer->address())) : py::object(py::none());
           })
      .def("_close", [](ExplorerHandle& self) {
        const py::gil_scoped_release free;
        self.explorer.reset();
      });
  module.def("explore", [](const EmbeddingsHandle& self, const py::object& reference, const py::dict& values) {
    return ExplorerHandle{explore(self, reference, values)};
  });
  module.def("save_page", save_page);
}

}  // namespace equivec::python
