#include "src/train/rank_merger.hpp"

#include "equivec/base/rng.hpp"

#include "tests/catch.hpp"
#include "tests/thread_ranks.hpp"

#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <vector>

using namespace equivec;

namespace {

constexpr std::size_t rows = 50, dimension = 20;

RankMergeSchedule schedule(int delay) {
  RankMergeSchedule result;
  result.words = 100000;
  result.ticks = 60;
  result.delay = delay;
  result.least_merges = 5;
  return result;
}

using Numbers = std::vector<float>;

Numbers numbers_of(const Table& table) {
  Numbers numbers;
  for (std::size_t i = 0; i < table.rows(); ++i) numbers.insert(numbers.end(), table.row(i), table.row(i) + dimension);
  return numbers;
}

/// Each rank adds change(rank, step, row) to all numbers of each row in 2000 steps, while merging; returns the tables
/// after merge_all(). touches: of each row per word.
template <class Change>
std::vector<Numbers> merged(int size, int delay, double touches, double learning_rate, const Change& change,
                            std::chrono::microseconds late = std::chrono::microseconds(0)) {
  std::vector<Numbers> result(static_cast<std::size_t>(size));
  run_ranks(
      size,
      [&](Communicator& ranks) {
        Table table(rows, dimension);
        RankMerger merger(ranks, {{&table, {}, std::vector<double>(rows, touches), 0.9}}, schedule(delay), nullptr);
        merger.start(0);
        for (int step = 0; step < 2000; ++step) {
          for (std::size_t i = 0; i < rows; ++i)
            for (std::size_t c = 0; c < dimension; ++c) table.row(i)[c] += change(ranks.rank(), step, table.row(i)[c]);
          merger.merge_due((step + 1) / 2000.0, learning_rate);
        }
        merger.finish_due(1, learning_rate);
        merger.merge_all(learning_rate);
        result[static_cast<std::size_t>(ranks.rank())] = numbers_of(table);
      },
      late);
  return result;
}

}  // namespace

TEST_CASE("rank_merger: what ranks add to rows that are hardly touched is added up, and nothing is lost") {
  const int size = GENERATE(2, 3, 5), delay = GENERATE(0, 1, 2, 5);
  const auto tables =
      merged(size, delay, 1e-6, 1e-3, [](int rank, int, float) { return 0.0005f * static_cast<float>(rank + 1); });
  for (const Numbers& table : tables) CHECK(table == tables[0]);
  const float sum = static_cast<float>(size * (size + 1) / 2);
  for (const float number : tables[0]) CHECK(std::abs(number - sum) < 0.01f * sum);
}

TEST_CASE("rank_merger: rows that every rank drives to one place end there") {
  const int size = GENERATE(2, 4, 8), delay = GENERATE(0, 2);
  const auto tables = merged(size, delay, 1, 0.025, [](int, int, float number) { return 0.05f * (2 - number); });
  for (const Numbers& table : tables) CHECK(table == tables[0]);
  for (const float number : tables[0]) CHECK(std::abs(number - 2) < 0.05f);
}

TEST_CASE("rank_merger: the same bits on every run, whenever messages come") {
  const auto noise = [](int rank, int step, float number) {
    return 0.01f * (Rng(static_cast<std::uint64_t>(rank), static_cast<std::uint64_t>(step)).uniform() - 0.5f) -
           0.001f * number;
  };
  const auto once = merged(4, 2, 0.01, 0.025, noise);
  CHECK(once == merged(4, 2, 0.01, 0.025, noise));
  CHECK(once == merged(4, 2, 0.01, 0.025, noise, std::chrono::microseconds(500)));
}

TEST_CASE("rank_merger: a row that is not finite ends training") {
  CHECK_THROWS_AS(merged(2, 1, 0.01, 0.025,
                         [](int rank, int step, float) {
                           return rank == 1 && step == 500 ? std::numeric_limits<float>::infinity() : 0.0f;
                         }),
                  RankMerger::Diverged);
}

TEST_CASE("rank_merger: copies within a rank follow its table") {
  std::atomic<int> wrong = 0;
  run_ranks(2, [&](Communicator& ranks) {
    Table table(rows, dimension), copy(rows, dimension);
    RankMerger merger(ranks, {{&table, {&copy}, std::vector<double>(rows, 0.01), 0.9}}, schedule(1), nullptr);
    merger.start(0);
    for (int step = 0; step < 2000; ++step) {
      for (std::size_t i = 0; i < rows; ++i) {
        table.row(i)[0] += 0.01f;
        copy.row(i)[0] += 0.01f;
      }
      merger.merge_due((step + 1) / 2000.0, 0.025);
      for (std::size_t i = 0; i < rows; ++i) wrong += std::abs(table.row(i)[0] - copy.row(i)[0]) > 1e-3f;
    }
    merger.finish_due(1, 0.025);
    merger.merge_all(0.025);
    wrong += numbers_of(table) != numbers_of(copy);
  });
  CHECK(wrong == 0);
}
