#include "equivec/train/word2vec.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/math/alias_sampler.hpp"
#include "src/base/core_groups.hpp"
#include "src/base/parallel.hpp"
#include "src/base/row_table.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/encoded_corpus.hpp"
#include "src/train/checkpoint.hpp"
#include "src/train/huffman.hpp"
#include "src/train/rank_merger.hpp"
#include "src/train/private_rows.hpp"
#include "src/train/row_replicas.hpp"
#include "src/train/training_run.hpp"
#include "src/train/word2vec_partitioned.hpp"
#include "src/train/word2vec_replicas.hpp"
#include "src/train/word2vec_rounds.hpp"
#include "src/train/word2vec_sentences.hpp"
#include "src/train/word2vec_windows.hpp"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>

namespace equivec {

NgramLengths ngram_lengths(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto shortest_length = parse_number<int>(text.substr(0, dots));
  const auto longest_length = dots == text.npos ? shortest_length : parse_number<int>(text.substr(dots + 2));
  if (!shortest_length || !longest_length || *shortest_length < 1 || *longest_length < *shortest_length)
    throw OptionError("subwords: expected the lengths of n-grams, as 3..6, found '" + std::string(text) + "'");
  return {*shortest_length, *longest_length};
}

Word2VecOptions word2vec_defaults(Word2VecModel model, CbowUpdate update, bool subwords) {
  Word2VecOptions options;
  options.model = model;
  options.cbow_update = update;
  if (model == Word2VecModel::cbow)
    options.learning_rate = update == CbowUpdate::gradient ? 0.075 : 0.05;
  else if (subwords)
    options.learning_rate = 0.05;
  return options;
}

namespace {

/// What is trained in groups of windows.
bool has_groups(const Word2VecOptions& options) {
  return options.model == Word2VecModel::skipgram && options.loss == Word2VecLoss::negative_sampling;
}

}  // namespace

int windows_of_group(const Word2VecOptions& options) noexcept {
  if (options.group != 0) return options.group;
  // With many negatives the few most frequent words would move too far in one step.
  return has_groups(options) ? std::clamp(100 / std::max(options.negatives, 1), 1, 5) : 1;
}

int noise_of_group(const Word2VecOptions& options) noexcept {
  const int windows = windows_of_group(options);
  if (windows == 1) return options.negatives;
  if (options.group_noise != 0) return options.group_noise;
  // 16 outputs are what a matrix unit takes at once. With fewer noise words than for 5 windows with 5 negatives each
  // would weigh more, which costs quality and with high learning rates diverges.
  return std::max(16 - windows, (11 * windows * options.negatives + 24) / 25);
}

void validate(const Word2VecOptions& options) {
  require_between("dimension", options.dimension, 1, 65536);
  require_between("window", options.window, 1, 1000);
  require_between("negatives", options.negatives, 1, 1000);
  require_between("group", options.group, 0, 64);
  require_between("group-noise", options.group_noise, 0, 1000);
  if (options.group > 1 && !has_groups(options))
    throw OptionError("group: only skip-gram with negative sampling trains windows in groups; leave it out");
  if (options.group_noise != 0 && windows_of_group(options) == 1)
    throw OptionError("group-noise: there are no groups of windows; with one window use negatives");
  if (options.subwords.longest != 0) {
    require_between("subwords: the longest n-gram", options.subwords.longest, 1, 100);
    require_between("subwords: the shortest n-gram", options.subwords.shortest, 1, options.subwords.longest);
    require_between("buckets", static_cast<double>(options.buckets), 1, 4294967295.0);
    if (options.replicas > 1) throw OptionError("replicas: n-grams have none; leave one of both out");
  }
  require_between("epochs", options.epochs, 1, 1000000);
  require_between("learning-rate", options.learning_rate, 1e-12, 100);
  require_between("subsample", options.subsample, 0, 1);
  require_between("noise-exponent", options.noise_exponent, -10, 10);
  require_between("threads", options.threads, 0, 4096);
  require_between("replicas", options.replicas, 0, 64);
  if (options.replicas > 1 && options.deterministic)
    throw OptionError("replicas: deterministic training has none; leave one of both out");
  if (options.replicas > 1 && options.loss == Word2VecLoss::softmax)
    throw OptionError("replicas: the full softmax changes every row at every step and has none; leave it out");
  if (options.deterministic && options.loss == Word2VecLoss::softmax)
    throw OptionError("deterministic: the full softmax changes every row at every step; give it one thread instead");
  if (options.partitioned && !has_groups(options))
    throw OptionError(
        "partition: only the tables of skip-gram with negative sampling can be partitioned; leave it out");
  if (options.partitioned && (options.group != 0 || options.group_noise != 0))
    throw OptionError("partition: groups are made of what meets in two blocks; leave out group and group-noise");
}

std::string_view name_of(Word2VecModel model) { return model == Word2VecModel::skipgram ? "skipgram" : "cbow"; }

std::string_view name_of(Word2VecLoss loss) {
  switch (loss) {
    case Word2VecLoss::negative_sampling:
      return "negative-sampling";
    case Word2VecLoss::hierarchical_softmax:
      return "hierarchical-softmax";
    case Word2VecLoss::softmax:
      return "softmax";
    case Word2VecLoss::hierarchical_softmax_and_negative_sampling:
      break;
  }
  return "hierarchical-softmax+negative-sampling";
}

std::string_view name_of(CbowUpdate update) { return update == CbowUpdate::gradient ? "gradient" : "legacy"; }
std::string_view name_of(WindowShape shape) { return shape == WindowShape::shrinking ? "shrinking" : "fixed"; }

Metadata description(const Word2VecOptions& options) {
  Metadata result = {{"model", std::string(name_of(options.model))},
                     {"loss", std::string(name_of(options.loss))},
                     {"dimension", shortest(options.dimension)},
                     {"window", shortest(options.window)},
                     {"window_shape", std::string(name_of(options.window_shape))},
                     {"epochs", shortest(options.epochs)},
                     {"learning_rate", shortest(options.learning_rate)},
                     {"subsample", shortest(options.subsample)},
                     {"deterministic", options.deterministic ? "true" : "false"},
                     {"seed", shortest(options.seed)}};
  if (options.subwords.longest > 0) {
    result["subwords"] = shortest(options.subwords.shortest) + ".." + shortest(options.subwords.longest);
    result["buckets"] = shortest(options.buckets);
  }
  if (options.replicas > 1) result["replicas"] = shortest(options.replicas);
  if (options.model == Word2VecModel::cbow) result["cbow_update"] = name_of(options.cbow_update);
  if (draws_noise(options.loss)) {
    result["negatives"] = shortest(options.negatives);
    result["noise_exponent"] = shortest(options.noise_exponent);
    if (options.partitioned) {
      result["partitioned"] = "true";
    } else if (has_groups(options)) {
      result["group"] = shortest(windows_of_group(options));
      result["group_noise"] = shortest(noise_of_group(options));
    }
  }
  return result;
}

namespace {

constexpr double learning_rate_floor = 1e-4;  // of the learning rate at the start, as in word2vec.c

// Deterministic training: workers of a round, and ids that each of them trains. Measured on 17 million words of
// Wikipedia: more ids cost quality, fewer cost time.
constexpr std::size_t round_workers = 16;
constexpr std::size_t longest_round_piece = 256, longest_tree_piece = 64;

// Columns of words that are given back to their n-grams by one thread at a time.
constexpr std::size_t ngram_columns = 16;

// Inner nodes between the root and a rare word, in large vocabularies.
constexpr std::uint64_t long_path = 40;

// Inner nodes at the top of a tree that each thread has a replica of, and windows of all threads together after which
// replicas are merged, as many as in a deterministic round.
constexpr std::size_t replicated_nodes = 512;
constexpr std::size_t merge_windows = 1024;

// What random streams are for.
enum class Stream : std::uint64_t { start = 0, keep = 1, draw = 2, validation = 3, start_of_ngrams = 4 };

/// Replicas of the tables within a process, for so many groups of cores. A rank has none: they would be merged more
/// rarely than ranks are, and those would then see a table that moves in jumps.
std::size_t replicas_of(const Word2VecOptions& options, std::size_t groups, bool over_ranks) {
  if (over_ranks || options.deterministic || options.loss == Word2VecLoss::softmax || options.subwords.longest > 0)
    return 1;
  const std::size_t wanted = options.replicas == 0 ? groups : static_cast<std::size_t>(options.replicas);
  return std::clamp<std::size_t>(wanted, 1, static_cast<std::size_t>(thread_count(options.threads)));
}

/// How likely each word is to be drawn as noise, up to a common factor.
std::vector<double> noise_weights(const Vocabulary& vocabulary, double exponent) {
  std::vector<double> weights(vocabulary.size());
  for (std::size_t row = 0; row < weights.size(); ++row) {
    const auto count = static_cast<double>(vocabulary.count(word_id(row)));
    weights[row] = count > 0 ? std::pow(count, exponent) : 0;
  }
  return weights;
}

NgramRule rule_of(const Word2VecOptions& options) {
  return {options.subwords.shortest, options.subwords.longest, options.buckets, NgramHash::fasttext};
}

HuffmanTree tree_of(const Vocabulary& vocabulary, Word2VecLoss loss) {
  std::vector<std::uint64_t> counts;
  if (has_tree(loss))
    for (std::size_t i = 0; i < vocabulary.size(); ++i) counts.push_back(vocabulary.count(word_id(i)));
  return HuffmanTree(counts);
}

/// Ids that a worker trains in a round. What the workers change in one row without knowing of each other is added up,
/// which diverges where a row changes much: so fewer ids where few words make up most of what is trained (an eighth of
/// the number of equally frequent words that would meet as often; a half diverged with high learning rates), and where
/// every pair changes the root of a tree. With n-grams a word moves another by the share of the other's rows that it
/// has too: `ngrams` is then not empty.
std::size_t round_piece_of(const Vocabulary& vocabulary, std::span<const std::uint32_t> keep, const NgramRows& ngrams,
                           Word2VecLoss loss) {
  double sum = 0, squares = 0;
  std::vector<double> moves(ngrams.kept.size()), moved(ngrams.kept.size());  // of each row, by all words and of them
  for (std::size_t i = 0; i < keep.size(); ++i) {
    const double kept = static_cast<double>(vocabulary.count(word_id(i))) * keep[i] * 0x1p-32;
    const auto rows = ngrams.kept.empty() ? std::span<const std::uint32_t>() : ngrams.of(word_id(i));
    const double share = kept / static_cast<double>(rows.size() + 1);
    sum += kept;
    squares += kept * share;
    for (const std::uint32_t row : rows) {
      moves[row] += kept;
      moved[row] += share;
    }
  }
  for (std::size_t row = 0; row < moves.size(); ++row) squares += moves[row] * moved[row];
  const double words = squares > 0 ? sum * sum / squares : 1;
  const std::size_t most = has_tree(loss) ? longest_tree_piece : longest_round_piece;
  return std::clamp(static_cast<std::size_t>(words / 8), std::size_t{4}, most);
}

Matrix matrix_of(const Table& table, int threads) {
  Matrix result(static_cast<Eigen::Index>(table.rows()), static_cast<Eigen::Index>(table.dimension()));
  parallel_ranges(table.rows(), 4096, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      std::copy_n(table.row(i), table.dimension(), result.data() + i * table.dimension());
  });
  return result;
}

class Training : private TrainingRun {
 public:
  Training(const EncodedCorpus& corpus, const Vocabulary& vocabulary, const Word2VecOptions& options,
           const TrainingControl& control)
      : TrainingRun(vocabulary, control, window_kernels().instruction_set, corpus.ranks()),
        corpus_(corpus),
        options_(options),
        state_{.options = options,
               .kernels = window_kernels(),
               .noise = AliasSampler(noise_weights(vocabulary, options.noise_exponent)),
               .keep = keep_thresholds(vocabulary, options.subsample),
               .tree = tree_of(vocabulary, options.loss),
               .rows_of_words = options.subwords.longest > 0 ? ngram_rows(vocabulary, rule_of(options)) : NgramRows(),
               .words = {},
               .ngrams = {},
               .contexts = {},
               .nodes = {}},
        threads_(thread_count(options.threads)),
        arena_(threads_) {
    const auto dimension = static_cast<std::size_t>(options.dimension);
    state_.words = Table(vocabulary.size(), dimension, RowOrder::scattered);
    // The softmax multiplies the whole table.
    if (options.loss != Word2VecLoss::hierarchical_softmax)
      state_.contexts = Table(vocabulary.size(), dimension,
                              options.loss == Word2VecLoss::softmax ? RowOrder::plain : RowOrder::scattered);
    state_.nodes = Table(state_.tree.nodes(), dimension, RowOrder::scattered);
    state_.ngrams = Table(state_.rows_of_words.kept.size(), dimension);
    tables_ = {{"embeddings", &state_.words}, {"contexts", &state_.contexts}, {"nodes", &state_.nodes}};
    if (state_.has_ngrams()) tables_.push_back({"ngrams", &state_.ngrams});
    round_piece_ = round_piece_of(vocabulary, state_.keep, state_.rows_of_words, options.loss);
    const std::size_t round = round_workers * round_piece_;
    tasks_of_epoch_ = options.deterministic ? (corpus.size() + round - 1) / round : corpus.chunks();
    const std::vector<std::vector<int>> groups = core_groups();
    words_here_ = corpus.words() * static_cast<std::uint64_t>(options.epochs) /
                  static_cast<std::uint64_t>(ranks_ ? ranks_->size() : 1);
    if (const std::size_t count = replicas_of(options, groups.size(), ranks_); count > 1)
      replicas_.emplace(vocabulary, state_, noise_weights(vocabulary, options.noise_exponent), count, groups,
                        words_here_);
    if (ranks_) join_ranks();
  }

