#pragma once

#include "equivec/spaces/transform.hpp"
#include "src/report/before_after.hpp"
#include "src/report/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace equivec {

/// What the command transform says. `output` is empty if the vectors are not written, `file`, the report's own, if
/// there is none.
struct TransformReport {
  std::string vectors, output, file;
  const Transformed& transformed;
  /// Of a report: the vectors of before and after, and what was measured on them.
  std::optional<BeforeAndAfter> compared = {};
  SideBySide found = {};
};

/// What was proved, of a report the tables of scores and measures, and the files written.
std::string to_text(const TransformReport& report);
/// The same; FILE.json has this document.
Json to_json(const TransformReport& report);

/// The files of report.file; those of pictures for which there is nothing to show are left out. Throws OptionError as
/// report_files(). REQUIRES: report.compared
std::vector<ReportFile> render_report(const TransformReport& report);

}  // namespace equivec
