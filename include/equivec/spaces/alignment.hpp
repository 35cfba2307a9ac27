#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/debias/post_condition.hpp"
#include "equivec/spaces/dictionary.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

// A space is turned so that words lie near their translations in another one.

enum class AlignMethod {
  /// Orthogonal Procrustes (Schönemann 1966, "A Generalized Solution of the Orthogonal Procrustes Problem"; Smith et
  /// al.
  /// 2017, "Offline Bilingual Word Vectors"): of all orthogonal W the one for which the sum of w |x W - y|^2 over the
  /// pairs is least, with rows x, y scaled to length 1. That is U V' of the singular value decomposition U S V' of the
  /// sum of w x' y.
  procrustes,
  /// From there the linear map that makes the relaxed CSLS loss of the pairs small (Joulin et al. 2018, "Loss in
  /// Translation: Learning Bilingual Word Mapping with a Retrieval Criterion"), by gradient descent. It is not
  /// orthogonal: lengths and inner products change.
  rcsls,
  /// Both spaces change: rows are scaled to length 1, centred and scaled again, whitened by the pairs, turned onto
  /// common axes, weighed along these by the root of how far the pairs agree, and de-whitened, each by its own
  /// (Artetxe, Labaka and Agirre 2018, "Generalizing and improving bilingual word embedding mappings with a multi-step
  /// framework of linear transformations"; the supervised setting of VecMap, turned so that the target keeps its axes).
  /// Takes as many pairs as dimensions at least.
  reweighted
};
inline constexpr std::array align_methods = {AlignMethod::procrustes, AlignMethod::rcsls, AlignMethod::reweighted};
std::string_view name_of(AlignMethod method);  ///< "procrustes", "rcsls", "reweighted"

/// What a pair counts in the fit, by the smaller count of its two words: rare words have noisy vectors.
enum class PairWeights {
  none,  ///< all the same
  log,   ///< log(1 + count)
  sqrt   ///< the square root of the count
};
inline constexpr std::array all_pair_weights = {PairWeights::none, PairWeights::log, PairWeights::sqrt};
std::string_view name_of(PairWeights weights);  ///< "none", "log", "sqrt"

/// How words of two spaces are compared.
enum class RetrievalMetric {
  cosine,
  /// 2 cosine - r_T(x) - r_S(y), where r are the mean cosines of a word to its nearest of the other space: words that
  /// are near to everything do not win everywhere (Lample et al. 2018, "Word Translation Without Parallel Data").
  csls
};
inline constexpr std::array retrieval_metrics = {RetrievalMetric::csls, RetrievalMetric::cosine};
std::string_view name_of(RetrievalMetric metric);  ///< "cosine", "csls"

struct AlignOptions {
  AlignMethod method = AlignMethod::procrustes;
  PairWeights weights = PairWeights::none;  ///< of procrustes
  bool center =
      false;  ///< of procrustes: fit the pairs without their means; the map stays linear, so no word is moved by them
  /// Rounds of refinement. In each, those of the given pairs are kept whose two words are each other's nearest among
  /// the words of the pairs, and the map is fitted again by these (the refinement of Lample et al. 2018, section 2.2):
  /// words that mean something else in the other space no longer count. Ends early once nothing changes, and leaves
  /// out a round after which fewer pairs are each other's nearest, or that a quarter of the pairs, or two for each
  /// dimension, would not take part in: few pairs fit any map. A round takes the time of comparing all words of the
  /// pairs with each other.
  int refine = 0;
  /// Rounds of finding further pairs, at most: after each fit, every word among the first `cutoff` of both spaces is
  /// paired with its nearest of the other, and the map is fitted again by these, as long as the mean cosine of the
  /// pairs grows (the symmetric self-learning of Artetxe et al. 2018, "A robust self-learning method", section 3.3,
  /// without its dropout and re-weighting). For small dictionaries. 0: none.
  int self_learning = 0;
  /// Self-learning pairs only the first N words of both, and rcsls looks for neighbours among these; 0: all.
  std::size_t cutoff = 20000;
  int iterations = 10;  ///< steps of rcsls, 0 to 10,000
  double learning_rate =
      1;  ///< of rcsls at first, more than 0, at most 1000; halved where a step makes the loss larger
  RetrievalMetric metric = RetrievalMetric::csls;  ///< what "nearest" means in refinement and self-learning
  int neighbors = 10;                              ///< of CSLS, 1 to 1000
  int threads = 0;                                 ///< 0: all cores; results do not depend on it
  /// What the metadata say: of the spaces, and where pairs came from.
  std::string source_name = "", target_name = "", pairs_name = "";
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const AlignOptions& options);

/// The result.
struct Aligned {
  /// The source's words and n-grams in the target's space. The metadata is the source's, and under "aligned" what was
  /// done: "equivec VERSION align to TARGET, pairs 19811 of 20000, ...", after "; " if it had been aligned before.
  Embeddings embeddings;
  /// W, dimension x dimension: the row x becomes x W; of reweighted the row that is scaled, centred and scaled.
  Eigen::MatrixXd map;
  std::vector<TranslationPair> pairs;  ///< by which the map was fitted, after refinement and self-learning
  std::size_t given = 0;               ///< pairs that it began with; those with a row of no length are not among them
  int rounds = 0;                      ///< of refinement and self-learning that were made
  double cosine_before = 0, cosine_after = 0;  ///< means over `pairs`
  std::vector<PostCondition> conditions;       ///< proved on `embeddings` and `target`
  /// Of reweighted: the target's new vectors, near which those of `embeddings` are; the metadata have "align from
  /// SOURCE".
  std::optional<Embeddings> target;
  bool lost_ngrams = false;  ///< of reweighted: there were vectors of n-grams, which cannot follow
};

/// The map is computed in double. One of fewer pairs than dimensions is not determined; `reporting` then says so.
/// All rows of the source are mapped, and by reweighted those of the target. Stages: learning pairs, refining, rcsls.
/// Throws Error if the dimensions differ, if no pair has vectors of any length, if a vector is not finite, if there are
/// no counts to weigh by, if reweighted has pairs that do not vary in all directions, or if a promise does not hold;
/// OptionError; Cancelled.
Aligned align(const Embeddings& source, const Embeddings& target, std::span<const TranslationPair> pairs,
              const AlignOptions& options = {}, const Reporting& reporting = {});

/// Proves that the columns of a map have length 1 and are orthogonal.
PostCondition verify_orthogonal(const Eigen::MatrixXd& map);

/// Proves that every word is where the map puts it.
std::vector<PostCondition> verify_map(const Embeddings& before, const Embeddings& after, const Eigen::MatrixXd& map,
                                      int threads = 0);

/// The same of an orthogonal map, and proves that it is one, and that no length and no inner product of words that
/// follow each other has changed but by rounding to 32 bits. (Since every word is where an orthogonal map puts it, no
/// other inner product has changed either.)
std::vector<PostCondition> verify_rotation(const Embeddings& before, const Embeddings& after,
                                           const Eigen::MatrixXd& map, int threads = 0);

/// Proves that no other orthogonal map brings the pairs nearer: W' M is symmetric and positive semidefinite, where M is
/// the sum of w x' y.
std::vector<PostCondition> verify_least(const Embeddings& source, const Embeddings& target,
                                        std::span<const TranslationPair> pairs, const Eigen::MatrixXd& map,
                                        const AlignOptions& options = {});

}  // namespace equivec
