#include "equivec/sequence/bleu.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

using TokenTexts = std::vector<std::string>;

TokenTexts tokens_at_blanks(const std::string& text) {
  std::istringstream in(text);
  TokenTexts result;
  for (std::string token; in >> token;) result.push_back(token);
  return result;
}

BleuText bleu_text(const std::string& candidate, const std::vector<std::string>& references) {
  BleuText text{tokens_at_blanks(candidate), {}};
  for (const std::string& reference : references) text.references.push_back(tokens_at_blanks(reference));
  return text;
}

Bleu bleu_of(const std::string& candidate, const std::vector<std::string>& references, int longest = 4) {
  const BleuText text = bleu_text(candidate, references);
  return bleu(std::span(&text, 1), longest);
}

std::uint64_t occurrences(const TokenTexts& ngram, const TokenTexts& tokens) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i + ngram.size() <= tokens.size(); ++i)
    count += std::equal(ngram.begin(), ngram.end(), tokens.begin() + static_cast<std::ptrdiff_t>(i));
  return count;
}

/// The definition, by searching for each n-gram again and again.
double plain_bleu(const std::vector<BleuText>& texts, std::size_t longest) {
  double candidate_length = 0, reference_length = 0, product = 1;
  for (const BleuText& text : texts) {
    candidate_length += static_cast<double>(text.candidate.size());
    double best = std::numeric_limits<double>::infinity();
    const auto size = static_cast<double>(text.candidate.size());
    for (const TokenTexts& reference : text.references) {
      const auto other = static_cast<double>(reference.size());
      if (std::abs(other - size) < std::abs(best - size) ||
          (std::abs(other - size) == std::abs(best - size) && other < best))
        best = other;
    }
    reference_length += best;
  }
  for (std::size_t n = 1; n <= longest; ++n) {
    double total = 0, matched = 0;
    for (const BleuText& text : texts) {
      std::vector<TokenTexts> seen;
      for (std::size_t i = 0; i + n <= text.candidate.size(); ++i) {
        const auto begin = text.candidate.begin() + static_cast<std::ptrdiff_t>(i);
        const TokenTexts ngram(begin, begin + static_cast<std::ptrdiff_t>(n));
        ++total;
        if (std::ranges::find(seen, ngram) != seen.end()) continue;
        seen.push_back(ngram);
        std::uint64_t most = 0;
        for (const TokenTexts& reference : text.references) most = std::max(most, occurrences(ngram, reference));
        matched += static_cast<double>(std::min(most, occurrences(ngram, text.candidate)));
      }
    }
    product *= total > 0 ? matched / total : 0;
  }
  if (product == 0) return 0;
  const double penalty = candidate_length > reference_length ? 1 : std::exp(1 - reference_length / candidate_length);
  return penalty * std::pow(product, 1.0 / static_cast<double>(longest));
}

}  // namespace

TEST_CASE("bleu: a word that is said too often counts as often as a reference has it") {
  const Bleu found = bleu_of("the the the the the the the", {"the cat is on the mat", "there is a cat on the mat"});
  CHECK(found.orders[0].matched == 2);
  CHECK(found.orders[0].total == 7);
  CHECK(found.orders[0].precision == Approx(2.0 / 7));
  CHECK(found.orders[1].matched == 0);
  CHECK(found.orders[1].total == 6);
  CHECK(found.score == 0);
  CHECK(found.brevity_penalty == 1);
}

