#include "equivec/base/communicator.hpp"
#include "src/base/row_table.hpp"
#include "src/train/glove_strips.hpp"

#include "catch.hpp"
#include "thread_ranks.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

using namespace equivec;

TEST_CASE("GloVe's strips: rows go where all ranks say, and come to the first one when they are collected") {
  const std::vector<std::size_t> bounds = {0, 3, 4, 9};
  for (const int delay : {0, 500}) {
    std::atomic<int> wrong = 0;
    run_ranks(
        3,
        [&](Communicator& ranks) {
          Table table(9, 20);
          GloveStrips strips(&ranks, table, bounds);
          const int rank = ranks.rank();
          // Each rank that has a strip adds one to it; strip s begins at rank s, and the last of its steps is known
          // only when all say so.
          for (int step = 0; step < 7; ++step)
            for (std::size_t s = 0; s < 3; ++s) {
              const int home = (static_cast<int>(s) + step) % 3, next = (home + 1) % 3;
              strips.move(s, home);
              if (home != rank) continue;
              strips.arrive(s);
              for (std::size_t row = bounds[s]; row < bounds[s + 1]; ++row) {
                wrong += table.row(row)[19] != static_cast<float>(step);
                std::fill_n(table.row(row), 20, static_cast<float>(step + 1));
              }
              if (step < 6 && s != 1) strips.send_ahead(s, next);
              strips.advance();
            }
          strips.collect();
          for (std::size_t row = 0; row < 9 && ranks.is_first(); ++row) wrong += table.row(row)[0] != 7;
          // Where nothing goes elsewhere, nothing is sent.
          const std::uint64_t sent = ranks.sent();
          for (std::size_t s = 0; s < 3; ++s) strips.move(s, (static_cast<int>(s) + 6) % 3);
          wrong += ranks.sent() != sent;
        },
        std::chrono::microseconds(delay));
    CHECK(wrong == 0);
  }
}

TEST_CASE("GloVe's strips: without ranks nothing moves") {
  Table table(2, 4);
  const std::vector<std::size_t> bounds = {0, 2};
  GloveStrips strips(nullptr, table, bounds);
  strips.move(0, 0);
  strips.arrive(0);
  strips.advance();
  strips.collect();
  CHECK(table.row(1)[3] == 0);
}
