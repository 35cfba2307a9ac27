#include "equivec/train/scale_plan.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"
#include "src/train/rank_merger.hpp"
#include "src/train/row_packing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace equivec {

namespace {

// From medians of scripts/compare on two cores with AVX-512 (Zen 4): 6.9 and 3.07 million words of skip-gram a second
// with 100 and 300 numbers, two threads. Counting was measured as 53 million words a second and thread on a text of 8.5
// million, and is taken a quarter lower.
constexpr double seconds_of_any_word = 1.08e-7, seconds_of_number = 1.82e-9;
constexpr double counted_words_per_second = 40e6;

constexpr double bytes_of_text_word = 6, bytes_of_id = 4;
constexpr double mandelbrot = 2.7;

// Rows that a group of five windows reads and writes for each of its words (inputs, targets and noise), and what memory
// gives a thread: assumed, not measured.
constexpr double rows_of_kept_word = 5.5;
constexpr double memory_rate_of_thread = 4e9;

// Numbers of rows that one thread merges in a second: takes differences, packs, adds packed rows to tables. RowPacking
// by itself measured 1.2 to 1.4 x 10^8 while much other work ran; an idle machine is faster.
constexpr double merged_numbers_per_second = 1.3e8;
constexpr double seconds_of_message = 3e-6;

struct Rates {
  double words = 0, contexts = 0;  // changes a word of the text
};

double kept_share(double share, double subsample) {
  if (subsample == 0) return 1;
  const double ratio = subsample / share;
  return std::min(1.0, std::sqrt(ratio) + ratio);
}

/// As touches_of() has it for skip-gram with negative sampling, of one word of each class.
std::vector<Rates> rates_of(std::span<const WordClass> classes, const Word2VecOptions& training, double& all_kept) {
  double total = 0, all_noise = 0;
  for (const WordClass& each : classes) total += each.count * each.words;
  const double reach = training.window_shape == WindowShape::shrinking ? training.window + 1 : 2 * training.window;
  all_kept = 0;
  std::vector<Rates> result;
  for (const WordClass& each : classes) {
    const double share = each.count / total, kept = share * kept_share(share, training.subsample);
    result.push_back({kept * reach, kept});
    all_kept += kept * each.words;
    all_noise += std::pow(each.count, training.noise_exponent) * each.words;
  }
  for (std::size_t i = 0; i < classes.size(); ++i)
    result[i].contexts +=
        all_kept * training.negatives * std::pow(classes[i].count, training.noise_exponent) / all_noise;
  return result;
}

/// Merges in the whole training of a row that changes so often, by the law of RankMerger.
double merges_of(double touches_of_word, const RankMergeSchedule& schedule, int ranks) {
  const double beats = std::max(1.0, schedule.ticks * schedule.beats_of_tick),
               longest = std::max<double>(schedule.beats_of_tick, std::floor(beats / schedule.least_merges)),
               touches = ranks * touches_of_word * schedule.words / beats,
               period = touches > 0 ? std::round(schedule.touches / touches) : longest;
  return beats / std::clamp<double>(period, schedule.beats_of_tick, longest);
}

double total_of(const ScaleQuestion& question, int ranks) { return plan_of(question, ranks).total; }

}  // namespace

std::vector<WordClass> zipf_classes(double words, double vocabulary) {
  constexpr double exact = 4096, growth = 1.02;
  std::vector<WordClass> classes;
  double sum = 0;
  for (double first = 1; first <= vocabulary;) {
    const double next = std::min(vocabulary + 1, first < exact ? first + 1 : std::ceil(first * growth));
    // The sum over the ranks of a class is an integral, between halves.
    const double weight = std::log((next - 0.5 + mandelbrot) / (first - 0.5 + mandelbrot));
    classes.push_back({weight / (next - first), next - first});
    sum += weight;
    first = next;
  }
  for (WordClass& each : classes) each.count *= words / sum;
  return classes;
}

double seconds_of_word(int dimension) noexcept { return seconds_of_any_word + seconds_of_number * dimension; }

void validate(const ScaleQuestion& question) {
  require_between("words", question.words, 1, 1e18);
  require_between("vocabulary", question.vocabulary, 1, 4e9);
  require_between("nodes", question.nodes, 1, 100000);
  require_between("network", question.network, 1e-3, 1e6);
  require_between("latency", question.latency, 0, 1e6);
  require_between("memory", question.memory, 0, 1e18);
  require_between("memory-rate", question.memory_rate, 0, 1e18);
  require_between("words-per-second", question.words_per_second, 0, 1e12);
  require_between("threads", question.training.threads, 1, 4096);
  validate(question.training);
}

