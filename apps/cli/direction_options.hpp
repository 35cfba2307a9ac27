#pragma once

#include "equivec/bias/direction.hpp"

#include "apps/cli/options.hpp"

#include <string>

/// --direction, --pair and --rank; `method` is the name that --direction gives.
void add_direction_options(Options& options, std::string& method, equivec::DirectionOptions& direction);
/// The method named; a pair without --direction means `pair`. Throws equivec::OptionError.
equivec::DirectionMethod direction_method(const Options& options, const std::string& method);
