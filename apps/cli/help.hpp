#pragma once

#include "apps/cli/program.hpp"

#include <iosfwd>
#include <span>
#include <string>

/// What the program says to --help: its commands.
void show_usage(const Program& program, std::ostream& out);

/// Arguments that begin no command: tells which commands of two words begin with the first one. Returns the exit
/// status; throws equivec::OptionError if none does.
int unknown_command(const Program& program, std::span<const std::string> arguments);

/// `equivec help ARGUMENTS`: the same as --help of the program or of a command, or manual pages. Returns the exit
/// status.
int show_help(const Program& program, std::span<const std::string> arguments);
