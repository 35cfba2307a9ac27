#include "equivec/spaces/alignment.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/debias/word_by_word.hpp"
#include "src/math/decompositions.hpp"
#include "src/spaces/cross_neighbors.hpp"
#include "src/spaces/linear_map.hpp"
#include "src/spaces/rcsls.hpp"
#include "src/spaces/retrieval.hpp"
#include "src/spaces/reweighting.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/mapped_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace equivec {

namespace {

// ---- the fit ----

double weight_of(const Embeddings& source, const Embeddings& target, const TranslationPair& pair, PairWeights weights) {
  if (weights == PairWeights::none) return 1;
  const std::uint64_t first = source.vocabulary().count(pair.source), second = target.vocabulary().count(pair.target);
  const auto count = static_cast<double>(first == 0 || second == 0 ? std::max(first, second) : std::min(first, second));
  return weights == PairWeights::log ? std::log1p(count) : std::sqrt(count);
}

void require_counts(const Embeddings& source, const Embeddings& target, PairWeights weights) {
  if (weights == PairWeights::none || source.vocabulary().total_count() > 0 || target.vocabulary().total_count() > 0)
    return;
  throw Error("neither of the two vocabularies has counts to weigh pairs by; leave the weights out");
}

/// The sum of w x' y over the pairs; with `center` of x and y without their weighted means.
Eigen::MatrixXd cross_products(const Embeddings& source, const Embeddings& target,
                               std::span<const TranslationPair> pairs, const AlignOptions& options) {
  constexpr std::size_t parts = 32, pairs_at_once = 256;  // so many matrices are held, whatever the number of pairs
  struct Sums {
    Eigen::MatrixXd products;
    Eigen::VectorXd source, target;
    double weight = 0;
  };
  const Eigen::Index dimension = source.dimension();
  const auto zero = [&] {
    return Sums{Eigen::MatrixXd::Zero(dimension, dimension), Eigen::VectorXd::Zero(dimension),
                Eigen::VectorXd::Zero(dimension), 0};
  };
  std::vector<std::optional<Sums>> sums(std::min(parts, (pairs.size() + pairs_at_once - 1) / pairs_at_once));
  parallel_for(sums.size(), options.threads, [&](std::size_t part) {
    Sums own = zero();
    const std::size_t begin = pairs.size() * part / sums.size(), end = pairs.size() * (part + 1) / sums.size();
    for (std::size_t first = begin; first < end; first += pairs_at_once) {
      const std::size_t height = std::min(pairs_at_once, end - first);
      Eigen::MatrixXd x(height, dimension), y(height, dimension);
      for (std::size_t i = 0; i < height; ++i) {
        const TranslationPair& pair = pairs[first + i];
        const double weight = weight_of(source, target, pair, options.weights);
        x.row(static_cast<Eigen::Index>(i)) = weight * unit_vector(source[pair.source]).transpose();
        y.row(static_cast<Eigen::Index>(i)) = unit_vector(target[pair.target]).transpose();
        own.weight += weight;
        own.target += weight * y.row(static_cast<Eigen::Index>(i)).transpose();
      }
      own.source += x.colwise().sum().transpose();
      own.products += transposed_product(x, y);
    }
    sums[part] = std::move(own);
  });
  Sums all = zero();
  for (const auto& part : sums) {
    all.products += part->products;
    all.source += part->source;
    all.target += part->target;
    all.weight += part->weight;
  }
  if (options.center && all.weight > 0) all.products -= all.source * (all.target / all.weight).transpose();
  return all.products;
}

std::vector<TranslationPair> with_length(const Embeddings& source, const Embeddings& target,
                                         std::span<const TranslationPair> pairs) {
  std::vector<TranslationPair> result;
  for (const TranslationPair& pair : pairs) {
    require_finite(target, pair.target);
    if (!unit_vector(source[pair.source]).isZero(0) && !unit_vector(target[pair.target]).isZero(0))
      result.push_back(pair);
  }
  return result;
}

double mean_cosine(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
                   const Eigen::MatrixXd& map) {
  double sum = 0;
  for (const TranslationPair& pair : pairs) {
    const Eigen::RowVectorXd row = unit_vector(source[pair.source]).transpose() * map;
    if (const double length = row.norm(); length > 0)
      sum += row.dot(unit_vector(target[pair.target]).transpose()) / length;
  }
  return sum / static_cast<double>(pairs.size());
}

// ---- refinement and self-learning ----

/// The nearest word of the other side for each word of both, some words of each.
struct BestMatches {
  std::vector<std::optional<std::size_t>> of_sources, of_targets;  ///< places among the words
};

std::vector<std::optional<std::size_t>> best_of(const std::vector<std::vector<SelectedRow>>& found) {
  std::vector<std::optional<std::size_t>> best;
  for (const auto& answers : found)
    best.push_back(answers.empty() ? std::nullopt : std::optional<std::size_t>(answers.front().row));
  return best;
}

/// Half of the mean score of each word's answers: what CSLS takes off a cosine.
std::vector<float> half_means(const std::vector<std::vector<SelectedRow>>& found) {
  std::vector<float> halves;
  for (const auto& answers : found) {
    double sum = 0;
    for (const SelectedRow& answer : answers) sum += answer.score;
    halves.push_back(answers.empty() ? 0.0F : static_cast<float>(sum / static_cast<double>(answers.size()) / 2));
  }
  return halves;
}

BestMatches best_matches(const Matrix& sources, const Matrix& targets, const AlignOptions& options,
                         Progress* progress) {
  std::vector<float> source_halves, target_halves;
  if (options.metric == RetrievalMetric::csls) {
    const CrossNeighbors near = cross_neighbors(sources, targets, {}, {}, static_cast<std::size_t>(options.neighbors),
                                                options.threads, progress);
    source_halves = half_means(near.of_first);
    target_halves = half_means(near.of_second);
  }
  const CrossNeighbors best =
      cross_neighbors(sources, targets, source_halves, target_halves, 1, options.threads, progress);
  return {best_of(best.of_first), best_of(best.of_second)};
}

/// The rows of words in the target's space, of length 1 up to rounding.
Matrix mapped_units(const Embeddings& source, std::span<const WordId> words, const Eigen::MatrixXd& map, int threads) {
  const Matrix rows = unit_rows(source, words, threads);
  return mapped(MatrixView(rows.data(), rows.rows(), rows.cols()), map, threads);
}

std::size_t place_of(const std::vector<WordId>& ascending, WordId word) {
  return static_cast<std::size_t>(std::ranges::lower_bound(ascending, word) - ascending.begin());
}

std::vector<WordId> different_words(std::span<const TranslationPair> pairs, WordId TranslationPair::*side) {
  std::vector<WordId> words;
  for (const TranslationPair& pair : pairs) words.push_back(pair.*side);
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

class Alignment {
 public:
  Alignment(const Embeddings& source, const Embeddings& target, std::vector<TranslationPair> pairs,
            const AlignOptions& options, const Reporting& reporting)
      : source_(source), target_(target), given_(std::move(pairs)), options_(options), reporting_(reporting) {
    if (given_.size() < static_cast<std::size_t>(source.dimension()))
      reporting.notice(
          (given_.size() == 1 ? "there is 1 pair" : "there are " + grouped(given_.size()) + " pairs") + " for " +
          std::to_string(source.dimension()) +
          " dimensions, too few to determine a map: words that differ from those of the pairs go anywhere");
    fit(given_);
  }

  void refine() {
    if (options_.refine == 0) return;
    const auto stage = reporting_.begin("refining", "words");
    // A map of few pairs makes just these each other's nearest, whatever they are.
    const std::size_t least = std::max(2 * static_cast<std::size_t>(source_.dimension()), given_.size() / 4);
    std::vector<TranslationPair> kept = mutual();
    for (int round = 1; round <= options_.refine && kept != pairs_; ++round) {
      check_cancelled(reporting_.progress);
      const std::vector<TranslationPair> old_pairs = pairs_;
      const Eigen::MatrixXd old_map = map_;
      const std::size_t before = kept.size();
      if (before >= least) {
        fit(std::move(kept));
        kept = mutual();
      }
      if (before < least || kept.size() < before) {
        reporting_.notice("refinement left out round " + std::to_string(round) + ": " + grouped(kept.size()) + " of " +
                          grouped(given_.size()) + " pairs are each other's nearest " +
                          (before < least ? "before it, too few" : "after it, " + grouped(before) + " before"));
        pairs_ = old_pairs;
        map_ = old_map;
        return;
      }
      ++rounds_;
    }
  }

  void learn() {
    if (options_.self_learning == 0) return;
    const auto stage = reporting_.begin("learning pairs", "words");
    constexpr double least_growth = 1e-6;
    double best = -1;
    for (int round = 0; round < options_.self_learning; ++round) {
      check_cancelled(reporting_.progress);
      std::vector<TranslationPair> found = nearest_pairs();
      if (found.empty()) return;
      fit(std::move(found));
      ++rounds_;
      const double cosine = mean_cosine(source_, target_, pairs_, map_);
      if (cosine < best + least_growth) return;
      best = cosine;
    }
  }

  /// What `method` makes of the pairs.
  Aligned result() {
    Aligned result = options_.method == AlignMethod::reweighted
                         ? align_reweighted(source_, target_, pairs_, options_.threads)
                         : source_mapped();
    result.pairs = pairs_;
    result.given = given_.size();
    result.rounds = rounds_;
    result.cosine_before = mean_cosine(source_, target_, pairs_, Eigen::MatrixXd::Identity(map_.rows(), map_.cols()));
    return result;
  }

 private:
  Aligned source_mapped() {
    std::vector<PostCondition> fitted =
        options_.method == AlignMethod::rcsls ? relax() : verify_least(source_, target_, pairs_, map_, options_);
    Aligned result{mapped(source_, map_, options_.threads), map_, {}, 0, 0, 0, 0, {}, std::nullopt, false};
    result.cosine_after = mean_cosine(source_, target_, pairs_, map_);
    result.conditions = options_.method == AlignMethod::rcsls
                            ? verify_map(source_, result.embeddings, map_, options_.threads)
                            : verify_rotation(source_, result.embeddings, map_, options_.threads);
    for (PostCondition& condition : fitted) result.conditions.push_back(std::move(condition));
    return result;
  }

  void fit(std::vector<TranslationPair> pairs) {
    pairs_ = std::move(pairs);
    map_ = nearest_orthogonal(cross_products(source_, target_, pairs_, options_));
  }

  /// Replaces the map by that of RCSLS.
  std::vector<PostCondition> relax() {
    const auto stage = reporting_.begin("rcsls", "words");
    RcslsProblem problem{{},
                         {},
                         unit_rows(source_, first_words(), options_.threads),
                         unit_rows(target_, first_words(), options_.threads),
                         options_.neighbors,
                         options_.threads};
    std::vector<WordId> sources, targets;
    for (const TranslationPair& pair : pairs_) {
      sources.push_back(pair.source);
      targets.push_back(pair.target);
    }
    problem.x = unit_rows(source_, sources, options_.threads).cast<double>();
    problem.y = unit_rows(target_, targets, options_.threads).cast<double>();
    RcslsResult found = minimize_rcsls(problem, map_, options_.iterations, options_.learning_rate, reporting_.progress);
    map_ = std::move(found.map);
    return {{"the relaxed CSLS loss is at most that of the orthogonal map (difference)", found.loss - found.loss_before,
             0}};
  }

  std::size_t first_words() const {
    return options_.cutoff == 0 ? std::max(source_.size(), target_.size()) : options_.cutoff;
  }

  std::vector<TranslationPair> mutual() const {
    const std::vector<WordId> sources = different_words(given_, &TranslationPair::source),
                              targets = different_words(given_, &TranslationPair::target);
    const BestMatches best = best_matches(mapped_units(source_, sources, map_, options_.threads),
                                          unit_rows(target_, targets, options_.threads), options_, reporting_.progress);
    std::vector<TranslationPair> kept;
    for (const TranslationPair& pair : given_) {
      const std::size_t from = place_of(sources, pair.source), to = place_of(targets, pair.target);
      if (best.of_sources[from] == to && best.of_targets[to] == from) kept.push_back(pair);
    }
    return kept;
  }

  /// Those of the first words, from either side.
  std::vector<TranslationPair> nearest_pairs() const {
    const Matrix rows = unit_rows(source_, first_words(), options_.threads);
    const BestMatches best =
        best_matches(mapped(MatrixView(rows.data(), rows.rows(), rows.cols()), map_, options_.threads),
                     unit_rows(target_, first_words(), options_.threads), options_, reporting_.progress);
    std::vector<TranslationPair> pairs;
    for (std::size_t i = 0; i < best.of_sources.size(); ++i)
      if (best.of_sources[i]) pairs.push_back({word_id(i), word_id(*best.of_sources[i])});
    for (std::size_t i = 0; i < best.of_targets.size(); ++i)
      if (const auto& from = best.of_targets[i]; from && best.of_sources[*from] != i)
        pairs.push_back({word_id(*from), word_id(i)});
    return with_length(source_, target_, pairs);
  }

  const Embeddings &source_, &target_;
  std::vector<TranslationPair> given_, pairs_;
  AlignOptions options_;
  const Reporting& reporting_;
  Eigen::MatrixXd map_;
  int rounds_ = 0;
};

/// How far the worst word is from what was promised, as shares of lengths.
struct Worst {
  double moved = 0, length = 0, product = 0;

  /// NaN counts as infinite.
  static void raise(double& worst, double error, double scale) {
    if (error == 0) return;
    const double share = error / scale;
    worst = std::isnan(share) ? std::numeric_limits<double>::infinity() : std::max(worst, share);
  }
  void add(const Worst& other) {
    moved = std::max(moved, other.moved);
    length = std::max(length, other.length);
    product = std::max(product, other.product);
  }
};

/// Words are columns.
Worst worst_column(const Eigen::MatrixXd& was, const Eigen::MatrixXd& is, const Eigen::MatrixXd& map) {
  Worst worst;
  const Eigen::MatrixXd put = transposed_product(map, was), off = is - put;
  const Eigen::RowVectorXd lengths = was.colwise().norm();
  for (Eigen::Index i = 0; i < was.cols(); ++i) {
    const Eigen::Index next = (i + 1) % was.cols();
    Worst::raise(worst.moved, off.col(i).norm(), put.col(i).norm());
    Worst::raise(worst.length, std::abs(is.col(i).norm() - lengths[i]), lengths[i]);
    Worst::raise(worst.product, std::abs(is.col(i).dot(is.col(next)) - was.col(i).dot(was.col(next))),
                 lengths[i] * lengths[next]);
  }
  return worst;
}

Worst worst_word_of(const Embeddings& before, const Embeddings& after, const Eigen::MatrixXd& map, int threads) {
  require_mapped_shape(before, after, map);
  const MatrixView old_rows = before.matrix(), new_rows = after.matrix();
  Worst all;
  std::mutex mutex;
  for_row_blocks(old_rows.rows(), threads, [&](Eigen::Index first, Eigen::Index height) {
    const Eigen::MatrixXd was = old_rows.middleRows(first, height).transpose().cast<double>(),
                          is = new_rows.middleRows(first, height).transpose().cast<double>();
    release_rows(old_rows, first, height);
    const Worst own = worst_column(was, is, map);
    const std::scoped_lock lock(mutex);
    all.add(own);
  });
  return all;
}

PostCondition put_where_the_map_says(const Worst& worst) {
  return {"every word is where the map puts it, to a share of its length", worst.moved, float_rounding};
}

/// `way`: "to", or "from"; `other`: the space there.
Metadata metadata_after(const Embeddings& embeddings, const std::string& way, const std::string& other,
                        const Aligned& result, const AlignOptions& options) {
  Metadata metadata = embeddings.metadata();
  std::string& history = metadata["aligned"];
  history += (history.empty() ? "" : "; ") + std::string("equivec " EQUIVEC_VERSION " align ") + way + " " +
             (other.empty() ? "another space" : other) + ", pairs " + std::to_string(result.pairs.size()) + " of " +
             std::to_string(result.given);
  if (!options.pairs_name.empty()) history += " of " + options.pairs_name;
  if (options.method != AlignMethod::procrustes) history += ", method " + std::string(name_of(options.method));
  if (options.weights != PairWeights::none) history += ", weights " + std::string(name_of(options.weights));
  if (options.center) history += ", center";
  if (options.self_learning > 0) history += ", self-learning " + std::to_string(options.self_learning);
  if (options.refine > 0) history += ", refine " + std::to_string(options.refine);
  if (options.refine > 0 || options.self_learning > 0) history += ", metric " + std::string(name_of(options.metric));
  return metadata;
}

std::string rounded(double measured) {
  char buffer[max_number_bytes];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, measured, std::chars_format::general, 6).ptr};
}

}  // namespace

