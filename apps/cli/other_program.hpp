#pragma once

#include <span>
#include <string>

/// Becomes the program equivec-NAME, which stands beside this one or else on PATH. Throws equivec::Error if there is
/// none, with `advice` on how to get it.
[[noreturn]] void become_program(const std::string& name, std::span<const std::string> arguments,
                                 const std::string& advice);
