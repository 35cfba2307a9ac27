#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/phrases.hpp"

#include "catch.hpp"
#include "phrase_support.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// The score of one phrase of the first pass; not a number if it is none.
double score_in(const Phrases& phrases, const std::string& words) {
  if (phrases.passes() > 0)
    for (const auto& [phrase, score] : phrases.pass(0))
      if (phrase == words) return score;
  return std::nan("");
}

Phrases found(const std::string& text, const PhraseOptions& options) {
  return find_phrases(training_text(sentences_of(text)), options);
}

/// 1,000 words: "new york" 20 times, "new" 25 times in all, "york" 20 times, and words that come once.
std::string text_about_new_york() {
  std::string text;
  int other = 0;
  for (int i = 0; i < 25; ++i) {
    text += i < 20 ? "new york" : "new thing" + std::to_string(i);
    for (int k = 0; k < 38; ++k) text += " o" + std::to_string(other++);
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("phrases: equation 6, times the words of the text, calculated by hand") {
  PhraseOptions options;
  options.threshold = 20;
  const Phrases phrases = found(text_about_new_york(), options);
  // (20 - 5) / (25 * 20) * 1000
  CHECK(score_in(phrases, "new_york") == 15.0 / 25 / 20 * 1000);
  CHECK(phrases.size() == 1);
  options.min_count = 19;
  options.threshold = 0;
  CHECK(score_in(found(text_about_new_york(), options), "new_york") == 1.0 / 25 / 20 * 1000);
  options.min_count = 20;
  CHECK(found(text_about_new_york(), options).size() == 0);
}

TEST_CASE("phrases: the scores of gensim, calculated by hand") {
  PhraseOptions options;
  options.scoring = PhraseScoring::original;
  // Different words: new, york, 5 things, 950 others. Pairs: new york, 5 with a thing, 25 that begin a line's others,
  // 37 in each of 25 lines.
  CHECK(score_in(found(text_about_new_york(), options), "new_york") == 15.0 / 500 * (957 + 6 + 25 + 925));
  options.scoring = PhraseScoring::npmi;
  const double expected = std::log(0.02 / (0.025 * 0.02)) / -std::log(0.02);
  CHECK(score_in(found(text_about_new_york(), options), "new_york") == Approx(expected).epsilon(1e-14));
  options.min_count = 21;
  CHECK(found(text_about_new_york(), options).size() == 0);
}

TEST_CASE("phrases: a score must be above the threshold, which has a default for each scoring") {
  CHECK(default_threshold(PhraseScoring::word2phrase) == 100);
  CHECK(default_threshold(PhraseScoring::original) == 10);
  CHECK(default_threshold(PhraseScoring::npmi) == 0.5);
  PhraseOptions options;
  CHECK(found(text_about_new_york(), options).size() == 0);
  options.threshold = 15.0 / 25 / 20 * 1000;
  CHECK(found(text_about_new_york(), options).size() == 0);
  options.threshold = std::nextafter(*options.threshold, 0.0);
  CHECK(found(text_about_new_york(), options).size() == 1);
  options = {.scoring = PhraseScoring::original,
             .threshold = score_in(found(text_about_new_york(), {.scoring = PhraseScoring::original}), "new_york")};
  CHECK(found(text_about_new_york(), options).size() == 0);
}

TEST_CASE("phrases: overlapping pairs count, those across line ends do not") {
  PhraseOptions options{.threshold = 0, .min_count = 0};
  const Phrases phrases = found("a a a\na\nb a\n", options);
  // 6 words; a a occurs twice, b a once.
  CHECK(passes_of(phrases) == std::vector<PlainPhrases>{{{"a_a", 2.0 / 5 / 5 * 6}, {"b_a", 1.0 / 1 / 5 * 6}}});
}

TEST_CASE("phrases: the barrier is in no phrase and keeps its neighbours apart, but is a word of the text") {
  const PhraseOptions options{.threshold = 0, .min_count = 0};
  const Sentences sentences = {{"a", barrier, "b", "a", "b"}, {barrier, barrier, "a"}};
  const Phrases phrases = find_phrases(training_text(sentences), options);
  CHECK(passes_of(phrases) == std::vector<PlainPhrases>{{{"b_a", 1.0 / 2 / 3 * 8}, {"a_b", 1.0 / 3 / 2 * 8}}});
}

TEST_CASE("phrases: connector words stand inside phrases, are part of them and have no say in the score") {
  PhraseOptions options{.threshold = 0, .min_count = 0, .connector_words = {"of", "the", "of"}};
  const Phrases phrases = found("the bank of america of\nking of the hill of the bank\nof of\nbank america\n", options);
  CHECK(passes_of(phrases) == std::vector<PlainPhrases>{{{"bank_of_america", 1.0 / 3 / 2 * 16},
                                                         {"bank_america", 1.0 / 3 / 2 * 16},
                                                         {"king_of_the_hill", 1.0 * 16},
                                                         {"hill_of_the_bank", 1.0 / 1 / 3 * 16}}});
  CHECK(phrases.connector_words().size() == 2);
}

TEST_CASE("phrases: passes join what the passes before have left") {
  PhraseOptions options{.threshold = 1, .min_count = 1, .passes = 10};
  std::string text = "new york\nnew york\nnew york\n";
  for (int i = 0; i < 3; ++i) text += "new york city council\nx" + std::to_string(i) + " y" + std::to_string(i) + "\n";
  const std::vector<PlainPhrases> passes = passes_of(found(text, options));
  REQUIRE(passes.size() == 2);
  CHECK(passes[0].contains("new_york"));
  CHECK(passes[0].contains("york_city"));  // though it is never joined
  CHECK(passes[0].contains("city_council"));
  // Of 24 words 9 have become parts of another; new_york 6 times, city_council 3 times, together 3 times.
  CHECK(passes[1] == PlainPhrases{{"new_york_city_council", 2.0 / 6 / 3 * 15}});
}

TEST_CASE("phrases: they are those of a plain program, for all options, threads and memory") {
  Rng rng(21);
  std::size_t joined_again = 0;
  for (int i = 0; i < 80; ++i) {
    const Sentences sentences = random_sentences(rng, 1 + rng.below(400), 1 + rng.below(30));
    PhraseOptions options = random_options(rng);
    INFO("text " << i << ", " << name_of(options.scoring) << ", min_count " << options.min_count << ", passes "
                 << options.passes << ", connector words " << options.connector_words.size());
    const std::vector<PlainPhrases> expected = plain_passes(sentences, options);
    joined_again += expected.size() > 1;
    std::vector<std::uint64_t> rare = {0};
    // What is rarer than min_count is in no phrase, so it may be left out where the number of words does not matter.
    if (options.scoring != PhraseScoring::original) rare.push_back(static_cast<std::uint64_t>(options.min_count));
    for (const std::uint64_t frequent : rare)
      for (const int threads : {1, 2, 7})
        for (const std::uint64_t memory : {0u, 1u}) {
          options.threads = threads;
          options.memory = memory;
          REQUIRE(passes_of(find_phrases(training_text(sentences, frequent), options)) == expected);
        }
  }
  CHECK(joined_again > 15);
}

TEST_CASE("phrases: a text of many pieces, whatever the threads and the memory") {
  Rng rng(22);
  const Sentences sentences = random_sentences(rng, 80000, 1000);
  PhraseOptions options{.threshold = 20, .min_count = 3, .passes = 2, .connector_words = {"of", "the", "of_the"}};
  const TrainingText text = training_text(sentences, 3);
  const std::vector<PlainPhrases> expected = plain_passes(sentences, options);
  REQUIRE(expected.size() == 2);
  REQUIRE(expected[1].size() > 10);
  for (const int threads : {1, 2, 7})
    for (const std::uint64_t memory : {0u, 1u}) {
      options.threads = threads;
      options.memory = memory;
      CHECK(passes_of(find_phrases(text, options)) == expected);
    }
}

TEST_CASE("phrases: pairs that would be longer than a phrase may be are none") {
  const std::string half(499, 'x');
  const PhraseOptions options{.threshold = 0, .min_count = 0};
  CHECK(found(half + " y" + half + "\n", options).size() == 1);
  CHECK(found(half + " yy" + half + "\n", options).size() == 0);
}

TEST_CASE("phrases: a text without pairs or without words has none") {
  const PhraseOptions options{.threshold = 0, .min_count = 0, .passes = 3};
  CHECK(found("a\nb\na\n", options).passes() == 0);
  CHECK(find_phrases({Vocabulary(), EncodedCorpus({}, 0)}, options).passes() == 0);
  CHECK(find_phrases({Vocabulary(), EncodedCorpus({EncodedCorpus::sentence_end}, 0)}, options).passes() == 0);
}

TEST_CASE("phrases: options out of range are named") {
  const auto error = [](const PhraseOptions& options) { return option_error_of([&] { validate(options); }); };
  CHECK(error({}).empty());
  CHECK(error({.scoring = PhraseScoring::npmi, .threshold = -1}).empty());
  CHECK_THAT(error({.threshold = -0.1}), ContainsSubstring("threshold must be between 0 and"));
  CHECK_THAT(error({.threshold = std::nan("")}), ContainsSubstring("threshold"));
  CHECK_THAT(error({.threshold = std::numeric_limits<double>::infinity()}), ContainsSubstring("threshold"));
  CHECK(error({.scoring = PhraseScoring::npmi, .threshold = 1.5}) == "threshold must be between -1 and 1, got 1.5");
  CHECK(error({.min_count = -1}) == "min-count must be at least 0, got -1");
  CHECK(error({.passes = 0}) == "passes must be between 1 and 10, got 0");
  CHECK(error({.passes = 11}) == "passes must be between 1 and 10, got 11");
  CHECK(error({.connector_words = {"of", ""}}) == "a connector word must not be empty");
  CHECK(error({.connector_words = {"of the"}}) == "a connector word must not hold white space, got 'of the'");
  CHECK(error({.delimiter = ""}) == "the delimiter of phrases must not be empty");
  CHECK(error({.delimiter = " "}) == "the delimiter of phrases must not hold white space, got ' '");
  CHECK(error({.threads = -1}) == "threads must be between 0 and 4096, got -1");
}

TEST_CASE("phrases: the names of the scorings") {
  CHECK(name_of(PhraseScoring::word2phrase) == "word2phrase");
  CHECK(name_of(PhraseScoring::original) == "original");
  CHECK(name_of(PhraseScoring::npmi) == "npmi");
}

TEST_CASE("phrases: a vocabulary that is not that of the text is an error") {
  const TrainingText text = training_text({{"a", "b", "a"}});
  const auto error = [](const TrainingText& wrong) { return error_of([&] { find_phrases(wrong); }); };
  CHECK_THAT(error({vocabulary({{"a", 3}}), text.corpus}), ContainsSubstring("another vocabulary"));
  CHECK_THAT(error({vocabulary({{"a", 2}, {"b", 2}}), text.corpus}), ContainsSubstring("counted in the vocabulary"));
  const TrainingText without = read_corpus(Corpus::from_text("a b a a\n"), {.min_count = 2});
  CHECK_THAT(error(without), ContainsSubstring("words were dropped"));
}

TEST_CASE("phrases: progress counts and it can be cancelled") {
  Rng rng(23);
  const TrainingText text = training_text(random_sentences(rng, 20000, 30));
  Progress progress;
  find_phrases(text, {.threshold = 0, .passes = 2}, &progress);
  CHECK(progress.total > 0);
  CHECK(progress.done == progress.total);
  progress.cancelled = true;
  CHECK_THROWS_AS(find_phrases(text, {}, &progress), Cancelled);
}

TEST_CASE("phrases: given ones are put in order, the best first") {
  const Phrases phrases({{{"b_b", 1}, {"c_c", 2}, {"a_a", 1}}, {}, {{"c_c_b_b", -1}}, {}}, "_", {"the", "of", "the"});
  REQUIRE(phrases.passes() == 2);
  CHECK(std::ranges::equal(phrases.pass(0), std::vector<Phrases::Phrase>{{"c_c", 2}, {"a_a", 1}, {"b_b", 1}}));
  CHECK(phrases.pass(1)[0] == Phrases::Phrase{"c_c_b_b", -1});
  CHECK(phrases.size() == 4);
  CHECK(std::ranges::equal(phrases.connector_words(), std::vector<std::string>{"of", "the"}));
  CHECK(Phrases().passes() == 0);
  CHECK(Phrases().delimiter() == "_");
}

TEST_CASE("phrases: given ones that can be none are errors") {
  const auto error = [](std::vector<Phrases::Phrase> pass, const std::string& delimiter = "_") {
    return error_of([&] { Phrases({std::move(pass)}, delimiter); });
  };
  CHECK(error({{"a_b", 1}}).empty());
  CHECK(error({{"___", 1}}).empty());
  for (const std::string words : {"ab", "a_", "_b", "_", "", "__"})
    CHECK(error({{words, 1}}) == "phrases: expected two words with '_' between them, found '" + words + "'");
  CHECK(error({{"a++", 1}}, "++") == "phrases: expected two words with '++' between them, found 'a++'");
  CHECK(error({{"a+++", 1}}, "++").empty());
  CHECK(error({{"a_" + std::string(999, 'b'), 1}}) ==
        "phrases: expected a phrase of at most 1,000 bytes, found one of 1,001");
  CHECK(error({{"a_b", 1}, {"b_a", 1}, {"a_b", 2}}) == "the phrase 'a_b' occurs twice in a pass");
  CHECK(error({{"a_b", std::nan("")}}) == "the score of the phrase 'a_b' is not finite");
  CHECK(error({{"a_b", 1}}, "") == "the delimiter of phrases must not be empty");
  CHECK(error_of([] { Phrases({}, "_", {"a b"}); }) == "a connector word must not hold white space, got 'a b'");
}
