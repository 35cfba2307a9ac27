#include "src/private_rows.hpp"

#include "equivec/rng.hpp"
#include "equivec/word2vec.hpp"

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

/// The same with whole copies of the table: the first worker's row and what the others changed, in their order.
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
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < dimension; ++c) {
      const float old = table.row(i)[c];
      bool first = true;
      for (std::size_t worker = 0; worker < workers; ++worker) {
        if (!touched[worker][i]) continue;
        const float now = copies[worker][i * table.stride() + c];
        table.row(i)[c] = first ? now : table.row(i)[c] + (now - old);
        first = false;
      }
    }
}

}  // namespace

TEST_CASE("PrivateRows: a row takes the sum of the changes in the workers' order") {
  Table table = random_table(1), expected = random_table(1);
  PrivateRows own(table, workers, rows);
  for (std::size_t round = 0; round < 50; ++round) {
    for (std::size_t worker = 0; worker < workers; ++worker)
      work(2, round, worker, [&](std::size_t i) { return own.row(worker, i); });
    for (std::size_t worker = 0; worker < workers; ++worker) own.merge(worker);
    own.next_round();
    plain_round(expected, 2, round);
    REQUIRE(same(numbers_of(table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: threads and the order in which they come do not matter") {
  Table table = random_table(1), expected = random_table(1);
  PrivateRows own(table, workers, rows);
  const auto all_at_once = [](const auto& f) {
    std::vector<std::thread> threads;
    for (std::size_t worker = workers; worker-- > 0;) threads.emplace_back([&f, worker] { f(worker); });
    for (std::thread& thread : threads) thread.join();
  };
  for (std::size_t round = 0; round < 10; ++round) {
    all_at_once([&](std::size_t worker) { work(3, round, worker, [&](std::size_t i) { return own.row(worker, i); }); });
    all_at_once([&](std::size_t worker) { own.merge(worker); });
    own.next_round();
    plain_round(expected, 3, round);
    REQUIRE(same(numbers_of(table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: a worker sees its own changes and no others until the round ends") {
  Table table = random_table(4);
  const std::vector<float> before = numbers_of(table);
  PrivateRows own(table, 2, 3);
  float* const mine = own.row(0, 7);
  mine[0] += 1;
  CHECK(own.row(0, 7) == mine);
  CHECK(own.ahead(0, 7) == mine);
  CHECK(own.ahead(1, 7) == table.row(7));
  CHECK(own.row(1, 7)[0] == table.row(7)[0]);
  CHECK(same(numbers_of(table), before));
  own.merge(0);
  own.merge(1);
  own.next_round();
  CHECK(table.row(7)[0] == before[7 * table.stride()] + 1);
  CHECK(own.ahead(0, 7) == table.row(7));
  CHECK(own.row(1, 7)[0] == table.row(7)[0]);
}

TEST_CASE("PrivateRows: a row that one worker touched has the bits of its copy") {
  Table table = random_table(5);
  PrivateRows own(table, 3, rows);
  std::vector<float> copy;
  for (const std::size_t worker : {0u, 1u, 2u}) {
    float* const row = own.row(worker, worker + 10);
    for (std::size_t c = 0; c < dimension; ++c) row[c] = row[c] / 3 - 1e-7F;
    copy.insert(copy.end(), row, row + table.stride());
  }
  for (const std::size_t worker : {2u, 0u, 1u}) own.merge(worker);
  own.next_round();
  CHECK(same(copy, {table.row(10), table.row(13)}));
}

TEST_CASE("PrivateRows: places whose numbers run out begin anew") {
  constexpr std::uint32_t limit = std::numeric_limits<std::uint32_t>::max() / 2;
  const std::uint32_t base = GENERATE_COPY(limit - 200, limit - 1, limit, limit + 1);
  Table table = random_table(6), expected = random_table(6);
  PrivateRows own(table, workers, rows, base);
  for (std::size_t round = 0; round < 30; ++round) {
    for (std::size_t worker = 0; worker < workers; ++worker)
      work(7, round, worker, [&](std::size_t i) { return own.row(worker, i); });
    for (std::size_t worker = 0; worker < workers; ++worker) own.merge(worker);
    own.next_round();
    plain_round(expected, 7, round);
    REQUIRE(same(numbers_of(table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: deterministic training gives the same bits on one thread and on several") {
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
