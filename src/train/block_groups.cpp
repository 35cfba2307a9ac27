#include "src/train/block_groups.hpp"

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

double noise_weight(const Vocabulary& vocabulary, std::size_t word, double exponent) {
  const auto count = static_cast<double>(vocabulary.count(word_id(word)));
  return count > 0 ? std::pow(count, exponent) : 0;
}

// What a pair with a noise word weighs at most, about: more costs quality, and with high learning rates diverges. In
// GroupWeights it is as much.
constexpr double heaviest_noise = 1.4;

// Turns of a leg in which a context is trained that has no middle in the block, about.
constexpr double turns_for_noise = 4;

}  // namespace

double noise_sum(const Vocabulary& vocabulary, double exponent) {
  double sum = 0;
  for (std::size_t word = 0; word < vocabulary.size(); ++word) sum += noise_weight(vocabulary, word, exponent);
  return sum;
}

NoiseBlock noise_block(const WordBlocks& blocks, std::size_t block, const Vocabulary& vocabulary, double exponent,
                       double sum) {
  NoiseBlock result;
  result.block = static_cast<std::uint16_t>(block);
  std::vector<double> weights(blocks.rows_of(block));
  double here = 0;
  for (std::size_t row = 0; row < weights.size(); ++row)
    here += weights[row] = noise_weight(vocabulary, blocks.word(block, row), exponent);
  if (!(here > 0)) return result;
  result.share = here / sum;
  result.sampler.emplace(weights);
  return result;
}

BlockGroups::BlockGroups(const Word2VecOptions& options, const WindowKernels& kernels, const LegText& text,
                         const NoiseBlock& noise)
    : kernels_(kernels),
      text_(text),
      noise_(noise),
      middles_(text.middles_of(noise.block)),
      negatives_(options.negatives),
      sums_{0} {
  const bool shrinking = options.window_shape == WindowShape::shrinking;
  const auto window = static_cast<std::size_t>(options.window);
  for (std::size_t distance = 1; distance <= window; ++distance) {
    weights_.push_back(shrinking ? static_cast<float>(window - distance + 1) / static_cast<float>(window) : 1.0f);
    sums_.push_back(sums_.back() + static_cast<double>(weights_.back()));
  }
  // Of a context in the middle of a long sentence.
  const double noise_of_context = noise.share * options.negatives * 2 * sums_.back();
  least_noise_ = noise.sampler
                     ? std::max<std::size_t>(static_cast<std::size_t>(std::ceil(noise_of_context / heaviest_noise)), 2)
                     : 0;
  const std::size_t blocks = text.begins.size() - 1;
  usual_outputs_ = group_pitch(least_noise_ + std::max<std::size_t>(8, (2 * window + blocks - 1) / blocks));
  most_outputs_ = std::max(usual_outputs_, group_pitch(least_noise_ + 2 * window));
  visits_ = std::min(1.0, turns_for_noise / static_cast<double>(blocks));
}

void BlockGroups::start(std::size_t begin, std::size_t end, Rng rng) {
  at_ = begin;
  end_ = end;
  rng_ = rng;
  if (begin == end) return;
  const LegText::Context& context = text_.contexts[begin];
  first_ = static_cast<std::size_t>(
      std::ranges::lower_bound(middles_, context.place - context.left, {}, &LegText::Middle::place) - middles_.begin());
  last_ = first_;
  find_next();
}

/// Goes on from context at_ to the next one that is trained.
void BlockGroups::find_next() {
  for (; at_ < end_; ++at_) {
    const LegText::Context& context = text_.contexts[at_];
    sum_ = sums_[context.left] + sums_[context.right];
    if (sum_ == 0) continue;
    const std::uint32_t from = context.place - context.left, to = context.place + context.right;
    while (first_ < middles_.size() && middles_[first_].place < from) ++first_;
    last_ = std::max(last_, first_);
    while (last_ < middles_.size() && middles_[last_].place <= to) ++last_;
    const bool itself = last_ == first_ + 1 && middles_[first_].place == context.place;
    if (last_ > first_ && !itself) return;
    if (!noise_.sampler || (visits_ < 1 && rng_.uniform_double() >= visits_)) continue;
    sum_ /= visits_;
    return;
  }
}

std::size_t BlockGroups::new_outputs() const {
  std::size_t count = 0;
  for (std::size_t i = first_; i < last_; ++i) {
    const bool known = i - base_ < places_.size() && places_[i - base_] != none;
    count += !known && middles_[i].place != text_.contexts[at_].place;
  }
  return count;
}

