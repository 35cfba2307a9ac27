#include "equivec/base/communicator.hpp"

#include "equivec/base/error.hpp"

#include "tests/catch.hpp"
#include "tests/thread_ranks.hpp"

#include <atomic>
#include <string>

using namespace equivec;

TEST_CASE("communicator: each rank gets what every other sent to it") {
  for (const int size : {1, 2, 3, 8}) {
    std::atomic<int> wrong = 0;
    run_ranks(size, [&](Communicator& ranks) {
      std::vector<std::string> bytes;
      for (int r = 0; r < size; ++r)
        bytes.push_back(std::string(static_cast<std::size_t>(r * ranks.rank()), 'x') + std::to_string(ranks.rank()));
      const auto got = exchange(ranks, bytes);
      for (int r = 0; r < size; ++r)
        wrong += got[static_cast<std::size_t>(r)] !=
                 std::string(static_cast<std::size_t>(r * ranks.rank()), 'x') + std::to_string(r);
      const auto all = gather(ranks, std::to_string(ranks.rank()));
      for (int r = 0; r < size; ++r) wrong += all[static_cast<std::size_t>(r)] != std::to_string(r);
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("communicator: all ranks get the first one's bytes, and sums over all of them") {
  for (const int size : {1, 2, 5, 8}) {
    std::atomic<int> wrong = 0;
    run_ranks(size, [&](Communicator& ranks) {
      const std::string bytes = broadcast(ranks, ranks.is_first() ? "of the first" : "");
      wrong += bytes != "of the first";
      const std::vector<std::uint64_t> numbers = {1, static_cast<std::uint64_t>(ranks.rank())};
      wrong += sums(ranks, numbers) != std::vector<std::uint64_t>{static_cast<std::uint64_t>(size),
                                                                  static_cast<std::uint64_t>(size * (size - 1) / 2)};
    });
    CHECK(wrong == 0);
  }
}

TEST_CASE("communicator: what the lowest rank throws, all throw") {
  std::atomic<int> same = 0;
  run_ranks(4, [&](Communicator& ranks) {
    try {
      agree(ranks, [&] {
        if (ranks.rank() >= 2) throw OptionError("of rank " + std::to_string(ranks.rank()));
      });
    } catch (const OptionError& error) {
      same += std::string(error.what()) == "of rank 2" && ranks.is_agreed("of rank 2") && ranks.rank_of_agreed() == 2;
    }
    agree(ranks, [] {});
    try {
      agree(ranks, [] { throw Error("of all"); });
    } catch (const Error& error) {
      same += ranks.is_agreed(error.what()) && ranks.rank_of_agreed() == -1;
    }
  });
  CHECK(same == 8);
}

TEST_CASE("communicator: counts the bytes that a rank has sent to others") {
  std::atomic<std::uint64_t> sent = 0;
  run_ranks(3, [&](Communicator& ranks) {
    const std::uint64_t before = ranks.sent();
    exchange(ranks, {"12345", "12345", "12345"});
    if (ranks.rank() == 1) sent = ranks.sent() - before;
  });
  CHECK(sent == 2 * (8 + 5));
}
