#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// One window of word2vec as the vector kernels take it. All rows have `stride` floats (a multiple of 16, the numbers
/// after the dimension zero) and begin at a multiple of 64 bytes.
struct Window {
  std::span<float* const> inputs;   ///< rows of the context words; skip-gram moves one that occurs twice step by step
  std::span<float* const> outputs;  ///< rows that they are scored against, all different
  /// For each output how often it counts: negative where the answer should be yes, positive where it should be no, then
  /// zeros up to padded_outputs(); where that is 8, twice. Begins at a multiple of 64 bytes.
  const float* signs = nullptr;
  bool repeated = false;  ///< some output counts more than once
  std::size_t stride = 0;
  float rate = 0;
  std::span<const float* const> ahead;  ///< rows that will soon be used: they are fetched into the cache meanwhile
  float* scratch = nullptr;             ///< scratch_floats() of them, at a multiple of 64 bytes, finite at the start
};

/// Outputs are worked on in groups: this many, of which the last have sign 0.
constexpr std::size_t padded_outputs(std::size_t outputs) { return outputs <= 8 ? 8 : (outputs + 15) / 16 * 16; }

/// Numbers that `scratch` must hold.
constexpr std::size_t scratch_floats(std::size_t inputs, std::size_t outputs, std::size_t stride) {
  return (inputs + 2) * padded_outputs(outputs) + 16 * (inputs + 1) + stride;
}

/// The steps of window_step.hpp in single precision, for one instruction set.
struct WindowKernels {
  std::string_view instruction_set;  ///< "AVX-512", "AVX2", "SSE4", "SSSE3", "NEON" or "none"
  double (*skipgram)(const Window&);
  /// share: of the step of the mean, what each input takes.
  double (*cbow)(const Window&, float share);
  /// row += now - before, of `stride` numbers.
  void (*add_change)(float* row, const float* now, const float* before, std::size_t stride);
};

/// Of the best instruction set that this processor has.
WindowKernels window_kernels();
/// Of all that it has, the best one first. Not to be called while others train.
std::vector<WindowKernels> all_window_kernels();

}  // namespace equivec
