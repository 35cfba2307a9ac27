#include "equivec/spaces/merge.hpp"

#include "src/report/merge_report.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/support.hpp"

namespace equivec::python {

namespace {

/// The base of Python's class Merged.
struct MergedHandle {
  MergeOptions options;
  Merged merged;

  MergeReport report() const { return {"", merged, options}; }
};

MergedHandle merge_spaces(const py::list& given, const py::dict& values) {
  const Keywords keywords(values);
  MergeOptions options;
  keywords.read_choice("method", options.method, merge_methods);
  keywords.read_choice("words", options.words, merged_word_choices);
  keywords.read("dimension", options.dimension);
  keywords.read_size("shared", options.shared);
  keywords.read("threads", options.threads);
  if (keywords.has("weights"))
    for (const py::handle weight : py::cast<py::list>(keywords.get("weights")))
      options.weights.push_back(py::cast<double>(weight));
  validate(options);
  std::vector<NamedSpace> spaces;
  for (const py::handle space : given) {
    const auto& handle = py::cast<const EmbeddingsHandle&>(space);
    spaces.push_back({handle.name, handle.embeddings});
  }
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] { return MergedHandle{options, merge(spaces, options, work.reporting())}; });
}

}  // namespace

void bind_merge(py::module_& module) {
  py::class_<MergedHandle>(module, "MergedHandle")
      .def("_embeddings",
           [](const MergedHandle& self) { return EmbeddingsHandle(self.merged.embeddings, "merged vectors"); })
      .def("_lost_ngrams", [](const MergedHandle& self) { return self.merged.lost_ngrams; })
      .def("_document", [](const MergedHandle& self) { return object_of(to_json(self.report())); })
      .def("_text", [](const MergedHandle& self) { return str_of(to_text(self.report())); });
  module.def("merge", &merge_spaces);
}

}  // namespace equivec::python