  Word2VecVectors run() {
    TrainingRun::run(tasks_of_epoch_, options_.epochs, words_here_);
    if (ranks_) report_merging();
    if (trained_pairs_ == 0)
      throw Error(
          "there was nothing to learn from: no sentence has two words of the vocabulary that subsampling left; is "
          "there one word a line?");
    Word2VecVectors result;
    result.words = state_.has_ngrams() ? composed_words() : matrix_of(state_.words, threads_);
    state_.words = Table();
    result.ngrams = matrix_of(state_.ngrams, threads_);
    state_.ngrams = Table();
    result.buckets = state_.rows_of_words.kept;
    result.contexts = matrix_of(state_.contexts, threads_);
    return result;
  }

 private:
  // ---- ranks ----

  void join_ranks() {
    const Word2VecTouches touches =
        touches_of(vocabulary_, state_, noise_weights(vocabulary_, options_.noise_exponent));
    std::vector<RankTable> tables = {{&state_.words, {}, touches.words, gain_of_inputs}};
    if (state_.contexts.rows() > 0) tables.push_back({&state_.contexts, {}, touches.contexts, gain_of_outputs});
    if (state_.nodes.rows() > 0) tables.push_back({&state_.nodes, {}, touches.nodes, gain_of_outputs});
    for (std::size_t k = 0; replicas_ && k < replicas_->count(); ++k)
      for (RankTable& table : tables)
        table.copies.push_back(table.table == &state_.words      ? &replicas_->words(k)
                               : table.table == &state_.contexts ? &replicas_->contexts(k)
                                                                 : &replicas_->nodes(k));
    RankMergeSchedule schedule;
    schedule.words = static_cast<double>(words_here_);
    schedule.delay = RankMergeSchedule::delay_for(ranks_->size());
    // With checkpoints all go on to the end of the leg, where one is kept.
    merger_.emplace(*ranks_, std::move(tables), schedule, keeps_checkpoints() ? nullptr : &progress_);
  }

