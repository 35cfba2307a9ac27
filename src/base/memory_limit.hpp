#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace equivec {

/// How many bytes of memory this process may have: the machine's memory, or less where a control group (version 1 or 2,
/// as containers have) or a resource limit (`ulimit -v`, `ulimit -d`) says so. Of a resource limit, what is in use is
/// taken off.
std::uint64_t memory_limit();

/// What an option of memory means, in bytes: 0 is three quarters of what this process may have.
std::uint64_t memory_for(std::uint64_t option);

/// The least limit of memory of a process's control groups and of those that they are in; the largest number if there
/// is none. `membership` is the text of /proc/self/cgroup, `root` the folder where the groups are mounted.
std::uint64_t control_group_limit(std::string_view membership, const std::filesystem::path& root);

}  // namespace equivec
