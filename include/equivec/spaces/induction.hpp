#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/evaluate/outcomes.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

struct InductionOptions {
  RetrievalMetric metric = RetrievalMetric::csls;  ///< csls measures by cosine too
  std::size_t restrict = 50000;  ///< answers are among the first N words of the target, and so are those that CSLS
                                 ///< takes its means over, of both spaces; 0: all
  int neighbors = 10;            ///< of CSLS, 1 to 1000
  double confidence = 0.95;      ///< of the intervals
  int threads = 0;               ///< 0: all cores; results do not depend on it
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const InductionOptions& options);

/// How many words find a translation.
struct Induction {
  RetrievalMetric metric;
  Accuracy at_1, at_5;                          ///< P@1, P@5: a translation is the nearest word, or one of five
  std::vector<Outcome> outcomes_1, outcomes_5;  ///< one for each different source word, in the dictionary's order
};

/// Dictionary induction (Lample et al. 2018): each different source word of the dictionary asks for the nearest words
/// of the target, and is right if one of its translations is among them, as MUSE counts it. A word is missing if it is
/// not in the source, or if none of its translations is among the words searched. Intervals are those of a percentile
/// bootstrap over the words. The vectors are in one space already. Progress counts words, in several passes.
std::vector<Induction> induce(const Embeddings& source, const Embeddings& target, const Dictionary& dictionary,
                              const InductionOptions& options = {}, Progress* progress = nullptr);

}  // namespace equivec