  /// Tasks of all ranks between two places where these may wait for each other.
  struct Leg {
    std::size_t begin = 0, end = 0;
    std::size_t ids = 0;  ///< of those that are here
  };

  /// The first task from `task` on whose chunk is here.
  std::size_t task_here(std::size_t task, std::size_t end) const {
    while (task < end && !corpus_.has_chunk(task % tasks_of_epoch_)) ++task;
    return task;
  }

  void begin_leg(std::size_t end) {
    leg_ = {next_, end, 0};
    ids_done_ = 0;
    for (std::size_t task = task_here(next_, end); task < end; task = task_here(task + 1, end))
      leg_.ids += corpus_.chunk(task % tasks_of_epoch_).size();
    if (!merger_started_) merger_->start(share_of_tasks(static_cast<double>(next_)));
    merger_started_ = true;
  }

  double share_of_tasks(double tasks) const {
    return tasks / static_cast<double>(tasks_of_epoch_ * static_cast<std::size_t>(options_.epochs));
  }

  /// Merges what is due now that this rank has trained some of its ids: at the end of a leg all have begun the same.
  void merge_ranks(std::size_t ids, float rate) {
    const std::size_t done = ids_done_.fetch_add(ids, std::memory_order_relaxed) + ids;
    const double share = static_cast<double>(done) / static_cast<double>(leg_.ids);
    merge_ranks_at([&](double at) { merger_->merge_due(at, rate); },
                   static_cast<double>(leg_.begin) + share * static_cast<double>(leg_.end - leg_.begin), rate);
  }
  template <class Merge>
  void merge_ranks_at(const Merge& merge, double tasks, float rate) {
    try {
      merge(share_of_tasks(tasks));
    } catch (const RankMerger::Diverged& diverged) {
      fail_diverged(next_ / tasks_of_epoch_, word_id(std::min(diverged.row, vocabulary_.size() - 1)), rate,
                    "its row went further between two merges of ranks than one that learns does");
    }
  }

