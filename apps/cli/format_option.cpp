#include "apps/cli/format_option.hpp"

#include "equivec/vectors/formats.hpp"

using namespace equivec;

std::string format_list() {
  std::string list;
  for (const FormatInfo& format : formats())
    list += (list.empty() ? "" : ", ") + std::string(format.name) + " (" + std::string(format.extension) + ")";
  return list;
}

void add_format_option(Options& options, std::string& name) {
  std::string names;
  for (const FormatInfo& format : formats()) names += (names.empty() ? "" : ", ") + std::string(format.name);
  options.add("format", name, names, "NAME");
}
