#include "equivec/debias/repulsion_attraction.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/indirect_bias.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/remedies.hpp"
#include "src/debias/word_by_word.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>

namespace equivec {

namespace {

/// The largest gap between J and its minimum, by the weight of attraction. w' is then off by about the square root of
/// it, which is as much as the rounding of its numbers.
constexpr double tolerance = 1e-14;
constexpr int most_rounds = 10000;

constexpr std::size_t words_at_once = 1024;  // whose neighbours are found in one search

/// What becomes of a word.
enum class Fate : std::uint8_t { stays, moves, neutralized };

std::vector<Fate> fates(const Embeddings& embeddings, std::span<const WordId> keep, std::size_t restrict) {
  std::vector<Fate> result(embeddings.size());
  for (std::size_t row = 0; row < result.size(); ++row) {
    const auto vector = column(embeddings[word_id(row)]);
    result[row] = !vector.allFinite() || vector.isZero(0) ? Fate::stays
                  : restrict == 0 || row < restrict       ? Fate::moves
                                                          : Fate::neutralized;
  }
  for (const WordId word : keep) result[index(word)] = Fate::stays;
  return result;
}

std::vector<WordId> words_with(const std::vector<Fate>& fates, Fate fate) {
  std::vector<WordId> result;
  for (std::size_t row = 0; row < fates.size(); ++row)
    if (fates[row] == fate) result.push_back(word_id(row));
  return result;
}

/// J of one word. All vectors have length 1.
struct Objective {
  Eigen::VectorXd word;
  Eigen::MatrixXd away;    ///< columns: the biased neighbours, then the direction
  Eigen::VectorXd limits;  ///< the weights of their |products| with w'
  double pull;             ///< attraction / 2

  double operator()(const Eigen::VectorXd& vector) const {
    return limits.dot((away.transpose() * vector).cwiseAbs()) + pull * (1 - word.dot(vector));
  }
  Eigen::Index neighbors() const { return away.cols() - 1; }
};

/// The largest possible part of w' along the direction, times |r|.
double most_along_direction(const Objective& objective) {
  const auto direction = objective.away.rightCols<1>();
  const Eigen::Index count = objective.neighbors();
  const double weight =
      objective.pull * std::abs(objective.word.dot(direction.col(0))) +
      objective.limits.head(count).dot((objective.away.leftCols(count).transpose() * direction).col(0).cwiseAbs());
  return std::max(weight - objective.limits[count], 0.0);
}

struct Minimum {
  Eigen::VectorXd vector;
  double least;  ///< no vector has a smaller J
  double gap;    ///< J(vector) - least
  bool leaning;  ///< a part along the direction is left
  int rounds;
};

Minimum minimum(const Objective& objective) {
  const Eigen::VectorXd& limits = objective.limits;
  const Eigen::Index last = objective.neighbors();
  Eigen::VectorXd forces = Eigen::VectorXd::Zero(limits.size());  // s
  Eigen::VectorXd rest = objective.pull * objective.word;         // r
  for (int round = 1;; ++round) {
    // As a function of a single s, |r| is smallest where r is orthogonal to the vector of s. The direction comes last,
    // so that no later step restores a part along it.
    for (Eigen::Index i = 0; i <= last; ++i) {
      const auto away = objective.away.col(i);
      const double force = std::clamp(forces[i] + away.dot(rest), -limits[i], limits[i]);
      rest += (forces[i] - force) * away;
      forces[i] = force;
    }
    const Eigen::VectorXd products = objective.away.transpose() * rest;
    const double length = rest.norm(), gap = (limits.dot(products.cwiseAbs()) - forces.dot(products)) / length;
    if (gap <= tolerance * 2 * objective.pull || round == most_rounds)
      return {rest / length, objective.pull - length, gap, std::abs(products[last]) > negligible_part * length, round};
  }
}

Eigen::VectorXd direction_of(const Embeddings& embeddings, const BiasSubspace& subspace) {
  if (subspace.rank() != 1 || subspace.basis().cols() != embeddings.dimension())
    throw Error("repulsion and attraction need one bias direction of " + std::to_string(embeddings.dimension()) +
                " numbers, got " + std::to_string(subspace.rank()) + " of " + std::to_string(subspace.basis().cols()));
  return subspace.basis().row(0).transpose();
}

/// Calls f(i, objective) for words[i], several at once.
template <class F>
void for_each_objective(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                        const RepulsionAttractionOptions& options, Progress* progress, const F& f) {
  const Eigen::VectorXd direction = direction_of(embeddings, subspace);
  start(progress, words.size());
  const NearestNeighbors index(embeddings, options.restrict, options.threads);
  for (std::size_t first = 0; first < words.size(); first += words_at_once) {
    check_cancelled(progress);
    const std::span<const WordId> piece = words.subspan(first, std::min(words_at_once, words.size() - first));
    std::vector<NeighborQuery> queries;
    for (const WordId& word : piece) queries.push_back({embeddings[word], {&word, 1}});
    const auto found = index.find(queries, static_cast<std::size_t>(options.neighbors));
    parallel_ranges(piece.size(), 16, options.threads, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        std::vector<WordId> biased;
        for (const Neighbor& neighbor : found[i])
          if (indirect_bias(embeddings, subspace, piece[i], neighbor.word) > options.threshold)
            biased.push_back(neighbor.word);
        const auto count = static_cast<Eigen::Index>(biased.size());
        Objective objective{unit_vector(embeddings[piece[i]]), Eigen::MatrixXd(embeddings.dimension(), count + 1),
                            Eigen::VectorXd(count + 1), options.attraction / 2};
        for (Eigen::Index k = 0; k < count; ++k) {
          objective.away.col(k) = unit_vector(embeddings[biased[static_cast<std::size_t>(k)]]);
          objective.limits[k] = options.repulsion / static_cast<double>(count);
        }
        objective.away.col(count) = direction;
        objective.limits[count] = options.neutralization;
        f(first + i, objective);
      }
    });
    if (progress) progress->done += piece.size();
  }
}

