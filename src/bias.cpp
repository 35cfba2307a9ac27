#include "equivec/bias.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>

namespace equivec {

namespace {

Eigen::VectorXd unit(const Embeddings& embeddings, WordId word) {
  Eigen::VectorXd vector = column(embeddings[word]).cast<double>();
  vector.normalize();  // leaves a zero vector alone
  return vector;
}

struct Principal {
  Eigen::VectorXd variances;   // not divided by the number of rows; descending
  Eigen::MatrixXd directions;  // one a column; where the variance is nothing, so is the direction
};

/// Principal components of rows whose sum is zero, by the eigenvectors of the smaller of A' A and A A'.
Principal principal_directions(const BiasSubspace::Basis& rows) {
  const bool few_rows = rows.rows() < rows.cols();
  const Eigen::MatrixXd square =
      few_rows ? Eigen::MatrixXd(rows * rows.transpose()) : Eigen::MatrixXd(rows.transpose() * rows);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(square);
  Principal result{solver.eigenvalues().reverse().cwiseMax(0), solver.eigenvectors().rowwise().reverse()};
  if (few_rows) {
    result.directions = rows.transpose() * result.directions;
    for (auto direction : result.directions.colwise()) direction.normalize();  // leaves a zero vector alone
  }
  return result;
}

}  // namespace

BiasSubspace BiasSubspace::from_sets(const Embeddings& embeddings, std::span<const std::vector<WordId>> sets,
                                     int rank) {
  require_at_least("rank", rank, 1);
  Eigen::Index words = 0;
  for (const auto& set : sets)
    if (set.size() >= 2) words += static_cast<Eigen::Index>(set.size());
  if (words == 0) throw Error("no definitional set has two words in the vocabulary, so there is no bias direction");

  Basis centred(words, embeddings.dimension());
  Eigen::VectorXd orientation = Eigen::VectorXd::Zero(embeddings.dimension());
  Eigen::Index row = 0;
  for (const auto& set : sets) {
    if (set.size() < 2) continue;
    const Eigen::Index first = row;
    for (const WordId word : set) centred.row(row++) = unit(embeddings, word).transpose();
    auto block = centred.middleRows(first, row - first);
    block.rowwise() -= block.colwise().mean().eval();
    orientation += (block.row(0) - block.row(block.rows() - 1)).transpose();
    block /= std::sqrt(static_cast<double>(set.size()));
  }

  const Principal principal = principal_directions(centred);
  const double total = principal.variances.sum();
  // What rounding leaves of the variance along a direction that is not there.
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

Eigen::VectorXd BiasSubspace::inside(const Eigen::VectorXd& v) const { return basis_.transpose() * (basis_ * v); }

Eigen::VectorXd BiasSubspace::outside(const Eigen::VectorXd& v) const { return v - inside(v); }

DirectBias direct_bias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                       double strictness) {
  require_at_least("strictness", strictness, 0);
  DirectBias result;
  double sum = 0;
  for (const WordId word : words) {
    const Eigen::VectorXd coordinates = subspace.basis() * unit(embeddings, word);
    const double length = coordinates.norm();
    result.words.push_back({word, subspace.rank() == 1 ? coordinates[0] : length});
    sum += std::pow(length, strictness);
  }
  if (!words.empty()) result.value = sum / static_cast<double>(words.size());
  return result;
}

}  // namespace equivec
