#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"

#include <Eigen/Core>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

// Clustering of points, and agreement of clusters with human categories. A clustering is a cluster number for each
// point; clusters are numbered from 0 in order of first appearance, and none is empty. Computed in double. Of a
// Progress only the cancellation is used; its counters are left to the caller, who knows the whole task.

using Points = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  ///< one a row

struct KMeansOptions {
  int clusters;            ///< 1 .. the number of points
  int restarts = 10;       ///< at least 1
  int iterations = 300;    ///< at least 1; the most for each restart
  std::uint64_t seed = 1;  ///< restart i depends on the seed and i, not on the number of restarts
  int threads = 0;         ///< 0: all cores
};

/// Lloyd's k-means with squared Euclidean distances and k-means++ starts (Arthur and Vassilvitskii 2007). A point goes
/// to the nearest centre, on ties the first. Then each empty cluster, in order, takes the point that is farthest from
/// its centre among the clusters of more than one point, on ties the first. A restart ends when no point changes
/// cluster. The result is the restart with the smallest sum of squared distances to the centres, on ties the first. If
/// only copies of the starts are left to choose from, the first point is a start again; its cluster is empty and takes
/// a point as above. So no cluster is empty. The result is the same for any number of threads: sums are split and
/// ordered independently of them. Memory: a copy of the points, and a double for each point and cluster. Throws
/// OptionError if an option is out of its range; Error if there are no points or a number is not finite; Cancelled.
std::vector<int> kmeans_clusters(const Points& points, const KMeansOptions& options, Progress* progress = nullptr);

/// The distance of two clusters.
enum class Linkage {
  average,   ///< the mean of the cosine distances 1 - x.y between their points
  complete,  ///< the largest of these
  ward       ///< the increase of the sum of squared Euclidean distances to the centres if they merge (Ward 1963)
};

std::string_view name_of(Linkage linkage);

/// Agglomerative clustering: merges the two nearest clusters until `clusters` are left. Uses nearest-neighbour chains
/// (Murtagh 1983; Müllner 2011), which find the same tree as a search for the nearest pair, and the update formulas of
/// Lance and Williams (1967). O(n^2) time on one thread and 4 n^2 bytes of memory: one triangle of doubles, so that
/// different distances are not rounded to the same.
/// Among equally near clusters a chain prefers the previous one, then the first; among merges of equal height the one
/// found first comes first. So the result is deterministic, but with equal distances it depends on the order of the
/// points. Exactly `clusters` are left, even if that takes a choice among merges of equal height.
/// REQUIRES: rows of length 1, so that 1 - x.y is the cosine distance. Zero rows are allowed: their cosine distance to
/// all others is 1.
/// Throws OptionError unless clusters is 1 .. the number of points; Error if there are no points or a number is not
/// finite; Cancelled.
std::vector<int> agglomerative_clusters(const Points& unit_rows, int clusters, Linkage linkage,
                                        Progress* progress = nullptr);

/// Purity (Zhao and Karypis 2001): the share of the things that belong to the largest category of their cluster, in
/// (0, 1]. `times` is how often each thing counts, for resampling; empty: each once. Empty if nothing counts.
/// REQUIRES: spans of the same size, but for an empty `times`; clusters and categories numbered from 0, without large
/// gaps, since time and memory grow with the largest numbers.
std::optional<double> purity(std::span<const int> clusters, std::span<const int> categories,
                             std::span<const std::uint32_t> times = {});

}  // namespace equivec
