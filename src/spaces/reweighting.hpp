#pragma once

#include "equivec/debias/post_condition.hpp"
#include "equivec/spaces/alignment.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>

#include <span>
#include <vector>

namespace equivec {

// Both spaces are changed so that words lie near their translations: the steps of Artetxe, Labaka and Agirre 2018,
// "Generalizing and improving bilingual word embedding mappings with a multi-step framework of linear transformations",
// with the settings that their program VecMap has for a dictionary. Rows of both are scaled to length 1, centred and
// scaled again. With such rows of the pairs X and Z (one pair a row), the whitenings A = (X'X)^-1/2 and
// B = (Z'Z)^-1/2, and the singular value decomposition A X' Z B = P S Q', rows become
//     x A P S^1/2 P' A^-1 P Q'    and    z B Q S^1/2 Q' B^-1 .
// VecMap leaves Q' out of both: that turns both spaces alike. With it the result does not depend on the signs of
// singular vectors, and the target keeps its axes.

/// The steps of one side.
struct SpaceSteps {
  Eigen::VectorXd mean;         ///< of all rows scaled to length 1
  Eigen::MatrixXd whitening;    ///< A or B, symmetric
  Eigen::MatrixXd dewhitening;  ///< its inverse
  Eigen::MatrixXd axes;         ///< P or Q, orthogonal, one axis a column
};

struct Reweighting {
  SpaceSteps source, target;
  Eigen::VectorXd values;  ///< S, descending, 0 to 1: how far the pairs agree along each axis

  /// What rows that are scaled, centred and scaled are multiplied by, dimension x dimension.
  Eigen::MatrixXd source_map() const;
  Eigen::MatrixXd target_map() const;
};

/// Throws Error unless the words of the pairs vary in all directions, in both spaces; Cancelled within a CancelScope.
/// The same bits for any number of threads. REQUIRES: the dimensions are the same, all rows are finite
Reweighting fit_reweighting(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
                            int threads);

/// The rows scaled, centred and scaled, times the map. Rows of zeros, and those that are the mean, become zeros. There
/// are no vectors of n-grams: the mean of unit vectors is none.
Embeddings reweighted(const Embeddings& embeddings, const Eigen::VectorXd& mean, const Eigen::MatrixXd& map,
                      int threads);

/// What is proved of both sides.
struct ReweightedSpaces {
  const Embeddings &source, &target;          ///< before
  const Embeddings &new_source, &new_target;  ///< after
};
std::vector<PostCondition> verify_reweighting(const ReweightedSpaces& spaces, std::span<const TranslationPair> pairs,
                                              const Reweighting& found, int threads);

/// All of it: the new vectors of both, the source's map, the mean cosine after, and what was proved.
Aligned align_reweighted(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
                         int threads);

}  // namespace equivec
