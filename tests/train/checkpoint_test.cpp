#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/train/training.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/row_table.hpp"
#include "src/train/checkpoint.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <vector>

using namespace equivec;

namespace {

const Vocabulary three_words = vocabulary({{"one", 5}, {"zw\xc3\xb6lf", 3}, {"three", 1}});

Table random_table(std::size_t rows, std::size_t dimension, std::uint64_t seed) {
  Table table(rows, dimension);
  Rng rng(seed);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < dimension; ++c) table.row(i)[c] = rng.uniform() - 0.5F;
  return table;
}

/// The same bits, padding included.
bool same(const Table& a, const Table& b) {
  return a.rows() == b.rows() && a.dimension() == b.dimension() && std::memcmp(a.row(0), b.row(0), a.bytes()) == 0;
}

/// A text of words that frequent ones begin, and what is trained on it: several chunks, and more rounds.
struct Text {
  Vocabulary words;
  EncodedCorpus corpus;
};

Text text(std::size_t size = 150000, std::size_t words = 200, std::uint64_t seed = 1) {
  Rng rng(seed);
  std::vector<WordId> ids;
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < words; ++i) entries.push_back({"w" + std::to_string(i), 0});
  while (ids.size() < size) {
    for (std::uint32_t left = 1 + rng.below(30); left > 0; --left) {
      const auto word = static_cast<std::size_t>(static_cast<float>(words) * rng.uniform() * rng.uniform());
      ids.push_back(word_id(word));
      ++entries[word].count;
    }
    ids.push_back(EncodedCorpus::sentence_end);
  }
  return {Vocabulary(entries), EncodedCorpus(ids, words)};
}

Word2VecOptions small(Word2VecModel model = Word2VecModel::skipgram,
                      Word2VecLoss loss = Word2VecLoss::negative_sampling) {
  Word2VecOptions options = word2vec_defaults(model);
  options.loss = loss;
  options.dimension = 5;
  options.window = 2;
  options.negatives = 3;
  options.epochs = 2;
  options.subsample = 1e-2;
  options.threads = 1;
  return options;
}

/// Trains until it is not stopped any more, going on from the checkpoint; `control` is for every start. Returns how
/// often it was stopped.
int train_in_pieces(const Text& t, const Word2VecOptions& options, TrainingControl control, Word2VecVectors& result) {
  for (int stops = 0;; ++stops) {
    REQUIRE(stops < 10000);
    try {
      result = train_word2vec(t.corpus, t.words, options, control);
      return stops;
    } catch (const Cancelled&) {
      control.checkpoint.resume = true;
    }
  }
}

/// A training of two epochs that was stopped after the first.
std::filesystem::path checkpoint_of(const TemporaryDirectory& directory, const Text& t,
                                    const Word2VecOptions& options = small()) {
  Progress progress;
  const std::filesystem::path file = directory / "state";
  const TrainingControl control{.checkpoint = {.file = file},
                                .on_epoch = [&](const EpochReport&) { progress.cancelled = true; },
                                .progress = &progress};
  CHECK_THROWS_AS(train_word2vec(t.corpus, t.words, options, control), Cancelled);
  return file;
}

/// Puts `to` in place of `from`, of the same length, where it first stands.
void replace_in(const std::filesystem::path& file, const std::string& from, const std::string& to) {
  std::string bytes = read_file(file);
  REQUIRE(from.size() == to.size());
  const std::size_t at = bytes.find(from);
  REQUIRE(at != std::string::npos);
  write_file(file, bytes.replace(at, from.size(), to));
}

}  // namespace

TEST_CASE("checkpoint: what was written is restored") {
  const TemporaryDirectory directory;
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 16, 19);
  Table words = random_table(3, dimension, 1), nodes = random_table(2, dimension + 1, 2), none;
  const std::vector<NamedTable> tables = {{"embeddings", &words}, {"nodes", &nodes}, {"contexts", &none}};
  write_checkpoint(directory / "a", three_words, tables, {{"seed", "7"}, {"loss", "x"}});
  CHECK(directory.names() == std::vector<std::string>{"a"});

  const Checkpoint checkpoint(directory / "a");
  CHECK(checkpoint.at("seed") == "7");
  CHECK_NOTHROW(checkpoint.require_same(Metadata{{"loss", "x"}}));
  CHECK_NOTHROW(checkpoint.require_same(three_words));
  Table new_words(3, dimension), new_nodes(2, dimension + 1), new_none;
  const std::vector<NamedTable> restored = {{"nodes", &new_nodes}, {"contexts", &new_none}, {"embeddings", &new_words}};
  checkpoint.restore(restored);
  CHECK(same(words, new_words));
  CHECK(same(nodes, new_nodes));
}

