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
#include "src/report/probe_report.hpp"

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
  /// Texts, without vectors, that classifiers are trained and tested on before and after; null: none.
  const ProbeReport* probe = nullptr;
};

/// Reads the texts for classifiers on the vectors of before and after, and plans counterfactuals by the pairs of the
/// sets, if they have any. `positive`: as in CounterfactualRequest. Throws as read_labelled_texts(),
/// require_learnable() and plan_counterfactuals().
ProbeReport read_probe_texts(const std::string& training, const std::string& test, const std::string& positive,
                             const BiasWordSets& sets, const DebiasOptions& options,
                             const Progress* progress = nullptr);

/// How the report's measures are taken: along one direction, found as for debiasing, with the same restrict, seed and
/// threads.
BiasMeasureOptions measuring_options(const DebiasOptions& options);

/// Measures and evaluates both vectors, and returns the files of report.file; those of pictures for which there is
/// nothing to show are left out. The progress counts measurements and evaluations. Throws OptionError as
/// report_files(); Cancelled.
std::vector<ReportFile> render_report(const DebiasReport& report, Progress& progress);

}  // namespace equivec
