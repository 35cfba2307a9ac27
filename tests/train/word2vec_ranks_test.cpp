#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/train/word2vec.hpp"

#include "tests/catch.hpp"
#include "tests/support.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/train/topics.hpp"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

using namespace equivec;

namespace {

Word2VecOptions options_of_topics(int epochs) {
  Word2VecOptions options;
  options.dimension = 16;
  options.epochs = epochs;
  options.subsample = 0;
  options.threads = 1;
  return options;
}

struct Trained {
  Vocabulary words;
  std::vector<Matrix> matrices;  // of all ranks
};

Trained trained_on(int size, const std::string& file, const Word2VecOptions& options,
                   const TrainingControl& control = {},
                   std::chrono::microseconds delay = std::chrono::microseconds(0)) {
  Trained result;
  result.matrices.resize(static_cast<std::size_t>(size));
  std::mutex mutex;
  run_ranks(
      size,
      [&](Communicator& ranks) {
        const Corpus corpus = Corpus::from_paths(std::vector<std::string>{file}).shared_by(ranks);
        const TrainingText text = read_corpus(corpus, {});
        const Word2VecVectors vectors = train_word2vec(text.corpus, text.vocabulary, options, control);
        const std::scoped_lock lock(mutex);
        result.words = text.vocabulary;
        result.matrices[static_cast<std::size_t>(ranks.rank())] = vectors.words;
      },
      delay);
  return result;
}

bool knows_topics(const Trained& trained) {
  const Embeddings e(trained.words, trained.matrices[0]);
  return cosine(*e.find("cat"), *e.find("dog")) > 0.5 + cosine(*e.find("cat"), *e.find("red")) &&
         cosine(*e.find("blue"), *e.find("pink")) > 0.5 + cosine(*e.find("blue"), *e.find("cow"));
}

}  // namespace

TEST_CASE("word2vec on ranks: all have the same vectors, which have learnt the topics", "[slow]") {
  Word2VecOptions options = options_of_topics(2);
  std::string text = text_of_topics();
  const int size = GENERATE(2, 3, 4);
  SECTION("skip-gram") {}
  SECTION("CBOW") { options = word2vec_defaults(Word2VecModel::cbow), options.dimension = 16, options.threads = 1; }
  SECTION("hierarchical softmax") { options.loss = Word2VecLoss::hierarchical_softmax; }
  SECTION("several threads within a rank") {
    // Of eight words in all, each thread would change all rows while another has read them.
    text = text_of_topics(40);
    options.threads = 2;
    options.epochs = 5;
  }
  options.subsample = 0;
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text);
  const Trained trained = trained_on(size, (directory / "text.txt").string(), options);
  for (const Matrix& each : trained.matrices) CHECK((each == trained.matrices[0]));
  // Threads that wait for a core undo what was merged meanwhile: they need a core each, and a test machine may have
  // two.
  if (size * options.threads <= 4) CHECK(knows_topics(trained));
}

TEST_CASE("word2vec on ranks: more ranks than chunks") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  const Trained trained = trained_on(12, (directory / "text.txt").string(), options_of_topics(2));
  for (const Matrix& each : trained.matrices) CHECK((each == trained.matrices[0]));
  CHECK(trained.matrices[0].allFinite());
}

TEST_CASE("word2vec on ranks: with one thread each the same bits on every run, whenever messages come", "[slow]") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  const std::string file = (directory / "text.txt").string();
  const Trained once = trained_on(3, file, options_of_topics(1));
  CHECK((once.matrices[0] == trained_on(3, file, options_of_topics(1)).matrices[0]));
  CHECK(
      (once.matrices[0] == trained_on(3, file, options_of_topics(1), {}, std::chrono::microseconds(300)).matrices[0]));
}

TEST_CASE("word2vec on ranks: a checkpoint goes on with any number of ranks, and with one process", "[slow]") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  const std::string file = (directory / "text.txt").string();
  const Word2VecOptions options = options_of_topics(30);
  TrainingControl control;
  control.checkpoint = {.file = directory / "state", .minutes = 0.01};
  control.on_epoch = [](const EpochReport& report) {
    if (report.epoch == 25) throw Error("enough");
  };
  CHECK_THROWS_WITH(trained_on(3, file, options, control), "enough");
  REQUIRE(std::filesystem::exists(directory / "state"));
  control.checkpoint.resume = true;
  int first = 0;
  control.on_epoch = [&](const EpochReport& report) {
    if (first == 0) first = report.epoch;
  };
  SECTION("two and four") {
    for (const int size : {2, 4}) {
      std::filesystem::copy_file(directory / "state", directory / "copy",
                                 std::filesystem::copy_options::overwrite_existing);
      control.checkpoint.file = directory / "copy";
      first = 0;
      CHECK(knows_topics(trained_on(size, file, options, control)));
      CHECK(first > 1);
    }
  }
  SECTION("one process") {
    const TrainingText text = read_corpus(Corpus::from_paths(std::vector<std::string>{file}), {});
    const Word2VecVectors vectors = train_word2vec(text.corpus, text.vocabulary, options, control);
    CHECK(knows_topics({text.vocabulary, {vectors.words}}));
    CHECK(first > 1);
  }
}

TEST_CASE("word2vec on ranks: what ranks do not train is an error that says so") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  Word2VecOptions options = options_of_topics(1);
  std::string named;
  SECTION("rounds") { options.deterministic = true, named = "deterministic: not over several ranks"; }
  SECTION("n-grams") { options.subwords = {3, 6}, named = "subwords: not over several ranks"; }
  SECTION("softmax") { options.loss = Word2VecLoss::softmax, named = "loss softmax: not over several ranks"; }
  SECTION("replicas") { options.replicas = 2, named = "replicas: not over several ranks"; }
  CHECK_THROWS_WITH(trained_on(2, (directory / "text.txt").string(), options), ContainsSubstring(named));
}
