#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/phrases.hpp"
#include "src/counts/chosen_words.hpp"
#include "src/counts/phrase_joiner.hpp"

#include "catch.hpp"
#include "phrase_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

constexpr WordId end = EncodedCorpus::sentence_end;

Phrases phrases_of(const std::vector<PlainPhrases>& passes, const PhraseOptions& options) {
  std::vector<std::vector<Phrases::Phrase>> result;
  for (const PlainPhrases& pass : passes) {
    result.emplace_back();
    for (const auto& [words, score] : pass) result.back().push_back({words, score});
  }
  return Phrases(result, options.delimiter, options.connector_words);
}

std::vector<WordId> ids_of(NumberedText& text) {
  std::vector<WordId> buffer;
  const auto ids = text.ids.take(0, text.ids.size(), buffer);
  return {ids.begin(), ids.end()};
}

/// The words of the text. Its tables, counts and blocks must say the same.
Sentences words_of(NumberedText text) {
  REQUIRE(text.tables.size() == 1);
  const WordCounts& table = text.tables[0];
  std::vector<std::uint64_t> counts(table.size(), 0);
  Sentences result(1);
  std::uint64_t tokens = 0, sentences = 0;
  bool no_sentence_is_empty = true, all_in_table = true;
  for (const WordId id : ids_of(text)) {
    if (id == end) {
      no_sentence_is_empty = no_sentence_is_empty && !result.back().empty();
      result.emplace_back();
      ++sentences;
    } else if (id == NumberedText::end_token) {
      result.back().push_back("(end)");
    } else if (index(id) >= table.size()) {
      all_in_table = false;
    } else {
      ++counts[index(id)];
      ++tokens;
      result.back().push_back(std::string(table.word(static_cast<std::uint32_t>(index(id)))));
    }
  }
  REQUIRE(no_sentence_is_empty);
  REQUIRE(all_in_table);
  REQUIRE(result.back().empty());
  result.pop_back();
  std::size_t ids = 0;
  for (const NumberedText::Block& block : text.blocks) ids += block.table == 0 ? block.ids : 0;
  REQUIRE(ids == text.ids.size());
  REQUIRE(text.tokens == tokens);
  REQUIRE(text.sentences == sentences);
  REQUIRE(table.counts() == counts);
  return result;
}

Sentences with_rare_words(Sentences sentences, const Sentences& original, std::uint64_t frequent,
                          const std::string& unknown) {
  std::map<std::string, std::uint64_t> counts;
  for (const Sentence& sentence : original)
    for (const std::string& word : sentence) ++counts[word];
  for (Sentence& sentence : sentences)
    for (std::string& word : sentence)
      if (const auto place = counts.find(word); place != counts.end() && place->second < frequent) word = unknown;
  return sentences;
}

Sentences joined_words(const std::string& text, const std::vector<PlainPhrases>& passes, const JoinOptions& join = {},
                       const PhraseOptions& options = {}) {
  return words_of(join_phrases(training_text(sentences_of(text)), phrases_of(passes, options), join, nullptr));
}

}  // namespace

TEST_CASE("phrase joiner: from left to right, each word in one phrase") {
  const std::vector<PlainPhrases> passes = {{{"a_b", 1}, {"b_c", 5}, {"a_a", 1}}};
  CHECK(joined_words("a b c\nb c\nc b\na a a a a\na\nb c\nx b c\n", passes) ==
        Sentences{{"a_b", "c"}, {"b_c"}, {"c", "b"}, {"a_a", "a_a", "a"}, {"a"}, {"b_c"}, {"x", "b_c"}});
}

TEST_CASE("phrase joiner: connector words are part of a phrase only if its last word follows") {
  const PhraseOptions options{.connector_words = {"of", "the"}};
  const std::vector<PlainPhrases> passes = {{{"bank_of_america", 1}, {"king_of_the_hill", 1}, {"america_king", 1}}};
  CHECK(joined_words("bank of america king of the hill of\nbank of\nbank of the america\nthe bank of bank of america\n"
                     "king of\nthe hill\nbank america\n",
                     passes, {}, options) == Sentences{{"bank_of_america", "king_of_the_hill", "of"},
                                                       {"bank", "of"},
                                                       {"bank", "of", "the", "america"},
                                                       {"the", "bank", "of", "bank_of_america"},
                                                       {"king", "of"},
                                                       {"the", "hill"},
                                                       {"bank", "america"}});
}

