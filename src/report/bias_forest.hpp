#pragma once

#include "equivec/math/statistics.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

/// Measures of bias in one set of vectors or several, as before and after debiasing.
struct BiasForest {
  /// The numbers of a measurement that are drawn.
  struct Estimate {
    std::optional<double> value, effect_size;
    std::optional<Interval> interval;  ///< 95 %, of the effect size if the measure has one
  };
  struct Row {
    std::string measure, sets, query;
    double unbiased = 0;                             ///< the value where there is no bias
    std::vector<std::optional<Estimate>> estimates;  ///< one for each of `vectors`
  };

  std::vector<std::string> vectors;  ///< their names
  std::vector<Row> rows;
};

/// A text that holds documents of `equivec bias --json`, or of a debiasing's report, and its name in messages.
struct BiasDocuments {
  std::string name, text;
};
/// Throws Error if a file cannot be read.
std::vector<BiasDocuments> read_bias_documents(std::span<const std::string> files);

/// What the documents measured: those of vectors of the same name together, unless they measured the same twice.
/// `names`, if there are any, stand in place of those of the vectors. Throws Error naming document, line and what is
/// wrong, also if vectors have no measure in common with the first; OptionError for another number of names, or for
/// more than six sets of vectors.
BiasForest bias_forest(std::span<const BiasDocuments> documents, std::span<const std::string> names);

/// An <svg> element, a forest plot: a group for each measure, on its own scale, with a line where there is no bias; in
/// it a row for each query, with a mark and the 95 % interval for each of the vectors. Throws Error if there is nothing
/// to draw.
std::string forest_plot(const BiasForest& forest, const std::string& title);

}  // namespace equivec
