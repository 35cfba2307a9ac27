#include "equivec/spaces/transform.hpp"

#include "src/report/debias_summary.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/support.hpp"

#include <algorithm>

namespace equivec::python {

namespace {

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

py::tuple transformed(const EmbeddingsHandle& self, const py::list& given, const py::dict& values) {
  const Keywords keywords(values);
  TransformOptions options;
  keywords.read("shrinkage", options.shrinkage);
  keywords.read("threads", options.threads);
  validate(options);
  std::vector<TransformStep> steps;
  for (const py::handle& step : given) steps.push_back(step_of(step));
  if (steps.empty()) throw OptionError("transform needs a step");
  LongWork work({.progress = keywords.get("progress")});
  const Transformed result = work.run([&] { return transform(self.embeddings, steps, options, &work.progress()); });
  return py::make_tuple(EmbeddingsHandle(result.embeddings, self.name), object_of(conditions_json(result.conditions)),
                        result.lost_ngrams);
}

}  // namespace

void bind_spaces(py::module_& module) { module.def("transform", transformed); }

}  // namespace equivec::python
