#include "apps/python/bindings/support.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"

#include <limits>

namespace equivec::python {

// ---- text ----

std::string text_of(py::handle object, const char* what) {
  PyObject* const p = object.ptr();
  if (PyUnicode_Check(p)) {
    if (PyUnicode_READY(p) != 0) throw py::error_already_set();
    if (PyUnicode_IS_ASCII(p))
      return {reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(p)),
              static_cast<std::size_t>(PyUnicode_GET_LENGTH(p))};
    // Not PyUnicode_AsUTF8, which would keep the bytes in the caller's string for good.
    const auto bytes = py::reinterpret_steal<py::bytes>(PyUnicode_AsEncodedString(p, "utf-8", "surrogateescape"));
    if (!bytes) throw py::error_already_set();
    return {PyBytes_AS_STRING(bytes.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.ptr()))};
  }
  if (PyBytes_Check(p)) return {PyBytes_AS_STRING(p), static_cast<std::size_t>(PyBytes_GET_SIZE(p))};
  throw py::type_error(std::string(what) + ": expected a str, found " + Py_TYPE(p)->tp_name);
}

std::string decimals_of(py::handle integer) {
  const auto number = py::reinterpret_steal<py::int_>(PyNumber_Index(integer.ptr()));
  if (!number) throw py::error_already_set();
  return text_of(py::repr(number));
}

