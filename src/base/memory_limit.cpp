#include "src/base/memory_limit.hpp"

#include "src/base/lines.hpp"
#include "src/base/text_numbers.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace equivec {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

std::string text_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The number that a file begins with; "max" and a missing file are no limit.
std::uint64_t limit_in(const fs::path& file) {
  const std::string text = text_of(file);
  return parse_number<std::uint64_t>(std::string_view(text).substr(0, text.find('\n'))).value_or(unlimited);
}

/// The least limit of a group and of those around it. In a container the group's path may be that of the host, of which
/// only the root is there.
std::uint64_t least_limit(const fs::path& root, fs::path group, const char* file) {
  std::uint64_t least = limit_in(root / file);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path())
    least = std::min(least, limit_in(root / group / file));
  return least;
}

std::uint64_t resource_limit(int resource) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return unlimited;
  return limit.rlim_cur;
}

/// Bytes that the process has, by a field of /proc/self/statm: 0 for address space, 5 for data.
std::uint64_t in_use(int field) {
  std::ifstream in("/proc/self/statm");
  std::uint64_t pages = 0;
  for (int i = 0; i <= field && in; ++i) in >> pages;
  return in ? pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

/// What is left of a limit.
std::uint64_t left_of(std::uint64_t limit, int field) {
  return limit == unlimited ? unlimited : limit - std::min(limit, in_use(field));
}

}  // namespace

std::uint64_t control_group_limit(std::string_view membership, const fs::path& root) {
  std::uint64_t least = unlimited;
  // "0::/path" of version 2, "4:memory:/path" or "4:cpu,memory:/path" of version 1.
  for_each_line(membership, [&](std::string_view line, std::size_t) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) return true;
    const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
    const fs::path group = line.substr(second + 1);
    if (controllers == ",,") least = std::min(least, least_limit(root, group, "memory.max"));
    if (controllers.find(",memory,") != controllers.npos)
      least = std::min(least, least_limit(root / "memory", group, "memory.limit_in_bytes"));
    return true;
  });
  return least;
}

std::uint64_t memory_for(std::uint64_t option) { return option != 0 ? option : memory_limit() / 4 * 3; }

std::uint64_t memory_limit() {
  const std::uint64_t machine =
      static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t group = control_group_limit(text_of("/proc/self/cgroup"), "/sys/fs/cgroup");
  return std::min({machine, group, left_of(resource_limit(RLIMIT_AS), 0), left_of(resource_limit(RLIMIT_DATA), 5)});
}

}  // namespace equivec