  float rate_before(std::size_t task) const {
    const std::size_t last = std::max<std::size_t>(task, 1) - 1;
    return learning_rate(last / tasks_of_epoch_, last % tasks_of_epoch_ * EncodedCorpus::chunk_size);
  }

  /// Progress counts what this rank trains.
  std::uint64_t trained() const override {
    const std::uint64_t done = progress_.done;
    return ranks_ ? sums(*ranks_, std::span(&done, 1))[0] : done;
  }

  void collect() override {
    if (merger_) merge_ranks_at([&](double) { merger_->merge_all(rate_before(next_)); }, 0, rate_before(next_));
  }

  /// What all ranks lost, on all of them.
  void add_losses(LossSum before, double pairs_before) {
    std::array<double, 2> own = {epoch_loss_.loss - before.loss, epoch_loss_.pairs - before.pairs};
    epoch_loss_ = before;
    trained_pairs_ = pairs_before;
    for (const std::string& bytes :
         gather(*ranks_, std::string(reinterpret_cast<const char*>(own.data()), sizeof own))) {
      std::array<double, 2> sum{};
      std::memcpy(sum.data(), bytes.data(), sizeof sum);
      epoch_loss_.add({sum[0], sum[1]});
      trained_pairs_ += sum[1];
    }
  }

  void report_merging() {
    const std::array<std::uint64_t, 2> own = {merger_->bytes_sent(),
                                              static_cast<std::uint64_t>(merger_->seconds_waited() * 1e6)};
    const std::vector<std::uint64_t> all = sums(*ranks_, own);
    const auto count = static_cast<double>(ranks_->size());
    const auto rounded = [&](double number) { return shortest(std::round(number / count * 100) / 100); };
    control_.reporting().notice("merging over " + std::to_string(ranks_->size()) +
                                " ranks: " + rounded(static_cast<double>(all[0]) / static_cast<double>(words_here_)) +
                                " bytes sent a rank for each word it trained, " +
                                rounded(static_cast<double>(all[1]) * 1e-6) + " s waited for others");
  }

