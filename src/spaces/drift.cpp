#include "equivec/spaces/drift.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/spaces/null_distances.hpp"
#include "src/spaces/word_changes.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace equivec {

namespace {

constexpr std::size_t least_words = 10;

std::size_t place_of(ChangeMeasure measure) { return static_cast<std::size_t>(measure); }

/// The null distances of each measure, of words that are at least so frequent in both null spaces: a word that occurs
/// less in one would not have been compared.
OfMeasures<std::vector<NullDistance>> null_distances(std::span<const ComparedSpace> null_spaces,
                                                     const ComparedSpace& first, double least_count,
                                                     const DriftOptions& options, Progress* progress) {
  OfMeasures<std::vector<NullDistance>> result;
  const auto compare = [&](const ComparedSpace& a, const ComparedSpace& b) {
    check_cancelled(progress);
    const WordDistances distances = word_distances(a, b, options.threads);
    constexpr double rounding = 1e-6;
    if (std::ranges::all_of(distances[place_of(ChangeMeasure::cosine)], [](double d) { return d < rounding; }))
      throw Error(
          "two null spaces have the same vectors but for a rotation, and so tell nothing about chance; train them with "
          "different seeds, or on different resamples of the text");
    for (std::size_t m = 0; m < result.size(); ++m)
      for (std::size_t i = 0; i < distances[m].size(); ++i)
        if (std::min(a.counts[i], b.counts[i]) >= least_count)
          result[m].push_back({frequency_of(a, b, i), distances[m][i]});
    if (progress) ++progress->done;
  };
  if (null_spaces.size() == 1) compare(first, null_spaces[0]);
  for (std::size_t i = 0; i < null_spaces.size(); ++i)
    for (std::size_t j = i + 1; j < null_spaces.size(); ++j) compare(null_spaces[i], null_spaces[j]);
  return result;
}

double median_of(const std::vector<NullDistance>& distances) {
  std::vector<double> values;
  for (const NullDistance& one : distances) values.push_back(one.distance);
  std::ranges::sort(values);
  return (values[values.size() / 2] + values[(values.size() - 1) / 2]) / 2;
}

/// The numbers by which distances of a measure are compared with null distances, and the distance of such a number.
struct Scale {
  std::function<double(double)> of, distance;
};

/// Neighbours lost are a count. Where chance takes most of them it scatters less, and has little room above it: in
/// shares a rare word that lost every neighbour lies fewer scales above what chance gives than many a frequent word
/// that has not changed, and is not found. The empirical logit, with half a neighbour added to either side (Cox 1970,
/// "The Analysis of Binary Data"), has neither fault. The other distances are far from their ends.
Scale scale_of(ChangeMeasure measure, std::size_t neighbors) {
  if (measure != ChangeMeasure::neighbors)
    return {std::identity(), [](double value) { return std::clamp(value, 0.0, 2.0); }};
  const double half = 0.5 / static_cast<double>(neighbors);
  return {[half](double share) { return std::log((share + half) / (1 - share + half)); },
          [half](double logit) { return std::clamp((1 + 2 * half) / (1 + std::exp(-logit)) - half, 0.0, 1.0); }};
}

std::vector<WordChange> changes_of(const std::vector<double>& distances, std::vector<NullDistance> null,
                                   const ComparedSpace& first, const ComparedSpace& second, const Scale& scale,
                                   double confidence) {
  for (NullDistance& one : null) one.distance = scale.of(one.distance);
  const NullDistribution chance(std::move(null));
  std::vector<WordChange> changes;
  std::vector<double> p_values;
  for (std::size_t i = 0; i < distances.size(); ++i) {
    const double frequency = frequency_of(first, second, i), value = scale.of(distances[i]),
                 excess = chance.excess(frequency, value);
    const Interval interval = chance.interval(frequency, value, confidence);
    changes.push_back({distances[i],
                       scale.distance(chance.expected(frequency)),
                       {scale.distance(interval.low), scale.distance(interval.high)},
                       excess,
                       chance.p_value(excess),
                       1});
    p_values.push_back(changes.back().p_value);
  }
  const std::vector<double> rates = false_discovery_rates(p_values);
  for (std::size_t i = 0; i < changes.size(); ++i) changes[i].q_value = rates[i];
  return changes;
}

std::vector<std::string> words_of(const ComparedSpace& space, const std::vector<std::uint32_t>& numbers) {
  std::vector<std::string> words;
  for (const std::uint32_t number : numbers) words.emplace_back(space.words.vocabulary().word(word_id(number)));
  return words;
}

/// The words' numbers, the largest excess first.
std::vector<std::size_t> ranking(const std::vector<WordChange>& changes) {
  std::vector<std::size_t> order(changes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return changes[a].excess > changes[b].excess; });
  return order;
}