TEST_CASE("phrase joiner: the passes come one after the other") {
  const std::vector<PlainPhrases> passes = {{{"a_b", 1}, {"c_d", 1}}, {{"a_b_c_d", 1}, {"b_x", 1}}, {{"a_b_c_d_e", 1}}};
  CHECK(joined_words("a b c d e\na b x b x\nx a b c\n", passes) ==
        Sentences{{"a_b_c_d_e"}, {"a_b", "x", "b_x"}, {"x", "a_b", "c"}});
}

TEST_CASE("phrase joiner: a phrase is read in each way that the words allow") {
  // a_b is a word of the text, so a_b c is the phrase too, and so is a b_c.
  const std::vector<PlainPhrases> passes = {{{"a_b_c", 1}, {"_____", 1}, {"q_r", 1}}};
  CHECK(joined_words("a_b c\na b_c\na b c\n__ __ _ ___\na_b_c\n", passes) ==
        Sentences{{"a_b_c"}, {"a_b_c"}, {"a", "b", "c"}, {"_____", "_____"}, {"a_b_c"}});
}

TEST_CASE("phrase joiner: it gives the text of a plain program, for any pieces, threads and memory") {
  Rng rng(41);
  std::size_t shorter = 0;
  for (int i = 0; i < 100; ++i) {
    const Sentences sentences = random_sentences(rng, 1 + rng.below(500), 1 + rng.below(20));
    PhraseOptions options = random_options(rng);
    const std::vector<PlainPhrases> passes = plain_passes(sentences, options);
    const std::uint64_t frequent = rng.below(2) == 0 ? 0 : static_cast<std::uint64_t>(options.min_count);
    if (options.scoring == PhraseScoring::original && frequent > 0) continue;
    Sentences expected = sentences;
    for (const PlainPhrases& pass : passes) expected = plain_joined(expected, pass, options);
    expected = with_rare_words(expected, sentences, frequent, "<unk>");
    shorter += expected != sentences;
    const Phrases phrases = phrases_of(passes, options);
    for (const std::size_t piece : {1u, 2u, 3u, 10u, 100000u}) {
      JoinOptions join{.unknown = "<unk>", .threads = 1 + static_cast<int>(rng.below(3)), .piece = piece};
      if (rng.below(2) == 0) join.memory = 1;
      INFO("text " << i << ", pieces of " << piece << ", passes " << passes.size());
      REQUIRE(words_of(join_phrases(training_text(sentences, frequent), phrases, join, nullptr)) == expected);
    }
  }
  CHECK(shorter > 30);
}

TEST_CASE("phrase joiner: a long text in many pieces") {
  Rng rng(42);
  const Sentences sentences = random_sentences(rng, 60000, 1000);
  const PhraseOptions options{.threshold = 3, .min_count = 2, .passes = 2, .connector_words = {"of", "the"}};
  const std::vector<PlainPhrases> passes = plain_passes(sentences, options);
  Sentences expected = sentences;
  for (const PlainPhrases& pass : passes) expected = plain_joined(expected, pass, options);
  REQUIRE(expected != sentences);
  const TrainingText text = training_text(sentences);
  for (const int threads : {1, 2, 7})
    for (const std::uint64_t memory : {0u, 1u}) {
      const JoinOptions join{.threads = threads, .memory = memory, .piece = 5000};
      CHECK(words_of(join_phrases(text, phrases_of(passes, options), join, nullptr)) == expected);
    }
}

TEST_CASE("phrase joiner: words that may all be joined with their neighbours leave no place to cut") {
  const std::size_t size = GENERATE(5000u, 5001u);
  const bool connectors = GENERATE(false, true);
  Sentence sentence, expected;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0 && connectors) sentence.push_back("of");
    sentence.push_back("ha");
  }
  const std::string phrase = connectors ? "ha_of_ha" : "ha_ha";
  for (std::size_t i = 0; i < size / 2; ++i) {
    if (i > 0 && connectors) expected.push_back("of");
    expected.push_back(phrase);
  }
  if (size % 2 == 1 && connectors) expected.push_back("of");
  if (size % 2 == 1) expected.push_back("ha");
  const PhraseOptions options{.connector_words = {"of"}};
  for (const std::size_t piece : {1u, 7u, 64u, 1000u})
    CHECK(words_of(join_phrases(training_text({sentence}), phrases_of({{{phrase, 1}}}, options), {.piece = piece},
                                nullptr)) == Sentences{expected});
}

