#pragma once

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace equivec {

/// The bytes of one run as a file in memory, whose name has an ending of one's choice.
class InputFile {
 public:
  InputFile(const std::uint8_t* bytes, std::size_t size, const std::string& name = "input")
      : descriptor_(::memfd_create("input", MFD_CLOEXEC)),
        path_(std::filesystem::temp_directory_path() / ("equivec-fuzz-" + std::to_string(::getpid()) + "-" + name)) {
    if (descriptor_ < 0 || ::write(descriptor_, bytes, size) != static_cast<ssize_t>(size)) std::abort();
    std::filesystem::remove(path_);
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(descriptor_), path_);
  }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile() {
    std::filesystem::remove(path_);
    ::close(descriptor_);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  int descriptor_;
  std::filesystem::path path_;
};

/// Calls f(); an Error is an answer. Everything else that is thrown ends the run, and so is reported.
template <class F>
int answered(const F& f) {
  try {
    f();
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace equivec
