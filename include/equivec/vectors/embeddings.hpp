#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/subwords.hpp"
#include "equivec/vectors/tokenizer.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Mentioned here, and not to be linked.
namespace equivec {
class ComposedWords;
class PackedVectors;
}  // namespace equivec

namespace EQUIVEC_EXPORT equivec {

/// How a set of vectors was made: names and values, stored in the native format.
using Metadata = std::map<std::string, std::string>;

enum class Precision;

/// A vector for each word of a vocabulary. Immutable, cheap to copy, safe to share between threads:
/// copies share the numbers, which are in memory or in a mapped file.
/// Numbers of lower precision (precision.hpp) stay as they are until matrix(), operator[] or find() asks for floats;
/// the first call makes those of all rows, for all copies. Searches and vector_of() do without.
class Embeddings {
 public:
  /// Throws Error unless there is one row per word.
  Embeddings(Vocabulary vocabulary, Matrix vectors, Metadata metadata = {});
  /// The same over memory that `owner` keeps alive, such as a mapped file.
  Embeddings(Vocabulary vocabulary, MatrixView vectors, std::shared_ptr<const void> owner, Metadata metadata = {});
  /// The same of lower precision.
  Embeddings(Vocabulary vocabulary, std::shared_ptr<const PackedVectors> vectors, Metadata metadata = {});

  const Vocabulary& vocabulary() const noexcept { return vocabulary_; }
  MatrixView matrix() const { return {numbers(), rows_, columns_}; }  ///< size() x dimension()
  Precision precision() const noexcept;
  /// The library's own; null for floats.
  const std::shared_ptr<const PackedVectors>& packed() const noexcept { return packed_; }
  const Metadata& metadata() const noexcept { return *metadata_; }
  std::size_t size() const noexcept { return static_cast<std::size_t>(rows_); }
  int dimension() const noexcept { return static_cast<int>(columns_); }

  std::span<const float> operator[](WordId id) const {
    if (index(id) >= size()) return composed(id);
    const auto dimension = static_cast<std::size_t>(columns_);
    return {numbers() + index(id) * dimension, dimension};
  }
  std::optional<std::span<const float>> find(std::string_view word) const;

  /// The vectors of n-grams; null if there are none.
  const Subwords* subwords() const noexcept { return subwords_ ? &*subwords_ : nullptr; }
  /// That of a word of the vocabulary, else the mean of its n-grams' vectors, if there are any.
  std::optional<std::vector<float>> vector_of(std::string_view word) const;
  std::vector<float> vector_of(WordId word) const;

  /// How a text becomes the words, if a static sentence model came with that; null otherwise.
  const Tokenizer* tokenizer() const noexcept { return tokenizer_ ? &*tokenizer_ : nullptr; }

  /// The words' places in the plane (word_map() of map/word_map.hpp), size() x 2; null if there are none.
  const Matrix* places() const noexcept { return places_.get(); }

  Embeddings with_metadata(Metadata metadata) const;  ///< the same vectors with other metadata
  /// The same for asking: the vocabulary also finds words that have a vector from their n-grams, and gives them ids
  /// from size() on, with which [] and everything that only compares vectors works. They are never answers, and
  /// matrix() and size() do not count them. Without n-grams the same as this.
  Embeddings with_composed_words() const;
  /// The same vectors with those of n-grams, or without; composed words are not found. Throws Error if they have
  /// another dimension.
  Embeddings with_subwords(std::optional<Subwords> subwords) const;
  Embeddings with_tokenizer(std::optional<Tokenizer> tokenizer) const;  ///< the same vectors with it, or without
  /// The same vectors with places of the words, or without. Throws Error unless they are size() x 2 and finite.
  Embeddings with_places(std::optional<Matrix> places) const;
  /// Other vectors of the same words, with the metadata and the tokenizer, without vectors of n-grams and places: those
  /// have not changed along. Throws Error unless there is one row per word.
  Embeddings with_vectors(Matrix vectors) const;

 private:
  Embeddings(Vocabulary vocabulary, const std::shared_ptr<const Matrix>& vectors, Metadata metadata);
  std::span<const float> composed(WordId id) const noexcept;

  const float* numbers() const { return packed_ ? unpacked() : vectors_; }
  const float* unpacked() const;

  Vocabulary vocabulary_;
  std::shared_ptr<const void> owner_;
  std::shared_ptr<const PackedVectors> packed_;  // instead of vectors_
  const float* vectors_;
  Eigen::Index rows_, columns_;
  std::shared_ptr<const Metadata> metadata_;
  std::optional<Subwords> subwords_;
  std::shared_ptr<const ComposedWords> composed_;
  std::optional<Tokenizer> tokenizer_;
  std::shared_ptr<const Matrix> places_;
};

/// The same words with every row scaled to length 1, computed in double. Zero rows stay as they are, as do the vectors
/// of n-grams.
Embeddings normalized(const Embeddings& embeddings);

/// The rows of `words`, in that order, with their places and the vectors of n-grams. The tokenizer stays if these are
/// all words in their order; it has no use for others.
Embeddings selected(const Embeddings& embeddings, std::span<const WordId> words);

/// A vector scaled to length 1; zeros if it is zero or not finite.
Eigen::VectorXd unit_vector(std::span<const float> vector);

/// Cosine of two vectors of the same dimension, computed in double, in [-1, 1]; 0 if one of them is zero or not finite.
double cosine(std::span<const float> a, std::span<const float> b);

/// Squared Euclidean distance of two vectors scaled to length 1, in [0, 4]: 2 - 2 cosine. Smaller is more similar.
double squared_difference(std::span<const float> a, std::span<const float> b);

}  // namespace equivec
