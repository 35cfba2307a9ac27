#include "equivec/search/expression.hpp"

#include "equivec/base/error.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/characters.hpp"
#include "src/base/lines.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/find_word.hpp"
#include "src/vectors/finite.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

namespace equivec {

namespace {

/// By cosine words count by their directions, not their lengths.
Eigen::VectorXf vector_of(const NeighborIndex& index, WordId word) {
  return ignores_lengths(index.metric()) ? index.unit(word)
                                         : Eigen::VectorXf(column(index.embeddings().vector_of(word)));
}

std::optional<float> parse_finite(std::string_view text) {
  const auto number = parse_float(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

bool is_sign(const std::string& part) { return part == "+" || part == "-"; }

Expression parse_numbers(const std::string& text, int dimension) {
  const std::vector<std::string> parts = split_words(std::string_view(text).substr(1, text.size() - 2));
  if (parts.size() != static_cast<std::size_t>(dimension))
    throw Error("'" + text + "': expected " + std::to_string(dimension) + " numbers, found " +
                std::to_string(parts.size()));
  Expression result{Eigen::VectorXf(dimension), {}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto number = parse_finite(parts[i]);
    if (!number) throw Error("'" + text + "': '" + parts[i] + "' is no number");
    result.vector[static_cast<Eigen::Index>(i)] = *number;
  }
  return result;
}

Expression parse_sum(const NeighborIndex& index, const std::string& text, const std::string& source) {
  Expression result{Eigen::VectorXf::Zero(index.embeddings().dimension()), {}};
  const std::vector<std::string> parts = split_words(text);
  float factor = 1;
  bool word_due = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (is_sign(part)) {
      factor = part == "-" ? -1.0f : 1.0f;
      word_due = true;
      continue;
    }
    // A number before a word is its weight, even if the number is a word too.
    if (i + 1 < parts.size() && !is_sign(parts[i + 1]))
      if (const auto weight = parse_finite(part)) {
        factor *= *weight;
        word_due = true;
        continue;
      }
    const WordId word = require_word(index.embeddings().vocabulary(), part, source);
    result.vector += factor * vector_of(index, word);
    result.words.push_back(word);
    factor = 1;
    word_due = false;
  }
  if (word_due) throw Error("'" + text + "': a word is missing");
  return result;
}

/// Of the first 100,000 words, the first of those that are nearest in letters: one typo away, or, of six letters or
/// more, two. Empty if there is none.
std::string_view nearest_word(const Vocabulary& vocabulary, std::string_view word) {
  const auto letters_of = [](std::string_view text) {
    std::uint64_t letters = 0;
    for (const char c : text) letters |= std::uint64_t{1} << (static_cast<unsigned char>(c) % 64);
    return letters;
  };
  const std::size_t near = word.size() < 6 ? 1 : 2;
  const std::uint64_t letters = letters_of(word);
  std::string_view nearest;
  std::size_t least = near + 1;
  for (std::size_t i = 0; i < std::min<std::size_t>(vocabulary.size(), 100000) && least > 1; ++i) {
    const std::string_view other = vocabulary.word(word_id(i));
    if (other.size() > word.size() + near || word.size() > other.size() + near) continue;
    // An edit changes two letters of the set at most, which spares comparing most words.
    if (static_cast<std::size_t>(std::popcount(letters ^ letters_of(other))) > 2 * near) continue;
    const std::size_t distance = edit_distance(word, other);
    if (distance < std::min(least, other.size())) least = distance, nearest = other;
  }
  return nearest;
}

Expression parse(const NeighborIndex& index, const std::string& text, const std::string& source) {
  // First, since some words contain spaces, as a few of GloVe's do.
  if (const auto word = index.embeddings().vocabulary().find(text);
      word && holds(index.embeddings().vocabulary(), *word))
    return {vector_of(index, *word), {*word}};
  if (text.starts_with('[') && text.ends_with(']')) return parse_numbers(text, index.embeddings().dimension());
  return parse_sum(index, text, source);
}

}  // namespace

WordId require_word(const Vocabulary& vocabulary, std::string_view word, const std::string& source) {
  if (const auto id = vocabulary.find(word)) return *id;
  std::string hint;
  for (const std::string& other : {lowered(word), titled(word)})
    if (vocabulary.find(other)) hint = "; there is '" + other + "'";
  if (hint.empty())
    if (const std::string_view near = nearest_word(vocabulary, word); !near.empty())
      hint = "; did you mean '" + std::string(near) + "'?";
  const std::string shown = word.size() > 100 ? std::string(word.substr(0, 100)) + "..." : std::string(word);
  throw UnknownWord("'" + shown + "' is none of the " + grouped(vocabulary.size()) + " words of " + source + hint);
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  if (text.find('\t') == text.npos) {
    tokenize(
        text, [&](std::string_view word) { words.emplace_back(word); }, [] {});
    return words;
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\t'), text.size());
    if (const std::string_view word = trimmed(text.substr(0, end)); !word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string joined_words(std::span<const std::string> words) {
  const bool spaces = std::ranges::any_of(words, [](const std::string& word) { return word.find(' ') != word.npos; });
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : spaces ? "\t" : " ") + word;
  return text;
}

Expression parse_expression(const NeighborIndex& index, const std::string& text, const std::string& source,
                            bool average) {
  Expression result = parse(index, text, source);
  for (const WordId word : result.words) require_finite(index.embeddings(), word);
  if (ignores_lengths(index.metric()) && result.vector.isZero(0))
    throw Error("'" + text + "' has no direction: its vector is zero");
  if (average && !result.words.empty()) result.vector /= static_cast<float>(result.words.size());
  return result;
}

Analogy parse_analogy(const Vocabulary& vocabulary, const std::string& text, AnalogyMethod method,
                      const std::string& source) {
  std::vector<std::string> words = split_words(text);
  const bool several = takes_pairs(method);
  if (!several && words.size() >= 5 && words[1] == ":" && words[3] == "::") {
    if (words.size() == 7 && words[5] == ":" && words[6] == "?") words.resize(5);
    if (words.size() == 5) words = {words[0], words[2], words[4]};
  }
  if (several ? words.size() % 2 == 0 || words.size() < 3 : words.size() != 3)
    throw Error("'" + text + "': expected " + (several ? "pairs A B and then C" : "three words A B C") + ", found " +
                std::to_string(words.size()));
  Analogy analogy{{}, require_word(vocabulary, words.back(), source)};
  for (std::size_t i = 0; i + 1 < words.size(); i += 2)
    analogy.pairs.push_back(
        {require_word(vocabulary, words[i], source), require_word(vocabulary, words[i + 1], source)});
  return analogy;
}

std::pair<WordId, WordId> parse_pair(const Vocabulary& vocabulary, const std::string& text, const std::string& source) {
  const std::vector<std::string> words = split_words(text);
  if (words.size() != 2) throw Error("'" + text + "': expected two words, found " + std::to_string(words.size()));
  const WordId first = require_word(vocabulary, words[0], source);
  return {first, require_word(vocabulary, words[1], source)};
}

std::vector<WordId> parse_group(const Vocabulary& vocabulary, const std::string& text, const std::string& source) {
  std::vector<WordId> words;
  for (const std::string& word : split_words(text)) words.push_back(require_word(vocabulary, word, source));
  if (words.size() < 3)
    throw Error("'" + text + "': expected at least three words, found " + std::to_string(words.size()));
  return words;
}

std::vector<WordId> words_beginning(const Vocabulary& vocabulary, std::string_view prefix, std::size_t count) {
  std::vector<WordId> words;
  for (std::size_t i = 0; i < vocabulary.size() && words.size() < count; ++i)
    if (vocabulary.word(word_id(i)).starts_with(prefix)) words.push_back(word_id(i));
  return words;
}

std::vector<std::uint8_t> matching_words(const Vocabulary& vocabulary, std::size_t count, std::string_view prefix,
                                         const std::string& pattern) {
  if (prefix.empty() && pattern.empty()) return {};
  const RE2 regex(pattern, RE2::Quiet);
  if (!regex.ok()) throw OptionError("--pattern: '" + pattern + "': " + regex.error());
  std::vector<std::uint8_t> allowed(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view word = vocabulary.word(word_id(i));
    allowed[i] =
        word.starts_with(prefix) && RE2::PartialMatch(re2::StringPiece(word.data(), word.size()), regex) ? 1 : 0;
  }
  return allowed;
}

}  // namespace equivec