  /// The means of words' own rows and those of their n-grams.
  Matrix composed_words() const {
    Matrix result(static_cast<Eigen::Index>(state_.words.rows()), options_.dimension);
    parallel_ranges(state_.words.rows(), 1024, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const std::span<const std::uint32_t> rows = state_.rows_of_words.of(word_id(i));
        Eigen::VectorXd sum = row_of(state_.words, i);
        for (const std::uint32_t row : rows) sum += row_of(state_.ngrams, row);
        result.row(static_cast<Eigen::Index>(i)) =
            (sum / static_cast<double>(rows.size() + 1)).cast<float>().transpose();
      }
    });
    return result;
  }
  Eigen::VectorXd row_of(const Table& table, std::size_t i) const {
    return Eigen::Map<const Eigen::VectorXf>(table.row(i), options_.dimension).cast<double>();
  }

  /// As fastText begins: all rows of words and n-grams random; the outputs zero. Words that are given a vector have a
  /// row of their own that makes it the mean.
  void initialize_ngrams() {
    const auto fill = [&](const Table& table, Stream kind) {
      parallel_ranges(table.rows(), 4096, threads_, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          Rng rng = stream(options_.seed, kind, i);
          for (int c = 0; c < options_.dimension; ++c)
            table.row(i)[c] = (2 * rng.uniform() - 1) / static_cast<float>(options_.dimension);
        }
      });
    };
    fill(state_.words, Stream::start);
    fill(state_.ngrams, Stream::start_of_ngrams);
    parallel_ranges(state_.words.rows(), 1024, threads_, [&](std::size_t begin, std::size_t end) {
      std::vector<float> given(static_cast<std::size_t>(options_.dimension));
      for (std::size_t i = begin; i < end; ++i) {
        if (!copy_initial(word_id(i), given.data())) continue;
        const std::span<const std::uint32_t> rows = state_.rows_of_words.of(word_id(i));
        Eigen::VectorXd own = Eigen::Map<const Eigen::VectorXf>(given.data(), options_.dimension).cast<double>() *
                              static_cast<double>(rows.size() + 1);
        for (const std::uint32_t row : rows) own -= row_of(state_.ngrams, row);
        Eigen::Map<Eigen::VectorXf>(state_.words.row(i), options_.dimension) = own.cast<float>();
      }
    });
  }

  /// As in word2vec.c: the inputs small and random, the outputs zero.
  void initialize() override {
    if (state_.has_ngrams()) return initialize_ngrams();
    const auto dimension = static_cast<std::size_t>(options_.dimension);
    parallel_ranges(state_.words.rows(), 4096, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        Rng rng = stream(options_.seed, Stream::start, i);
        float* const row = state_.words.row(i);
        for (std::size_t c = 0; c < dimension; ++c) row[c] = (rng.uniform() - 0.5f) / static_cast<float>(dimension);
        copy_initial(word_id(i), row);
      }
    });
  }

  Metadata settings() const override {
    Metadata result = description(options_);
    result["corpus_hash"] = corpus_.hash();
    result["corpus_words"] = std::to_string(corpus_.words());
    return result;
  }

  Metadata state() const override {
    return {{"training_pairs", shortest(epoch_loss_.pairs)}, {"training_all_pairs", shortest(trained_pairs_)}};
  }

  void restore(const Checkpoint& checkpoint) override {
    if (ranks_) progress_.done = progress_.done / static_cast<std::uint64_t>(ranks_->size());
    epoch_loss_.pairs = checkpoint.number<double>("training_pairs");
    trained_pairs_ = checkpoint.number<double>("training_all_pairs");
  }

  // ---- sentences ----

  /// Falls with the share of all words, those of earlier epochs included, that stand before `position`.
  float learning_rate(std::size_t epoch, std::size_t position) const {
    const auto size = static_cast<double>(corpus_.size());
    const double share = (static_cast<double>(epoch) * size + static_cast<double>(position)) / (size * options_.epochs);
    return static_cast<float>(options_.learning_rate * std::max(1 - share, learning_rate_floor));
  }

  SubsampledText text_of(const EncodedCorpus::Stretch& stretch) const {
    return {stretch, state_.keep, static_cast<std::size_t>(options_.window)};
  }

  /// Words of the text among ids [begin, end).
  void count_done(const EncodedCorpus::Stretch& stretch, std::size_t begin, std::size_t end) {
    const auto ids = stretch.ids.subspan(begin - stretch.first, end - begin);
    progress_.done.fetch_add(
        ids.size() - static_cast<std::size_t>(std::count(ids.begin(), ids.end(), EncodedCorpus::sentence_end)),
        std::memory_order_relaxed);
  }

  /// What a trainer lost since it was last asked, which also goes to the progress line.
  LossSum take_loss(WindowTrainer& trainer, float rate) {
    const LossSum sum{std::exchange(trainer.loss, 0.0), std::exchange(trainer.pairs, 0.0)};
    if (sum.pairs > 0) {
      progress_.loss = static_cast<float>(sum.mean());
      progress_.learning_rate = rate;
    }
    return sum;
  }

  /// Trains on one chunk.
  LossSum train_chunk(WindowTrainer& trainer, const SharedRows& rows, std::vector<WordId>& sentence,
                      SentenceDraws& draws, std::size_t task) {
    const std::size_t epoch = task / tasks_of_epoch_, begin = task % tasks_of_epoch_ * EncodedCorpus::chunk_size,
                      end = std::min<std::size_t>(begin + EncodedCorpus::chunk_size, corpus_.size());
    const EncodedCorpus::Stretch stretch = corpus_.around(task % tasks_of_epoch_);
    Rng rng = stream(options_.seed, Stream::draw, task);
    float rate = 0;
    std::size_t counted = begin;
    try {
      text_of(stretch).for_each_sentence(
          stream(options_.seed, Stream::keep, epoch), begin, end, sentence,
          [&](std::span<const WordId> words, std::size_t first, std::size_t last, std::size_t position) {
            check_cancelled_within_task();
            rate = learning_rate(epoch, position);
            trainer.draw(last - first, state_.noise, rng, draws);
            trainer.train(words, first, draws, rate, rows);
            if (replicas_) replicas_->merge_due(progress_.done.load(std::memory_order_relaxed), rate);
            if (merger_) merge_ranks(position - counted, rate);
            count_done(stretch, counted, position);
            counted = position;
          });
    } catch (const Diverged& diverged) {
      fail_diverged(epoch, diverged.word, rate, "the loss is not finite");
    }
    if (merger_) merge_ranks(end - counted, rate);
    count_done(stretch, counted, end);
    return take_loss(trainer, rate);
  }

  // ---- threads ----

  void train_until(std::size_t end) override {
    if (options_.deterministic)
      run_rounds(end);
    else if (ranks_)
      run_chunks_of_ranks(end);
    else
      run_chunks(end);
  }

  /// With checkpoints ranks look now and then whether one is to be written, in places that do not depend on the time.
  void run_chunks_of_ranks(std::size_t end) {
    constexpr std::size_t chunks_of_leg = 64;
    const std::size_t leg = chunks_of_leg * static_cast<std::size_t>(ranks_->size() * threads_);
    while (next_ < end) {
      const LossSum before = epoch_loss_;
      const double pairs_before = trained_pairs_;
      begin_leg(keeps_checkpoints() ? std::min(end, next_ + leg) : end);
      run_chunks(leg_.end);
      const float rate = rate_before(next_);
      merge_ranks_at([&](double at) { merger_->finish_due(at, rate); }, static_cast<double>(next_), rate);
      add_losses(before, pairs_before);
      if (keeps_checkpoints() && stop_early()) break;
    }
    const bool ended = next_ == tasks_of_epoch_ * static_cast<std::size_t>(options_.epochs);
    if (ended || (next_ == end && control_.validation)) collect();
  }

  std::optional<ComposedWindow> composed_for(const WindowTrainer& trainer) const {
    if (!state_.has_ngrams()) return std::nullopt;
    return std::optional<ComposedWindow>(std::in_place, state_.words, state_.ngrams, state_.rows_of_words,
                                         state_.kernels, trainer.longest_reach());
  }

  /// Each thread takes the next chunk until none is left; with one thread they come in order.
  void run_chunks(std::size_t end) {
    std::atomic<std::size_t> next{next_};
    std::atomic<bool> stop{false};
    std::mutex mutex;
    const std::size_t replicated = threads_ == 1 ? 0 : std::min(state_.nodes.rows(), replicated_nodes);
    const std::size_t period = std::min(round_piece_, merge_windows / static_cast<std::size_t>(threads_) + 1);
    std::vector<ReplicaLocks> locks(replicas_ ? replicas_->count() : 1);
    for (ReplicaLocks& some : locks) some = ReplicaLocks(replicated);
    if (replicas_) replicas_->start(progress_.done);
    const auto work = [&](std::size_t replica) {
      WindowTrainer trainer(state_);
      const Table& words = replicas_ ? replicas_->words(replica) : state_.words;
      const Table& contexts = replicas_ ? replicas_->contexts(replica) : state_.contexts;
      const Table& nodes = replicas_ ? replicas_->nodes(replica) : state_.nodes;
      // A row is asked for twice for each window: to be fetched ahead, and to be used.
      RowReplicas top(nodes, replicated, static_cast<std::uint32_t>(2 * period), locks[replica],
                      state_.kernels.add_change);
      std::optional<ComposedWindow> composed = composed_for(trainer);
      const SharedRows rows(words, contexts, nodes, replicated == 0 ? nullptr : &top, composed ? &*composed : nullptr);
      std::vector<WordId> sentence;
      SentenceDraws draws;
      try {
        while (!stop) {
          std::size_t task = next.load();
          while (task < end && !next.compare_exchange_weak(task, task_here(task, end) + 1)) {
          }
          task = task_here(task, end);
          if (task >= end) break;
          const LossSum sum = train_chunk(trainer, rows, sentence, draws, task);
          const std::scoped_lock lock(mutex);
          epoch_loss_.add(sum);
          trained_pairs_ += sum.pairs;
          if (!ranks_ && stop_early()) stop = true;
        }
        top.merge_all();
      } catch (...) {
        stop = true;  // so that the others end too
        throw;
      }
    };
    if (threads_ == 1) {
      work(0);
    } else if (replicas_) {
      replicas_->on_threads(static_cast<std::size_t>(threads_), work);
      replicas_->merge_all(learning_rate(next_ / tasks_of_epoch_, 0), threads_);
    } else {
      arena_.execute([&] {
        tbb::task_group group;
        for (int i = 0; i < threads_; ++i) group.run([&] { work(0); });
        group.wait();
      });
    }
    next_ = ranks_ ? end : std::min(next.load(), end);
  }

  /// The same text is trained by the same worker on the same rows, however many threads there are.
  void run_rounds(std::size_t end) {
    RowClaims claims(state_);
    std::vector<RoundWorker> workers;
    for (std::size_t i = 0; i < round_workers; ++i) workers.emplace_back(state_, i, round_piece_);
    std::vector<std::exception_ptr> errors(round_workers);
    struct Scratch {
      ThreadPlaces places;
      std::vector<WordId> sentence;
      std::vector<float*> rows;
      std::vector<float> change;
    };
    tbb::enumerable_thread_specific<Scratch> scratch([&] { return Scratch{ThreadPlaces(state_), {}, {}, {}}; });
    const auto for_each = [&](std::size_t count, const auto& f) {
      if (threads_ == 1)
        for (std::size_t i = 0; i < count; ++i) f(i);
      else
        tbb::parallel_for(std::size_t{0}, count, f, tbb::simple_partitioner());
    };
    arena_.execute([&] {
      for (bool stop = false; next_ < end && !stop; ++next_, stop = stop_early()) {
        check_cancelled_within_task();
        const std::size_t epoch = next_ / tasks_of_epoch_, round = next_ % tasks_of_epoch_;
        const auto first_of = [&](std::size_t worker) {
          return std::min<std::size_t>((round * round_workers + worker) * round_piece_, corpus_.size());
        };
        claims.clear();
        for_each(round_workers, [&](std::size_t i) {
          workers[i].clear();
          if (first_of(i) == first_of(i + 1)) return;
          const EncodedCorpus::Stretch whole{corpus_.ids(), 0};
          Rng rng = stream(options_.seed, Stream::draw, next_ * round_workers + i);
          text_of(whole).for_each_sentence(
              stream(options_.seed, Stream::keep, epoch), first_of(i), first_of(i + 1), scratch.local().sentence,
              [&](std::span<const WordId> words, std::size_t first, std::size_t last, std::size_t position) {
                workers[i].add(words, first, last, position, rng, claims);
              });
        });
        if (state_.has_ngrams()) for_each(round_workers, [&](std::size_t i) { workers[i].compose(); });
        for_each(round_workers, [&](std::size_t i) {
          float rate = 0;
          try {
            workers[i].find_rows(claims, scratch.local().places);
            workers[i].train([&](std::size_t position) { return rate = learning_rate(epoch, position); });
          } catch (const Diverged& diverged) {
            try {
              fail_diverged(epoch, diverged.word, rate, "the loss is not finite");
            } catch (...) {
              errors[i] = std::current_exception();
            }
          }
          count_done({corpus_.ids(), 0}, first_of(i), first_of(i + 1));
        });
        for (const std::exception_ptr& error : errors)
          if (error) std::rethrow_exception(error);  // the first in the text, however many threads there are
        for_each(PrivateRows::parts,
                 [&](std::size_t part) { RoundWorker::merge(state_, workers, part, scratch.local().places); });
        if (state_.has_ngrams())
          for_each(state_.words.stride() / ngram_columns, [&](std::size_t k) {
            RoundWorker::give_back(workers, k * ngram_columns, (k + 1) * ngram_columns, scratch.local().rows,
                                   scratch.local().change);
          });
        for (RoundWorker& worker : workers) {
          const LossSum sum = take_loss(worker.trainer, learning_rate(epoch, first_of(0)));
          epoch_loss_.add(sum);
          trained_pairs_ += sum.pairs;
        }
      }
    });
  }

  // ---- guards ----

  /// As in training, with steps of length zero and the same draws every time.
  std::optional<double> validation_loss(std::size_t epoch) override {
    if (!control_.validation) return std::nullopt;
    const EncodedCorpus& corpus = *control_.validation;
    std::vector<LossSum> sums(corpus.chunks());
    parallel_for(corpus.chunks(), threads_, [&](std::size_t number) {
      check_cancelled_within_task();
      WindowTrainer trainer(state_, true);  // so that the loss does not depend on how many windows are a group
      std::optional<ComposedWindow> composed = composed_for(trainer);
      const SharedRows rows(state_, composed ? &*composed : nullptr);
      std::vector<WordId> sentence;
      SentenceDraws draws;
      const std::size_t begin = number * EncodedCorpus::chunk_size;
      Rng rng = stream(options_.seed, Stream::validation, number + 1);
      text_of({corpus.ids(), 0})
          .for_each_sentence(stream(options_.seed, Stream::validation, 0), begin,
                             std::min<std::size_t>(begin + EncodedCorpus::chunk_size, corpus.size()), sentence,
                             [&](std::span<const WordId> words, std::size_t first, std::size_t last, std::size_t) {
                               trainer.draw(last - first, state_.noise, rng, draws);
                               try {
                                 trainer.train(words, first, draws, 0, rows);
                               } catch (const Diverged& diverged) {
                                 fail_diverged(epoch, diverged.word, learning_rate(epoch, corpus_.size()),
                                               "the validation text's loss is not finite");
                               }
                             });
      sums[number] = {trainer.loss, trainer.pairs};
    });
    LossSum all;
    for (const LossSum& sum : sums) all.add(sum);
    return all.mean();
  }

  void require_finite() const override {
    const std::size_t last = std::max<std::size_t>(next_, 1) - 1;
    for (const NamedTable& t : tables_)
      for (std::size_t i = 0; i < t.table->rows(); ++i) {
        const Eigen::Map<const Eigen::ArrayXf> row(t.table->row(i), options_.dimension);
        if (!row.allFinite())
          fail_diverged(last / tasks_of_epoch_, word_id(i), learning_rate(last / tasks_of_epoch_, 0),
                        "its vector is not finite");
      }
  }

  const EncodedCorpus& corpus_;
  const Word2VecOptions& options_;
  Word2VecState state_;
  int threads_;
  tbb::task_arena arena_;
  std::size_t round_piece_ = 0;
  std::size_t tasks_of_epoch_ = 0;  // chunks or rounds
  double trained_pairs_ = 0;
  std::uint64_t words_here_ = 0;              // that this rank trains, in all epochs
  std::optional<Word2VecReplicas> replicas_;  // where there is more than one
  std::optional<RankMerger> merger_;          // where there are ranks
  bool merger_started_ = false;
  Leg leg_;
  std::atomic<std::size_t> ids_done_{0};  // of the leg
};

}  // namespace

