#include "src/base/row_table.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/train/row_replicas.hpp"

#include "catch.hpp"

#include <thread>
#include <vector>

using namespace equivec;

namespace {

constexpr std::size_t rows = 12, replicated = 4, dimension = 19;

Table numbered_table() {
  Table table(rows, dimension, RowOrder::scattered);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < dimension; ++c) table.row(i)[c] = static_cast<float>(100 * i + c);
  return table;
}

}  // namespace

TEST_CASE("replicas: only the last rows are copied, the others are the table's own") {
  const Table table = numbered_table();
  ReplicaLocks locks(replicated);
  RowReplicas replicas(table, replicated, 3, locks, window_kernels().add_change);
  for (std::size_t i = 0; i < rows; ++i) {
    const float* const row = replicas.row(i);
    CHECK((row == table.row(i)) == (i < rows - replicated));
    for (std::size_t c = 0; c < dimension; ++c) CHECK(row[c] == table.row(i)[c]);
  }
}

TEST_CASE("replicas: a change reaches the table after the period, and brings back what others have changed") {
  const Table table = numbered_table();
  ReplicaLocks locks(replicated);
  RowReplicas replicas(table, replicated, 3, locks, window_kernels().add_change);
  const std::size_t last = rows - 1;
  const float before = table.row(last)[5];
  replicas.row(last)[5] += 2;                  // one use
  table.row(last)[5] += 10;                    // by another thread
  CHECK(replicas.row(last)[5] == before + 2);  // two
  CHECK(table.row(last)[5] == before + 10);
  CHECK(replicas.row(last)[5] == before + 12);  // three: merged
  CHECK(table.row(last)[5] == before + 12);
}

TEST_CASE("replicas: a row that another thread merges is used on, and merged later") {
  const Table table = numbered_table();
  ReplicaLocks locks(replicated);
  RowReplicas replicas(table, replicated, 1, locks, window_kernels().add_change);
  const std::size_t last = rows - 1;
  const float before = table.row(last)[0];
  locks[replicated - 1].test_and_set();
  replicas.row(last)[0] += 1;
  CHECK(table.row(last)[0] == before);
  locks[replicated - 1].clear();
  CHECK(replicas.row(last)[0] == before + 1);
  CHECK(table.row(last)[0] == before + 1);
}

TEST_CASE("replicas: no change of any thread is lost") {
  const Table table = numbered_table();
  ReplicaLocks locks(replicated);
  constexpr int threads = 4, uses = 20000;
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&] {
      RowReplicas replicas(table, replicated, 7, locks, window_kernels().add_change);
      for (int use = 0; use < uses; ++use)
        replicas.row(rows - 1 - static_cast<std::size_t>(use) % replicated)[dimension - 1] += 1;
      replicas.merge_all();
    });
  for (std::thread& worker : workers) worker.join();
  for (std::size_t i = rows - replicated; i < rows; ++i)
    CHECK(table.row(i)[dimension - 1] == static_cast<float>(100 * i + dimension - 1) + threads * uses / replicated);
}
