#include "src/math/product_quantizer.hpp"

#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/math/decompositions.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace equivec {

namespace {

constexpr std::size_t rows_of_chunk = 4096;  // which share a sum; sums of chunks are added in order

/// The centroids of a part, one a column, so that a number of a row is compared with many of them at once.
struct PartCentroids {
  std::size_t begin, size;
  std::vector<float> numbers;  // size x 256
};

std::vector<PartCentroids> empty_parts(std::size_t dimension, std::size_t parts) {
  std::vector<PartCentroids> result;
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t begin = part_begin(p, parts, dimension), size = part_begin(p + 1, parts, dimension) - begin;
    result.push_back({begin, size, std::vector<float>(size * centroids_of_part)});
  }
  return result;
}

/// The nearest centroid, by differences rather than products, so that a row that is a centroid has no distance at all.
std::uint8_t nearest_centroid(const PartCentroids& part, const float* row) {
  constexpr std::size_t width = 16;
  float least = std::numeric_limits<float>::infinity();
  std::size_t nearest = 0;
  for (std::size_t first = 0; first < centroids_of_part; first += width) {
    float squares[width] = {};
    for (std::size_t c = 0; c < part.size; ++c) {
      const float* const centroids = part.numbers.data() + c * centroids_of_part + first;
      for (std::size_t k = 0; k < width; ++k) squares[k] += (row[c] - centroids[k]) * (row[c] - centroids[k]);
    }
    for (std::size_t k = 0; k < width; ++k)
      if (squares[k] < least) {
        least = squares[k];
        nearest = first + k;
      }
  }
  return static_cast<std::uint8_t>(nearest);
}

/// Numbers of the rows that are drawn, in the order of the rows (Knuth's algorithm S).
std::vector<Eigen::Index> drawn_rows(std::size_t rows, std::size_t wanted, std::uint64_t seed) {
  std::vector<Eigen::Index> result;
  Rng rng(seed);
  for (std::size_t row = 0; row < rows && result.size() < wanted; ++row)
    if (rng.uniform_double() * static_cast<double>(rows - row) < static_cast<double>(wanted - result.size()))
      result.push_back(static_cast<Eigen::Index>(row));
  return result;
}

/// k-means of all parts at once, over rows that are given anew where a rotation turns them.
class PartsClustering {
 public:
  PartsClustering(const Matrix& rows, const QuantizerOptions& options, const Progress* progress)
      : options_(options),
        progress_(progress),
        dimension_(static_cast<std::size_t>(rows.cols())),
        count_(static_cast<std::size_t>(rows.rows())),
        parts_(empty_parts(dimension_, options.parts)),
        codes_(count_ * options.parts) {
    parallel_for(options.parts, options.threads, [&](std::size_t p) { start(rows, p); });
  }

  const std::vector<PartCentroids>& parts() const noexcept { return parts_; }

  /// An iteration of Lloyd's: says whether a row has changed its centroid.
  bool iterate(const Matrix& rows) {
    const bool changed = assign(rows);
    parallel_for(parts_.size(), options_.threads, [&](std::size_t p) { move(p); });
    return changed;
  }

  /// The rows as their codes have them.
  Matrix decoded() const {
    Matrix result(static_cast<Eigen::Index>(count_), static_cast<Eigen::Index>(dimension_));
    for (std::size_t row = 0; row < count_; ++row)
      for (std::size_t p = 0; p < parts_.size(); ++p)
        for (std::size_t c = 0; c < parts_[p].size; ++c)
          result(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(parts_[p].begin + c)) =
              parts_[p].numbers[c * centroids_of_part + codes_[row * parts_.size() + p]];
    return result;
  }

 private:
  struct Sums {
    std::vector<double> numbers;  // 256 x the part's size
    std::vector<std::uint32_t> counts;
    bool changed = false;
  };

  const float* row_of(const Matrix& rows, std::size_t row, std::size_t part) const {
    return rows.data() + row * dimension_ + parts_[part].begin;
  }

