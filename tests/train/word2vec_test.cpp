#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

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

TEST_CASE("word2vec: words of one topic end up closer than words of two", "[slow]") {
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

TEST_CASE("word2vec: a word that is not in the corpus leaves finite vectors") {
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
  CHECK_THAT(message([](auto& o) { o.group = 65; }), ContainsSubstring("group") && ContainsSubstring("64"));
  CHECK_THAT(message([](auto& o) { o.group_noise = -1; }), ContainsSubstring("group-noise"));
  CHECK_THAT(message([](auto& o) {
               o.group = 1;
               o.group_noise = 5;
             }),
             ContainsSubstring("group-noise: there are no groups"));
  CHECK_THAT(message([](auto& o) {
               o.group = 2;
               o.loss = Word2VecLoss::hierarchical_softmax;
             }),
             ContainsSubstring("group: only"));
  CHECK_THAT(message([](auto& o) { o.replicas = 65; }), ContainsSubstring("replicas") && ContainsSubstring("64"));
  CHECK_THAT(message([](auto& o) {
               o.replicas = 2;
               o.deterministic = true;
             }),
             ContainsSubstring("replicas: deterministic"));
  CHECK_THAT(message([](auto& o) {
               o.replicas = 2;
               o.loss = Word2VecLoss::softmax;
             }),
             ContainsSubstring("replicas: the full softmax"));
  CHECK_THAT(message([](auto& o) { o.epochs = -1; }), ContainsSubstring("epochs"));
  CHECK_THAT(message([](auto& o) { o.learning_rate = -0.1; }), ContainsSubstring("learning"));
  CHECK_THAT(message([](auto& o) { o.learning_rate = nan; }), ContainsSubstring("learning"));
  CHECK_THAT(message([](auto& o) { o.subsample = -1; }), ContainsSubstring("subsample"));
  CHECK_THAT(message([](auto& o) { o.subsample = nan; }), ContainsSubstring("subsample"));
  CHECK_THAT(message([](auto& o) { o.noise_exponent = nan; }), ContainsSubstring("noise"));
  CHECK_THAT(message([](auto& o) { o.threads = -1; }), ContainsSubstring("threads"));
  CHECK_NOTHROW(validate(Word2VecOptions{}));
}

TEST_CASE("word2vec: in rounds few words learn as much as otherwise", "[slow]") {
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

// ---- what training comes to ----

namespace {

using Loss = Word2VecLoss;
using Model = Word2VecModel;

constexpr Loss all_losses[] = {Loss::negative_sampling, Loss::hierarchical_softmax, Loss::softmax,
                               Loss::hierarchical_softmax_and_negative_sampling};

/// Eight words, each followed by some more often than by others, and how often each pair of an input and the word in
/// the middle is asked for with a fixed window of one.
struct Chain {
  static constexpr std::size_t words = 8;
  Vocabulary vocabulary;
  EncodedCorpus corpus;
  double pairs[words][words] = {};  // of an input (first) with a word in the middle
  double counts[words] = {};
  double all = 0;
};

Chain chain() {
  Rng rng(11);
  std::vector<WordId> ids;
  std::size_t word = 0;
  for (int i = 0; i < 20000; ++i) {
    word = rng.below(3) == 0 ? rng.below(4) : (3 * word + rng.below(2)) % Chain::words;
    ids.push_back(word_id(word));
    if (i % 10 == 9) ids.push_back(EncodedCorpus::sentence_end);
  }
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < Chain::words; ++i) {
    const auto count = static_cast<std::uint64_t>(std::count(ids.begin(), ids.end(), word_id(i)));
    entries.push_back({std::string(1, static_cast<char>('a' + i)), count});
  }
  Chain result{Vocabulary(entries), EncodedCorpus(ids, Chain::words)};
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
    if (ids[i] == EncodedCorpus::sentence_end || ids[i + 1] == EncodedCorpus::sentence_end) continue;
    result.pairs[index(ids[i])][index(ids[i + 1])] += 1;
    result.pairs[index(ids[i + 1])][index(ids[i])] += 1;
    result.all += 2;
  }
  for (std::size_t in = 0; in < Chain::words; ++in)
    for (std::size_t middle = 0; middle < Chain::words; ++middle) result.counts[in] += result.pairs[in][middle];
  return result;
}

/// Room for any answer: 16 numbers for at most 15 outputs.
Word2VecOptions long_training(Loss loss) {
  Word2VecOptions options;
  options.loss = loss;
  options.dimension = 16;
  options.window = 1;
  options.window_shape = WindowShape::fixed;
  options.subsample = 0;
  options.threads = 1;
  options.epochs = 40;
  options.learning_rate = 0.05;
  return options;
}

/// Loss of the last epoch, where the learning rate is below a fortieth of the first.
double last_loss(const Chain& c, const Word2VecOptions& options, Word2VecVectors* vectors = nullptr) {
  double loss = 0;
  Word2VecVectors result = train_word2vec(c.corpus, c.vocabulary, options,
                                          {.on_epoch = [&](const EpochReport& report) { loss = report.loss; }});
  if (vectors) *vectors = std::move(result);
  return loss;
}

/// What a pair costs whoever knows how often each word stands beside each: the entropy of the word in the middle given
/// the input.
double entropy(const Chain& c) {
  double sum = 0;
  for (std::size_t in = 0; in < Chain::words; ++in)
    for (std::size_t middle = 0; middle < Chain::words; ++middle)
      if (c.pairs[in][middle] > 0) sum -= c.pairs[in][middle] * std::log(c.pairs[in][middle] / c.counts[in]);
  return sum / c.all;
}

/// How often a pair is answered no in negative sampling: noise that is the word in the middle is not asked.
double noes(const Chain& c, const Word2VecOptions& options, std::size_t in, std::size_t output) {
  double noise = 0;
  for (std::size_t word = 0; word < Chain::words; ++word)
    noise += std::pow(static_cast<double>(c.vocabulary.count(word_id(word))), options.noise_exponent);
  const double part =
      std::pow(static_cast<double>(c.vocabulary.count(word_id(output))), options.noise_exponent) / noise;
  return options.negatives * part * (c.counts[in] - c.pairs[in][output]);
}

/// The least that negative sampling can cost: the entropy of yes and no for each input and output.
double noise_entropy(const Chain& c, const Word2VecOptions& options) {
  double sum = 0;
  for (std::size_t in = 0; in < Chain::words; ++in)
    for (std::size_t output = 0; output < Chain::words; ++output) {
      const double yes = c.pairs[in][output], no = noes(c, options, in, output);
      if (yes > 0) sum += yes * std::log((yes + no) / yes) + no * std::log((yes + no) / no);
    }
  return sum / c.all;
}

}  // namespace