std::string_view name_of(AlignMethod method) {
  return method == AlignMethod::procrustes ? "procrustes" : method == AlignMethod::rcsls ? "rcsls" : "reweighted";
}

std::string_view name_of(PairWeights weights) {
  return weights == PairWeights::none ? "none" : weights == PairWeights::log ? "log" : "sqrt";
}

std::string_view name_of(RetrievalMetric metric) { return metric == RetrievalMetric::cosine ? "cosine" : "csls"; }

void validate(const AlignOptions& options) {
  require_between("refine", options.refine, 0, 1000);
  require_between("self-learning", options.self_learning, 0, 1000);
  require_between("neighbors", options.neighbors, 1, 1000);
  require_between("iterations", options.iterations, 0, 10000);
  require_between("learning-rate", options.learning_rate, 1e-4, 1000);
  require_between("threads", options.threads, 0, 4096);
  if (options.method != AlignMethod::procrustes && (options.weights != PairWeights::none || options.center))
    throw OptionError("weights and center are for procrustes; " + std::string(name_of(options.method)) +
                      " has neither");
}

Aligned align(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
              const AlignOptions& options, const Reporting& reporting) {
  validate(options);
  if (source.dimension() != target.dimension())
    throw Error("the source has vectors of dimension " + std::to_string(source.dimension()) + ", the target of " +
                std::to_string(target.dimension()) + "; bring both to one dimension first");
  require_counts(source, target, options.weights);
  std::optional<Aligned> result;
  within_threads(options.threads, [&] {
    const CancelScope scope(reporting.progress);
    require_finite("the source", source.vocabulary(), source.matrix(), options.threads);
    if (options.method == AlignMethod::reweighted)
      require_finite("the target", target.vocabulary(), target.matrix(), options.threads);
    std::vector<TranslationPair> usable = with_length(source, target, pairs);
    if (usable.empty())
      throw Error(pairs.empty() ? "there is no pair of a word of the source and a word of the target to align by"
                                : "no pair has two vectors of any length to align by");
    Alignment alignment(source, target, std::move(usable), options, reporting);
    alignment.learn();
    alignment.refine();
    result = alignment.result();
  });
  for (const PostCondition& condition : result->conditions)
    if (!condition.holds())
      throw Error("the alignment does not keep its promise that " + condition.promise + ": found " +
                  rounded(condition.worst) + ", allowed is " + rounded(condition.bound) + "; nothing was written");
  result->embeddings =
      result->embeddings.with_metadata(metadata_after(source, "to", options.target_name, *result, options));
  if (result->target)
    result->target =
        result->target->with_metadata(metadata_after(target, "from", options.source_name, *result, options));
  return std::move(*result);
}