  void start(const Matrix& rows, std::size_t p) {
    PartCentroids& part = parts_[p];
    Rng rng(options_.seed, p + 1);
    std::vector<double> distances(count_, std::numeric_limits<double>::infinity());
    std::size_t chosen = rng.below(static_cast<std::uint32_t>(count_));
    for (std::size_t k = 0; k < centroids_of_part; ++k) {
      check_cancelled(progress_);
      const float* const centroid = row_of(rows, chosen, p);
      for (std::size_t c = 0; c < part.size; ++c) part.numbers[c * centroids_of_part + k] = centroid[c];
      double total = 0;
      for (std::size_t row = 0; row < count_; ++row) {
        const float* const numbers = row_of(rows, row, p);
        float square = 0;
        for (std::size_t c = 0; c < part.size; ++c) square += (numbers[c] - centroid[c]) * (numbers[c] - centroid[c]);
        distances[row] = std::min(distances[row], static_cast<double>(square));
        total += distances[row];
      }
      // Where only copies of the centroids are left, the last one repeats.
      if (total > 0) chosen = drawn(distances, rng.uniform_double() * total);
    }
  }

  /// The first row at which the sum of the distances exceeds `place`; one with a distance in any case.
  static std::size_t drawn(std::span<const double> distances, double place) {
    std::size_t last = 0;
    double sum = 0;
    for (std::size_t row = 0; row < distances.size(); ++row) {
      if (!(distances[row] > 0)) continue;
      last = row;
      sum += distances[row];
      if (sum > place) break;
    }
    return last;
  }

  bool assign(const Matrix& rows) {
    const std::size_t chunks = (count_ + rows_of_chunk - 1) / rows_of_chunk;
    sums_.resize(parts_.size() * chunks);
    parallel_for(sums_.size(), options_.threads, [&](std::size_t i) {
      check_cancelled(progress_);
      const std::size_t p = i / chunks, first = i % chunks * rows_of_chunk;
      const PartCentroids& part = parts_[p];
      Sums& sums = sums_[i];
      sums.numbers.assign(part.numbers.size(), 0);
      sums.counts.assign(centroids_of_part, 0);
      sums.changed = false;
      for (std::size_t row = first; row < std::min(count_, first + rows_of_chunk); ++row) {
        const float* const numbers = row_of(rows, row, p);
        const std::uint8_t code = nearest_centroid(part, numbers);
        std::uint8_t& known = codes_[row * parts_.size() + p];
        sums.changed = sums.changed || code != known;
        known = code;
        ++sums.counts[code];
        for (std::size_t c = 0; c < part.size; ++c)
          sums.numbers[code * part.size + c] += static_cast<double>(numbers[c]);
      }
    });
    return std::ranges::any_of(sums_, &Sums::changed);
  }

  /// Moves the centroids of a part to the means of their rows.
  void move(std::size_t p) {
    PartCentroids& part = parts_[p];
    const std::size_t chunks = sums_.size() / parts_.size();
    Sums total = sums_[p * chunks];
    for (std::size_t chunk = 1; chunk < chunks; ++chunk) {
      const Sums& sums = sums_[p * chunks + chunk];
      for (std::size_t i = 0; i < total.numbers.size(); ++i) total.numbers[i] += sums.numbers[i];
      for (std::size_t k = 0; k < centroids_of_part; ++k) total.counts[k] += sums.counts[k];
    }
    for (std::size_t k = 0; k < centroids_of_part; ++k)
      if (total.counts[k] > 0)
        for (std::size_t c = 0; c < part.size; ++c)
          part.numbers[c * centroids_of_part + k] =
              static_cast<float>(total.numbers[k * part.size + c] / total.counts[k]);
  }

  const QuantizerOptions& options_;
  const Progress* progress_;
  std::size_t dimension_, count_;
  std::vector<PartCentroids> parts_;
  std::vector<std::uint8_t> codes_;
  std::vector<Sums> sums_;  // of each part and chunk
};

/// Rows times a matrix, by chunks, each in the same order whoever computes it.
Matrix turned(MatrixView rows, const Matrix& rotation, int threads) {
  Matrix result(rows.rows(), rows.cols());
  const auto count = static_cast<std::size_t>(rows.rows());
  parallel_for((count + rows_of_chunk - 1) / rows_of_chunk, threads, [&](std::size_t chunk) {
    const auto first = static_cast<Eigen::Index>(chunk * rows_of_chunk);
    const Eigen::Index height = std::min<Eigen::Index>(rows_of_chunk, rows.rows() - first);
    result.middleRows(first, height).noalias() = rows.middleRows(first, height) * rotation;
  });
  return result;
}

