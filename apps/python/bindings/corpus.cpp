#include "apps/python/bindings/corpus.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/corpus_builder.hpp"

#include <string>
#include <vector>

namespace equivec::python {

namespace {

CorpusHandle corpus_of_paths(const std::vector<std::string>& paths, std::string field, std::string column) {
  LongWork work({});
  const CorpusOptions options{std::move(field), std::move(column)};
  return {work.run([&] { return Corpus::from_paths(paths, options, &work.progress()); })};
}

/// Reads an iterable of sentences once, with Python's lock held but for moments in which other threads may take it.
class SentenceReader {
 public:
  explicit SentenceReader(std::uint64_t memory) : builder_(memory) {}

  void add_all(py::handle sentences) {
    for (const py::handle sentence : sentences) {
      add(sentence);
      ++sentences_;
    }
  }
  Corpus finish() {
    LongWork work({});
    return work.run([&] { return std::move(builder_).finish("the corpus", &work.progress()); });
  }
  std::uint64_t empty_tokens() const { return empty_; }
  bool integers() const { return integers_ && !others_; }

 private:
  void add(py::handle sentence) {
    PyObject* const p = sentence.ptr();
    if (PyUnicode_Check(p) || PyBytes_Check(p)) return add_line(sentence);
    // Lists and tuples are walked without an iterator.
    if (PyList_CheckExact(p) || PyTuple_CheckExact(p)) {
      for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(p); ++i) {
        const auto token = py::reinterpret_borrow<py::object>(PySequence_Fast_GET_ITEM(p, i));
        add_token(token);
      }
    } else if (py::isinstance<py::iterable>(sentence) && !PyDict_Check(p)) {
      for (const py::handle token : sentence) add_token(token);
    } else {
      throw py::type_error(place() + ": expected a list of tokens, or a str to be split at white space, found " +
                           Py_TYPE(p)->tp_name);
    }
    builder_.end_sentence();
  }

  void add_line(py::handle line) {
    others_ = true;
    const std::string text = text_of(line);
    tokenize(
        text, [&](std::string_view word) { builder_.add(word); }, [&] { builder_.end_sentence(); });
    builder_.end_sentence();
    pause(1 + text.size() / 8);
  }

  void add_token(py::handle token) {
    pause(1);
    PyObject* const p = token.ptr();
    if (!PyUnicode_CheckExact(p) && !PyLong_CheckExact(p)) return add_other(token);
    // The hash of a str is kept in it, so this is faster than a table of our own, which would need the bytes first.
    PyObject* const known = PyDict_GetItemWithError(numbers_.ptr(), p);
    if (known) return builder_.add(static_cast<std::uint32_t>(PyLong_AsUnsignedLong(known)));
    if (PyErr_Occurred()) throw py::error_already_set();
    const std::string word = PyUnicode_Check(p) ? text_of(token) : decimals_of(token);
    (PyUnicode_Check(p) ? others_ : integers_) = true;
    if (word.empty()) {
      ++empty_;
      return;
    }
    const std::uint32_t number = builder_.number_of(word);
    numbers_[token] = number;
    builder_.add(number);
  }

  /// bytes, subclasses of str, integers of NumPy.
  void add_other(py::handle token) {
    PyObject* const p = token.ptr();
    std::string word;
    const bool text = PyUnicode_Check(p) || PyBytes_Check(p);
    if (text)
      word = text_of(token);
    else if (!PyBool_Check(p) && PyIndex_Check(p))
      word = decimals_of(token);
    else
      throw py::type_error(place() + ": expected tokens that are str, bytes or int, found " + Py_TYPE(p)->tp_name);
    (text ? others_ : integers_) = true;
    if (word.empty()) {
      ++empty_;
      return;
    }
    builder_.add(word);
  }

  std::string place() const { return "sentence " + std::to_string(sentences_) + " (from 0)"; }

  /// Now and then looks after signals and lets other threads of Python go on.
  void pause(std::uint64_t work) {
    if ((work_ += work) < 16384) return;
    work_ = 0;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    const py::gil_scoped_release free;
  }

  CorpusBuilder builder_;
  py::dict numbers_;                        // of str and int
  bool integers_ = false, others_ = false;  // which kinds of tokens were met
  std::uint64_t sentences_ = 0, empty_ = 0, work_ = 0;
};

/// (corpus, number of empty tokens)
py::tuple corpus_of_sentences(const py::object& sentences, std::uint64_t memory) {
  SentenceReader reader(memory);
  reader.add_all(sentences);
  return py::make_tuple(CorpusHandle{reader.finish(), reader.integers()}, reader.empty_tokens());
}

/// Arrays of 64-bit integers, C-contiguous and native, two-dimensional, in pieces.
CorpusHandle corpus_of_walks(const py::iterable& pieces, std::uint64_t memory) {
  CorpusBuilder builder(memory);
  for (const py::handle piece : pieces) {
    const py::buffer_info info = py::cast<py::buffer>(piece).request();
    const auto length = static_cast<std::size_t>(info.shape.back());
    const std::span<const std::int64_t> integers(static_cast<const std::int64_t*>(info.ptr),
                                                 static_cast<std::size_t>(info.size));
    const py::gil_scoped_release free;
    builder.add_walks(integers, length);
  }
  LongWork work({});
  return {work.run([&] { return std::move(builder).finish("the walks", &work.progress()); }), true};
}

}  // namespace

void bind_corpus(py::module_& module) {
  py::class_<CorpusHandle>(module, "Corpus")
      .def("_name", [](const CorpusHandle& self) { return str_of(self.corpus.name()); })
      .def("_integers", [](const CorpusHandle& self) { return self.integers; });
  module.def("corpus_of_paths", &corpus_of_paths);
  module.def("corpus_of_sentences", &corpus_of_sentences);
  module.def("corpus_of_walks", &corpus_of_walks);
}

}  // namespace equivec::python
