#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

/// The counters of the work in progress; Ctrl-C and SIGTERM cancel it.
equivec::Progress& progress();

/// The processes that do a command together; null if there is one, as in equivec. The first rank alone writes, and
/// shows remarks and progress.
equivec::Communicator* ranks();
void set_ranks(equivec::Communicator* ranks);
bool is_first_rank();

/// Makes SIGINT, SIGTERM and SIGHUP set progress().cancelled; a second one ends the program at once. After SIGPIPE and
/// SIGXFSZ, the write fails instead.
void install_signal_handlers();
/// Restores the system's handlers, for a prompt that waits for a line.
void restore_signal_handlers();
/// The exit status of a command that a signal interrupted: 130 for SIGINT, 143 for SIGTERM.
int status_of_interruption();

/// The file that keeps the state of the work under way, where there is one. Any thread may call these.
void set_kept_file(const std::string& file);
/// Says, once, that the file keeps the state of training, if it is there.
void say_what_is_kept();

/// Settings that commands with long work share.
struct ConsoleOptions {
  bool progress = false;     ///< show progress though standard error is no terminal
  bool quiet = false;        ///< neither progress nor remarks
  bool no_progress = false;  ///< remarks alone
};
class Options;
void add_console_options(Options& options, ConsoleOptions& console);

/// One line on standard error, beginning with "equivec: ".
void remark(const std::string& sentence);
void remark(const equivec::Notices& notices);

/// What the library's work of several stages reports, as progress lines and remarks.
equivec::Reporting console_reporting(const ConsoleOptions& console);

/// While it lives, a line on standard error shows progress(): per cent, speed, time left, and in training the loss and
/// the learning rate. On a terminal the line is rewritten; elsewhere, if requested, a new one is written every two
/// seconds. Speed and time left start anew whenever the counter does.
class ProgressLine {
 public:
  /// `unit` is what progress() counts: "words".
  ProgressLine(std::string doing, std::string unit, const ConsoleOptions& options);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine();

 private:
  void run();

  std::string doing_, unit_;
  bool terminal_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};
