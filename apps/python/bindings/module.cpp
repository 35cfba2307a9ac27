#include "equivec/base/error.hpp"
#include "equivec/report/versions.hpp"
#include "src/report/revision.hpp"

#include "apps/python/bindings/support.hpp"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cctype>
#include <string>
#include <utility>
#include <vector>

// The compiled part of the Python package. What users see stands in equivec/*.py; here is what the library does for it,
// with a function or class of the same name.

namespace equivec::python {

namespace {

/// Options as Python calls them: "lower --min-count" becomes "lower min_count".
std::string with_keywords(std::string_view message) {
  std::string result;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const bool begins = message.substr(i).starts_with("--") && i + 2 < message.size() &&
                        std::islower(static_cast<unsigned char>(message[i + 2])) &&
                        (i == 0 || message[i - 1] == ' ' || message[i - 1] == '(');
    if (!begins) {
      result += message[i];
      continue;
    }
    for (i += 2; i < message.size() && (std::isalnum(static_cast<unsigned char>(message[i])) || message[i] == '-'); ++i)
      result += message[i] == '-' ? '_' : message[i];
    --i;
  }
  return result;
}

void raise(const char* name, const char* message) {
  const py::object type = py::module_::import("equivec._errors").attr(name);
  PyErr_SetObject(type.ptr(), str_of(with_keywords(message)).ptr());
}

void register_errors() {
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const OptionError& error) {
      raise("OptionError", error.what());
    } catch (const UnknownWord& error) {
      raise("UnknownWord", error.what());
    } catch (const Error& error) {
      raise("Error", error.what());
    } catch (const Cancelled&) {
      PyErr_SetNone(PyExc_KeyboardInterrupt);
    }
  });
}

}  // namespace

}  // namespace equivec::python

PYBIND11_MODULE(_core, module) {
  using namespace equivec::python;
  register_errors();
  bind_vectors(module);
  bind_corpus(module);
  bind_text(module);
  bind_phrases(module);
  bind_training(module);
  bind_index(module);
  bind_queries(module);
  bind_evaluation(module);
  bind_bias(module);
  bind_spaces(module);
  bind_alignment(module);
  bind_drift(module);
  bind_merge(module);
  bind_retrofit(module);
  bind_explorer(module);
  module.attr("version") = EQUIVEC_VERSION;
  module.attr("revision") = equivec::source_revision();
  module.def("component_versions", [] {
    std::vector<std::pair<std::string, std::string>> versions;
    for (const equivec::ComponentVersion& component : equivec::component_versions())
      versions.emplace_back(component.name, component.version);
    return versions;
  });
}
