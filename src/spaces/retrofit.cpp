#include "equivec/spaces/retrofit.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/required_conditions.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/spaces/counterfit.hpp"
#include "src/spaces/lexicon_system.hpp"
#include "src/spaces/pair_graph.hpp"
#include "src/vectors/finite.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace equivec {

namespace {

// What computing in double leaves, with much room.
constexpr double fitting_rounding = 1e-9;

std::vector<RelatedPair> with_two_lengths(const Embeddings& embeddings, std::span<const RelatedPair> pairs) {
  std::vector<RelatedPair> result;
  for (const RelatedPair& pair : pairs) {
    if (std::max(index(pair.first), index(pair.second)) >= embeddings.size() || pair.first >= pair.second)
      throw Error("a pair to fit to is not of two words of the vectors, the first one first");
    if (!column(embeddings[pair.first]).isZero(0) && !column(embeddings[pair.second]).isZero(0)) result.push_back(pair);
  }
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

double mean_cosine_of(const Embeddings& embeddings, std::span<const RelatedPair> pairs) {
  double sum = 0;
  for (const RelatedPair& pair : pairs) sum += cosine(embeddings[pair.first], embeddings[pair.second]);
  return pairs.empty() ? 0 : sum / static_cast<double>(pairs.size());
}

/// With new rows for some words.
Embeddings with_rows(const Embeddings& embeddings, std::span<const WordId> words, const ExactRows& rows) {
  Matrix vectors = embeddings.matrix();
  for (std::size_t i = 0; i < words.size(); ++i)
    vectors.row(static_cast<Eigen::Index>(index(words[i]))) = rows.row(static_cast<Eigen::Index>(i)).cast<float>();
  return embeddings.with_vectors(std::move(vectors));
}

// ---- retrofit ----

void solve(const Embeddings& embeddings, std::span<const RelatedPair> attract, const RetrofitOptions& options,
           const Reporting& reporting, Retrofitted& result) {
  const PairGraph graph(attract);
  const ExactRows old = exact_rows(embeddings, graph.words(), options.threads);
  const LexiconSystem system{graph, old, options.alpha, options.threads};
  SolvedSystem solved = [&] {
    const auto stage = reporting.begin("fitting", "");
    return solve_system(system, reporting.progress);
  }();
  result.words = graph.size();
  result.rounds = solved.rounds;
  result.objective_before = system_objective(system, old);
  result.objective_after = system_objective(system, solved.rows);
  result.embeddings = with_rows(embeddings, graph.words(), solved.rows);
  result.moved = mean_row_cosine(old, solved.rows);
  result.conditions = verify_retrofit(embeddings, result.embeddings, attract, options.alpha, options.threads);
}

// ---- counterfit ----

constexpr std::size_t most_near_words = 100;

/// Words within the radius of a word of the pairs, as pairs; those that repel are left out.
std::vector<RelatedPair> near_pairs(const Embeddings& embeddings, std::span<const WordId> words,
                                    std::span<const RelatedPair> repel, const RetrofitOptions& options,
                                    const Reporting& reporting) {
  std::vector<RelatedPair> result;
  if (options.preserve == 0 || options.radius == 0) return result;
  const auto stage = reporting.begin("finding neighbours", "words");
  const NearestNeighbors searched(embeddings, options.restrict, options.threads);
  const NeighborFilter filter{.count = most_near_words, .min_similarity = static_cast<float>(1 - options.radius)};
  constexpr std::size_t words_of_search = 4096;
  start(reporting.progress, words.size());
  for (std::size_t first = 0; first < words.size(); first += words_of_search) {
    check_cancelled(reporting.progress);
    const auto piece = words.subspan(first, std::min(words_of_search, words.size() - first));
    std::vector<NeighborQuery> queries;
    for (const WordId& word : piece) queries.push_back({embeddings[word], {&word, 1}});
    const auto found = searched.find(queries, filter);
    if (reporting.progress) reporting.progress->done += piece.size();
    for (std::size_t i = 0; i < piece.size(); ++i)
      for (const Neighbor& near : found[i])
        result.push_back({std::min(piece[i], near.word), std::max(piece[i], near.word)});
  }
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  std::erase_if(result, [&](const RelatedPair& pair) { return std::ranges::binary_search(repel, pair); });
  return result;
}

/// The costs of all pairs, by the places of their words among `words`, which are ascending.
CounterfitProblem costs_of(const Embeddings& embeddings, std::span<const WordId> words,
                           std::span<const RelatedPair> attract, std::span<const RelatedPair> repel,
                           std::span<const RelatedPair> near, const RetrofitOptions& options) {
  ExactRows units(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  for (std::size_t i = 0; i < words.size(); ++i)
    units.row(static_cast<Eigen::Index>(i)) = unit_vector(embeddings[words[i]]).transpose();
  const auto place = [&](WordId word) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(words, word) - words.begin());
  };
  std::vector<CounterfitPair> pairs;
  for (const RelatedPair& pair : attract)
    pairs.push_back({place(pair.first), place(pair.second), options.attract_margin, 1, true});
  for (const RelatedPair& pair : repel)
    pairs.push_back({place(pair.first), place(pair.second), options.repel_margin, 1, false});
  for (const RelatedPair& pair : near) {
    const std::uint32_t first = place(pair.first), second = place(pair.second);
    pairs.push_back({first, second, 1 - units.row(first).dot(units.row(second)), options.preserve, true});
  }
  return counterfit_problem(std::move(units), pairs, options.threads);
}

void descend(const Embeddings& embeddings, std::span<const RelatedPair> attract, std::span<const RelatedPair> repel,
             const RetrofitOptions& options, const Reporting& reporting, Retrofitted& result) {
  std::vector<RelatedPair> all(attract.begin(), attract.end());
  all.insert(all.end(), repel.begin(), repel.end());
  const std::vector<RelatedPair> near = near_pairs(embeddings, words_of_pairs(all), repel, options, reporting);
  all.insert(all.end(), near.begin(), near.end());
  const std::vector<WordId> words = words_of_pairs(all);
  const CounterfitProblem problem = costs_of(embeddings, words, attract, repel, near, options);
  const CounterfitResult found = [&] {
    const auto stage = reporting.begin("fitting", "steps");
    return minimize_counterfit(problem, options.iterations, options.learning_rate, reporting.progress);
  }();
  ExactRows rows = exact_rows(embeddings, words, options.threads);
  for (Eigen::Index row = 0; row < rows.rows(); ++row)  // what has not moved keeps its bits
    if (found.rows.row(row) != problem.start.row(row)) rows.row(row) = rows.row(row).norm() * found.rows.row(row);
  result.embeddings = with_rows(embeddings, words, rows);
  result.words = words.size();
  result.preserved = near.size();
  result.rounds = found.steps;
  result.objective_before = found.before;
  result.objective_after = found.after;
  result.moved = mean_row_cosine(problem.start, found.rows);
  result.conditions = verify_counterfit(embeddings, result.embeddings, words, problem, found);
}

// ---- what is told ----

std::string pairs_text(const char* what, std::size_t pairs, const std::string& name) {
  return std::string(", ") + what + " " + std::to_string(pairs) + (pairs == 1 ? " pair" : " pairs") +
         (name.empty() ? "" : " of " + name);
}

Metadata retrofitted_metadata(const Embeddings& embeddings, const Retrofitted& result, const RetrofitOptions& options) {
  Metadata metadata = embeddings.metadata();
  std::string& history = metadata["retrofitted"];
  history += (history.empty() ? "" : "; ") + std::string("equivec " EQUIVEC_VERSION " retrofit") +
             pairs_text("attract", result.attract.pairs, options.attract_name);
  if (options.method == RetrofitMethod::retrofit) {
    history += ", alpha " + shortest(options.alpha);
    return metadata;
  }
  history += pairs_text("repel", result.repel.pairs, options.repel_name) + ", method counterfit, iterations " +
             std::to_string(options.iterations) + ", learning-rate " + shortest(options.learning_rate) +
             ", attract-margin " + shortest(options.attract_margin) + ", repel-margin " +
             shortest(options.repel_margin) + ", preserve " + shortest(options.preserve) + ", radius " +
             shortest(options.radius) + ", restrict " + std::to_string(options.restrict);
  return metadata;
}

void fit_within_threads(const Embeddings& embeddings, std::span<const RelatedPair> attract,
                        std::span<const RelatedPair> repel, const RetrofitOptions& options, const Reporting& reporting,
                        Retrofitted& result) {
  const CancelScope scope(reporting.progress);
  require_finite("the vectors", embeddings.vocabulary(), embeddings.matrix(), options.threads);
  std::vector<RelatedPair> near = with_two_lengths(embeddings, attract);
  const std::vector<RelatedPair> far = with_two_lengths(embeddings, repel);
  result.conflicts =
      std::erase_if(near, [&](const RelatedPair& pair) { return std::ranges::binary_search(far, pair); });
  if (near.empty() && far.empty()) throw Error("there is no pair of two different words of the vectors to fit to");
  if (options.method == RetrofitMethod::retrofit)
    solve(embeddings, near, options, reporting, result);
  else
    descend(embeddings, near, far, options, reporting, result);
  result.attract = {near.size(), mean_cosine_of(embeddings, near), mean_cosine_of(result.embeddings, near)};
  result.repel = {far.size(), mean_cosine_of(embeddings, far), mean_cosine_of(result.embeddings, far)};
}

}  // namespace

