#include "src/train/glove_rotation.hpp"

#include <algorithm>
#include <numeric>

namespace equivec {

namespace {

// Strips that are trained side by side. It must not depend on the machine, or else the result would.
constexpr std::size_t most_parts = 32;

/// Numbers of blocks, those with the most pairs first.
std::vector<std::uint32_t> largest_first(const std::vector<std::uint64_t>& pairs) {
  std::vector<std::uint32_t> blocks(pairs.size());
  std::iota(blocks.begin(), blocks.end(), 0u);
  std::ranges::stable_sort(blocks, [&](std::uint32_t a, std::uint32_t b) { return pairs[a] > pairs[b]; });
  return blocks;
}

}  // namespace

GloveRotation::GloveRotation(const GloveBlocks& blocks, Rng rng)
    : groups_((blocks.size() + most_parts - 1) / most_parts) {
  // As even as can be: a group of few strips would keep few threads busy.
  const std::vector<std::uint32_t> strips = largest_first(blocks.word_pairs);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    groups_[g].assign(strips.begin() + static_cast<std::ptrdiff_t>(strips.size() * g / groups_.size()),
                      strips.begin() + static_cast<std::ptrdiff_t>(strips.size() * (g + 1) / groups_.size()));
  parts_.resize((strips.size() + groups_.size() - 1) / groups_.size());
  std::vector<std::uint64_t> dealt(parts_.size());
  for (const std::uint32_t block : largest_first(blocks.context_pairs)) {
    const auto least = static_cast<std::size_t>(std::ranges::min_element(dealt) - dealt.begin());
    parts_[least].push_back(block);
    // Blocks without pairs are dealt out evenly too, since they have rows.
    dealt[least] += std::max<std::uint64_t>(blocks.context_pairs[block], 1);
  }
  // Those that begin with the most frequent words have the fewest rows.
  shuffle<std::vector<std::uint32_t>>(parts_, rng);
  for (const auto& part : parts_) {
    pairs_.push_back(0);
    for (const std::uint32_t block : part) pairs_.back() += blocks.context_pairs[block];
  }
}

std::vector<int> GloveRotation::owners(int ranks) const {
  const double total = std::accumulate(pairs_.begin(), pairs_.end(), 0.0);
  std::vector<int> result;
  double before = 0;
  for (const std::uint64_t pairs : pairs_) {
    const double middle = (before + static_cast<double>(pairs) / 2) / total;
    result.push_back(std::min(static_cast<int>(middle * ranks), ranks - 1));
    before += static_cast<double>(pairs);
  }
  return result;
}

GloveRotation::Epoch GloveRotation::epoch(Rng rng) const {
  Epoch result{.groups = {}, .parts = parts_, .step = rng.below(2) == 0 ? 1 : parts_.size() - 1};
  for (auto& part : result.parts) shuffle<std::uint32_t>(part, rng);
  for (const auto& strips : groups_) result.groups.push_back({.strips = strips, .starts = starts(strips.size(), rng)});
  shuffle<Group>(result.groups, rng);
  return result;
}

std::vector<std::uint32_t> GloveRotation::starts(std::size_t strips, Rng& rng) const {
  const auto parts = static_cast<std::uint32_t>(parts_.size());
  // By the golden ratio, a few strips on end are far apart.
  std::uint32_t step = std::max(parts * 618 / 1000, 1u);
  while (std::gcd(step, parts) != 1) ++step;
  const std::uint32_t first = rng.below(parts);
  std::vector<std::uint32_t> result(strips);
  for (std::uint32_t i = 0; i < strips; ++i) result[i] = (first + i * step) % parts;
  constexpr std::size_t alike = 8;  // strips
  for (std::size_t i = 0; i < strips; i += alike)
    shuffle(std::span(result).subspan(i, std::min(alike, strips - i)), rng);
  return result;
}

}  // namespace equivec
