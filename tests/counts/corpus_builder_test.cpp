#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/corpus_builder.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/recipe.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

using namespace equivec;

namespace {

using Sentences = std::vector<std::vector<std::string>>;

Corpus built(const Sentences& sentences, std::uint64_t memory = 0) {
  CorpusBuilder builder(memory);
  for (const auto& sentence : sentences) {
    for (const std::string& word : sentence) builder.add(word);
    builder.end_sentence();
  }
  return std::move(builder).finish();
}

std::string written(const Sentences& sentences) {
  std::string text;
  for (const auto& sentence : sentences) {
    for (const std::string& word : sentence) text += (text.empty() || text.back() == '\n' ? "" : " ") + word;
    if (!sentence.empty()) text += '\n';
  }
  return text;
}

Sentences random_sentences(std::uint64_t seed, std::size_t count, std::uint32_t words) {
  Rng rng(seed, 0);
  Sentences sentences(count);
  for (auto& sentence : sentences)
    for (std::uint32_t i = rng.below(9); i > 0; --i) {
      const std::uint32_t word = rng.below(words);
      sentence.push_back("w" + std::to_string(word * word / words));
    }
  return sentences;
}

bool same(const Vocabulary& a, const Vocabulary& b) {
  return a.bytes() == b.bytes() && std::ranges::equal(a.offsets(), b.offsets()) &&
         std::ranges::equal(a.counts(), b.counts());
}

}  // namespace

TEST_CASE("words given by a program: they make the same vocabulary, ids and hash as the text that they are") {
  const Sentences sentences = random_sentences(1, 3000, 400);
  const Corpus corpus = built(sentences), text = Corpus::from_text(written(sentences));
  for (const VocabularyOptions& options :
       {VocabularyOptions{.min_count = 1}, VocabularyOptions{.min_count = 20, .unknown = "<unk>"},
        VocabularyOptions{.text = {.end_token = "</s>"}, .min_count = 3},
        VocabularyOptions{.min_count = 1, .max_size = 50, .threads = 1}}) {
    CHECK(same(count_words(corpus, options), count_words(text, options)));
    const TrainingText one = read_corpus(corpus, options), other = read_corpus(text, options);
    CHECK(same(one.vocabulary, other.vocabulary));
    CHECK(std::ranges::equal(one.corpus.ids(), other.corpus.ids()));
    CHECK(one.corpus.hash() == other.corpus.hash());
    CHECK(one.corpus.tokens() == other.corpus.tokens());
    CHECK(one.corpus.words() == other.corpus.words());
    const EncodedCorpus again = encode(corpus, other.vocabulary, options);
    CHECK(std::ranges::equal(again.ids(), other.corpus.ids()));
    CHECK(again.hash() == other.corpus.hash());
  }
}

TEST_CASE("words given by a program: what does not fit in memory goes to a file, with the same result") {
  const Sentences sentences = random_sentences(2, 30000, 300);
  const TrainingText in_memory = read_corpus(built(sentences), {.min_count = 1});
  const TrainingText on_disk = read_corpus(built(sentences, 200000), {.min_count = 1, .memory = 400000});
  CHECK_FALSE(in_memory.corpus.mapped());
  CHECK(on_disk.corpus.mapped());
  CHECK(std::ranges::equal(in_memory.corpus.ids(), on_disk.corpus.ids()));
}

TEST_CASE("words given by a program: they train to the same bits as the text that they are") {
  const Sentences sentences = random_sentences(3, 2000, 200);
  Word2VecRecipe recipe{.training = {.dimension = 12, .epochs = 2, .threads = 1}};
  const auto vectors_of = [&](const Corpus& corpus) { return train_word2vec(corpus, recipe).vectors; };
  const Embeddings one = vectors_of(built(sentences)), other = vectors_of(Corpus::from_text(written(sentences)));
  CHECK(one.matrix() == other.matrix());
  CHECK(one.metadata() == other.metadata());
}

TEST_CASE("words given by a program: words may hold white space and bytes that are not UTF-8") {
  CorpusBuilder builder;
  builder.add("New York");
  builder.add("\xff");
  CHECK(builder.number_of("New York") == 0);
  CHECK(builder.number_of("\xff") == 1);
  const Vocabulary words = count_words(std::move(builder).finish(), {.min_count = 1});
  CHECK(words.find("New York"));
  CHECK(words.find("\xff"));
}

TEST_CASE("words given by a program: no word is an error, and so is an empty one") {
  CorpusBuilder builder;
  builder.end_sentence();
  CHECK_THROWS_AS(builder.add(""), Error);
  CHECK(error_of([&] { std::move(builder).finish("the list"); }) == "the list: holds no word");
}

TEST_CASE("walks: integers are the words that their decimals are, and -1 ends a walk") {
  const std::vector<std::int64_t> walks = {7, 3, 7, 5, -1, 9, 123456789012, 0, 3, -1, 3, 3};
  CorpusBuilder builder;
  builder.add_walks(walks, 3);
  CHECK(builder.tokens() == 7);
  const TrainingText given = read_corpus(std::move(builder).finish(), {.min_count = 1});
  const TrainingText text = read_corpus(Corpus::from_text("7 3 7\n5\n123456789012 0 3\n"), {.min_count = 1});
  CHECK(same(given.vocabulary, text.vocabulary));
  CHECK(std::ranges::equal(given.corpus.ids(), text.corpus.ids()));
  CHECK(given.corpus.hash() == text.corpus.hash());
}

TEST_CASE("walks: an integer below -1 and rows of another length are refused") {
  CorpusBuilder builder;
  CHECK(error_of([&] {
          builder.add_walks(std::vector<std::int64_t>{1, 2, 3, -2}, 2);
        }) == "row 1, column 1: found -2; words are integers from 0, and -1 ends a walk");
  CHECK(error_of([&] { builder.add_walks(std::vector<std::int64_t>{1, 2, 3}, 2); }) == "3 integers are not rows of 2");
  CHECK_NOTHROW(builder.add_walks({}, 0));
}

TEST_CASE("words given by a program: counting them can be cancelled") {
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(count_words(built(random_sentences(4, 100, 50)), {.min_count = 1}, &progress), Cancelled);
  CHECK_THROWS_AS(read_corpus(built(random_sentences(4, 100, 50)), {.min_count = 1}, &progress), Cancelled);
}