TEST_CASE("checkpoint: the file is also one of vectors") {
  const TemporaryDirectory directory;
  Table words = random_table(3, 19, 1), nodes = random_table(2, 19, 2);
  const std::vector<NamedTable> tables = {{"embeddings", &words}, {"nodes", &nodes}};
  write_checkpoint(directory / "a", three_words, tables, {{"seed", "7"}});
  Format format = Format::automatic;
  const Embeddings vectors = read_embeddings(directory / "a", {}, nullptr, nullptr, &format);
  CHECK(format == Format::native);
  REQUIRE(vectors.size() == 3);
  REQUIRE(vectors.dimension() == 19);
  CHECK(vectors.metadata().at("seed") == "7");
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(vectors.vocabulary().word(word_id(i)) == three_words.word(word_id(i)));
    CHECK(vectors.vocabulary().count(word_id(i)) == three_words.count(word_id(i)));
    CHECK(std::memcmp(vectors[word_id(i)].data(), words.row(i), 19 * sizeof(float)) == 0);
  }
}

TEST_CASE("checkpoint: what does not fit is an error that names the file") {
  const TemporaryDirectory directory;
  Table words = random_table(3, 4, 1);
  const std::vector<NamedTable> tables = {{"embeddings", &words}};
  const std::filesystem::path file = directory / "kept.state";
  write_checkpoint(file, three_words, tables, {{"seed", "7"}});
  const Checkpoint checkpoint(file);
  std::string error, detail;
  SECTION("another value") {
    error = error_of([&] { checkpoint.require_same(Metadata{{"seed", "8"}}); });
    detail = "seed 7, not 8";
  }
  SECTION("a value that is not there") {
    error = error_of([&] { checkpoint.at("epochs"); });
    detail = "epochs";
  }
  SECTION("another word") {
    error = error_of([&] { checkpoint.require_same(vocabulary({{"one", 5}, {"zw\xc3\xb6lg", 3}, {"three", 1}})); });
    detail = "words";
  }
  SECTION("another count") {
    error = error_of([&] { checkpoint.require_same(vocabulary({{"one", 5}, {"zw\xc3\xb6lf", 4}, {"three", 1}})); });
    detail = "counts";
  }
  SECTION("the same letters divided otherwise") {
    error = error_of([&] { checkpoint.require_same(vocabulary({{"onez", 5}, {"w\xc3\xb6lf", 3}, {"three", 1}})); });
    detail = "words";
  }
  SECTION("fewer words") {
    error = error_of([&] { checkpoint.require_same(vocabulary({{"one", 5}, {"zw\xc3\xb6lf", 3}})); });
    detail = "words";
  }
  SECTION("other tables") {
    const auto [rows, dimension] =
        GENERATE(std::pair<std::size_t, std::size_t>{3, 5}, std::pair<std::size_t, std::size_t>{2, 4},
                 std::pair<std::size_t, std::size_t>{4, 3});
    Table other(rows, dimension);
    error = error_of([&] { checkpoint.restore(std::vector<NamedTable>{{"embeddings", &other}}); });
    detail = "'embeddings' of " + std::to_string(rows) + " x " + std::to_string(dimension);
  }
  SECTION("a table that is not there") {
    error = error_of([&] { checkpoint.restore(std::vector<NamedTable>{{"nodes", &words}}); });
    detail = "nodes";
  }
  SECTION("a table of other things") {
    Table offsets(4, 1);
    error = error_of([&] { checkpoint.restore(std::vector<NamedTable>{{"word_offsets", &offsets}}); });
    detail = "word_offsets";
  }
  SECTION("a file cut short") {
    const std::string bytes = read_file(file);
    const std::size_t left = GENERATE_COPY(as<std::size_t>{}, 0, 1, 8, 100, bytes.size() - 1);
    error = error_of([&] { Checkpoint(directory.file("kept.state", bytes.substr(0, left))); });
    detail = "kept.state";
  }
  SECTION("another file") {
    error = error_of([&] { Checkpoint(directory.file("kept.state", "2 2\none 1 2\ntwo 3 4\n")); });
    detail = "is no checkpoint";
  }
  SECTION("no file") {
    std::filesystem::remove(file);
    error = error_of([&] { Checkpoint{file}; });
    detail = "kept.state";
  }
  CHECK_THAT(error, ContainsSubstring("kept.state") && ContainsSubstring(detail));
}

