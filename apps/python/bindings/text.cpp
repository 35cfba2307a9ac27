#include "apps/python/bindings/text.hpp"

#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"

#include <string>
#include <string_view>

namespace equivec::python {

void read_text_options(const Keywords& keywords, TextOptions& options) {
  keywords.read("lowercase", options.lowercase);
  keywords.read_choice("normalize", options.normalize, normalizations);
  keywords.read_choice("tokenize", options.tokenize, tokenizations);
  keywords.read_choice("punctuation", options.punctuation, punctuations);
  keywords.read_choice("digits", options.digits, digit_rules);
  keywords.read_choice("invalid_utf8", options.invalid_utf8, invalid_utf8_rules);
  keywords.read("max_sentence", options.max_sentence);
}

namespace {

/// The words of a text, sentence by sentence.
py::list tokenize_text(const py::object& text, const py::dict& values) {
  TextOptions options;
  read_text_options(Keywords(values), options);
  const std::string ruled = tokenized(text_of(text, "text"), options);
  py::list sentences, words;
  tokenize(
      ruled, [&](std::string_view word) { words.append(str_of(word)); },
      [&] {
        sentences.append(words);
        words = py::list();
      });
  if (!words.empty()) sentences.append(words);
  return sentences;
}

}  // namespace

void read_text_vector_options(const Keywords& keywords, MeanVectorOptions& options) {
  keywords.read_choice("weighting", options.weighting, word_weightings);
  keywords.read("a", options.a);
  keywords.read("remove", options.remove);
  keywords.read_choice("normalize", options.normalize, normalize_choices);
}

void bind_text(py::module_& module) {
  module.def("tokenize", &tokenize_text);
  module.def("read_word_list", [](const std::string& file) {
    py::list words;
    for (const std::string& word : read_word_list(file)) words.append(str_of(word));
    return words;
  });
}

}  // namespace equivec::python
