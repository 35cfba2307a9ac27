#include "equivec/base/types.hpp"
#include "equivec/bias/neighbor_bias.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "biased_words_support.hpp"
#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace equivec;

TEST_CASE("neighbor bias: hand-worked shares and correlation") {
  // Candidates at 10, 20, 40, 80 and 160 degrees.
  const Embeddings e = at_angles({10, 20, 40, 80, 160, 0, 170, 61});
  const std::vector<double> bias = {0.5, -0.5, 0.1, 0, 0.2};
  const std::vector<double> word_bias = {3, -1, 2};
  const NeighborBias found =
      neighbor_bias(e, numbers(5, 8), word_bias, numbers(0, 5), bias, {.neighbors = 2, .bootstrap = few_resamples()});
  // Neighbours of 0 degrees: 10 and 20; of 170: 160 and 80; of 61: 80 and 40. A bias of 0 is on neither side.
  REQUIRE(found.words.size() == 3);
  CHECK(found.words[0] == NeighborBias::Word{word_id(5), 3, 0.5});
  CHECK(found.words[1] == NeighborBias::Word{word_id(6), -1, 0.5});
  CHECK(found.words[2] == NeighborBias::Word{word_id(7), 2, 0.5});
  CHECK_FALSE(found.correlation);
  CHECK_FALSE(found.interval);

  const NeighborBias three =
      neighbor_bias(e, numbers(5, 8), word_bias, numbers(0, 5), bias, {.neighbors = 3, .bootstrap = few_resamples()});
  // Neighbours of 0: 10, 20 and 40; of 170: 160, 80 and 40; of 61: 80, 40 and 20.
  CHECK(three.words[0].share == 2.0 / 3);
  CHECK(three.words[1].share == 2.0 / 3);
  CHECK(three.words[2].share == 1.0 / 3);
  // Deviations of 5/3, -7/3, 2/3 and of 1, 1, -2 ninths: -2 / sqrt(26/3 * 6).
  REQUIRE(three.correlation);
  CHECK(*three.correlation == Approx(-2 / std::sqrt(52.0)).epsilon(1e-12));
}

TEST_CASE("neighbor bias: a word is not its own neighbour, another word with the same vector is") {
  const Embeddings e = at_angles({0, 0, 50, 90});
  const std::vector<double> bias = {1, 1, -1, -1}, none = {0, 0};
  const auto share = [&](std::size_t word, const std::vector<WordId>& candidates, const std::vector<double>& biases) {
    const std::vector<WordId> words = {word_id(word)};
    const std::vector<double> own = {0.5};
    return neighbor_bias(e, words, own, candidates, biases, {.neighbors = 1, .bootstrap = few_resamples()})
        .words[0]
        .share;
  };
  CHECK(share(0, numbers(0, 4), bias) == 1);  // by its twin
  CHECK(share(1, numbers(0, 4), bias) == 1);
  CHECK(share(2, numbers(0, 4), {-1, -1, 1, -1}) == 0);
  CHECK(share(3, numbers(0, 3), {-1, -1, 1}) == 1);  // word 3 is not a candidate
  CHECK(share(0, {word_id(2), word_id(0)}, {-1, 1}) == 0);
}

TEST_CASE("neighbor bias: ties go to the first words of the vocabulary, for any order of the candidates") {
  const Embeddings e = at_angles({30, 330, 30, 0});
  const std::vector<WordId> words = {word_id(3)};
  const std::vector<double> own = {1};
  const auto share = [&](const std::vector<WordId>& candidates, const std::vector<double>& biases, int count) {
    return neighbor_bias(e, words, own, candidates, biases, {.neighbors = count, .bootstrap = few_resamples()})
        .words[0]
        .share;
  };
  CHECK(share(numbers(0, 3), {1, -1, -1}, 1) == 1);
  CHECK(share({word_id(2), word_id(1), word_id(0)}, {-1, -1, 1}, 1) == 1);
  CHECK(share({word_id(2), word_id(1), word_id(0)}, {1, -1, -1}, 1) == 0);
  CHECK(share({word_id(2), word_id(1), word_id(0)}, {1, -1, -1}, 3) == 1.0 / 3);
}

