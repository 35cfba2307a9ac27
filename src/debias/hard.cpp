#include "equivec/debias/hard.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/methods.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

namespace equivec {

namespace {

Eigen::VectorXd vector_of(const Embeddings& embeddings, WordId word) { return column(embeddings[word]).cast<double>(); }

}  // namespace

Neutralized neutralize(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> keep) {
  std::vector<bool> kept(embeddings.size(), false);
  for (const WordId word : keep) kept[index(word)] = true;
  WordByWord result = word_by_word(embeddings, 0, [&](WordId word, const Eigen::VectorXd& vector) {
    if (kept[index(word)]) return vector;
    // Twice, since the first time leaves rounding as large as that of the part removed.
    Eigen::VectorXd rest = subspace.outside(subspace.outside(vector));
    const double length = rest.norm();
    if (length > negligible_part * vector.norm())
      rest /= length;
    else
      rest.setZero();
    return rest;
  });
  return {std::move(result.embeddings), std::move(result.vanished)};
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
      usable = usable && length > negligible_part;
      directions.push_back(direction / length);
    }
    for (std::size_t i = 0; usable && i < directions.size(); ++i)
      for (std::size_t k = 0; k < i; ++k) usable = usable && (directions[i] - directions[k]).norm() > negligible_part;
    const double square = 1 - nu.squaredNorm();
    const double reach = std::sqrt(std::max(square, 0.0));
    // For nearly equal vectors of length 1, the difference from 1 is rounding.
    usable = usable && std::abs(square) > 1e-6;
    if (!usable) {
      degenerate.push_back(set);
      continue;
    }
    // Of unit vectors the mean is no longer than 1.
    if (square < 0) clamped.push_back(set);
    for (std::size_t i = 0; i < set.size(); ++i)
      result.row(static_cast<Eigen::Index>(index(set[i]))) = (nu + reach * directions[i]).cast<float>().transpose();
    used.insert(set.begin(), set.end());
    done.push_back(set);
  }
  return {embeddings.with_vectors(std::move(result)), std::move(done), std::move(degenerate), std::move(clamped)};
}

std::vector<PostCondition> verify_neutralized(const Embeddings& before, const Embeddings& after,
                                              const BiasSubspace& subspace, std::span<const WordId> neutralized) {
  const double part = worst_of(neutralized.size(), [&](std::size_t i) {
    return (subspace.basis() * unit_vector(after[neutralized[i]])).norm();
  });
  const double moved = worst_of(neutralized.size(), [&](std::size_t i) {
    const Eigen::VectorXd rest = subspace.outside(subspace.outside(vector_of(before, neutralized[i])));
    // Words inside the subspace become zero.
    const double length = rest.norm() > negligible_part ? rest.norm() : std::numeric_limits<double>::infinity();
    return (vector_of(after, neutralized[i]) - rest / length).norm();
  });
  return {{"no neutralized word has a part in the bias subspace (cosine)", part, float_rounding},
          {"neutralized words are what they were outside of it, at length 1", moved, float_rounding}};
}

std::vector<PostCondition> verify_equalized(const Embeddings& embeddings, const BiasSubspace& subspace,
                                            std::span<const std::vector<WordId>> sets,
                                            std::span<const WordId> neutralized) {
  double outside = 0, length = 0;
  Eigen::Index others = 0;
  for (const auto& set : sets) others += static_cast<Eigen::Index>(set.size()) - 1;
  Eigen::MatrixXd differences(others, embeddings.dimension());
  Eigen::Index row = 0;
  for (const auto& set : sets) {
    const Eigen::VectorXd first = vector_of(embeddings, set.front());
    length = std::max(length, std::abs(first.norm() - 1));
    for (std::size_t i = 1; i < set.size(); ++i) {
      const Eigen::VectorXd other = vector_of(embeddings, set[i]), difference = first - other;
      length = std::max(length, std::abs(other.norm() - 1));
      outside = std::max(outside, subspace.outside(difference).norm());
      differences.row(row++) = difference.transpose();
    }
  }
  std::vector<PostCondition> conditions = {
      {"the words of equalized sets differ inside the bias subspace alone", outside, 2 * float_rounding},
      // Rounded twice: the vectors they were made from, and the result.
      {"the words of equalized sets have length 1", length, 2 * float_rounding}};
  if (neutralized.empty() || differences.rows() == 0) return conditions;
  // |w - e|^2 - |w - f|^2 = |e|^2 - |f|^2 - 2 w.(e - f): for words w of length 1, equal products are equal distances.
  const double uneven = worst_of(neutralized.size(), [&](std::size_t i) {
    return (differences * vector_of(embeddings, neutralized[i])).cwiseAbs().maxCoeff();
  });
  conditions.push_back(
      {"every neutralized word has the same cosine with all words of a set", uneven, 4 * float_rounding});
  return conditions;
}

