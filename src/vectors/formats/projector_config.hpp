#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// What the configuration of a projector says of one set of vectors. What it does not say is empty.
struct ProjectorEntry {
  std::string name, tensors, metadata;  // the last two are paths of files
  std::vector<std::uint64_t> shape;
  std::size_t line = 1;
};

/// The sets of vectors of projector_config.pbtxt (protocol buffers' text) or projector_config.json, by the ending of
/// the name. Throws Error naming file and line.
std::vector<ProjectorEntry> read_projector_config(const std::filesystem::path& file);

}  // namespace equivec
