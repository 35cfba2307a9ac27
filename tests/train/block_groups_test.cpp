#include "src/train/block_groups.hpp"

#include "equivec/base/rng.hpp"
#include "src/train/word2vec_sentences.hpp"

#include "catch.hpp"

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

constexpr std::size_t word_count = 40;

struct SmallText {
  Vocabulary vocabulary;
  std::vector<WordId> ids;
};

/// Sentences of up to `longest` words, of which the first ones are frequent.
SmallText small_text(std::size_t sentences, std::uint32_t longest) {
  SmallText result;
  Rng rng(11);
  std::vector<std::uint64_t> counts(word_count, 1);
  for (std::size_t i = 0; i < sentences; ++i) {
    for (std::uint32_t k = 1 + rng.below(longest); k > 0; --k) {
      const std::uint32_t word = rng.below(1 + rng.below(word_count));
      result.ids.push_back(word_id(word));
      ++counts[word];
    }
    result.ids.push_back(EncodedCorpus::sentence_end);
  }
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < word_count; ++i) entries.push_back({"w" + std::to_string(i), counts[i]});
  result.vocabulary = Vocabulary(entries);
  return result;
}

Word2VecOptions options_of(int window, int negatives, WindowShape shape) {
  Word2VecOptions options;
  options.window = window;
  options.negatives = negatives;
  options.window_shape = shape;
  options.subsample = 0;
  options.partitioned = true;
  return options;
}

/// What all turns of all ranks train.
struct Totals {
  std::map<std::pair<std::uint32_t, std::size_t>, double> labels;  // of a context's place and a word
  std::map<std::uint32_t, double> noise;  // of a context's place: its weights but for labels, and what was not counted
  std::vector<double> noise_of_words = std::vector<double>(word_count);
  double pairs = 0;
  bool is_padded = true;  // with zeros
};

Totals totals_of(const SmallText& text, const Word2VecOptions& options, std::size_t ranks, std::uint64_t seed) {
  Totals result;
  const EncodedCorpus corpus(text.ids, word_count);
  const WordBlocks blocks(word_count, ranks);
  const auto keep = keep_thresholds(text.vocabulary, 0);
  const WindowKernels kernels = window_kernels();
  const double sum = noise_sum(text.vocabulary, options.noise_exponent);
  for (std::size_t own = 0; own < ranks; ++own) {
    const LegRange range{0, corpus.chunks(), static_cast<std::size_t>(options.window)};
    const LegText leg = leg_text(corpus, range, keep, Rng(7), blocks, own);
    for (std::size_t block = 0; block < ranks; ++block) {
      const NoiseBlock noise = noise_block(blocks, block, text.vocabulary, options.noise_exponent, sum);
      BlockGroups groups(options, kernels, leg, noise);
      BlockGroup group;
      // In two pieces.
      const std::size_t middle = leg.contexts.size() / 3;
      for (const auto& [begin, end] : {std::pair(std::size_t{0}, middle), std::pair(middle, leg.contexts.size())}) {
        groups.start(begin, end, Rng(seed, own * ranks + block));
        while (groups.next(group)) {
          REQUIRE(group.contexts.size() <= groups.most_contexts());
          REQUIRE(group.outputs.size() <= groups.most_outputs());
          const std::size_t pitch = group_pitch(group.outputs.size());
          result.pairs += group.pairs;
          for (std::size_t i = 0; i < group.contexts.size(); ++i)
            for (std::size_t k = 0; k < pitch; ++k) {
              const double label = static_cast<double>(group.labels[i * pitch + k]),
                           weight = static_cast<double>(group.weights[i * pitch + k]);
              if (k >= group.outputs.size()) {
                result.is_padded &= weight == 0 && label == 0;
                continue;
              }
              const std::uint32_t place = group.contexts[i]->place;
              const std::size_t word = blocks.word(block, index(group.outputs[k]));
              const double not_counted = static_cast<double>(group.noise[k]) * label;
              if (label != 0) result.labels[{place, word}] += label;
              result.noise[place] += weight - label + not_counted;
              result.noise_of_words[word] += weight - label + not_counted;
            }
        }
      }
    }
  }
  return result;
}

double weight_of(std::size_t distance, const Word2VecOptions& options) {
  return options.window_shape == WindowShape::fixed ? 1 : 1 - static_cast<double>(distance - 1) / options.window;
}

