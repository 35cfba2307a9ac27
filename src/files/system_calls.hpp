#pragma once

#include <cstddef>
#include <sys/types.h>

namespace equivec {

/// The system calls that write, through which all files are written. Tests replace them, to see what each failure does.
/// Not to be replaced while another thread writes.
struct SystemCalls {
  int (*create)(const char* file, mode_t mode);  ///< a new file, opened for writing; EEXIST if there is one
  ssize_t (*write)(int descriptor, const void* bytes, std::size_t size);
  ssize_t (*write_at)(int descriptor, const void* bytes, std::size_t size, off_t offset);
  int (*synchronise)(int descriptor);
  int (*set_mode)(int descriptor, mode_t mode);
  int (*link)(const char* file, const char* second_name);
  int (*rename)(const char* from, const char* to);
  int (*make_folder)(const char* folder, mode_t mode);
};

SystemCalls& system_calls() noexcept;

}  // namespace equivec
