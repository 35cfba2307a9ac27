#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/direction.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// Conventions: the new vector of a word depends on its own vector and one or two directions alone; there is no list of
// neutral words. Vectors may have any length and are not scaled to length 1. Everything is computed in double on up to
// `threads` threads (0: all cores); results do not depend on their number. The vocabulary and the metadata are kept.
// Rows that have no length or are not finite stay unchanged. REQUIRES: subspaces of the vectors' dimension.

/// The share f of a word's bias that remains, as a function of the length eta of its part orthogonal to the direction:
/// large near the direction, where words have the attribute by meaning, and small far from it. At most 1 for any sigma.
enum class Damping {
  none,            ///< f = 0: linear projection up to a constant
  inverse_square,  ///< f1 = sigma^2 / (eta + 1)^2
  gaussian         ///< f2 = exp(-eta^2 / sigma^2)
};

inline constexpr std::array dampings = {Damping::none, Damping::inverse_square, Damping::gaussian};
std::string_view name_of(Damping damping);
double damped_share(Damping damping, double eta, double sigma);  ///< f(eta) for eta >= 0 and sigma > 0, in [0, 1]

struct PartialProjectionOptions {
  Damping damping = Damping::inverse_square;
  /// Above 0, in the unit of the vectors' lengths; 1 in the paper. With vectors of length 1, f1 leaves at least a
  /// quarter of the bias and f2 at least 1/e; with GloVe's, which are several times as long, f2 leaves almost nothing.
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
/// The part orthogonal to v stays unchanged, and the part along v moves towards that of mu. (The paper writes mu for
/// (mu.v) v, and states that the orthogonal part is unchanged. The authors published no program for this, so only the
/// formula could be compared.) `sets` are the paper's equality pairs, or the definitional sets that the direction was
/// found with; empty ones are ignored. Lengths change with the part along v. Throws Error unless the subspace has rank
/// 1, or if no set has a word or a set's vector is not finite; OptionError.
PartiallyProjected partial_projection(const Embeddings& embeddings, const BiasSubspace& direction,
                                      std::span<const std::vector<WordId>> sets,
                                      const PartialProjectionOptions& options = {});

/// Proves that the part orthogonal to the direction is unchanged, and that the part along it is given by the formula
/// and no farther from the centre than before.
std::vector<PostCondition> verify_partial_projection(const Embeddings& before, const Embeddings& after,
                                                     const BiasSubspace& direction,
                                                     std::span<const std::vector<WordId>> sets,
                                                     const PartialProjectionOptions& options = {});

}  // namespace equivec
