#include "src/train/word2vec_subwords.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/recipe.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/formats.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <cmath>

using namespace equivec;

namespace {

/// Sentences of one of two topics; the stem of a word tells its topic, its ending says nothing.
std::string two_stems(int sentences) {
  const std::vector<std::string> stems[2] = {{"walk", "wander", "waltz"}, {"green", "grey", "grassy"}},
                                 endings = {"", "s", "ing", "ed"};
  std::string text;
  Rng rng(11);
  for (int i = 0; i < sentences; ++i)
    for (int k = 0; k < 8; ++k) text += stems[i % 2][rng.below(3)] + endings[rng.below(4)] + (k == 7 ? '\n' : ' ');
  return text;
}

struct Text {
  Vocabulary words;
  EncodedCorpus corpus;
};

Text encoded(const std::string& text) {
  const Corpus corpus = Corpus::from_text(text);
  const Vocabulary words = count_words(corpus);
  return {words, encode(corpus, words)};
}

Word2VecOptions with_ngrams(int epochs = 1) {
  Word2VecOptions options;
  options.dimension = 20;
  options.epochs = epochs;
  options.subsample = 0;
  options.threads = 1;
  options.subwords = {3, 5};
  options.buckets = 500;
  return options;
}

Embeddings embeddings_of(const Vocabulary& words, const Word2VecOptions& options, const Word2VecVectors& trained) {
  const auto kept = std::make_shared<const Word2VecVectors>(trained);
  const NgramRule rule{options.subwords.shortest, options.subwords.longest, options.buckets, NgramHash::fasttext};
  return Embeddings(words, trained.words)
      .with_subwords(Subwords(rule, MatrixView(kept->ngrams.data(), kept->ngrams.rows(), kept->ngrams.cols()), kept,
                              kept->buckets));
}

}  // namespace

TEST_CASE("n-grams of a vocabulary: each word has the rows of its buckets, and only buckets that are used have rows") {
  const Vocabulary words(std::vector<Vocabulary::Entry>{{"where", 3}, {"here", 2}, {"</s>", 1}});
  const NgramRule rule{.min_length = 3, .max_length = 4, .buckets = 100};
  const NgramRows rows = ngram_rows(words, rule);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::vector<std::uint32_t> buckets, found;
    append_buckets(rule, words.word(word_id(i)), buckets);
    for (const std::uint32_t row : rows.of(word_id(i))) found.push_back(rows.kept[row]);
    CHECK(found == buckets);
  }
  CHECK(rows.of(word_id(2)).empty());
  CHECK(std::ranges::is_sorted(rows.kept));
  CHECK(std::ranges::adjacent_find(rows.kept) == rows.kept.end());
}

TEST_CASE("composed window: a word is the mean of its rows, and every row takes the whole change") {
  const Vocabulary words(std::vector<Vocabulary::Entry>{{"where", 3}, {"here", 2}, {"a", 1}});
  const NgramRows rows = ngram_rows(words, {.min_length = 3, .max_length = 4, .buckets = 4});  // some are there twice
  const std::size_t dimension = GENERATE(1u, 16u, 100u, 300u);
  const Table own(words.size(), dimension), ngrams(rows.kept.size(), dimension);
  Rng rng(3);
  for (const Table* table : {&own, &ngrams})
    for (std::size_t i = 0; i < table->rows(); ++i)
      for (std::size_t c = 0; c < dimension; ++c) table->row(i)[c] = rng.uniform() - 0.5f;
  for (const WindowKernels& kernels : all_window_kernels()) {
    CAPTURE(kernels.instruction_set, dimension);
    ComposedWindow window(own, ngrams, rows, kernels, 4);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto of_word = rows.of(word_id(i));
      std::vector<float> own_before(own.row(i), own.row(i) + dimension);
      std::vector<std::vector<float>> before;
      for (std::size_t k = 0; k < ngrams.rows(); ++k) before.emplace_back(ngrams.row(k), ngrams.row(k) + dimension);

      float* const vector = window.word(i, word_id(i));
      for (std::size_t c = 0; c < dimension; ++c) {
        double sum = static_cast<double>(own_before[c]);
        for (const std::uint32_t row : of_word) sum += static_cast<double>(before[row][c]);
        CHECK(vector[c] == Approx(sum / static_cast<double>(of_word.size() + 1)).margin(1e-6));
        vector[c] += 0.25f;
      }
      CHECK(window.word(i, word_id(i)) == vector);  // it stays as long as it is near
      window.finish();
      for (std::size_t c = 0; c < dimension; ++c) {
        CHECK(own.row(i)[c] == Approx(own_before[c] + 0.25f).margin(1e-6));
        for (std::size_t k = 0; k < ngrams.rows(); ++k) {
          const auto times = static_cast<float>(std::ranges::count(of_word, k));
          CHECK(ngrams.row(k)[c] == Approx(before[k][c] + 0.25f * times).margin(1e-5));
        }
      }
    }
  }
}

