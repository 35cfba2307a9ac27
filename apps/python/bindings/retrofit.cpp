#include "equivec/spaces/retrofit.hpp"

#include "equivec/spaces/lexicon.hpp"
#include "src/report/retrofit_report.hpp"

#include "apps/python/bindings/embeddings.hpp"
#include "apps/python/bindings/support.hpp"

#include <optional>

namespace equivec::python {

namespace {

/// The base of Python's class Retrofitted.
struct RetrofittedHandle {
  std::string name;
  RetrofitOptions options;
  std::optional<UsedLexicon> attract, repel;
  Retrofitted result;

  RetrofitReport report() const { return {name, "", attract, repel, result, options}; }
};

/// A file, a list of entries, or None.
std::optional<SemanticLexicon> lexicon_of(const py::object& given, const char* what) {
  if (given.is_none()) return std::nullopt;
  if (!py::isinstance<py::list>(given)) {
    const std::string file = text_of(given, what);
    LongWork work({});
    return work.run([&] { return read_lexicon(file); });
  }
  SemanticLexicon lexicon{"pairs", {}};
  for (const py::handle entry : given) lexicon.entries.push_back(texts_of(entry, what));
  return lexicon;
}

RetrofitOptions retrofit_options(const Keywords& keywords) {
  RetrofitOptions options;
  keywords.read_choice("method", options.method, retrofit_methods);
  keywords.read("alpha", options.alpha);
  keywords.read("iterations", options.iterations);
  keywords.read("learning_rate", options.learning_rate);
  keywords.read("attract_margin", options.attract_margin);
  keywords.read("repel_margin", options.repel_margin);
  keywords.read("preserve", options.preserve);
  keywords.read("radius", options.radius);
  keywords.read_size("restrict", options.restrict);
  keywords.read("threads", options.threads);
  validate(options);
  return options;
}

RetrofittedHandle retrofit_vectors(const EmbeddingsHandle& self, const py::object& attract, const py::object& repel,
                                   const py::dict& values) {
  const Keywords keywords(values);
  RetrofitOptions options = retrofit_options(keywords);
  const std::optional<SemanticLexicon> near = lexicon_of(attract, "attract"), far = lexicon_of(repel, "repel");
  if (!near && !far) throw OptionError("give a lexicon: attract, or for counterfit repel");
  if (near) options.attract_name = near->name;
  if (far) options.repel_name = far->name;
  LongWork work({.progress = keywords.get("progress")});
  return work.run([&] {
    const auto pairs_of = [&](const std::optional<SemanticLexicon>& lexicon) {
      return lexicon ? related_pairs(self.embeddings, *lexicon) : RelatedPairs{};
    };
    const auto used = [](const std::optional<SemanticLexicon>& lexicon, const RelatedPairs& pairs) {
      return lexicon ? std::optional(UsedLexicon{lexicon->name, pairs.missing, pairs.unknown}) : std::nullopt;
    };
    const RelatedPairs together = pairs_of(near), apart = pairs_of(far);
    return RetrofittedHandle{self.name, options, used(near, together), used(far, apart),
                             retrofit(self.embeddings, together.pairs, apart.pairs, options, work.reporting())};
  });
}

}  // namespace

void bind_retrofit(py::module_& module) {
  py::class_<RetrofittedHandle>(module, "RetrofittedHandle")
      .def("_embeddings",
           [](const RetrofittedHandle& self) { return EmbeddingsHandle(self.result.embeddings, self.name); })
      .def("_lost_ngrams", [](const RetrofittedHandle& self) { return self.result.lost_ngrams; })
      .def("_document", [](const RetrofittedHandle& self) { return object_of(to_json(self.report())); })
      .def("_text", [](const RetrofittedHandle& self) { return str_of(to_text(self.report())); });
  module.def("retrofit", &retrofit_vectors);
}

}  // namespace equivec::python
