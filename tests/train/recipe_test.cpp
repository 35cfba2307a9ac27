#include "equivec/train/recipe.hpp"

#include "equivec/base/error.hpp"
#include "equivec/text/corpus.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace equivec;

namespace {

Corpus animals() {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "the cat sat on the mat\nthe dog sat on the rug\nred green blue red green\n";
  return Corpus::from_text(text);
}

Word2VecRecipe small_recipe() {
  Word2VecRecipe recipe;
  recipe.training.dimension = 8;
  recipe.training.epochs = 2;
  recipe.training.subsample = 0;
  recipe.training.threads = 1;
  return recipe;
}

GloveRecipe small_glove_recipe() {
  GloveRecipe recipe;
  recipe.training.dimension = 6;
  recipe.training.epochs = 3;
  recipe.counting.words.options.threads = 1;
  recipe.counting.memory = 100000000;
  return recipe;
}

bool same_matrix(const Embeddings& a, const Embeddings& b) {
  return a.size() == b.size() && a.dimension() == b.dimension() && a.matrix() == b.matrix();
}

}  // namespace

TEST_CASE("word2vec recipe: one call gives what counting, encoding and training give") {
  const Word2VecRecipe recipe = small_recipe();
  const TrainedVectors trained = train_word2vec(animals(), recipe);
  const TrainingText text = read_corpus(animals());
  const Word2VecVectors expected = train_word2vec(text.corpus, text.vocabulary, recipe.training);
  CHECK(same_matrix(trained.vectors, Embeddings(text.vocabulary, expected.words)));
  REQUIRE(trained.contexts);
  CHECK(same_matrix(*trained.contexts, Embeddings(text.vocabulary, expected.contexts)));
  CHECK(trained.trained == 2 * text.corpus.words());
  CHECK(trained.seconds > 0);
}

TEST_CASE("word2vec recipe: the vectors say how they were made") {
  Word2VecRecipe recipe = small_recipe();
  recipe.words.options.min_count = 2;
  recipe.words.options.text.end_token = "</s>";
  const Metadata metadata = train_word2vec(animals(), recipe).vectors.metadata();
  CHECK(metadata.at("command") == "train skipgram");
  CHECK_THAT(metadata.at("tool"), ContainsSubstring("equivec "));
  CHECK_THAT(metadata.at("corpus_hash"), ContainsSubstring("xxh64:"));
  CHECK(metadata.at("min_count") == "2");
  CHECK(metadata.at("end_token") == "</s>");
  CHECK(metadata.at("vectors") == "words");
  CHECK(metadata.at("dimension") == "8");
  CHECK(metadata.at("instruction_set") == instruction_set());
  CHECK(metadata.count("initialize") == 0);
}

TEST_CASE("word2vec recipe: a file of words takes the place of counting, and is named") {
  const TemporaryDirectory directory;
  Word2VecRecipe recipe = small_recipe();
  recipe.words.file = directory.file("words", "cat 30\ndog 30\nthe 120\n").string();
  const Embeddings vectors = train_word2vec(animals(), recipe).vectors;
  CHECK(vectors.size() == 3);
  CHECK(vectors.vocabulary().word(word_id(0)) == "cat");
  CHECK(vectors.metadata().at("vocabulary_file") == recipe.words.file);
  CHECK(vectors.metadata().count("min_count") == 0);

  recipe.words.file = directory.file("without counts", "cat\ndog\n").string();
  CHECK_THAT(error_of([&] { train_word2vec(animals(), recipe); }), ContainsSubstring("have no counts"));
}

TEST_CASE("word2vec recipe: vectors to start from give the dimension, and their words are kept whatever their counts") {
  Word2VecRecipe recipe = small_recipe();
  recipe.words.options.min_count = 40;
  recipe.initial_name = "start.vec";
  const std::vector<Vocabulary::Entry> entries = {{"cat", 0}, {"unicorn", 0}};
  TrainingControl control;
  control.initial = Embeddings(Vocabulary(entries), Matrix::Ones(2, 5));
  const Embeddings vectors = train_word2vec(animals(), recipe, control).vectors;
  CHECK(vectors.dimension() == 5);
  CHECK(vectors.find("cat"));
  CHECK(vectors.find("unicorn"));
  CHECK(vectors.find("the"));
  CHECK_FALSE(vectors.find("dog"));
  CHECK(vectors.metadata().at("initialize") == "start.vec");
}

TEST_CASE("word2vec recipe: with word2vec.c's row for the sentence end, that is first, counted and not trained") {
  Word2VecRecipe recipe = small_recipe();
  const Vocabulary words = word2vec_vocabulary(animals(), recipe.words);
  CHECK(words.word(word_id(0)) == "</s>");
  CHECK(words.count(word_id(0)) == 90);
  CHECK(words.word(word_id(1)) == "the");
  recipe.words.known = words;
  recipe.sentence_end_row = true;
  recipe.training.subsample = 0.25;
  const Word2VecText text = prepare_word2vec(animals(), recipe);
  CHECK_FALSE(text.text.vocabulary.find("</s>"));
  // A share of all words, the 90 sentence ends among them.
  CHECK(text.training.subsample == Approx(0.25 * 600 / 510));
  const Embeddings vectors = train_word2vec(text, recipe).vectors;
  CHECK(vectors.size() == words.size());
  CHECK(vectors.vocabulary().word(word_id(0)) == "</s>");
}

