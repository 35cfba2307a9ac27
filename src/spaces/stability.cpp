#include "equivec/spaces/stability.hpp"

#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/spaces/word_changes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace equivec {

namespace {

/// The mean over all pairs of spaces.
WordDistances mean_distances(std::span<const ComparedSpace> spaces, int threads, Progress* progress) {
  const std::size_t words = spaces[0].words.size(), pairs = spaces.size() * (spaces.size() - 1) / 2;
  WordDistances sums;
  for (std::vector<double>& sum : sums) sum.assign(words, 0);
  start(progress, pairs);
  for (std::size_t i = 0; i < spaces.size(); ++i)
    for (std::size_t j = i + 1; j < spaces.size(); ++j) {
      check_cancelled(progress);
      const WordDistances distances = word_distances(spaces[i], spaces[j], threads);
      for (std::size_t m = 0; m < sums.size(); ++m)
        for (std::size_t w = 0; w < words; ++w) sums[m][w] += distances[m][w] / static_cast<double>(pairs);
      if (progress) ++progress->done;
    }
  return sums;
}

std::optional<Interval> interval_of_mean(std::span<const double> values, const BootstrapOptions& options) {
  return percentile_interval(bootstrap(
                                 values.size(),
                                 [&](std::span<const std::uint32_t> times) -> std::optional<double> {
                                   double sum = 0;
                                   for (std::size_t i = 0; i < values.size(); ++i) sum += times[i] * values[i];
                                   return sum / static_cast<double>(values.size());
                                 },
                                 options),
                             options);
}

FrequencyBand band_of(std::span<const StableWord> words, const BootstrapOptions& options) {
  FrequencyBand band{words.front().count, words.back().count, words.size(), {}, {}};
  for (std::size_t m = 0; m < band.distance.size(); ++m) {
    std::vector<double> values;
    for (const StableWord& word : words) {
      values.push_back(word.distance[m]);
      band.most_count = std::max(band.most_count, word.count);
      band.least_count = std::min(band.least_count, word.count);
    }
    band.distance[m] = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    band.interval[m] = interval_of_mean(values, options);
  }
  return band;
}

}  // namespace

void validate(const StabilityOptions& options) {
  require_between("neighbors", options.neighbors, 1, 1000);
  require_between("bands", options.bands, 1, 1000);
  require_between("threads", options.threads, 0, 4096);
  validate(options.bootstrap);
}

Stability measure_stability(std::span<const Embeddings> spaces, const StabilityOptions& options,
                            const Reporting& reporting) {
  validate(options);
  if (spaces.size() < 2)
    throw OptionError("stability compares spaces with each other; give two at least, of trainings of one text");
  std::vector<const Embeddings*> given;
  for (const Embeddings& space : spaces) given.push_back(&space);
  Stability result;
  within_threads(options.threads, [&] {
    const CancelScope scope(reporting.progress);
    std::size_t left_out = 0;
    std::vector<ComparedSpace> compared;
    {
      const auto stage = reporting.begin("finding neighbors", "");
      compared =
          compared_spaces(given, options.restrict, options.neighbors, options.threads, left_out, reporting.progress);
    }
    if (compared[0].words.size() == 0) throw Error("there is no word that all spaces have");
    WordDistances distances;
    {
      const auto stage = reporting.begin("comparing spaces", "");
      distances = mean_distances(compared, options.threads, reporting.progress);
    }
    const Vocabulary& vocabulary = compared[0].words.vocabulary();
    for (std::size_t i = 0; i < vocabulary.size(); ++i)
      result.words.push_back({std::string(vocabulary.word(word_id(i))),
                              vocabulary.count(word_id(i)),
                              {distances[0][i], distances[1][i], distances[2][i]}});
    const std::size_t bands = std::min(static_cast<std::size_t>(options.bands), result.words.size());
    BootstrapOptions bootstrap = options.bootstrap;
    bootstrap.threads = options.threads;
    for (std::size_t b = 0; b < bands; ++b) {
      check_cancelled(reporting.progress);
      const std::size_t begin = result.words.size() * b / bands, end = result.words.size() * (b + 1) / bands;
      result.bands.push_back(band_of(std::span(result.words).subspan(begin, end - begin), bootstrap));
    }
    result.pairs = spaces.size() * (spaces.size() - 1) / 2;
  });
  return result;
}

}  // namespace equivec
