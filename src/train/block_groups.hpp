#pragma once

#include "equivec/base/rng.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/math/alias_sampler.hpp"
#include "equivec/train/word2vec.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/train/word2vec_leg.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

namespace equivec {

/// The block of middle words of a turn, and of what all noise is drawn from it.
struct NoiseBlock {
  std::uint16_t block = 0;
  double share = 0;                     ///< of the weights of all noise words
  std::optional<AliasSampler> sampler;  ///< of rows of the block; none if no word of it is noise
};

/// The sum of the weights of all noise words.
double noise_sum(const Vocabulary& vocabulary, double exponent);
/// sum: noise_sum()
NoiseBlock noise_block(const WordBlocks& blocks, std::size_t block, const Vocabulary& vocabulary, double exponent,
                       double sum);

/// A step of skip-gram with negative sampling of words in two blocks: contexts, the middle words around them, and noise
/// words that all contexts share.
struct BlockGroup {
  std::vector<const LegText::Context*> contexts;
  std::vector<WordId> outputs;  ///< rows in their block, all different
  struct FreeAligned {
    void operator()(float* p) const { operator delete[](p, std::align_val_t(64)); }
  };
  using Floats = std::unique_ptr<float[], FreeAligned>;
  /// As WindowGroup has them.
  Floats weights, labels;
  Floats noise;      ///< what each output weighs as noise, by the sum of a context's weights
  double pairs = 0;  ///< of a context and a middle, by their weights
};

/// Contexts of a group at most.
inline constexpr std::size_t contexts_of_group = 16;

/// Cuts the contexts of a text, in their order, into groups for the middle words of one block.
///
/// A pair of a context and a middle has the probability as its weight that a drawn reach would let the window have it,
/// as in GroupWeights. In the turns of a leg a context meets each of its middles once, in the turn of the middle's
/// block. Noise must come from all words as if each of these pairs had drawn `negatives` of them: but in a turn only
/// one block is there. So each context meets noise of every block, in every turn, and what is drawn weighs
///     (the sum of the context's weights, with middles of any block) x negatives x share of the block / noise of the
///     group
/// which is, over all turns, `negatives` for each pair, from the whole distribution, whatever blocks the middles are
/// in. (Were noise drawn for the middles of the block alone, a context whose middles are mostly in one block would be
/// pushed away from that block.) A noise word that is a middle of the context is the right answer there, and not
/// counted for that pair. A context that has no middle in the block would be trained for noise alone: of many blocks
/// that is most of them, so it is left out at random, and the more noise weighs where it is not: see visits().
class BlockGroups {
 public:
  /// Keeps the references. The text has been dealt out to as many blocks as it has middles of.
  BlockGroups(const Word2VecOptions& options, const WindowKernels& kernels, const LegText& text,
              const NoiseBlock& noise);

  /// Begins with contexts [begin, end) of the text.
  void start(std::size_t begin, std::size_t end, Rng rng);
  /// False if there is none left.
  bool next(BlockGroup& group);

  std::size_t most_outputs() const noexcept { return most_outputs_; }
  std::size_t most_contexts() const noexcept { return contexts_of_group; }
  /// The probability that a context without a middle in the block is trained.
  double visits() const noexcept { return visits_; }

 private:
  struct Pair {
    std::uint32_t context, output;  // of the group
    float weight;
  };
  void find_next();
  void add_context(BlockGroup& group);
  void add_noise();
  void fold();
  void fill(BlockGroup& group) const;
  /// Of the outputs that the next context adds.
  std::size_t new_outputs() const;

  static constexpr std::uint32_t none = 0xFFFFFFFFu;

  const WindowKernels& kernels_;
  const LegText& text_;
  const NoiseBlock& noise_;
  std::span<const LegText::Middle> middles_;
  double negatives_;
  std::vector<float> weights_;  // by distance
  std::vector<double> sums_;    // of the weights of the nearest words on one side
  std::size_t least_noise_, usual_outputs_, most_outputs_;
  double visits_;
  Rng rng_{0};

  // The next context that is trained, and its first middle and the one after the last, which may have itself between.
  std::size_t at_ = 0, end_ = 0;
  std::size_t first_ = 0, last_ = 0;
  double sum_ = 0;

  // Of the group:
  std::size_t base_ = 0;               // its first middle
  std::vector<std::uint32_t> places_;  // of the middles from there on: the output, or none
  std::vector<WordId> outputs_;
  std::vector<float> drawn_;  // how often each output was drawn as noise
  std::vector<Pair> pairs_;
  std::vector<double> context_sums_;
  std::vector<std::uint32_t> folded_;
  std::size_t noise_count_ = 0;
};

}  // namespace equivec