TEST_CASE("phrase joiner: without phrases the text stays as it is") {
  CHECK(joined_words("a b\nc\n", {}) == Sentences{{"a", "b"}, {"c"}});
  CHECK(joined_words("a b\nc\n", {{{"x_y", 1}, {"a_c", 1}, {"b_c", 1}}}) == Sentences{{"a", "b"}, {"c"}});
  CHECK(words_of(join_phrases({Vocabulary(), EncodedCorpus({}, 0)}, Phrases(), {}, nullptr)).empty());
}

TEST_CASE("phrase joiner: sentences have one end each, and the end token before it if asked for") {
  const Vocabulary words = vocabulary({{"a", 3}, {"b", 1}});
  const EncodedCorpus corpus({end, word_id(0), word_id(1), end, end, word_id(0), word_id(0)}, 2);
  for (const std::size_t piece : {1u, 2u, 100u}) {
    NumberedText text = join_phrases({words, corpus}, phrases_of({{{"a_b", 1}}}, {}), {.piece = piece}, nullptr);
    CHECK(text.sentences == 2);
    CHECK(words_of(std::move(text)) == Sentences{{"a_b"}, {"a", "a"}});
    const JoinOptions join{.end_token = true, .piece = piece};
    CHECK(words_of(join_phrases({words, corpus}, phrases_of({{{"a_b", 1}}, {{"a_a", 1}}}, {}), join, nullptr)) ==
          Sentences{{"a_b", "(end)"}, {"a_a", "(end)"}});
  }
}

TEST_CASE("phrase joiner: the barrier becomes the unknown word, also if the text has it") {
  const Sentences sentences = {{"a", "b", barrier, "b", "c"}, {barrier, "c", "a"}};
  const Phrases phrases = phrases_of({{{"a_b", 1}, {"c_a", 1}}}, {});
  CHECK(words_of(join_phrases(training_text(sentences), phrases, {.unknown = "<unk>"}, nullptr)) ==
        Sentences{{"a_b", "<unk>", "b", "c"}, {"<unk>", "c_a"}});
  for (const std::string unknown : {"b", "c", "c_a", "a"}) {
    NumberedText text = join_phrases(training_text(sentences), phrases, {.unknown = unknown}, nullptr);
    CHECK(words_of(std::move(text)) == Sentences{{"a_b", unknown, "b", "c"}, {unknown, "c_a"}});
  }
}

TEST_CASE("phrase joiner: a barrier without a name has no count, so the encoder drops it") {
  const Sentences sentences = {{"a", "b", barrier, "b"}, {barrier}, {"a", "b"}};
  NumberedText text = join_phrases(training_text(sentences), phrases_of({{{"a_b", 1}}}, {}), {}, nullptr);
  CHECK(text.tokens == 5);
  CHECK(text.sentences == 3);
  const ChosenWords chosen = choose_words(text, every_word(), "the text", nullptr);
  CHECK(counts_of(chosen.vocabulary) == std::map<std::string, std::uint64_t>{{"a_b", 2}, {"b", 1}});
  Sentences words(1);
  for (const WordId id : ids_of(text)) {
    if (id == end)
      words.emplace_back();
    else if (const WordId word = chosen.ids[0][index(id)]; word != no_word)
      words.back().emplace_back(chosen.vocabulary.word(word));
  }
  CHECK(words == Sentences{{"a_b", "b"}, {}, {"a_b"}, {}});
}

TEST_CASE("phrase joiner: the hash of the text is kept") {
  const TrainingText text = read_corpus(Corpus::from_text("one two  three\n\nfour one\n"), every_word());
  REQUIRE_FALSE(text.corpus.hash().empty());
  CHECK(join_phrases(text, phrases_of({{{"one_two", 1}}, {{"one_two_three", 1}}}, {}), {}, nullptr).hash ==
        text.corpus.hash());
}

TEST_CASE("phrase joiner: progress counts ids in each pass and it can be cancelled") {
  Rng rng(43);
  const TrainingText text = training_text(random_sentences(rng, 20000, 30));
  const Phrases phrases = phrases_of({{{"a_b", 1}, {"w1_x1", 1}}, {{"a_b_a", 1}}}, {});
  Progress progress;
  join_phrases(text, phrases, {}, &progress);
  CHECK(progress.done == 2 * text.corpus.ids().size());
  CHECK(progress.total == progress.done);
  progress.cancelled = true;
  CHECK_THROWS_AS(join_phrases(text, phrases, {}, &progress), Cancelled);
}
