#include "src/evaluation.hpp"
#include "src/word_lookup.hpp"

#include <algorithm>
#include <limits>

namespace equivec {

SynonymResult evaluate(const Embeddings& embeddings, const SynonymSet& set, const EvaluateOptions& options) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings.vocabulary(), options.restrict, options.fold_case);
  SynonymResult result;
  for (const SynonymSet::Question& question : set.questions) {
    const auto word = lookup.find(question.word), right = lookup.find(question.choices.front());
    bool contested = false;
    double wrong = -std::numeric_limits<double>::infinity();
    if (word)
      for (std::size_t i = 1; i < question.choices.size(); ++i)
        if (const auto choice = lookup.find(question.choices[i])) {
          contested = true;
          wrong = std::max(wrong, cosine(embeddings[*word], embeddings[*choice]));
        }
    if (!word || !right || !contested)
      result.outcomes.push_back(Outcome::missing);
    else
      result.outcomes.push_back(cosine(embeddings[*word], embeddings[*right]) > wrong ? Outcome::right
                                                                                      : Outcome::wrong);
  }
  result.accuracy = accuracy_of(set.name, result.outcomes, options.bootstrap);
  return result;
}

std::optional<Difference> compare(const SynonymResult& first, const SynonymResult& second,
                                  const BootstrapOptions& options) {
  return compare_proportions(discordance(first.outcomes, second.outcomes), options);
}

}  // namespace equivec
