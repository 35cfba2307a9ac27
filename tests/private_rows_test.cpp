#include "src/private_rows.hpp"

#include "equivec/rng.hpp"
#include "equivec/word2vec.hpp"
#include "src/kernels/window_kernels.hpp"

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

/// The same with whole copies of the table: what each worker changed is added in their order.
void plain_round(Table& table, std::uint64_t seed, std::size_t round) {
  const std::vector<float> before = numbers_of(table);
  std::vector<std::vector<float>> copies(workers, before);
  for (std::size_t worker = 0; worker < workers; ++worker)
    work(seed, round, worker, [&](std::size_t i) { return copies[worker].data() + i * table.stride(); });
  for (const std::vector<float>& copy : copies)
    for (std::size_t i = 0; i < before.size(); ++i) table.row(0)[i] += copy[i] - before[i];
}

struct Worker {
  explicit Worker(std::uint32_t base = 0) : copies(rows, dimension), places(rows, base) {}
  PrivateRows copies;
  RowPlaces places;

  void work_on(const Table& table, std::uint64_t seed, std::size_t round, std::size_t number) {
    copies.clear();
    places.clear();
    work(seed, round, number, [&](std::size_t i) { return copies.take(table, i, places); });
  }
};

void merge(const std::vector<Worker>& all, Table& table, std::size_t part) {
  for (const Worker& worker : all) worker.copies.merge(table, part, window_kernels().add_change);
}

}  // namespace

TEST_CASE("PrivateRows: a row takes the sum of the changes in the workers' order") {
  Table table = random_table(1), expected = random_table(1);
  std::vector<Worker> all(workers);
  for (std::size_t round = 0; round < 50; ++round) {
    for (std::size_t worker = 0; worker < workers; ++worker) all[worker].work_on(table, 2, round, worker);
    for (std::size_t part = PrivateRows::parts; part-- > 0;) merge(all, table, part);
    plain_round(expected, 2, round);
    REQUIRE(same(numbers_of(table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: threads and the order in which they come do not matter") {
  Table table = random_table(1), expected = random_table(1);
  std::vector<Worker> all(workers);
  const auto all_at_once = [](std::size_t count, const auto& f) {
    std::vector<std::thread> threads;
    for (std::size_t i = count; i-- > 0;) threads.emplace_back([&f, i] { f(i); });
    for (std::thread& thread : threads) thread.join();
  };
  for (std::size_t round = 0; round < 10; ++round) {
    all_at_once(workers, [&](std::size_t worker) { all[worker].work_on(table, 3, round, worker); });
    all_at_once(PrivateRows::parts, [&](std::size_t part) { merge(all, table, part); });
    plain_round(expected, 3, round);
    REQUIRE(same(numbers_of(table), numbers_of(expected)));
  }
}

TEST_CASE("PrivateRows: a worker sees its own changes and no others until they are merged") {
  Table table = random_table(4);
  const std::vector<float> before = numbers_of(table);
  std::vector<Worker> all(2);
  for (Worker& worker : all) {
    worker.copies.clear();
    worker.places.clear();
  }
  float* const mine = all[0].copies.take(table, 7, all[0].places);
  REQUIRE(mine != table.row(7));
  mine[0] += 1;
  CHECK(all[0].copies.take(table, 7, all[0].places) == mine);
  CHECK(all[1].copies.take(table, 7, all[1].places)[0] == table.row(7)[0]);
  CHECK(same(numbers_of(table), before));
  for (std::size_t part = 0; part < PrivateRows::parts; ++part) merge(all, table, part);
  const float moved = before[7 * table.stride()] + ((before[7 * table.stride()] + 1) - before[7 * table.stride()]);
  CHECK(table.row(7)[0] == moved);
  for (Worker& worker : all) {
    worker.copies.clear();
    worker.places.clear();
    CHECK(worker.copies.take(table, 7, worker.places)[0] == moved);
  }
}

TEST_CASE("PrivateRows: of a row that one worker touched the bits depend on its copy alone") {
  // Whoever else works on other rows.
  Table alone = random_table(5), together = random_table(5);
  std::vector<Worker> one(1), several(3);
  const auto touch = [](Worker& worker, const Table& table, std::size_t row) {
    worker.copies.clear();
    worker.places.clear();
    float* const numbers = worker.copies.take(table, row, worker.places);
    for (std::size_t c = 0; c < dimension; ++c) numbers[c] = numbers[c] / 3 - 1e-7F;
  };
  touch(one[0], alone, 20);
  for (const std::size_t worker : {0u, 1u, 2u}) touch(several[worker], together, 19 + worker);
  for (std::size_t part = 0; part < PrivateRows::parts; ++part) {
    merge(one, alone, part);
    merge(several, together, part);
  }
  CHECK(same({alone.row(20), alone.row(21)}, {together.row(20), together.row(21)}));
  CHECK(!same({alone.row(19), alone.row(20)}, {together.row(19), together.row(20)}));
}

TEST_CASE("PrivateRows: places whose numbers run out begin anew") {
  constexpr std::uint32_t limit = std::numeric_limits<std::uint32_t>::max() / 2;
  const std::uint32_t base = GENERATE_COPY(limit - 200, limit - 1, limit, limit + 1);
  Table table = random_table(6), expected = random_table(6);
  std::vector<Worker> all;
  for (std::size_t worker = 0; worker < workers; ++worker) all.emplace_back(base);
  for (std::size_t round = 0; round < 30; ++round) {
    for (std::size_t worker = 0; worker < workers; ++worker) all[worker].work_on(table, 7, round, worker);
    for (std::size_t part = 0; part < PrivateRows::parts; ++part) merge(all, table, part);
    plain_round(expected, 7, round);
    REQUIRE(same(numbers_of(table), numbers_of(expected)));
  }
}

TEST_CASE("window_kernels: a change is added to a row with the same bits by every instruction set") {
  for (const std::size_t stride : {16u, 32u, 112u, 1024u}) {
    Table row(1, stride), now(1, stride), before(1, stride);
    Rng rng(stride);
    for (const Table* table : {&row, &now, &before})
      for (std::size_t c = 0; c < stride; ++c) table->row(0)[c] = rng.uniform() - 0.5F;
    std::vector<float> expected;
    for (std::size_t c = 0; c < stride; ++c) expected.push_back(row.row(0)[c] + (now.row(0)[c] - before.row(0)[c]));
    for (const WindowKernels& with : all_window_kernels()) {
      Table moved(1, stride);
      std::memcpy(moved.row(0), row.row(0), stride * sizeof(float));
      with.add_change(moved.row(0), now.row(0), before.row(0), stride);
      CAPTURE(with.instruction_set, stride);
      CHECK(same(numbers_of(moved), expected));
    }
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
