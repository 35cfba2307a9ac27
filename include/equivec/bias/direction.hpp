#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/math/statistics.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// A few orthonormal directions along which sets of words differ (Bolukbasi et al. 2016, section 5). Computed in
/// double, from vectors scaled to length 1; a vector that is not finite counts as zeros.
class BiasSubspace {
 public:
  /// Principal components of the sets' vectors, each set D centred on its own mean and weighted by 1 / |D| (section 6,
  /// step 1). Sets of fewer than two words are ignored. The sign of a direction is such that the first words of the
  /// sets are, on the whole, on its positive side and the last words on its negative. Throws Error if the sets have
  /// fewer than `rank` independent directions, OptionError if rank < 1.
  static BiasSubspace from_sets(const Embeddings& embeddings, std::span<const std::vector<WordId>> sets, int rank = 1);
  /// The mean vector of `first` minus that of `last`; with one word each, the pair's difference. Throws Error if either
  /// is empty or if the means are the same.
  static BiasSubspace from_means(const Embeddings& embeddings, std::span<const WordId> first,
                                 std::span<const WordId> last);
  /// The weights of a logistic regression that separates `first` from `last`; its objective is |weights|^2 / 2 plus the
  /// sum of log-losses. Throws Error as from_means.
  static BiasSubspace from_classifier(const Embeddings& embeddings, std::span<const WordId> first,
                                      std::span<const WordId> last);

  using Basis = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Basis& basis() const noexcept { return basis_; }  ///< rank x dimension, orthonormal rows
  int rank() const noexcept { return static_cast<int>(basis_.rows()); }
  /// If made by from_sets(), the explained variance ratio of every principal direction, descending; the first rank()
  /// are those of the basis. Otherwise empty.
  const Eigen::VectorXd& explained() const noexcept { return explained_; }

  Eigen::VectorXd inside(const Eigen::VectorXd& v) const;   ///< the part of v in the subspace
  Eigen::VectorXd outside(const Eigen::VectorXd& v) const;  ///< v without that part

 private:
  BiasSubspace(Basis basis, Eigen::VectorXd explained) : basis_(std::move(basis)), explained_(std::move(explained)) {}

  Basis basis_;
  Eigen::VectorXd explained_;
};

/// How a direction is found from definitional sets.
enum class DirectionMethod {
  pca,        ///< principal components of all sets (Bolukbasi et al. 2016)
  pair,       ///< the difference of one pair, such as she - he
  means,      ///< the mean of the sets' first words minus that of their last words
  classifier  ///< logistic regression of the sets' first words against their last words
};

inline constexpr std::array direction_methods = {DirectionMethod::pca, DirectionMethod::pair, DirectionMethod::means,
                                                 DirectionMethod::classifier};
std::string_view name_of(DirectionMethod method);

struct DirectionOptions {
  DirectionMethod method = DirectionMethod::pca;
  int rank = 1;       ///< for pca; the others give one direction
  WordSet pair = {};  ///< for pair: its two words; if empty, the first definitional set found in the vocabulary
};

/// Throws OptionError for a rank below 1, a rank above 1 with a method other than pca, or a pair that is not two words.
void validate(const DirectionOptions& options);

/// A bias direction and the words it was made from.
struct BiasDirection {
  BiasSubspace subspace;
  std::size_t sets_used = 0, sets_given = 0;
  WordSet missing;                        ///< words of the definitional sets that are not in the vocabulary
  std::string first_pole, last_pole;      ///< words at the positive and the negative end: "woman", "man"
  std::vector<std::vector<WordId>> sets;  ///< those used
};

/// From the definitional sets found in the vocabulary. Throws Error if there are none, or the pair is not found;
/// OptionError.
BiasDirection find_direction(const Embeddings& embeddings, const BiasWordSets& sets,
                             const DirectionOptions& options = {});

/// Explained variance ratio of the first principal direction of sets of random words.
struct RandomSetsBaseline {
  double mean;
  Interval interval;  ///< the middle 95 % of the draws
  double p_value;     ///< share of the draws, plus the observed value, that are at least the observed value
};

struct RandomSetsOptions {
  int draws = 1000;              ///< 1 to 1,000,000
  std::size_t restrict = 50000;  ///< words are drawn from the first N; 0: from all
  std::uint64_t seed = 1;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// What the share of the first principal direction would be if the words had nothing in common (Bolukbasi et al. 2016,
/// figure 6): as many sets, of the same sizes, of different words drawn at random. Empty if there are not enough
/// words for that, or if the sets could have one direction only, which then has all of the variance. `sets` are those
/// that `observed`, from BiasSubspace::from_sets, was made of. Throws OptionError.
std::optional<RandomSetsBaseline> random_sets_baseline(const Embeddings& embeddings,
                                                       std::span<const std::vector<WordId>> sets, double observed,
                                                       const RandomSetsOptions& options = {});

}  // namespace equivec
