#include "apps/cli/prompt.hpp"

#include "src/base/lines.hpp"

#include "apps/cli/console.hpp"

#include <editline/readline.h>
#include <sys/stat.h>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>

using namespace equivec;

namespace {

constexpr int lines_kept = 1000;

// The line editor calls functions without a context.
Prompt::Completer the_completer;
std::vector<std::string> the_candidates;
std::size_t next_candidate = 0;

char* candidate(const char*, int) {
  return next_candidate < the_candidates.size() ? ::strdup(the_candidates[next_candidate++].c_str()) : nullptr;
}

char** complete(const char* piece, int begin, int) {
  rl_attempted_completion_over = 1;  // words are not file names
  if (!the_completer) return nullptr;
  const bool begins = trimmed(std::string_view(rl_line_buffer).substr(0, static_cast<std::size_t>(begin))).empty();
  the_candidates = the_completer(piece, begins);
  next_candidate = 0;
  return rl_completion_matches(piece, candidate);
}

volatile std::sig_atomic_t interrupted = 0;
extern "C" void interrupt(int) { interrupted = 1; }

}  // namespace

Prompt::Prompt(std::string prompt, Completer completer, std::string history)
    : prompt_(std::move(prompt)), history_(std::move(history)) {
  // The line editor reads letters by the locale; without one that has letters beyond ASCII, UTF-8 is assumed. Numbers
  // keep their decimal points.
  if (!std::setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
  the_completer = std::move(completer);
  static char blanks[] = " \t";
  rl_completer_word_break_characters = blanks;
  rl_attempted_completion_function = complete;
  rl_catch_signals = 0;  // ours are called, and the read returns
  using_history();
  stifle_history(lines_kept);
  if (!history_.empty()) read_history(history_.c_str());
}

Prompt::~Prompt() {
  the_completer = nullptr;
  if (history_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(history_).parent_path(), ignored);
  const mode_t mask = ::umask(077);  // what somebody asked is theirs
  write_history(history_.c_str());
  ::umask(mask);
}

bool Prompt::next(std::string& line) {
  for (;;) {
    std::cout.flush();
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = interrupt;  // no SA_RESTART
    restore_signal_handlers();
    sigaction(SIGINT, &action, nullptr);
    const std::unique_ptr<char, decltype(&std::free)> typed(readline((prompt_ + "> ").c_str()), std::free);
    install_signal_handlers();
    if (!typed) {
      std::cout << '\n';
      if (interrupted == 0) return false;
      continue;
    }
    line = trimmed(typed.get());
    if (line.empty()) continue;
    add_history(line.c_str());
    return true;
  }
}

std::string history_file() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  const char* const home = std::getenv("HOME");
  if (state && *state) return std::string(state) + "/equivec/history";
  if (home && *home) return std::string(home) + "/.local/state/equivec/history";
  return {};
}