TEST_CASE("checkpoint: a failure to write leaves the one before") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "kept.state";
  Table words = random_table(3, 4, 1), many = random_table(3, 60000, 1);
  write_checkpoint(file, three_words, std::vector<NamedTable>{{"embeddings", &words}}, {});
  const std::string before = read_file(file);
  {
    const FileSizeLimit limit(100000);
    CHECK_THAT(error_of([&] {
                 write_checkpoint(file, three_words, std::vector<NamedTable>{{"embeddings", &many}}, {});
               }),
               ContainsSubstring("kept.state"));
  }
  CHECK(read_file(file) == before);
  CHECK(directory.names() == std::vector<std::string>{"kept.state"});
}

TEST_CASE("training from a checkpoint: stopped after every chunk it ends with the same bits") {
  const Text t = text();
  REQUIRE(t.corpus.chunks() == 3);
  using Loss = Word2VecLoss;
  using Model = Word2VecModel;
  Word2VecOptions options = GENERATE(small(), small(Model::cbow), small(Model::skipgram, Loss::hierarchical_softmax),
                                     small(Model::cbow, Loss::hierarchical_softmax_and_negative_sampling));
  const TemporaryDirectory directory;
  std::vector<double> losses, validation_losses;
  const auto keep = [&](const EpochReport& report) {
    losses.push_back(report.loss);
    validation_losses.push_back(report.validation_loss.value());
  };
  const Text other = text(2000, 200, 9);
  Progress progress;
  TrainingControl control{.validation = &other.corpus, .on_epoch = keep, .progress = &progress};
  const Word2VecVectors whole = train_word2vec(t.corpus, t.words, options, control);
  const std::vector<double> losses_of_whole = std::exchange(losses, {}),
                            validation_of_whole = std::exchange(validation_losses, {});
  CHECK(losses_of_whole.size() == 2);

  // Asked to stop all the time, it trains one chunk and keeps it.
  progress.cancelled = true;
  control.checkpoint.file = directory / "state";
  Word2VecVectors pieces;
  const int stops = train_in_pieces(t, options, control, pieces);
  if (options.deterministic)
    CHECK(stops > 100);  // of its rounds
  else
    CHECK(stops == 2 * 3 - 1);
  CHECK(pieces.words == whole.words);
  CHECK(pieces.contexts == whole.contexts);
  CHECK(losses == losses_of_whole);
  CHECK(validation_losses == validation_of_whole);
  CHECK(progress.done == progress.total);
}

TEST_CASE("training from a checkpoint: stopped from another thread it ends with the same bits", "[slow]") {
  const Text t = text();
  Word2VecOptions options = small(GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow),
                                  GENERATE(Word2VecLoss::negative_sampling, Word2VecLoss::hierarchical_softmax));
  options.deterministic = GENERATE(false, true);
  std::vector<double> losses;
  const auto keep = [&](const EpochReport& report) { losses.push_back(report.loss); };
  const Word2VecVectors whole = train_word2vec(t.corpus, t.words, options, {.on_epoch = keep});
  const std::vector<double> losses_of_whole = std::exchange(losses, {});
  const TemporaryDirectory directory;
  Word2VecVectors pieces;
  bool stopped = true;
  // On a busy machine the other thread may come too late, and training ends.
  for (std::uint64_t until = 20000; stopped; until += 50000) {
    Progress progress;
    std::atomic<bool> ended{false};
    std::thread other([&] {
      while (!ended && progress.done < until) std::this_thread::yield();
      progress.cancelled = true;
    });
    stopped = false;
    try {
      pieces = train_word2vec(
          t.corpus, t.words, options,
          {.checkpoint = {.file = directory / "state", .resume = true}, .on_epoch = keep, .progress = &progress});
    } catch (const Cancelled&) {
      stopped = true;
    }
    ended = true;
    other.join();
  }
  CHECK(pieces.words == whole.words);
  CHECK(pieces.contexts == whole.contexts);
  CHECK(losses == losses_of_whole);
}

