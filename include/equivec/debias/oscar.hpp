#pragma once

#include "equivec/base/export.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Conventions: the new vector of a word depends on its own vector and one or two directions alone; there is no list of
// neutral words. Vectors may have any length and are not scaled to length 1. Everything is computed in double on up to
// `threads` threads (0: all cores); results do not depend on their number. The vocabulary and the metadata are kept.
// Rows that have no length or are not finite stay unchanged. REQUIRES: subspaces of the vectors' dimension.

/// The graded rotation of OSCaR (Dev, Li, Phillips and Srikumar 2021, "OSCaR: Orthogonal Subspace Correction and
/// Rectification of Biases in Word Embeddings", EMNLP). In the plane of two directions v1 and v2 it keeps v1, turns v2
/// to a right angle with v1, and turns every vector between them in proportion. With theta' the angle from v1 to v2,
/// theta = pi/2 - theta' and phi the angle from v1 to the vector's part in the plane, modulo pi (a vector and its
/// negative turn by the same angle), a vector turns by
///     theta phi / theta'                  where phi <= theta',
///     theta (pi - phi) / (pi - theta')    beyond,
/// towards larger phi. So the four sectors between the lines of v1 and v2 become quarters of the plane, each stretched
/// evenly. Lengths and everything orthogonal to the plane stay; inner products within the plane change. The order of
/// the directions matters, their signs do not. The map is not linear.
/// The authors' first program exchanges theta and theta', so that v2 does not come to a right angle with v1. Here it
/// does, as in their group's later program (VERB), whose results are the same.
class GradedRotation {
 public:
  /// Throws Error unless both have rank 1, or if they are parallel (to 1e-6).
  GradedRotation(const BiasSubspace& first, const BiasSubspace& second);

  Eigen::VectorXd operator()(const Eigen::VectorXd& vector) const;

  const Eigen::VectorXd& first() const noexcept { return first_; }  ///< v1
  const Eigen::VectorXd& normal() const noexcept {
    return normal_;
  }                                                 ///< the part of v2 orthogonal to v1, scaled to length 1
  double angle() const noexcept { return angle_; }  ///< theta', above 0 and below pi

 private:
  Eigen::VectorXd first_, normal_;
  double angle_;
};

struct OscarCorrected {
  Embeddings embeddings;
  GradedRotation rotation;
};

/// Makes two concepts orthogonal, such as gender and occupation, in all words. In the paper the first is he - she and
/// the second the first principal direction of the occupations, BiasSubspace::from_sets() of one set, all of them.
/// (Their first program takes the one of two such directions that is nearer to the first.)
/// Lengths stay. Throws Error as GradedRotation.
OscarCorrected oscar(const Embeddings& embeddings, const BiasSubspace& first, const BiasSubspace& second,
                     int threads = 0);

/// Proves that everything outside the plane and all lengths are unchanged, that v1 and the corrected v2 are at a right
/// angle, and that a word at a certain share of the angle from v1 to v2 is now at that share of the right angle.
std::vector<PostCondition> verify_oscar(const Embeddings& before, const Embeddings& after, const BiasSubspace& first,
                                        const BiasSubspace& second);

}  // namespace equivec
