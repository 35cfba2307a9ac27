#include "equivec/bias/biased_analogies.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/biased_words.hpp"
#include "equivec/bias/measures.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "src/base/parallel.hpp"
#include "src/bias/pair_cosine.hpp"
#include "src/bias/query.hpp"
#include "src/kernels/search_kernels.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>

namespace equivec {

namespace {

constexpr double least_cosine = 0.001;         // where the authors' program ends
constexpr std::size_t least_pairs = 65536;     // pairs kept in a pass, at least
constexpr std::size_t pairs_of_analogy = 64;   // pairs kept in a pass for each analogy; real vectors need up to 20
constexpr std::size_t pairs_of_thread = 1024;  // pairs that a thread collects before it hands them in
constexpr std::size_t firsts_at_once = 128;    // words whose products with a tile of others stay in the L2 cache
constexpr std::size_t panels_of_tile = 16;     // gives a multiple of 16 rows, as the kernels require

bool better(const BiasedAnalogy& a, const BiasedAnalogy& b) noexcept {
  if (a.cosine != b.cosine) return a.cosine > b.cosine;
  return a.first != b.first ? a.first < b.first : a.last < b.last;
}

/// The best `count` of the pairs that threads hand in.
class BestPairs {
 public:
  explicit BestPairs(std::size_t count) : count_(count) {}

  /// Pairs with a smaller cosine are not among them. Never decreases.
  double threshold() const noexcept { return threshold_.load(std::memory_order_relaxed); }
  /// Moves the pairs out of `pairs`.
  void hand_in(std::vector<BiasedAnalogy>& pairs) {
    const std::scoped_lock lock(mutex_);
    pairs_.insert(pairs_.end(), pairs.begin(), pairs.end());
    pairs.clear();
    if (pairs_.size() >= 2 * count_) drop_others();
  }
  /// Best first.
  std::vector<BiasedAnalogy> take() {
    if (pairs_.size() > count_) drop_others();
    std::ranges::sort(pairs_, better);
    return std::move(pairs_);
  }
  bool dropped_any() const noexcept { return dropped_any_; }

 private:
  void drop_others() {
    const auto end = pairs_.begin() + static_cast<std::ptrdiff_t>(count_);
    std::nth_element(pairs_.begin(), end - 1, pairs_.end(), better);
    pairs_.erase(end, pairs_.end());
    threshold_.store(pairs_.back().cosine, std::memory_order_relaxed);
    dropped_any_ = true;
  }

  std::size_t count_;
  bool dropped_any_ = false;
  std::atomic<double> threshold_ = least_cosine;
  std::mutex mutex_;
  std::vector<BiasedAnalogy> pairs_;
};

struct ProjectedWord {
  WordId word;
  double projection;  ///< of the unit vector on the direction
};

/// Finds pairs of words by blocks of inner products.
class PairScan {
 public:
  PairScan(const Embeddings& embeddings, const Eigen::VectorXd& direction, double distance, int threads,
           const Progress* progress)
      : embeddings_(embeddings),
        direction_(direction),
        // The margin keeps pairs at exactly the largest distance despite rounding.
        largest_square_(distance * distance * (1 + 1e-12)),
        threads_(threads),
        progress_(progress),
        dimension_(static_cast<std::size_t>(embeddings.dimension()) + 1) {}

