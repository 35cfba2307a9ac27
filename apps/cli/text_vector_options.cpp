#include "apps/cli/text_vector_options.hpp"

using namespace equivec;

void add_text_vector_options(Options& options, MeanVectorOptions& texts) {
  options
      .add_named("weighting", texts.weighting, word_weightings,
                 "none; sif: a / (a + the word's share of the counts) (Arora et al. 2017); zipf: ln(1 + row)")
      .add("a", texts.a, "of sif: a smaller one weighs frequent words less")
      .add("remove", texts.remove, "take so many directions that the texts have in common out; with sif mostly 1")
      .add_named("normalize", texts.normalize, normalize_choices,
                 "scale a text's vector to length 1: model (if the static model says so), always or never");
}