std::vector<TableSize> word2vec_tables(std::size_t words, const Word2VecOptions& options, int ranks) {
  if (options.partitioned) return partitioned_tables(words, options, ranks, true);
  const auto dimension = static_cast<std::size_t>(options.dimension);
  const std::uint64_t table = Table::bytes_of(words, dimension);
  std::vector<TableSize> result = {{"word vectors", table}};
  if (options.subwords.longest > 0) {
    // A word of nine letters, a common length, has so many n-grams; many share them with other words.
    std::uint64_t ngrams = 0;
    for (int length = options.subwords.shortest; length <= options.subwords.longest; ++length)
      ngrams += static_cast<std::uint64_t>(std::max(12 - length, 0));
    const std::uint64_t rows = std::min(options.buckets, words * std::max<std::uint64_t>(ngrams / 3, 1));
    result.push_back({"n-gram vectors", Table::bytes_of(rows, dimension)});
    result.push_back({"n-grams of words", words * (8 + 4 * ngrams)});
  }
  if (options.loss != Word2VecLoss::hierarchical_softmax) result.push_back({"context vectors", table});
  if (has_tree(options.loss)) {
    result.push_back({"node vectors", words < 2 ? 0 : Table::bytes_of(words - 1, dimension)});
    // A path is about as long as the logarithm of the number of words.
    result.push_back({"tree", words * (8 + 4 * static_cast<std::uint64_t>(std::log2(words + 1)))});
  }
  if (const int threads = thread_count(options.threads);
      has_tree(options.loss) && !options.deterministic && threads > 1)
    result.push_back({"nodes at the top, by thread",
                      2 * static_cast<std::uint64_t>(threads) *
                          Table::bytes_of(words < 2 ? 0 : std::min(words - 1, replicated_nodes), dimension)});
  if (draws_noise(options.loss)) result.push_back({"noise words", words * 8});
  result.push_back({"subsampling", words * 4});
  if (const std::size_t replicas = replicas_of(options, core_groups().size(), ranks > 1); replicas > 1) {
    std::uint64_t bytes = 0;
    for (const TableSize& each : result)
      if (each.name.ends_with("vectors")) bytes += each.bytes;
    result.push_back({"replicas", (replicas + 1) * bytes});
  }
  if (ranks > 1) {
    std::uint64_t bytes = 0;
    for (const TableSize& each : result)
      if (each.name.ends_with("vectors")) bytes += each.bytes;
    result.push_back({"as last merged over ranks", bytes + bytes / static_cast<std::uint64_t>(ranks)});
  }
  // The word vectors are copied while both tables are there, the context vectors when that of the words is freed.
  result.push_back({"result", words * dimension * sizeof(float)});
  if (options.deterministic) {
    // As a RoundWorker has them.
    const std::uint64_t piece = has_tree(options.loss) ? longest_tree_piece : longest_round_piece;
    const auto rows = [&](std::uint64_t most) { return std::min<std::uint64_t>(words, most); };
    const std::uint64_t word_rows = rows(piece + 2 * static_cast<std::uint64_t>(options.window)),
                        context_rows = options.loss == Word2VecLoss::hierarchical_softmax
                                           ? 0
                                           : rows(piece * (static_cast<std::uint64_t>(noise_of_group(options)) + 1)),
                        node_rows = has_tree(options.loss) ? rows(piece * long_path) : 0;
    result.push_back(
        {"private rows", round_workers * Table::bytes_of(word_rows + context_rows + node_rows, dimension)});
    // A number for each row, of all threads and of each.
    const auto copies = static_cast<std::uint64_t>(thread_count(options.threads)) + 1;
    result.push_back(
        {"use of rows", copies * 4 * words * (has_tree(options.loss) && draws_noise(options.loss) ? 3 : 2)});
  }
  return result;
}