TEST_CASE("bleu: a score worked by hand") {
  // 1-grams: a b c d e of a b c d e f: 5 of 6; 2-grams ab bc cd de: 4 of 5; 3-grams 3 of 4; 4-grams 2 of 3. c 6, r 8.
  const Bleu found = bleu_of("a b c d e f", {"x a b c d e g h"});
  CHECK(found.orders[0].precision == Approx(5.0 / 6));
  CHECK(found.orders[1].precision == Approx(4.0 / 5));
  CHECK(found.orders[2].precision == Approx(3.0 / 4));
  CHECK(found.orders[3].precision == Approx(2.0 / 3));
  CHECK(found.brevity_penalty == Approx(std::exp(1 - 8.0 / 6)));
  CHECK(found.score == Approx(std::exp(-1.0 / 3) * std::pow(1.0 / 3, 0.25)));  // 5/6 4/5 3/4 2/3 = 1/3
  CHECK(bleu_of("a b c d e f", {"x a b c d e g h"}, 1).score == Approx(std::exp(-1.0 / 3) * 5 / 6));
}

TEST_CASE("bleu: counts are summed over the corpus before they are divided") {
  const std::vector<BleuText> texts = {bleu_text("a b", {"a b"}), bleu_text("c x y z", {"c d e"})};
  const Bleu found = bleu(texts, 2);
  CHECK(found.orders[0].precision == Approx(3.0 / 6));
  CHECK(found.orders[1].precision == Approx(1.0 / 4));
  CHECK(found.candidate_length == 6);
  CHECK(found.reference_length == 5);
  CHECK(found.brevity_penalty == 1);
  CHECK(found.score == Approx(std::sqrt(1.0 / 8)));
}

TEST_CASE("bleu: the penalty goes by the reference that is closest in length, of two the shorter") {
  const auto reference_length = [](const std::string& candidate, const std::vector<std::string>& references) {
    return bleu_of(candidate, references).reference_length;
  };
  CHECK(reference_length("a b c", {"a", "a b c d", "a b c d e f"}) == 4);
  CHECK(reference_length("a b c", {"a b c d", "a b"}) == 2);
  CHECK(reference_length("a b c", {"a b", "a b c d"}) == 2);
  CHECK(reference_length("a b c", {"a", "a b c"}) == 3);
  CHECK(bleu_of("a b c", {"a b c d", "a b"}).brevity_penalty == 1);
  CHECK(bleu_of("a b c", {"a b c d"}).brevity_penalty == Approx(std::exp(-1.0 / 3)));
}

TEST_CASE("bleu: the same text has 1, and a precision of 0 makes the score 0") {
  CHECK(bleu_of("a b c d e", {"x", "a b c d e"}).score == 1);
  CHECK(bleu_of("a b c x d e f", {"a b c y d e f"}).score == 0);  // no 4-gram
  CHECK(bleu_of("a b c", {"a b c"}).score == 0);                  // none there
  CHECK(bleu_of("", {"a b c"}).score == 0);
  CHECK(bleu_of("", {""}).score == 0);
  CHECK(bleu_of("a b", {""}).score == 0);
}

TEST_CASE("bleu: random corpora have the score of the definition") {
  std::mt19937 source(1);
  const auto random_tokens = [&] {
    TokenTexts result(source() % 12);
    for (std::string& token : result) token = std::string(1, static_cast<char>('a' + source() % 3));
    return result;
  };
  int above_zero = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<BleuText> texts(1 + source() % 4);
    for (BleuText& text : texts) {
      text.candidate = random_tokens();
      text.references.resize(1 + source() % 3);
      for (TokenTexts& reference : text.references) reference = random_tokens();
    }
    const int longest = 1 + round % 4;
    CAPTURE(round);
    const Bleu found = bleu(texts, longest);
    CHECK(found.score == Approx(plain_bleu(texts, static_cast<std::size_t>(longest))).epsilon(1e-12));
    above_zero += found.score > 0;
  }
  CHECK(above_zero > 100);
}

TEST_CASE("bleu: texts and orders that say nothing are refused") {
  CHECK_THROWS_AS(bleu({}), Error);
  const std::vector<BleuText> texts = {bleu_text("a", {"a"}), bleu_text("a", {})};
  CHECK_THROWS_WITH(bleu(texts), ContainsSubstring("text 2"));
  CHECK_THROWS_AS(bleu(std::span(texts).first(1), 0), OptionError);
}
