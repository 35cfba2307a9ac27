#include "equivec/word2vec.hpp"

#include "equivec/alias_sampler.hpp"
#include "src/kernels/skipgram_step.hpp"
#include "src/parallel.hpp"
#include "src/text_numbers.hpp"

#include <tbb/task_group.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>

namespace equivec {

void validate(const SkipGramOptions& options) {
  require_between("dimension", options.dimension, 1, 65536);
  require_between("window", options.window, 1, 1000);
  require_between("negatives", options.negatives, 1, 1000);
  require_between("epochs", options.epochs, 1, 1000000);
  require_between("learning-rate", options.learning_rate, 1e-12, 100);
  require_between("subsample", options.subsample, 0, 1);
  require_between("noise-exponent", options.noise_exponent, -10, 10);
  require_between("threads", options.threads, 0, 4096);
}

namespace {

constexpr double learning_rate_floor = 1e-4;  // of the learning rate at the start, as in word2vec.c

AliasSampler noise_sampler(const Vocabulary& vocabulary, double exponent) {
  std::vector<double> weights(vocabulary.size());
  for (std::size_t row = 0; row < weights.size(); ++row) {
    const auto count = static_cast<double>(vocabulary.count(word_id(row)));
    weights[row] = count > 0 ? std::pow(count, exponent) : 0;
  }
  return AliasSampler(weights);
}

/// How likely one occurrence of each word is kept (word2vec.c's form of Mikolov et al. 2013, section 2.3).
std::vector<float> keep_probabilities(const Vocabulary& vocabulary, double subsample) {
  std::vector<float> keep(vocabulary.size(), 1);
  if (subsample == 0) return keep;
  for (std::size_t row = 0; row < keep.size(); ++row) {
    const double ratio = subsample * static_cast<double>(vocabulary.total_count()) /
                         static_cast<double>(std::max<std::uint64_t>(vocabulary.count(word_id(row)), 1));
    keep[row] = static_cast<float>(std::min(std::sqrt(ratio) + ratio, 1.0));
  }
  return keep;
}

/// Everything the workers share. The two tables are written by all of them without locks (Hogwild, Niu et al. 2011):
/// words are many, so two threads seldom meet in a row, and an update lost there is noise like any other. Nothing else
/// here changes.
struct Training {
  const EncodedCorpus& corpus;
  const SkipGramOptions& options;
  Progress& progress;
  const AliasSampler noise;
  const std::vector<float> keep;
  Matrix input;
  Matrix output;
  std::atomic<std::uint64_t> pairs{0};  // trained on

  std::size_t dimension() const { return static_cast<std::size_t>(options.dimension); }
  float* input_row(WordId word) { return input.data() + index(word) * dimension(); }
  float* output_row(WordId word) { return output.data() + index(word) * dimension(); }