void validate_for_ranks(const Word2VecOptions& options) {
  const std::string over = ": not over several ranks; leave it out, or train by equivec";
  if (options.deterministic) throw OptionError("deterministic" + over);
  if (options.subwords.longest > 0) throw OptionError("subwords" + over);
  if (options.loss == Word2VecLoss::softmax) throw OptionError("loss softmax" + over);
  if (options.replicas > 1) throw OptionError("replicas" + over);
}

std::string_view advice_for_memory(const Word2VecOptions& options, int ranks) {
  return ranks > 1 && !options.partitioned && has_groups(options) ? "give --partition, " : "";
}

namespace {

/// Of several ranks, on any of which there may be too little.
void require_memory_for(Communicator* ranks, std::size_t words, const Word2VecOptions& options) {
  const int count = ranks ? ranks->size() : 1;
  const std::vector<TableSize> tables = options.partitioned
                                            ? partitioned_tables(words, options, count, ranks->is_first())
                                            : word2vec_tables(words, options, count);
  const auto require = [&] { require_memory(tables, words, options.dimension, advice_for_memory(options, count)); };
  if (ranks)
    agree(*ranks, require);
  else
    require();
}

}  // namespace

Word2VecVectors train_word2vec(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                               const Word2VecOptions& options, const TrainingControl& control) {
  validate(options);
  validate(control.checkpoint);
  if (options.partitioned) require_partitionable(options, control, corpus.ranks() != nullptr);
  if (corpus.ranks()) validate_for_ranks(options);
  require_words_of(vocabulary, corpus, "the corpus");
  if (control.validation) require_words_of(vocabulary, *control.validation, "the validation text");
  if (vocabulary.total_count() == 0)
    throw Error(
        "the vocabulary has no counts, by which noise words are drawn and frequent words dropped; count the corpus' "
        "words");
  require_usable(control.initial, options.dimension);
  require_memory_for(corpus.ranks(), vocabulary.size(), options);
  if (options.partitioned) return train_partitioned(corpus, vocabulary, options, control);
  return Training(corpus, vocabulary, options, control).run();
}

}  // namespace equivec
