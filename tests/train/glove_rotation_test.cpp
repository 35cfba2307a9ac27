#include "equivec/base/rng.hpp"
#include "src/train/glove_rotation.hpp"

#include "catch.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

using namespace equivec;

namespace {

/// Of which the first have the most pairs.
GloveBlocks blocks_of(std::size_t count) {
  GloveBlocks blocks;
  for (std::size_t i = 0; i <= count; ++i) blocks.bounds.push_back(10 * i);
  for (std::size_t i = 0; i < count; ++i) {
    blocks.word_pairs.push_back(1000 / (1 + i));
    blocks.context_pairs.push_back(1000 / (1 + i / 8));
  }
  return blocks;
}

}  // namespace

TEST_CASE("GloVe's rotation: each strip meets each part once an epoch, and no two the same at the same time") {
  for (const std::size_t count : {1u, 2u, 3u, 31u, 32u, 33u, 40u, 65u, 97u, 300u}) {
    const GloveBlocks blocks = blocks_of(count);
    const GloveRotation rotation(blocks, Rng(1));
    REQUIRE(rotation.parts() <= 32);
    REQUIRE(rotation.parts() >= std::min<std::size_t>(count, 16));
    const GloveRotation::Epoch epoch = rotation.epoch(Rng(7));
    REQUIRE(epoch.groups.size() == rotation.groups());
    std::set<std::uint32_t> strips, contexts;
    for (const auto& part : epoch.parts) contexts.insert(part.begin(), part.end());
    for (const GloveRotation::Group& group : epoch.groups) {
      strips.insert(group.strips.begin(), group.strips.end());
      REQUIRE(group.strips.size() + 1 >= rotation.parts());
      std::vector<std::set<std::size_t>> met(group.strips.size());
      for (std::size_t stage = 0; stage < rotation.parts(); ++stage) {
        std::set<std::size_t> now;
        for (std::size_t i = 0; i < group.strips.size(); ++i) {
          now.insert(epoch.part(group, i, stage));
          met[i].insert(epoch.part(group, i, stage));
        }
        CHECK(now.size() == group.strips.size());
      }
      for (const auto& parts : met) CHECK(parts.size() == rotation.parts());
    }
    CHECK(strips.size() == count);
    CHECK(contexts.size() == count);
  }
}

TEST_CASE("GloVe's rotation: parts stay what they are, with as many pairs each, and epochs differ") {
  const GloveBlocks blocks = blocks_of(300);
  const GloveRotation rotation(blocks, Rng(1));
  const GloveRotation::Epoch one = rotation.epoch(Rng(1)), two = rotation.epoch(Rng(2));
  std::uint64_t least = ~std::uint64_t{0}, most = 0;
  for (std::size_t p = 0; p < rotation.parts(); ++p) {
    const auto fixed = rotation.part(p);
    CHECK(std::ranges::is_permutation(fixed, one.parts[p]));
    CHECK(std::ranges::is_permutation(fixed, two.parts[p]));
    CHECK(one.parts[p] != two.parts[p]);
    std::uint64_t pairs = 0;
    for (const std::uint32_t block : fixed) pairs += blocks.context_pairs[block];
    least = std::min(least, pairs);
    most = std::max(most, pairs);
  }
  CHECK(static_cast<double>(most) < 1.1 * static_cast<double>(least));
  // The order of the groups, and where their strips begin.
  CHECK((one.groups[0].strips != two.groups[0].strips || one.groups[0].starts != two.groups[0].starts));
  // From one part to a neighbour, either way.
  std::set<std::size_t> steps;
  for (std::uint64_t seed = 0; seed < 20; ++seed) steps.insert(rotation.epoch(Rng(seed)).step);
  CHECK(steps == std::set<std::size_t>{1, rotation.parts() - 1});
}
