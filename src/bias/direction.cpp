#include "equivec/bias/direction.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/parallel.hpp"
#include "src/math/logistic_regression.hpp"
#include "src/math/principal_directions.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace equivec {

namespace {

BiasSubspace::Basis unit_rows(const Embeddings& embeddings, std::span<const WordId> words) {
  BiasSubspace::Basis rows(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  for (std::size_t i = 0; i < words.size(); ++i)
    rows.row(static_cast<Eigen::Index>(i)) = unit_vector(embeddings[words[i]]).transpose();
  return rows;
}

/// The unit vectors of all sets, one a row; each set is centred and weighted by 1 / its size.
BiasSubspace::Basis centred_rows(const Embeddings& embeddings, std::span<const std::vector<WordId>> sets) {
  Eigen::Index words = 0;
  for (const auto& set : sets) words += static_cast<Eigen::Index>(set.size());
  BiasSubspace::Basis rows(words, embeddings.dimension());
  Eigen::Index row = 0;
  for (const auto& set : sets) {
    auto block = rows.middleRows(row, static_cast<Eigen::Index>(set.size()));
    block = unit_rows(embeddings, set);
    block.rowwise() -= block.colwise().mean().eval();
    block /= std::sqrt(static_cast<double>(set.size()));
    row += block.rows();
  }
  return rows;
}

void require_both_sides(std::span<const WordId> first, std::span<const WordId> last) {
  if (first.empty() || last.empty()) throw Error("a bias direction needs words at both ends");
}

}  // namespace

BiasSubspace BiasSubspace::from_sets(const Embeddings& embeddings, std::span<const std::vector<WordId>> sets,
                                     int rank) {
  require_at_least("rank", rank, 1);
  std::vector<std::vector<WordId>> usable;
  for (const auto& set : sets)
    if (set.size() >= 2) usable.push_back(set);
  if (usable.empty()) throw Error("no definitional set has two words in the vocabulary, so there is no bias direction");

  const Basis centred = centred_rows(embeddings, usable);
  Eigen::VectorXd orientation = Eigen::VectorXd::Zero(embeddings.dimension());
  for (const auto& set : usable)
    orientation += unit_vector(embeddings[set.front()]) - unit_vector(embeddings[set.back()]);

  const PrincipalDirections principal = principal_directions(centred);
  const double total = principal.variances.sum();
  // Smaller variances are rounding along directions that the sets do not have.
  const double least = std::max(total * 1e-12, 1e-24);
  const auto independent = static_cast<int>((principal.variances.array() > least).count());
  if (independent < rank)
    throw Error("the definitional sets differ in " + std::to_string(independent) + " independent directions, rank " +
                std::to_string(rank) + " was asked for");

  Basis basis = principal.directions.leftCols(rank).transpose();
  for (Eigen::Index i = 0; i < basis.rows(); ++i) {
    for (Eigen::Index k = 0; k < i; ++k) basis.row(i) -= basis.row(i).dot(basis.row(k)) * basis.row(k);
    basis.row(i).normalize();
  }
  for (Eigen::Index i = 0; i < basis.rows(); ++i)
    if (basis.row(i).dot(orientation) < 0) basis.row(i) = -basis.row(i).eval();
  return BiasSubspace(std::move(basis), principal.variances / total);
}

BiasSubspace BiasSubspace::from_means(const Embeddings& embeddings, std::span<const WordId> first,
                                      std::span<const WordId> last) {
  require_both_sides(first, last);
  const Basis difference = unit_rows(embeddings, first).colwise().mean() - unit_rows(embeddings, last).colwise().mean();
  if (!(difference.norm() > 1e-12))
    throw Error("the words at both ends have the same mean, so there is no bias direction");
  return BiasSubspace(difference / difference.norm(), {});
}

BiasSubspace BiasSubspace::from_classifier(const Embeddings& embeddings, std::span<const WordId> first,
                                           std::span<const WordId> last) {
  require_both_sides(first, last);
  std::vector<WordId> words(first.begin(), first.end());
  words.insert(words.end(), last.begin(), last.end());
  Eigen::VectorXd labels = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(words.size()));
  labels.head(static_cast<Eigen::Index>(first.size())).setOnes();
  const Eigen::VectorXd weights =
      fit_logistic(unit_rows(embeddings, words), labels, Eigen::VectorXd::Ones(labels.size()), 1).weights;
  if (!(weights.norm() > 1e-12))
    throw Error("no weights separate the words at both ends, so there is no bias direction");
  return BiasSubspace(weights.transpose() / weights.norm(), {});
}

