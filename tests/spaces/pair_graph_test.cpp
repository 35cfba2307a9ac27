#include "src/spaces/pair_graph.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

TEST_CASE("pair graph: every word of a pair has the other as its neighbour") {
  const std::vector<RelatedPair> pairs = {
      {word_id(2), word_id(9)}, {word_id(2), word_id(5)}, {word_id(5), word_id(9)}, {word_id(0), word_id(9)}};
  const PairGraph graph(pairs);
  CHECK(graph.words() == std::vector<WordId>{word_id(0), word_id(2), word_id(5), word_id(9)});
  const auto neighbors = [&](std::size_t place) {
    const auto found = graph.neighbors(place);
    return std::vector<std::uint32_t>(found.begin(), found.end());
  };
  CHECK(neighbors(0) == std::vector<std::uint32_t>{3});
  CHECK(neighbors(1) == std::vector<std::uint32_t>{2, 3});
  CHECK(neighbors(2) == std::vector<std::uint32_t>{1, 3});
  CHECK(neighbors(3) == std::vector<std::uint32_t>{0, 1, 2});
  const Embeddings e = random_embeddings(10, 3, 1);
  CHECK(exact_rows(e, graph.words(), 1).row(2) == exact_row(e, word_id(5)).transpose());
}
