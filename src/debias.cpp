#include "equivec/debias.hpp"

#include "src/parallel.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

namespace equivec {

namespace {

/// Shorter than this a remainder of a unit vector is rounding alone, and its direction means nothing.
constexpr double negligible = 1e-6;

Eigen::VectorXd vector_of(const Embeddings& embeddings, WordId word) { return column(embeddings[word]).cast<double>(); }

}  // namespace

Neutralized neutralize(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> keep) {
  std::vector<bool> kept(embeddings.size(), false);
  for (const WordId word : keep) kept[index(word)] = true;
  Matrix result = embeddings.matrix();
  std::vector<WordId> vanished;
  std::mutex mutex;
  parallel_ranges(embeddings.size(), 1024, 0, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      if (kept[row]) continue;
      const Eigen::VectorXd vector = vector_of(embeddings, word_id(row));
      const double old_length = vector.norm();
      if (old_length == 0) continue;
      // Twice, since the first time leaves rounding of the size of what was taken out.
      const Eigen::VectorXd rest = subspace.outside(subspace.outside(vector));
      const double length = rest.norm();
      if (length > negligible * old_length) {
        result.row(static_cast<Eigen::Index>(row)) = (rest / length).cast<float>().transpose();
      } else {
        result.row(static_cast<Eigen::Index>(row)).setZero();
        const std::scoped_lock lock(mutex);
        vanished.push_back(word_id(row));
      }
    }
  });
  std::ranges::sort(vanished);
  return {Embeddings(embeddings.vocabulary(), std::move(result), embeddings.metadata()), std::move(vanished)};
}

Equalized equalize(const Embeddings& embeddings, const BiasSubspace& subspace,
                   std::span<const std::vector<WordId>> sets) {
  Matrix result = embeddings.matrix();
  std::vector<std::vector<WordId>> done, degenerate, clamped;
  std::set<WordId> used;
  for (const auto& set : sets) {
    const auto count = static_cast<Eigen::Index>(set.size());
    Eigen::VectorXd mean = Eigen::VectorXd::Zero(embeddings.dimension());
    for (const WordId word : set) mean += vector_of(embeddings, word) / static_cast<double>(count);
    const Eigen::VectorXd nu = subspace.outside(mean), mean_inside = subspace.inside(mean);
    std::vector<Eigen::VectorXd> directions;  // (w_B - mu_B) / |w_B - mu_B|
    bool usable = set.size() >= 2;
    for (const WordId word : set) {
      usable = usable && !used.contains(word);
      Eigen::VectorXd direction = subspace.inside(vector_of(embeddings, word)) - mean_inside;
      const double length = direction.norm();
      usable = usable && length > negligible;
      directions.push_back(direction / length);
    }
    for (std::size_t i = 0; usable && i < directions.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) usable = usable && (directions[i] - directions[k]).norm() > negligible;
    if (!usable) {
      degenerate.push_back(set);
      continue;
    }
    const double square = 1 - nu.squaredNorm();
    // Of unit vectors the mean is no longer than 1, but for rounding.
    if (square < -1e-6) clamped.push_back(set);
    const double reach = std::sqrt(std::max(square, 0.0));
    for (std::size_t i = 0; i < set.size(); ++i)
      result.row(static_cast<Eigen::Index>(index(set[i]))) = (nu + reach * directions[i]).cast<float>().transpose();
    used.insert(set.begin(), set.end());
    done.push_back(set);
  }
  return {Embeddings(embeddings.vocabulary(), std::move(result), embeddings.metadata()), std::move(done),
          std::move(degenerate), std::move(clamped)};
}

std::vector<WordId> words_kept(const Vocabulary& vocabulary, const BiasWordSets& sets) {
  WordSet listed = sets.specific;
  for (const auto* group : {&sets.definitional, &sets.equalize})
    for (const WordSet& set : with_case_variants(*group)) listed.insert(listed.end(), set.begin(), set.end());
  std::vector<WordId> kept = resolve(vocabulary, listed).words;
  std::ranges::sort(kept);
  return kept;
}

std::vector<WordId> words_neutralized(const Vocabulary& vocabulary, const BiasWordSets& sets) {
  const std::vector<WordId> kept = words_kept(vocabulary, sets);
  std::vector<WordId> others;
  for (std::size_t row = 0; row < vocabulary.size(); ++row)
    if (!std::ranges::binary_search(kept, word_id(row))) others.push_back(word_id(row));
  return others;
}

HardDebiased hard_debias(const Embeddings& embeddings, const BiasWordSets& sets, int rank) {
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const Embeddings unit = normalized(embeddings);
  const ResolvedSets definitional = resolve(vocabulary, sets.definitional);
  const BiasSubspace subspace = BiasSubspace::from_sets(unit, definitional.sets, rank);
  Neutralized neutral = neutralize(unit, subspace, words_kept(vocabulary, sets));
  Equalized equal = equalize(neutral.embeddings, subspace, resolve(vocabulary, with_case_variants(sets.equalize)).sets);

  WordSet missing = definitional.missing;
  for (const WordSet& words : {resolve(vocabulary, sets.equalize).missing, resolve(vocabulary, sets.specific).missing})
    missing.insert(missing.end(), words.begin(), words.end());
  std::ranges::sort(missing);
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  return {std::move(equal.embeddings),
          subspace,
          words_neutralized(vocabulary, sets),
          std::move(neutral.vanished),
          std::move(equal.sets),
          std::move(equal.degenerate),
          std::move(missing)};
}

}  // namespace equivec