TEST_CASE(
    "word2vec: groups take more noise words where there are more negatives and fewer windows where there are many") {
  Word2VecOptions options;
  CHECK(windows_of_group(options) == 5);
  CHECK(noise_of_group(options) == 11);
  options.negatives = 20;
  CHECK(windows_of_group(options) == 5);
  CHECK(noise_of_group(options) == 44);
  options.negatives = 100;
  CHECK(windows_of_group(options) == 1);
  CHECK(noise_of_group(options) == 100);
  options = {};
  options.group = 4;
  CHECK(noise_of_group(options) == 12);
  options.group_noise = 8;
  CHECK(noise_of_group(options) == 8);
  options = {};
  options.loss = Loss::hierarchical_softmax;
  CHECK(windows_of_group(options) == 1);
}

TEST_CASE("word2vec: replicas learn what one table does", "[slow]") {
  const TwoTopics topics = two_topics(20000);
  Word2VecOptions options = small();
  options.threads = 2;
  options.loss =
      GENERATE(Loss::negative_sampling, Loss::hierarchical_softmax, Loss::hierarchical_softmax_and_negative_sampling);
  options.model = GENERATE(Model::skipgram, Model::cbow);
  double loss = 0;
  const auto keep = [&](const EpochReport& report) { loss = report.loss; };
  options.replicas = 1;
  train_word2vec(topics.corpus, topics.words, options, {.on_epoch = keep});
  const double one = loss;
  options.replicas = 2;
  const Word2VecVectors vectors = train_word2vec(topics.corpus, topics.words, options, {.on_epoch = keep});
  CHECK(loss == Approx(one).epsilon(0.03));
  CHECK(vectors.words.allFinite());
}