/// Pair by pair.
Totals expected_totals(const SmallText& text, const Word2VecOptions& options) {
  Totals result;
  for (std::size_t i = 0; i < text.ids.size(); ++i) {
    if (text.ids[i] == EncodedCorpus::sentence_end) continue;
    const auto place = static_cast<std::uint32_t>(i);
    const auto see = [&](std::size_t at, std::size_t distance) {
      const double weight = weight_of(distance, options);
      result.labels[{place, index(text.ids[at])}] += weight;
      result.noise[place] += weight * options.negatives;
      result.pairs += weight;
    };
    for (std::size_t d = 1; d <= static_cast<std::size_t>(options.window) && d <= i; ++d) {
      if (text.ids[i - d] == EncodedCorpus::sentence_end) break;
      see(i - d, d);
    }
    for (std::size_t d = 1; d <= static_cast<std::size_t>(options.window) && i + d < text.ids.size(); ++d) {
      if (text.ids[i + d] == EncodedCorpus::sentence_end) break;
      see(i + d, d);
    }
  }
  return result;
}

}  // namespace

TEST_CASE("block groups: over all turns of all ranks every pair is trained once, and each draws its noise") {
  const auto shape = GENERATE(WindowShape::shrinking, WindowShape::fixed);
  const int window = GENERATE(1, 5, 12), negatives = GENERATE(1, 5, 20);
  const auto ranks = GENERATE(as<std::size_t>(), 1, 2, 3, 4, 9);
  const Word2VecOptions options = options_of(window, negatives, shape);
  const SmallText text = small_text(40, 30);
  const Totals expected = expected_totals(text, options), found = totals_of(text, options, ranks, 1);
  CHECK(found.is_padded);
  CHECK(found.pairs == Approx(expected.pairs).epsilon(1e-5));
  REQUIRE(found.labels.size() == expected.labels.size());
  for (const auto& [pair, label] : expected.labels) CHECK(found.labels.at(pair) == Approx(label).epsilon(1e-5));
  // With more ranks contexts are left out at random: see below.
  if (ranks > 4) return;
  REQUIRE(found.noise.size() == expected.noise.size());
  for (const auto& [place, noise] : expected.noise) CHECK(found.noise.at(place) == Approx(noise).epsilon(1e-4));
}

TEST_CASE("block groups: what is expected of the noise is that of the whole distribution, for any number of ranks",
          "[slow]") {
  const auto ranks = GENERATE(as<std::size_t>(), 1, 3, 12, 30);
  const Word2VecOptions options = options_of(5, 5, WindowShape::shrinking);
  const SmallText text = small_text(100, 30);
  const Totals expected = expected_totals(text, options);
  constexpr int runs = 60;
  std::vector<double> of_words(word_count);
  std::map<std::uint32_t, double> of_contexts;
  for (int run = 0; run < runs; ++run) {
    const Totals found = totals_of(text, options, ranks, static_cast<std::uint64_t>(run));
    for (std::size_t i = 0; i < word_count; ++i) of_words[i] += found.noise_of_words[i] / runs;
    for (const auto& [place, noise] : found.noise) of_contexts[place] += noise / runs;
  }
  const double sum = noise_sum(text.vocabulary, options.noise_exponent);
  for (std::size_t i = 0; i < word_count; ++i) {
    const double share = std::pow(static_cast<double>(text.vocabulary.count(word_id(i))), 0.75) / sum;
    CHECK(of_words[i] == Approx(share * expected.pairs * options.negatives).epsilon(0.15));
  }
  double squares = 0, all = 0;
  for (const auto& [place, noise] : expected.noise) {
    squares += std::pow(of_contexts[place] - noise, 2);
    all += noise * noise;
  }
  CHECK(std::sqrt(squares / all) < 0.15);
}

TEST_CASE("block groups: words without a count are never noise, and a block of them has none") {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < 6; ++i) entries.push_back({"w" + std::to_string(i), i < 3 ? 10u : 0u});
  const Vocabulary vocabulary(entries);
  const WordBlocks blocks(6, 3);
  const double sum = noise_sum(vocabulary, 0.75);
  double shares = 0;
  for (std::size_t block = 0; block < 3; ++block) {
    const NoiseBlock noise = noise_block(blocks, block, vocabulary, 0.75, sum);
    shares += noise.share;
    REQUIRE(noise.sampler);
    Rng rng(1);
    for (int i = 0; i < 100; ++i) CHECK(blocks.word(block, index((*noise.sampler)(rng))) < 3);
  }
  CHECK(shares == Approx(1.0).epsilon(1e-12));
  CHECK(!noise_block(WordBlocks(6, 6), 5, vocabulary, 0.75, sum).sampler);
  CHECK(!noise_block(WordBlocks(6, 9), 8, vocabulary, 0.75, sum).sampler);
}
