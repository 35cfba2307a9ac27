#include "equivec/base/error.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "equivec/spaces/induction.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/report/align_report.hpp"

#include "apps/python/bindings/embeddings.hpp"

#include <cstddef>
#include <optional>

namespace equivec::python {

namespace {

/// The base of Python's class Aligned.
struct AlignedHandle {
  std::string source, target, pairs;
  Vocabulary target_words;
  AlignOptions options;
  std::size_t missing;
  Aligned aligned;
  std::vector<Induction> inductions;

  AlignReport report() const { return {source, target, "", "", pairs, missing, aligned, options, inductions}; }
};

/// A file, a list of pairs, or None.
std::optional<Dictionary> dictionary_of(const py::object& given) {
  if (given.is_none()) return std::nullopt;
  if (!py::isinstance<py::list>(given)) {
    const std::string file = text_of(given, "dictionary");
    LongWork work({});
    return work.run([&] { return read_dictionary(file); });
  }
  Dictionary dictionary{"a dictionary", {}};
  for (const py::handle entry : given) {
    const auto pair = py::cast<py::tuple>(entry);
    dictionary.entries.emplace_back(text_of(pair[0]), text_of(pair[1]));
  }
  return dictionary;
}

AlignOptions align_options(const Keywords& keywords) {
  AlignOptions options;
  keywords.read_choice("method", options.method, align_methods);
  keywords.read("iterations", options.iterations);
  keywords.read("learning_rate", options.learning_rate);
  keywords.read_choice("weights", options.weights, all_pair_weights);
  keywords.read("center", options.center);
  keywords.read("refine", options.refine);
  keywords.read("self_learning", options.self_learning);
  keywords.read_size("cutoff", options.cutoff);
  keywords.read_choice("metric", options.metric, retrieval_metrics);
  keywords.read("neighbors", options.neighbors);
  keywords.read("threads", options.threads);
  validate(options);
  return options;
}

AlignedHandle align_vectors(const EmbeddingsHandle& self, const EmbeddingsHandle& target, const py::object& dictionary,
                            const py::dict& values) {
  const Keywords keywords(values);
  AlignOptions options = align_options(keywords);
  std::size_t shared = 20000;
  keywords.read_size("shared", shared);
  InductionOptions measuring{.metric = options.metric, .neighbors = options.neighbors, .threads = options.threads};
  keywords.read_size("restrict", measuring.restrict);
  std::vector<std::string> questions;
  keywords.read("evaluate", questions);
  const std::optional<Dictionary> entries = dictionary_of(dictionary);
  if (!entries && options.self_learning > 0) throw OptionError("self_learning is for a small dictionary; give one");
  options.source_name = self.name;
  options.target_name = target.name;
  options.pairs_name = entries ? entries->name : "shared words";
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] {
    const std::vector<Dictionary> asked = read_all(questions, read_dictionary);
    const FoundPairs found = entries ? find_pairs(self.embeddings, target.embeddings, *entries)
                                     : FoundPairs{shared_words(self.embeddings, target.embeddings, shared), 0};
    AlignedHandle result{self.name,
                         target.name,
                         options.pairs_name,
                         target.embeddings.vocabulary(),
                         options,
                         found.missing,
                         align(self.embeddings, target.embeddings, found.pairs, options, work.reporting()),
                         {}};
    const Embeddings& searched = result.aligned.target ? *result.aligned.target : target.embeddings;
    for (const Dictionary& one : asked)
      for (Induction& measured : induce(result.aligned.embeddings, searched, one, measuring, &work.progress()))
        result.inductions.push_back(std::move(measured));
    return result;
  });
}

py::list pairs_of(const AlignedHandle& self) {
  py::list result;
  for (const TranslationPair& pair : self.aligned.pairs)
    result.append(py::make_tuple(str_of(self.aligned.embeddings.vocabulary().word(pair.source)),
                                 str_of(self.target_words.word(pair.target))));
  return result;
}

}  // namespace

void bind_alignment(py::module_& module) {
  py::class_<AlignedHandle>(module, "AlignedHandle")
      .def("_embeddings",
           [](const AlignedHandle& self) { return EmbeddingsHandle(self.aligned.embeddings, self.source); })
      .def("_target",
           [](const AlignedHandle& self) -> std::optional<EmbeddingsHandle> {
             if (!self.aligned.target) return std::nullopt;
             return EmbeddingsHandle(*self.aligned.target, self.target);
           })
      .def("_lost_ngrams", [](const AlignedHandle& self) { return self.aligned.lost_ngrams; })
      .def("_map",  // as bytes of doubles, column by column
           [](const AlignedHandle& self) {
             return py::bytes(reinterpret_cast<const char*>(self.aligned.map.data()),
                              static_cast<std::size_t>(self.aligned.map.size()) * sizeof(double));
           })
      .def("_pairs", &pairs_of)
      .def("_document", [](const AlignedHandle& self) { return object_of(to_json(self.report())); })
      .def("_text", [](const AlignedHandle& self) { return str_of(to_text(self.report())); });
  module.def("align", &align_vectors);
}

}  // namespace equivec::python