  /// Finds pairs of one of `firsts` and one of `lasts`, both by descending projections.
  ///
  /// Candidates are selected by an upper bound computed in float, so that no pair is lost to rounding. The error of an
  /// inner product of two unit vectors of n numbers is below (n + 3) 2^-24 for any order of the sum; an additional
  /// number in each vector, 1 in one and more than twice that error bound in the other, makes the product too large.
  /// Then the cosine is too large as well, except for a few roundings, which the margins cover.
  void run(std::span<const ProjectedWord> firsts, std::span<const ProjectedWord> lasts, BestPairs& best) const {
    const std::size_t height = panels_of_tile * kernels_.panel_rows;
    const std::size_t tiles = (lasts.size() + height - 1) / height;
    const auto excess = static_cast<float>(static_cast<double>(dimension_ + 8) * 0x1p-23);
    std::vector<float> queries(firsts.size() * dimension_), panels(tiles * height * dimension_),
        minus_projections(tiles * height);
    parallel_ranges(firsts.size(), firsts_at_once, threads_, [&](std::size_t begin, std::size_t end) {
      write_rows(firsts.subspan(begin, end - begin), excess, queries.data() + begin * dimension_);
    });
    const std::vector<float> ones(height, 1), zeros(height, 0);
    parallel_for(tiles, threads_, [&](std::size_t tile) {
      const auto words = lasts.subspan(tile * height, std::min(height, lasts.size() - tile * height));
      std::vector<float> rows(words.size() * dimension_);
      write_rows(words, 1, rows.data());
      kernels_.pack(rows.data(), dimension_, words.size(), dimension_, ones.data(),
                    panels.data() + tile * height * dimension_);
      std::ranges::transform(words, minus_projections.begin() + static_cast<std::ptrdiff_t>(tile * height),
                             [](const ProjectedWord& word) { return static_cast<float>(-word.projection); });
    });

    parallel_for((firsts.size() + firsts_at_once - 1) / firsts_at_once, threads_, [&](std::size_t block) {
      check_cancelled(progress_);
      const std::size_t begin = block * firsts_at_once;
      const auto words = firsts.subspan(begin, std::min(firsts_at_once, firsts.size() - begin));
      std::vector<float> products(words.size() * height);
      std::vector<SelectedRow> near(height);
      std::vector<BiasedAnalogy> found;
      // Earlier words have a projection no smaller than any word of the block: no positive cosine.
      const auto start =
          std::ranges::upper_bound(lasts, words.front().projection, std::greater<>(), &ProjectedWord::projection);
      for (std::size_t tile = static_cast<std::size_t>(start - lasts.begin()) / height; tile < tiles; ++tile) {
        const auto others = lasts.subspan(tile * height, std::min(height, lasts.size() - tile * height));
        kernels_.products(panels.data() + tile * height * dimension_,
                          (others.size() + kernels_.panel_rows - 1) / kernels_.panel_rows, dimension_,
                          queries.data() + begin * dimension_, words.size(), products.data(), height);
        for (std::size_t i = 0; i < words.size(); ++i) {
          const float* const row = products.data() + i * height;
          const std::size_t count =
              kernels_.select_direction(minus_projections.data() + tile * height, zeros.data(), row,
                                        static_cast<float>(-words[i].projection - 1e-6), others.size(),
                                        static_cast<float>(best.threshold() * (1 - 1e-6)), near.data());
          for (const SelectedRow& selected : std::span(near).first(count)) {
            if (2 - 2 * static_cast<double>(row[selected.row]) > largest_square_) continue;
            const auto cosine = exact_cosine(words[i].word, others[selected.row].word);
            if (cosine && *cosine >= best.threshold())
              found.push_back({words[i].word, others[selected.row].word, *cosine});
          }
        }
        if (found.size() >= pairs_of_thread) best.hand_in(found);
      }
      best.hand_in(found);
    });
  }

 private:
  /// Writes unit vectors, each with the additional number `more`.
  void write_rows(std::span<const ProjectedWord> words, float more, float* to) const {
    for (const ProjectedWord& word : words) {
      const Eigen::VectorXd vector = unit_vector(embeddings_[word.word]);
      to = std::ranges::transform(vector, to, [](double number) { return static_cast<float>(number); }).out;
      *to++ = more;
    }
  }

  /// Empty for vectors that are too far from each other, or not different.
  std::optional<double> exact_cosine(WordId first, WordId last) const {
    const Eigen::VectorXd difference = unit_vector(embeddings_[first]) - unit_vector(embeddings_[last]);
    if (difference.squaredNorm() > largest_square_) return std::nullopt;
    return cosine_of_difference(difference, direction_);
  }

