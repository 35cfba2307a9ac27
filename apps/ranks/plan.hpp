#pragma once

#include <span>
#include <string>

/// The command `plan`: what a training over ranks would take.
int run_plan(std::span<const std::string> arguments);
