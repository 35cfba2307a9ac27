#include "apps/ranks/spokesman.hpp"

#include "apps/cli/console.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <fstream>

using namespace equivec;

namespace {

using std::chrono::milliseconds;

// How long a rank that was asked to end may take to do so by itself. Open MPI kills a second after it has asked.
constexpr milliseconds patience{400};

/// Waits so long, unless `so` gets true; returns whether it did.
template <class Condition>
bool becomes(milliseconds time, const Condition& so) {
  for (milliseconds waited{0}; waited < time && !so(); waited += milliseconds(10))
    std::this_thread::sleep_for(milliseconds(10));
  return so();
}

/// Whether a process of this machine has ended. One that its parent has not asked for yet is still there, as a zombie.
bool has_ended(long process) {
  if (::kill(static_cast<pid_t>(process), 0) != 0) return errno == ESRCH;
  std::string line;
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::getline(file, line);
  return line.find(") Z ") != line.npos;
}

}  // namespace

Spokesman::Spokesman(MpiCommunicator& ranks) : ranks_(ranks) {
  const auto hosts = gather(ranks, ranks.host()), processes = gather(ranks, std::to_string(::getpid()));
  for (std::size_t r = 0; r < hosts.size(); ++r)
    places_.push_back({"rank " + std::to_string(r) + " on " + hosts[r], hosts[r], std::stol(processes[r])});
  if (ranks.size() > 1) watcher_ = std::jthread([this](const std::stop_token& stopped) { watch(stopped); });
}

std::string Spokesman::prefix(int rank) const { return rank < 0 ? "" : place(rank) + ": "; }

bool Spokesman::speaks() const {
  const auto own = static_cast<std::size_t>(ranks_.rank());
  return std::all_of(places_.begin(), places_.begin() + static_cast<std::ptrdiff_t>(own),
                     [&](const Place& lower) { return lower.host == places_[own].host && has_ended(lower.process); });
}

void Spokesman::watch(const std::stop_token& stopped) {
  while (!progress().cancelled) {
    if (stopped.stop_requested()) return;
    std::this_thread::sleep_for(milliseconds(10));
  }
  // At once: those that spoke and ended since are none that were killed.
  role_ = speaks() ? Role::speaker : Role::listener;
  if (!becomes(patience, [&] { return stopped.stop_requested(); }) && role_ == Role::speaker) say_what_is_kept();
}

void Spokesman::abort(const std::string& before, const std::string& message, bool interrupted) {
  // The first rank may be about to say the same, and then ends this one.
  const milliseconds wait(100 * std::min(ranks_.rank(), 20));
  const bool ended = !interrupted && becomes(wait, [] { return progress().cancelled.load(); });
  if (interrupted) becomes(patience / 2, [this] { return role_ != Role::unknown; });
  const bool says = interrupted ? role_ == Role::speaker : !ended;
  if (says && interrupted) {
    say_what_is_kept();
    std::this_thread::sleep_for(patience / 2);  // while the others look who is there
  }
  ranks_.abort(says ? before + prefix(ranks_.rank()) + message : "");
  std::terminate();  // not reached
}
