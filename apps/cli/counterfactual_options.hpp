#pragma once

#include "src/report/counterfactual_report.hpp"

#include "apps/cli/options.hpp"

/// --counterfactuals, --templates, --sets, --pairs, --names and --positive.
void add_counterfactual_options(Options& options, equivec::CounterfactualRequest& request);
/// Throws equivec::OptionError for options that say how, without --counterfactuals or --templates, and for --sets with
/// --pairs.
void require_counterfactuals(const Options& options, const equivec::CounterfactualRequest& request);