ScalePlan plan_of(const ScaleQuestion& question, std::span<const WordClass> classes, int ranks) {
  const Word2VecOptions& training = question.training;
  const double dimension = training.dimension, threads = training.threads, others = ranks - 1,
               row = std::ceil(dimension / 16) * 16 * sizeof(float);
  ScalePlan plan{.ranks = ranks};
  const double replicas = ranks == 1 ? 2 : 4 + 2.0 / ranks;  // two tables, their bases, moments of a share
  plan.table_bytes = question.vocabulary * (replicas * row + (ranks == 1 ? 0 : 2 * 24));
  plan.corpus_bytes = question.words * bytes_of_id / ranks;
  plan.fits = question.memory == 0 || plan.table_bytes <= question.memory;

  double all_kept = 0;
  const std::vector<Rates> rates = rates_of(classes, training, all_kept);
  const double arithmetic =
      threads * (question.words_per_second > 0 ? question.words_per_second : 1 / seconds_of_word(training.dimension));
  const double memory_rate = question.memory_rate > 0 ? question.memory_rate : threads * memory_rate_of_thread;
  const double from_memory = memory_rate / (all_kept * rows_of_kept_word * 2 * dimension * sizeof(float));
  plan.memory_bound = from_memory < arithmetic;
  plan.node_speed = std::min(arithmetic, from_memory);

  const double bytes_a_second = question.network * 1e9 / 8, share = question.words / ranks;
  plan.counting = share / (threads * counted_words_per_second) + share * bytes_of_id * others / ranks / bytes_a_second;
  plan.computing = share / plan.node_speed;

  RankMergeSchedule schedule;
  schedule.words = share * training.epochs;
  double merges = 0;
  for (std::size_t i = 0; i < classes.size() && ranks > 1; ++i)
    merges +=
        classes[i].words * (merges_of(rates[i].words, schedule, ranks) + merges_of(rates[i].contexts, schedule, ranks));
  plan.merges_of_row = merges / (2 * question.vocabulary);
  // Of each row that is merged all but its owner send how far it has gone, and the owner sends all others the sum; in
  // the end all rows are merged once with eight bits.
  const auto packed = [&](int bits) {
    return static_cast<double>(RowPacking(static_cast<std::size_t>(training.dimension), bits).bytes());
  };
  const double sent = 2 * others / ranks * (merges * packed(schedule.bits) + 2 * question.vocabulary * packed(8));
  plan.bytes_of_word = ranks == 1 ? 0 : sent / schedule.words;
  const double messages = ranks == 1 ? 0 : 4 * others * schedule.ticks * schedule.beats_of_tick / training.epochs;
  plan.merging = merges * dimension / merged_numbers_per_second / training.epochs + messages * seconds_of_message;
  // Messages of a beat travel side by side.
  const double rounds =
      ranks == 1 ? 0 : 2 * schedule.ticks * schedule.beats_of_tick / (training.epochs * schedule.delay);
  plan.sending = sent / training.epochs / bytes_a_second + rounds * question.latency * 1e-6;
  plan.epoch = std::max({plan.computing, plan.merging, plan.sending});
  plan.network_share = sent / training.epochs / bytes_a_second / plan.epoch;
  plan.total = plan.counting + training.epochs * plan.epoch;
  plan.limit = plan.epoch == plan.computing ? (plan.memory_bound ? "memory's rate" : "arithmetic")
               : plan.epoch == plan.merging ? "merging"
                                            : "network";
  return plan;
}

ScalePlan plan_of(const ScaleQuestion& question, int ranks) {
  return plan_of(question, zipf_classes(question.words, question.vocabulary), ranks);
}

int advised_ranks(const ScaleQuestion& question) {
  const double alone = total_of(question, 1);
  int best = 1;
  for (int ranks = 2; ranks <= question.nodes; ranks = std::max(ranks + 1, ranks * 9 / 8))
    if (alone / ranks >= 0.75 * total_of(question, ranks)) best = ranks;
  if (alone / question.nodes >= 0.75 * total_of(question, question.nodes)) best = question.nodes;
  return best;
}

std::vector<std::string> assumptions(const ScaleQuestion& question) {
  const bool measured = question.words_per_second == 0;
  return {
      "skip-gram with negative sampling, one rank on each node",
      "words by Zipf's law, a share of 1 / (rank + 2.7) each",
      (measured ? "a thread trains " +
                      grouped(static_cast<std::uint64_t>(1 / seconds_of_word(question.training.dimension))) +
                      " words/s, as one of a Zen 4 processor with AVX-512 does on two cores"
                : "a thread trains as many words/s as was given") +
          ", and all threads together as many times that, unless the rate of memory is less",
      "rows of vectors come from memory, none from caches: " + shortest(rows_of_kept_word) +
          " for each word that subsampling keeps, read and written; what memory gives, and this number, are not "
          "measured",
      "a thread counts " + grouped(static_cast<std::uint64_t>(counted_words_per_second)) +
          " words/s; disks are no slower (" + shortest(bytes_of_text_word) + " bytes a word)",
      "merging by the schedule of this version; packing and adding run in one thread, " +
          grouped(static_cast<std::uint64_t>(merged_numbers_per_second)) + " numbers/s",
      "the network's full rate in both directions, on all nodes at once",
      "nothing is said of the quality of vectors",
  };
}

}  // namespace equivec
