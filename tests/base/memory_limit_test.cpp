#include "src/base/memory_limit.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <sys/resource.h>

#include <limits>
#include <string>
#include <string_view>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// A folder of control groups.
struct Groups {
  TemporaryDirectory root;

  void limit(const fs::path& file, const std::string& text) const {
    fs::create_directories((root.path() / file).parent_path());
    write_file(root.path() / file, text);
  }
  std::uint64_t of(std::string_view membership) const { return control_group_limit(membership, root.path()); }
};

}  // namespace

TEST_CASE("memory limit: version 2 has the least limit of a group and of those around it") {
  const Groups groups;
  groups.limit("a/b/memory.max", "max\n");
  CHECK(groups.of("0::/a/b\n") == unlimited);
  groups.limit("a/memory.max", "3000000\n");
  CHECK(groups.of("0::/a/b\n") == 3000000);
  groups.limit("a/b/memory.max", "2000000\n");
  CHECK(groups.of("0::/a/b\n") == 2000000);
  groups.limit("memory.max", "1000000\n");
  CHECK(groups.of("0::/a/b\n") == 1000000);
  CHECK(groups.of("0::/\n") == 1000000);
}

TEST_CASE("memory limit: version 1 has that of the memory controller") {
  const Groups groups;
  groups.limit("memory/docker/x/memory.limit_in_bytes", "5000000\n");
  groups.limit("memory/memory.limit_in_bytes", "9223372036854771712\n");
  groups.limit("cpu/docker/x/memory.limit_in_bytes", "7\n");
  CHECK(groups.of("12:cpu,cpuacct:/docker/x\n5:memory:/docker/x\n1:name=systemd:/docker/x\n") == 5000000);
  CHECK(groups.of("5:memory:/\n") == 9223372036854771712U);
}

TEST_CASE("memory limit: in a container whose groups have the paths of the host the root's limit counts") {
  const Groups groups;
  groups.limit("memory/memory.limit_in_bytes", "6000000\n");
  groups.limit("memory.max", "8000000\n");
  CHECK(groups.of("5:memory:/docker/0123/elsewhere\n") == 6000000);
  CHECK(groups.of("0::/kubepods/pod7\n") == 8000000);
}

TEST_CASE("memory limit: text that is not a list of groups is no limit") {
  const Groups groups;
  CHECK(groups.of("") == unlimited);
  CHECK(groups.of("memory\n::\n\n") == unlimited);
}

#ifndef SANITIZED  // sanitizers take terabytes of addresses
TEST_CASE("memory limit: a limit of address space counts without what is in use") {
  const std::uint64_t before = memory_limit();
  CHECK(before > 0);
  rlimit old{};
  REQUIRE(::getrlimit(RLIMIT_AS, &old) == 0);
  constexpr rlim_t size = 4000000000;
  const rlimit limited{size, old.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_AS, &limited) == 0);
  const std::uint64_t after = memory_limit();
  REQUIRE(::setrlimit(RLIMIT_AS, &old) == 0);
  CHECK(after < size);
  CHECK(after <= before);
}
#endif
