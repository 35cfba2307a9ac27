#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/counts/vocabulary_writer.hpp"
#include "src/counts/word_runs.hpp"
#include "support.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

using Pairs = std::vector<std::pair<std::string, std::uint64_t>>;

void add(WordRuns& runs, const Pairs& words) {
  runs.add(words.size(), [&](std::size_t i) { return CountedWord{words[i].first, words[i].second}; });
}

Pairs merged(const WordRuns& runs, std::uint64_t memory) {
  Pairs result;
  runs.merge(memory, [&](const CountedWord& word) { result.emplace_back(word.word, word.count); });
  return result;
}

}  // namespace

TEST_CASE("word runs: the words of all runs come in the order of the runs") {
  WordRuns runs(is_before_in_bytes);
  CHECK(runs.empty());
  CHECK(merged(runs, 1000).empty());
  add(runs, {{"a", 1}, {"c", 3}, {"\xff", 9}});
  add(runs, {});
  add(runs, {{"b", 2}, {"c", 4}});
  CHECK_FALSE(runs.empty());
  const Pairs expected = {{"a", 1}, {"b", 2}, {"c", 3}, {"c", 4}, {"\xff", 9}};
  Pairs found = merged(runs, 1000);
  std::ranges::sort(found);
  CHECK(found == expected);

  WordRuns by_count(is_before_in_vocabulary);
  add(by_count, {{"b", 9}, {"z", 2}});
  add(by_count, {{"c", 9}, {"a", 2}, {"b", 1}});
  CHECK(merged(by_count, 1000) == Pairs{{"b", 9}, {"c", 9}, {"a", 2}, {"z", 2}, {"b", 1}});
}

TEST_CASE("word runs: many runs from several threads, with buffers smaller than a word, come back whole") {
  WordRuns runs(is_before_in_bytes);
  Pairs all;
  std::vector<Pairs> parts(40);
  Rng rng(3);
  for (Pairs& part : parts) {
    for (int i = 0; i < 500; ++i)
      part.emplace_back(
          std::string(1 + rng.below(20), static_cast<char>('a' + rng.below(26))) + std::to_string(rng.below(1000)),
          rng.below(1000));
    part.emplace_back(std::string(10000 + rng.below(10000), 'x'), 7);  // longer than a buffer
    std::ranges::sort(part);
    all.insert(all.end(), part.begin(), part.end());
  }
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < parts.size(); i += 4) add(runs, parts[i]);
      });
  }
  std::ranges::sort(all);
  for (const std::uint64_t memory : {1u, 100000000u}) {
    Pairs found = merged(runs, memory);
    CHECK(std::ranges::is_sorted(found, {}, &Pairs::value_type::first));
    std::ranges::sort(found);
    CHECK(found == all);
  }
}

TEST_CASE("vocabulary writer: a vocabulary in files answers as one in memory") {
  VocabularyWriter writer;
  std::vector<Vocabulary::Entry> entries;
  for (std::uint64_t i = 0; i < 100000; ++i) entries.push_back({"word" + std::to_string(i), 200000 - i});
  for (const auto& entry : entries) writer.add({entry.word, entry.count});
  const Vocabulary words = std::move(writer).vocabulary(), expected(entries);
  CHECK(words.size() == expected.size());
  CHECK(words.total_count() == expected.total_count());
  CHECK(words.bytes() == expected.bytes());
  CHECK(std::ranges::equal(words.offsets(), expected.offsets()));
  CHECK(std::ranges::equal(words.counts(), expected.counts()));
  std::vector<std::jthread> threads;  // the first to ask builds the index
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < entries.size(); i += 7) wrong += words.find(entries[i].word) != word_id(i);
      wrong += words.find("absent").has_value();
    });
  threads.clear();
  CHECK(wrong == 0);
  CHECK(VocabularyWriter().vocabulary().size() == 0);
}
