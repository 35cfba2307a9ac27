#include "equivec/base/error.hpp"
#include "equivec/evaluate/neighbor_recall.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/search/neighbor_graph.hpp"
#include "equivec/map/word_map.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/word_classes.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/vectors/dimension.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "src/files/output_file.hpp"
#include "src/report/vectors_description.hpp"

#include "apps/python/bindings/embeddings.hpp"

#include <algorithm>

namespace equivec::python {

namespace {

// ---- ownership ----

/// Keeps an object of Python alive for the library, whose last owner may be any thread.
std::shared_ptr<const void> shared_owner(py::object object) {
  return {object.release().ptr(), [](PyObject* p) {
            if (!Py_IsInitialized()) return;
            const py::gil_scoped_acquire lock;
            Py_DECREF(p);
          }};
}

/// The numbers of a C-contiguous buffer of native elements. Throws TypeError: the functions of Python have made it so.
template <class T>
std::span<T> numbers_of(const py::buffer_info& info, bool writable = false) {
  py::ssize_t stride = static_cast<py::ssize_t>(sizeof(T));
  bool contiguous = info.itemsize == stride && (!writable || !info.readonly);
  for (py::ssize_t i = info.ndim; i-- > 0; stride *= info.shape[static_cast<std::size_t>(i)])
    contiguous = contiguous && (info.size == 0 || info.strides[static_cast<std::size_t>(i)] == stride);
  if (!contiguous) throw py::type_error("expected a contiguous array of native numbers");
  return {static_cast<T*>(info.ptr), static_cast<std::size_t>(info.size)};
}

py::buffer_info view(const void* data, std::size_t item_size, const std::string& format,
                     std::vector<py::ssize_t> shape) {
  std::vector<py::ssize_t> strides(shape.size());
  auto stride = static_cast<py::ssize_t>(item_size);
  for (std::size_t i = shape.size(); i-- > 0; stride *= shape[i]) strides[i] = stride;
  const auto dimensions = static_cast<py::ssize_t>(shape.size());
  return {const_cast<void*>(data),
          static_cast<py::ssize_t>(item_size),
          format,
          dimensions,
          std::move(shape),
          std::move(strides),
          true};
}

// ---- vocabulary ----

/// A vocabulary's counts as a buffer of 64-bit integers.
struct CountsHandle {
  Vocabulary vocabulary;
};

Vocabulary vocabulary_of(py::handle words, py::handle counts) {
  std::vector<Vocabulary::Entry> entries;
  for (std::string& word : texts_of(words)) entries.push_back({std::move(word), 0});
  if (!counts.is_none()) {
    const py::buffer_info info = py::cast<py::buffer>(counts).request();
    const auto numbers = numbers_of<const std::int64_t>(info);
    if (numbers.size() != entries.size())
      throw Error("there are " + std::to_string(entries.size()) + " words and " + std::to_string(numbers.size()) +
                  " counts");
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] < 0)
        throw Error("the count of word " + std::to_string(i) + " is negative: " + std::to_string(numbers[i]));
      entries[i].count = static_cast<std::uint64_t>(numbers[i]);
    }
  }
  const py::gil_scoped_release free;
  return Vocabulary(entries);
}

/// (bytes of the words, offsets, counts): what pickling keeps.
py::tuple tables_of(const Vocabulary& vocabulary) {
  const auto bytes_of_span = [](const auto& span) {
    return py::bytes(reinterpret_cast<const char*>(span.data()), span.size_bytes());
  };
  return py::make_tuple(py::bytes(vocabulary.bytes().data(), vocabulary.bytes().size()),
                        bytes_of_span(vocabulary.offsets()), bytes_of_span(vocabulary.counts()));
}

