#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/debias/occupation_bias.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace equivec {

/// What debiasing did, side by side: for the one who hands the vectors on.
struct DebiasReport {
  std::string vectors, output;  ///< files
  const DebiasMethod& method;
  const BiasWordSets& sets;
  const Embeddings& before;
  const Debiased& debiased;
  const OccupationBias &occupations_before, &occupations_after;
  const std::vector<SimilaritySet>& similarities;  ///< to see what it cost
  const std::vector<AnalogySet>& analogies;
  BiasMeasureOptions measuring;
};

/// The files of a report: FILE.html, which has its picture inside; FILE.md, and for its picture FILE.md.svg, since most
/// readers of Markdown show none from inside; or FILE.json. Throws OptionError for another ending.
std::vector<std::filesystem::path> report_files(const std::filesystem::path& file);

/// Measures and evaluates both, and says so: the text of each of report_files(file). The progress counts measurements
/// and evaluations. Throws Cancelled.
std::vector<std::string> render_report(const std::filesystem::path& file, const DebiasReport& report,
                                       Progress& progress);

}  // namespace equivec
