#pragma once

#include "apps/cli/options.hpp"

#include <string>

/// "native (.safetensors), npy (.npy) ...": all formats with their endings.
std::string format_list();
/// --format, which lists the names of all formats.
void add_format_option(Options& options, std::string& name);
