#pragma once

#include "apps/cli/command.hpp"

#include <functional>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

/// A program of several commands.
struct Program {
  std::string_view name;
  std::span<const Command> commands;
  void (*show_usage)(std::ostream& out);
  /// Says that a command (none if empty) has failed, and returns the exit status; by default on standard error.
  std::function<int(std::string_view command, const std::string& message, int status)> on_failure = {};

  int fail(std::string_view command, const std::string& message, int status) const {
    return on_failure ? on_failure(command, message, status) : say_and_fail(name, command, message, status);
  }
  /// One line on standard error.
  static int say_and_fail(std::string_view program, std::string_view command, const std::string& message, int status);
};

/// What main() does: runs the command that the arguments begin with, and turns exceptions into messages.
int run_program(const Program& program, int argc, char** argv);