TEST_CASE("word2vec: every model and loss brings the words of a topic together", "[slow]") {
  const TwoTopics topics = two_topics(2000);
  Word2VecOptions options =
      word2vec_defaults(GENERATE(Model::skipgram, Model::cbow), GENERATE(CbowUpdate::gradient, CbowUpdate::legacy));
  options.loss = GENERATE(from_range(std::begin(all_losses), std::end(all_losses)));
  options.dimension = 16;
  options.subsample = 0;
  options.epochs = 5;
  options.threads = GENERATE(1, 2);
  CAPTURE(name_of(options.model), name_of(options.loss), name_of(options.cbow_update), options.threads);
  std::vector<double> losses;
  const Word2VecVectors vectors =
      train_word2vec(topics.corpus, topics.words, options,
                     {.on_epoch = [&](const EpochReport& report) { losses.push_back(report.loss); }});
  CHECK(losses.back() < losses.front());
  CHECK(similarity(topics, vectors.words, "cat", "dog") > 0.5 + similarity(topics, vectors.words, "cat", "red"));
  CHECK(similarity(topics, vectors.words, "blue", "pink") > 0.5 + similarity(topics, vectors.words, "blue", "cow"));
  CHECK(vectors.contexts.rows() == (options.loss == Loss::hierarchical_softmax ? 0 : 8));
}

TEST_CASE("word2vec: the softmax comes to the entropy of the text", "[slow]") {
  const Chain c = chain();
  const double least = entropy(c);
  CHECK(least > 1);  // and below log 8, so there is something to learn and something that cannot be
  CHECK(least < 0.9 * std::log(8.0));
  const double exact = last_loss(c, long_training(Loss::softmax));
  CHECK(exact == Approx(least).epsilon(0.01));
  // The tree asks the same question in several steps.
  CHECK(last_loss(c, long_training(Loss::hierarchical_softmax)) == Approx(exact).epsilon(0.01));
}

TEST_CASE("word2vec: negative sampling comes to the entropy of its answers and to their log odds", "[slow]") {
  const Chain c = chain();
  Word2VecOptions options = long_training(Loss::negative_sampling);
  options.negatives = GENERATE(2, 5);
  options.noise_exponent = GENERATE(0.75, 0.0);
  Word2VecVectors vectors;
  CHECK(last_loss(c, options, &vectors) == Approx(noise_entropy(c, options)).epsilon(0.01));
  for (std::size_t in = 0; in < Chain::words; ++in)
    for (std::size_t output = 0; output < Chain::words; ++output) {
      const double yes = c.pairs[in][output], no = noes(c, options, in, output);
      if (yes < 500 || no < 500) continue;
      const auto a = vectors.words.row(static_cast<Eigen::Index>(in)),
                 b = vectors.contexts.row(static_cast<Eigen::Index>(output));
      // The statistical error of log odds is sqrt(1/yes + 1/no), at most 0.063, in each epoch.
      CHECK(static_cast<double>(a.dot(b)) == Approx(std::log(yes / no)).margin(0.3));
    }
}

TEST_CASE("word2vec: hierarchical softmax with negative sampling costs what both do", "[slow]") {
  const Chain c = chain();
  const Word2VecOptions options = long_training(Loss::hierarchical_softmax_and_negative_sampling);
  CHECK(last_loss(c, options) == Approx(entropy(c) + noise_entropy(c, options)).epsilon(0.02));
}

