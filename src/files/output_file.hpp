#pragma once

#include "equivec/files/output_files.hpp"
#include "src/files/files.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace equivec {

/// One file of OutputFiles. It is written as ".NAME.??????.partial", with random characters, in the same folder. It is
/// locked until it is in its place, so that others can tell it from what a killed process left.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& target);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Every failure throws Error.
  void write(std::string_view bytes);

  // The steps of OutputFiles::commit():
  void sync();             ///< forces what was written to disk, so that a full disk is reported now
  void keep_old();         ///< gives the old file a second name; nothing without one or without links
  void put_in_place();     ///< renames the new file
  void undo() noexcept;    ///< puts the old file back, if it has a second name
  void finish() noexcept;  ///< removes the second name of the old file

 private:
  void make_partial();
  void take_mode();
  void remove_leftovers();
  void flush();
  [[noreturn]] void fail(const char* doing);

  std::filesystem::path name_;     // as given by the caller, for messages
  std::filesystem::path target_;   // symbolic links resolved, so that they are kept
  std::filesystem::path partial_;  // empty: written directly, or in its place
  std::filesystem::path old_;      // second name of the old file; empty: there is none
  bool placed_ = false, replaces_ = false;
  Descriptor descriptor_;
  std::string buffer_;
};

/// True for targets that are written directly rather than renamed into place: "-", /dev/stdout, /dev/fd/N, a device or
/// a pipe.
bool is_written_directly(const std::filesystem::path& target);

/// The file that a symbolic link points to, also if it does not exist; other files as they are. Throws Error for a
/// circle of links.
std::filesystem::path without_links(const std::filesystem::path& file);

/// Throws Error if `file` could not be written. Leaves a pipe alone: opening and closing one would end its reader's
/// file.
void require_writable(const std::filesystem::path& file);

}  // namespace equivec
