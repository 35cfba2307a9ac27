#include "equivec/error.hpp"
#include "src/evaluation.hpp"
#include "src/word_lookup.hpp"

#include <algorithm>

namespace equivec {

namespace {

/// A pair of a section as the vectors know it.
struct KnownPair {
  std::optional<WordId> source;
  std::vector<WordId> targets;  ///< those that are known

  bool known() const { return source && !targets.empty(); }
  Analogy::Pair pair() const { return {*source, targets.front()}; }
};

std::vector<KnownPair> known_pairs(const WordLookup& lookup, const AnalogySet::Section& section) {
  std::vector<KnownPair> result;
  result.reserve(section.pairs.size());
  for (const AnalogySet::Pair& pair : section.pairs) {
    result.push_back({lookup.find(pair.source), {}});
    for (const std::string& target : pair.targets)
      if (const auto word = lookup.find(target)) result.back().targets.push_back(*word);
  }
  return result;
}

/// A question that can be asked, and where its outcome goes.
struct Asked {
  std::size_t section, question;
  std::vector<WordId> expected;
};

class Examination {
 public:
  Examination(const WordLookup& lookup, const EvaluateOptions& options, AnalogyResult& result)
      : lookup_(lookup), options_(options.analogies), include_alike_(options.include_alike), result_(result) {}

  void ask(const AnalogySet::Section& section) {
    const std::vector<KnownPair> pairs = known_pairs(lookup_, section);
    auto& outcomes = result_.outcomes.emplace_back();
    if (takes_pairs(options_.method))
      ask_pairs(pairs, outcomes);
    else
      ask_questions(section, pairs, outcomes);
  }

  void solve(const NearestNeighbors& index, Progress* progress) {
    const auto answers = equivec::solve(index, analogies_, 1, options_, progress);
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      const bool right = !answers[i].empty() && std::ranges::any_of(asked_[i].expected, [&](WordId expected) {
        return lookup_.same(answers[i].front().word, expected);
      });
      result_.outcomes[asked_[i].section][asked_[i].question] = right ? Outcome::right : Outcome::wrong;
    }
  }

 private:
  void ask_questions(const AnalogySet::Section& section, const std::vector<KnownPair>& pairs,
                     std::vector<Outcome>& outcomes) {
    outcomes.assign(section.questions.size(), Outcome::missing);
    for (std::size_t i = 0; i < section.questions.size(); ++i) {
      const KnownPair &first = pairs[section.questions[i].first], &second = pairs[section.questions[i].second];
      if (first.known() && second.known()) add(i, {{first.pair()}, *second.source}, second.targets);
    }
  }

  void ask_pairs(const std::vector<KnownPair>& pairs, std::vector<Outcome>& outcomes) {
    outcomes.assign(pairs.size(), Outcome::missing);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (!pairs[i].known()) continue;
      Analogy analogy{{}, *pairs[i].source};
      for (std::size_t other = 0; other < pairs.size(); ++other)
        if (other != i && pairs[other].known()) analogy.pairs.push_back(pairs[other].pair());
      if (!analogy.pairs.empty()) add(i, std::move(analogy), pairs[i].targets);
    }
  }

  void add(std::size_t question, Analogy analogy, const std::vector<WordId>& expected) {
    if (!options_.include_query && !include_alike_) {
      lookup_.append_alike(analogy.c, analogy.exclude);
      if (!takes_pairs(options_.method))
        for (const WordId word : {analogy.pairs.front().a, analogy.pairs.front().b})
          lookup_.append_alike(word, analogy.exclude);
    }
    analogies_.push_back(std::move(analogy));
    asked_.push_back({result_.outcomes.size() - 1, question, expected});
  }

  const WordLookup& lookup_;
  const AnalogyOptions& options_;
  bool include_alike_;
  AnalogyResult& result_;
  std::vector<Analogy> analogies_;
  std::vector<Asked> asked_;
};

}  // namespace

AnalogyResult evaluate(const Embeddings& embeddings, const AnalogySet& set, const EvaluateOptions& options,
                       Progress* progress) {
  validate(options.bootstrap);
  const WordLookup lookup(embeddings.vocabulary(), options.restrict, options.fold_case);
  AnalogyResult result;
  Examination examination(lookup, options, result);
  for (const AnalogySet::Section& section : set.sections) examination.ask(section);
  examination.solve(
      NearestNeighbors(embeddings, options.restrict, options.threads, metric_of(options.analogies.method)), progress);

  std::vector<Outcome> all;
  std::vector<Proportion> proportions;
  double sum = 0;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < set.sections.size(); ++i) {
    const Accuracy& section =
        result.sections.emplace_back(accuracy_of(set.sections[i].name, result.outcomes[i], options.bootstrap));
    all.insert(all.end(), result.outcomes[i].begin(), result.outcomes[i].end());
    proportions.push_back({section.correct, section.total});
    sum += section.value().value_or(0);
    answered += section.total > 0;
  }
  result.all = accuracy_of(set.name, all, options.bootstrap);
  if (answered > 0) result.section_mean = sum / static_cast<double>(answered);
  result.section_mean_interval = mean_proportion_interval(proportions, options.bootstrap);
  return result;
}

std::optional<Difference> compare(const AnalogyResult& first, const AnalogyResult& second,
                                  const BootstrapOptions& options) {
  require_same_size(first.outcomes.size(), second.outcomes.size());
  Discordance sum;
  for (std::size_t i = 0; i < first.outcomes.size(); ++i) {
    const Discordance section = discordance(first.outcomes[i], second.outcomes[i]);
    sum.only_first += section.only_first;
    sum.only_second += section.only_second;
    sum.total += section.total;
  }
  return compare_proportions(sum, options);
}

}  // namespace equivec
