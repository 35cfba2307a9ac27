#include "src/math/clustering.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

namespace equivec {

namespace {

/// Points multiplied at once. A fixed block size makes rounding independent of the threads.
constexpr Eigen::Index block_points = 128;

void require_points(const Points& points, int clusters) {
  if (points.rows() == 0) throw Error("there are no points to cluster");
  require_at_least("clusters", clusters, 1);
  if (clusters > points.rows())
    throw OptionError("clusters must be at most " + std::to_string(points.rows()) + ", the number of points, got " +
                      std::to_string(clusters));
  for (Eigen::Index i = 0; i < points.rows(); ++i)
    if (!points.row(i).allFinite())
      throw Error("point " + std::to_string(i + 1) + " of " + std::to_string(points.rows()) +
                  " is not finite and has no cluster");
}

/// Calls f(begin, count) for the blocks of `rows` rows.
template <class F>
void parallel_blocks(Eigen::Index rows, int threads, const F& f) {
  const auto blocks = static_cast<std::size_t>((rows + block_points - 1) / block_points);
  parallel_for(blocks, threads, [&](std::size_t block) {
    const Eigen::Index begin = static_cast<Eigen::Index>(block) * block_points;
    f(begin, std::min(block_points, rows - begin));
  });
}

/// The items of each cluster, in their order.
class Members {
 public:
  explicit Members(std::span<const int> clusters) {
    const int last = clusters.empty() ? -1 : *std::max_element(clusters.begin(), clusters.end());
    begins_.resize(static_cast<std::size_t>(last + 1) + 1, 0);
    for (const int c : clusters) ++begins_[static_cast<std::size_t>(c) + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    things_.resize(clusters.size());
    std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
    for (std::size_t i = 0; i < clusters.size(); ++i) things_[next[static_cast<std::size_t>(clusters[i])]++] = i;
  }

  std::size_t clusters() const { return begins_.size() - 1; }
  std::span<const std::size_t> of(std::size_t cluster) const {
    return std::span(things_).subspan(begins_[cluster], begins_[cluster + 1] - begins_[cluster]);
  }

 private:
  std::vector<std::size_t> begins_, things_;
};

/// The same clusters, numbered in order of first appearance. REQUIRES: numbers below clusters.size().
std::vector<int> renumbered(std::vector<int> clusters) {
  std::vector<int> numbers(clusters.size(), -1);
  int next = 0;
  for (int& c : clusters) {
    int& number = numbers[static_cast<std::size_t>(c)];
    if (number < 0) number = next++;
    c = number;
  }
  return clusters;
}

// ---- k-means ----

/// The points that k-means++ chooses as initial centres.
std::vector<Eigen::Index> plus_plus_starts(const Points& points, const KMeansOptions& options, Rng rng,
                                           const Progress* progress) {
  const Eigen::Index count = points.rows();
  std::vector<Eigen::Index> starts = {static_cast<Eigen::Index>(rng.uniform_double() * static_cast<double>(count))};
  // Squared distances to the nearest start, computed from differences, so that copies are at exactly 0.
  Eigen::VectorXd squares = Eigen::VectorXd::Constant(count, std::numeric_limits<double>::infinity());
  while (starts.size() < static_cast<std::size_t>(options.clusters)) {
    check_cancelled(progress);
    const auto start = points.row(starts.back());
    parallel_blocks(count, options.threads, [&](Eigen::Index begin, Eigen::Index rows) {
      for (Eigen::Index i = begin; i < begin + rows; ++i)
        squares[i] = std::min(squares[i], (points.row(i) - start).squaredNorm());
    });
    double total = 0;
    for (const double square : squares) total += square;
    const double wanted = rng.uniform_double() * total;
    double sum = 0;
    Eigen::Index chosen = 0;
    for (Eigen::Index i = 0; i < count && sum <= wanted; ++i) {
      sum += squares[i];
      if (squares[i] > 0) chosen = i;
    }
    starts.push_back(chosen);
  }
  return starts;
}

/// One restart of k-means.
class KMeansRun {
 public:
  /// squares: the squared length of each point. The arguments must outlive the run.
  KMeansRun(const Points& points, const Eigen::VectorXd& squares, const KMeansOptions& options,
            const Progress* progress)
      : points_(points),
        squares_(squares),
        options_(options),
        progress_(progress),
        centres_(options.clusters, points.cols()),
        stale_(static_cast<std::size_t>(options.clusters)),
        nearness_(points.rows(), options.clusters),
        clusters_(static_cast<std::size_t>(points.rows()), -1) {}

