#include "equivec/counts/phrases.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/phrase_file.hpp"

#include "apps/python/bindings/corpus.hpp"
#include "apps/python/bindings/text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace equivec::python {

namespace {

PhrasesHandle find(const CorpusHandle& corpus, const py::dict& values) {
  const Keywords keywords(values);
  TextOptions text;
  read_text_options(keywords, text);
  PhraseOptions options;
  keywords.read_choice("scoring", options.scoring, phrase_scorings);
  if (keywords.has("threshold")) keywords.read("threshold", options.threshold.emplace());
  keywords.read("min_count", options.min_count);
  keywords.read("passes", options.passes);
  keywords.read("connector_words", options.connector_words);
  keywords.read("delimiter", options.delimiter);
  keywords.read_megabytes("memory", options.memory);
  keywords.read("threads", options.threads);
  validate(text);
  validate(options);
  LongWork work({.progress = keywords.get("progress"), .notice = keywords.get("notice")});
  return {work.run([&] { return find_phrases(corpus.corpus, text, options, &work.progress()); })};
}

/// (words, score) of each phrase, by pass.
py::list passes_of(const PhrasesHandle& self) {
  py::list passes;
  for (std::size_t i = 0; i < self.phrases.passes(); ++i) {
    py::list pass;
    for (const auto& [words, score] : self.phrases.pass(i)) pass.append(py::make_tuple(str_of(words), score));
    passes.append(pass);
  }
  return passes;
}

/// passes: lists of (words, score).
PhrasesHandle made(const py::list& passes, const py::object& delimiter, const py::object& connector_words) {
  std::vector<std::vector<Phrases::Phrase>> all;
  for (const py::handle pass : passes) {
    all.emplace_back();
    for (const py::handle phrase : pass) {
      const auto pair = py::cast<py::tuple>(phrase);
      all.back().push_back({text_of(pair[0], "phrase"), py::cast<double>(pair[1])});
    }
  }
  return {Phrases(std::move(all), text_of(delimiter, "delimiter"), texts_of(connector_words, "connector_words"))};
}

py::list joined(const PhrasesHandle& self, const py::object& words) {
  py::list result;
  for (const std::string& word : join_phrases(texts_of(words), self.phrases)) result.append(str_of(word));
  return result;
}

py::object score_of(const PhrasesHandle& self, const py::object& words) {
  const auto score = self.phrases.score(text_of(words, "phrase"));
  return score ? py::object(py::float_(*score)) : py::object(py::none());
}

py::list connector_words_of(const PhrasesHandle& self) {
  py::list words;
  for (const std::string& word : self.phrases.connector_words()) words.append(str_of(word));
  return words;
}

}  // namespace

void bind_phrases(py::module_& module) {
  py::class_<PhrasesHandle>(module, "PhrasesHandle")
      .def("_size", [](const PhrasesHandle& self) { return self.phrases.size(); })
      .def("_passes", &passes_of)
      .def("_delimiter", [](const PhrasesHandle& self) { return str_of(self.phrases.delimiter()); })
      .def("_connector_words", &connector_words_of)
      .def("_score", &score_of)
      .def("_join", &joined)
      .def("_save", [](const PhrasesHandle& self, const std::string& file) { write_phrases(file, self.phrases); });
  module.def("find_phrases", &find);
  module.def("phrases_of", &made);
  module.def("read_phrases", [](const std::string& file) { return PhrasesHandle{read_phrases(file)}; });
  py::list english;
  for (const std::string_view word : english_connector_words) english.append(str_of(word));
  module.attr("english_connector_words") = py::tuple(english);
}

}  // namespace equivec::python