Eigen::VectorXd BiasSubspace::inside(const Eigen::VectorXd& v) const { return basis_.transpose() * (basis_ * v); }

Eigen::VectorXd BiasSubspace::outside(const Eigen::VectorXd& v) const { return v - inside(v); }

std::string_view name_of(DirectionMethod method) {
  switch (method) {
    case DirectionMethod::pca:
      return "pca";
    case DirectionMethod::pair:
      return "pair";
    case DirectionMethod::means:
      return "means";
    case DirectionMethod::classifier:
      return "classifier";
  }
  return "";
}

void validate(const DirectionOptions& options) {
  require_at_least("rank", options.rank, 1);
  if (options.rank > 1 && options.method != DirectionMethod::pca)
    throw OptionError("rank must be 1 except with the direction pca, got " + std::to_string(options.rank));
  if (!options.pair.empty() && options.pair.size() != 2)
    throw OptionError("pair must be two words, got " + std::to_string(options.pair.size()));
}

BiasDirection find_direction(const Embeddings& embeddings, const BiasWordSets& sets, const DirectionOptions& options) {
  validate(options);
  const Vocabulary& vocabulary = embeddings.vocabulary();
  const bool own_pair = options.method == DirectionMethod::pair && !options.pair.empty();
  const std::vector<WordSet> given = own_pair ? std::vector<WordSet>{options.pair} : sets.definitional;
  if (given.empty())
    throw Error("the sets '" + sets.name + "' have no definitional sets, so there is no bias direction");
  ResolvedSets found = resolve(vocabulary, given);
  if (found.sets.empty()) {
    if (own_pair)
      throw Error("the pair '" + options.pair[0] + " " + options.pair[1] +
                  "' gives no direction: not both words are in the vocabulary");
    throw Error("no definitional set has two words in the vocabulary, so there is no bias direction");
  }
  if (options.method == DirectionMethod::pair) found.sets.resize(1);
  std::vector<WordId> first, last;
  for (const auto& set : found.sets) {
    first.push_back(set.front());
    last.push_back(set.back());
  }
  BiasSubspace subspace =
      options.method == DirectionMethod::pca          ? BiasSubspace::from_sets(embeddings, found.sets, options.rank)
      : options.method == DirectionMethod::classifier ? BiasSubspace::from_classifier(embeddings, first, last)
                                                      : BiasSubspace::from_means(embeddings, first, last);
  return {std::move(subspace),
          found.sets.size(),
          given.size(),
          std::move(found.missing),
          std::string(vocabulary.word(first.front())),
          std::string(vocabulary.word(last.front())),
          std::move(found.sets)};
}

std::optional<RandomSetsBaseline> random_sets_baseline(const Embeddings& embeddings,
                                                       std::span<const std::vector<WordId>> sets, double observed,
                                                       const RandomSetsOptions& options) {
  require_between("draws", options.draws, 1, 1000000);
  require_between("threads", options.threads, 0, 4096);
  const auto words = static_cast<std::uint32_t>(options.restrict == 0 ? embeddings.size()
                                                                      : std::min(embeddings.size(), options.restrict));
  std::size_t needed = 0;
  for (const auto& set : sets) needed += set.size();
  if (needed < sets.size() + 2) return std::nullopt;
  // With at least twice as many words as needed, drawing one after the other meets few repetitions.
  if (needed == 0 || words < 2 * needed) return std::nullopt;
  std::vector<double> shares(static_cast<std::size_t>(options.draws));
  parallel_for(shares.size(), options.threads, [&](std::size_t draw) {
    Rng rng(options.seed, draw);
    std::unordered_set<std::uint32_t> drawn;
    std::vector<std::vector<WordId>> random;
    for (const auto& set : sets) {
      auto& other = random.emplace_back();
      while (other.size() < set.size())
        if (const std::uint32_t word = rng.below(words); drawn.insert(word).second) other.push_back(word_id(word));
    }
    const Eigen::VectorXd variances = principal_directions(centred_rows(embeddings, random)).variances;
    const double total = variances.sum();
    shares[draw] = total > 0 ? variances[0] / total : 0;
  });
  double mean = 0;
  for (const double share : shares) mean += share / static_cast<double>(shares.size());
  // Shares that differ from the observed one only by rounding count as at least that.
  const auto at_least = std::ranges::count_if(shares, [&](double share) { return share >= observed - 1e-12; });
  std::ranges::sort(shares);
  return RandomSetsBaseline{mean, *percentile_interval(shares, {.resamples = options.draws}),
                            static_cast<double>(at_least + 1) / static_cast<double>(shares.size() + 1)};
}

}  // namespace equivec