std::vector<PostCondition> verify_map(const Embeddings& before, const Embeddings& after, const Eigen::MatrixXd& map,
                                      int threads) {
  return {put_where_the_map_says(worst_word_of(before, after, map, threads))};
}

PostCondition verify_orthogonal(const Eigen::MatrixXd& map) {
  constexpr double rounding_of_decomposition = 1e-12;
  const Eigen::MatrixXd skew = transposed_product(map, map) - Eigen::MatrixXd::Identity(map.rows(), map.cols());
  return {"the map is orthogonal (inner products of its columns)", skew.cwiseAbs().maxCoeff(),
          rounding_of_decomposition};
}

std::vector<PostCondition> verify_rotation(const Embeddings& before, const Embeddings& after,
                                           const Eigen::MatrixXd& map, int threads) {
  const Worst worst = worst_word_of(before, after, map, threads);
  return {verify_orthogonal(map),
          put_where_the_map_says(worst),
          {"no word has another length, as a share of it", worst.length, float_rounding},
          {"words that follow each other have the same inner product, as a share of their lengths", worst.product,
           2 * float_rounding}};
}

std::vector<PostCondition> verify_least(const Embeddings& source, const Embeddings& target,
                                        std::span<const TranslationPair> pairs, const Eigen::MatrixXd& map,
                                        const AlignOptions& options) {
  constexpr double rounding_of_decomposition = 1e-10;
  const Eigen::MatrixXd turned = transposed_product(map, cross_products(source, target, pairs, options));
  const double size = turned.norm();
  if (size == 0) return {};
  const double skew = (turned - turned.transpose()).norm() / size;
  const double least = -eigenvalues((turned + turned.transpose()) / 2).minCoeff() / size;
  return {{"no other orthogonal map brings the pairs nearer (skewness or negative part of the turned products)",
           std::max({skew, least, 0.0}), rounding_of_decomposition}};
}

}  // namespace equivec
