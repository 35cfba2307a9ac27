#include "equivec/report/versions.hpp"

#include "catch.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace equivec;

TEST_CASE("versions: the compiler, the instructions and the libraries are told, each once and in one line") {
  const std::vector<ComponentVersion> versions = component_versions();
  std::vector<std::string> names;
  for (const ComponentVersion& each : versions) {
    names.push_back(each.name);
    CHECK(each.name.find_first_of(" \n\t") == std::string::npos);
    CHECK_FALSE(each.version.empty());
    CHECK(each.version.find('\n') == std::string::npos);
  }
  for (const char* const name :
       {"compiler", "instructions", "oneTBB", "Eigen", "Boost", "nlohmann-json", "Highway", "zstd"})
    CHECK(std::ranges::count(names, name) == 1);
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}

TEST_CASE("versions: those of libraries are numbers between dots") {
  for (const ComponentVersion& each : component_versions())
    if (each.name != "compiler" && each.name != "instructions") {
      CHECK(each.version.find_first_not_of("0123456789.-abcdefghijklmnopqrstuvwxyz") == std::string::npos);
      CHECK(each.version.find('.') != std::string::npos);
    }
}
