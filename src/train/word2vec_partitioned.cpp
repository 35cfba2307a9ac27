#include "src/train/word2vec_partitioned.hpp"

#include "equivec/base/communicator.hpp"
#include "equivec/base/error.hpp"
#include "src/base/parallel.hpp"
#include "src/base/row_table.hpp"
#include "src/base/text_numbers.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/train/block_groups.hpp"
#include "src/train/training_run.hpp"
#include "src/train/word2vec_leg.hpp"
#include "src/train/word2vec_sentences.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace equivec {

namespace {

constexpr double lowest_rate = 1e-4;  // of the learning rate at the start, as in other training

// Contexts that a thread trains at a time.
constexpr std::size_t contexts_of_piece = 4096;

// The tag of blocks on their way, and of those that the first rank gathers.
constexpr int block_tag = 40, result_tag = 41;

// What random streams are for. The first two are as in other training.
enum class PartitionStream : std::uint64_t { start = 0, keep = 1, draw = 2 };

constexpr double legs_of_training = 25;

// Of the text of a leg, as messages and as LegText: 4 bytes and 8, and on few ranks half as much again for those that
// are this rank's own.
constexpr std::size_t bytes_of_id = 16;

/// Of a leg, whose text takes no more memory than a block of a table, or so little that it does not matter.
std::size_t most_chunks(std::size_t words, int dimension, std::size_t ranks) noexcept {
  const std::size_t block = Table::bytes_of(WordBlocks(words, ranks).rows(), static_cast<std::size_t>(dimension));
  return std::max<std::size_t>(block / (bytes_of_id * EncodedCorpus::chunk_size), 64);
}

std::span<std::byte> bytes_of_table(const Table& table) {
  if (table.rows() == 0) return {};
  return {reinterpret_cast<std::byte*>(table.row(0)), table.bytes()};
}

/// The rows of groups, and their steps.
class GroupTrainer {
 public:
  GroupTrainer(const WindowKernels& kernels, const Table& inputs, const Table& outputs)
      : kernels_(kernels), input_table_(inputs), output_table_(outputs) {}

  /// Trains all groups. rate(context) is the learning rate there; failed(context) is called if a loss is not finite.
  template <class Rate, class Failed>
  LossSum run(BlockGroups& groups, const Rate& rate, const Failed& failed) {
    LossSum sum;
    scratch_.resize(group_scratch_floats(groups.most_contexts(), groups.most_outputs(), input_table_.stride()) + 16);
    const GroupMode mode(kernels_);
    bool more = groups.next(next_);
    while (more) {
      std::swap(now_, next_);
      rows_of(now_);
      ahead_.clear();
      if ((more = groups.next(next_))) {
        for (const WordId row : next_.outputs) ahead_.push_back(output_table_.row(index(row)));
        for (const auto* context : next_.contexts) ahead_.push_back(input_table_.row(context->row));
      }
      const double cost = kernels_.skipgram_group({.rows = {.inputs = inputs_,
                                                            .outputs = outputs_,
                                                            .stride = input_table_.stride(),
                                                            .rate = rate(*now_.contexts.front()),
                                                            .ahead = ahead_,
                                                            .scratch = aligned_scratch()},
                                                   .weights = now_.weights.get(),
                                                   .labels = now_.labels.get()});
      if (!std::isfinite(cost)) failed(*now_.contexts.front());
      sum.add({cost, now_.pairs});
    }
    return sum;
  }

 private:
  void rows_of(const BlockGroup& group) {
    inputs_.clear();
    outputs_.clear();
    for (const auto* context : group.contexts) inputs_.push_back(input_table_.row(context->row));
    for (const WordId row : group.outputs) outputs_.push_back(output_table_.row(index(row)));
  }
  float* aligned_scratch() {
    void* at = scratch_.data();
    std::size_t space = scratch_.size() * sizeof(float);
    return static_cast<float*>(std::align(64, space - 64, at, space));
  }