/// The word without its part along the direction, scaled to length 1; zeros if it has no other part.
Eigen::VectorXd neutral(const Eigen::VectorXd& unit, const BiasSubspace& subspace) {
  // Twice, since the first time leaves rounding as large as that of the part removed.
  const Eigen::VectorXd rest = subspace.outside(subspace.outside(unit));
  const double length = rest.norm();
  return length > negligible_part ? Eigen::VectorXd(rest / length) : Eigen::VectorXd::Zero(rest.size());
}

void keep_worst(double& worst, double found) {
  if (std::isnan(found) || found > worst) worst = found;
}

}  // namespace

void validate(const RepulsionAttractionOptions& options) {
  require_between("repulsion", options.repulsion, 0, 1);
  require_between("attraction", options.attraction, 0, 1);
  require_between("neutralization", options.neutralization, 0, 1);
  const double others = options.repulsion + options.neutralization;
  // By more than rounding, so that r is not zero.
  if (!(options.attraction / 2 - others > 1e-6 * options.attraction))
    throw OptionError("attraction must be more than twice the sum of repulsion and neutralization, got " +
                      shortest(options.attraction) + " and " + shortest(others));
  require_at_least("neighbors", options.neighbors, 1);
  require_between("threshold", options.threshold, 0, 1);
  require_between("threads", options.threads, 0, 4096);
}

RepulsionAttraction repel_and_attract(const Embeddings& embeddings, const BiasSubspace& subspace,
                                      std::span<const WordId> keep, const RepulsionAttractionOptions& options,
                                      Progress* progress) {
  validate(options);
  const std::vector<Fate> fate = fates(embeddings, keep, options.restrict);
  Matrix vectors = embeddings.matrix();
  const auto store = [&](WordId word, const Eigen::VectorXd& vector) {
    vectors.row(static_cast<Eigen::Index>(index(word))) = vector.cast<float>().transpose();
  };

  struct Account {
    double before, after, gap;
    int rounds;
    bool repelled, leaning;
  };
  std::vector<WordId> moved = words_with(fate, Fate::moves);
  std::vector<Account> accounts(moved.size());
  for_each_objective(embeddings, subspace, moved, options, progress, [&](std::size_t i, const Objective& objective) {
    const Minimum least = minimum(objective);
    store(moved[i], least.vector);
    accounts[i] = {objective(objective.word),
                   objective(least.vector),
                   least.gap,
                   least.rounds,
                   objective.neighbors() > 0,
                   least.leaning};
  });

  const std::vector<WordId> others = words_with(fate, Fate::neutralized);
  std::vector<std::uint8_t> gone(others.size());
  parallel_ranges(others.size(), 1024, options.threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const Eigen::VectorXd rest = neutral(unit_vector(embeddings[others[i]]), subspace);
      gone[i] = rest.isZero(0);
      store(others[i], rest);
    }
  });

  RepulsionAttraction result{embeddings.with_vectors(std::move(vectors)), std::move(moved), {}, {}, {}};
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const Account& account = accounts[i];
    if (account.repelled) result.repelled.push_back(result.moved[i]);
    if (account.leaning) result.leaning.push_back(result.moved[i]);
    result.objective_before += account.before / static_cast<double>(accounts.size());
    result.objective_after += account.after / static_cast<double>(accounts.size());
    result.gap = std::max(result.gap, account.gap);
    result.rounds = std::max(result.rounds, account.rounds);
  }
  for (std::size_t i = 0; i < others.size(); ++i)
    if (gone[i]) result.vanished.push_back(others[i]);
  return result;
}

