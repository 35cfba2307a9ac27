#pragma once

#include "equivec/base/export.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// The files that one run reads and writes, gathered before the work begins so that no input is replaced by an output.
/// Files are compared by what they are, not by name: links and different paths to one file count as the same.
class RunFiles {
 public:
  /// An input. "" (not given) and "-" (standard input) are passed over.
  /// Throws Error if it is an output.
  void reads(const std::filesystem::path& file);
  void reads(std::span<const std::string> files);
  void reads(std::span<const std::filesystem::path> files);

  /// An output; "" is passed over. Throws Error if it is an input, OptionError if it is another output.
  void writes(const std::filesystem::path& file);
  void writes(std::span<const std::filesystem::path> files);

  /// A folder that is made for outputs if it is not there.
  void makes(const std::filesystem::path& folder);

  /// Throws Error if an output could not be written. A pipe is left alone: opening it would end its reader's file.
  void require_writable() const;

 private:
  std::vector<std::filesystem::path> inputs_, outputs_, folders_;
};

}  // namespace equivec
