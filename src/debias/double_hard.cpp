#include "equivec/debias/double_hard.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/cluster_bias.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/inlp.hpp"
#include "equivec/debias/methods.hpp"
#include "src/debias/labelled_words.hpp"
#include "src/debias/moments.hpp"
#include "src/debias/remedies.hpp"
#include "src/base/parallel.hpp"
#include "src/debias/word_by_word.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace equivec {

namespace {

/// What is subtracted from a vector, and the directions removed from the difference.
struct Removal {
  Eigen::VectorXd mean;
  Eigen::MatrixXd of_all, of_neutral;  ///< orthonormal columns; of_neutral begins with those of of_all

  /// Of length 1, or zeros if nothing but rounding is left.
  Eigen::VectorXd operator()(const Eigen::VectorXd& vector, bool kept) const {
    const Eigen::VectorXd rest = without(kept ? of_all : of_neutral, vector - mean);
    const double length = rest.norm();
    if (length > negligible_part * std::max(vector.norm(), mean.norm())) return rest / length;
    return Eigen::VectorXd::Zero(vector.size());
  }
};

/// The principal directions of all vectors, one a column, by descending variance.
struct Components {
  Eigen::VectorXd mean;
  Eigen::MatrixXd directions;
};

Components components_of(const Embeddings& embeddings, int most, int threads, const Progress* progress) {
  std::vector<WordId> words;
  for (std::size_t row = 0; row < embeddings.size(); ++row)
    if (!column(embeddings[word_id(row)]).isZero(0)) words.push_back(word_id(row));
  const Moments moments = moments_of(embeddings, words, threads, progress);
  if (words.empty()) throw Error("no word has a vector with a length, so there are no principal components");
  const Eigen::MatrixXd ascending = moments.spread().directions;
  if (ascending.cols() == 0) throw Error("all vectors are the same, so they have no principal components");
  return {moments.mean, ascending.rowwise().reverse().leftCols(std::min<Eigen::Index>(most, ascending.cols()))};
}

/// The vectors of some words, by which candidates are compared.
struct Sample {
  Embeddings embeddings;
  std::vector<WordId> original;  ///< ascending; word i of the embeddings is original[i]

  Sample(const Embeddings& from, std::vector<WordId> words)
      : embeddings(selected(from, words)), original(std::move(words)) {}

  WordId here(WordId word) const {
    return word_id(static_cast<std::size_t>(std::ranges::lower_bound(original, word) - original.begin()));
  }
  std::vector<WordId> here(const std::vector<WordId>& words) const {
    std::vector<WordId> result;
    for (const WordId word : words) result.push_back(here(word));
    return result;
  }
};

Sample sample_of(const Embeddings& embeddings, const std::vector<std::vector<WordId>>& lists) {
  std::vector<WordId> words;
  for (const auto& list : lists) words.insert(words.end(), list.begin(), list.end());
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return Sample(embeddings, std::move(words));
}

}  // namespace

void validate(const DoubleHardOptions& options) {
  require_at_least("components", options.components, 1);
  require_at_least("repeats", options.repeats, 1);
  require_at_least("restarts", options.restarts, 1);
  require_between("threads", options.threads, 0, 4096);
}