Drift drift_between(const ComparedSpace& first, const ComparedSpace& second, std::span<const ComparedSpace> null_spaces,
                    const DriftOptions& options, Progress* progress) {
  Drift drift;
  drift.null_pairs = null_spaces.size() == 1 ? 1 : null_spaces.size() * (null_spaces.size() - 1) / 2;
  start(progress, drift.null_pairs + 1);
  const double least_count =
      std::min(*std::ranges::min_element(first.counts), *std::ranges::min_element(second.counts));
  OfMeasures<std::vector<NullDistance>> null = null_distances(null_spaces, first, least_count, options, progress);
  const WordDistances distances = word_distances(first, second, options.threads);
  if (null[0].empty())
    throw Error(
        "no word is as frequent in two null spaces as words are in the spaces compared; train the null spaces on "
        "a text as long as the first space's");
  drift.null_distances = null[0].size();
  OfMeasures<std::vector<WordChange>> changes;
  for (std::size_t m = 0; m < changes.size(); ++m) {
    drift.null_median[m] = median_of(null[m]);
    const Scale scale = scale_of(change_measures[m], first.neighbors[0].size());
    changes[m] = changes_of(distances[m], std::move(null[m]), first, second, scale, options.confidence);
    drift.changed[m] = static_cast<std::size_t>(std::ranges::count_if(
        changes[m], [&](const WordChange& change) { return change.q_value <= options.false_discovery_rate; }));
  }
  for (const std::size_t i : ranking(changes[place_of(options.measure)])) {
    DriftingWord word{std::string(first.words.vocabulary().word(word_id(i))),
                      first.words.vocabulary().count(word_id(i)),
                      second.words.vocabulary().count(word_id(i)),
                      {changes[0][i], changes[1][i], changes[2][i]}};
    if (drift.words.size() < options.examples) {
      word.first_neighbors = words_of(first, first.neighbors[i]);
      word.second_neighbors = words_of(second, second.neighbors[i]);
    }
    drift.words.push_back(std::move(word));
  }
  return drift;
}

}  // namespace

std::string_view name_of(ChangeMeasure measure) {
  switch (measure) {
    case ChangeMeasure::cosine:
      return "cosine";
    case ChangeMeasure::neighbors:
      return "neighbors";
    case ChangeMeasure::second_order:
      break;
  }
  return "second-order";
}

void validate(const DriftOptions& options) {
  require_between("neighbors", options.neighbors, 1, 1000);
  require_between("false-discovery-rate", options.false_discovery_rate, 0, 1);
  require_between("confidence", options.confidence, 0.01, 0.9999);
  require_between("threads", options.threads, 0, 4096);
}

Drift measure_drift(const Embeddings& first, const Embeddings& second, std::span<const Embeddings> null_spaces,
                    const DriftOptions& options, const Reporting& reporting) {
  validate(options);
  if (null_spaces.empty())
    throw OptionError(
        "null: give other trainings of the first space's text, which show what chance does; without them nobody knows "
        "which words have changed");
  std::vector<const Embeddings*> spaces = {&first, &second};
  for (const Embeddings& space : null_spaces) spaces.push_back(&space);
  Drift drift;
  within_threads(options.threads, [&] {
    const CancelScope scope(reporting.progress);
    std::size_t left_out = 0;
    std::vector<ComparedSpace> compared;
    {
      const auto stage = reporting.begin("finding neighbors", "");
      compared =
          compared_spaces(spaces, options.restrict, options.neighbors, options.threads, left_out, reporting.progress);
    }
    if (compared[0].words.size() < least_words)
      throw Error("the spaces have " + std::to_string(compared[0].words.size()) + " words in common; at least " +
                  std::to_string(least_words) + " are needed to tell change from chance");
    const auto stage = reporting.begin("comparing spaces", "");
    drift = drift_between(compared[0], compared[1], std::span(compared).subspan(2), options, reporting.progress);
    drift.left_out = left_out;
  });
  return drift;
}

}  // namespace equivec
