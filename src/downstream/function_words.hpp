#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace equivec {

/// English words, in byte order, that begin no noun phrase after "her" or "his": what follows them there tells the
/// object ("told her that") or the pronoun that stands alone ("his was") from the possessive ("her book").
inline constexpr std::array<std::string_view, 168> function_words = {
    "a",          "about",     "across",    "after",    "again",    "against",    "alone",    "along",   "also",
    "although",   "am",        "amid",      "among",    "an",       "and",        "any",      "anyone",  "anything",
    "anyway",     "apart",     "are",       "around",   "as",       "aside",      "at",       "away",    "back",
    "be",         "because",   "been",      "before",   "behind",   "being",      "beneath",  "beside",  "between",
    "beyond",     "both",      "but",       "by",       "can",      "could",      "despite",  "did",     "do",
    "does",       "down",      "during",    "either",   "everyone", "everything", "for",      "forth",   "forward",
    "from",       "had",       "has",       "have",     "having",   "he",         "her",      "here",    "hers",
    "herself",    "him",       "himself",   "his",      "how",      "i",          "if",       "in",      "instead",
    "into",       "is",        "it",        "its",      "may",      "maybe",      "me",       "might",   "must",
    "my",         "myself",    "near",      "neither",  "no",       "nor",        "not",      "nothing", "now",
    "of",         "off",       "on",        "once",     "onto",     "or",         "our",      "ours",    "out",
    "over",       "per",       "perhaps",   "please",   "shall",    "she",        "should",   "since",   "so",
    "some",       "someone",   "something", "than",     "that",     "the",        "their",    "theirs",  "them",
    "themselves", "then",      "there",     "these",    "they",     "this",       "those",    "though",  "through",
    "to",         "today",     "together",  "tomorrow", "tonight",  "too",        "toward",   "towards", "twice",
    "under",      "unless",    "until",     "up",       "upon",     "us",         "via",      "was",     "we",
    "were",       "what",      "whatever",  "when",     "whenever", "where",      "wherever", "whether", "which",
    "while",      "who",       "whom",      "whose",    "why",      "will",       "with",     "within",  "without",
    "would",      "yesterday", "yet",       "you",      "your",     "yours"};

inline bool is_function_word(std::string_view lowered) { return std::ranges::binary_search(function_words, lowered); }

}  // namespace equivec