  void run(Rng rng) {
    const std::vector<Eigen::Index> starts = plus_plus_starts(points_, options_, rng, progress_);
    for (std::size_t c = 0; c < starts.size(); ++c) centres_.row(static_cast<Eigen::Index>(c)) = points_.row(starts[c]);
    std::iota(stale_.begin(), stale_.end(), Eigen::Index{0});
    for (int iteration = 0; iteration < options_.iterations; ++iteration) {
      const std::vector<int> before = clusters_;
      assign();
      fill_empty_clusters();
      if (clusters_ == before) return;
      find_stale(before);
      centre();
    }
  }

  /// The sum of the squared distances to the centres.
  double sum_of_squares() const {
    double sum = 0;
    for (std::size_t i = 0; i < clusters_.size(); ++i)
      sum += (points_.row(static_cast<Eigen::Index>(i)) - centres_.row(clusters_[i])).squaredNorm();
    return sum;
  }

  std::vector<int> take_clusters() { return std::move(clusters_); }

 private:
  /// Assigns each point to its nearest centre. Computes only the products with centres that have moved.
  void assign() {
    const Points moved = centres_(stale_, Eigen::all);
    const Eigen::RowVectorXd halves = moved.rowwise().squaredNorm().transpose() / 2;
    parallel_blocks(points_.rows(), options_.threads, [&](Eigen::Index begin, Eigen::Index rows) {
      check_cancelled(progress_);
      const Points products = points_.middleRows(begin, rows) * moved.transpose();
      for (Eigen::Index i = 0; i < rows; ++i) {
        auto nearness = nearness_.row(begin + i);
        for (std::size_t m = 0; m < stale_.size(); ++m) {
          const auto column = static_cast<Eigen::Index>(m);
          nearness[stale_[m]] = products(i, column) - halves[column];
        }
        Eigen::Index best = 0;
        for (Eigen::Index c = 1; c < nearness.size(); ++c)
          if (nearness[c] > nearness[best]) best = c;
        clusters_[static_cast<std::size_t>(begin + i)] = static_cast<int>(best);
      }
    });
  }

  void fill_empty_clusters() {
    std::vector<std::size_t> sizes(static_cast<std::size_t>(options_.clusters), 0);
    for (const int c : clusters_) ++sizes[static_cast<std::size_t>(c)];
    for (std::size_t empty = 0; empty < sizes.size(); ++empty) {
      if (sizes[empty] > 0) continue;
      // Some cluster has several points, since there are at least as many points as clusters.
      std::size_t farthest = clusters_.size();
      double largest = -std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < clusters_.size(); ++i) {
        if (sizes[static_cast<std::size_t>(clusters_[i])] < 2) continue;
        const auto row = static_cast<Eigen::Index>(i);
        const double square = squares_[row] - 2 * nearness_(row, clusters_[i]);
        if (farthest < clusters_.size() && !(square > largest)) continue;
        farthest = i;
        largest = square;
      }
      --sizes[static_cast<std::size_t>(clusters_[farthest])];
      sizes[empty] = 1;
      clusters_[farthest] = static_cast<int>(empty);
    }
  }

  /// Finds the clusters that points have joined or left.
  void find_stale(const std::vector<int>& before) {
    std::vector<bool> changed(static_cast<std::size_t>(options_.clusters));
    for (std::size_t i = 0; i < clusters_.size(); ++i) {
      if (clusters_[i] == before[i]) continue;
      changed[static_cast<std::size_t>(clusters_[i])] = true;
      if (before[i] >= 0) changed[static_cast<std::size_t>(before[i])] = true;
    }
    stale_.clear();
    for (std::size_t c = 0; c < changed.size(); ++c)
      if (changed[c]) stale_.push_back(static_cast<Eigen::Index>(c));
  }

