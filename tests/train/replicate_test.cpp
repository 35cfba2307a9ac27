#include "equivec/train/replicate.hpp"

#include "equivec/base/error.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/recipe.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <string>
#include <vector>

using namespace equivec;

namespace {

Corpus varied_text(int lines = 3000) {
  std::string text;
  Rng rng(5);
  for (int i = 0; i < lines; ++i) {
    for (int j = 0; j < 8; ++j) text += "word" + std::to_string(rng.below(30) + 10 * rng.below(3)) + " ";
    text += "\n";
  }
  return Corpus::from_text(text);
}

Word2VecRecipe recipe_of(Word2VecModel model) {
  Word2VecRecipe recipe{.training = word2vec_defaults(model)};
  recipe.training.dimension = 8;
  recipe.training.epochs = 2;
  recipe.training.window = 3;
  recipe.training.subsample = 0.01;
  recipe.training.threads = 1;
  recipe.training.seed = 9;
  return recipe;
}

}  // namespace

TEST_CASE("replicate: with the same seed and text the vectors are the same bits, whatever the settings were") {
  Word2VecRecipe recipe = recipe_of(GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow));
  switch (GENERATE(0, 1, 2, 3, 4)) {
    case 1:
      recipe.training.loss = Word2VecLoss::hierarchical_softmax;
      break;
    case 2:
      recipe.training.window_shape = WindowShape::fixed;
      recipe.training.negatives = 3;
      recipe.training.noise_exponent = 0.5;
      recipe.training.cbow_update = CbowUpdate::legacy;
      break;
    case 3:
      recipe.training.subwords = {3, 4};
      recipe.training.buckets = 100;
      break;
    case 4:
      recipe.words.options.text.lowercase = true;
      recipe.words.options.min_count = 700;
      recipe.words.options.unknown = "<unk>";
      recipe.training.deterministic = true;
      break;
    default:
      break;
  }
  const Embeddings first = train_word2vec(varied_text(), recipe).vectors;
  const Embeddings again = replicate(varied_text(), first, {.seed = 9, .threads = 1});
  CHECK(again.matrix() == first.matrix());
  CHECK(again.metadata() == first.metadata());
}

TEST_CASE("replicate: GloVe's vectors too, with their parts") {
  GloveRecipe recipe;
  recipe.training.dimension = 6;
  recipe.training.epochs = 3;
  recipe.training.x_max = 50;
  recipe.training.seed = 4;
  recipe.training.bias_update = BiasUpdate::legacy;
  recipe.parts = GENERATE(GloveParts::sum, GloveParts::words, GloveParts::with_biases);
  recipe.counting.cooccurrence.window = 4;
  recipe.counting.cooccurrence.symmetric = false;
  recipe.counting.words.options.threads = 1;
  const Embeddings first = train_glove(varied_text(), recipe).vectors;
  const Embeddings again = replicate(varied_text(), first, {.seed = 4, .threads = 1});
  CHECK(again.matrix() == first.matrix());
}

TEST_CASE("replicate: bootstrap replicates differ, say what they are, and are the same when made again") {
  const Embeddings first = train_word2vec(varied_text(), recipe_of(Word2VecModel::skipgram)).vectors;
  const std::vector<Embeddings> made = bootstrap_replicates(varied_text(), first, 2, {.seed = 5, .threads = 1});
  REQUIRE(made.size() == 2);
  CHECK(made[0].metadata().at("resample") == "5");
  CHECK(made[1].metadata().at("resample") == "6");
  CHECK(made[0].metadata().at("corpus_hash") == first.metadata().at("corpus_hash") + ", resample 5");
  CHECK(made[0].matrix() != made[1].matrix());
  CHECK(made[0].vocabulary().bytes() == first.vocabulary().bytes());
  CHECK(bootstrap_replicates(varied_text(), first, 2, {.seed = 5, .threads = 1})[1].matrix() == made[1].matrix());
}

TEST_CASE("replicate: what cannot be trained again is refused with the reason") {
  const Embeddings first = train_word2vec(varied_text(), recipe_of(Word2VecModel::skipgram)).vectors;
  const auto with = [&](const std::string& name, const std::string& value) {
    Metadata metadata = first.metadata();
    metadata[name] = value;
    return first.with_metadata(metadata);
  };
  const auto message = [&](const Embeddings& vectors) { return error_of([&] { replicate(varied_text(), vectors); }); };
  CHECK_THAT(message(first.with_metadata({})), Catch::Contains("do not say how they were trained"));
  CHECK_THAT(message(with("command", "convert")), Catch::Contains("made by 'convert'"));
  CHECK_THAT(message(with("aligned", "x")), Catch::Contains("aligned since they were trained"));
  CHECK_THAT(message(with("debiased", "x")), Catch::Contains("debiased since"));
  CHECK_THAT(message(with("initialize", "x.vec")), Catch::Contains("began from other vectors (x.vec)"));
  CHECK_THAT(message(with("phrases", "1,234")), Catch::Contains("not those of a file"));
  CHECK_THAT(message(with("epochs", "many")), Catch::Contains("epochs = 'many'"));
  CHECK_THAT(message(with("loss", "hinge")), Catch::Contains("loss = 'hinge'"));
  CHECK_THAT(message(with("vectors", "contexts")), Catch::Contains("vectors of contexts"));
  std::vector<std::string> notices;
  const Reporting reporting{.on_notice = [&](const std::string& sentence) { notices.push_back(sentence); }};
  replicate(varied_text(2900), first, {.threads = 1}, reporting);
  CHECK(std::ranges::any_of(notices, [](const std::string& one) {
    return one.find("is not the text that the vectors were trained on") != one.npos;
  }));
}