  const WindowKernels& kernels_;
  const Table& input_table_;
  const Table& output_table_;
  BlockGroup now_, next_;
  std::vector<float*> inputs_, outputs_;
  std::vector<const float*> ahead_;
  std::vector<float> scratch_;
};

class PartitionedTraining : private TrainingRun {
 public:
  PartitionedTraining(const EncodedCorpus& corpus, const Vocabulary& vocabulary, const Word2VecOptions& options,
                      const TrainingControl& control)
      : TrainingRun(vocabulary, control, window_kernels().instruction_set, corpus.ranks()),
        corpus_(corpus),
        options_(options),
        kernels_(window_kernels()),
        count_(static_cast<std::size_t>(ranks_->size())),
        own_(static_cast<std::size_t>(ranks_->rank())),
        blocks_(vocabulary.size(), count_),
        keep_(keep_thresholds(vocabulary, options.subsample)),
        noise_sum_(noise_sum(vocabulary, options.noise_exponent)),
        threads_(thread_count(options.threads)),
        held_(own_),
        sent_before_(ranks_->sent()) {
    const auto dimension = static_cast<std::size_t>(options.dimension);
    inputs_ = Table(blocks_.rows(), dimension, RowOrder::scattered);
    outputs_ = Table(blocks_.rows(), dimension, RowOrder::scattered);
    if (count_ > 1) arriving_ = Table(blocks_.rows(), dimension, RowOrder::scattered);
  }

  Word2VecVectors run() {
    const std::uint64_t words =
        corpus_.words() * static_cast<std::uint64_t>(options_.epochs) / static_cast<std::uint64_t>(count_);
    TrainingRun::run(corpus_.chunks(), options_.epochs, words);
    if (trained_pairs_ == 0)
      throw Error(
          "there was nothing to learn from: no sentence has two words of the vocabulary that subsampling left; is "
          "there one word a line?");
    report_rotation(words);
    outputs_ = Table();
    Word2VecVectors result;
    result.words = gathered();
    return result;
  }

