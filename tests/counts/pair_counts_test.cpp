#include "equivec/base/rng.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/counts/pair_counts.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

constexpr WordId end = EncodedCorpus::sentence_end;

struct Text {
  std::vector<WordId> ids;
  std::vector<WordTraits> traits;
};

std::string word_of(WordId id) { return "w" + std::to_string(index(id)); }

/// Words of which some are frequent; of the first four, one is the barrier and, if asked for, two are connectors.
Text random_text(std::size_t size, std::uint32_t words, bool connectors, std::uint64_t seed) {
  Rng rng(seed);
  Text text{{}, std::vector<WordTraits>(words, 0)};
  text.traits[1] = is_barrier;
  if (connectors) text.traits[0] = text.traits[3] = is_connector;
  for (std::size_t i = 0; i < size; ++i) {
    const double u = rng.uniform();
    text.ids.push_back(rng.below(15) == 0 ? end : word_id(static_cast<std::size_t>(u * u * u * words)));
  }
  return text;
}

using Counts = std::map<std::tuple<std::uint32_t, std::string, std::uint32_t>, std::uint64_t>;

Counts plain_counts(const Text& text) {
  Counts counts;
  std::vector<WordId> open;  // a word and the connectors after it
  for (const WordId id : text.ids) {
    const WordTraits traits = id == end ? is_barrier : text.traits[index(id)];
    if (traits == is_barrier) {
      open.clear();
    } else if (traits == is_connector) {
      if (!open.empty()) open.push_back(id);
    } else {
      std::string between;
      for (std::size_t i = 1; i < open.size(); ++i) between += (i > 1 ? "_" : "") + word_of(open[i]);
      if (!open.empty()) ++counts[{static_cast<std::uint32_t>(open[0]), between, static_cast<std::uint32_t>(id)}];
      open = {id};
    }
  }
  return counts;
}

/// What count_pairs() keeps, and the number of different pairs.
std::pair<Counts, std::uint64_t> counted(const Text& text, const PairCountOptions& options, std::uint64_t least,
                                         bool connectors, Progress* progress = nullptr) {
  ConnectorRuns runs("_");
  std::map<std::uint32_t, std::string> names;
  for (std::uint32_t i = 0; i < 4; ++i) names[i] = word_of(word_id(i));
  const PairText pairs{text.ids, text.traits, connectors ? &runs : nullptr,
                       [&](WordId id) { return std::string_view(names.at(static_cast<std::uint32_t>(id))); }};
  const PairCounts found = count_pairs(
      pairs, options, [&](const CountedPair& pair) { return pair.count >= least; }, progress);
  Counts counts;
  for (const auto& [pair, count] : found.kept) counts[{pair.first, runs.text(pair.between), pair.second}] = count;
  CHECK(counts.size() == found.kept.size());
  return {counts, found.different};
}

}  // namespace

TEST_CASE("pair counts: a sentence counted by hand") {
  // 2 4 [0 3] 4 | 4 2 (barrier) 4 2 [0] |
  const Text text{{word_id(2), word_id(4), word_id(0), word_id(3), word_id(4), end, word_id(4), word_id(2), word_id(1),
                   word_id(4), word_id(2), word_id(0), end},
                  {is_connector, is_barrier, 0, is_connector, 0}};
  CHECK(counted(text, {}, 1, true).first == Counts{{{2, "", 4}, 1}, {{4, "w0_w3", 4}, 1}, {{4, "", 2}, 2}});
}

TEST_CASE("pair counts: they are those of a plain loop, for any threads and memory, with and without connectors") {
  const bool connectors = GENERATE(false, true);
  const Text text = random_text(150000, 200, connectors, 3);
  const Counts expected = plain_counts(text);
  for (const int threads : {1, 2, 7})
    for (const std::uint64_t memory : {std::uint64_t{1} << 30, std::uint64_t{1}}) {
      INFO(threads << " threads, memory " << memory);
      const auto [counts, different] = counted(text, {threads, memory}, 1, connectors);
      CHECK(counts == expected);
      CHECK(different == expected.size());
    }
}

TEST_CASE("pair counts: short texts of any shape") {
  Rng rng(9);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const bool connectors = seed % 2 == 0;
    const Text text = random_text(rng.below(60), 5 + rng.below(5), connectors, seed);
    const auto [counts, different] = counted(text, {2, 1}, 1, connectors);
    REQUIRE(counts == plain_counts(text));
    REQUIRE(different == counts.size());
  }
}

TEST_CASE("pair counts: only what is asked for is kept, but all pairs are counted") {
  const Text text = random_text(100000, 300, false, 4);
  Counts expected = plain_counts(text);
  const std::size_t all = expected.size();
  std::erase_if(expected, [](const auto& pair) { return pair.second < 20; });
  const auto [counts, different] = counted(text, {2, 1}, 20, false);
  CHECK(counts == expected);
  CHECK(different == all);
}

TEST_CASE("pair counts: connector words that are too long to stand in a phrase end it") {
  Text text{{word_id(2)}, {is_connector, 0, 0}};
  text.ids.insert(text.ids.end(), 334, word_id(0));  // of three bytes each with the delimiter
  text.ids.push_back(word_id(2));
  CHECK(counted(text, {}, 1, true).second == 0);
  text.ids.erase(text.ids.begin() + 1);
  CHECK(counted(text, {}, 1, true).second == 1);
}

TEST_CASE("pair counts: progress counts ids and it can be cancelled") {
  const Text text = random_text(200000, 300, true, 5);
  Progress progress;
  counted(text, {2, 1}, 1, true, &progress);
  CHECK(progress.done == text.ids.size());
  progress.cancelled = true;
  CHECK_THROWS_AS(counted(text, {2, 1}, 1, true, &progress), Cancelled);
}