std::string_view name_of(RetrofitMethod method) {
  return method == RetrofitMethod::retrofit ? "retrofit" : "counterfit";
}

void validate(const RetrofitOptions& options) {
  require_between("alpha", options.alpha, 0.01, 1000);
  require_between("iterations", options.iterations, 0, 10000);
  require_between("learning-rate", options.learning_rate, 1e-6, 1);
  require_between("attract-margin", options.attract_margin, 0, 2);
  require_between("repel-margin", options.repel_margin, 0, 2);
  require_between("preserve", options.preserve, 0, 100);
  require_between("radius", options.radius, 0, 2);
  require_between("threads", options.threads, 0, 4096);
  const RetrofitOptions plain;
  if (options.method == RetrofitMethod::counterfit && options.alpha != plain.alpha)
    throw OptionError("alpha is for the method retrofit; counterfit has preserve");
  if (options.method == RetrofitMethod::retrofit &&
      (options.iterations != plain.iterations || options.learning_rate != plain.learning_rate ||
       options.attract_margin != plain.attract_margin || options.repel_margin != plain.repel_margin ||
       options.preserve != plain.preserve || options.radius != plain.radius || options.restrict != plain.restrict))
    throw OptionError(
        "iterations, learning-rate, attract-margin, repel-margin, preserve, radius and restrict are for the method "
        "counterfit; retrofit has alpha");
}