 private:
  void initialize() override {
    const auto dimension = static_cast<std::size_t>(options_.dimension);
    parallel_ranges(blocks_.rows_of(own_), 4096, threads_, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const std::size_t word = blocks_.word(own_, i);
        Rng rng = stream(options_.seed, PartitionStream::start, word);
        float* const row = inputs_.row(i);
        for (std::size_t c = 0; c < dimension; ++c) row[c] = (rng.uniform() - 0.5f) / static_cast<float>(dimension);
        copy_initial(word_id(word), row);
      }
    });
  }

  Metadata settings() const override { return description(options_); }

  // ---- legs and turns ----

  std::size_t tasks() const { return corpus_.chunks(); }

  float learning_rate(std::size_t epoch, std::size_t position) const {
    const auto size = static_cast<double>(corpus_.size());
    const double share = (static_cast<double>(epoch) * size + static_cast<double>(position)) / (size * options_.epochs);
    return static_cast<float>(options_.learning_rate * std::max(1 - share, lowest_rate));
  }

  /// One leg, whatever the end: the skeleton calls again.
  void train_until(std::size_t /*end*/) override {
    const std::size_t epoch = next_ / tasks(), first = next_ % tasks();
    const std::size_t legs = legs_of_epoch(tasks(), options_.epochs, vocabulary_.size(), options_.dimension, count_);
    // Of equal length: leg i ends before chunk tasks x (i + 1) / legs.
    std::size_t leg = 0;
    while (tasks() * (leg + 1) / legs <= first) ++leg;
    const LegRange range{first, tasks() * (leg + 1) / legs, static_cast<std::size_t>(options_.window)};
    const LegText text =
        leg_text(corpus_, range, keep_, stream(options_.seed, PartitionStream::keep, epoch), blocks_, own_);
    LossSum sum;
    std::exception_ptr error;  // thrown when the others do not wait for this rank any more
    const std::uint64_t done_before = progress_.done;
    for (std::size_t turn = 0; turn < count_; ++turn) {
      if (turn > 0) pass();
      try {
        if (!error) sum.add(train_turn(text, epoch, turn));
      } catch (...) {
        error = std::current_exception();
      }
      progress_.done = done_before + words_of(range) * (turn + 1) / count_ / count_;
    }
    on_each([&] {
      if (error) std::rethrow_exception(error);
    });
    add_losses(sum);
    next_ = epoch * tasks() + range.last_chunk;
  }

  /// About.
  std::uint64_t words_of(const LegRange& range) const {
    const double share = static_cast<double>(range.last_chunk - range.first_chunk) / static_cast<double>(tasks());
    return static_cast<std::uint64_t>(share * static_cast<double>(corpus_.words()));
  }

  LossSum train_turn(const LegText& text, std::size_t epoch, std::size_t turn) {
    const NoiseBlock noise = noise_block(blocks_, held_, vocabulary_, options_.noise_exponent, noise_sum_);
    Rng base = stream(options_.seed, PartitionStream::draw, (next_ * count_ + turn) * count_ + own_);
    const std::uint64_t seed = base();
    const std::size_t pieces = (text.contexts.size() + contexts_of_piece - 1) / contexts_of_piece;
    std::vector<LossSum> sums(pieces);
    const auto rate_at = [&](const LegText::Context& context) {
      return learning_rate(epoch, text.position(context.place));
    };
    parallel_for(pieces, threads_, [&](std::size_t piece) {
      check_cancelled(&progress_);
      BlockGroups groups(options_, kernels_, text, noise);
      const std::size_t begin = piece * contexts_of_piece;
      groups.start(begin, std::min(begin + contexts_of_piece, text.contexts.size()), Rng(seed, piece));
      GroupTrainer trainer(kernels_, inputs_, outputs_);
      sums[piece] = trainer.run(groups, rate_at, [&](const LegText::Context& context) {
        fail_diverged(epoch, word_id(blocks_.word(own_, context.row)), rate_at(context), "the loss");
      });
      if (sums[piece].pairs > 0) progress_.loss = static_cast<float>(sums[piece].mean());
      progress_.learning_rate = rate_at(text.contexts[begin]);
    });
    LossSum all;
    for (const LossSum& sum : sums) all.add(sum);
    return all;
  }

  /// The block of outputs goes to the rank before, and that of the rank after comes.
  void pass() {
    const auto start = std::chrono::steady_clock::now();
    const auto before = static_cast<int>((own_ + count_ - 1) % count_), after = static_cast<int>((own_ + 1) % count_);
    const auto arriving = ranks_->receive(after, block_tag, bytes_of_table(arriving_));
    const auto leaving = ranks_->send(before, block_tag, bytes_of_table(outputs_));
    ranks_->wait(*arriving);
    ranks_->wait(*leaving);
    std::swap(outputs_, arriving_);
    held_ = (held_ + 1) % count_;
    waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  void add_losses(const LossSum& sum) {
    const std::array<double, 2> own = {sum.loss, sum.pairs};
    for (const std::string& bytes :
         gather(*ranks_, std::string(reinterpret_cast<const char*>(own.data()), sizeof own))) {
      std::array<double, 2> each{};
      std::memcpy(each.data(), bytes.data(), sizeof each);
      epoch_loss_.add({each[0], each[1]});
      trained_pairs_ += each[1];
    }
  }

  void report_rotation(std::uint64_t words) {
    const std::array<std::uint64_t, 2> own = {ranks_->sent() - sent_before_, static_cast<std::uint64_t>(waited_ * 1e6)};
    const std::vector<std::uint64_t> all = sums(*ranks_, own);
    const auto rounded = [&](double number) {
      return shortest(std::round(number / static_cast<double>(count_) * 100) / 100);
    };
    control_.reporting().notice(
        "passing blocks over " + std::to_string(count_) +
        " ranks: " + rounded(static_cast<double>(all[0]) / static_cast<double>(std::max<std::uint64_t>(words, 1))) +
        " bytes sent a rank for each word it trained, " + rounded(static_cast<double>(all[1]) * 1e-6) +
        " s waited for others");
  }

  // ---- the end ----

  void require_finite() const override {
    const std::size_t last = std::max<std::size_t>(next_, 1) - 1;
    for (std::size_t i = 0; i < blocks_.rows_of(own_); ++i)
      if (const Eigen::Map<const Eigen::ArrayXf> row(inputs_.row(i), options_.dimension); !row.allFinite())
        fail_diverged(last / tasks(), word_id(blocks_.word(own_, i)), learning_rate(last / tasks(), 0), "its vector");
  }

  /// All words' vectors on the first rank, block by block.
  Matrix gathered() {
    Matrix result;
    if (!ranks_->is_first()) {
      ranks_->wait(*ranks_->send(0, result_tag, bytes_of_table(inputs_)));
      return Matrix(0, options_.dimension);
    }
    result.resize(static_cast<Eigen::Index>(vocabulary_.size()), options_.dimension);
    for (std::size_t block = 0; block < count_; ++block) {
      if (block != own_) ranks_->wait(*ranks_->receive(static_cast<int>(block), result_tag, bytes_of_table(arriving_)));
      const Table& table = block == own_ ? inputs_ : arriving_;
      for (std::size_t i = 0; i < blocks_.rows_of(block); ++i)
        std::copy_n(table.row(i), table.dimension(),
                    result.data() + blocks_.word(block, i) * static_cast<std::size_t>(options_.dimension));
    }
    return result;
  }

  const EncodedCorpus& corpus_;
  const Word2VecOptions& options_;
  WindowKernels kernels_;
  std::size_t count_, own_;
  WordBlocks blocks_;
  std::vector<std::uint32_t> keep_;
  double noise_sum_;
  int threads_;
  Table inputs_, outputs_, arriving_;
  std::size_t held_;  // the block of outputs_
  double trained_pairs_ = 0;
  double waited_ = 0;
  std::uint64_t sent_before_;
};

}  // namespace

