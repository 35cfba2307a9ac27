#include "src/train/word_blocks.hpp"

#include "catch.hpp"

#include <algorithm>
#include <set>
#include <vector>

using namespace equivec;

TEST_CASE("word blocks: every word has a place of its own, and blocks have about as many") {
  const auto words = GENERATE(as<std::size_t>(), 1, 2, 7, 24, 1000),
             blocks = GENERATE(as<std::size_t>(), 1, 2, 3, 8, 30);
  const WordBlocks dealt(words, blocks);
  std::vector<std::size_t> rows(blocks);
  for (std::size_t i = 0; i < words; ++i) {
    const WordBlocks::Place place = dealt.place(word_id(i));
    REQUIRE(place.block < blocks);
    REQUIRE(place.row < dealt.rows());
    CHECK(dealt.word(place.block, place.row) == i);
    ++rows[place.block];
  }
  for (std::size_t block = 0; block < blocks; ++block) {
    CHECK(dealt.rows_of(block) == rows[block]);
    CHECK(rows[block] + 1 >= dealt.rows());
    for (std::size_t row = rows[block]; row < dealt.rows(); ++row) CHECK(dealt.word(block, row) >= words);
  }
}

TEST_CASE("word blocks: a block that has the more frequent of some words has the rarer of the next") {
  const WordBlocks dealt(1000, 4);
  std::vector<double> share(4);
  for (std::size_t i = 20; i < 1000; ++i)  // by Zipf's law, without those that are dropped at random
    share[dealt.place(word_id(i)).block] += 1.0 / static_cast<double>(i + 1);
  const auto [least, most] = std::ranges::minmax(share);
  CHECK(most < 1.05 * least);
}