TEST_CASE("composed window: a place that another word takes is given back first") {
  const Vocabulary words(std::vector<Vocabulary::Entry>{{"where", 3}, {"here", 2}});
  const NgramRows rows = ngram_rows(words, {.min_length = 3, .max_length = 4, .buckets = 100});
  const Table own(words.size(), 4), ngrams(rows.kept.size(), 4);
  const WindowKernels kernels = window_kernels();
  ComposedWindow window(own, ngrams, rows, kernels, 4);
  window.word(0, word_id(0))[0] += 1;
  window.word(4, word_id(1));
  CHECK(own.row(0)[0] == 1);
  CHECK(own.row(1)[0] == 0);
}

TEST_CASE("subwords: words that were never seen are near to words of their stem", "[slow]") {
  const Text text = encoded(two_stems(4000));
  Word2VecOptions options = with_ngrams(3);
  options.model = GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow);
  options.loss = GENERATE(Word2VecLoss::negative_sampling, Word2VecLoss::hierarchical_softmax);
  options.threads = GENERATE(1, 2);
  options.deterministic = GENERATE(false, true);
  const Embeddings e = embeddings_of(text.words, options, train_word2vec(text.corpus, text.words, options));
  const auto similarity = [&](std::string_view a, std::string_view b) {
    return cosine(*e.vector_of(a), *e.vector_of(b));
  };
  CHECK(similarity("walker", "waltz") > 0.3 + similarity("walker", "grey"));
  CHECK(similarity("greenish", "grey") > 0.3 + similarity("greenish", "waltz"));
}

TEST_CASE("subwords: training lowers the loss") {
  const Text text = encoded(two_stems(1000));
  std::vector<double> losses;
  train_word2vec(text.corpus, text.words, with_ngrams(4),
                 {.on_epoch = [&](const EpochReport& report) { losses.push_back(report.loss); }});
  REQUIRE(losses.size() == 4);
  CHECK(losses[3] < losses[0]);
}

TEST_CASE("subwords: deterministic training gives the same bits for any number of threads") {
  const Text text = encoded(two_stems(1500));
  Word2VecOptions options = with_ngrams();
  options.deterministic = true;
  options.model = GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow);
  const Word2VecVectors one = train_word2vec(text.corpus, text.words, options);
  options.threads = 3;
  const Word2VecVectors three = train_word2vec(text.corpus, text.words, options);
  CHECK(one.words == three.words);
  CHECK(one.ngrams == three.ngrams);
  CHECK(one.contexts == three.contexts);
}

