#include "src/sequence/attention.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "tests/sequence/gradients.hpp"

#include <cmath>
#include <vector>

using namespace equivec;

namespace {

struct PlainAttention {
  std::vector<double> weights, context;
};

/// The paper's formula in loops, for one query and its keys (time x key), of which the first `seen` are seen.
PlainAttention plain_attention(const AdditiveAttention& attention, const torch::Tensor& query,
                               const torch::Tensor& keys, std::int64_t seen) {
  const auto parameters = attention->named_parameters();
  const torch::Tensor w = parameters["query_weight"], u = parameters["key_weight"], v = parameters["score_weight"];
  PlainAttention result{std::vector<double>(static_cast<std::size_t>(keys.size(0)), 0.0),
                        std::vector<double>(static_cast<std::size_t>(keys.size(1)), 0.0)};
  double sum = 0;
  for (std::int64_t t = 0; t < seen; ++t) {
    double score = 0;
    for (std::int64_t k = 0; k < v.size(0); ++k) {
      double inner = 0;
      for (std::int64_t i = 0; i < w.size(1); ++i) inner += w[k][i].item<double>() * query[i].item<double>();
      for (std::int64_t i = 0; i < u.size(1); ++i) inner += u[k][i].item<double>() * keys[t][i].item<double>();
      score += v[k].item<double>() * std::tanh(inner);
    }
    sum += result.weights[static_cast<std::size_t>(t)] = std::exp(score);
  }
  for (double& weight : result.weights) weight /= sum;
  for (std::int64_t t = 0; t < seen; ++t)
    for (std::int64_t i = 0; i < keys.size(1); ++i)
      result.context[static_cast<std::size_t>(i)] +=
          result.weights[static_cast<std::size_t>(t)] * keys[t][i].item<double>();
  return result;
}

}  // namespace

TEST_CASE("attention: weights and contexts are those of the paper's formula, and what is masked weighs nothing") {
  torch::manual_seed(1);
  for (const auto type : {torch::kFloat, torch::kDouble}) {
    AdditiveAttention attention(3, 4, 5);
    attention->to(type);
    const torch::Tensor query = normal_doubles({3, 3}).to(type), keys = normal_doubles({3, 6, 4}).to(type);
    const torch::Tensor lengths = lengths_tensor({6, 1, 4});
    const torch::Tensor mask = torch::arange(6).unsqueeze(0) < lengths.unsqueeze(1);
    const auto [context, weights] = attention->forward(query, attention->prepare(keys), keys, mask);
    const double bound = type == torch::kFloat ? 1e-5 : 1e-12;
    for (std::int64_t b = 0; b < 3; ++b) {
      const std::int64_t seen = lengths[b].item<std::int64_t>();
      const PlainAttention expected = plain_attention(attention, query[b], keys[b], seen);
      for (std::int64_t t = 0; t < 6; ++t) {
        const auto found = weights[b][t].item<double>();
        CHECK(std::abs(found - expected.weights[static_cast<std::size_t>(t)]) < bound);
        if (t >= seen) CHECK(found == 0);
      }
      for (std::int64_t i = 0; i < 4; ++i)
        CHECK(std::abs(context[b][i].item<double>() - expected.context[static_cast<std::size_t>(i)]) < bound);
    }
  }
}

TEST_CASE("attention: without a mask all keys are seen") {
  torch::manual_seed(2);
  AdditiveAttention attention(3, 4, 5);
  const torch::Tensor query = torch::randn({2, 3}), keys = torch::randn({2, 6, 4}), prepared = attention->prepare(keys);
  const auto all = attention->forward(query, prepared, keys, torch::ones({2, 6}, torch::kBool));
  const auto unmasked = attention->forward(query, prepared, keys);
  CHECK(unmasked.weights.equal(all.weights));
  CHECK(unmasked.context.equal(all.context));
  CHECK(unmasked.weights.min().item<double>() > 0);
}

TEST_CASE("attention: the gradients of weights, queries and keys are right") {
  torch::manual_seed(3);
  AdditiveAttention attention(2, 3, 4);
  attention->to(torch::kDouble);
  const torch::Tensor query = normal_doubles({2, 2}), keys = normal_doubles({2, 4, 3});
  const torch::Tensor mask = torch::arange(4).unsqueeze(0) < lengths_tensor({4, 2}).unsqueeze(1);
  const torch::Tensor of_context = normal_doubles({2, 3}), of_weights = normal_doubles({2, 4});
  std::vector<torch::Tensor> leaves = attention->parameters();
  leaves.insert(leaves.end(), {query, keys});
  const auto loss = [&] {
    const auto [context, weights] = attention->forward(query, attention->prepare(keys), keys, mask);
    return (context * of_context).sum() + (weights * of_weights).sum();
  };
  CHECK(gradient_error(loss, leaves) < 1e-8);
  CHECK(keys.grad()[1].slice(0, 2).abs().max().item<double>() == 0);
}

TEST_CASE("attention: sizes below 1 are refused") {
  CHECK_THROWS_AS(AdditiveAttention(0, 1, 1), OptionError);
  CHECK_THROWS_AS(AdditiveAttention(1, 0, 1), OptionError);
  CHECK_THROWS_AS(AdditiveAttention(1, 1, 0), OptionError);
}
