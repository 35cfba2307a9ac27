#include "equivec/base/rng.hpp"
#include "src/train/huffman.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <set>
#include <vector>

using namespace equivec;

namespace {

using Counts = std::vector<std::uint64_t>;

/// The sum of counts times lengths of paths: each word is under every node whose weight it adds to.
std::uint64_t smallest_cost(const Counts& counts) {
  std::priority_queue<std::uint64_t, Counts, std::greater<>> weights(counts.begin(), counts.end());
  std::uint64_t cost = 0;
  while (weights.size() > 1) {
    const std::uint64_t a = weights.top();
    weights.pop();
    const std::uint64_t b = weights.top();
    weights.pop();
    cost += a + b;
    weights.push(a + b);
  }
  return cost;
}

std::uint64_t cost(const HuffmanTree& tree, const Counts& counts) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) sum += counts[i] * tree.path(i).size();
  return sum;
}

/// What holds of every tree over two words or more: from the root, every side of every inner node leads to one place,
/// another node or a word, and to no place lead two.
void check_tree(const HuffmanTree& tree, std::size_t words) {
  REQUIRE(tree.nodes() == words - 1);
  std::map<std::uint32_t, std::size_t> leads_to;  // nodes, then words
  std::size_t longest = 0;
  std::uint32_t root = 0;
  std::vector<std::vector<std::uint32_t>> from_the_root;
  for (std::size_t word = 0; word < words; ++word) {
    const auto path = tree.path(word);
    REQUIRE(!path.empty());
    longest = std::max(longest, path.size());
    if (word == 0) root = path.back() / 2;
    REQUIRE(path.back() / 2 == root);
    for (std::size_t i = 0; i < path.size(); ++i) {
      REQUIRE(path[i] / 2 < tree.nodes());
      const std::size_t place = i == 0 ? tree.nodes() + word : path[i - 1] / 2;
      const auto [found, added] = leads_to.emplace(path[i], place);
      REQUIRE(found->second == place);
    }
    from_the_root.emplace_back(path.rbegin(), path.rend());
  }
  CHECK(tree.longest_path() == longest);
  CHECK(leads_to.size() == 2 * tree.nodes());
  std::set<std::size_t> places;
  for (const auto& [step, place] : leads_to) places.insert(place);
  CHECK(places.size() == leads_to.size());

  // No path begins another: if one did, one would in this order begin its successor.
  std::sort(from_the_root.begin(), from_the_root.end());
  for (std::size_t i = 1; i < words; ++i) {
    const auto &a = from_the_root[i - 1], &b = from_the_root[i];
    REQUIRE(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first != a.end());
  }

  // Kraft's sum, smallest first, where every sum is exact.
  std::vector<std::size_t> lengths;
  for (const auto& path : from_the_root) lengths.push_back(path.size());
  std::sort(lengths.rbegin(), lengths.rend());
  double kraft = 0;
  for (const std::size_t length : lengths) kraft += std::ldexp(1.0, -static_cast<int>(length));
  CHECK(kraft == 1);
}

void check_best_tree(const Counts& counts) {
  CAPTURE(counts);
  const HuffmanTree tree(counts);
  check_tree(tree, counts.size());
  CHECK(cost(tree, counts) == smallest_cost(counts));
}

}  // namespace

TEST_CASE("HuffmanTree: no tree is shorter") {
  SECTION("two words") { check_best_tree({7, 3}); }
  SECTION("three words") { check_best_tree({1, 1, 1}); }
  SECTION("unsorted counts") { check_best_tree({5, 100, 1, 30, 2, 2, 77, 5, 5, 1000, 1}); }
  SECTION("counts of zero") { check_best_tree({0, 5, 0, 0, 3, 0, 1, 0}); }
  SECTION("nothing but zeros") { check_best_tree(Counts(9, 0)); }
  SECTION("powers of two") { check_best_tree({1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}); }
  SECTION("as words are in a text") {
    Counts counts;
    for (std::uint64_t rank = 1; rank <= 2000; ++rank) counts.push_back(1000000 / rank);
    check_best_tree(counts);
  }
  SECTION("a thousand small ones at random") {
    Rng rng(1);
    for (int i = 0; i < 1000; ++i) {
      Counts counts(2 + rng.below(30));
      const std::uint32_t most = 1 + rng.below(i % 2 == 0 ? 5 : 1000);
      for (std::uint64_t& count : counts) count = rng.below(most);
      check_best_tree(counts);
    }
  }
}

TEST_CASE("HuffmanTree: more frequent words have no longer paths") {
  Rng rng(2);
  Counts counts(200);
  for (std::uint64_t& count : counts) count = rng.below(10000);
  const HuffmanTree tree(counts);
  std::size_t wrong = 0;
  for (std::size_t a = 0; a < counts.size(); ++a)
    for (std::size_t b = 0; b < counts.size(); ++b)
      wrong += counts[a] > counts[b] && tree.path(a).size() > tree.path(b).size();
  CHECK(wrong == 0);
}

TEST_CASE("HuffmanTree: equal counts give paths of equal length") {
  const std::size_t words = GENERATE(as<std::size_t>{}, 2, 4, 64, 1024);
  const HuffmanTree tree(Counts(words, 12345));
  check_tree(tree, words);
  std::size_t depth = 0;
  while (std::size_t{1} << depth < words) ++depth;
  for (std::size_t i = 0; i < words; ++i) REQUIRE(tree.path(i).size() == depth);
}

TEST_CASE("HuffmanTree: one word has no path and no words have no tree") {
  const HuffmanTree one(Counts{5}), none(Counts{});
  CHECK(one.path(0).empty());
  CHECK(one.nodes() == 0);
  CHECK(one.longest_path() == 0);
  CHECK(none.nodes() == 0);
  CHECK(none.longest_path() == 0);
}

TEST_CASE("HuffmanTree: a path may be longer than word2vec.c's forty steps") {
  Counts counts = {1, 1};
  while (counts.size() < 60) counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
  check_best_tree(counts);
  CHECK(HuffmanTree(counts).longest_path() == 59);
}

TEST_CASE("HuffmanTree: sums beyond 2^64 do no harm") {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const Counts counts = GENERATE_COPY(Counts{most, most}, Counts{most, most, most, most, most},
                                      Counts{most - 1, 1, most, 0, most / 2, most / 2, most / 2, 3}, Counts(100, most));
  check_tree(HuffmanTree(counts), counts.size());
}

TEST_CASE("HuffmanTree: the same counts give the same tree") {
  Rng rng(3);
  Counts counts(300);
  for (std::uint64_t& count : counts) count = rng.below(20);  // many are equal
  const HuffmanTree a(counts), b(counts);
  for (std::size_t i = 0; i < counts.size(); ++i)
    REQUIRE(std::vector(a.path(i).begin(), a.path(i).end()) == std::vector(b.path(i).begin(), b.path(i).end()));
}
