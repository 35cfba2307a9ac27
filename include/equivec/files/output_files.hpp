#pragma once

#include "equivec/base/export.hpp"

#include <filesystem>
#include <memory>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
class OutputFile;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

/// Files that appear together, complete, or not at all. Each is written beside its place; commit() puts all of them in
/// their places. Without commit() the old files stay as they are and nothing else remains.
///
/// If the program is killed before commit(), the new files remain beside the old ones as ".NAME.??????.partial"; the
/// next OutputFiles that opens the same target removes them. If it is killed within commit(), between two renames, some
/// files are new and some are old.
class OutputFiles {
 public:
  OutputFiles();
  OutputFiles(const OutputFiles&) = delete;
  OutputFiles& operator=(const OutputFiles&) = delete;
  ~OutputFiles();

  /// Opens a file for writing; the reference is valid until the destructor. A device, a pipe, "-" or /dev/stdout is
  /// written directly. Throws Error if the file cannot be written, or if a running process is writing it.
  OutputFile& open(const std::filesystem::path& target);

  /// Makes a folder for files that are opened after it; nothing if it is there. Without commit() it is gone again.
  /// Throws Error if it cannot be made, or if a file has its name.
  void make_folder(const std::filesystem::path& folder);

  /// Writes all files to disk, then renames each. Throws Error if one fails; then all old files are in their places.
  void commit();

 private:
  void put_in_places();

  std::vector<std::unique_ptr<OutputFile>> files_;
  std::vector<std::filesystem::path> folders_;  // made here, and not yet kept
};

}  // namespace equivec
