#include "src/sequence/crf.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "tests/sequence/gradients.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// All there is to tags of one sequence, found by going through every one of them.
struct Enumerated {
  double sum = 0;  ///< of exp of the scores of all that are allowed
  double best_score = -INFINITY;
  std::vector<std::int64_t> best;
};

bool is_forbidden(const TagRules& rules, const std::vector<std::int64_t>& tags) {
  if (rules.forbidden_starts.defined() && rules.forbidden_starts[tags[0]].item<bool>()) return true;
  for (std::size_t t = 1; t < tags.size(); ++t)
    if (rules.forbidden_transitions.defined() && rules.forbidden_transitions[tags[t - 1]][tags[t]].item<bool>())
      return true;
  return false;
}

/// emissions: time x tags.
double score_of(const Crf& crf, const torch::Tensor& emissions, const std::vector<std::int64_t>& tags) {
  const auto parameters = crf->named_parameters();
  double score = parameters["start"][tags.front()].item<double>() + parameters["end"][tags.back()].item<double>();
  for (std::size_t t = 0; t < tags.size(); ++t) {
    score += emissions[static_cast<std::int64_t>(t)][tags[t]].item<double>();
    if (t > 0) score += parameters["transitions"][tags[t - 1]][tags[t]].item<double>();
  }
  return score;
}

Enumerated enumerate(const Crf& crf, const TagRules& rules, const torch::Tensor& emissions) {
  const auto length = static_cast<std::size_t>(emissions.size(0));
  Enumerated result;
  std::vector<std::int64_t> tags(length, 0);
  for (;;) {
    if (!is_forbidden(rules, tags)) {
      const double score = score_of(crf, emissions, tags);
      result.sum += std::exp(score);
      if (score > result.best_score) result.best_score = score, result.best = tags;
    }
    std::size_t t = 0;
    while (t < length && ++tags[t] == emissions.size(1)) tags[t++] = 0;
    if (t == length) return result;
  }
}

const std::vector<std::int64_t> free_tags = {0, 1, 4};  // that are allowed everywhere
const std::vector<std::string> bio_tags = {"O", "B-x", "I-x", "I-y", "B-y"};

Crf random_crf(std::int64_t tags, const TagRules& rules) {
  Crf crf(tags, rules);
  crf->to(torch::kDouble);
  const torch::NoGradGuard no_gradients;
  for (torch::Tensor& parameter : crf->parameters()) parameter.normal_();
  return crf;
}

}  // namespace

TEST_CASE("crf: likelihoods and the best tags are those of an enumeration") {
  torch::manual_seed(1);
  for (const bool ruled : {false, true}) {
    const TagRules rules = ruled ? bio_rules(bio_tags) : TagRules{};
    for (int round = 0; round < 5; ++round) {
      CAPTURE(ruled, round);
      Crf crf = random_crf(5, rules);
      const torch::Tensor emissions = 2 * normal_doubles({3, 4, 5});
      const std::vector<std::int64_t> lengths = {3, 1, 4};
      const auto decoded = crf->decode(emissions, lengths_tensor(lengths));
      REQUIRE(decoded.size() == 3);
      torch::Tensor tags = torch::full({3, 4}, 99, torch::kInt64);  // 99: beyond the ends anything may stand
      std::vector<double> expected;
      for (std::int64_t b = 0; b < 3; ++b) {
        const std::int64_t length = lengths[static_cast<std::size_t>(b)];
        const torch::Tensor alone = emissions[b].slice(0, 0, length);
        const Enumerated all = enumerate(crf, rules, alone);
        CHECK(decoded[static_cast<std::size_t>(b)] == all.best);
        // Not the best alone: tags of O and B, which are always allowed.
        std::vector<std::int64_t> some;
        for (std::int64_t t = 0; t < length; ++t) {
          some.push_back(free_tags[static_cast<std::size_t>(t + round) % 3]);
          tags[b][t] = some.back();
        }
        expected.push_back(score_of(crf, alone, some) - std::log(all.sum));
      }
      const torch::Tensor found = crf->log_likelihood(emissions, tags, lengths_tensor(lengths));
      for (std::int64_t b = 0; b < 3; ++b)
        CHECK(found[b].item<double>() == Approx(expected[static_cast<std::size_t>(b)]).epsilon(1e-10));
    }
  }
}

