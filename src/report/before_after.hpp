#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/report/document.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace equivec {

// Vectors before and after something was done to them, measured and evaluated side by side: what the reports of debias
// and transform have in common.

struct BeforeAndAfter {
  const Embeddings &before, &after;
  const BiasWordSets& sets;
  const std::vector<SimilaritySet>& similarities;
  const std::vector<AnalogySet>& analogies;
  BiasMeasureOptions measuring;  ///< seed and threads are those of the evaluations too
};

/// A measure of bias before and after.
struct MeasuredTwice {
  const BiasMeasure* measure;
  std::string sets, query;
  std::optional<BiasMeasurement> before, after;
  std::string error;
};

/// A score before and after, and the test of the difference (after minus before).
struct ScoredTwice {
  std::string set, score;
  std::optional<double> before, after;
  std::optional<Difference> difference;
};

struct SideBySide {
  std::vector<MeasuredTwice> measured;
  std::vector<ScoredTwice> scored;
};

/// All measures that fit the sets, and for those of gender the published tests of gender bias; the words that were most
/// biased before are those of after too. And all evaluation sets. The progress counts measurements and evaluations.
/// Throws Cancelled.
SideBySide side_by_side(const BeforeAndAfter& vectors, Progress& progress);

/// measure, query, better, before, after; and, a line each, what could not be measured. For a terminal.
std::string measures_text(const std::vector<MeasuredTwice>& measured);
/// set, score, before, after, difference, p
std::vector<TableRow> scores_table(const std::vector<ScoredTwice>& scored);
/// How the measures were taken, in a sentence.
std::string measuring_rules(const BeforeAndAfter& vectors);
/// The heading of the measures, their table with a forest plot, `rules`, and which measures the sets have no words for.
/// `file` is the report's.
void add_measures(Document& page, const std::vector<MeasuredTwice>& measured, const std::string& rules,
                  const std::filesystem::path& file);

Json measures_json(const std::vector<MeasuredTwice>& measured);
Json scores_json(const std::vector<ScoredTwice>& scored);

// ---- the files of a report ----

/// The files that a report may have: FILE.html, which contains its pictures; FILE.md and for its pictures
/// FILE.md.measures.svg and FILE.md.svg, since most readers of Markdown show no embedded picture; or FILE.json. Throws
/// OptionError for another ending.
std::vector<std::filesystem::path> report_files(const std::filesystem::path& file);
/// The file of a picture of occupations.
std::filesystem::path occupations_picture(const std::filesystem::path& file);

/// One of report_files() with its text.
struct ReportFile {
  std::filesystem::path file;
  std::string text;
};

/// The page as HTML or as Markdown with its pictures, by the ending of `file`.
std::vector<ReportFile> files_of(const Document& page, const std::filesystem::path& file);
/// The document as FILE.json.
std::vector<ReportFile> files_of(const Json& document, const std::filesystem::path& file);

}  // namespace equivec
