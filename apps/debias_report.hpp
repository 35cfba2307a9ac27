#pragma once

#include "apps/occupation_bias.hpp"
#include "apps/query.hpp"

#include "equivec/bias_measures.hpp"
#include "equivec/debias_methods.hpp"
#include "equivec/evaluation_sets.hpp"
#include "equivec/progress.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// What debiasing did, side by side: for the one who hands the vectors on.
struct DebiasReport {
  std::string vectors, output;  ///< files
  const equivec::DebiasMethod& method;
  const equivec::BiasWordSets& sets;
  const equivec::Embeddings& before;
  const equivec::Debiased& debiased;
  const OccupationBias &occupations_before, &occupations_after;
  const std::vector<equivec::SimilaritySet>& similarities;  ///< to see what it cost
  const std::vector<equivec::AnalogySet>& analogies;
  equivec::BiasMeasureOptions measuring;
};

/// The files of a report: FILE.html, which has its picture inside; FILE.md, and for its picture FILE.md.svg, since most
/// readers of Markdown show none from inside; or FILE.json. Throws OptionError for another ending.
std::vector<std::filesystem::path> report_files(const std::filesystem::path& file);

/// Measures and evaluates both, and says so: the text of each of report_files(file). The progress counts measurements
/// and evaluations. Throws Cancelled.
std::vector<std::string> render_report(const std::filesystem::path& file, const DebiasReport& report,
                                       equivec::Progress& progress);
