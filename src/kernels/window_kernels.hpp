#pragma once

#include "equivec/base/types.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// The rows of a step of word2vec, the input of the vector kernels. All have `stride` floats (a multiple of 16, zeros
/// after the dimension) and begin at a multiple of 64 bytes.
struct StepRows {
  std::span<float* const> inputs;   ///< rows of the context words; skip-gram moves a repeated one step by step
  std::span<float* const> outputs;  ///< rows that they are scored against, all different
  std::size_t stride = 0;
  float rate = 0;
  std::span<const float* const> ahead;  ///< rows that will soon be used, to be prefetched meanwhile
  float* scratch = nullptr;             ///< scratch_floats() floats at a multiple of 64 bytes, initially finite
};

/// One context window: every input is scored against every output.
struct Window {
  StepRows rows;
  /// For each output how often it counts: negative for a positive example, positive for a negative one; then zeros up
  /// to padded_outputs(); all this twice if that is 8. Begins at a multiple of 64 bytes.
  const float* signs = nullptr;
  bool repeated = false;  ///< some output counts more than once
};

/// Several windows in one step: every pair of an input and an output has a weight of its own, as SigmoidPairs of
/// window_step.hpp has it. Both matrices have a row of group_pitch() numbers for each input, zeros after the outputs,
/// and begin at a multiple of 64 bytes.
struct WindowGroup {
  StepRows rows;
  const float* weights = nullptr;  ///< how often a pair counts, positive and negative examples together
  const float* labels = nullptr;   ///< how often as a positive one
};

/// The number of outputs rounded up to whole groups; the added ones have sign 0.
constexpr std::size_t padded_outputs(std::size_t outputs) { return outputs <= 8 ? 8 : (outputs + 15) / 16 * 16; }

/// From row to row of a group's matrices.
constexpr std::size_t group_pitch(std::size_t outputs) { return (outputs + 15) / 16 * 16; }

/// Number of floats that the scratch of a window must hold.
constexpr std::size_t scratch_floats(std::size_t inputs, std::size_t outputs, std::size_t stride) {
  return (inputs + 2) * padded_outputs(outputs) + 16 * (inputs + 1) + stride;
}

/// The same for a group.
std::size_t group_scratch_floats(std::size_t inputs, std::size_t outputs, std::size_t stride);

/// The steps of window_step.hpp in single precision, for one instruction set.
struct WindowKernels {
  std::string_view instruction_set;  ///< "AMX-BF16", "AVX512-BF16", "AVX-512", "AVX2", "SSE4", ..., "NEON" or "none"
  double (*skipgram)(const Window&);
  /// With AMX-BF16 and AVX512-BF16 all products are of numbers rounded to bf16. Called between begin_groups() and
  /// end_groups().
  double (*skipgram_group)(const WindowGroup&);
  /// Prepares the processor for the groups that this thread will train; without effect on anything else.
  void (*begin_groups)();
  void (*end_groups)();
  /// share: the fraction of the mean's step that each input takes.
  double (*cbow)(const Window&, float share);
  /// ids: `count` words, then a multiple of 16 in all, of words that are not among them.
  bool (*all_different)(const WordId* ids, std::size_t count);
  /// row += now - before, of `stride` numbers.
  void (*add_change)(float* row, const float* now, const float* before, std::size_t stride);
  /// Both results = the mean of the rows, of `stride` numbers.
  void (*mean_of_rows)(std::span<float* const> rows, std::size_t stride, float* mean, float* same);
  /// Every row += now - before, one after the other: a row that is there twice moves twice.
  void (*add_change_to_rows)(std::span<float* const> rows, std::size_t stride, const float* now, const float* before);
  /// moment = keep moment + share (sum of replica - row); then the row and all replicas are row + moment.
  void (*merge_replicas)(float* row, float* moment, std::span<float* const> replicas, float keep, float share,
                         std::size_t stride);
};

/// begin_groups() while it lives.
class GroupMode {
 public:
  explicit GroupMode(const WindowKernels& kernels) : kernels_(kernels) { kernels.begin_groups(); }
  ~GroupMode() { kernels_.end_groups(); }
  GroupMode(const GroupMode&) = delete;
  GroupMode& operator=(const GroupMode&) = delete;

 private:
  const WindowKernels& kernels_;
};

/// For the best instruction set of this processor.
WindowKernels window_kernels();
/// For all its instruction sets, the best first. Must not be called while other threads train.
std::vector<WindowKernels> all_window_kernels();

}  // namespace equivec
