#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"
#include "src/base/row_table.hpp"
#include "src/train/private_rows.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

using namespace equivec;

namespace {

constexpr std::size_t rows = 40, dimension = 19, workers = 5;

Table random_table(std::uint64_t seed) {
  Table table(rows, dimension);
  Rng rng(seed);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < dimension; ++c) table.row(i)[c] = rng.uniform() - 0.5F;
  return table;
}

std::vector<float> numbers_of(const Table& table) {
  return {table.row(0), table.row(0) + table.rows() * table.stride()};
}

/// The same bits, padding included.
bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// What a worker does in a round: some rows, some of them twice, move by random steps.
template <class Row>
void work(std::uint64_t seed, std::size_t round, std::size_t worker, const Row& row) {
  Rng rng(seed, round * 100 + worker);
  const std::uint32_t steps = rng.below(60);
  for (std::uint32_t step = 0; step < steps; ++step) {
    float* const numbers = row(rng.below(rows));
    for (std::size_t c = 0; c < dimension; ++c) numbers[c] += (rng.uniform() - 0.5F) / 8;
  }
}

/// The same with whole copies of the table: what a row's only worker made of it, or its own numbers and what each
/// worker changed, in their order.
void plain_round(Table& table, std::uint64_t seed, std::size_t round) {
  std::vector<std::vector<float>> copies;
  std::vector<std::vector<bool>> touched(workers, std::vector<bool>(rows));
  for (std::size_t worker = 0; worker < workers; ++worker) {
    copies.push_back(numbers_of(table));
    work(seed, round, worker, [&](std::size_t i) {
      touched[worker][i] = true;
      return copies[worker].data() + i * table.stride();
    });
  }
  for (std::size_t i = 0; i < rows; ++i) {
    const std::vector<float> old(table.row(i), table.row(i) + dimension);
    std::vector<std::size_t> users;
    for (std::size_t worker = 0; worker < workers; ++worker)
      if (touched[worker][i]) users.push_back(worker);
    for (const std::size_t worker : users)
      for (std::size_t c = 0; c < dimension; ++c) {
        const float now = copies[worker][i * table.stride() + c];
        table.row(i)[c] = users.size() == 1 ? now : table.row(i)[c] + (now - old[c]);
      }
  }
}

void add_change(float* row, const float* now, const float* before, std::size_t stride) {
  for (std::size_t c = 0; c < stride; ++c) row[c] += now[c] - before[c];
}

/// A table and what its workers need.
struct Rounds {
  explicit Rounds(std::uint64_t seed, std::uint32_t first = 0)
      : table(random_table(seed)), claims(rows, first), places(workers, RowPlaces(rows, first)), first_(first) {
    for (std::size_t i = 0; i < workers; ++i) copies.emplace_back(rows, dimension);
  }
  Table table;
  TableClaims claims;
  std::vector<RowPlaces> places;
  std::vector<PrivateRows> copies;
  std::uint32_t first_;

  float* row(std::size_t worker, std::size_t i) {
    return claims.shared(i) ? copies[worker].take(table, i, places[worker]) : table.row(i);
  }

  /// all(f) calls f for each worker, all(parts, f) for each part.
  template <class All>
  void run(std::uint64_t seed, std::size_t round, const All& all) {
    claims.clear();
    all(workers, [&](std::size_t worker) {
      float nothing[dimension];
      work(seed, round, worker, [&](std::size_t i) {
        claims.claim(i, static_cast<std::uint32_t>(worker));
        return &nothing[0];
      });
    });
    all(workers, [&](std::size_t worker) {
      copies[worker].clear();
      places[worker].clear();
      work(seed, round, worker, [&](std::size_t i) { return row(worker, i); });
    });
    all(PrivateRows::parts, [&](std::size_t part) {
      std::vector<PrivateRows*> all_copies;
      for (PrivateRows& own : copies) all_copies.push_back(&own);
      RowPlaces merged(rows, first_);
      std::vector<const float*> before;
      PrivateRows::merge(all_copies, table, part, merged, before, add_change);
    });
  }
};

void one_after_another(std::size_t count, const auto& f) {
  for (std::size_t i = 0; i < count; ++i) f(i);
}

