#include "src/train/word2vec_partitioned.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/row_table.hpp"
#include "src/train/block_groups.hpp"
#include "src/train/word2vec_sentences.hpp"

#include "catch.hpp"
#include "tests/support.hpp"
#include "tests/thread_ranks.hpp"
#include "tests/train/topics.hpp"

#include <cmath>
#include <mutex>
#include <string>
#include <vector>

using namespace equivec;

namespace {

Word2VecOptions partitioned_options() {
  Word2VecOptions options;
  options.dimension = 16;
  options.epochs = 2;
  options.subsample = 0;
  options.threads = 1;
  options.partitioned = true;
  return options;
}

struct Partitioned {
  Vocabulary words;
  Matrix vectors;
  std::vector<std::uint64_t> sent;  // by each rank, while it trained
  std::size_t chunks = 0, ids = 0;
};

Partitioned trained_partitioned(int size, const std::string& file, const Word2VecOptions& options,
                                const TrainingControl& control = {},
                                std::chrono::microseconds delay = std::chrono::microseconds(0)) {
  Partitioned result;
  result.sent.resize(static_cast<std::size_t>(size));
  std::mutex mutex;
  run_ranks(
      size,
      [&](Communicator& ranks) {
        const Corpus corpus = Corpus::from_paths(std::vector<std::string>{file}).shared_by(ranks);
        const TrainingText text = read_corpus(corpus, {});
        const std::uint64_t before = ranks.sent();
        const Word2VecVectors vectors = train_word2vec(text.corpus, text.vocabulary, options, control);
        const std::scoped_lock lock(mutex);
        result.sent[static_cast<std::size_t>(ranks.rank())] = ranks.sent() - before;
        CHECK(vectors.contexts.rows() == 0);
        if (!ranks.is_first()) {
          CHECK(vectors.words.rows() == 0);
          return;
        }
        result.words = text.vocabulary;
        result.vectors = vectors.words;
        result.chunks = text.corpus.chunks();
        result.ids = text.corpus.size();
      },
      delay);
  return result;
}

bool has_learnt_topics(const Partitioned& trained) {
  const Embeddings e(trained.words, trained.vectors);
  UNSCOPED_INFO(cosine(*e.find("cat"), *e.find("dog"))
                << ' ' << cosine(*e.find("cat"), *e.find("red")) << ' ' << cosine(*e.find("blue"), *e.find("pink"))
                << ' ' << cosine(*e.find("blue"), *e.find("cow")));
  return cosine(*e.find("cat"), *e.find("dog")) > 0.5 + cosine(*e.find("cat"), *e.find("red")) &&
         cosine(*e.find("blue"), *e.find("pink")) > 0.5 + cosine(*e.find("blue"), *e.find("cow"));
}

}  // namespace

TEST_CASE("word2vec partitioned: the first rank has vectors that have learnt the topics", "[slow]") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  Word2VecOptions options = partitioned_options();
  const int size = GENERATE(2, 3, 4);
  SECTION("as is") {}
  SECTION("several threads") { options.threads = 2; }
  SECTION("more words dropped, fixed windows, other noise") {
    options.subsample = 0.05, options.window_shape = WindowShape::fixed, options.window = 2, options.negatives = 3;
  }
  CHECK(has_learnt_topics(trained_partitioned(size, (directory / "text.txt").string(), options)));
}

TEST_CASE("word2vec partitioned: more ranks than chunks and than words") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  CHECK(has_learnt_topics(trained_partitioned(12, (directory / "text.txt").string(), partitioned_options())));
}

TEST_CASE("word2vec partitioned: with one thread each the same bits on every run, whenever messages come", "[slow]") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  const std::string file = (directory / "text.txt").string();
  const Word2VecOptions options = partitioned_options();
  const Matrix once = trained_partitioned(3, file, options).vectors;
  CHECK(once == trained_partitioned(3, file, options).vectors);
  CHECK(once == trained_partitioned(3, file, options, {}, std::chrono::microseconds(300)).vectors);
}