  const Embeddings& embeddings_;
  const Eigen::VectorXd& direction_;
  double largest_square_;
  int threads_;
  const Progress* progress_;
  std::size_t dimension_;  // of a row: the vectors' plus 1
  SearchKernels kernels_ = search_kernels();
};

/// The words by descending projections, without zero vectors and vectors that are not finite.
std::vector<ProjectedWord> projected(const Embeddings& embeddings, const Eigen::VectorXd& direction,
                                     std::span<const WordId> words) {
  std::vector<ProjectedWord> result;
  for (const WordId word : words) {
    const Eigen::VectorXd vector = unit_vector(embeddings[word]);
    if (!vector.isZero(0)) result.push_back({word, vector.dot(direction)});
  }
  std::ranges::sort(result, std::greater<>(), &ProjectedWord::projection);
  return result;
}

}  // namespace

std::vector<BiasedAnalogy> biased_analogies(const Embeddings& embeddings, const BiasSubspace& subspace,
                                            std::span<const WordId> words, const BiasedAnalogyOptions& options,
                                            const Progress* progress) {
  require_between("count", options.count, 1, 10000);
  require_between("distance", options.distance, 1e-6, 2);
  require_between("threads", options.threads, 0, 4096);
  const Eigen::VectorXd direction = only_direction("generated analogies", embeddings, subspace);

  const auto count = static_cast<std::size_t>(options.count);
  const PairScan scan(embeddings, direction, options.distance, options.threads, progress);
  std::vector<ProjectedWord> firsts = projected(embeddings, direction, words), lasts = firsts;
  std::vector<bool> used_first(embeddings.size(), false), used_last(embeddings.size(), false);
  std::vector<BiasedAnalogy> result;
  // Each pass finds the best pairs of words that are still unused, in the order of a list of all pairs. A pass uses at
  // least one pair; if most of the best pairs share a few words, another pass is needed.
  for (bool more = true; more && result.size() < count;) {
    BestPairs best(std::max(least_pairs, pairs_of_analogy * count));
    scan.run(firsts, lasts, best);
    for (const BiasedAnalogy& pair : best.take()) {
      if (result.size() == count) break;
      if (used_first[index(pair.first)] || used_last[index(pair.last)]) continue;
      used_first[index(pair.first)] = used_last[index(pair.last)] = true;
      result.push_back(pair);
    }
    more = best.dropped_any();
    std::erase_if(firsts, [&](const ProjectedWord& word) { return used_first[index(word.word)]; });
    std::erase_if(lasts, [&](const ProjectedWord& word) { return used_last[index(word.word)]; });
  }
  return result;
}

namespace {

void run_biased_analogies(const BiasMeasure::Input& input, BiasMeasurement& result) {
  const Vocabulary& vocabulary = input.embeddings.vocabulary();
  const BiasDirection direction = single_direction_in(input, input.embeddings, result);
  const std::vector<WordId> words = ordinary_words(vocabulary, input.options.restrict, {});
  const std::vector<WordId> kept = words_kept(vocabulary, input.sets);
  const auto by_meaning = [&](WordId word) { return std::ranges::binary_search(kept, word); };
  const auto found =
      biased_analogies(input.embeddings, direction.subspace, words,
                       {.count = input.options.analogies, .threads = input.options.threads}, input.progress);
  result.words = words.size();
  result.columns = {"cosine", "by_meaning"};
  std::size_t others = 0;
  double sum = 0;
  for (const BiasedAnalogy& analogy : found) {
    const bool meant = by_meaning(analogy.first) && by_meaning(analogy.last);
    if (!meant) ++others;
    sum += analogy.cosine;
    result.rows.push_back(
        {{text_of(vocabulary, analogy.first), text_of(vocabulary, analogy.last)}, {analogy.cosine, meant ? 1.0 : 0.0}});
  }
  const auto count = static_cast<double>(found.size());
  if (!found.empty()) result.value = static_cast<double>(others) / count;
  result.figures = {{"mean_cosine", found.empty() ? std::nullopt : std::optional(sum / count)}};
  result.counts = {{"analogies", found.size()}};
  result.conventions.emplace_back("value", "share with a word that the sets do not list as of that meaning");
  result.conventions.emplace_back("words", "ordinary ones of " + first_words(input.options.restrict));
}

}  // namespace

constinit const BiasMeasure biased_analogies_measure = {
    .name = "biased-analogies",
    .title = "pairs generated along the direction that are not so by meaning",
    .paper = "Bolukbasi, Chang, Zou, Saligrama and Kalai 2016",
    .takes = "a direction",
    .range = "0 to 1",
    .better = "lower",
    .unbiased = 0,
    .default_sets = "gender",
    .has_direction = true,
    .queries = direction_of,
    .run = run_biased_analogies};

}  // namespace equivec