TEST_CASE("crf: the probabilities of all tags that the rules allow are 1 in sum") {
  torch::manual_seed(2);
  const TagRules rules = bio_rules(bio_tags);
  Crf crf = random_crf(5, rules);
  const torch::Tensor emissions = normal_doubles({1, 3, 5});
  double sum = 0;
  int allowed = 0;
  for (std::int64_t code = 0; code < 125; ++code) {
    const std::vector<std::int64_t> tags = {code / 25, code / 5 % 5, code % 5};
    const torch::Tensor row = torch::tensor(tags, torch::kInt64).unsqueeze(0);
    CHECK(crf->allows(tags) != is_forbidden(rules, tags));
    if (is_forbidden(rules, tags)) {
      CHECK_THROWS_AS(crf->log_likelihood(emissions, row), Error);
      continue;
    }
    sum += std::exp(crf->log_likelihood(emissions, row).item<double>());
    ++allowed;
  }
  CHECK(sum == Approx(1).epsilon(1e-12));
  CHECK(allowed == 3 * 3 * 3 + 2 * 3 + 3 * 2 + 2);  // without I, B I and any, any and B I, B I I
}

TEST_CASE("crf: the gradients of scores and emissions are right, with rules and without") {
  torch::manual_seed(3);
  for (const bool ruled : {false, true}) {
    CAPTURE(ruled);
    Crf crf = random_crf(5, ruled ? bio_rules(bio_tags) : TagRules{});
    const torch::Tensor emissions = normal_doubles({2, 4, 5});
    const torch::Tensor tags = torch::tensor({{1, 2, 2, 0}, {0, 4, 0, 0}}, torch::kInt64);
    std::vector<torch::Tensor> leaves = crf->parameters();
    leaves.push_back(emissions);
    CHECK(gradient_error(
              [&] {
                return crf->log_likelihood(emissions, tags, lengths_tensor({4, 2})).sum();
              },
              leaves) < 1e-8);
  }
}

TEST_CASE("crf: rules hold in float against any emission, and gradients stay finite") {
  Crf crf(5, bio_rules(bio_tags));
  torch::Tensor emissions = torch::zeros({1, 60, 5});
  emissions.select(2, 2).fill_(1e4F);  // I-x everywhere
  const auto tags = crf->decode(emissions)[0];
  CHECK(tags[0] == 1);
  CHECK(std::vector<std::int64_t>(tags.begin() + 1, tags.end()) == std::vector<std::int64_t>(59, 2));
  emissions.requires_grad_();
  crf->log_likelihood(emissions, torch::zeros({1, 60}, torch::kInt64)).sum().backward();
  CHECK(emissions.grad().isfinite().all().item<bool>());
  for (const torch::Tensor& parameter : crf->parameters()) CHECK(parameter.grad().isfinite().all().item<bool>());
}

TEST_CASE("crf: the rules of BIO let I-x follow B-x and I-x only") {
  const TagRules rules = bio_rules({"O", "B-x", "I-x", "I-y", "B-y"});
  const torch::Tensor starts = torch::tensor({0, 0, 1, 1, 0}).to(torch::kBool);
  const torch::Tensor transitions =
      torch::tensor({{0, 0, 1, 1, 0}, {0, 0, 0, 1, 0}, {0, 0, 0, 1, 0}, {0, 0, 1, 0, 0}, {0, 0, 1, 0, 0}})
          .to(torch::kBool);
  CHECK(rules.forbidden_starts.equal(starts));
  CHECK(rules.forbidden_transitions.equal(transitions));
}

TEST_CASE("crf: what does not fit is refused") {
  CHECK_THROWS_AS(Crf(0), OptionError);
  CHECK_THROWS_AS(Crf(4, bio_rules(bio_tags)), Error);
  CHECK_THROWS_WITH(Crf(2, TagRules{torch::ones({2}, torch::kBool), {}}), ContainsSubstring("allow no tag"));
  Crf crf(5, bio_rules(bio_tags));
  const torch::Tensor emissions = torch::zeros({2, 3, 5});
  CHECK_THROWS_AS(crf->decode(torch::zeros({2, 3, 4})), c10::Error);
  CHECK_THROWS_AS(crf->decode(emissions, lengths_tensor({3, 0})), c10::Error);
  CHECK_THROWS_AS(crf->log_likelihood(emissions, torch::zeros({2, 2}, torch::kInt64)), c10::Error);
  CHECK_THROWS_AS(crf->log_likelihood(emissions, torch::full({2, 3}, 5, torch::kInt64)), c10::Error);
  CHECK_THROWS_WITH(crf->log_likelihood(emissions, torch::tensor({{0, 0, 0}, {0, 1, 3}}, torch::kInt64)),
                    ContainsSubstring("step 3 of sequence 2"));
}