TEST_CASE("neighbor bias: shares are what sorting all cosines gives, for any number of threads") {
  const Embeddings e = random_embeddings(700, 12, 70);
  const std::vector<WordId> candidates = numbers(100, 650), words = numbers(50, 200);
  std::vector<double> candidate_bias, word_bias;
  for (const WordId word : candidates) candidate_bias.push_back(static_cast<double>(e[word][0]));
  for (const WordId word : words) word_bias.push_back(static_cast<double>(e[word][0]));
  const auto with = [&](int threads) {
    return neighbor_bias(e, words, word_bias, candidates, candidate_bias,
                         {.neighbors = 25, .bootstrap = few_resamples(threads)});
  };
  const NeighborBias found = with(1);
  std::vector<double> shares;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t k = 0; k < candidates.size(); ++k)
      if (candidates[k] != words[i]) order.emplace_back(-cosine(e[words[i]], e[candidates[k]]), k);
    std::ranges::sort(order);
    int positive = 0;
    for (std::size_t k = 0; k < 25; ++k) positive += candidate_bias[order[k].second] > 0;
    CHECK(found.words[i] == NeighborBias::Word{words[i], word_bias[i], positive / 25.0});
    shares.push_back(positive / 25.0);
  }
  CHECK(found.correlation == pearson(word_bias, shares));
  CHECK(found.interval == correlation_interval(Correlation::pearson, word_bias, shares, few_resamples(1)));
  for (const int threads : {2, 5}) {
    const NeighborBias again = with(threads);
    CHECK(found.words == again.words);
    CHECK(found.correlation == again.correlation);
    CHECK(found.interval == again.interval);
  }
}

TEST_CASE("neighbor bias: without words there is no correlation") {
  const Embeddings e = at_angles({0, 10});
  const std::vector<double> bias = {1, -1};
  const NeighborBias found = neighbor_bias(e, {}, {}, numbers(0, 2), bias, {.neighbors = 1, .bootstrap = {}});
  CHECK(found.words.empty());
  CHECK_FALSE(found.correlation);
  CHECK_FALSE(found.interval);
}

TEST_CASE("neighbor bias: invalid input is an error that says why") {
  const Embeddings e = embeddings({{"a", {3, 4}}, {"b", {-2, 1}}, {"c", {1, 1}}, {"nil", {0, 0}}});
  using Words = std::vector<std::string>;
  using Values = std::vector<double>;
  const auto bias = [&](const Words& words, const Values& word_bias, const Words& candidates,
                        const Values& candidate_bias, int neighbors = 1) {
    return error_of([&] {
      neighbor_bias(e, ids_of(e, words), word_bias, ids_of(e, candidates), candidate_bias,
                    {.neighbors = neighbors, .bootstrap = few_resamples()});
    });
  };
  CHECK(bias({"a"}, {1}, {"b", "c"}, {1, 1}, 2).empty());
  CHECK_THAT(bias({"a"}, {1}, {"b", "c"}, {1, 1}, 3), ContainsSubstring("'a' needs 3 neighbors, found 2"));
  CHECK_THAT(bias({"a"}, {1}, {"b", "c", "a"}, {1, 1, 1}, 3), ContainsSubstring("found 2 candidates"));
  CHECK_THAT(bias({"a"}, {1}, {}, {}), ContainsSubstring("found 0 candidates"));
  CHECK_THAT(bias({"a"}, {}, {"b"}, {1}), ContainsSubstring("got 1 words and 0 biases"));
  CHECK_THAT(bias({"a"}, {1}, {"b"}, {1, 2}), ContainsSubstring("got 1 words and 2 biases"));
  CHECK_THAT(bias({"a"}, {NAN}, {"b"}, {1}), ContainsSubstring("bias of 'a'"));
  CHECK_THAT(bias({"a"}, {1}, {"b"}, {INFINITY}), ContainsSubstring("bias of 'b'"));
  CHECK_THAT(bias({"nil"}, {1}, {"b"}, {1}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"a"}, {1}, {"b", "nil"}, {1, 1}), ContainsSubstring("'nil'"));
  CHECK_THAT(bias({"a"}, {1}, {"b", "c", "b"}, {1, 1, 1}), ContainsSubstring("'b'"));
  CHECK_THAT(option_error_of([&] { neighbor_bias(e, {}, {}, {}, {}, {.neighbors = 0}); }),
             ContainsSubstring("neighbors"));
}