Vocabulary vocabulary_from(const py::tuple& tables) {
  struct Tables {
    std::string bytes;
    std::vector<std::int64_t> offsets, counts;
  };
  auto kept = std::make_shared<Tables>();
  const auto copy = [](const py::handle& object, auto& into) {
    const std::string_view bytes = py::cast<std::string_view>(object);
    using T = std::remove_reference_t<decltype(into[0])>;
    into.resize(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(into.data(), bytes.data(), into.size() * sizeof(T));
  };
  if (tables.size() != 3) throw Error("a pickled vocabulary has three tables, found " + std::to_string(tables.size()));
  copy(tables[0], kept->bytes);
  copy(tables[1], kept->offsets);
  copy(tables[2], kept->counts);
  if (kept->offsets.empty()) throw Error("a pickled vocabulary has no offsets");
  return {kept->offsets, kept->counts, kept->bytes, kept};
}

std::size_t row_of(const Vocabulary& vocabulary, std::int64_t row) {
  const auto size = static_cast<std::int64_t>(vocabulary.size());
  if (row < -size || row >= size)
    throw py::index_error("row " + std::to_string(row) + " is not among the " + std::to_string(size) + " words");
  return static_cast<std::size_t>(row < 0 ? row + size : row);
}

/// The row of a word, or -1.
std::int64_t find(const Vocabulary& vocabulary, py::handle word) {
  if (!PyUnicode_Check(word.ptr()) && !PyBytes_Check(word.ptr())) return -1;
  const auto id = vocabulary.find(text_of(word));
  return id && index(*id) < vocabulary.size() ? static_cast<std::int64_t>(index(*id)) : -1;
}

void bind_vocabulary(py::module_& module) {
  py::class_<CountsHandle>(module, "Counts", py::buffer_protocol()).def_buffer([](CountsHandle& self) {
    const auto counts = self.vocabulary.counts();
    return view(counts.data(), sizeof(std::int64_t), py::format_descriptor<std::int64_t>::format(),
                {static_cast<py::ssize_t>(counts.size())});
  });
  py::class_<VocabularyHandle>(module, "VocabularyHandle")
      .def(py::init([](const VocabularyHandle& other) { return other; }))
      .def(py::init([](const py::object& words, const py::object& counts) {
        return VocabularyHandle{vocabulary_of(words, counts)};
      }))
      .def(py::init([](const py::tuple& tables) { return VocabularyHandle{vocabulary_from(tables)}; }))
      .def("_tables", [](const VocabularyHandle& self) { return tables_of(self.vocabulary); })
      .def("_size", [](const VocabularyHandle& self) { return self.vocabulary.size(); })
      .def("_find", [](const VocabularyHandle& self, const py::object& word) { return find(self.vocabulary, word); })
      .def("_require",
           [](const VocabularyHandle& self, const py::object& word, const std::string& name) {
             return index(require_word(self.vocabulary, text_of(word), name));
           })
      .def("_word",
           [](const VocabularyHandle& self, std::int64_t row) {
             return str_of(self.vocabulary.word(word_id(row_of(self.vocabulary, row))));
           })
      .def("_words",
           [](const VocabularyHandle& self, std::size_t begin, std::size_t end) {
             const std::size_t last = std::min(end, self.vocabulary.size());
             return list_of(self.vocabulary, std::min(begin, last), last);
           })
      .def("_total", [](const VocabularyHandle& self) { return self.vocabulary.total_count(); })
      .def("_counts", [](const VocabularyHandle& self) { return CountsHandle{self.vocabulary}; })
      .def("_save", [](const VocabularyHandle& self, const std::string& file) {
        const py::gil_scoped_release free;
        write_vocabulary(file, self.vocabulary);
      });
  module.def("read_vocabulary", [](const std::string& file) {
    const py::gil_scoped_release free;
    return VocabularyHandle{read_vocabulary(file)};
  });
}

// ---- embeddings ----

Metadata metadata_of(const py::dict& values) {
  Metadata metadata;
  for (const auto& [name, value] : values) metadata[text_of(name, "metadata")] = text_of(value, "metadata");
  return metadata;
}

/// Over the array's numbers, or a copy of them.
Embeddings embeddings_of(const Vocabulary& vocabulary, const py::object& array, const py::dict& metadata, bool copy) {
  const py::buffer_info info = py::cast<py::buffer>(array).request();
  if (info.ndim != 2) throw Error("vectors: expected 2 dimensions, found " + std::to_string(info.ndim));
  const auto numbers = numbers_of<const float>(info);
  if (info.shape[0] != static_cast<py::ssize_t>(vocabulary.size()))
    throw Error("there are " + std::to_string(vocabulary.size()) + " words and " + std::to_string(info.shape[0]) +
                " vectors");
  if (info.shape[1] == 0) throw Error("vectors: they have no number");
  if (info.shape[1] > std::numeric_limits<int>::max()) throw Error("vectors: they are too long");
  const MatrixView matrix(numbers.data(), info.shape[0], info.shape[1]);
  if (copy) {
    Metadata described = metadata_of(metadata);
    const py::gil_scoped_release free;
    return {vocabulary, Matrix(matrix), std::move(described)};
  }
  // The memoryview keeps the array from moving as long as the vectors live.
  auto owner = shared_owner(py::reinterpret_steal<py::object>(PyMemoryView_FromObject(array.ptr())));
  return {vocabulary, matrix, std::move(owner), metadata_of(metadata)};
}

EmbeddingsHandle load(const std::string& file, const Keywords& keywords, Callbacks callbacks,
                      const py::function& on_notice) {
  ReadOptions options;
  std::string format;
  keywords.read("format", format);
  if (!format.empty() && format != "automatic") options.format = format_from_name(format);
  keywords.read_size("limit", options.limit);
  keywords.read_choice("not_finite", options.not_finite, not_finite_rules);
  keywords.read("threads", options.threads);
  keywords.read("subwords", options.subwords);
  require_between("threads", options.threads, 0, 4096);
  std::string vocabulary_file, words_file;
  keywords.read("vocabulary", vocabulary_file);
  keywords.read("words", words_file);
  if (!vocabulary_file.empty() && options.not_finite != NotFinite::refuse)
    throw OptionError("not_finite does not apply to the parameters that vocabulary reads");
  Notices notices;
  LongWork work(std::move(callbacks));
  Embeddings result = work.run([&] {
    Embeddings vectors = vocabulary_file.empty()
                             ? read_embeddings(file, options, &notices, &work.progress())
                             : glove_parameter_vectors(file, read_vocabulary(vocabulary_file), options.limit);
    return words_file.empty() ? vectors : only_words(vectors, words_file, &notices);
  });
  for (const std::string& notice : notices) on_notice(str_of(notice));
  return {std::move(result), file};
}

PrecisionOptions precision_of(const Keywords& keywords) {
  PrecisionOptions options;
  keywords.read_choice("precision", options.precision, precisions);
  keywords.read("parts", options.parts);
  keywords.read("rotation", options.rotation);
  keywords.read("seed", options.seed);
  keywords.read("threads", options.threads);
  require_between("threads", options.threads, 0, 4096);
  validate(options);
  return options;
}

void save(const EmbeddingsHandle& self, const std::string& file, const std::string& format,
          const std::string& description, const Keywords& keywords, Callbacks callbacks) {
  const Format written = format.empty() || format == "automatic"
                             ? format_from_extension(file, self.embeddings.subwords() != nullptr)
                             : format_from_name(format);
  const PrecisionOptions options = precision_of(keywords);
  if (options.precision != Precision::f32 && written != Format::native)
    throw OptionError("precision " + std::string(name_of(options.precision)) +
                      " is of native files (.safetensors); the other formats have f32");
  const bool keeps_precision = !keywords.has("precision");
  LongWork work(std::move(callbacks));
  work.run([&] {
    const Embeddings vectors =
        keeps_precision ? self.embeddings : with_precision(self.embeddings, options, &work.progress());
    OutputFiles files;
    write_embeddings(files, file, vectors, written, &work.progress());
    if (!description.empty()) files.open(description).write(dump(vectors_description(vectors, written)) + '\n');
    files.commit();
  });
}

std::vector<WordId> ids_of(const Embeddings& embeddings, const py::buffer& rows) {
  const py::buffer_info info = rows.request();
  std::vector<WordId> ids;
  for (const std::int64_t row : numbers_of<const std::int64_t>(info))
    ids.push_back(word_id(row_of(embeddings.vocabulary(), row)));
  return ids;
}

/// Copies rows into an array; those numbered -1 are left as they are.
void copy_rows(const Embeddings& embeddings, const py::buffer& rows, const py::buffer& into) {
  const py::buffer_info info = rows.request(), target = into.request(true);
  const auto numbers = numbers_of<const std::int64_t>(info);
  const auto floats = numbers_of<float>(target, true);
  const auto dimension = static_cast<std::size_t>(embeddings.dimension());
  if (floats.size() != numbers.size() * dimension) throw Error("the array does not fit the rows");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == -1) continue;
    std::ranges::copy(embeddings.vector_of(word_id(row_of(embeddings.vocabulary(), numbers[i]))),
                      floats.begin() + static_cast<std::ptrdiff_t>(i * dimension));
  }
}