TEST_CASE("word2vec: CBOW of one context word is skip-gram") {
  std::vector<WordId> ids;
  Rng rng(3);
  for (int i = 0; i < 3000; ++i) {
    ids.push_back(word_id(rng.below(8)));
    ids.push_back(word_id(rng.below(8)));
    ids.push_back(EncodedCorpus::sentence_end);
  }
  const EncodedCorpus corpus(ids, 8);
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < 8; ++i) entries.push_back({std::string(1, static_cast<char>('a' + i)), 750});
  const Vocabulary words = vocabulary(entries);
  Word2VecOptions options = small();
  options.loss = GENERATE(from_range(std::begin(all_losses), std::end(all_losses)));
  options.group = 1;  // CBOW has no groups
  const Word2VecVectors skipgram = train_word2vec(corpus, words, options);
  options.model = Model::cbow;
  options.cbow_update = GENERATE(CbowUpdate::gradient, CbowUpdate::legacy);
  const Word2VecVectors cbow = train_word2vec(corpus, words, options);
  // The same sums in another order: a rounding of each of 750 steps of each row, handed on from row to row.
  CHECK((skipgram.words - cbow.words).cwiseAbs().maxCoeff() < 1e-4F);
  if (skipgram.contexts.size() > 0) CHECK((skipgram.contexts - cbow.contexts).cwiseAbs().maxCoeff() < 1e-4F);
}

TEST_CASE("word2vec: every epoch is reported and the loss falls", "[slow]") {
  const TwoTopics topics = two_topics();
  const Loss loss = GENERATE(from_range(std::begin(all_losses), std::end(all_losses)));
  Word2VecOptions options = small(6);
  options.loss = loss;
  std::vector<EpochReport> reports;
  train_word2vec(topics.corpus, topics.words, options,
                 {.on_epoch = [&](const EpochReport& report) { reports.push_back(report); }});
  REQUIRE(reports.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(reports[i].epoch == static_cast<int>(i) + 1);
    CHECK(!reports[i].validation_loss);
    if (i > 0) CHECK(reports[i].loss < reports[i - 1].loss);
  }
}

TEST_CASE("word2vec: the loss of a validation text changes nothing", "[slow]") {
  const TwoTopics topics = two_topics();
  Word2VecOptions options = small(3);
  options.model = GENERATE(Model::skipgram, Model::cbow);
  options.loss = GENERATE(from_range(std::begin(all_losses), std::end(all_losses)));
  options.subsample = 0.1;
  const Word2VecVectors without = train_word2vec(topics.corpus, topics.words, options);
  std::vector<EpochReport> reports;
  const Word2VecVectors with = train_word2vec(
      topics.corpus, topics.words, options,
      {.validation = &topics.corpus, .on_epoch = [&](const EpochReport& report) { reports.push_back(report); }});
  CHECK(without.words == with.words);
  CHECK(without.contexts == with.contexts);
  REQUIRE(reports.size() == 3);
  for (const EpochReport& report : reports) REQUIRE(report.validation_loss);
  // Here the text is the one trained on, and after the first epoch little is left to learn.
  CHECK(*reports[0].validation_loss < reports[0].loss);
  CHECK(*reports[2].validation_loss == Approx(reports[2].loss).epsilon(0.03));
}

TEST_CASE("word2vec: the same validation text costs the same at every thread count") {
  const TwoTopics topics = two_topics(100), other = two_topics(20000);
  REQUIRE(other.corpus.chunks() == 3);
  const auto loss = [&](int threads) {
    Word2VecOptions options = small();
    options.deterministic = true;
    options.threads = threads;
    double result = 0;
    train_word2vec(topics.corpus, topics.words, options,
                   {.validation = &other.corpus,
                    .on_epoch = [&](const EpochReport& report) { result = report.validation_loss.value(); }});
    return result;
  };
  CHECK(loss(1) == loss(2));
}