py::str str_of(std::string_view bytes) {
  auto text = py::reinterpret_steal<py::str>(
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape"));
  if (!text) throw py::error_already_set();
  return text;
}

std::vector<std::string> texts_of(py::handle iterable, const char* what) {
  if (PyUnicode_Check(iterable.ptr()) || PyBytes_Check(iterable.ptr()) || !py::isinstance<py::iterable>(iterable))
    throw py::type_error(std::string(what) + "s: expected a list of str, found " + Py_TYPE(iterable.ptr())->tp_name);
  std::vector<std::string> result;
  for (const py::handle item : iterable) {
    const bool integer = PyIndex_Check(item.ptr()) && !PyBool_Check(item.ptr());  // the word is its decimals
    result.push_back(integer ? decimals_of(item) : text_of(item, what));
  }
  return result;
}

py::list list_of(const Vocabulary& vocabulary, std::size_t begin, std::size_t end) {
  py::list result(end - begin);
  for (std::size_t i = begin; i < end; ++i)
    PyList_SET_ITEM(result.ptr(), static_cast<Py_ssize_t>(i - begin),
                    str_of(vocabulary.word(word_id(i))).release().ptr());
  return result;
}

py::object object_of(const Json& document) {
  switch (document.type()) {
    case Json::value_t::object: {
      py::dict result;
      for (const auto& [name, value] : document.items()) result[str_of(name)] = object_of(value);
      return result;
    }
    case Json::value_t::array: {
      py::list result;
      for (const Json& value : document) result.append(object_of(value));
      return result;
    }
    case Json::value_t::string:
      return str_of(document.get_ref<const std::string&>());
    case Json::value_t::boolean:
      return py::bool_(document.get<bool>());
    case Json::value_t::number_integer:
      return py::int_(document.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return py::int_(document.get<std::uint64_t>());
    case Json::value_t::number_float:
      return py::float_(document.get<double>());
    default:
      return py::none();
  }
}

// ---- options ----

namespace {

[[noreturn]] void fail_type(const char* name, const char* expected, py::handle found) {
  throw py::type_error(std::string(name) + ": expected " + expected + ", found " + Py_TYPE(found.ptr())->tp_name + " " +
                       text_of(py::repr(found)).substr(0, 60));
}

/// An int, or what counts as one, as NumPy's integers do; a bool does not.
py::int_ integer_of(const char* name, py::handle object) {
  if (PyBool_Check(object.ptr()) || !PyIndex_Check(object.ptr())) fail_type(name, "an int", object);
  auto number = py::reinterpret_steal<py::int_>(PyNumber_Index(object.ptr()));
  if (!number) throw py::error_already_set();
  return number;
}

std::int64_t signed_of(const char* name, py::handle object) {
  int overflow = 0;
  const std::int64_t value = PyLong_AsLongLongAndOverflow(integer_of(name, object).ptr(), &overflow);
  if (overflow != 0) throw OptionError(std::string(name) + ": the number is too large or too small");
  if (value == -1 && PyErr_Occurred()) throw py::error_already_set();
  return value;
}

}  // namespace

py::object Keywords::get(const char* name) const {
  return values_.contains(name) ? py::object(values_[name]) : py::none();
}

void Keywords::read(const char* name, int& field) const {
  if (!has(name)) return;
  const std::int64_t value = signed_of(name, get(name));
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
    throw OptionError(std::string(name) + ": the number is too large: " + std::to_string(value));
  field = static_cast<int>(value);
}

void Keywords::read(const char* name, std::int64_t& field) const {
  if (has(name)) field = signed_of(name, get(name));
}

void Keywords::read(const char* name, std::uint64_t& field) const {
  if (!has(name)) return;
  const py::int_ value = integer_of(name, get(name));
  const std::uint64_t number = PyLong_AsUnsignedLongLong(value.ptr());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    throw OptionError(std::string(name) + " must be between 0 and 18446744073709551615, got " +
                      text_of(py::repr(value)).substr(0, 40));
  }
  field = number;
}

void Keywords::read(const char* name, double& field) const {
  if (!has(name)) return;
  const py::object value = get(name);
  if (PyBool_Check(value.ptr()) || PyUnicode_Check(value.ptr())) fail_type(name, "a float", value);
  field = PyFloat_AsDouble(value.ptr());
  if (PyErr_Occurred()) {
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw py::error_already_set();
    PyErr_Clear();
    fail_type(name, "a float", value);
  }
}

void Keywords::read(const char* name, bool& field) const {
  if (!has(name)) return;
  const py::object value = get(name);
  const bool numpy = std::string_view(Py_TYPE(value.ptr())->tp_name).starts_with("numpy.bool");
  if (!PyBool_Check(value.ptr()) && !numpy) fail_type(name, "a bool", value);
  field = PyObject_IsTrue(value.ptr()) == 1;
}

void Keywords::read(const char* name, std::string& field) const {
  if (!has(name)) return;
  const py::object value = get(name);
  if (!PyUnicode_Check(value.ptr()) && !PyBytes_Check(value.ptr())) fail_type(name, "a str", value);
  field = text_of(value, name);
}

void Keywords::read(const char* name, std::vector<std::string>& field) const {
  if (!has(name)) return;
  const py::object value = get(name);
  if (PyUnicode_Check(value.ptr()) || PyBytes_Check(value.ptr()))
    field = {text_of(value, name)};
  else
    field = texts_of(value, name);
}

void Keywords::read_megabytes(const char* name, std::uint64_t& bytes) const {
  constexpr std::uint64_t megabyte = 1000000;
  std::uint64_t megabytes = bytes / megabyte;
  read(name, megabytes);
  if (megabytes > std::numeric_limits<std::uint64_t>::max() / megabyte)
    throw OptionError(std::string(name) + ": the number is too large: " + std::to_string(megabytes));
  bytes = megabytes * megabyte;
}

void Keywords::read_size(const char* name, std::size_t& field) const {
  auto number = static_cast<std::int64_t>(field);
  read(name, number);
  require_at_least(name, static_cast<double>(number), 0);
  field = static_cast<std::size_t>(number);
}

void Keywords::fail_choice(const char* name, const std::string& known, const std::string& found) {
  throw OptionError(std::string(name) + ": expected one of " + known + ", found '" + found.substr(0, 60) + "'");
}

// ---- long work ----

bool LongWork::has_threads() { return !lost_threads(); }

Reporting LongWork::reporting() {
  Reporting reporting{.progress = &progress_};
  reporting.on_stage = [this](const std::string& stage, const std::string&) {
    const std::scoped_lock lock(mutex_);
    stage_ = stage;
    return std::shared_ptr<void>();
  };
  if (!callbacks_.notice.is_none())
    reporting.on_notice = [this](const std::string& sentence) { call([&] { callbacks_.notice(str_of(sentence)); }); };
  return reporting;
}

void LongWork::call(const std::function<void()>& f) {
  const py::gil_scoped_acquire lock;
  if (failed_) return;
  try {
    f();
  } catch (const py::error_already_set&) {
    failed_ = std::current_exception();
    progress_.cancelled = true;
  }
}

void LongWork::wait(const std::function<bool(std::chrono::milliseconds)>& is_done) {
  using namespace std::chrono_literals;
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    {
      const py::gil_scoped_release free;
      // A quick answer is not kept waiting, and a signal not longer than a person notices.
      if (is_done(std::chrono::steady_clock::now() - start < 100ms ? 20ms : 100ms)) break;
    }
    call([&] {
      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
      report();
    });
    if (!failed_) continue;
    const py::gil_scoped_release free;
    while (!is_done(1000ms)) continue;
    return;
  }
  call([&] { report(); });  // the end
}

void LongWork::report() {
  if (callbacks_.progress.is_none()) return;
  std::string stage;
  {
    const std::scoped_lock lock(mutex_);
    stage = stage_;
  }
  callbacks_.progress(progress_.done.load(), progress_.total.load(), progress_.loss.load(),
                      progress_.learning_rate.load(), str_of(stage));
}

}  // namespace equivec::python