std::size_t legs_of_epoch(std::size_t chunks, int epochs, std::size_t words, int dimension,
                          std::size_t ranks) noexcept {
  const auto all = static_cast<double>(chunks) * epochs;
  const double wanted = std::min(all / legs_of_training, static_cast<double>(most_chunks(words, dimension, ranks)));
  const double legs = std::ceil(static_cast<double>(chunks) / std::max(wanted, 1.0));
  return std::clamp<std::size_t>(static_cast<std::size_t>(legs), 1, std::max<std::size_t>(chunks, 1));
}

void require_partitionable(const Word2VecOptions& options, const TrainingControl& control, bool ranks) {
  if (!ranks) throw OptionError("partition: there is one process, whose tables are whole; leave it out");
  if (options.subwords.longest > 0 || options.deterministic || options.replicas > 1)
    throw OptionError("partition: partitioned tables have no n-grams, no rounds and no replicas; leave them out");
  if (!control.checkpoint.file.empty())
    throw OptionError("partition: no checkpoints are kept of partitioned tables; leave out --checkpoint");
  if (control.validation)
    throw OptionError("partition: the loss on held-out text needs whole tables; leave out --validation");
}

Word2VecVectors train_partitioned(const EncodedCorpus& corpus, const Vocabulary& vocabulary,
                                  const Word2VecOptions& options, const TrainingControl& control) {
  return PartitionedTraining(corpus, vocabulary, options, control).run();
}

std::vector<TableSize> partitioned_tables(std::size_t words, const Word2VecOptions& options, int ranks, bool first) {
  const WordBlocks blocks(words, static_cast<std::size_t>(ranks));
  const auto dimension = static_cast<std::size_t>(options.dimension);
  const std::uint64_t block = Table::bytes_of(blocks.rows(), dimension);
  std::vector<TableSize> result = {{"word vectors, a block", block}, {"context vectors, a block", block}};
  if (ranks > 1) result.push_back({"a block on its way", block});
  result.push_back({"noise words", blocks.rows() * 8});
  result.push_back({"subsampling", words * 4});
  // As messages, its own twice, then as blocks and rows; contexts.
  result.push_back({"text of a leg, at most", most_chunks(words, options.dimension, static_cast<std::size_t>(ranks)) *
                                                  EncodedCorpus::chunk_size * bytes_of_id});
  if (first) result.push_back({"result", words * dimension * sizeof(float)});
  return result;
}

}  // namespace equivec