TEST_CASE("word2vec: a validation text whose loss is no number is an error that names epoch and word") {
  const Vocabulary words = vocabulary({{"a", 200}, {"b", 200}, {"far", 0}});
  std::vector<WordId> ids;
  for (std::size_t i = 0; i < 400; ++i) ids.push_back(word_id(i % 2));
  const EncodedCorpus corpus(ids, 3), other({word_id(2), word_id(1), word_id(2)}, 3);
  Word2VecOptions options = small();
  options.model = Model::cbow;
  // The mean of two such rows is beyond all floats.
  const Embeddings far = embeddings({{"far", std::vector<float>(16, std::numeric_limits<float>::max())}});
  CHECK_THAT(error_of([&] {
               train_word2vec(corpus, words, options,
                              {.initial = far, .validation = &other, .on_epoch = [](const EpochReport&) {}});
             }),
             ContainsSubstring("diverged in epoch 1 at the word 'b'") && ContainsSubstring("validation"));
}

TEST_CASE("word2vec: training that runs away names epoch and word and learning rate") {
  const TwoTopics topics = two_topics(100);
  Word2VecOptions options = small(2);
  options.model = Model::cbow;
  options.threads = GENERATE(1, 2);
  options.deterministic = GENERATE(false, true);
  std::vector<std::pair<std::string, std::vector<float>>> rows;
  for (std::size_t i = 0; i < 8; ++i)
    rows.push_back(
        {std::string(topics.words.word(word_id(i))), std::vector<float>(16, std::numeric_limits<float>::max())});
  const std::string error =
      error_of([&] { train_word2vec(topics.corpus, topics.words, options, {.initial = embeddings(rows)}); });
  CHECK_THAT(error, ContainsSubstring("diverged in epoch 1 at the word '") && ContainsSubstring("learning rate 0.02") &&
                        ContainsSubstring("lower --learning-rate"));
  CHECK_THAT(error, !ContainsSubstring("keeps"));
}

TEST_CASE("word2vec: words start from the vectors given and the others do not") {
  const Vocabulary words = vocabulary({{"a", 200}, {"b", 200}, {"idle", 0}, {"idle-too", 0}});
  std::vector<WordId> ids;
  for (std::size_t i = 0; i < 400; ++i) ids.push_back(word_id(i % 2));
  const EncodedCorpus corpus(ids, 4);
  Word2VecOptions options = small();
  options.model = GENERATE(Model::skipgram, Model::cbow);
  options.loss = GENERATE(from_range(std::begin(all_losses), std::end(all_losses)));
  options.learning_rate = 1e-9;
  const Matrix numbers = random_matrix(4, 16, 3);
  const auto row = [&](Eigen::Index i) { return std::vector<float>(numbers.row(i).begin(), numbers.row(i).end()); };
  const Embeddings start = embeddings({{"idle", row(0)}, {"a", row(1)}, {"elsewhere", row(2)}});
  const Word2VecVectors with = train_word2vec(corpus, words, options, {.initial = start});
  const Word2VecVectors without = train_word2vec(corpus, words, options);
  // 400 windows of 10 pairs, each a step of 1e-9 times outputs that are below 1e-4 themselves.
  CHECK((with.words.row(0) - numbers.row(1)).cwiseAbs().maxCoeff() < 1e-6F);
  CHECK((with.words.row(1) - without.words.row(1)).cwiseAbs().maxCoeff() < 1e-6F);
  // What never occurs stays as it was, to the bit.
  CHECK(with.words.row(2) == numbers.row(0));
  CHECK(with.words.row(3) == without.words.row(3));

  const Embeddings wrong = embeddings({{"a", {1, 2, 3}}});
  CHECK_THAT(error_of([&] { train_word2vec(corpus, words, options, {.initial = wrong}); }),
             ContainsSubstring("dimension 3, not 16") && ContainsSubstring("--dimension 3"));
}

TEST_CASE("word2vec: deterministic training by the softmax is an error") {
  Word2VecOptions options;
  options.loss = Loss::softmax;
  options.deterministic = true;
  CHECK_THAT(option_error_of([&] { validate(options); }), ContainsSubstring("deterministic"));
}