  /// Falls with the share of all words, those of earlier epochs included, that stand before `position`.
  float learning_rate(std::size_t epoch, std::size_t position) const {
    const auto size = static_cast<double>(corpus.ids().size());
    const double share = (static_cast<double>(epoch) * size + static_cast<double>(position)) / (size * options.epochs);
    return static_cast<float>(options.learning_rate * std::max(1 - share, learning_rate_floor));
  }
};

/// What one thread works with.
struct Worker {
  std::vector<WordId> sentence;
  std::vector<float*> inputs, outputs;
  SkipGramScratch<float> scratch;
  double loss = 0;
  std::uint64_t pairs = 0;
};

void train_sentence(Training& t, Worker& w, float rate, Rng& rng) {
  const auto& sentence = w.sentence;
  const auto window = static_cast<std::uint32_t>(t.options.window);
  for (std::size_t center = 0; center < sentence.size(); ++center) {
    const std::size_t reach = t.options.window_shape == WindowShape::shrinking ? 1 + rng.below(window) : window;
    const std::size_t begin = center - std::min(center, reach), end = std::min(center + reach + 1, sentence.size());
    w.inputs.clear();
    for (std::size_t i = begin; i < end; ++i)
      if (i != center) w.inputs.push_back(t.input_row(sentence[i]));
    if (w.inputs.empty()) continue;
    w.outputs.assign(1, t.output_row(sentence[center]));
    for (int k = 0; k < t.options.negatives; ++k)
      if (const WordId word = t.noise(rng); word != sentence[center]) w.outputs.push_back(t.output_row(word));
    w.loss += skipgram_step<float>(w.inputs, w.outputs, t.dimension(), rate, w.scratch);
    w.pairs += w.inputs.size();
  }
}

void train_chunk(Training& t, Worker& w, std::size_t epoch, std::size_t number) {
  Rng rng(t.options.seed, 1 + epoch * t.corpus.chunks() + number);
  const auto ids = t.corpus.chunk(number);
  w.loss = 0;
  w.pairs = 0;
  w.sentence.clear();
  float rate = 0;
  std::uint64_t words = 0;
  // Long sentences are trained in pieces, so that the learning rate follows and a cancelled run ends soon.
  constexpr std::size_t longest_sentence = 1000;
  const auto train = [&](std::size_t position) {
    check_cancelled(&t.progress);
    rate = t.learning_rate(epoch, number * EncodedCorpus::chunk_size + position);
    train_sentence(t, w, rate, rng);
    w.sentence.clear();
    t.progress.done.fetch_add(words, std::memory_order_relaxed);
    words = 0;
  };
  for (std::size_t position = 0; position < ids.size(); ++position) {
    const WordId id = ids[position];
    if (id == EncodedCorpus::sentence_end) {
      if (!w.sentence.empty()) train(position);
      continue;
    }
    ++words;
    if (rng.uniform() < t.keep[index(id)]) w.sentence.push_back(id);
    if (w.sentence.size() == longest_sentence) train(position);
  }
  train(ids.size());
  if (!std::isfinite(w.loss))
    throw Error("training diverged in epoch " + std::to_string(epoch + 1) + " at learning rate " + shortest(rate) +
                ": the loss is not finite; lower --learning-rate");
  if (w.pairs > 0) t.progress.loss = static_cast<float>(w.loss / static_cast<double>(w.pairs));
  t.progress.learning_rate = rate;
  t.pairs += w.pairs;
}

/// Two tables that cannot be held would only end with the process being killed.
void require_memory(std::size_t words, const SkipGramOptions& options) {
  const double needed = 2.0 * sizeof(float) * static_cast<double>(words) * options.dimension;
  const double present = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  if (needed > present)
    throw Error("two tables of " + std::to_string(words) + " x " + std::to_string(options.dimension) +
                " numbers need " + std::to_string(static_cast<std::uint64_t>(needed / 1e6)) + " MB, this machine has " +
                std::to_string(static_cast<std::uint64_t>(present / 1e6)) +
                " MB; lower --dimension or raise --min-count");
}

}  // namespace

SkipGramVectors train_skipgram(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                               const SkipGramOptions& options, Progress* progress) {
  validate(options);
  for (const WordId id : corpus.ids())
    if (id != EncodedCorpus::sentence_end && index(id) >= vocabulary.size())
      throw Error("the corpus was encoded with another vocabulary");
  if (vocabulary.total_count() == 0)
    throw Error(
        "the vocabulary has no counts, by which noise words are drawn and frequent words dropped; count the corpus' "
        "words");
  require_memory(vocabulary.size(), options);
  Progress unseen;
  const auto rows = static_cast<Eigen::Index>(vocabulary.size());
  Training t{.corpus = corpus,
             .options = options,
             .progress = progress ? *progress : unseen,
             .noise = noise_sampler(vocabulary, options.noise_exponent),
             .keep = keep_probabilities(vocabulary, options.subsample),
             .input = Matrix(rows, options.dimension),
             .output = Matrix::Zero(rows, options.dimension)};
  t.progress.done = 0;
  t.progress.total = corpus.words() * static_cast<std::uint64_t>(options.epochs);

  // As in word2vec.c: the inputs small and random, the outputs zero.
  Rng rng(options.seed);
  for (Eigen::Index i = 0; i < t.input.size(); ++i)
    t.input.data()[i] = (rng.uniform() - 0.5f) / static_cast<float>(options.dimension);

  // Each thread takes the next chunk until none is left; with one thread they come in order.
  const std::size_t tasks = corpus.chunks() * static_cast<std::size_t>(options.epochs);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    Worker worker;
    try {
      for (std::size_t task; (task = next.fetch_add(1)) < tasks;)
        train_chunk(t, worker, task / corpus.chunks(), task % corpus.chunks());
    } catch (...) {
      next = tasks;  // so that the others end too
      throw;
    }
  };
  if (options.threads == 1) {
    work();
  } else {
    const int threads = thread_count(options.threads);
    tbb::task_arena arena(threads);
    arena.execute([&] {
      tbb::task_group group;
      for (int i = 0; i < threads; ++i) group.run(work);
      group.wait();
    });
  }
  if (t.pairs == 0)
    throw Error(
        "there was nothing to learn from: no sentence has two words of the vocabulary that subsampling left; is there "
        "one word a line?");
  if (!t.input.allFinite() || !t.output.allFinite())
    throw Error("training diverged: a vector is not finite; lower --learning-rate (now " +
                shortest(options.learning_rate) + ")");
  return {std::move(t.input), std::move(t.output)};
}

}  // namespace equivec