TEST_CASE("word2vec recipe: stages and notices are reported in order, and the loss of held-out text after each epoch") {
  Word2VecRecipe recipe = small_recipe();
  recipe.validation = Corpus::from_text("the cat sat on the rug\n");
  std::vector<std::string> seen;
  std::vector<double> losses;
  TrainingControl control;
  control.on_stage = [&](const std::string& stage, const std::string& unit) -> std::shared_ptr<void> {
    seen.push_back(stage + " (" + unit + ")");
    return std::shared_ptr<void>(nullptr, [&seen, stage](void*) { seen.push_back(stage + " ended"); });
  };
  control.on_notice = [&](const std::string& sentence) { seen.push_back(sentence); };
  control.on_epoch = [&](const EpochReport& report) { losses.push_back(report.validation_loss.value()); };
  train_word2vec(animals(), recipe, control);
  REQUIRE(seen.size() == 6);
  CHECK(seen[0] == "reading the corpus (bytes)");
  CHECK(seen[1] == "reading the corpus ended");
  CHECK_THAT(seen[2], ContainsSubstring("510 tokens"));
  // All options, given or not.
  CHECK_THAT(seen[3], Catch::Matchers::StartsWith("train skipgram: deterministic false, dimension ") &&
                          ContainsSubstring(", learning-rate ") && ContainsSubstring(", min-count ") &&
                          ContainsSubstring(", threads "));
  CHECK(seen[4] == "training (words)");
  CHECK(seen[5] == "training ended");
  CHECK(losses.size() == 2);
}

TEST_CASE("word2vec recipe: an estimate names every table and has a speed") {
  const Word2VecText text = prepare_word2vec(animals(), small_recipe());
  const Word2VecEstimate estimate = estimate_word2vec(text);
  CHECK(estimate.words == 2 * text.text.corpus.words());
  CHECK(estimate.words_per_second > 0);
  CHECK_THAT(estimate.tables.front().name, ContainsSubstring("corpus"));
  CHECK(estimate.tables.back().name == "result");
  Progress cancelled;
  cancelled.cancelled = true;
  CHECK_THROWS_AS(estimate_word2vec(text, &cancelled), Cancelled);
}

TEST_CASE("GloVe recipe: one call gives what counting and training give, and says how it was made") {
  GloveRecipe recipe = small_glove_recipe();
  recipe.counting.cooccurrence.window = 4;
  const TrainedVectors trained = train_glove(animals(), recipe);
  const TrainingText text = read_corpus(animals());
  CooccurrenceOptions counting;
  counting.window = 4;
  GloveOptions training = recipe.training;
  const Cooccurrences pairs = count_cooccurrences(text.corpus, text.vocabulary, counting);
  const GloveVectors expected = train_glove(pairs, text.vocabulary, training);
  CHECK(same_matrix(trained.vectors, Embeddings(text.vocabulary, matrix_of(expected, GloveParts::sum))));
  CHECK(trained.trained == 3 * pairs.size());
  const Metadata& metadata = trained.vectors.metadata();
  CHECK(metadata.at("command") == "train glove");
  CHECK(metadata.at("window") == "4");
  CHECK(metadata.at("vectors") == "word+context");
}

TEST_CASE("GloVe recipe: parts, the unknown word and all parameters are what was asked for") {
  GloveRecipe recipe = small_glove_recipe();
  recipe.parts = GloveParts::both;
  recipe.unknown_vector = true;
  std::size_t biases = 0;
  recipe.on_parameters = [&](const GloveVectors& learnt) { biases = learnt.word_biases.size(); };
  const Embeddings vectors = train_glove(animals(), recipe).vectors;
  CHECK(vectors.dimension() == 12);
  CHECK(vectors.size() == biases + 1);
  CHECK(vectors.vocabulary().word(word_id(biases)) == "<unk>");
  CHECK(vectors.metadata().at("unknown_vector") == "<unk>");
}

TEST_CASE(
    "co-occurrence recipe: options out of range are named, and memory is shared out without changing the result") {
  CooccurrenceRecipe recipe;
  recipe.cooccurrence.window = 0;
  CHECK_THAT(error_of([&] { validate(recipe); }), ContainsSubstring("window"));
  recipe.cooccurrence.window = 5;
  recipe.memory = 1000000;
  const CountedText little = count_text(animals(), recipe);
  recipe.memory = 0;
  const CountedText much = count_text(animals(), recipe);
  REQUIRE(little.cooccurrences.size() == much.cooccurrences.size());
  for (std::size_t i = 0; i < much.vocabulary.size(); ++i) {
    const auto a = little.cooccurrences.row(word_id(i)), b = much.cooccurrences.row(word_id(i));
    CHECK(std::ranges::equal(a.words, b.words));
    CHECK(std::ranges::equal(a.counts, b.counts));
  }
}

TEST_CASE("recipes: training that is enough ends with the epoch, and the vectors say so") {
  const Corpus corpus = animals();
  Progress progress;
  int epochs = 0;
  const TrainingControl control{.on_epoch =
                                    [&](const EpochReport& report) {
                                      epochs = report.epoch;
                                      progress.enough = report.epoch == 2;
                                    },
                                .progress = &progress};
  Word2VecRecipe recipe = small_recipe();
  recipe.training.epochs = 9;
  const TrainedVectors stopped = train_word2vec(corpus, recipe, control);
  CHECK(epochs == 2);
  CHECK(stopped.trained == 2 * 510);
  CHECK(stopped.vectors.metadata().at("epochs") == "9");
  CHECK(stopped.vectors.metadata().at("epochs_trained") == "2");
  progress.enough = false;
  GloveRecipe glove = small_glove_recipe();
  glove.training.epochs = 9;
  CHECK(train_glove(corpus, glove, control).vectors.metadata().at("epochs_trained") == "2");
  progress.enough = false;
  recipe.training.epochs = 1;
  CHECK(train_word2vec(corpus, recipe, control).vectors.metadata().count("epochs_trained") == 0);
}
