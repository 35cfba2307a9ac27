#pragma once

#include "equivec/report/versions.hpp"

#include "apps/cli/command.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A program of several commands.
struct Program {
  std::string_view name;     ///< of its file, in messages and of its manual page
  std::string_view called;   ///< what the usage of its commands begins with
  std::string_view usage;    ///< "equivec COMMAND ARGUMENTS [options]"
  std::string_view summary;  ///< what it is, in a line without a full stop
  std::string_view about;    ///< the same in sentences, in lines of at most 100 columns
  std::span<const Command> commands;
  std::string_view remarks;  ///< what --help says after the commands, in such lines
  /// Versions of libraries that this program alone has.
  std::vector<equivec::ComponentVersion> (*components)() = nullptr;
  /// Says that a command (none if empty) has failed, and returns the exit status; by default on standard error.
  std::function<int(std::string_view command, const std::string& message, int status)> on_failure = {};

  int fail(std::string_view command, const std::string& message, int status) const {
    return on_failure ? on_failure(command, message, status) : say_and_fail(name, command, message, status);
  }
  /// What stands before a command: "equivec sequence".
  std::string_view invocation() const;
  /// The command that the arguments begin with, by its one word or two; null if there is none.
  const Command* find(std::span<const std::string> arguments, std::size_t& words) const;
  /// One line on standard error.
  static int say_and_fail(std::string_view program, std::string_view command, const std::string& message, int status);
};

/// What the exit statuses of all commands mean.
inline constexpr std::string_view exit_statuses =
    "Exit status: 0 done, 1 data or a file is at fault, 2 the command line is, 130 and 143 interrupted.\n";

/// What main() does: runs the command that the arguments begin with, and turns exceptions into messages.
int run_program(const Program& program, int argc, char** argv);
