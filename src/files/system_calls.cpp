#include "src/files/system_calls.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace equivec {

SystemCalls& system_calls() noexcept {
  static SystemCalls calls = {
      .create = [](const char* file,
                   mode_t mode) { return ::open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode); },
      .write = ::write,
      .write_at = ::pwrite,
      .synchronise = ::fsync,
      .set_mode = ::fchmod,
      .link = ::link,
      .rename = ::rename,
      .make_folder = ::mkdir,
  };
  return calls;
}

}  // namespace equivec
