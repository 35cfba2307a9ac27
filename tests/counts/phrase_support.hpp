#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/phrases.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// Phrases the plain way: words are strings, counts are maps, and sentences are read from left to right.

namespace equivec {

using Sentence = std::vector<std::string>;
inline const std::string barrier(phrase_barrier);
using Sentences = std::vector<Sentence>;
using PlainPhrases = std::map<std::string, double>;

inline Sentences sentences_of(const std::string& text) {
  Sentences result(1);
  std::string word;
  for (const char c : text + "\n") {
    if (c != ' ' && c != '\n') {
      word += c;
      continue;
    }
    if (!word.empty()) result.back().push_back(std::exchange(word, ""));
    if (c == '\n' && !result.back().empty()) result.emplace_back();
  }
  result.pop_back();
  return result;
}

/// The sentences as a text that was read: words rarer than `frequent` are the barrier.
inline TrainingText training_text(const Sentences& sentences, std::uint64_t frequent = 0) {
  std::map<std::string, std::uint64_t> all, kept;
  for (const Sentence& sentence : sentences)
    for (const std::string& word : sentence) ++all[word];
  const auto name = [&](const std::string& word) {
    return all.at(word) < frequent ? std::string(phrase_barrier) : word;
  };
  for (const auto& [word, count] : all) kept[name(word)] += count;
  std::vector<Vocabulary::Entry> entries;
  for (const auto& [word, count] : kept) entries.push_back({word, count});
  const Vocabulary vocabulary(entries);
  std::vector<WordId> ids;
  for (const Sentence& sentence : sentences) {
    for (const std::string& word : sentence) ids.push_back(*vocabulary.find(name(word)));
    ids.push_back(EncodedCorpus::sentence_end);
  }
  return {vocabulary, EncodedCorpus(std::move(ids), vocabulary.size())};
}

inline std::string joined(const Sentence& words, const std::string& delimiter) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) result += (i > 0 ? delimiter : "") + words[i];
  return result;
}

inline bool is_connector_word(const std::string& word, const PhraseOptions& options) {
  return std::ranges::find(options.connector_words, word) != options.connector_words.end();
}

/// The phrases of one pass.
inline PlainPhrases plain_phrases(const Sentences& sentences, const PhraseOptions& options) {
  std::map<std::string, double> words;
  // The first word, the connector words between as they are joined, and the last word.
  std::map<std::tuple<std::string, std::string, std::string>, double> pairs;
  double tokens = 0;
  for (const Sentence& sentence : sentences) {
    std::string first;
    Sentence between;
    for (const std::string& word : sentence) {
      tokens += 1;
      if (is_connector_word(word, options)) {
        between.push_back(word);
        continue;
      }
      words[word] += 1;
      if (!first.empty()) pairs[{first, joined(between, options.delimiter), word}] += 1;
      first = word;
      between.clear();
    }
  }
  const double least = options.min_count, different = static_cast<double>(words.size() + pairs.size());
  PlainPhrases result;
  for (const auto& [pair, count] : pairs) {
    const auto& [a, between, b] = pair;
    const double first = words.at(a), second = words.at(b);
    double score = 0;
    if (options.scoring == PhraseScoring::word2phrase) score = (count - least) / first / second * tokens;
    if (options.scoring == PhraseScoring::original) score = (count - least) / (first * second) * different;
    if (options.scoring == PhraseScoring::npmi) {
      if (count < least) continue;
      score = std::log((count / tokens) / ((first / tokens) * (second / tokens))) / -std::log(count / tokens);
    }
    if (!(score > options.threshold.value_or(default_threshold(options.scoring)))) continue;
    const Sentence parts = between.empty() ? Sentence{a, b} : Sentence{a, between, b};
    const auto [place, added] = result.emplace(joined(parts, options.delimiter), score);
    place->second = std::max(place->second, score);
  }
  return result;
}