TEST_CASE("training from a checkpoint: stopped at an epoch's end it goes on with the next") {
  const Text t = text(5000);
  Word2VecOptions options = small(GENERATE(Word2VecModel::skipgram, Word2VecModel::cbow),
                                  GENERATE(Word2VecLoss::negative_sampling, Word2VecLoss::softmax));
  options.epochs = 4;
  const TemporaryDirectory directory;
  std::vector<EpochReport> reports;
  Progress progress;
  TrainingControl control{.checkpoint = {.file = directory / "state", .minutes = 1000},
                          .on_epoch =
                              [&](const EpochReport& report) {
                                reports.push_back(report);
                                progress.cancelled = report.epoch == 2;
                              },
                          .progress = &progress};
  Word2VecVectors vectors;
  CHECK(train_in_pieces(t, options, control, vectors) == 1);
  REQUIRE(reports.size() == 4);
  for (int i = 0; i < 4; ++i) CHECK(reports[static_cast<std::size_t>(i)].epoch == i + 1);
  const Word2VecVectors whole = train_word2vec(t.corpus, t.words, options);
  CHECK(vectors.words == whole.words);
  CHECK(vectors.contexts == whole.contexts);
}

TEST_CASE("training from a checkpoint: asked to stop while the validation text is read it keeps one") {
  const Text t = text(20000), other = text(2000, 200, 9);
  const TemporaryDirectory directory;
  Progress progress;
  progress.cancelled = true;  // seen after the first chunk, which is the epoch
  const TrainingControl control{.checkpoint = {.file = directory / "state"},
                                .validation = &other.corpus,
                                .on_epoch = [](const EpochReport&) {},
                                .progress = &progress};
  CHECK_THROWS_AS(train_word2vec(t.corpus, t.words, small(), control), Cancelled);
  CHECK(std::filesystem::exists(directory / "state"));
}

TEST_CASE("training from a checkpoint: without a file it begins") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  const Word2VecVectors plain = train_word2vec(t.corpus, t.words, small());
  const Word2VecVectors resumed =
      train_word2vec(t.corpus, t.words, small(), {.checkpoint = {.file = directory / "state", .resume = true}});
  CHECK(plain.words == resumed.words);
  CHECK(plain.contexts == resumed.contexts);
  CHECK_THAT(option_error_of([&] { train_word2vec(t.corpus, t.words, small(), {.checkpoint = {.resume = true}}); }),
             ContainsSubstring("resume"));
}

TEST_CASE("training from a checkpoint: without resume it begins anew") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  const std::filesystem::path file = checkpoint_of(directory, t);
  const Word2VecVectors plain = train_word2vec(t.corpus, t.words, small());
  const Word2VecVectors again = train_word2vec(t.corpus, t.words, small(), {.checkpoint = {.file = file}});
  CHECK(plain.words == again.words);
}

TEST_CASE("training from a checkpoint: the time between two is kept") {
  Text t = text(150000);
  Word2VecOptions options = small();
  options.epochs = 1000;
  const TemporaryDirectory directory;
  Progress progress;
  // The first is due after 0.6 seconds, at the end of a chunk.
  const TrainingControl control{.checkpoint = {.file = directory / "state", .minutes = 0.01},
                                .on_epoch =
                                    [&](const EpochReport&) {
                                      if (std::filesystem::exists(directory / "state")) progress.cancelled = true;
                                    },
                                .progress = &progress};
  CHECK_THROWS_AS(train_word2vec(t.corpus, t.words, options, control), Cancelled);
  CHECK(std::stoi(Checkpoint(directory / "state").at("training_next")) > 0);
  CHECK_THAT(option_error_of(
                 [&] { train_word2vec(t.corpus, t.words, options, {.checkpoint = {.file = "x", .minutes = 0.001}}); }),
             ContainsSubstring("checkpoint-every"));
}

