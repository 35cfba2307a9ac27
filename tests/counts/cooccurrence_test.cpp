#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"

#include "catch.hpp"
#include "cooccurrence_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

using Counts = std::map<std::pair<std::size_t, std::size_t>, double>;

constexpr WordId end = EncodedCorpus::sentence_end;

EncodedCorpus corpus_of(std::vector<int> ids, std::size_t words) {
  std::vector<WordId> result;
  for (const int id : ids) result.push_back(id < 0 ? end : word_id(static_cast<std::size_t>(id)));
  return EncodedCorpus(std::move(result), words);
}

/// cooccur.c's two loops: for each word, the words on its left, nearest first.
Counts plain_counts(const EncodedCorpus& corpus, const CooccurrenceOptions& options) {
  Counts counts;
  const auto ids = corpus.ids();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == end) continue;
    for (std::size_t d = 1; d <= static_cast<std::size_t>(options.window) && d <= i && ids[i - d] != end; ++d) {
      const double weight = options.distance_weighting ? 1.0 / static_cast<double>(d) : 1.0;
      counts[{index(ids[i - d]), index(ids[i])}] += weight;
      if (options.symmetric) counts[{index(ids[i]), index(ids[i - d])}] += weight;
    }
  }
  return counts;
}

Counts all_of(const Cooccurrences& cooccurrences) {
  Counts counts;
  for (std::size_t row = 0; row < cooccurrences.words(); ++row) {
    const auto [words, numbers] = cooccurrences.row(word_id(row));
    for (std::size_t i = 0; i < words.size(); ++i) counts[{row, index(words[i])}] = numbers[i];
  }
  return counts;
}

}  // namespace

TEST_CASE("co-occurrences: a sentence counted by hand") {
  CooccurrenceOptions options;
  options.window = 2;
  // a b a c | b
  const Cooccurrences counts = count_cooccurrences(corpus_of({0, 1, 0, 2, -1, 1, -1}, 3), letters(3), options);
  CHECK(
      all_of(counts) ==
      Counts{{{0, 0}, 1.0}, {{0, 1}, 2.0}, {{0, 2}, 1.0}, {{1, 0}, 2.0}, {{1, 2}, 0.5}, {{2, 0}, 1.0}, {{2, 1}, 0.5}});
  CHECK(counts.size() == 7);
  options.symmetric = false;
  CHECK(all_of(count_cooccurrences(corpus_of({0, 1, 0, 2, -1}, 3), letters(3), options)) ==
        Counts{{{0, 0}, 0.5}, {{0, 1}, 1.0}, {{0, 2}, 1.0}, {{1, 0}, 1.0}, {{1, 2}, 0.5}});
  options.distance_weighting = false;
  CHECK(all_of(count_cooccurrences(corpus_of({0, 1, 0, 2, -1}, 3), letters(3), options)) ==
        Counts{{{0, 0}, 1.0}, {{0, 1}, 1.0}, {{0, 2}, 1.0}, {{1, 0}, 1.0}, {{1, 2}, 1.0}});
}

TEST_CASE("co-occurrences: they equal those of a plain double loop, for every kind of window") {
  const EncodedCorpus corpus = random_corpus(20000, 300);
  const Vocabulary vocabulary = vocabulary_of(corpus, 300);
  for (const int window : {1, 2, 7, 10, 20, 45, 300})
    for (const bool symmetric : {true, false})
      for (const bool weighted : {true, false}) {
        CAPTURE(window, symmetric, weighted);
        CooccurrenceOptions options;
        options.window = window;
        options.symmetric = symmetric;
        options.distance_weighting = weighted;
        const Counts expected = plain_counts(corpus, options),
                     found = all_of(count_cooccurrences(corpus, vocabulary, options));
        REQUIRE(found.size() == expected.size());
        double worst = 0;
        for (auto a = found.begin(), b = expected.begin(); a != found.end(); ++a, ++b) {
          REQUIRE(a->first == b->first);
          worst = std::max(worst, std::abs(a->second / b->second - 1));
        }
        CHECK(worst < 1e-12);
      }
}

TEST_CASE("co-occurrences: the same bits for any number of threads and any memory") {
  const std::size_t words = 2000;
  const EncodedCorpus corpus = random_corpus(300000, words);
  const Vocabulary vocabulary = vocabulary_of(corpus, words);
  CooccurrenceOptions options;
  options.window = 6;
  options.threads = 1;
  const Cooccurrences whole = count_cooccurrences(corpus, vocabulary, options);
  CHECK_FALSE(whole.mapped());
  CHECK(cooccurrence_needs(corpus, vocabulary, options).disk == 0);
  for (const int threads : {1, 2, 4})
    for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{1} << 20, std::uint64_t{400000}}) {
      CAPTURE(threads, memory);
      options.threads = threads;
      options.memory = memory;
      const Cooccurrences counts = count_cooccurrences(corpus, vocabulary, options);
      CHECK(same_bits(whole, counts));
      CHECK(counts.mapped() == (memory > 0));
      CHECK((cooccurrence_needs(corpus, vocabulary, options).disk > 0) == (memory > 0));
    }
}

TEST_CASE("co-occurrences: if no common multiple fits, the weight of each distance is rounded") {
  // 1/1 ... 1/1000 have no common multiple that fits: each weight is rounded by at most half a unit.
  const EncodedCorpus corpus = random_corpus(3000, 5);
  CooccurrenceOptions options;
  options.window = 1000;
  const Counts expected = plain_counts(corpus, options),
               found = all_of(count_cooccurrences(corpus, vocabulary_of(corpus, 5), options));
  REQUIRE(found.size() == expected.size());
  for (const auto& [pair, count] : expected) CHECK(found.at(pair) == Approx(count).epsilon(1e-9));
}

TEST_CASE("co-occurrences: one word again and again, alone, and in no sentence with another") {
  CHECK(all_of(count_cooccurrences(corpus_of({0, 0, 0, -1}, 1), letters(1))) == Counts{{{0, 0}, 5.0}});
  CHECK(count_cooccurrences(corpus_of({0, -1, 1, -1, 0, -1}, 2), letters(2)).size() == 0);
}

TEST_CASE("co-occurrences: a corpus of another vocabulary, options out of range and cancelling are refused") {
  const EncodedCorpus corpus = corpus_of({0, 5, -1}, 6);
  CHECK(error_of([&] { count_cooccurrences(corpus, letters(3)); }) == "the corpus was encoded with another vocabulary");
  CooccurrenceOptions options;
  options.window = 0;
  CHECK(error_of([&] { count_cooccurrences(corpus, letters(6), options); }) ==
        "window must be between 1 and 1000, got 0");
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(count_cooccurrences(corpus, letters(6), {}, &progress), Cancelled);
}
