#include "equivec/spaces/drift.hpp"

#include "equivec/files/output_files.hpp"
#include "equivec/spaces/stability.hpp"
#include "equivec/train/replicate.hpp"
#include "src/report/drift_report.hpp"

#include "apps/python/bindings/corpus.hpp"
#include "apps/python/bindings/embeddings.hpp"

namespace equivec::python {

namespace {

/// The base of Python's class Drift.
struct DriftHandle {
  std::string first, second;
  std::vector<std::string> nulls;
  DriftOptions options;
  Drift drift;

  DriftReport report() const { return {first, second, nulls, drift, options}; }
};

/// The base of Python's class Stability.
struct StabilityHandle {
  std::vector<std::string> spaces;
  StabilityOptions options;
  Stability stability;

  StabilityReport report() const { return {spaces, stability, options}; }
};

template <class Words>
py::list texts_of_words(const Words& words) {
  py::list result;
  for (const auto& word : words) result.append(str_of(word.word));
  return result;
}

/// Names, and the bytes of doubles.
template <class Result>
py::list columns(const Result& result) {
  py::list list;
  for (const NumberColumn& column : columns_of(result))
    list.append(py::make_tuple(str_of(column.name), py::bytes(reinterpret_cast<const char*>(column.values.data()),
                                                              column.values.size() * sizeof(double))));
  return list;
}

/// The vectors and names of a list.
std::pair<std::vector<Embeddings>, std::vector<std::string>> spaces_of(const py::list& given) {
  std::pair<std::vector<Embeddings>, std::vector<std::string>> result;
  for (const py::handle one : given) {
    const auto& handle = py::cast<const EmbeddingsHandle&>(one);
    result.first.push_back(handle.embeddings);
    result.second.push_back(handle.name);
  }
  return result;
}

DriftHandle drift(const EmbeddingsHandle& self, const EmbeddingsHandle& other, const py::list& null,
                  const py::object& bootstrap, const py::dict& values) {
  const Keywords keywords(values);
  DriftOptions options;
  keywords.read_choice("measure", options.measure, change_measures);
  keywords.read("neighbors", options.neighbors);
  keywords.read_size("restrict", options.restrict);
  keywords.read("false_discovery_rate", options.false_discovery_rate);
  keywords.read("confidence", options.confidence);
  keywords.read_size("examples", options.examples);
  keywords.read("threads", options.threads);
  validate(options);
  ReplicateOptions training{.threads = options.threads};
  keywords.read("seed", training.seed);
  int replicates = 3;
  keywords.read("replicates", replicates);
  require_between("replicates", replicates, 2, 100);
  auto [spaces, names] = spaces_of(null);
  const CorpusHandle* const text = bootstrap.is_none() ? nullptr : &py::cast<const CorpusHandle&>(bootstrap);
  LongWork work({.progress = keywords.get("progress"), .notice = keywords.get("notice")});
  const Reporting reporting = work.reporting();
  return work.run([&, &spaces = spaces, &names = names] {
    if (text) {
      spaces = bootstrap_replicates(text->corpus, self.embeddings, replicates, training, reporting);
      for (std::size_t i = 0; i < spaces.size(); ++i)
        names.push_back(text->corpus.name() + ", resample " + std::to_string(training.seed + i));
    }
    return DriftHandle{self.name, other.name, names, options,
                       measure_drift(self.embeddings, other.embeddings, spaces, options, reporting)};
  });
}

StabilityHandle stability(const py::list& given, const py::dict& values) {
  const Keywords keywords(values);
  StabilityOptions options;
  keywords.read("neighbors", options.neighbors);
  keywords.read_size("restrict", options.restrict);
  keywords.read("bands", options.bands);
  keywords.read("resamples", options.bootstrap.resamples);
  keywords.read("seed", options.bootstrap.seed);
  keywords.read("threads", options.threads);
  validate(options);
  const auto [spaces, names] = spaces_of(given);
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&, &spaces = spaces, &names = names] {
    return StabilityHandle{names, options, measure_stability(spaces, options, work.reporting())};
  });
}

}  // namespace

void bind_drift(py::module_& module) {
  py::class_<DriftHandle>(module, "DriftHandle")
      .def("_words", [](const DriftHandle& self) { return texts_of_words(self.drift.words); })
      .def("_columns", [](const DriftHandle& self) { return columns(self.drift); })
      .def("_document", [](const DriftHandle& self) { return object_of(to_json(self.report())); })
      .def("_text", [](const DriftHandle& self) { return str_of(to_text(self.report())); })
      .def("_save", [](const DriftHandle& self, const std::string& file) {
        OutputFiles files;
        write_drift(files, file, self.drift);
        files.commit();
      });
  py::class_<StabilityHandle>(module, "StabilityHandle")
      .def("_words", [](const StabilityHandle& self) { return texts_of_words(self.stability.words); })
      .def("_columns", [](const StabilityHandle& self) { return columns(self.stability); })
      .def("_document", [](const StabilityHandle& self) { return object_of(to_json(self.report())); })
      .def("_text", [](const StabilityHandle& self) { return str_of(to_text(self.report())); })
      .def("_save", [](const StabilityHandle& self, const std::string& file) {
        OutputFiles files;
        write_stability(files, file, self.stability);
        files.commit();
      });
  module.def("drift", &drift);
  module.def("stability", &stability);
}

}  // namespace equivec::python
