#include "equivec/bias/sembias.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/math/statistics.hpp"
#include "src/bias/pair_cosine.hpp"
#include "src/bias/query.hpp"

#include <set>

namespace equivec {

std::vector<PairKind> choose_pairs(const Embeddings& embeddings, const BiasSubspace& subspace,
                                   std::span<const PairQuestion> questions) {
  const Eigen::VectorXd direction = only_direction("questions of pairs", embeddings, subspace);
  std::vector<PairKind> result;
  for (const PairQuestion& question : questions) {
    std::optional<PairKind> chosen;
    double best = 0;
    const auto offer = [&](const PairQuestion::Pair& pair, PairKind kind) {
      const auto cosine =
          cosine_of_difference(unit_vector(embeddings[pair[1]]) - unit_vector(embeddings[pair[0]]), direction);
      if (!cosine || (chosen && *cosine <= best)) return;
      chosen = kind;
      best = *cosine;
    };
    // In the order of the published file, where the first wins ties.
    offer(question.definition, PairKind::definition);
    for (const auto& pair : question.none) offer(pair, PairKind::none);
    offer(question.stereotype, PairKind::stereotype);
    if (!chosen)
      throw Error("question " + std::to_string(result.size() + 1) +
                  " of pairs: in no pair do the vectors of the two words differ in direction; leave it out");
    result.push_back(*chosen);
  }
  return result;
}

namespace {

std::vector<std::string> choices_of(const BiasWordSets& sets, std::string_view) {
  std::vector<std::string> names;
  if (!sets.definitional.empty())
    for (const PairChoices& choices : sets.choices) names.push_back(choices.name);
  return names;
}

void run_sembias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const PairChoices& choices = *std::ranges::find(input.sets.choices, input.query, &PairChoices::name);
  const BiasDirection direction = single_direction_in(input, input.embeddings, result);
  std::vector<PairQuestion> questions;
  std::set<WordId> different;
  for (const PairChoice& choice : choices.questions) {
    const auto pair_of = [&](const PairChoice::Pair& pair) -> std::optional<PairQuestion::Pair> {
      const auto first = words_of(input, {pair[0]}, result), second = words_of(input, {pair[1]}, result);
      if (first.empty() || second.empty()) return std::nullopt;
      different.insert({first[0], second[0]});
      return PairQuestion::Pair{first[0], second[0]};
    };
    const auto definition = pair_of(choice.definition), stereotype = pair_of(choice.stereotype);
    std::vector<PairQuestion::Pair> none;
    for (const PairChoice::Pair& pair : choice.none)
      if (const auto known = pair_of(pair)) none.push_back(*known);
    if (definition && stereotype && none.size() == choice.none.size())
      questions.push_back({*definition, *stereotype, none});
  }
  if (questions.empty()) throw Error("no question has all its words in the vocabulary");
  std::uint64_t counts[3] = {};
  for (const PairKind kind : choose_pairs(input.embeddings, direction.subspace, questions))
    ++counts[static_cast<std::size_t>(kind)];
  const auto figure = [&](const std::string& name, PairKind kind) {
    const Proportion proportion{counts[static_cast<std::size_t>(kind)], questions.size()};
    return BiasMeasurement::Figure{name, static_cast<double>(proportion.count) / static_cast<double>(proportion.total),
                                   proportion_interval(proportion)};
  };
  const BiasMeasurement::Figure stereotype = figure("stereotype", PairKind::stereotype);
  result.value = stereotype.value;
  result.interval = stereotype.interval;
  result.figures = {figure("definition", PairKind::definition), figure("none", PairKind::none)};
  result.counts = {{"questions", questions.size()},
                   {"questions_left_out", choices.questions.size() - questions.size()}};
  result.words = different.size();
  result.conventions.emplace_back("value", "share of questions answered by the stereotype");
  result.conventions.emplace_back("vectors", "of length 1");
  result.conventions.emplace_back("interval", "bootstrap of the questions");
}

}  // namespace

constinit const BiasMeasure sembias_measure = {
    .name = "sembias",
    .title = "which pair differs most along the direction: by definition, stereotype or neither",
    .paper = "Zhao, Zhou, Li, Wang and Chang 2018",
    .takes = "a direction, choices of pairs",
    .range = "0 to 1",
    .better = "lower",
    .unbiased = 0,
    .default_sets = "sembias",
    .has_direction = true,
    .queries = choices_of,
    .run = run_sembias};

}  // namespace equivec
