#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Pairs of words in one relation, and questions made of two pairs: a is to b as c is to ... ?
struct AnalogySet {
  struct Pair {
    std::string source;
    std::vector<std::string> targets;  ///< any of them is a right answer
  };
  /// The first pair's source is to its target as the second one's source is to ... ?
  struct Question {
    std::uint32_t first, second;
  };
  struct Section {
    std::string name;
    std::vector<Pair> pairs;  ///< each once
    std::vector<Question> questions;
  };
  std::string name;
  std::vector<Section> sections;
};

/// Reads a file in one of these forms:
/// - questions, "a b c d" on a line; ": name" begins a section (Google's questions-words.txt), or, if the name ends in
///   .csv, the fields are separated by commas and the section may be in a column before them;
/// - pairs, "a b" on a line, alternative answers separated by '/'. The file is one section named after it; its
///   questions are all ordered pairs of pairs (BATS; Gladkova, Drozd and Matsuoka 2016);
/// - Microsoft's questions, "a b c", if the name ends in .questions; the same line of the .answers file of that name
///   holds "section d" (Mikolov, Yih and Zweig 2013).
/// Of a folder, reads all files in it and below, by name. Throws Error, also if there is no question.
AnalogySet read_analogies(const std::filesystem::path& path);

struct AnalogyResult {
  Accuracy all;                        ///< over all questions (micro)
  std::optional<double> section_mean;  ///< mean of the sections' accuracies (macro)
  std::optional<Interval> section_mean_interval;
  std::vector<Accuracy> sections;
  std::vector<std::vector<Outcome>> outcomes;  ///< of each section's questions, in their order
};

/// A question is answered if all four words are known. The three given words are never answers unless
/// options.analogies.include_query; with folded case, neither are words that differ from them by case alone, unless
/// that or options.include_alike is set. With 3CosAvg and LRCos each pair of a section is a question, and the section's
/// other pairs are the examples. Progress counts questions.
AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options = {},
                       Progress* progress = nullptr);

/// Difference of the accuracies over all questions that both answered.
std::optional<Difference> compare(const AnalogyResult& first, const AnalogyResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