TEST_CASE("word2vec: a text encoded with a larger vocabulary is an error") {
  const TwoTopics topics = two_topics(100);
  const Vocabulary fewer = vocabulary({{"cat", 5}, {"dog", 5}});
  CHECK_THAT(error_of([&] { train_word2vec(topics.corpus, fewer, small()); }),
             ContainsSubstring("the corpus was encoded with another vocabulary"));
  const EncodedCorpus corpus({word_id(0), word_id(1)}, 2);
  CHECK_THAT(error_of([&] { train_word2vec(corpus, fewer, small(), {.validation = &topics.corpus}); }),
             ContainsSubstring("the validation text was encoded with another vocabulary"));
}

TEST_CASE("word2vec_defaults: each model has its learning rate") {
  CHECK(word2vec_defaults(Model::skipgram).learning_rate == 0.025);
  CHECK(word2vec_defaults(Model::cbow).learning_rate == 0.075);
  CHECK(word2vec_defaults(Model::cbow, CbowUpdate::legacy).learning_rate == 0.05);
  CHECK(word2vec_defaults(Model::skipgram, CbowUpdate::gradient, true).learning_rate == 0.05);
  CHECK(word2vec_defaults(Model::cbow).model == Model::cbow);
  CHECK(word2vec_defaults(Model::cbow).cbow_update == CbowUpdate::gradient);
  CHECK(word2vec_defaults(Model::cbow, CbowUpdate::legacy).cbow_update == CbowUpdate::legacy);
  CHECK_NOTHROW(validate(word2vec_defaults(Model::cbow)));
}

TEST_CASE("word2vec options: their description has the names and values that matter") {
  Word2VecOptions options;
  Metadata skipgram = description(options);
  CHECK(skipgram == Metadata{{"model", "skipgram"},
                             {"loss", "negative-sampling"},
                             {"dimension", "100"},
                             {"window", "5"},
                             {"window_shape", "shrinking"},
                             {"negatives", "5"},
                             {"group", "5"},
                             {"group_noise", "11"},
                             {"noise_exponent", "0.75"},
                             {"epochs", "5"},
                             {"learning_rate", "0.025"},
                             {"subsample", "0.001"},
                             {"deterministic", "false"},
                             {"seed", "1"}});
  options.model = Model::cbow;
  options.loss = Loss::hierarchical_softmax;
  options.window_shape = WindowShape::fixed;
  const Metadata cbow = description(options);
  CHECK(cbow.at("model") == "cbow");
  CHECK(cbow.at("loss") == "hierarchical-softmax");
  CHECK(cbow.at("cbow_update") == "gradient");
  CHECK(cbow.at("window_shape") == "fixed");
  CHECK(!cbow.contains("negatives"));
  CHECK(!cbow.contains("noise_exponent"));
  options.loss = Loss::hierarchical_softmax_and_negative_sampling;
  CHECK(description(options).at("loss") == "hierarchical-softmax+negative-sampling");
  CHECK(description(options).contains("negatives"));
  CHECK(name_of(Loss::softmax) == "softmax");
  CHECK(name_of(CbowUpdate::legacy) == "legacy");
}

TEST_CASE("word2vec_tables: they are what training keeps") {
  Word2VecOptions options;
  options.dimension = GENERATE(1, 16, 100, 300);
  const auto table = [&](std::uint64_t rows) {
    return rows * ((static_cast<std::uint64_t>(options.dimension) + 15) / 16 * 64);
  };
  const auto bytes = [&](std::size_t words, const std::string& name) {
    std::uint64_t sum = 0;
    for (const TableSize& t : word2vec_tables(words, options)) sum += t.name == name ? t.bytes : 0;
    return sum;
  };
  for (const Loss loss : all_losses) {
    options.loss = loss;
    const bool tree = loss == Loss::hierarchical_softmax || loss == Loss::hierarchical_softmax_and_negative_sampling;
    CHECK(bytes(1000, "word vectors") == table(1000));
    CHECK(bytes(1000, "context vectors") == (loss == Loss::hierarchical_softmax ? 0 : table(1000)));
    CHECK(bytes(1000, "node vectors") == (tree ? table(999) : 0));
    CHECK(bytes(1, "node vectors") == 0);
    CHECK((bytes(1000, "tree") > 0) == tree);
  }
}
