#pragma once

#include "src/files/system_calls.hpp"

#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace equivec {

/// Lets one of the system calls that write fail: the call number `at`, counted from 0, with `error`; or, if `error` is
/// 0, lets it write a part alone.
class Faults {
 public:
  Faults(int at, int error) : saved_(system_calls()) {
    state_ = {at, error, 0};
    real_ = &saved_;
    system_calls() = {
        .create = [](const char* file, mode_t mode) { return fails() ? -1 : real_->create(file, mode); },
        .write = [](int file, const void* bytes,
                    std::size_t size) { return fails() ? -1 : real_->write(file, bytes, part(size)); },
        .write_at = [](int file, const void* bytes, std::size_t size,
                       off_t offset) { return fails() ? -1 : real_->write_at(file, bytes, part(size), offset); },
        .synchronise = [](int file) { return fails() ? -1 : real_->synchronise(file); },
        .set_mode = [](int file, mode_t mode) { return fails() ? -1 : real_->set_mode(file, mode); },
        .link = [](const char* file, const char* second) { return fails() ? -1 : real_->link(file, second); },
        .rename = [](const char* from, const char* to) { return fails() ? -1 : real_->rename(from, to); },
        .make_folder = [](const char* folder, mode_t mode) { return fails() ? -1 : real_->make_folder(folder, mode); }};
  }
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;
  ~Faults() { system_calls() = saved_; }

  int calls() const { return state_.calls; }

 private:
  struct State {
    int at, error, calls;
  };

  static bool fails() {
    const bool now = state_.calls++ == state_.at && state_.error != 0;
    if (now) errno = state_.error;
    return now;
  }
  static std::size_t part(std::size_t size) {
    return state_.error == 0 && state_.calls == state_.at + 1 ? std::max<std::size_t>(size / 3, 1) : size;
  }

  inline static State state_ = {};
  inline static const SystemCalls* real_ = nullptr;
  SystemCalls saved_;
};

}  // namespace equivec
