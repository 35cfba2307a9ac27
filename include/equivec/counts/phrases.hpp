#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/text/text_options.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
struct TrainingText;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

// Phrases: two words that follow each other so often that they are read as one, as "new york" (Mikolov, Sutskever,
// Chen, Corrado and Dean 2013, "Distributed Representations of Words and Phrases and their Compositionality", section
// 4). They are found by score and joined from left to right: a word is in one phrase only.

/// How much two words a, b belong together. count(ab): how often b follows a in a sentence. The arithmetic is that of
/// the programs named, in double.
enum class PhraseScoring {
  /// (count(ab) - min_count) / count(a) / count(b) * words of the text: equation 6 of the paper, min_count being its
  /// discount, times the length of the text, as word2phrase.c has it.
  word2phrase,
  /// (count(ab) - min_count) / (count(a) * count(b)) * (different words + different pairs of the text): gensim's
  /// "default". Connector words are not among the words that this counts.
  original,
  /// ln(p(ab) / (p(a) p(b))) / -ln p(ab), p being the share of the text's words, from -1 to 1; pairs rarer than
  /// min_count have none (Bouma 2009, "Normalized (Pointwise) Mutual Information in Collocation Extraction"; gensim).
  npmi
};
inline constexpr std::array phrase_scorings = {PhraseScoring::word2phrase, PhraseScoring::original,
                                               PhraseScoring::npmi};

/// The name of a value on the command line.
std::string_view name_of(PhraseScoring scoring);

/// 100 (word2phrase.c), 10 (original, gensim's) or 0.5 (npmi, for which gensim has none: halfway from words that are
/// independent to words that occur only together).
double default_threshold(PhraseScoring scoring) noexcept;

struct PhraseOptions {
  PhraseScoring scoring = PhraseScoring::word2phrase;
  /// A pair whose score is above it is a phrase: 0 or more, for npmi -1..1. By default default_threshold().
  std::optional<double> threshold = {};
  int min_count = 5;  ///< see PhraseScoring; words that are rarer are in no phrase
  /// Each pass joins pairs of the words and phrases that the last one left, and counts anew, so n passes give phrases
  /// of up to 2^n words; 1..10.
  int passes = 1;
  /// May stand inside a phrase, any number of them, but not at its ends: "bank_of_america" (gensim's connector_words).
  /// The score is that of the words at the ends, count(ab) being how often they occur with just these words between.
  std::vector<std::string> connector_words = {};
  std::string delimiter = "_";  ///< stands between the words of a phrase; not empty, no white space
  int threads = 0;              ///< 0: all cores. The result is the same for any number
  /// Bytes that the text and counting may take together, counting some megabytes at least; what is more goes to
  /// unlinked files in TMPDIR. 0: three quarters of what the process may have. The result is the same for any number.
  std::uint64_t memory = 0;
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const PhraseOptions& options);

/// The word that stands for those which were left out of a text, being too rare to be in a phrase. It is in no phrase,
/// and the words before and after it do not follow each other. No text has it, since it holds white space; nor will a
/// program that gives its own words.
inline constexpr std::string_view phrase_barrier = "\n(a word that is in no phrase)\n";

/// Phrases by pass. Immutable, cheap to copy, may be read by all threads.
class Phrases {
 public:
  struct Phrase {
    std::string words;  ///< joined with the delimiter
    double score = 0;
    bool operator==(const Phrase&) const = default;
  };

  /// Phrases have so many bytes at most; pairs that would be longer when joined are never phrases.
  static constexpr std::size_t longest = 1000;

  Phrases();
  /// Passes without phrases are left out, and connector words that come again. Throws Error if the delimiter or a
  /// connector word is empty or holds white space, a phrase does not have two words with the delimiter between them, is
  /// too long, or occurs twice in its pass, or a score is not finite.
  explicit Phrases(std::vector<std::vector<Phrase>> passes, std::string delimiter = "_",
                   std::vector<std::string> connector_words = {});

  std::size_t passes() const noexcept;
  /// The phrases of a pass, the highest score first, ties in byte order. REQUIRES: number < passes()
  std::span<const Phrase> pass(std::size_t number) const noexcept;
  std::size_t size() const noexcept;  ///< phrases of all passes
  /// The score of a phrase in the first pass that has it; empty if none has.
  std::optional<double> score(std::string_view words) const;
  const std::string& delimiter() const noexcept;
  std::span<const std::string> connector_words() const noexcept;  ///< in byte order

  /// What is wrong with a phrase by itself, as "expected X, found Y"; empty if nothing is.
  static std::string defect_of(std::string_view words, std::string_view delimiter);

 private:
  friend std::vector<std::string> join_phrases(std::span<const std::string> words, const Phrases& phrases);
  struct State;
  std::shared_ptr<const State> state_;
};

/// Finds the phrases of a text: in each pass all pairs whose score is above the threshold, also those that are never
/// joined because a word of them is always in another phrase.
///
/// The text has been read without an end token, and no word has been dropped from it: those that are rarer than
/// options.min_count may have become phrase_barrier, except for PhraseScoring::original, which counts all different
/// words. All adjacent pairs of a sentence are counted, also overlapping ones, exactly. Words count as what they are
/// when joined: where two pairs are joined to the same string, as a_b c and a b_c, the score is that of the higher, and
/// both become that phrase.
///
/// Where word2phrase.c gives something else: it counts the last word of a line and the first of the next as a pair too
/// (though it never joins them); calculates in float; forgets rare pairs of texts with more than 350 million different
/// words and pairs; cuts words, and two words joined, after 59 bytes; leaves out the last word of a file that does not
/// end in a line feed. It and gensim take a word of the text that has the delimiter inside ("a_b") for that pair and
/// add up their counts; gensim forgets rare pairs where there are more than 40 million words and pairs.
///
/// Progress counts the words of the text each time that they are gone through. Throws OptionError; Error if the
/// vocabulary and its counts are not those of the corpus, or a temporary file cannot be written; Cancelled.
Phrases find_phrases(const TrainingText& text, const PhraseOptions& options = {}, Progress* progress = nullptr);

/// English words that may well be connectors: articles, prepositions and conjunctions (gensim's list).
inline constexpr std::array<std::string_view, 15> english_connector_words = {
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "without"};

/// The words of a sentence with the phrases joined.
std::vector<std::string> join_phrases(std::span<const std::string> words, const Phrases& phrases);

/// Reads a corpus, whose words are as `text` says (its end token is not used), and finds its phrases.
Phrases find_phrases(const Corpus& corpus, const TextOptions& text, const PhraseOptions& options = {},
                     Progress* progress = nullptr);

}  // namespace equivec