TEST_CASE("word2vec partitioned: a leg costs each rank a table of outputs less its block, and 4 bytes a word",
          "[slow]") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  Word2VecOptions options = partitioned_options();
  options.dimension = 6000;
  options.epochs = 1;
  const auto size = GENERATE(as<std::size_t>(), 2, 4);
  const Partitioned trained = trained_partitioned(static_cast<int>(size), (directory / "text.txt").string(), options);
  const std::size_t legs = legs_of_epoch(trained.chunks, 1, trained.words.size(), options.dimension, size);
  CHECK(legs == trained.chunks);
  const std::size_t block = Table((trained.words.size() + size - 1) / size, 6000, RowOrder::scattered).bytes();
  std::uint64_t all = 0;
  for (std::size_t rank = 0; rank < size; ++rank) all += trained.sent[rank];
  // The vectors are gathered in the end.
  const std::size_t expected = size * legs * (size - 1) * block + (size - 1) * 4 * trained.ids + (size - 1) * block;
  CHECK(all >= expected);
  CHECK(all < expected + 400 * size * size * legs);
}

TEST_CASE("word2vec partitioned: legs are 25 in a training, more only where a block is smaller than their text") {
  CHECK(legs_of_epoch(260, 5, 73000, 100, 4) == 5);
  CHECK(legs_of_epoch(260, 1, 73000, 100, 4) == 25);
  CHECK(legs_of_epoch(7, 2, 8, 16, 3) == 7);
  CHECK(legs_of_epoch(1, 1, 8, 16, 3) == 1);
  CHECK(legs_of_epoch(0, 1, 8, 16, 3) == 1);
  CHECK(legs_of_epoch(1000000, 1, 10000000, 300, 16) == 1382);
}

TEST_CASE("word2vec partitioned: ranks that take turns train what one after the other would, pair by pair") {
  // The rotation against whole tables in one place, of which a plain step in double trains one group after the other.
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics().substr(0, 20000));
  const std::string file = (directory / "text.txt").string();
  Word2VecOptions options = partitioned_options();
  const auto size = GENERATE(as<std::size_t>(), 2, 3);
  const Matrix found = trained_partitioned(static_cast<int>(size), file, options).vectors;

  const TrainingText text = read_corpus(Corpus::from_paths(std::vector<std::string>{file}), {});
  REQUIRE(text.corpus.chunks() == 1);
  const std::size_t words = text.vocabulary.size(), dimension = 16;
  std::vector<std::vector<double>> inputs(words, std::vector<double>(dimension)), outputs = inputs;
  for (std::size_t i = 0; i < words; ++i) {
    Rng rng(options.seed, i);
    for (double& x : inputs[i]) x = static_cast<double>((rng.uniform() - 0.5f) / static_cast<float>(dimension));
  }
  const WordBlocks blocks(words, size);
  const WindowKernels kernels = window_kernels();
  const double sum = noise_sum(text.vocabulary, options.noise_exponent);
  std::vector<std::size_t> held;
  for (std::size_t rank = 0; rank < size; ++rank) held.push_back(rank);
  for (std::size_t epoch = 0; epoch < 2; ++epoch)
    for (std::size_t turn = 0; turn < size; ++turn)
      for (std::size_t rank = 0; rank < size; ++rank) {
        if (turn > 0) held[rank] = (held[rank] + 1) % size;
        const LegText leg = leg_text(text.corpus, {0, 1, 5}, keep_thresholds(text.vocabulary, 0),
                                     Rng(options.seed, std::uint64_t{1} << 60 | epoch), blocks, rank);
        REQUIRE(leg.contexts.size() < 4096);
        const NoiseBlock noise = noise_block(blocks, held[rank], text.vocabulary, options.noise_exponent, sum);
        Rng base(options.seed, std::uint64_t{2} << 60 | ((epoch * size + turn) * size + rank));
        BlockGroups groups(options, kernels, leg, noise);
        groups.start(0, leg.contexts.size(), Rng(base(), 0));
        BlockGroup group;
        while (groups.next(group)) {
          const double place = static_cast<double>(epoch * text.corpus.size() +
                                                   leg.position(group.contexts.front()->place)),
                       rate = options.learning_rate * (1 - place / (2.0 * static_cast<double>(text.corpus.size())));
          const std::size_t pitch = group_pitch(group.outputs.size());
          std::vector<std::vector<double>> before;
          for (const auto* context : group.contexts) before.push_back(inputs[blocks.word(rank, context->row)]);
          std::vector<std::vector<double>> moves(group.outputs.size(), std::vector<double>(dimension));
          for (std::size_t i = 0; i < group.contexts.size(); ++i) {
            std::vector<double>& input = inputs[blocks.word(rank, group.contexts[i]->row)];
            for (std::size_t k = 0; k < group.outputs.size(); ++k) {
              const std::vector<double>& output = outputs[blocks.word(held[rank], index(group.outputs[k]))];
              double score = 0;
              for (std::size_t c = 0; c < dimension; ++c) score += before[i][c] * output[c];
              const double label = static_cast<double>(group.labels[i * pitch + k]),
                           weight = static_cast<double>(group.weights[i * pitch + k]),
                           step = rate * (label - weight / (1 + std::exp(-score)));
              for (std::size_t c = 0; c < dimension; ++c) {
                input[c] += step * output[c];
                moves[k][c] += step * before[i][c];
              }
            }
          }
          for (std::size_t k = 0; k < group.outputs.size(); ++k)
            for (std::size_t c = 0; c < dimension; ++c)
              outputs[blocks.word(held[rank], index(group.outputs[k]))][c] += moves[k][c];
        }
      }
  double squares = 0, all = 0;
  for (std::size_t i = 0; i < words; ++i)
    for (std::size_t c = 0; c < dimension; ++c) {
      const double is = static_cast<double>(found(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)));
      squares += (is - inputs[i][c]) * (is - inputs[i][c]);
      all += inputs[i][c] * inputs[i][c];
    }
  CHECK(std::sqrt(squares / all) < 0.01);  // some processors' products are of rounded numbers
}