/// A sentence with the phrases of one pass joined: gensim's analyze_sentence(), state by state.
inline Sentence plain_joined(const Sentence& sentence, const std::set<std::string>& phrases,
                             const PhraseOptions& options) {
  Sentence result, pending;  // the word that may begin a phrase, and the connector words after it
  for (const std::string& word : sentence) {
    if (is_connector_word(word, options)) {
      (pending.empty() ? result : pending).push_back(word);
      continue;
    }
    pending.push_back(word);
    if (pending.size() == 1) continue;
    const std::string phrase = joined(pending, options.delimiter);
    if (phrases.contains(phrase)) {
      result.push_back(phrase);
      pending.clear();
    } else {
      result.insert(result.end(), pending.begin(), pending.end() - 1);
      pending = {word};
    }
  }
  result.insert(result.end(), pending.begin(), pending.end());
  return result;
}

inline Sentences plain_joined(const Sentences& sentences, const PlainPhrases& phrases, const PhraseOptions& options) {
  std::set<std::string> strings;
  for (const auto& [phrase, score] : phrases) strings.insert(phrase);
  Sentences result;
  for (const Sentence& sentence : sentences) result.push_back(plain_joined(sentence, strings, options));
  return result;
}

/// All passes that find something.
inline std::vector<PlainPhrases> plain_passes(Sentences sentences, const PhraseOptions& options) {
  std::vector<PlainPhrases> result;
  for (int pass = 0; pass < options.passes; ++pass) {
    const PlainPhrases phrases = plain_phrases(sentences, options);
    if (phrases.empty()) break;
    sentences = plain_joined(sentences, phrases, options);
    result.push_back(phrases);
  }
  return result;
}

inline std::vector<PlainPhrases> passes_of(const Phrases& phrases) {
  std::vector<PlainPhrases> result;
  for (std::size_t pass = 0; pass < phrases.passes(); ++pass)
    for (result.emplace_back(); const auto& [words, score] : phrases.pass(pass)) result.back()[words] = score;
  return result;
}

/// A text in which w1 x1 y1 often follow each other, and w2 x2 y2. Some have a delimiter inside, as if they had been
/// joined, and "of" and "of_the", where they are connector words, lead to the same phrases in several ways.
inline Sentences random_sentences(Rng& rng, std::size_t tokens, std::uint32_t different) {
  const std::vector<std::string> special = {"of", "the", "of_the", "a", "b", "a_b", "b_a", "_", "a_of_b"};
  Sentences result(1);
  std::string last = "a";
  for (std::size_t i = 0; i < tokens; ++i) {
    std::string word;
    if (rng.below(3) == 0)
      word = special[rng.below(static_cast<std::uint32_t>(special.size()))];
    else if ((last[0] == 'w' || last[0] == 'x') && rng.below(2) == 0)
      word = (last[0] == 'w' ? "x" : "y") + last.substr(1);
    else
      word = "w" + std::to_string(rng.below(1 + rng.below(different)));
    last = word;
    result.back().push_back(word);
    if (rng.below(12) == 0 && i + 1 < tokens) result.emplace_back();
  }
  return result;
}

/// Options of every kind, with which some pairs are phrases.
inline PhraseOptions random_options(Rng& rng) {
  PhraseOptions options;
  options.scoring = phrase_scorings[rng.below(3)];
  options.threshold = options.scoring == PhraseScoring::npmi ? rng.uniform_double() * 0.8 - 0.2 : rng.uniform_double();
  if (options.scoring == PhraseScoring::word2phrase) options.threshold = 3 * rng.uniform_double();
  options.min_count = static_cast<int>(rng.below(4));
  options.passes = 1 + static_cast<int>(rng.below(3));
  if (rng.below(2) == 0) options.connector_words = {"of", "the", "of_the", "nowhere"};
  if (rng.below(4) == 0) options.delimiter = "++";
  return options;
}

}  // namespace equivec
