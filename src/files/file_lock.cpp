#include "src/files/file_lock.hpp"

#include "equivec/base/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace equivec {

FileLock::FileLock(const std::filesystem::path& file, const char* message)
    : path_(file.parent_path() / ("." + file.filename().string().substr(0, 200) + ".lock")) {
  for (;;) {
    descriptor_ = Descriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    if (!descriptor_ || ::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0) {
      const bool held = descriptor_ && errno == EWOULDBLOCK;
      path_.clear();
      if (held) throw Error(file.string() + ": " + message);
      return;
    }
    // Its previous owner may have removed it in between.
    if (is_name_of(path_, descriptor_)) return;
  }
}

FileLock::~FileLock() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace equivec