TEST_CASE("word2vec partitioned: starts from vectors that are given") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  Word2VecOptions options = partitioned_options();
  options.epochs = 1;
  options.learning_rate = 1e-12;
  const Vocabulary vocabulary(std::vector<Vocabulary::Entry>{{"cow", 1}, {"blue", 1}});
  TrainingControl control;
  control.initial = Embeddings(vocabulary, Matrix::Random(2, 16));
  const Partitioned trained = trained_partitioned(3, (directory / "text.txt").string(), options, control);
  const Embeddings found(trained.words, trained.vectors);
  for (const char* const word : {"cow", "blue"})
    CHECK(cosine(*found.find(word), *control.initial->find(word)) > 0.999999);
}

TEST_CASE("word2vec partitioned: what cannot be is an error that says so, on all ranks") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", text_of_topics());
  const std::string file = (directory / "text.txt").string();
  Word2VecOptions options = partitioned_options();
  TrainingControl control;
  std::string problem;
  SECTION("CBOW") { options.model = Word2VecModel::cbow, problem = "partition: only the tables of skip-gram"; }
  SECTION("tree") { options.loss = Word2VecLoss::hierarchical_softmax, problem = "partition: only the tables"; }
  SECTION("groups") { options.group = 5, problem = "partition: groups are made"; }
  SECTION("n-grams") { options.subwords = {3, 6}, problem = "partition: partitioned tables have no n-grams"; }
  SECTION("rounds") { options.deterministic = true, problem = "partition: partitioned tables have no n-grams"; }
  SECTION("checkpoint") {
    control.checkpoint.file = directory / "state", problem = "partition: no checkpoints are kept";
  }
  SECTION("a rate that is too high") { options.learning_rate = 100, problem = "training diverged in epoch 1"; }
  CHECK_THROWS_WITH(trained_partitioned(2, file, options, control), ContainsSubstring(problem));
}

TEST_CASE("word2vec partitioned: one process has whole tables") {
  const EncodedCorpus corpus({word_id(0), word_id(1)}, 2);
  const Vocabulary vocabulary(std::vector<Vocabulary::Entry>{{"a", 1}, {"b", 1}});
  CHECK_THROWS_WITH(train_word2vec(corpus, vocabulary, partitioned_options()),
                    ContainsSubstring("partition: there is one process"));
}

TEST_CASE("word2vec partitioned: a rank needs about 3 / ranks of a table, and a replica's error advises it") {
  Word2VecOptions options = partitioned_options();
  options.dimension = 320;
  const std::uint64_t table = 10000000ull * 320 * 4;
  const std::uint64_t first = total_bytes(partitioned_tables(10000000, options, 16, true)),
                      other = total_bytes(partitioned_tables(10000000, options, 16, false));
  CHECK(other < table / 16 * 4 + 100000000);
  CHECK(first == other + table);
  CHECK(total_bytes(word2vec_tables(10000000, options, 16)) == first);
  CHECK(advice_for_memory(options, 16).empty());
  options.partitioned = false;
  CHECK(total_bytes(word2vec_tables(10000000, options, 16)) > 4 * table);
  CHECK(advice_for_memory(options, 16) == "give --partition, ");
  CHECK(advice_for_memory(options, 1).empty());
}
