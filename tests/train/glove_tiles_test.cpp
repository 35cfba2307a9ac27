#include "equivec/base/types.hpp"
#include "src/kernels/glove_kernels.hpp"
#include "src/train/glove_tiles.hpp"

#include "catch.hpp"
#include "glove_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <vector>

using namespace equivec;

TEST_CASE("GloVe's tiles: every pair is in one tile, in memory as in a file") {
  for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{1000}}) {
    const GloveBlocks blocks = glove_blocks(text().counts, 100, 2);
    const GloveTiles tiles(text().counts, blocks, memory, 2);
    CHECK(tiles.size() == text().counts.size());
    CHECK(blocks.size() >= 15);
    std::uint64_t pairs = 0;
    std::vector<std::uint64_t> columns(blocks.size());
    for (std::size_t a = 0; a < blocks.size(); ++a) {
      REQUIRE(blocks.rows(a) <= 100);
      std::uint64_t strip = 0;
      for (std::size_t b = 0; b < blocks.size(); ++b) {
        strip += tiles.tile(a, b).size();
        columns[b] += tiles.tile(a, b).size();
        for (const GlovePair& pair : tiles.tile(a, b)) {
          const std::size_t word = blocks.first_row(a) + pair.word, context = blocks.first_row(b) + pair.context;
          REQUIRE(word < blocks.first_row(a + 1));
          REQUIRE(context < blocks.first_row(b + 1));
          const auto row = text().counts.row(word_id(word));
          const auto at = std::lower_bound(row.words.begin(), row.words.end(), word_id(context));
          REQUIRE(at != row.words.end());
          REQUIRE(*at == word_id(context));
          REQUIRE(pair.count == static_cast<float>(row.counts[static_cast<std::size_t>(at - row.words.begin())]));
        }
      }
      CHECK(strip == blocks.word_pairs[a]);
      pairs += strip;
    }
    CHECK(pairs == tiles.size());
    CHECK(columns == blocks.context_pairs);
  }
}