/// The rotation that takes rows nearest to targets (Schönemann 1966).
Matrix rotation_between(const Matrix& rows, const Matrix& targets, int threads) {
  const auto count = static_cast<std::size_t>(rows.rows());
  std::vector<Eigen::MatrixXd> products((count + rows_of_chunk - 1) / rows_of_chunk);
  parallel_for(products.size(), threads, [&](std::size_t chunk) {
    const auto first = static_cast<Eigen::Index>(chunk * rows_of_chunk);
    const Eigen::Index height = std::min<Eigen::Index>(rows_of_chunk, rows.rows() - first);
    products[chunk] = transposed_product(rows.middleRows(first, height).cast<double>(),
                                         targets.middleRows(first, height).cast<double>());
  });
  for (std::size_t i = 1; i < products.size(); ++i) products[0] += products[i];
  return nearest_orthogonal(products[0]).cast<float>();
}

}  // namespace

ProductQuantizer learn_quantizer(MatrixView rows, const QuantizerOptions& options, const Progress* progress) {
  const std::vector<Eigen::Index> drawn =
      drawn_rows(static_cast<std::size_t>(rows.rows()), options.sample, options.seed);
  const Matrix sample = rows(drawn, Eigen::all);
  const MatrixView all(sample.data(), sample.rows(), sample.cols());
  PartsClustering clustering(sample, options, progress);
  ProductQuantizer result{static_cast<std::size_t>(rows.cols()), options.parts, {}, {}};
  Matrix coded = sample;
  if (options.rotation) {
    Matrix rotation = Matrix::Identity(rows.cols(), rows.cols());
    for (int round = 0; round < options.rounds; ++round) {
      check_cancelled(progress);
      clustering.iterate(coded);
      rotation = rotation_between(sample, clustering.decoded(), options.threads);
      coded = turned(all, rotation, options.threads);
    }
    result.rotation.assign(rotation.data(), rotation.data() + rotation.size());
  }
  for (int i = 0; i < options.iterations && (clustering.iterate(coded) || i == 0);) ++i;
  result.centroids.resize(centroids_of_part * result.dimension);
  for (const PartCentroids& part : clustering.parts())
    for (std::size_t c = 0; c < part.size; ++c)
      for (std::size_t k = 0; k < centroids_of_part; ++k)
        result.centroids[k * result.dimension + part.begin + c] = part.numbers[c * centroids_of_part + k];
  return result;
}

std::vector<std::uint8_t> encode(const ProductQuantizer& quantizer, MatrixView rows, int threads) {
  std::vector<PartCentroids> parts = empty_parts(quantizer.dimension, quantizer.parts);
  for (PartCentroids& part : parts)
    for (std::size_t c = 0; c < part.size; ++c)
      for (std::size_t k = 0; k < centroids_of_part; ++k)
        part.numbers[c * centroids_of_part + k] = quantizer.centroids[k * quantizer.dimension + part.begin + c];
  const auto size = static_cast<Eigen::Index>(quantizer.dimension);
  const Matrix rotation =
      quantizer.rotation.empty() ? Matrix() : Matrix(MatrixView(quantizer.rotation.data(), size, size));
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(rows.rows()) * parts.size());
  const auto count = static_cast<std::size_t>(rows.rows());
  parallel_for((count + rows_of_chunk - 1) / rows_of_chunk, threads, [&](std::size_t chunk) {
    const std::size_t first = chunk * rows_of_chunk, end = std::min(count, first + rows_of_chunk);
    const MatrixView some(rows.data() + first * quantizer.dimension, static_cast<Eigen::Index>(end - first), size);
    const Matrix coded = rotation.size() == 0 ? Matrix(some) : Matrix(some * rotation);
    for (std::size_t row = first; row < end; ++row)
      for (std::size_t p = 0; p < parts.size(); ++p)
        codes[row * parts.size() + p] =
            nearest_centroid(parts[p], coded.data() + (row - first) * quantizer.dimension + parts[p].begin);
  });
  return codes;
}

void decode_parts(std::span<const float> centroids, std::size_t dimension, std::span<const std::uint8_t> codes,
                  float* to) {
  for (std::size_t p = 0; p < codes.size(); ++p) {
    const std::size_t begin = part_begin(p, codes.size(), dimension);
    std::copy_n(centroids.data() + codes[p] * dimension + begin, part_begin(p + 1, codes.size(), dimension) - begin,
                to + begin);
  }
}

}  // namespace equivec
