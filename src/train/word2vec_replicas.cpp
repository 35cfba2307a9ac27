#include "src/train/word2vec_replicas.hpp"

#include "src/base/core_groups.hpp"
#include "src/base/parallel.hpp"

#include <exception>
#include <thread>
#include <utility>

namespace equivec {

namespace {

MergeSchedule schedule_of(std::uint64_t words, std::size_t count) {
  MergeSchedule schedule;
  schedule.words = static_cast<double>(words) / static_cast<double>(count);
  return schedule;
}

}  // namespace

Word2VecTouches touches_of(const Vocabulary& vocabulary, const Word2VecState& state, std::span<const double> noise) {
  const Word2VecOptions& options = state.options;
  const std::size_t size = vocabulary.size();
  const double contexts = options.window_shape == WindowShape::shrinking ? options.window + 1 : 2 * options.window;
  Word2VecTouches result{std::vector<double>(size), std::vector<double>(size), std::vector<double>(state.tree.nodes())};
  double all_kept = 0, all_noise = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double kept = static_cast<double>(vocabulary.count(word_id(i))) /
                        static_cast<double>(vocabulary.total_count()) * (state.keep[i] * 0x1p-32);
    all_kept += kept;
    all_noise += noise[i];
    result.words[i] = kept * contexts;
    result.contexts[i] = kept;
    if (state.has_tree())
      for (const std::uint32_t step : state.tree.path(i)) result.nodes[step / 2] += kept;
  }
  if (state.draws_noise())
    for (std::size_t i = 0; i < size; ++i) result.contexts[i] += all_kept * options.negatives * noise[i] / all_noise;
  return result;
}

Word2VecReplicas::Word2VecReplicas(const Vocabulary& vocabulary, Word2VecState& state, std::span<const double> noise,
                                   std::size_t count, std::vector<std::vector<int>> groups, std::uint64_t words)
    : Word2VecReplicas(touches_of(vocabulary, state, noise), state, count, std::move(groups), words) {}

Word2VecReplicas::Word2VecReplicas(Touches touches, Word2VecState& state, std::size_t count,
                                   std::vector<std::vector<int>> groups, std::uint64_t words)
    : count_(count),
      groups_(std::move(groups)),
      schedule_(schedule_of(words, count)),
      words_(state.words, count, std::move(touches.words), gain_of_inputs, schedule_, state.kernels.merge_replicas),
      contexts_(state.contexts, count, std::move(touches.contexts), gain_of_outputs, schedule_,
                state.kernels.merge_replicas),
      nodes_(state.nodes, count, std::move(touches.nodes), gain_of_outputs, schedule_, state.kernels.merge_replicas) {}

std::uint64_t Word2VecReplicas::tick_of(std::uint64_t done) const {
  return static_cast<std::uint64_t>(static_cast<double>(done) /
                                    (schedule_.words_of_tick * static_cast<double>(count_)));
}

void Word2VecReplicas::start(std::uint64_t done) {
  // Memory belongs to where it is first written.
  on_threads(count_, [this](std::size_t replica) {
    for (TableReplicas* const table : {&words_, &contexts_, &nodes_}) table->start(replica);
  });
  merged_ticks_ = tick_of(done);
}

void Word2VecReplicas::merge_due(std::uint64_t done, double learning_rate) {
  const std::uint64_t due = tick_of(done);
  if (due <= merged_ticks_.load(std::memory_order_relaxed)) return;
  const std::unique_lock lock(merging_, std::try_to_lock);
  if (!lock) return;
  for (std::uint64_t tick = merged_ticks_; tick < due; merged_ticks_ = ++tick)
    for (TableReplicas* const table : {&words_, &contexts_, &nodes_}) table->merge(tick, learning_rate);
}

void Word2VecReplicas::merge_all(double learning_rate, int threads) {
  for (TableReplicas* const table : {&words_, &contexts_, &nodes_})
    parallel_ranges(table->rows(), 256, threads,
                    [&](std::size_t begin, std::size_t end) { table->merge_rows(begin, end, learning_rate); });
}

void Word2VecReplicas::on_threads(std::size_t threads, const std::function<void(std::size_t replica)>& work) const {
  std::vector<std::exception_ptr> errors(threads);
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i)
    running.emplace_back([&, i] {
      const std::size_t replica = i * count_ / threads;
      if (groups_.size() == count_) run_on(groups_[replica]);
      try {
        work(replica);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
  for (std::thread& thread : running) thread.join();
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace equivec
