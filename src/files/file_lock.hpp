#pragma once

#include "src/files/files.hpp"

#include <filesystem>

namespace equivec {

/// Keeps other runs from a file for as long as it lives, by a locked file ".NAME.lock" beside it, which the destructor
/// removes. What a killed run left is taken over. Where files cannot be locked (some network file systems) it does
/// nothing.
class FileLock {
 public:
  /// Throws Error "FILE: MESSAGE" if another run holds the lock.
  FileLock(const std::filesystem::path& file, const char* message);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  std::filesystem::path path_;  // empty: nothing is locked
  Descriptor descriptor_;
};

}  // namespace equivec