TEST_CASE("training from a checkpoint: a setting that changed is named") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  Word2VecOptions options = small();
  const std::filesystem::path file = checkpoint_of(directory, t);
  const auto error = [&](const std::string& name, const std::function<void(Word2VecOptions&)>& change) {
    Word2VecOptions changed = options;
    change(changed);
    CHECK_THAT(
        error_of([&] { train_word2vec(t.corpus, t.words, changed, {.checkpoint = {.file = file, .resume = true}}); }),
        ContainsSubstring(file.string()) && ContainsSubstring(name));
  };
  error("dimension 5, not 6", [](auto& o) { o.dimension = 6; });
  error("window 2, not 3", [](auto& o) { o.window = 3; });
  error("window_shape shrinking, not fixed", [](auto& o) { o.window_shape = WindowShape::fixed; });
  error("negatives 3, not 4", [](auto& o) { o.negatives = 4; });
  error("noise_exponent 0.75, not 0.5", [](auto& o) { o.noise_exponent = 0.5; });
  error("epochs 2, not 3", [](auto& o) { o.epochs = 3; });
  error("learning_rate 0.025, not 0.03", [](auto& o) { o.learning_rate = 0.03; });
  error("subsample 0.01, not 0", [](auto& o) { o.subsample = 0; });
  error("deterministic false, not true", [](auto& o) { o.deterministic = true; });
  error("seed 1, not 2", [](auto& o) { o.seed = 2; });
  error("loss negative-sampling, not softmax", [](auto& o) { o.loss = Word2VecLoss::softmax; });
  error("state", [](auto& o) { o.model = Word2VecModel::cbow; });
  // The number of threads may be another.
  options.threads = 2;
  CHECK_NOTHROW(train_word2vec(t.corpus, t.words, options, {.checkpoint = {.file = file, .resume = true}}));
}

TEST_CASE("training from a checkpoint: another text is an error") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  const TrainingControl control{.checkpoint = {.file = checkpoint_of(directory, t), .resume = true}};
  const Text longer = text(21000);
  CHECK_THAT(error_of([&] { train_word2vec(longer.corpus, t.words, small(), control); }),
             ContainsSubstring("corpus_words") && ContainsSubstring((directory / "state").string()));
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < t.words.size(); ++i)
    entries.push_back({"x" + std::to_string(i), t.words.count(word_id(i))});
  CHECK_THAT(error_of([&] { train_word2vec(t.corpus, Vocabulary(entries), small(), control); }),
             ContainsSubstring("other words") && ContainsSubstring((directory / "state").string()));
}

TEST_CASE("training from a checkpoint: a damaged one is an error that names the file") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  const std::filesystem::path file = checkpoint_of(directory, t);
  SECTION("more done than there is") { replace_in(file, R"("training_next":"1")", R"("training_next":"3")"); }
  SECTION("no number") { replace_in(file, R"("training_next":"1")", R"("training_next":"x")"); }
  SECTION("less than nothing") { replace_in(file, R"("training_pairs":"0")", R"("training_pairs":"-")"); }
  SECTION("a name that is not there") { replace_in(file, R"("training_next")", R"("training_mext")"); }
  CHECK_THAT(
      error_of([&] { train_word2vec(t.corpus, t.words, small(), {.checkpoint = {.file = file, .resume = true}}); }),
      ContainsSubstring(file.string()));
}

TEST_CASE("training from a checkpoint: where nothing is left to do the vectors are those kept") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  const std::filesystem::path file = checkpoint_of(directory, t);
  replace_in(file, R"("training_next":"1")", R"("training_next":"2")");
  const Embeddings kept = read_embeddings(file);
  const Word2VecVectors vectors = train_word2vec(
      t.corpus, t.words, small(),
      {.checkpoint = {.file = file, .resume = true}, .on_epoch = [](const EpochReport&) { FAIL("no epoch is left"); }});
  CHECK(vectors.words == kept.matrix());
}

TEST_CASE("training from a checkpoint: the error after divergence says where the good state is") {
  const Text t = text(20000);
  const TemporaryDirectory directory;
  const std::filesystem::path file = checkpoint_of(directory, t);
  std::string bytes = read_file(file);
  const Embeddings kept = read_embeddings(file);
  const std::string first(reinterpret_cast<const char*>(kept[word_id(0)].data()), kept[word_id(0)].size_bytes());
  const std::size_t at = bytes.find(first);
  REQUIRE(at != std::string::npos);
  const float huge = std::numeric_limits<float>::max();
  for (std::size_t row = 0; row < kept.size() * 5; ++row)
    std::memcpy(bytes.data() + at + row * sizeof huge, &huge, sizeof huge);
  write_file(file, bytes);
  CHECK_THAT(
      error_of([&] { train_word2vec(t.corpus, t.words, small(), {.checkpoint = {.file = file, .resume = true}}); }),
      ContainsSubstring("diverged in epoch 2 at the word 'w") && ContainsSubstring("learning rate 0.01") &&
          ContainsSubstring("lower --learning-rate") && ContainsSubstring(file.string() + " keeps"));
}
