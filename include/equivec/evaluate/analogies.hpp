#pragma once

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

namespace equivec {

/// Pairs of words in one relation, and questions made of two of them: a is to b as c is to ... ?
struct AnalogySet {
  struct Pair {
    std::string source;
    std::vector<std::string> targets;  ///< any of them is right
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

/// By what stands in it, a file is
/// - of questions, "a b c d" on a line, where ": name" begins a section (Google's questions-words.txt), or with the
///   section in a column before them (comma-separated, if the name ends in .csv);
/// - of pairs, "a b" on a line, several right answers parted by '/': a section named after the file, whose questions
/// are
///   all ordered pairs of pairs (BATS; Gladkova, Drozd and Matsuoka 2016);
/// - of Microsoft's questions, "a b c", if its name ends in .questions; "section d" stands on the same line of the file
///   of that name in .answers (Mikolov, Yih and Zweig 2013).
/// A folder is all files in it and below, by name. Throws Error also if there is no question.
AnalogySet read_analogies(const std::filesystem::path& path);

struct AnalogyResult {
  Accuracy all;                        ///< over all questions (micro)
  std::optional<double> section_mean;  ///< of the sections' accuracies (macro)
  std::optional<Interval> section_mean_interval;
  std::vector<Accuracy> sections;
  std::vector<std::vector<Outcome>> outcomes;  ///< of each section's questions, in their order
};

/// A question is answered if all four words are known; the three given words, and with folded case those like them
/// unless options.include_alike, are never answers unless options.analogies.include_query. By 3CosAvg and LRCos each
/// pair of a section is a question, to which the section's other pairs are given. Progress counts questions.
AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options = {},
                       Progress* progress = nullptr);

std::optional<Difference> compare(const AnalogyResult& first, const AnalogyResult& second,
                                  const BootstrapOptions& options = {});

}  // namespace equivec