TEST_CASE("subwords: one thread and one seed give the same bits and another seed gives others") {
  const Text text = encoded(two_stems(1000));
  Word2VecOptions options = with_ngrams();
  const Word2VecVectors a = train_word2vec(text.corpus, text.words, options),
                        b = train_word2vec(text.corpus, text.words, options);
  CHECK(a.words == b.words);
  CHECK(a.ngrams == b.ngrams);
  options.seed = 2;
  CHECK(train_word2vec(text.corpus, text.words, options).ngrams != a.ngrams);
}

TEST_CASE("subwords: training that was stopped goes on to the same bits") {
  const TemporaryDirectory directory;
  const Text text = encoded(two_stems(12000));
  Word2VecOptions options = with_ngrams(2);
  const Word2VecVectors whole = train_word2vec(text.corpus, text.words, options);
  Progress progress;
  TrainingControl control{.progress = &progress};
  control.checkpoint.file = directory / "state";
  control.on_epoch = [&](const EpochReport&) { progress.cancelled = true; };
  CHECK_THROWS_AS(train_word2vec(text.corpus, text.words, options, control), Cancelled);
  TrainingControl again;
  again.checkpoint.file = directory / "state";
  again.checkpoint.resume = true;
  const Word2VecVectors resumed = train_word2vec(text.corpus, text.words, options, again);
  CHECK(resumed.words == whole.words);
  CHECK(resumed.ngrams == whole.ngrams);
  options.subwords = {3, 6};
  CHECK_THAT(error_of([&] { train_word2vec(text.corpus, text.words, options, again); }), ContainsSubstring("subwords"));
}

TEST_CASE("subwords: words begin with the vectors that are given") {
  const Text text = encoded(two_stems(50));
  Matrix start = Matrix::Random(static_cast<Eigen::Index>(text.words.size()), 20);
  Word2VecOptions options = with_ngrams();
  options.learning_rate = 1e-12;
  const Embeddings initial(text.words, start);
  const Word2VecVectors trained = train_word2vec(text.corpus, text.words, options, {.initial = initial});
  CHECK((trained.words - start).cwiseAbs().maxCoeff() < 1e-5f);
}

TEST_CASE("subwords: a recipe's vectors are written as fastText's model with the same words and neighbours") {
  const TemporaryDirectory directory;
  Word2VecRecipe recipe;
  recipe.training = with_ngrams(2);
  const TrainedVectors trained = train_word2vec(Corpus::from_text(two_stems(500)), recipe);
  REQUIRE(trained.vectors.subwords());
  CHECK(trained.vectors.metadata().at("subwords") == "3..5");
  CHECK(trained.vectors.metadata().at("buckets") == "500");
  write_embeddings(directory / "model.bin", trained.vectors);
  const Embeddings read = read_embeddings(directory / "model.bin");
  CHECK((read.matrix() - trained.vectors.matrix()).cwiseAbs().maxCoeff() < 1e-5f);
  // Buckets without a row are zeros there, which leave the direction as it is.
  CHECK(cosine(*read.vector_of("walker"), *trained.vectors.vector_of("walker")) > 1 - 1e-6);
}

TEST_CASE("subwords: lengths are read as they are written on the command line") {
  CHECK(ngram_lengths("3..6").shortest == 3);
  CHECK(ngram_lengths("3..6").longest == 6);
  CHECK(ngram_lengths("4").shortest == 4);
  CHECK(ngram_lengths("4").longest == 4);
  for (const char* text : {"", "..", "3..", "..6", "6..3", "0..3", "3-6", "a..b", "3..6x"})
    CHECK_THAT(error_of([&] { ngram_lengths(text); }), ContainsSubstring("as 3..6"));
  Word2VecOptions options = with_ngrams();
  options.subwords = {3, 101};
  CHECK_THROWS_AS(validate(options), OptionError);
  options.subwords = {3, 6};
  options.buckets = 0;
  CHECK_THROWS_AS(validate(options), OptionError);
  options.buckets = 10;
  options.replicas = 2;
  CHECK_THAT(error_of([&] { validate(options); }), ContainsSubstring("n-grams have none"));
}