void bind_embeddings(py::module_& module) {
  py::class_<EmbeddingsHandle>(module, "EmbeddingsHandle", py::buffer_protocol())
      .def(py::init([](const EmbeddingsHandle& other) { return other; }))
      .def(py::init([](const VocabularyHandle& words, const py::object& array, const py::dict& metadata, bool copy,
                       const std::string& name) {
        return EmbeddingsHandle(embeddings_of(words.vocabulary, array, metadata, copy), name);
      }))
      .def_buffer([](EmbeddingsHandle& self) {
        return view(self.embeddings.matrix().data(), sizeof(float), py::format_descriptor<float>::format(),
                    {static_cast<py::ssize_t>(self.embeddings.size()), self.embeddings.dimension()});
      })
      .def("_vocabulary",
           [](const EmbeddingsHandle& self) {
             return VocabularyHandle{self.embeddings.vocabulary().with_further(nullptr)};
           })
      .def("_size", [](const EmbeddingsHandle& self) { return self.embeddings.size(); })
      .def("_dimension", [](const EmbeddingsHandle& self) { return self.embeddings.dimension(); })
      .def("_name", [](const EmbeddingsHandle& self) { return str_of(self.name); })
      .def("_find", [](const EmbeddingsHandle& self,
                       const py::object& word) { return find(self.embeddings.vocabulary(), word); })
      .def("_require",
           [](const EmbeddingsHandle& self, const py::object& word) {
             return index(require_word(self.embeddings.vocabulary().with_further(nullptr), text_of(word), self.name));
           })
      .def("_compose",
           [](const EmbeddingsHandle& self, const py::object& word, const py::buffer& into) {
             const auto vector = self.embeddings.vector_of(text_of(word));
             const py::buffer_info target = into.request(true);
             const auto floats = numbers_of<float>(target, true);
             if (!vector || vector->size() != floats.size()) return false;
             std::ranges::copy(*vector, floats.begin());
             return true;
           })
      .def("_has_subwords", [](const EmbeddingsHandle& self) { return self.embeddings.subwords() != nullptr; })
      // Floats and words alone, without n-grams, a tokenizer, places or lower precision.
      .def("_is_plain",
           [](const EmbeddingsHandle& self) {
             return !self.embeddings.subwords() && !self.embeddings.tokenizer() && !self.embeddings.packed() &&
                    !self.embeddings.places();
           })
      .def("_metadata",
           [](const EmbeddingsHandle& self) {
             py::dict result;
             for (const auto& [name, value] : self.embeddings.metadata()) result[str_of(name)] = str_of(value);
             return result;
           })
      .def("_with_metadata",
           [](const EmbeddingsHandle& self, const py::dict& metadata) {
             return EmbeddingsHandle(self.embeddings.with_metadata(metadata_of(metadata)), self.name);
           })
      .def("_places",
           [](const EmbeddingsHandle& self, const py::buffer& into) {
             const Matrix* const places = self.embeddings.places();
             const py::buffer_info target = into.request(true);
             if (places) std::copy_n(places->data(), places->size(), numbers_of<float>(target, true).begin());
             return places != nullptr;
           })
      .def("_with_places",
           [](const EmbeddingsHandle& self, const py::buffer& numbers) {
             const py::buffer_info info = numbers.request();
             const auto floats = numbers_of<const float>(info);
             return EmbeddingsHandle(self.embeddings.with_places(
                                         MatrixView(floats.data(), static_cast<Eigen::Index>(floats.size() / 2), 2)),
                                     self.name);
           })
      .def("_with_map",
           [](const EmbeddingsHandle& self, const py::dict& values) {
             const Keywords keywords(values);
             MapOptions options;
             keywords.read_choice("method", options.method, map_methods);
             keywords.read("neighbors", options.neighbors);
             keywords.read("min_distance", options.min_distance);
             keywords.read("perplexity", options.perplexity);
             keywords.read("epochs", options.epochs);
             keywords.read("seed", options.seed);
             keywords.read("threads", options.threads);
             validate(options);
             LongWork work({.progress = keywords.get("progress")});
             return EmbeddingsHandle(work.run([&] { return with_map(self.embeddings, options, work.reporting()); }),
                                     self.name);
           })
      .def("_with_dimension",
           [](const EmbeddingsHandle& self, int dimension, int threads, py::object progress) {
             require_between("threads", threads, 0, 4096);
             LongWork work({.progress = std::move(progress)});
             return EmbeddingsHandle(
                 work.run([&] { return with_dimension(self.embeddings, dimension, threads, &work.progress()); }),
                 self.name);
           })
      .def("_with_precision",
           [](const EmbeddingsHandle& self, const py::dict& values) {
             const Keywords keywords(values);
             const PrecisionOptions options = precision_of(keywords);
             LongWork work({.progress = keywords.get("progress")});
             return EmbeddingsHandle(
                 work.run([&] { return with_precision(self.embeddings, options, &work.progress()); }), self.name);
           })
      .def("_neighbor_recall",
           [](const EmbeddingsHandle& self, const EmbeddingsHandle& after, const py::dict& values) {
             const Keywords keywords(values);
             RecallOptions options;
             keywords.read_size("words", options.words);
             keywords.read_size("neighbors", options.neighbors);
             keywords.read("seed", options.seed);
             keywords.read("threads", options.threads);
             require_between("threads", options.threads, 0, 4096);
             LongWork work({.progress = keywords.get("progress")});
             return work
                 .run([&] { return neighbor_recall(self.embeddings, after.embeddings, options, &work.progress()); })
                 .value;
           })
      .def("_normalized",
           [](const EmbeddingsHandle& self) {
             const py::gil_scoped_release free;
             return EmbeddingsHandle(normalized(self.embeddings), self.name);
           })
      .def("_selected",
           [](const EmbeddingsHandle& self, const py::buffer& rows) {
             const std::vector<WordId> ids = ids_of(self.embeddings, rows);
             const py::gil_scoped_release free;
             return EmbeddingsHandle(selected(self.embeddings, ids), self.name);
           })
      .def("_copy_rows", [](const EmbeddingsHandle& self, const py::buffer& rows,
                            const py::buffer& into) { copy_rows(self.embeddings, rows, into); })
      .def("_describe",
           [](const EmbeddingsHandle& self, const std::string& format) {
             return object_of(vectors_description(self.embeddings, format_from_name(format)));
           })
      .def("_classes",
           [](const EmbeddingsHandle& self, int classes, int iterations, int threads, py::object progress) {
             LongWork work({.progress = std::move(progress)});
             return work.run(
                 [&] { return kmeans_classes(self.embeddings, classes, iterations, threads, &work.progress()); });
           })
      .def("_save", [](const EmbeddingsHandle& self, const std::string& file, const std::string& format,
                       const std::string& description, const py::dict& keywords, py::object progress) {
        save(self, file, format, description, Keywords(keywords), {.progress = std::move(progress)});
      });
  module.def("load",
             [](const std::string& file, const py::dict& keywords, py::object progress, const py::function& on_notice) {
               return load(file, Keywords(keywords), {.progress = std::move(progress)}, on_notice);
             });
  module.def("formats", [] {
    py::list result;
    for (const FormatInfo& format : formats())
      result.append(py::make_tuple(str_of(format.name), str_of(format.extension), str_of(format.summary)));
    return result;
  });
}

}  // namespace

std::shared_ptr<const NearestNeighbors> EmbeddingsHandle::index(Metric metric, std::size_t restrict,
                                                                int threads) const {
  constexpr std::size_t most = 4;
  const Key key{metric, restrict, threads};
  const std::scoped_lock lock(indices_->mutex);
  auto& kept = indices_->kept;
  const auto found = std::ranges::find(kept, key, [](const auto& entry) { return entry.first; });
  if (found != kept.end()) return found->second;
  if (kept.size() == most) kept.erase(kept.begin());
  kept.emplace_back(key, std::make_shared<const NearestNeighbors>(embeddings, restrict, threads, metric));
  return kept.back().second;
}

const std::string& EmbeddingsHandle::fingerprint(int threads) const {
  const std::scoped_lock lock(indices_->mutex);
  if (indices_->fingerprint.empty()) indices_->fingerprint = fingerprint_of(embeddings, threads);
  return indices_->fingerprint;
}

void bind_vectors(py::module_& module) {
  bind_vocabulary(module);
  bind_embeddings(module);
}

}  // namespace equivec::python
