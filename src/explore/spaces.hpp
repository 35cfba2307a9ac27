#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/explore/explorer.hpp"
#include "equivec/search/neighbors.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equivec {

/// One set of vectors of the explored words.
struct Space {
  std::string name;                            ///< "vectors", "reference", or "METHOD:SETS" for the vectors debiased so
  std::string source;                          ///< in messages: "glove.txt"
  std::shared_ptr<const NeighborIndex> index;  ///< by cosine
  /// Of each word that is drawn its row here, in the order of the vectors; size() for a word that is not here. Empty:
  /// rows are the same.
  std::vector<WordId> rows = {};
  std::optional<Debiased> debiased = {};
  std::optional<BiasWordSets> sets = {};  ///< by which it was debiased

  const Embeddings& embeddings() const noexcept { return index->embeddings(); }
  /// The row of the word, if it is here.
  std::optional<WordId> row(std::size_t word) const {
    const WordId id = rows.empty() ? word_id(word) : rows[word];
    return equivec::index(id) < embeddings().size() ? std::optional(id) : std::nullopt;
  }
};

/// The vectors explored, those before, and what debiasing makes of them. Any thread may ask.
class Spaces {
 public:
  Spaces(ExploredVectors vectors, std::optional<ExploredVectors> reference, const ExplorerOptions& options);

  const Space& vectors() const noexcept { return *vectors_; }
  const Space* reference() const noexcept { return reference_.get(); }  ///< null if there is none
  std::size_t drawn() const noexcept { return drawn_; }                 ///< words that are drawn: the first so many

  /// By its name. Debiasing is done when its result is first asked for; the last result is kept. Throws Error for an
  /// unknown name, and as debias() does; Cancelled.
  std::shared_ptr<const Space> find(const std::string& name, Progress* progress) const;

 private:
  std::shared_ptr<const Space> debiased(const std::string& name, Progress* progress) const;

  Embeddings given_;  // without words composed of n-grams, for debiasing
  std::shared_ptr<const Space> vectors_, reference_;
  std::size_t drawn_;
  std::uint64_t seed_;
  int threads_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Space> last_debiased_;  // guarded by mutex_
};

/// The sets that debiasing can be done with.
inline constexpr std::array debias_sets = {"gender", "race", "religion"};

/// The direction from some words to others: the mean of the unit vectors of `to` less that of `from`, each a word or
/// words with commas between. Throws Error that names a word that is not in the vocabulary; and if the two are alike.
Eigen::VectorXf axis_between(const Space& space, const std::string& from, const std::string& to);

/// Throws Error unless the space has vectors of so many numbers: two spaces can only then be seen in one projection.
void require_dimension(const Space& space, Eigen::Index dimension);

/// The cosine of each drawn word with an axis, which may be that of another space; not a number for a word without a
/// direction, or that is not in the space. Throws as require_dimension(); Cancelled.
std::vector<float> cosines_with(const Space& space, std::size_t drawn, const Eigen::VectorXf& axis, int threads,
                                const Progress* progress);

/// The drawn words by the cosine of their vectors in two spaces, least first, at most `count`; those without a
/// direction in one of them are left out. Throws Error if the spaces have other dimensions; Cancelled.
std::vector<Neighbor> moved_words(const Space& before, const Space& after, std::size_t drawn, std::size_t count,
                                  int threads, const Progress* progress);

}  // namespace equivec
