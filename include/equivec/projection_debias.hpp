#pragma once

#include "equivec/bias.hpp"
#include "equivec/embeddings.hpp"
#include "equivec/post_condition.hpp"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

// Remedies that move every word by a formula of its own vector and one direction or two: no list says which words are
// neutral. They take vectors of any length, compute in double, keep the vocabulary and the metadata, use up to
// `threads` threads (0: all cores) and give the same for any number of them. Rows that have no length or are not finite
// stay as they are. No remedy here scales vectors to length 1. REQUIRES: subspaces of the vectors' dimension.

// ---- linear projection ----

struct LinearProjected {
  Embeddings embeddings;
  std::vector<WordId> vanished;  ///< words that lay in the subspace alone, to 1e-6 of their length; now zero. Ascending
};

/// Takes the subspace out of every word, definitional ones too (Dev and Phillips 2019, "Attenuating Bias in Word
/// Vectors", AISTATS, "Linear Projection"):
///     w <- w - sum of (w.v) v over the directions v of the subspace
/// Vectors become shorter by what was taken out, as in the paper.
LinearProjected linear_projection(const Embeddings& embeddings, const BiasSubspace& subspace, int threads = 0);

/// That no word has a part in the subspace, that the rest of every word is what it was, and that words which are zero
/// now had no rest.
std::vector<PostCondition> verify_linear_projection(const Embeddings& before, const Embeddings& after,
                                                    const BiasSubspace& subspace);

// ---- partial projection ----

/// What share of a word's bias is left to it, by the length eta of its part orthogonal to the direction: much near the
/// direction, where the words are whose meaning it is, little far from it. At most 1, for any sigma.
enum class Damping {
  none,            ///< f = 0: linear projection, but for a constant
  inverse_square,  ///< f1 = sigma^2 / (eta + 1)^2
  gaussian         ///< f2 = exp(-eta^2 / sigma^2)
};

inline constexpr std::array dampings = {Damping::none, Damping::inverse_square, Damping::gaussian};
std::string_view name_of(Damping damping);
double damped_share(Damping damping, double eta, double sigma);  ///< f(eta) for eta >= 0 and sigma > 0, in [0, 1]

struct PartialProjectionOptions {
  Damping damping = Damping::inverse_square;
  /// Above 0, in the unit of the vectors' lengths; 1 in the paper. Of vectors of length 1 f1 leaves at least a quarter
  /// of the bias and f2 at least 1/e; of GloVe's, which are several times as long, f2 leaves next to nothing.
  double sigma = 1;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Throws OptionError.
void validate(const PartialProjectionOptions& options);

struct PartiallyProjected {
  Embeddings embeddings;
  double centre;  ///< mu.v
};

/// Dev and Phillips 2019, "Partial Projection": with mu the mean of the sets' mean vectors, beta = w.v - mu.v and
/// r = w - (w.v) v,
///     w <- r + (mu.v) v + beta f(|r|) v
/// The part orthogonal to v stays as it is, and the part along v comes nearer to that of mu. (The paper writes mu for
/// (mu.v) v, of which it says that the orthogonal part is unchanged. No program of the authors for this is published,
/// so nothing but the formula could be compared.) `sets` are those of the paper's equality pairs,
/// or the definitional sets that the direction was found with; empty ones count for nothing. Lengths change by what
/// happens along v. Throws Error unless the subspace has rank 1, or if no set has a word or their vectors are not
/// finite; OptionError.
PartiallyProjected partial_projection(const Embeddings& embeddings, const BiasSubspace& direction,
                                      std::span<const std::vector<WordId>> sets,
                                      const PartialProjectionOptions& options = {});

/// That the part orthogonal to the direction is what it was, that the part along it is what the formula says, and that
/// it came no farther from the centre.
std::vector<PostCondition> verify_partial_projection(const Embeddings& before, const Embeddings& after,
                                                     const BiasSubspace& direction,
                                                     std::span<const std::vector<WordId>> sets,
                                                     const PartialProjectionOptions& options = {});

// ---- OSCaR ----

/// The graded rotation of OSCaR (Dev, Li, Phillips and Srikumar 2021, "OSCaR: Orthogonal Subspace Correction and
/// Rectification of Biases in Word Embeddings", EMNLP). In the plane of two directions v1 and v2 it turns v2 to a right
/// angle with v1, which stays where it is, and every vector between them by its share of that: with theta' the angle
/// from v1 to v2, theta = pi/2 - theta' and phi the angle from v1 to the vector's part in the plane, up to half a turn
/// (a vector and its negative turn alike), it turns by
///     theta phi / theta'                  where phi <= theta',
///     theta (pi - phi) / (pi - theta')    beyond,
/// towards larger phi. So the four sectors between the lines of v1 and v2 become quarters of the plane, each stretched
/// evenly. Lengths stay, and so does everything orthogonal to the plane; inner products within it do not. The signs of
/// the directions make no difference, their order does. It is not linear.
/// The authors' first program has the two angles theta and theta' the other way round, by which v2 does not come to a
/// right angle with v1. Here it does, as in the later one of their group (VERB), whose results are the same.
class GradedRotation {
 public:
  /// Throws Error unless both have rank 1, or if they are parallel (to 1e-6).
  GradedRotation(const BiasSubspace& first, const BiasSubspace& second);

  Eigen::VectorXd operator()(const Eigen::VectorXd& vector) const;

  const Eigen::VectorXd& first() const noexcept { return first_; }    ///< v1
  const Eigen::VectorXd& normal() const noexcept { return normal_; }  ///< what of v2 is orthogonal to v1, of length 1
  double angle() const noexcept { return angle_; }                    ///< theta', above 0 and below pi

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
/// Lengths stay. Throws Error as GradedRotation does.
OscarCorrected oscar(const Embeddings& embeddings, const BiasSubspace& first, const BiasSubspace& second,
                     int threads = 0);

/// That everything outside the plane and all lengths are what they were, that v1 and its corrected v2 are at a right
/// angle, and that a word which had a certain share of the angle from v1 to v2 has that share of the right angle.
std::vector<PostCondition> verify_oscar(const Embeddings& before, const Embeddings& after, const BiasSubspace& first,
                                        const BiasSubspace& second);

}  // namespace equivec
