#pragma once

#include "equivec/embeddings.hpp"
#include "equivec/types.hpp"

#include <span>
#include <vector>

namespace equivec {

/// A few orthonormal directions along which sets of words differ (Bolukbasi et al. 2016, section 5). Computed in
/// double.
class BiasSubspace {
 public:
  /// Principal components of the sets' unit vectors, each set D centred on its own mean and weighing 1 / |D| (section
  /// 6, step 1). Sets of fewer than two words count for nothing. A direction's sign is such that the first words of the
  /// sets lie, on the whole, on its positive side and the last words on its negative. Throws Error if the sets have
  /// fewer than `rank` independent directions, OptionError if rank < 1.
  static BiasSubspace from_sets(const Embeddings& embeddings, std::span<const std::vector<WordId>> sets, int rank = 1);

  using Basis = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Basis& basis() const noexcept { return basis_; }  ///< rank x dimension, orthonormal rows
  int rank() const noexcept { return static_cast<int>(basis_.rows()); }
  /// Share of the sets' variance on every principal direction, descending; its first rank() numbers belong to the
  /// basis.
  const Eigen::VectorXd& explained() const noexcept { return explained_; }

  Eigen::VectorXd inside(const Eigen::VectorXd& v) const;   ///< the part of v in the subspace
  Eigen::VectorXd outside(const Eigen::VectorXd& v) const;  ///< v without that part

 private:
  BiasSubspace(Basis basis, Eigen::VectorXd explained) : basis_(std::move(basis)), explained_(std::move(explained)) {}

  Basis basis_;
  Eigen::VectorXd explained_;
};

/// A word and where it lies in the subspace.
struct WordBias {
  WordId word;
  double cosine;  ///< rank 1: cosine with the direction, signed; otherwise the length of the part inside, >= 0
};

struct DirectBias {
  double value = 0;             ///< mean of |cosine|^strictness over the words; NaN-free: 0 for no words
  std::vector<WordBias> words;  ///< in the order given
};

/// Direct bias (Bolukbasi et al. 2016, section 5.2) of words that should be neutral, `strictness` being its exponent c.
/// Words without length have cosine 0; with strictness 0
/// every word counts 1. Throws OptionError if strictness < 0.
DirectBias direct_bias(const Embeddings& embeddings, const BiasSubspace& subspace, std::span<const WordId> words,
                       double strictness = 1);

}  // namespace equivec