std::vector<PostCondition> verify_repulsion_attraction(const Embeddings& before, const Embeddings& after,
                                                       const BiasSubspace& subspace, std::span<const WordId> keep,
                                                       const RepulsionAttractionOptions& options, Progress* progress) {
  validate(options);
  require_same_shape(before, after);
  const std::vector<Fate> fate = fates(before, keep, options.restrict);
  const Eigen::VectorXd direction = direction_of(before, subspace);
  // Rounding a vector of length 1 moves it by at most float_rounding, and J by that times the sum of its weights.
  const double pull = options.attraction / 2, accepted = tolerance * options.attraction;
  const double rounded = (options.repulsion + pull + options.neutralization) * float_rounding + accepted;
  PostCondition same{"words kept, and vectors without length, are as they were (1: some are not)", 0, 0};
  PostCondition length{"other words have length 1, or none if they had nothing but bias", 0, float_rounding};
  PostCondition start{"no word's objective is above that of its old vector", 0, rounded};
  PostCondition plain{"no word's objective is above that of its old vector neutralized", 0, rounded};
  PostCondition least{"no word's objective is above the least possible", 0, rounded};
  PostCondition along{"no word has a larger part along the direction than pays (times attraction / 2 - J)", 0,
                      pull * float_rounding};
  PostCondition neutralized{"words after the first `restrict` have no part along the direction", 0, float_rounding};

  for (const WordId word : words_with(fate, Fate::stays)) {
    const auto equal = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
    keep_worst(same.worst, std::ranges::equal(before[word], after[word], equal) ? 0 : 1);
  }
  for (const WordId word : words_with(fate, Fate::neutralized)) {
    const Eigen::VectorXd vector = column(after[word]).cast<double>();
    const bool gone = neutral(unit_vector(before[word]), subspace).isZero(0);
    keep_worst(length.worst, std::abs(vector.norm() - (gone ? 0 : 1)));
    keep_worst(neutralized.worst, std::abs(direction.dot(vector)));
  }
  const std::vector<WordId> moved = words_with(fate, Fate::moves);
  std::mutex mutex;
  for_each_objective(before, subspace, moved, options, progress, [&](std::size_t i, const Objective& objective) {
    const Eigen::VectorXd vector = column(after[moved[i]]).cast<double>();
    const Eigen::VectorXd unit = vector.normalized();
    const Eigen::VectorXd outside = neutral(objective.word, subspace);
    const double value = objective(unit), part = std::abs(direction.dot(unit));
    // The lower bound holds for any forces, so the proof does not depend on the solver being right.
    const double possible = minimum(objective).least;
    const std::scoped_lock lock(mutex);
    keep_worst(length.worst, std::abs(vector.norm() - 1));
    keep_worst(start.worst, value - objective(objective.word));
    if (!outside.isZero(0)) keep_worst(plain.worst, value - objective(outside));
    keep_worst(least.worst, value - possible);
    keep_worst(along.worst, part * (pull - value) - most_along_direction(objective));
  });
  return {same, length, start, plain, least, along, neutralized};
}

namespace {

Debiased run_repulsion_attraction(const DebiasMethod::Input& input) {
  Debiased result = begin_with_one_direction(input, "repulsion-attraction");
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  const BiasSubspace& subspace = result.direction.subspace;
  const std::vector<WordId> kept = words_kept(vocabulary, input.sets);
  const Embeddings unit = normalized(input.embeddings);
  const RepulsionAttractionOptions& options = input.options.repulsion_attraction;
  RepulsionAttraction found = repel_and_attract(unit, subspace, kept, options, input.progress);
  result.conditions = verify_repulsion_attraction(unit, found.embeddings, subspace, kept, options, input.progress);
  result.embeddings = std::move(found.embeddings);
  result.vanished = std::move(found.vanished);
  result.neutralized = words_neutralized(vocabulary, input.sets);
  result.choices.emplace_back("moved", std::to_string(found.moved.size()) + " of the first " +
                                           std::to_string(words_searched(input)) + ", the others neutralized");
  result.choices.emplace_back("objective",
                              rounded(found.objective_after) + " (before " + rounded(found.objective_before) + ")");
  return result;
}

}  // namespace

constinit const DebiasMethod repulsion_attraction_method = {
    .name = "repulsion-attraction",
    .title = "moves words away from neighbours that bias brought near, and not far from themselves",
    .paper = "Kumar, Bhotia, Kumar and Chakraborty 2020",
    .takes = "a direction",
    .changes = "every word but the definitional, equalize and specific ones, which only get length 1",
    .options = "restrict",
    .run = run_repulsion_attraction};

}  // namespace equivec