  void centre() {
    const Members members(clusters_);
    parallel_for(stale_.size(), options_.threads, [&](std::size_t m) {
      const auto points = members.of(static_cast<std::size_t>(stale_[m]));
      auto mean = centres_.row(stale_[m]);
      mean.setZero();
      for (const std::size_t i : points) mean += points_.row(static_cast<Eigen::Index>(i));
      mean /= static_cast<double>(points.size());
    });
  }

  const Points& points_;
  const Eigen::VectorXd& squares_;
  const KMeansOptions& options_;
  const Progress* progress_;
  Points centres_;
  std::vector<Eigen::Index> stale_;  // centres that moved since nearness_ was computed
  Points nearness_;                  // x.c - c.c / 2 for each point and centre: larger is nearer
  std::vector<int> clusters_;
};

// ---- agglomerative clustering ----

/// The distance of each pair: a lower triangle, row by row.
class Distances {
 public:
  explicit Distances(std::size_t count) : values_(std::make_unique_for_overwrite<double[]>(count * (count - 1) / 2)) {}

  /// REQUIRES: i != j.
  double& operator()(std::size_t i, std::size_t j) noexcept { return i > j ? row(i)[j] : row(j)[i]; }
  /// Distances of i to all j < i.
  double* row(std::size_t i) noexcept { return values_.get() + i * (i - 1) / 2; }

