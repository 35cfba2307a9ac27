#include "apps/cli/console.hpp"

#include "apps/cli/options.hpp"
#include "apps/cli/terminal.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>

namespace {

equivec::Progress the_progress;
equivec::Communicator* the_ranks = nullptr;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

volatile std::sig_atomic_t the_signal = 0;

std::mutex kept_mutex;
std::string kept_file;

extern "C" void cancel(int signal) {
  the_signal = signal;
  the_progress.cancelled.store(true, std::memory_order_relaxed);
}

std::string duration(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  char text[32];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ldh%02ldm", whole / 3600, whole / 60 % 60);
  else
    std::snprintf(text, sizeof text, "%ldm%02lds", whole / 60, whole % 60);
  return text;
}

}  // namespace

equivec::Progress& progress() { return the_progress; }

equivec::Communicator* ranks() { return the_ranks; }
void set_ranks(equivec::Communicator* ranks) { the_ranks = ranks; }
bool is_first_rank() { return !the_ranks || the_ranks->is_first(); }

int status_of_interruption() { return 128 + (the_signal == 0 ? SIGINT : the_signal); }

void set_kept_file(const std::string& file) {
  const std::scoped_lock lock(kept_mutex);
  kept_file = file;
}

void say_what_is_kept() {
  const std::scoped_lock lock(kept_mutex);
  std::error_code ignored;
  if (!kept_file.empty() && std::filesystem::exists(kept_file, ignored))
    show_error("equivec: " + kept_file + " keeps the state of training; go on with --resume\n");
  kept_file.clear();
}

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = cancel;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // no SA_RESTART: a read that waits for input returns
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    sigaction(signal, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) sigaction(signal, &action, nullptr);  // nohup and background jobs ignore some
  }
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);  // the write fails instead
}

void restore_signal_handlers() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
}

void add_console_options(Options& options, ConsoleOptions& console) {
  options.add("progress", console.progress, "show progress though standard error is no terminal")
      .add("quiet,q", console.quiet, "show neither progress nor remarks");
}

void remark(const std::string& sentence) {
  if (!is_first_rank()) return;
  const std::string line = "equivec: " + sentence + "\n";
  // Where a progress line stands, over it.
  std::cerr << (::isatty(STDERR_FILENO) == 1 ? "\r\033[K" + without_controls(line) : line);
}

void remark(const equivec::Notices& notices) {
  for (const std::string& notice : notices) remark(notice);
}

equivec::Reporting console_reporting(const ConsoleOptions& console) {
  equivec::Reporting reporting{.progress = &progress()};
  reporting.on_stage = [console](const std::string& stage, const std::string& unit) {
    return std::make_shared<ProgressLine>(stage, unit, console);
  };
  if (!console.quiet) reporting.on_notice = [](const std::string& sentence) { remark(sentence); };
  return reporting;
}

ProgressLine::ProgressLine(std::string doing, std::string unit, const ConsoleOptions& options)
    : doing_(std::move(doing)), unit_(std::move(unit)), terminal_(::isatty(STDERR_FILENO) == 1) {
  progress().done = 0;
  progress().total = 0;
  progress().loss = 0;
  if (is_first_rank() && !options.quiet && !options.no_progress && (terminal_ || options.progress))
    thread_ = std::thread([this] { run(); });
}

ProgressLine::~ProgressLine() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ProgressLine::run() {
  using clock = std::chrono::steady_clock;
  auto start = clock::now();
  double shown = 0;
  const auto show = [&] {
    const auto done = static_cast<double>(progress().done.load()), total = static_cast<double>(progress().total.load());
    if (done < shown) start = clock::now();      // the next piece of work, counted from 0
    if (done == shown && done == total) return;  // complete: what follows is not counted and would lower the speed
    shown = done;
    if (total == 0 || done == 0) return;
    const double seconds = std::chrono::duration<double>(clock::now() - start).count();
    char text[400];
    int length = 0;
    const auto left = [&] { return sizeof text - static_cast<std::size_t>(length); };
    length = std::snprintf(text, sizeof text, "%.40s %5.1f %%", doing_.c_str(), 100 * done / total);
    if (!unit_.empty()) {
      const double speed = done / seconds;
      const bool thousands = speed >= 10'000;
      length += std::snprintf(text + length, left(), "  %.*f%s %s/s", speed < 10 ? 1 : 0,
                              thousands ? speed / 1000 : speed, thousands ? "k" : "", unit_.c_str());
    }
    if (progress().loss > 0)
      length += std::snprintf(text + length, left(), "  loss %.4f  learning rate %.5f",
                              static_cast<double>(progress().loss.load()),
                              static_cast<double>(progress().learning_rate.load()));
    length += std::snprintf(text + length, left(), "  %s left", duration(seconds * (total - done) / done).c_str());
    std::cerr << (terminal_ ? "\r\033[K" + std::string(text) : std::string(text) + "\n") << std::flush;
  };
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::milliseconds(terminal_ ? 200 : 2000), [this] { return ended_; })) show();
  if (terminal_)
    std::cerr << "\r\033[K" << std::flush;
  else
    show();
}
