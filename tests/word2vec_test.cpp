#include "equivec/word2vec.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace equivec;

namespace {

/// Two topics of four words that never meet in a sentence.
struct TwoTopics {
  Vocabulary words;
  EncodedCorpus corpus;
};

TwoTopics two_topics(int sentences = 4000) {
  const std::vector<std::string> topics[2] = {{"cat", "dog", "cow", "pig"}, {"red", "blue", "green", "pink"}};
  std::string text;
  Rng rng(5);
  for (int i = 0; i < sentences; ++i)
    for (int k = 0; k < 8; ++k) text += topics[i % 2][rng.below(4)] + (k == 7 ? '\n' : ' ');
  const Corpus corpus = Corpus::from_text(text);
  const Vocabulary words = count_words(corpus);
  return {words, encode(corpus, words)};
}

Word2VecOptions small(int epochs = 1) {
  Word2VecOptions options;
  options.dimension = 16;
  options.epochs = epochs;
  options.subsample = 0;
  options.threads = 1;
  return options;
}

double similarity(const TwoTopics& topics, const Matrix& vectors, std::string_view a, std::string_view b) {
  const Embeddings e(topics.words, vectors);
  return cosine(*e.find(a), *e.find(b));
}

}  // namespace

TEST_CASE("word2vec: words of one topic end up closer than words of two") {
  const TwoTopics topics = two_topics();
  Word2VecOptions options = small(5);
  options.threads = GENERATE(1, 2);
  options.window_shape = GENERATE(WindowShape::shrinking, WindowShape::fixed);
  options.seed = GENERATE(1u, 2u);
  const Word2VecVectors vectors = train_word2vec(topics.corpus, topics.words, options);
  REQUIRE(vectors.words.rows() == 8);
  REQUIRE(vectors.words.cols() == 16);
  REQUIRE(vectors.contexts.rows() == 8);
  REQUIRE(vectors.contexts.cols() == 16);
  CHECK(similarity(topics, vectors.words, "cat", "dog") > 0.5 + similarity(topics, vectors.words, "cat", "red"));
  CHECK(similarity(topics, vectors.words, "blue", "pink") > 0.5 + similarity(topics, vectors.words, "blue", "cow"));
}

TEST_CASE("word2vec: one thread and one seed give the same bits and another seed gives others") {
  const TwoTopics topics = two_topics(20000);  // three chunks
  REQUIRE(topics.corpus.chunks() >= 2);
  Word2VecOptions options = small();
  options.subsample = 1e-2;
  const Word2VecVectors a = train_word2vec(topics.corpus, topics.words, options);
  const Word2VecVectors b = train_word2vec(topics.corpus, topics.words, options);
  CHECK(a.words == b.words);
  CHECK(a.contexts == b.contexts);
  options.seed = 2;
  const Word2VecVectors c = train_word2vec(topics.corpus, topics.words, options);
  CHECK(a.words != c.words);
  CHECK(a.contexts != c.contexts);
}

TEST_CASE("word2vec: the shape of the window matters") {
  const TwoTopics topics = two_topics();
  Word2VecOptions options = small();
  const Word2VecVectors shrinking = train_word2vec(topics.corpus, topics.words, options);
  options.window_shape = WindowShape::fixed;
  const Word2VecVectors fixed = train_word2vec(topics.corpus, topics.words, options);
  CHECK(shrinking.words != fixed.words);
}

TEST_CASE("word2vec: training lowers the loss") {
  const TwoTopics topics = two_topics();
  const auto loss_after = [&](int epochs) {
    Progress progress;
    train_word2vec(topics.corpus, topics.words, small(epochs), {.progress = &progress});
    return progress.loss.load();
  };
  const float early = loss_after(1), late = loss_after(8);
  // Before anything is learnt each of the six outputs of a pair costs log 2.
  CHECK(early < 6 * std::log(2.0F));
  CHECK(late < early);
  CHECK(late > 0.0F);
}

TEST_CASE("word2vec: progress counts words times epochs and the learning rate falls") {
  const TwoTopics topics = two_topics();
  Progress progress;
  train_word2vec(topics.corpus, topics.words, small(3), {.progress = &progress});
  CHECK(progress.total == topics.corpus.words() * 3);
  CHECK(progress.done == progress.total);
  CHECK(progress.learning_rate > 0.0F);
  CHECK(progress.learning_rate < 0.025F);
}

TEST_CASE("word2vec: a vocabulary of one word comes to an end") {
  std::vector<WordId> ids(1000, word_id(0));
  for (std::size_t i = 9; i < ids.size(); i += 10) ids[i] = EncodedCorpus::sentence_end;
  const EncodedCorpus corpus(ids, 1);
  const Word2VecVectors vectors = train_word2vec(corpus, vocabulary({{"only", 900}}), small());
  REQUIRE(vectors.words.rows() == 1);
  CHECK(vectors.words.allFinite());
  CHECK(vectors.contexts.allFinite());
}