Retrofitted retrofit(const Embeddings& embeddings, std::span<const RelatedPair> attract,
                     std::span<const RelatedPair> repel, const RetrofitOptions& options, const Reporting& reporting) {
  validate(options);
  if (options.method == RetrofitMethod::retrofit && !repel.empty())
    throw OptionError("pairs that repel are for the method counterfit; retrofit only brings words nearer");
  Retrofitted result{.embeddings = embeddings, .lost_ngrams = embeddings.subwords() != nullptr};
  within_threads(options.threads, [&] { fit_within_threads(embeddings, attract, repel, options, reporting, result); });
  require_conditions(name_of(options.method), result.conditions);
  result.embeddings = result.embeddings.with_metadata(retrofitted_metadata(embeddings, result, options));
  return result;
}

std::vector<PostCondition> verify_retrofit(const Embeddings& before, const Embeddings& after,
                                           std::span<const RelatedPair> attract, double alpha, int threads) {
  require_same_shape(before, after);
  const PairGraph graph(attract);
  const ExactRows old = exact_rows(before, graph.words(), threads), rows = exact_rows(after, graph.words(), threads);
  const LexiconSystem system{graph, old, alpha, threads};
  const double worst = worst_of(graph.size(), [&](std::size_t i) { return system_error(system, rows, i); });
  double size = 0;
  for (std::size_t i = 0; i < graph.size(); ++i)
    size += static_cast<double>(graph.neighbors(i).size()) * old.row(static_cast<Eigen::Index>(i)).squaredNorm();
  const double more = system_objective(system, rows) - system_objective(system, old);
  return {{"every word of a pair is what its equation says, as a share of the lengths in it", worst,
           float_rounding + fitting_rounding},
          {"the sum is not above that of the old vectors (difference, as a share of their squared lengths)",
           size > 0 ? more / size : more, float_rounding},
          other_words_stay(before, after, graph.words())};
}

}  // namespace equivec
