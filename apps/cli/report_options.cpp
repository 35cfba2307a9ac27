#include "apps/cli/report_options.hpp"

#include "equivec/base/error.hpp"
#include "src/report/before_after.hpp"

using namespace equivec;

void ReportOptions::validate() const {
  if (file.empty() && (!similarities.empty() || !analogies.empty()))
    throw OptionError("--similarity and --analogies are for the report; give --report FILE.html");
  if (!file.empty()) report_files(file);
}

void ReportOptions::add_to(RunFiles& files) const {
  if (!file.empty()) files.writes(report_files(file));
  files.reads(similarities);
  files.reads(analogies);
}

void add_report_options(Options& options, ReportOptions& report) {
  options
      .add("report", report.file, "before and after side by side: FILE.html, FILE.md (with .svg files) or FILE.json",
           "FILE")
      .add("similarity", report.similarities, "sets of word pairs, as in eval, for the report: what it cost or gained")
      .add("analogies", report.analogies, "sets of analogies, as in eval, for the report");
}
