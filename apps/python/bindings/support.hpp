#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/json.hpp"

#include <pybind11/functional.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec::python {

namespace py = pybind11;

// ---- text ----

/// Bytes of a str, in UTF-8, where bytes that are no UTF-8 came in as surrogate escapes; or of a bytes object. Throws
/// TypeError naming `what`.
std::string text_of(py::handle object, const char* what = "word");
/// The str of bytes, with surrogate escapes for those that are not UTF-8.
py::str str_of(std::string_view bytes);
/// The word that an integer is.
std::string decimals_of(py::handle integer);
/// Of the items of an iterable that is no str; integers are words too. Throws TypeError.
std::vector<std::string> texts_of(py::handle iterable, const char* what = "word");

py::list list_of(const Vocabulary& vocabulary, std::size_t begin, std::size_t end);
/// dict, list, str, int, float, bool and None as a document has them.
py::object object_of(const Json& document);

// ---- options ----

/// The keywords of a function, as the functions of Python pass them on.
class Keywords {
 public:
  explicit Keywords(py::dict values) : values_(std::move(values)) {}

  /// Replaces `field` unless the keyword is None or not there. Throws TypeError naming the keyword, what it takes and
  /// what was found; OptionError if an integer is too large.
  void read(const char* name, int& field) const;
  void read(const char* name, std::uint64_t& field) const;
  void read(const char* name, std::int64_t& field) const;
  void read(const char* name, double& field) const;
  void read(const char* name, bool& field) const;
  void read(const char* name, std::string& field) const;
  void read(const char* name, std::vector<std::string>& field) const;
  /// A number of megabytes into bytes.
  void read_megabytes(const char* name, std::uint64_t& bytes) const;
  /// A number of words or the like, 0 or more.
  void read_size(const char* name, std::size_t& field) const;
  template <class T, std::size_t N>
  void read_choice(const char* name, T& field, const std::array<T, N>& values) const {
    std::string text(name_of(field));
    read(name, text);
    field = value_named(name, text, values);
  }
  /// The value that a text names.
  template <class T, std::size_t N>
  static T value_named(const char* name, const std::string& text, const std::array<T, N>& values) {
    std::string known;
    for (const T value : values) {
      if (name_of(value) == text) return value;
      known += (known.empty() ? "'" : ", '") + std::string(name_of(value)) + "'";
    }
    fail_choice(name, known, text);
  }
  /// The value, None if it is not there.
  py::object get(const char* name) const;
  bool has(const char* name) const { return !get(name).is_none(); }

 private:
  [[noreturn]] static void fail_choice(const char* name, const std::string& known, const std::string& found);

  py::dict values_;
};

// ---- long work ----

/// Calls Python from the work of run(). `progress` is called with (done, total, loss, learning rate, stage) at most ten
/// times a second, `notice` with a sentence; both may be None.
struct Callbacks {
  py::object progress = py::none();
  py::object notice = py::none();
};

/// Runs work on a thread of its own while this one, with the lock of Python released, looks after signals and reports
/// progress. If a signal's handler or a callback raises, the work is cancelled, and the exception thrown once it has
/// ended.
class LongWork {
 public:
  explicit LongWork(Callbacks callbacks) : callbacks_(std::move(callbacks)) {}

  template <class Work>
  auto run(Work work) {
    // In a forked process on this thread, when it is waited for: signals then end the process.
    auto task = std::async(has_threads() ? std::launch::async : std::launch::deferred, std::move(work));
    if (has_threads()) {
      wait([&](std::chrono::milliseconds time) { return task.wait_for(time) == std::future_status::ready; });
    } else {
      const py::gil_scoped_release free;
      task.wait();
    }
    if (!failed_) return task.get();
    try {
      task.get();
    } catch (...) {  // what was raised first is what is told
    }
    std::rethrow_exception(failed_);
  }

  Progress& progress() { return progress_; }
  /// What the library's work of several stages reports; for work that runs.
  Reporting reporting();
  /// Calls f with the lock held, for work that runs; what it raises cancels the work.
  void call(const std::function<void()>& f);

 private:
  static bool has_threads();
  void wait(const std::function<bool(std::chrono::milliseconds)>& is_done);
  void report();

  Callbacks callbacks_;
  Progress progress_;
  std::mutex mutex_;
  std::string stage_;
  std::exception_ptr failed_;
};

// ---- classes that several files bind ----

/// The vectors of Python: with indices for queries, made when they are needed, and a name for messages.
class EmbeddingsHandle;

// One function for each file.
void bind_vectors(py::module_& module);
void bind_corpus(py::module_& module);
void bind_text(py::module_& module);
void bind_phrases(py::module_& module);
void bind_training(py::module_& module);
void bind_index(py::module_& module);
void bind_queries(py::module_& module);
void bind_evaluation(py::module_& module);
void bind_bias(py::module_& module);
void bind_spaces(py::module_& module);
void bind_alignment(py::module_& module);
void bind_drift(py::module_& module);
void bind_merge(py::module_& module);
void bind_retrofit(py::module_& module);
void bind_explorer(py::module_& module);

}  // namespace equivec::python
