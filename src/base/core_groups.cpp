#include "src/base/core_groups.hpp"

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <string>

namespace equivec {

namespace {

std::vector<int> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> result;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return result;
  for (int i = 0; i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(static_cast<std::size_t>(i), &set)) result.push_back(i);
  return result;
}

/// Of the processor's cache with the highest level: the processors that share it, as the system writes them.
std::string last_cache(const std::filesystem::path& processor) {
  int highest = -1;
  std::string shared;
  for (int i = 0; i < 10; ++i) {
    const std::filesystem::path cache = processor / "cache" / ("index" + std::to_string(i));
    std::ifstream level_file(cache / "level"), list_file(cache / "shared_cpu_list");
    int level = 0;
    std::string list;
    if (!(level_file >> level) || !(list_file >> list) || level <= highest) continue;
    highest = level;
    shared = list;
  }
  return shared;
}

}  // namespace

std::vector<std::vector<int>> core_groups(const std::filesystem::path& folder) {
  std::map<std::string, std::vector<int>> by_cache;
  for (const int processor : allowed_processors())
    by_cache[last_cache(folder / ("cpu" + std::to_string(processor)))].push_back(processor);
  std::vector<std::vector<int>> result;
  for (auto& [cache, processors] : by_cache) result.push_back(std::move(processors));
  if (by_cache.contains("") && result.size() > 1) {  // of some the system does not tell
    for (std::size_t i = 1; i < result.size(); ++i)
      result[0].insert(result[0].end(), result[i].begin(), result[i].end());
    result.resize(1);
    std::sort(result[0].begin(), result[0].end());
  }
  std::sort(result.begin(), result.end());
  return result;
}

void run_on(std::span<const int> processors) noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int i : processors)
    if (i >= 0 && i < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(i), &set);
  sched_setaffinity(0, sizeof set, &set);  // of this thread; without it training is only slower
}

}  // namespace equivec
