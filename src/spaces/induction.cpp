#include "equivec/spaces/induction.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/parallel.hpp"
#include "src/evaluate/outcomes.hpp"
#include "src/spaces/retrieval.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace equivec {

namespace {

/// A source word of a dictionary with the rows of its translations that can be found.
struct Question {
  std::optional<WordId> word;
  std::vector<WordId> right;
  bool missing() const { return !word || right.empty(); }
};

std::vector<Question> questions_of(const Embeddings& source, const Embeddings& target, const Dictionary& dictionary,
                                   std::size_t searched) {
  std::vector<Question> questions;
  std::map<std::string_view, std::size_t> places;
  for (const auto& [from, to] : dictionary.entries) {
    const auto [place, is_new] = places.emplace(from, questions.size());
    if (is_new) {
      const auto word = source.vocabulary().find(from);
      if (word) require_finite(source, *word);
      questions.push_back({word, {}});
    }
    if (const auto right = target.vocabulary().find(to); right && index(*right) < searched)
      questions[place->second].right.push_back(*right);
  }
  return questions;
}

std::vector<Outcome> outcomes_of(const std::vector<Question>& questions,
                                 const std::vector<std::vector<Neighbor>>& answers, std::size_t count) {
  std::vector<Outcome> outcomes;
  auto next = answers.begin();
  for (const Question& question : questions) {
    if (question.missing()) {
      outcomes.push_back(Outcome::missing);
      continue;
    }
    const std::vector<Neighbor>& found = *next++;
    const auto end = found.begin() + static_cast<std::ptrdiff_t>(std::min(count, found.size()));
    const bool right = std::any_of(found.begin(), end, [&](const Neighbor& answer) {
      return std::ranges::find(question.right, answer.word) != question.right.end();
    });
    outcomes.push_back(right ? Outcome::right : Outcome::wrong);
  }
  return outcomes;
}

Induction measured(RetrievalMetric metric, const std::vector<Question>& questions,
                   const std::vector<std::vector<Neighbor>>& answers, const Dictionary& dictionary,
                   const InductionOptions& options) {
  Induction result{metric, {}, {}, outcomes_of(questions, answers, 1), outcomes_of(questions, answers, 5)};
  const BootstrapOptions bootstrap{.confidence = options.confidence};
  result.at_1 = accuracy_of(dictionary.name, result.outcomes_1, bootstrap);
  result.at_5 = accuracy_of(dictionary.name, result.outcomes_5, bootstrap);
  return result;
}

}  // namespace

void validate(const InductionOptions& options) {
  require_between("neighbors", options.neighbors, 1, 1000);
  require_between("threads", options.threads, 0, 4096);
  validate(BootstrapOptions{.confidence = options.confidence});
}

std::vector<Induction> induce(const Embeddings& source, const Embeddings& target, const Dictionary& dictionary,
                              const InductionOptions& options, Progress* progress) {
  validate(options);
  if (source.dimension() != target.dimension())
    throw Error("the source has vectors of dimension " + std::to_string(source.dimension()) + ", the target of " +
                std::to_string(target.dimension()) + "; words can be compared in one space only");
  const CancelScope scope(progress);
  const std::size_t most = options.restrict == 0 ? std::max(source.size(), target.size()) : options.restrict;
  const std::vector<Question> questions = questions_of(source, target, dictionary, std::min(most, target.size()));
  std::vector<WordId> asked;
  for (const Question& question : questions)
    if (!question.missing()) asked.push_back(*question.word);
  const Matrix queries = unit_rows(source, asked, options.threads), rows = unit_rows(target, most, options.threads);
  constexpr std::size_t answers = 5;
  std::vector<Induction> result;
  if (options.metric == RetrievalMetric::csls) {
    const std::vector<float> means =
        mean_similarities(rows, unit_rows(source, most, options.threads), options.neighbors, options.threads, progress);
    result.push_back(measured(RetrievalMetric::csls, questions,
                              nearest_rows(queries, rows, means, answers, options.threads, progress), dictionary,
                              options));
  }
  result.push_back(measured(RetrievalMetric::cosine, questions,
                            nearest_rows(queries, rows, {}, answers, options.threads, progress), dictionary, options));
  return result;
}

}  // namespace equivec
