#include "equivec/sequence/bleu.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <unordered_map>

namespace equivec {

namespace {

using NgramTokens = std::u32string;  // numbers of tokens
using NgramCounts = std::unordered_map<NgramTokens, std::uint64_t>;

/// Numbers in place of the tokens of one text.
class TokenNumbers {
 public:
  NgramTokens of(const std::vector<std::string>& tokens) {
    NgramTokens result;
    for (const std::string& token : tokens)
      result.push_back(numbers_.try_emplace(token, static_cast<char32_t>(numbers_.size())).first->second);
    return result;
  }

 private:
  std::unordered_map<std::string_view, char32_t> numbers_;
};

NgramCounts count_ngrams(const NgramTokens& tokens, std::size_t n) {
  NgramCounts counts;
  for (std::size_t i = 0; i + n <= tokens.size(); ++i) ++counts[tokens.substr(i, n)];
  return counts;
}

std::uint64_t clipped_matches(const NgramTokens& candidate, const std::vector<NgramTokens>& references, std::size_t n) {
  const NgramCounts counts = count_ngrams(candidate, n);
  NgramCounts most;
  for (const NgramTokens& reference : references) {
    for (const auto& [ngram, count] : count_ngrams(reference, n)) {
      std::uint64_t& known = most[ngram];
      known = std::max(known, count);
    }
  }
  std::uint64_t matches = 0;
  for (const auto& [ngram, count] : counts) {
    const auto found = most.find(ngram);
    if (found != most.end()) matches += std::min(count, found->second);
  }
  return matches;
}

std::size_t closest_length(std::size_t length, const std::vector<NgramTokens>& references) {
  const auto distance = [&](std::size_t other) { return other < length ? length - other : other - length; };
  std::size_t best = references.front().size();
  for (const NgramTokens& reference : references) {
    const std::size_t size = reference.size();
    if (distance(size) < distance(best) || (distance(size) == distance(best) && size < best)) best = size;
  }
  return best;
}

void add(const BleuText& text, Bleu& sums) {
  TokenNumbers numbers;
  const NgramTokens candidate = numbers.of(text.candidate);
  std::vector<NgramTokens> references;
  for (const std::vector<std::string>& reference : text.references) references.push_back(numbers.of(reference));
  sums.candidate_length += candidate.size();
  sums.reference_length += closest_length(candidate.size(), references);
  for (std::size_t i = 0; i < sums.orders.size(); ++i) {
    if (candidate.size() <= i) return;
    sums.orders[i].total += candidate.size() - i;
    sums.orders[i].matched += clipped_matches(candidate, references, i + 1);
  }
}

double brevity_penalty(std::uint64_t candidate, std::uint64_t reference) {
  if (candidate == 0) return 0;
  if (candidate >= reference) return 1;
  return std::exp(1 - static_cast<double>(reference) / static_cast<double>(candidate));
}

}  // namespace

Bleu bleu(std::span<const BleuText> texts, int longest) {
  require_between("longest", longest, 1, 100);
  if (texts.empty()) throw Error("BLEU needs at least one text");
  Bleu result;
  result.orders.resize(static_cast<std::size_t>(longest));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].references.empty()) throw Error("text " + std::to_string(i + 1) + " has no reference for BLEU");
    add(texts[i], result);
  }
  result.brevity_penalty = brevity_penalty(result.candidate_length, result.reference_length);
  double logarithms = 0;
  for (Bleu::Order& order : result.orders) {
    if (order.total > 0) order.precision = static_cast<double>(order.matched) / static_cast<double>(order.total);
    logarithms += std::log(order.precision);
  }
  result.score = result.brevity_penalty * std::exp(logarithms / longest);
  return result;
}

}  // namespace equivec