namespace {

void append(std::vector<PostCondition>& conditions, std::vector<PostCondition> more) {
  conditions.insert(conditions.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void neutralize_words(const DebiasMethod::Input& input, Debiased& result) {
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  Neutralized neutral = neutralize(result.embeddings, result.direction.subspace, words_kept(vocabulary, input.sets));
  result.embeddings = std::move(neutral.embeddings);
  result.vanished = std::move(neutral.vanished);
  result.neutralized = words_neutralized(vocabulary, input.sets);
}

void equalize_sets(const DebiasMethod::Input& input, Debiased& result) {
  const ResolvedSets sets = resolve(input.embeddings.vocabulary(), with_case_variants(input.sets.equalize));
  Equalized equal = equalize(result.embeddings, result.direction.subspace, sets.sets);
  result.embeddings = std::move(equal.embeddings);
  result.equalized = std::move(equal.sets);
  result.degenerate = std::move(equal.degenerate);
}

/// REQUIRES: `before`, the vectors before, have length 1.
void prove(const Embeddings& before, Debiased& result, const Progress* progress) {
  if (!result.neutralized.empty())
    append(result.conditions,
           verify_neutralized(before, result.embeddings, result.direction.subspace, result.neutralized));
  check_cancelled(progress);
  if (!result.equalized.empty())
    append(result.conditions,
           verify_equalized(result.embeddings, result.direction.subspace, result.equalized, result.neutralized));
}

/// Debiases the vectors scaled to length 1, in which the direction is found too.
Debiased unit_debiased(const DebiasMethod::Input& input, std::optional<int> rank, bool neutralizes, bool equalizes) {
  const Embeddings unit = normalized(input.embeddings);
  Debiased result = begin({unit, input.sets, input.options, input.progress}, rank);
  check_cancelled(input.progress);
  if (neutralizes) neutralize_words(input, result);
  check_cancelled(input.progress);
  if (equalizes) equalize_sets(input, result);
  check_cancelled(input.progress);
  prove(unit, result, input.progress);
  return result;
}

Debiased run_neutralize(const DebiasMethod::Input& input) { return unit_debiased(input, std::nullopt, true, false); }

Debiased run_equalize(const DebiasMethod::Input& input) {
  if (resolve(input.embeddings.vocabulary(), with_case_variants(input.sets.equalize)).sets.empty())
    throw Error("the sets '" + input.sets.name + "' have no equalize set of which two words are in the vocabulary");
  return unit_debiased(input, std::nullopt, false, true);
}

Debiased run_hard(const DebiasMethod::Input& input) { return unit_debiased(input, std::nullopt, true, true); }

Debiased run_multiclass_hard(const DebiasMethod::Input& input) {
  if (input.options.direction.rank > 1 || input.options.direction.method != DirectionMethod::pca)
    return unit_debiased(input, std::nullopt, true, true);
  // The largest number of directions that the words of a set can differ in.
  std::size_t largest = 2;
  for (const auto& set : resolve(input.embeddings.vocabulary(), input.sets.definitional).sets)
    largest = std::max(largest, set.size());
  return unit_debiased(input, static_cast<int>(largest) - 1, true, true);
}

}  // namespace

constinit const DebiasMethod neutralize_method = {
    .name = "neutralize",
    .title = "takes the bias subspace out of words that should be neutral",
    .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
    .takes = "a direction",
    .changes = "every word but the definitional, equalize and specific ones, which only get length 1",
    .projects_ngrams = true,
    .run = run_neutralize};
constinit const DebiasMethod equalize_method = {
    .name = "equalize",
    .title = "makes the words of a set differ in nothing but the bias subspace",
    .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
    .takes = "a direction, equalize sets",
    .changes = "the words of equalize sets; all others only get length 1",
    .run = run_equalize};
constinit const DebiasMethod hard_method = {
    .name = "hard",
    .title = "neutralizes and equalizes",
    .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
    .takes = "a direction, equalize sets",
    .changes = "every word but the definitional and specific ones, which only get length 1",
    .projects_ngrams = true,
    .run = run_hard};
constinit const DebiasMethod multiclass_hard_method = {
    .name = "multiclass-hard",
    .title = "the same with as many directions as sets of three words or more differ in",
    .paper = "Manzini, Lim, Black and Tsvetkov 2019",
    .takes = "definitional sets, equalize sets",
    .changes = "every word but the definitional and specific ones, which only get length 1",
    .projects_ngrams = true,
    .run = run_multiclass_hard};

}  // namespace equivec
