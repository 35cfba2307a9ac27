#include "src/base/core_groups.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

std::vector<int> all_processors() {
  std::vector<int> result;
  for (const std::vector<int>& group : core_groups("nowhere")) result.insert(result.end(), group.begin(), group.end());
  return result;
}

/// Describes a processor's caches: a first one of its own and a last one that `shared` names.
void describe(const std::filesystem::path& folder, int processor, const std::string& shared) {
  const std::filesystem::path caches = folder / ("cpu" + std::to_string(processor)) / "cache";
  for (const int index : {0, 1}) {
    const std::filesystem::path cache = caches / ("index" + std::to_string(index));
    std::filesystem::create_directories(cache);
    std::ofstream(cache / "level") << (index == 0 ? 1 : 3) << "\n";
    std::ofstream(cache / "shared_cpu_list") << (index == 0 ? std::to_string(processor) : shared) << "\n";
  }
}

}  // namespace

TEST_CASE("core_groups: where the system does not tell all processors are one group") {
  const auto groups = core_groups("nowhere");
  REQUIRE(groups.size() == 1);
  CHECK(!groups[0].empty());
}

TEST_CASE("core_groups: processors with a common last cache are a group") {
  const TemporaryDirectory folder;
  const std::vector<int> all = all_processors();
  for (const int processor : all) describe(folder.path(), processor, "0-1023");
  CHECK(core_groups(folder.path()) == std::vector<std::vector<int>>{all});
  for (const int processor : all) describe(folder.path(), processor, std::to_string(processor));
  CHECK(core_groups(folder.path()).size() == all.size());
  if (all.size() < 2) return;
  // Of one the system does not tell.
  std::filesystem::remove_all(folder.path() / ("cpu" + std::to_string(all[0])));
  CHECK(core_groups(folder.path()) == std::vector<std::vector<int>>{all});
}

TEST_CASE("core_groups: every processor that the process may use is in one group of this machine") {
  std::vector<int> together;
  for (const std::vector<int>& group : core_groups()) together.insert(together.end(), group.begin(), group.end());
  std::sort(together.begin(), together.end());
  CHECK(together == all_processors());
}
