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

// Clusters of points and how well they agree with categories that people made. A clustering is a number for each
// point; the clusters are numbered from 0 in the order in which they first appear, and none is empty. Computed in
// double. Of a Progress only the wish to stop is heard; its counters are left to the caller, who knows the whole task.

using Points = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;  ///< one a row

struct KMeansOptions {
  int clusters;            ///< 1 .. the number of points
  int restarts = 10;       ///< at least 1
  int iterations = 300;    ///< at least 1; of each restart at most
  std::uint64_t seed = 1;  ///< the first restarts are the same however many follow
  int threads = 0;         ///< 0: all cores
};

/// Lloyd's k-means by squared Euclidean distances from k-means++ starts (Arthur and Vassilvitskii 2007). A point goes
/// to the nearest centre, of equals to the first. Then each cluster that has lost its points takes, the first such
/// cluster first, the point that is farthest from its centre among the clusters of more than one point, of equals the
/// first. A restart ends when no point changes cluster. Of the restarts counts the one with the least sum of squared
/// distances to the centres, of equals the first. Where only copies of the starts are left, the first point is a start
/// again, whose cluster has no points and takes one as above. So no cluster is empty.
/// The same for any number of threads: whatever is rounded is summed in pieces and in an order that do not depend on
/// them. Memory: a copy of the points, and a double for each point and cluster.
/// Throws OptionError if an option is out of its range; Error if there are no points or a number is not finite;
/// Cancelled.
std::vector<int> kmeans_clusters(const Points& points, const KMeansOptions& options, Progress* progress = nullptr);

/// How far two clusters are from each other.
enum class Linkage {
  average,   ///< the mean of the cosine distances 1 - x.y between their points
  complete,  ///< the largest of these
  ward       ///< by what the sum of squared Euclidean distances to the centres grows if they become one (Ward 1963)
};

std::string_view name_of(Linkage linkage);

/// Agglomerative clustering: the two nearest clusters become one until `clusters` are left. By chains of nearest
/// neighbours (Murtagh 1983; Müllner 2011), which find the same tree as the search for the nearest pair does, and by
/// the formulas of Lance and Williams (1967). O(n^2) time on one thread and 4 n^2 bytes of memory: one triangle of
/// doubles, so that distances which differ are not made equal.
/// Of equally near clusters a chain goes back to where it came from, else to the first; of equally high merges the one
/// that the chains found first comes first. So the result is always the same, but among equal distances it depends on
/// the order of the points. Exactly `clusters` are left, even if that takes a choice among merges of equal height.
/// REQUIRES: rows of length 1, of which the distances 1 - x.y are cosine distances. A row of zeros does no harm: it is
/// at the cosine distance 1 from all others.
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
