#include "equivec/spaces/transform.hpp"

#include "equivec/bias/measures.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/files/output_files.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/files/output_file.hpp"
#include "src/report/transform_report.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/support.hpp"
#include "apps/python/bindings/word_sets.hpp"

#include <algorithm>

namespace equivec::python {

namespace {

/// The base of Python's class Transformed.
struct TransformedHandle {
  std::string name;
  Embeddings before;
  Transformed transformed;
};

TransformReport report_of(const TransformedHandle& self, const std::string& file) {
  return {self.name, "", file, self.transformed};
}

/// A text, or a matrix of 32-bit floats, C-contiguous, to rotate by.
TransformStep step_of(const py::handle& given) {
  if (!py::isinstance<py::buffer>(given) || py::isinstance<py::bytes>(given))
    return parse_transform_step(text_of(given, "step"));
  const py::buffer_info info = py::reinterpret_borrow<py::buffer>(given).request();
  TransformStep step{.kind = TransformKind::rotate};
  step.rotation.resize(info.shape[0], info.shape[1]);
  std::copy_n(static_cast<const float*>(info.ptr), step.rotation.size(), step.rotation.data());
  return step;
}

TransformedHandle transformed(const EmbeddingsHandle& self, const py::list& given, const py::dict& values) {
  const Keywords keywords(values);
  TransformOptions options;
  keywords.read("shrinkage", options.shrinkage);
  keywords.read("threads", options.threads);
  validate(options);
  std::vector<TransformStep> steps;
  for (const py::handle& step : given) steps.push_back(step_of(step));
  if (steps.empty()) throw OptionError("transform needs a step");
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] {
    return TransformedHandle{self.name, self.embeddings, transform(self.embeddings, steps, options, &work.progress())};
  });
}

void write_report(const TransformedHandle& self, const std::string& file, const WordSetsHandle& sets,
                  const std::vector<std::string>& similarities, const std::vector<std::string>& analogies,
                  const py::dict& values) {
  report_files(file);  // an error before the work
  const Keywords keywords(values);
  BiasMeasureOptions measuring;
  keywords.read_size("restrict", measuring.restrict);
  keywords.read("seed", measuring.seed);
  keywords.read("threads", measuring.threads);
  validate(measuring);
  LongWork work({.progress = keywords.get("progress")});
  work.run([&] {
    const std::vector<SimilaritySet> pairs = read_all(similarities, read_similarities);
    const std::vector<AnalogySet> questions = read_all(analogies, read_analogies);
    TransformReport report = report_of(self, file);
    report.compared.emplace(
        BeforeAndAfter{self.before, self.transformed.embeddings, sets.sets, pairs, questions, measuring});
    report.found = side_by_side(*report.compared, work.progress());
    OutputFiles files;
    for (const ReportFile& one : render_report(report)) files.open(one.file).write(one.text);
    files.commit();
  });
}

}  // namespace

void bind_spaces(py::module_& module) {
  py::class_<TransformedHandle>(module, "TransformedHandle")
      .def("_embeddings",
           [](const TransformedHandle& self) { return EmbeddingsHandle(self.transformed.embeddings, self.name); })
      .def("_lost_ngrams", [](const TransformedHandle& self) { return self.transformed.lost_ngrams; })
      .def("_document", [](const TransformedHandle& self) { return object_of(to_json(report_of(self, ""))); })
      .def("_text", [](const TransformedHandle& self) { return str_of(to_text(report_of(self, ""))); })
      .def("_report", &write_report);
  module.def("transform", &transformed);
}

}  // namespace equivec::python