TEST_CASE("word2vec: sentences of one word teach nothing and that is an error") {
  std::vector<WordId> ids;
  for (std::size_t i = 0; i < 300; ++i) {
    ids.push_back(word_id(i % 3));
    ids.push_back(EncodedCorpus::sentence_end);
  }
  CHECK_THROWS_WITH(train_word2vec(EncodedCorpus(ids, 3), vocabulary({{"a", 100}, {"b", 100}, {"c", 100}}), small()),
                    ContainsSubstring("nothing to learn from"));
}

TEST_CASE("word2vec: a word that the corpus has not leaves finite vectors") {
  const EncodedCorpus corpus(std::vector<WordId>(500, word_id(1)), 3);
  const Word2VecVectors vectors = train_word2vec(corpus, vocabulary({{"a", 0}, {"b", 500}, {"c", 0}}), small());
  CHECK(vectors.words.allFinite());
  CHECK(vectors.contexts.allFinite());
}

TEST_CASE("word2vec: the odd settings at the edges train") {
  const TwoTopics topics = two_topics(500);
  Word2VecOptions options = small();
  SECTION("one number for each word") { options.dimension = 1; }
  SECTION("a dimension that fits no vector register") { options.dimension = 37; }
  SECTION("the widest window") { options.window = 1000; }
  SECTION("the narrowest window") { options.window = 1; }
  SECTION("one noise word") { options.negatives = 1; }
  SECTION("more noise words than words") { options.negatives = 100; }
  SECTION("most words dropped") { options.subsample = 1e-3; }
  SECTION("noise drawn evenly") { options.noise_exponent = 0; }
  SECTION("all threads") { options.threads = 0; }
  SECTION("more threads than chunks") { options.threads = 16; }
  Progress progress;
  const Word2VecVectors vectors = train_word2vec(topics.corpus, topics.words, options, {.progress = &progress});
  CHECK(vectors.words.cols() == options.dimension);
  CHECK(vectors.words.allFinite());
  CHECK(vectors.contexts.allFinite());
  CHECK(progress.done == progress.total);
}

TEST_CASE("word2vec: training that runs away is an error") {
  const TwoTopics topics = two_topics();
  Word2VecOptions options = small(2);
  options.learning_rate = 1e30;
  CHECK_THROWS_AS(train_word2vec(topics.corpus, topics.words, options), Error);
}

TEST_CASE("word2vec: it can be stopped") {
  const TwoTopics topics = two_topics(500);
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(train_word2vec(topics.corpus, topics.words, small(), {.progress = &progress}), Cancelled);
}

TEST_CASE("skip-gram options: a bad setting is named") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const TwoTopics topics = two_topics(100);
  const auto message = [&](auto change) {
    Word2VecOptions options;
    change(options);
    const std::string error = option_error_of([&] { validate(options); });
    CHECK(option_error_of([&] { train_word2vec(topics.corpus, topics.words, options); }) == error);
    return error;
  };
  CHECK_THAT(message([](auto& o) { o.dimension = 0; }), ContainsSubstring("dimension") && ContainsSubstring("got 0"));
  CHECK_THAT(message([](auto& o) { o.dimension = 65537; }), ContainsSubstring("dimension"));
  CHECK_THAT(message([](auto& o) { o.window = 0; }), ContainsSubstring("window") && ContainsSubstring("got 0"));
  CHECK_THAT(message([](auto& o) { o.window = 1001; }), ContainsSubstring("window") && ContainsSubstring("1000"));
  CHECK_THAT(message([](auto& o) { o.negatives = 0; }), ContainsSubstring("negatives"));
  CHECK_THAT(message([](auto& o) { o.negatives = 1001; }), ContainsSubstring("negatives"));
  CHECK_THAT(message([](auto& o) { o.epochs = -1; }), ContainsSubstring("epochs"));
  CHECK_THAT(message([](auto& o) { o.learning_rate = -0.1; }), ContainsSubstring("learning"));
  CHECK_THAT(message([](auto& o) { o.learning_rate = nan; }), ContainsSubstring("learning"));
  CHECK_THAT(message([](auto& o) { o.subsample = -1; }), ContainsSubstring("subsample"));
  CHECK_THAT(message([](auto& o) { o.subsample = nan; }), ContainsSubstring("subsample"));
  CHECK_THAT(message([](auto& o) { o.noise_exponent = nan; }), ContainsSubstring("noise"));
  CHECK_THAT(message([](auto& o) { o.threads = -1; }), ContainsSubstring("threads"));
  CHECK_NOTHROW(validate(Word2VecOptions{}));
}

TEST_CASE("word2vec: in rounds few words learn as much as otherwise") {
  const TwoTopics topics = two_topics();
  Word2VecOptions options = small(10);
  options.model = GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow);
  options.loss = GENERATE(Word2VecLoss::negative_sampling, Word2VecLoss::hierarchical_softmax);
  const auto loss = [&](bool deterministic) {
    options.deterministic = deterministic;
    double last = 0;
    TrainingControl control;
    control.on_epoch = [&](const EpochReport& report) { last = report.loss; };
    train_word2vec(topics.corpus, topics.words, options, control);
    return last;
  };
  CHECK(loss(true) < 1.1 * loss(false));
}
