#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/debias/occupation_bias.hpp"
#include "src/report/before_after.hpp"

#include <string>
#include <vector>

namespace equivec {

/// One debiasing, to be reported on.
struct DebiasReport {
  /// Names of files; `output` is empty if the vectors are not written, `file`, the report's own, if there is none.
  std::string vectors, output, file;
  const DebiasMethod& method;
  const BiasWordSets& sets;
  const Embeddings& before;
  const Debiased& debiased;
  OccupationBias occupations_before, occupations_after;
  const std::vector<SimilaritySet>& similarities;  ///< what debiasing cost is measured on these
  const std::vector<AnalogySet>& analogies;
  BiasMeasureOptions measuring;
};

/// How the report's measures are taken: along one direction, found as for debiasing, with the same restrict, seed and
/// threads.
BiasMeasureOptions measuring_options(const DebiasOptions& options);

/// Measures and evaluates both vectors, and returns the files of report.file; those of pictures for which there is
/// nothing to show are left out. The progress counts measurements and evaluations. Throws OptionError as
/// report_files(); Cancelled.
std::vector<ReportFile> render_report(const DebiasReport& report, Progress& progress);

}  // namespace equivec