DoubleHard double_hard_debias(const Embeddings& embeddings, const BiasWordSets& sets, const BiasedWords& words,
                              const DoubleHardOptions& options, Progress* progress) {
  validate(options);
  require_finite(embeddings, options.threads);
  require_labelled(embeddings, {words.first, words.last});
  ResolvedSets definitional = resolve(embeddings.vocabulary(), sets.definitional);
  std::vector<WordId> kept = words_kept(embeddings.vocabulary(), sets);
  const Components components = components_of(embeddings, options.components, options.threads, progress);

  const Sample defining = sample_of(embeddings, definitional.sets);
  std::vector<std::vector<WordId>> defining_sets;
  for (const auto& set : definitional.sets) defining_sets.push_back(defining.here(set));
  const Sample biased = sample_of(embeddings, {words.first, words.last});
  const BiasedWords sides{biased.here(words.first), biased.here(words.last)};

  const auto removal_of = [&](const Eigen::MatrixXd& component) {
    const Removal centring{components.mean, component, component};
    const Embeddings purified = word_by_word(defining.embeddings, 1, [&](WordId, const Eigen::VectorXd& vector) {
                                  return centring(vector, false);
                                }).embeddings;
    const Eigen::VectorXd direction = BiasSubspace::from_sets(purified, defining_sets).basis().row(0).transpose();
    return Removal{components.mean, component, with_direction(component, direction)};
  };
  const auto clustered = [&](const Removal& removal) {
    const Embeddings result = word_by_word(biased.embeddings, 1, [&](WordId word, const Eigen::VectorXd& vector) {
                                return removal(vector, std::ranges::binary_search(kept, biased.original[index(word)]));
                              }).embeddings;
    // The interval is not used.
    return cluster_bias(result, sides,
                        {.repeats = options.repeats,
                         .restarts = options.restarts,
                         .bootstrap = {.resamples = 1, .seed = options.seed, .threads = 1}})
        .accuracy;
  };

  // Without the component the definitional sets do not differ, or nothing is left of a biased word.
  constexpr double unusable = 2;
  const auto candidates = static_cast<std::size_t>(components.directions.cols());
  start(progress, candidates + 1);
  std::vector<double> accuracies(candidates + 1);
  parallel_for(accuracies.size(), options.threads, [&](std::size_t i) {
    check_cancelled(progress);
    // An error with no component removed has other causes, so it is not caught.
    if (i == candidates) {
      accuracies[i] = clustered(removal_of(Eigen::MatrixXd(embeddings.dimension(), 0)));
    } else {
      try {
        accuracies[i] = clustered(removal_of(components.directions.col(static_cast<Eigen::Index>(i))));
      } catch (const Error&) {
        accuracies[i] = unusable;
      }
    }
    if (progress) ++progress->done;
  });
  const double clustered_without = accuracies.back();
  accuracies.pop_back();
  const auto chosen = static_cast<int>(std::ranges::min_element(accuracies) - accuracies.begin());
  if (accuracies.empty() || accuracies[static_cast<std::size_t>(chosen)] == unusable)
    throw Error(
        "without any of the principal components nothing is left of the definitional sets' direction or of a biased "
        "word; the vectors have too few dimensions");
  const Removal removal = removal_of(components.directions.col(chosen));

  WordByWord result = word_by_word(embeddings, options.threads, [&](WordId word, const Eigen::VectorXd& vector) {
    return removal(vector, std::ranges::binary_search(kept, word));
  });
  return {std::move(result.embeddings),
          components.mean,
          removal.of_neutral.col(0),
          removal.of_neutral.col(1),
          chosen,
          std::move(accuracies),
          clustered_without,
          std::move(kept),
          std::move(result.vanished),
          std::move(definitional.missing)};
}

std::vector<PostCondition> verify_double_hard(const DoubleHard& result) {
  require_finite(result.embeddings, 0);
  const auto share = [](const Eigen::VectorXd& direction, const Eigen::VectorXd& vector) {
    return std::abs(direction.dot(vector)) / vector.norm();
  };
  return {
      {"no vector has a part along the component taken out",
       worst_word(result.embeddings,
                  [&](WordId, const Eigen::VectorXd& vector) { return share(result.component, vector); }),
       float_rounding},
      {"no vector but those kept has a part along the direction",
       worst_word(result.embeddings,
                  [&](WordId word, const Eigen::VectorXd& vector) {
                    return std::ranges::binary_search(result.kept, word) ? 0 : share(result.direction, vector);
                  }),
       float_rounding},
      {"all vectors have length 1, or none",
       worst_word(result.embeddings, [](WordId, const Eigen::VectorXd& vector) { return std::abs(vector.norm() - 1); }),
       float_rounding}};
}

namespace {

Debiased run_double_hard(const DebiasMethod::Input& input) {
  Debiased result = begin_with_one_direction(input, "double-hard");
  const BiasedWords words = biased_words(input, result, 2);
  DoubleHard hard = double_hard_debias(input.embeddings, input.sets, words, input.options.double_hard, input.progress);
  result.conditions = verify_double_hard(hard);
  result.neutralized = words_neutralized(input.embeddings.vocabulary(), input.sets);
  result.choices.emplace_back("component", std::to_string(hard.chosen + 1));
  result.choices.emplace_back("clusters", rounded(hard.clustered[static_cast<std::size_t>(hard.chosen)]) +
                                              " (without it " + rounded(hard.clustered_without) + ")");
  result.embeddings = std::move(hard.embeddings);
  result.vanished = std::move(hard.vanished);
  return result;
}

}  // namespace

constinit const DebiasMethod double_hard_method = {
    .name = "double-hard",
    .title = "takes out the principal component that hides bias, then neutralizes",
    .paper = "Wang, Lin, Rajani, McCann, Ordonez and Xiong 2020",
    .takes = "definitional sets; a direction, for the biased words alone",
    .changes = "every word; definitional, equalize and specific ones keep their part along the direction",
    .options = "biased-words restrict seed",
    .run = run_double_hard};

}  // namespace equivec
