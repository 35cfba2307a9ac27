#pragma once

#include "apps/cli/program.hpp"

#include <span>
#include <string>

/// Prints what can stand in place of the last of the words of a command line, for the scripts of apps/completions:
/// `equivec __complete -- WORDS...`, the words after the program's name, as far as the one that is being typed. The
/// first line is "files" if names of files fit too, or else "words"; then a suggestion and, after a tab, what it is, a
/// line. A word that holds a value, as --method=x, is suggested whole. Never fails: it then suggests nothing.
///
/// Suggestions for words of vectors are at most 100, the most frequent first. They are taken from native files, which
/// are mapped, and from other files of at most 4 MB, since the shell waits.
void print_completions(const Program& program, std::span<const std::string> arguments);
