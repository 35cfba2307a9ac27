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

/// Measures and evaluates both, and writes HTML, Markdown or JSON, as the ending says (.html, .md, .json), beside the
/// place and renamed. HTML has its picture inside; that of Markdown, most readers of which show none from inside, is
/// FILE.md.svg. The progress counts measurements. Throws OptionError for another ending (see require_report_format()),
/// Error where it cannot be written, Cancelled.
void write_report(const std::filesystem::path& file, const DebiasReport& report, equivec::Progress& progress);

/// Throws OptionError unless the ending is one of these.
void require_report_format(const std::filesystem::path& file);
