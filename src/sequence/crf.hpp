#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// What may follow what among tags. Undefined tensors forbid nothing.
struct TagRules {
  torch::Tensor forbidden_starts;       ///< tags, bool: a sequence may not begin with it
  torch::Tensor forbidden_transitions;  ///< tags x tags, bool: [i][j], j may not follow i
};

/// BIO (IOB2): "I-x" follows only "B-x" or "I-x", and begins no sequence. Other tags are free. `before` is empty at the
/// beginning.
bool bio_allows(std::string_view before, std::string_view tag);
/// The same as rules.
TagRules bio_rules(const std::vector<std::string>& tags);

/// A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001, "Conditional Random Fields", ICML)
/// over emissions: the score of tags y of a sequence of n steps is start[y1] + sum of emissions[t][yt] + sum of
/// transitions[y(t-1)][yt] + end[yn], its probability proportional to exp of that. Sequences that break the rules have
/// probability 0. Parameters: start (tags), end (tags), transitions (tags x tags, from x to), uniform in -0.1..0.1 at
/// first.
class CrfImpl : public torch::nn::Module {
 public:
  /// tags: how many, at least 1. Throws OptionError; Error if the rules' shapes are others, or if they forbid every
  /// start, or everything after some tag.
  explicit CrfImpl(std::int64_t tags, const TagRules& rules = {});

  /// Whether tags, 0..tags-1, are such as the rules allow.
  bool allows(std::span<const std::int64_t> tags) const;

  /// emissions: batch x time x tags. tags: batch x time, int64, 0..tags-1; what stands beyond a sequence's end does not
  /// count. lengths: batch, int64, on the CPU, each 1..time; undefined: all are `time` long. Returns ln p of the tags,
  /// batch. Throws Error, naming the sequence and the step, if tags break the rules.
  torch::Tensor log_likelihood(const torch::Tensor& emissions, const torch::Tensor& tags,
                               const torch::Tensor& lengths = {});

  /// The most probable tags of each sequence (Viterbi's algorithm), as many as it is long; of several the first in the
  /// order of their last tags. Never tags that break the rules.
  std::vector<std::vector<std::int64_t>> decode(const torch::Tensor& emissions, const torch::Tensor& lengths = {});

 private:
  torch::Tensor starts() const;       ///< start, what is forbidden with a score that no emission makes up for
  torch::Tensor transitions() const;  ///< so too

  std::int64_t tags_;
  TagRules rules_;
  torch::Tensor start_, end_, transitions_;
};
TORCH_MODULE(Crf);

}  // namespace equivec
