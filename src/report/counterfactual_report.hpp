#pragma once

#include "equivec/bias/word_sets.hpp"
#include "equivec/downstream/counterfactuals.hpp"
#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/downstream/word_swaps.hpp"
#include "src/report/json.hpp"
#include "src/report/table.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

// Counterfactuals of classifiers, whichever these are, as tables and JSON.

/// What is asked for.
struct CounterfactualRequest {
  bool texts = false, templates = false;  ///< of the test texts, and of sentences made from templates
  std::string sets = "gender";            ///< word sets, by name or in a file
  std::string pairs;                      ///< a file of pairs in place of those of the sets; may be empty
  std::string names;                      ///< "weat" or a file of names that are swapped too; may be empty
  std::string positive;                   ///< a label; empty: of two labels the second in byte order

  bool any() const { return texts || templates; }
};

/// Texts with their twins, and how the classifiers are to judge them.
struct CounterfactualPlan {
  struct Texts {
    std::string name;  ///< "test", "templates, neutral"
    TwinTexts twins;
  };
  std::string words;         ///< what is swapped, in words
  std::string swapped_from;  ///< name of the sets, or the file of pairs
  std::uint64_t pairs = 0, names = 0;
  WordPair groups;               ///< how the groups are called: the words of the first pair
  std::string positive;          ///< the label
  std::uint32_t positive_class;  ///< its index among the classes of the training
  std::vector<Texts> texts;
  std::string note = {};  ///< which texts were left out; may be empty
};

/// What is swapped: pairs of the file or of the sets, and names. Throws Error as swap_words() and read_word_pairs().
SwapWords requested_words(const CounterfactualRequest& request, const BiasWordSets& sets);

/// Reads what is swapped and makes the twins. Labels become indices of the training's classes. Throws OptionError if
/// `positive` is no label of the training, or missing where there are more than two; Error as read_word_sets(),
/// read_word_pairs(), WordSwaps and template_texts(), and if nothing but the test texts is asked for and none has a
/// word that is swapped.
CounterfactualPlan plan_counterfactuals(const CounterfactualRequest& request, const LabelledTexts& training,
                                        const LabelledTexts& test);
/// The same with these word sets in place of request.sets.
CounterfactualPlan plan_counterfactuals(const CounterfactualRequest& request, const BiasWordSets& sets,
                                        const LabelledTexts& training, const LabelledTexts& test);

/// One classifier's results, for each of the plan's texts.
struct JudgedTexts {
  std::string name;  ///< of the vectors, or of the classifier
  std::vector<CounterfactualResult> results;
  /// From the first classifier's, which has none; this one's minus the first's.
  std::vector<CounterfactualDifference> differences;
};

/// Asks a classifier and compares it with the first, if `first` is not null.
JudgedTexts judge(const std::string& name, const CounterfactualPlan& plan, const TextClassifier& classifier,
                  const JudgedTexts* first, const BootstrapOptions& bootstrap, const Progress* progress);

/// Rows of a table, and how many of its columns stand to the left.
struct TitledTable {
  std::vector<TableRow> rows;
  std::size_t texts;
};
/// Flips and scores; rates by group if there are labels; differences from the first if there are several. `what` heads
/// the column of names: "vectors".
std::vector<TitledTable> counterfactual_tables(const CounterfactualPlan& plan, std::span<const JudgedTexts> all,
                                               const std::string& what);
/// What was swapped and what the numbers are, a line or sentence each.
std::vector<std::string> counterfactual_rules(const CounterfactualPlan& plan, std::span<const JudgedTexts> all);

/// {"swapped": ..., "pairs": ..., "names": ..., "first": ..., "second": ..., "positive": ...}
Json to_json(const CounterfactualPlan& plan);
/// An object for each of the plan's texts. `first`: the first classifier's results.
Json to_json(const CounterfactualPlan& plan, const JudgedTexts& judged, const JudgedTexts& first);

}  // namespace equivec