 private:
  std::unique_ptr<double[]> values_;
};

/// Cosine distances, or squared Euclidean ones for Ward's linkage.
Distances distances_of(const Points& points, Linkage linkage, const Progress* progress) {
  const Eigen::Index count = points.rows();
  // Rows scaled in float are not exactly of length 1; without their lengths, copies would not be at distance 0.
  const Eigen::VectorXd squares = points.rowwise().squaredNorm();
  Distances result(static_cast<std::size_t>(count));
  Points products;
  for (Eigen::Index begin = 0; begin < count; begin += block_points) {
    check_cancelled(progress);
    const Eigen::Index rows = std::min(block_points, count - begin);
    products.noalias() = points.middleRows(begin, rows) * points.topRows(begin + rows).transpose();
    for (Eigen::Index i = begin; i < begin + rows; ++i) {
      if (i == 0) continue;
      double* row = result.row(static_cast<std::size_t>(i));
      for (Eigen::Index j = 0; j < i; ++j) {
        const double product = products(i - begin, j);
        const double distance = linkage == Linkage::ward ? squares[i] + squares[j] - 2 * product : 1 - product;
        row[j] = std::max(distance, 0.0);
      }
    }
  }
  return result;
}

struct Merge {
  std::size_t first, second;  // a point of each
  double height;
};

/// The n - 1 merges of the tree, in the order in which the chains find them.
std::vector<Merge> merges_of(std::size_t count, Distances distances, Linkage linkage, const Progress* progress) {
  // A cluster has the number of one of its points. When two merge, the larger number is kept.
  std::vector<double> sizes(count, 1);
  std::vector<std::size_t> alive(count), chain;
  std::iota(alive.begin(), alive.end(), std::size_t{0});
  std::vector<Merge> merges;
  merges.reserve(count - 1);
  while (alive.size() > 1) {
    check_cancelled(progress);
    if (chain.empty()) chain.push_back(alive[0]);
    for (;;) {
      const std::size_t tip = chain.back();
      // Preferring the previous cluster among equally near ones keeps the chain from running in a circle.
      std::size_t nearest = chain.size() > 1 ? chain[chain.size() - 2] : alive[alive[0] == tip ? 1 : 0];
      double least = distances(tip, nearest);
      for (const std::size_t other : alive) {
        if (other == tip) continue;
        const double distance = distances(tip, other);
        if (distance < least) {
          least = distance;
          nearest = other;
        }
      }
      if (chain.size() > 1 && nearest == chain[chain.size() - 2]) break;
      chain.push_back(nearest);
    }
    const std::size_t gone = std::min(chain.back(), chain[chain.size() - 2]);
    const std::size_t kept = std::max(chain.back(), chain[chain.size() - 2]);
    // Removes the last two. With distances equal except for rounding, the chain may have returned to an earlier place.
    chain.erase(std::find_if(chain.begin(), chain.end(), [&](std::size_t i) { return i == gone || i == kept; }),
                chain.end());
    const double between = distances(gone, kept);
    alive.erase(std::lower_bound(alive.begin(), alive.end(), gone));
    const double gone_size = sizes[gone], kept_size = sizes[kept], size = gone_size + kept_size;
    for (const std::size_t other : alive) {
      if (other == kept) continue;
      const double old = distances(other, gone);
      double& distance = distances(other, kept);
      switch (linkage) {
        case Linkage::average:
          distance = (gone_size * old + kept_size * distance) / size;
          break;
        case Linkage::complete:
          distance = std::max(old, distance);
          break;
        case Linkage::ward:
          distance =
              ((gone_size + sizes[other]) * old + (kept_size + sizes[other]) * distance - sizes[other] * between) /
              (size + sizes[other]);
          break;
      }
    }
    sizes[kept] = size;
    merges.push_back({gone, kept, between});
  }
  return merges;
}

}  // namespace

std::vector<int> kmeans_clusters(const Points& points, const KMeansOptions& options, Progress* progress) {
  require_points(points, options.clusters);
  require_at_least("restarts", options.restarts, 1);
  require_at_least("iterations", options.iterations, 1);
  require_between("threads", options.threads, 0, 4096);
  // Centred first: for points far from 0, distances computed from products would lose most digits.
  const Eigen::RowVectorXd mean = points.colwise().mean();
  const Points centred = points.rowwise() - mean;
  const Eigen::VectorXd squares = centred.rowwise().squaredNorm();
  std::vector<int> result;
  double least = 0;
  for (int restart = 0; restart < options.restarts; ++restart) {
    KMeansRun run(centred, squares, options, progress);
    run.run(Rng(options.seed, static_cast<std::uint64_t>(restart)));
    const double sum = run.sum_of_squares();
    if (restart > 0 && !(sum < least)) continue;
    least = sum;
    result = run.take_clusters();
  }
  return renumbered(std::move(result));
}

std::string_view name_of(Linkage linkage) {
  switch (linkage) {
    case Linkage::average:
      return "average";
    case Linkage::complete:
      return "complete";
    case Linkage::ward:
      return "ward";
  }
  return "";
}

std::vector<int> agglomerative_clusters(const Points& unit_rows, int clusters, Linkage linkage, Progress* progress) {
  require_points(unit_rows, clusters);
  const auto count = static_cast<std::size_t>(unit_rows.rows());
  std::vector<Merge> merges = merges_of(count, distances_of(unit_rows, linkage, progress), linkage, progress);
  std::stable_sort(merges.begin(), merges.end(), [](const Merge& a, const Merge& b) { return a.height < b.height; });

  // A merged cluster went into one with a larger number. If rounding has sorted a merge before those of its own parts,
  // all of them are equally far from each other, so any two may be merged first.
  std::vector<int> result(count);
  std::iota(result.begin(), result.end(), 0);
  for (std::size_t m = 0; m < count - static_cast<std::size_t>(clusters); ++m)
    result[merges[m].first] = static_cast<int>(merges[m].second);
  for (std::size_t i = count; i-- > 0;) result[i] = result[static_cast<std::size_t>(result[i])];
  return renumbered(std::move(result));
}

std::optional<double> purity(std::span<const int> clusters, std::span<const int> categories,
                             std::span<const std::uint32_t> times) {
  if (clusters.empty()) return {};
  const Members members(clusters);
  std::vector<std::uint64_t> counts(
      static_cast<std::size_t>(*std::max_element(categories.begin(), categories.end())) + 1, 0);
  std::uint64_t pure = 0, total = 0;
  for (std::size_t cluster = 0; cluster < members.clusters(); ++cluster) {
    std::uint64_t largest = 0;
    for (const std::size_t i : members.of(cluster)) {
      const std::uint64_t number = times.empty() ? 1 : times[i];
      std::uint64_t& count = counts[static_cast<std::size_t>(categories[i])];
      count += number;
      total += number;
      largest = std::max(largest, count);
    }
    pure += largest;
    for (const std::size_t i : members.of(cluster)) counts[static_cast<std::size_t>(categories[i])] = 0;
  }
  if (total == 0) return {};
  return static_cast<double>(pure) / static_cast<double>(total);
}

}  // namespace equivec
