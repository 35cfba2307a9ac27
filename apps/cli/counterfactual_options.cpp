#include "apps/cli/counterfactual_options.hpp"

#include "equivec/base/error.hpp"

using namespace equivec;

void add_counterfactual_options(Options& options, CounterfactualRequest& request) {
  options
      .add("counterfactuals", request.texts,
           "also compare the test's texts with their twins, whose gendered words are swapped: flips, scores, rates")
      .add("templates", request.templates, "the same of sentences that differ in the person they are about")
      .add("sets", request.sets, "word sets whose pairs are swapped: gender, or a JSON file (data/README.md)",
           {"NAME|FILE", {"gender"}})
      .add("pairs", request.pairs, "a file of pairs in place of these, two words a line", "FILE")
      .add("names", request.names, "people's names that are swapped too: weat, or a file of pairs",
           {"NAME|FILE", {"weat"}})
      .add("positive", request.positive, "the label whose probability is the score; of two the last by name", "LABEL");
}

void require_counterfactuals(const Options& options, const CounterfactualRequest& request) {
  for (const char* const name : {"sets", "pairs", "names", "positive"})
    if (options.given(name) && !request.any())
      throw OptionError("--" + std::string(name) + " is for counterfactuals; give --counterfactuals or --templates");
  if (options.given("sets") && options.given("pairs")) throw OptionError("--sets and --pairs exclude each other");
}
