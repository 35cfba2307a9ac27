#include "src/kernels/window_kernels.hpp"
#include "src/train/table_replicas.hpp"

#include "catch.hpp"

#include <cmath>
#include <vector>

using namespace equivec;

namespace {

constexpr std::size_t dimension = 19;

Table numbered_table(std::size_t rows) {
  Table table(rows, dimension, RowOrder::scattered);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < dimension; ++c) table.row(i)[c] = static_cast<float>(100 * i + c);
  return table;
}

/// Two replicas of a table of one row that takes `touches` per word, merged every tick of 1000 words.
TableReplicas replicas_of_row(Table& table, double touches) {
  TableReplicas replicas(table, 2, {touches}, 1, {.words_of_tick = 1000, .touches = 0, .least_merges = 1, .words = 1e6},
                         window_kernels().merge_replicas);
  for (std::size_t k = 0; k < 2; ++k) replicas.start(k);
  return replicas;
}

}  // namespace

TEST_CASE("table_replicas: replicas that nobody has changed leave the table as it was") {
  Table table = numbered_table(7);
  const Table before = numbered_table(7);
  TableReplicas replicas(table, 3, std::vector<double>(7, 0.001), 0.3, {.words = 1e6}, window_kernels().merge_replicas);
  for (std::size_t k = 0; k < 3; ++k) replicas.start(k);
  for (std::uint64_t tick = 0; tick < 50; ++tick) replicas.merge(tick, 0.025);
  replicas.merge_rows(0, 7, 0.025);
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t c = 0; c < dimension; ++c) {
      CHECK(table.row(i)[c] == before.row(i)[c]);
      for (std::size_t k = 0; k < 3; ++k) CHECK(replicas.replica(k).row(i)[c] == before.row(i)[c]);
    }
}

TEST_CASE("table_replicas: changes of a row that is hardly touched are added up") {
  Table table = numbered_table(1);
  TableReplicas replicas = replicas_of_row(table, 1e-9);
  replicas.replica(0).row(0)[3] += 2;
  replicas.replica(1).row(0)[3] += 5;
  replicas.merge(0, 0.025);
  CHECK(table.row(0)[3] == Approx(3 + 7));
  CHECK(replicas.replica(0).row(0)[3] == table.row(0)[3]);
  CHECK(replicas.replica(1).row(0)[3] == table.row(0)[3]);
}

TEST_CASE("table_replicas: of a row that all replicas have driven to its place the mean is taken") {
  Table table = numbered_table(1);
  TableReplicas replicas = replicas_of_row(table, 10);  // 10,000 touches with rate 0.025 between two merges
  replicas.replica(0).row(0)[3] += 2;
  replicas.replica(1).row(0)[3] += 4;
  replicas.merge(0, 0.025);
  CHECK(table.row(0)[3] == Approx(3 + 3));
}

TEST_CASE("table_replicas: what a merge holds back follows in the next ones") {
  Table table = numbered_table(1);
  TableReplicas replicas = replicas_of_row(table, 0.04);  // gain x rate x touches is 1
  const double share = (1 - std::exp(-2.0)) / (2 * (1 - std::exp(-1.0)));
  for (std::size_t k = 0; k < 2; ++k) replicas.replica(k).row(0)[0] += 1;
  double moment = share * 2, expected = moment;
  replicas.merge(0, 0.025);
  CHECK(static_cast<double>(table.row(0)[0]) == Approx(expected).epsilon(1e-5));
  for (std::uint64_t tick = 1; tick < 40; ++tick) {
    moment *= 1 - share;
    expected += moment;
    replicas.merge(tick, 0.025);
  }
  CHECK(static_cast<double>(table.row(0)[0]) == Approx(expected).epsilon(1e-5));
  CHECK(expected == Approx(2).epsilon(1e-4));  // in the end the sum
}

TEST_CASE("table_replicas: a row is merged after as many touches as the schedule has, and often enough at least") {
  // Of two replicas: 200 touches in 1000 words, in 10,000 words, and never.
  Table table = numbered_table(3);
  TableReplicas replicas(table, 2, {0.1, 0.01, 0}, 0.3,
                         {.words_of_tick = 1000, .touches = 200, .least_merges = 10, .words = 1e6},
                         window_kernels().merge_replicas);
  for (std::size_t k = 0; k < 2; ++k) replicas.start(k);
  std::vector<int> merges(3);
  for (std::uint64_t tick = 0; tick < 1000; ++tick) {
    const auto mark = static_cast<float>(tick + 1);
    for (std::size_t i = 0; i < 3; ++i) replicas.replica(0).row(i)[0] = mark;
    replicas.merge(tick, 0);
    for (std::size_t i = 0; i < 3; ++i) merges[i] += table.row(i)[0] == mark;
  }
  CHECK(merges == std::vector<int>{1000, 100, 10});
}
