#pragma once

#include "apps/ranks/mpi_communicator.hpp"

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

/// Sees to it that what ends all ranks is said once: by the first rank, or if that one is gone by the next on its host.
/// While it lives, a rank that is asked to end and still waits for others after a while says what the checkpoint keeps:
/// when one rank has been killed, the launcher ends the others like that, and kills them soon after.
class Spokesman {
 public:
  /// Called by all ranks together.
  explicit Spokesman(MpiCommunicator& ranks);
  Spokesman(const Spokesman&) = delete;
  Spokesman& operator=(const Spokesman&) = delete;

  /// "rank 3 on host b"
  const std::string& place(std::ptrdiff_t rank) const { return places_.at(static_cast<std::size_t>(rank)).name; }
  /// The same and a colon, or nothing if no rank in particular is meant (-1).
  std::string prefix(int rank) const;
  /// Ends all ranks after a line on standard error that begins with `before` and the place of this one: for errors of
  /// one rank, for which others may wait. interrupted: by a signal, which others may have got too.
  [[noreturn]] void abort(const std::string& before, const std::string& message, bool interrupted);

 private:
  enum class Role { unknown, speaker, listener };  ///< when all are asked to end
  struct Place {
    std::string name, host;
    long process;
  };

  /// Whether this rank speaks for those that got the same signal.
  bool speaks() const;
  void watch(const std::stop_token& stopped);

  MpiCommunicator& ranks_;
  std::vector<Place> places_;
  std::atomic<Role> role_{Role::unknown};
  std::jthread watcher_;
};
