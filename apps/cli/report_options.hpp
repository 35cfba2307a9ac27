#pragma once

#include "equivec/files/run_files.hpp"

#include "apps/cli/options.hpp"

#include <string>
#include <vector>

/// A report of before and after, and the evaluation sets that it is to score.
struct ReportOptions {
  std::string file;  ///< empty: none is asked for
  std::vector<std::string> similarities, analogies;

  /// Throws equivec::OptionError for sets without a report, or if `file` cannot be one.
  void validate() const;
  void add_to(equivec::RunFiles& files) const;
};

/// --report, --similarity and --analogies.
void add_report_options(Options& options, ReportOptions& report);
