#include "equivec/evaluate/synonyms.hpp"

#include "equivec/base/error.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/evaluate/word_lookup.hpp"
#include "src/files/delimited.hpp"

#include <algorithm>
#include <limits>

namespace equivec {

SynonymSet read_synonyms(const std::filesystem::path& file) {
  SynonymSet set{.name = set_name(file), .questions = {}};
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, separator_of(line, "|\t;,"));
    if (fields.size() < 3 || std::ranges::find(fields, "") != fields.end())
      throw Error(place(file, number) + "expected a word, the right choice and a wrong one at least, found " +
                  std::to_string(fields.size()) + " fields");
    set.questions.push_back({fields[0], {fields.begin() + 1, fields.end()}});
  });
  if (set.questions.empty()) throw Error(file.string() + ": holds no question (a word and its choices a line)");
  return set;
}

SynonymResult evaluate(const Embeddings& embeddings, const SynonymSet& set, const EvaluateOptions& options) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings, options.restrict, options.fold_case);
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
