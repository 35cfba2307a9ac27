#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace equivec {

/// The processors that this process may use, in groups with a common last cache, each ascending, by their first one.
/// All are one group where the system does not tell. folder: where Linux describes them.
std::vector<std::vector<int>> core_groups(const std::filesystem::path& folder = "/sys/devices/system/cpu");

/// From now on this thread runs on these processors alone, if the system allows it.
void run_on(std::span<const int> processors) noexcept;

}  // namespace equivec