void all_at_once(std::size_t count, const auto& f) {
  std::vector<std::thread> threads;
  for (std::size_t i = count; i-- > 0;) threads.emplace_back([&f, i] { f(i); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("PrivateRows: a row takes the sum of the changes in the workers' order") {
  Rounds rounds(1);
  Table expected = random_table(1);
  for (std::size_t round = 0; round < 50; ++round) {
    rounds.run(2, round, [](std::size_t count, const auto& f) { one_after_another(count, f); });
    plain_round(expected, 2, round);
    REQUIRE(same(numbers_of(rounds.table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: threads and the order in which they come do not matter") {
  Rounds rounds(1);
  Table expected = random_table(1);
  for (std::size_t round = 0; round < 10; ++round) {
    rounds.run(3, round, [](std::size_t count, const auto& f) { all_at_once(count, f); });
    plain_round(expected, 3, round);
    REQUIRE(same(numbers_of(rounds.table), numbers_of(expected)));
  }
}

TEST_CASE("TableClaims: a row that one worker claims often is its own and one that two claim is shared") {
  TableClaims claims(5);
  claims.clear();
  for (int i = 0; i < 3; ++i) claims.claim(1, 4);
  claims.claim(2, 0);
  claims.claim(2, 30);
  claims.claim(2, 0);
  CHECK_FALSE(claims.shared(0));
  CHECK_FALSE(claims.shared(1));
  CHECK(claims.shared(2));
  claims.clear();
  for (std::size_t row = 0; row < 5; ++row) CHECK_FALSE(claims.shared(row));
  claims.claim(2, 30);
  CHECK_FALSE(claims.shared(2));
}

TEST_CASE("PrivateRows: a worker sees its own changes and no others until the round ends") {
  Rounds rounds(4);
  const std::vector<float> before = numbers_of(rounds.table);
  rounds.claims.clear();
  for (const std::uint32_t worker : {0u, 1u}) {
    rounds.claims.claim(7, worker);
    rounds.places[worker].clear();
  }
  float* const mine = rounds.row(0, 7);
  mine[0] += 1;
  CHECK(rounds.row(0, 7) == mine);
  CHECK(rounds.row(1, 7)[0] == rounds.table.row(7)[0]);
  CHECK(same(numbers_of(rounds.table), before));
  CHECK(rounds.row(0, 8) == rounds.table.row(8));
}

TEST_CASE("PrivateRows: numbers that run out begin anew") {
  constexpr std::uint32_t limit = std::numeric_limits<std::uint32_t>::max();
  const std::uint32_t first =
      GENERATE_COPY(limit / 2 - 200, limit / 2, limit / 2 + 1, limit - 31 - 32 * 10, limit - 31);
  Rounds rounds(6, first);
  Table expected = random_table(6);
  for (std::size_t round = 0; round < 30; ++round) {
    rounds.run(7, round, [](std::size_t count, const auto& f) { one_after_another(count, f); });
    plain_round(expected, 7, round);
    REQUIRE(same(numbers_of(rounds.table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: deterministic training gives the same bits on one thread and on several", "[slow]") {
  // Words as in a text: few are frequent. Sentences of 1 to 40 words, two rounds and a half.
  Rng rng(8);
  std::vector<WordId> ids;
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < 300; ++i) entries.push_back({"w" + std::to_string(i), 0});
  while (ids.size() < 40000) {
    for (std::uint32_t left = 1 + rng.below(40); left > 0; --left) {
      const std::size_t word = static_cast<std::size_t>(300 * rng.uniform() * rng.uniform() * rng.uniform());
      ids.push_back(word_id(word));
      ++entries[word].count;
    }
    ids.push_back(EncodedCorpus::sentence_end);
  }
  const EncodedCorpus corpus(ids, 300);
  const Vocabulary words = vocabulary(entries);
  Word2VecOptions options = word2vec_defaults(GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow));
  options.loss = GENERATE(Word2VecLoss::negative_sampling, Word2VecLoss::hierarchical_softmax,
                          Word2VecLoss::hierarchical_softmax_and_negative_sampling);
  options.dimension = 10;
  options.window = 3;
  options.epochs = 2;
  options.deterministic = true;
  options.threads = 1;
  std::vector<double> losses;
  const auto keep = [&](const EpochReport& report) { losses.push_back(report.loss); };
  const Word2VecVectors one = train_word2vec(corpus, words, options, {.on_epoch = keep});
  const std::vector<double> losses_of_one = std::exchange(losses, {});
  options.threads = GENERATE(2, 3);
  const Word2VecVectors several = train_word2vec(corpus, words, options, {.on_epoch = keep});
  CHECK(one.words == several.words);
  CHECK(one.contexts == several.contexts);
  CHECK(losses == losses_of_one);
}
