#include "src/bias/query.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace equivec {

std::string first_words(std::size_t restrict) {
  return restrict == 0 ? "all" : "the first " + std::to_string(restrict);
}

std::vector<std::string> queries_with(const BiasWordSets& sets, std::string_view measure, std::size_t targets,
                                      std::size_t attributes) {
  const auto fits = [](std::size_t found, std::size_t wanted) { return wanted == 0 ? found > 0 : found == wanted; };
  std::vector<std::string> names;
  for (const BiasQuery& query : sets.queries) {
    const bool meant = query.measures.empty() || std::ranges::find(query.measures, measure) != query.measures.end();
    if (meant && fits(query.targets.size(), targets) && fits(query.attributes.size(), attributes))
      names.push_back(query.name);
  }
  return names;
}

std::vector<std::string> occupations_of(const BiasWordSets& sets, std::string_view) {
  if (sets.occupations.empty() || sets.definitional.empty()) return {};
  return {sets.name + ": occupations"};
}

std::vector<std::string> direction_of(const BiasWordSets& sets, std::string_view) {
  if (sets.definitional.empty()) return {};
  return {sets.name};
}

const BiasQuery& query_of(const BiasMeasure::Input& input) {
  return *std::ranges::find(input.sets.queries, input.query, &BiasQuery::name);
}

std::vector<WordId> words_of(const BiasMeasure::Input& input, const WordSet& words, BiasMeasurement& result) {
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  ResolvedWords found = resolve_list(vocabulary, words, input.cased);
  const auto note = [](WordSet& list, const std::string& word) {
    if (std::ranges::find(list, word) == list.end()) list.push_back(word);
  };
  for (const std::string& word : found.missing) note(result.missing, word);
  std::erase_if(found.words, [&](WordId word) {
    const bool useless = unit_vector(input.embeddings[word]).isZero(0);
    if (useless) note(result.without_direction, text_of(vocabulary, word));
    return useless;
  });
  return std::move(found.words);
}

AssociationQuery lists_of(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const BiasQuery& query = query_of(input);
  std::set<WordId> different;
  const auto resolved = [&](const std::vector<WordSet>& lists, const std::vector<std::string>& names) {
    std::vector<std::vector<WordId>> ids;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      ids.push_back(words_of(input, lists[i], result));
      if (ids.back().empty())
        throw Error("no word of the list '" + names[i] +
                    "' is in the vocabulary with a finite vector that is not zero");
      different.insert(ids.back().begin(), ids.back().end());
    }
    return ids;
  };
  AssociationQuery lists;
  lists.targets = resolved(query.targets, query.target_names);
  lists.attributes = resolved(query.attributes, query.attribute_names);
  result.words = different.size();
  return lists;
}

BiasDirection direction_in(const BiasMeasure::Input& input, const Embeddings& embeddings, BiasMeasurement& result) {
  BiasDirection direction = find_direction(embeddings, input.sets, input.options.direction);
  result.conventions.emplace_back(
      "direction", std::string(name_of(input.options.direction.method)) + " of " + std::to_string(direction.sets_used) +
                       " of " + std::to_string(direction.sets_given) + " sets, " + direction.first_pole + " positive");
  if (direction.subspace.rank() > 1) result.conventions.emplace_back("rank", std::to_string(direction.subspace.rank()));
  return direction;
}

BiasDirection single_direction_in(const BiasMeasure::Input& input, const Embeddings& embeddings,
                                  BiasMeasurement& result) {
  if (input.options.direction.rank != 1)
    throw OptionError(result.measure + " takes one direction; rank must be 1, got " +
                      std::to_string(input.options.direction.rank));
  return direction_in(input, embeddings, result);
}

BootstrapOptions bootstrap_options(const BiasMeasureOptions& options) {
  return {.resamples = options.resamples, .seed = options.seed, .threads = options.threads};
}

std::optional<Interval> mean_interval(std::span<const double> values, const BiasMeasureOptions& options) {
  if (values.size() < 2) return std::nullopt;
  const BootstrapOptions resampling = bootstrap_options(options);
  const auto mean = [&](std::span<const std::uint32_t> times) -> std::optional<double> {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += times[i] * values[i];
    return sum / static_cast<double>(values.size());
  };
  return percentile_interval(bootstrap(values.size(), mean, resampling), resampling);
}

std::string text_of(const Vocabulary& vocabulary, WordId word) { return std::string(vocabulary.word(word)); }

void add_rows(BiasMeasurement& result, const Vocabulary& vocabulary, std::span<const WordId> words,
              std::span<const double> numbers) {
  for (std::size_t i = 0; i < words.size(); ++i) result.rows.push_back({{text_of(vocabulary, words[i])}, {numbers[i]}});
}

ReferenceBias reference_bias(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const Vocabulary &vocabulary = input.embeddings.vocabulary(), &of_reference = input.reference.vocabulary();
  ReferenceBias found{single_direction_in(input, input.reference, result), {}, {}, {}};
  std::size_t missing = 0;
  WordSet except;
  for (const WordId word : words_kept(of_reference, input.sets)) except.push_back(text_of(of_reference, word));
  for (const WordId word : ordinary_words(of_reference, input.options.restrict, except)) {
    const auto here = &input.reference == &input.embeddings ? word : vocabulary.find(of_reference.word(word));
    if (!here) {
      ++missing;
      continue;
    }
    const Eigen::VectorXd unit = unit_vector(input.reference[word]);
    if (unit.isZero(0) || unit_vector(input.embeddings[*here]).isZero(0)) {
      result.without_direction.push_back(text_of(of_reference, word));
      continue;
    }
    found.reference_words.push_back(word);
    found.words.push_back(*here);
    found.bias.push_back(found.direction.subspace.basis().row(0).dot(unit));
  }
  if (missing > 0) result.counts.emplace_back("words_of_the_reference_that_are_missing", missing);
  return found;
}

BiasedWords most_biased_in_reference(const BiasMeasure::Input& input, int per_side, BiasMeasurement& result) {
  const ReferenceBias found = reference_bias(input, result);
  BiasedWords words = most_biased(input.reference, found.direction.subspace, found.reference_words, per_side);
  std::unordered_map<WordId, WordId> here;
  for (std::size_t i = 0; i < found.words.size(); ++i) here.emplace(found.reference_words[i], found.words[i]);
  for (auto* side : {&words.first, &words.last})
    for (WordId& word : *side) word = here.at(word);
  result.words = words.first.size() + words.last.size();
  result.conventions.emplace_back("biased words", std::to_string(per_side) + " a side of " +
                                                      first_words(input.options.restrict) +
                                                      ", ordinary ones that are not biased by meaning");
  return words;
}

}  // namespace equivec