void BlockGroups::add_context(BlockGroup& group) {
  const LegText::Context& context = text_.contexts[at_];
  const auto number = static_cast<std::uint32_t>(group.contexts.size());
  if (places_.size() < last_ - base_) places_.resize(last_ - base_, none);
  for (std::size_t i = first_; i < last_; ++i) {
    const LegText::Middle& middle = middles_[i];
    if (middle.place == context.place) continue;
    std::uint32_t& output = places_[i - base_];
    if (output == none) {
      output = static_cast<std::uint32_t>(outputs_.size());
      outputs_.push_back(word_id(middle.row));
    }
    const std::uint32_t distance = std::max(middle.place, context.place) - std::min(middle.place, context.place);
    pairs_.push_back({number, output, weights_[distance - 1]});
  }
  context_sums_.push_back(sum_);
  group.contexts.push_back(&context);
}

bool BlockGroups::next(BlockGroup& group) {
  if (at_ == end_) return false;
  group.contexts.clear();
  places_.clear();
  outputs_.clear();
  pairs_.clear();
  context_sums_.clear();
  base_ = first_;
  while (at_ < end_ && group.contexts.size() < contexts_of_group) {
    if (!group.contexts.empty() && outputs_.size() + new_outputs() + least_noise_ > usual_outputs_) break;
    add_context(group);
    ++at_;
    find_next();
  }
  add_noise();
  fold();
  fill(group);
  return true;
}

void BlockGroups::add_noise() {
  const std::size_t middles = outputs_.size();
  noise_count_ = noise_.sampler ? std::max(usual_outputs_, group_pitch(middles + least_noise_)) - middles : 0;
  for (std::size_t i = 0; i < noise_count_; ++i) outputs_.push_back((*noise_.sampler)(rng_));
  drawn_.assign(middles, 0.0f);
  drawn_.resize(outputs_.size(), 1.0f);
}

/// Makes one output of words that are there twice.
void BlockGroups::fold() {
  const std::size_t count = outputs_.size();
  outputs_.resize(group_pitch(count), word_id(none));
  const bool different = kernels_.all_different(outputs_.data(), count);
  outputs_.resize(count);
  if (different) return;
  folded_.clear();
  std::size_t kept = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const auto same = static_cast<std::size_t>(
        std::find(outputs_.begin(), outputs_.begin() + static_cast<std::ptrdiff_t>(kept), outputs_[k]) -
        outputs_.begin());
    folded_.push_back(static_cast<std::uint32_t>(same));
    if (same < kept) {
      drawn_[same] += drawn_[k];
      continue;
    }
    outputs_[kept] = outputs_[k];
    drawn_[kept] = drawn_[k];
    ++kept;
  }
  outputs_.resize(kept);
  drawn_.resize(kept);
  for (Pair& pair : pairs_) pair.output = folded_[pair.output];
}

void BlockGroups::fill(BlockGroup& group) const {
  const auto floats = [](std::size_t size) { return BlockGroup::Floats(new (std::align_val_t(64)) float[size]()); };
  if (!group.weights) {
    group.weights = floats(contexts_of_group * most_outputs_);
    group.labels = floats(contexts_of_group * most_outputs_);
    group.noise = floats(most_outputs_);
  }
  group.outputs = outputs_;
  group.pairs = 0;
  const std::size_t pitch = group_pitch(outputs_.size());
  float* const labels = group.labels.get();
  std::fill_n(labels, group.contexts.size() * pitch, 0.0f);
  for (const Pair& pair : pairs_) {
    labels[pair.context * pitch + pair.output] += pair.weight;
    group.pairs += static_cast<double>(pair.weight);
  }
  float* const noise = group.noise.get();
  const float share =
      noise_count_ == 0 ? 0 : static_cast<float>(noise_.share * negatives_ / static_cast<double>(noise_count_));
  for (std::size_t k = 0; k < pitch; ++k) noise[k] = k < drawn_.size() ? drawn_[k] * share : 0;
  for (std::size_t i = 0; i < group.contexts.size(); ++i) {
    const float* const label = labels + i * pitch;
    float* const weight = group.weights.get() + i * pitch;
    const auto sum = static_cast<float>(context_sums_[i]);
    for (std::size_t k = 0; k < pitch; ++k) weight[k] = label[k] + noise[k] * (sum - label[k]);
  }
}

}  // namespace equivec
