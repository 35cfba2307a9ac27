#include "equivec/vectors/embeddings.hpp"

#include "equivec/base/error.hpp"
#include "equivec/vectors/precision.hpp"
#include "src/base/parallel.hpp"
#include "src/vectors/composed_words.hpp"
#include "src/vectors/packed_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equivec {

Embeddings::Embeddings(Vocabulary vocabulary, MatrixView vectors, std::shared_ptr<const void> owner, Metadata metadata)
    : vocabulary_(std::move(vocabulary)),
      owner_(std::move(owner)),
      vectors_(vectors.data()),
      rows_(vectors.rows()),
      columns_(vectors.cols()),
      metadata_(std::make_shared<const Metadata>(std::move(metadata))) {
  if (vocabulary_.size() != size())
    throw Error(std::to_string(vocabulary_.size()) + " words but " + std::to_string(size()) + " vectors");
  if (columns_ > std::numeric_limits<int>::max())
    throw Error("a vector has " + std::to_string(columns_) + " numbers; at most 2,147,483,647 are possible");
}

Embeddings::Embeddings(Vocabulary vocabulary, const std::shared_ptr<const Matrix>& vectors, Metadata metadata)
    : Embeddings(std::move(vocabulary), MatrixView(vectors->data(), vectors->rows(), vectors->cols()), vectors,
                 std::move(metadata)) {}

Embeddings::Embeddings(Vocabulary vocabulary, Matrix vectors, Metadata metadata)
    : Embeddings(std::move(vocabulary), std::make_shared<const Matrix>(std::move(vectors)), std::move(metadata)) {}

Embeddings::Embeddings(Vocabulary vocabulary, std::shared_ptr<const PackedVectors> vectors, Metadata metadata)
    : Embeddings(std::move(vocabulary),
                 MatrixView(nullptr, static_cast<Eigen::Index>(vectors->rows()),
                            static_cast<Eigen::Index>(vectors->dimension())),
                 nullptr, std::move(metadata)) {
  packed_ = std::move(vectors);
}

Precision Embeddings::precision() const noexcept { return packed_ ? packed_->precision() : Precision::f32; }

const float* Embeddings::unpacked() const { return packed_->unpacked().data(); }

std::optional<std::span<const float>> Embeddings::find(std::string_view word) const {
  if (const auto id = vocabulary_.find(word)) return (*this)[*id];
  return std::nullopt;
}

std::optional<std::vector<float>> Embeddings::vector_of(std::string_view word) const {
  if (const auto id = vocabulary_.find(word)) return vector_of(*id);
  return subwords_ ? subwords_->vector_of(word) : std::nullopt;
}

std::vector<float> Embeddings::vector_of(WordId word) const {
  std::vector<float> result(static_cast<std::size_t>(columns_));
  if (packed_ && index(word) < size())
    packed_->unpack(index(word), 1, result.data());
  else
    std::ranges::copy((*this)[word], result.begin());
  return result;
}

Embeddings Embeddings::with_metadata(Metadata metadata) const {
  Embeddings result = *this;
  result.metadata_ = std::make_shared<const Metadata>(std::move(metadata));
  return result;
}

Embeddings Embeddings::with_composed_words() const {
  if (!subwords_ || composed_) return *this;
  Embeddings result = *this;
  result.composed_ = std::make_shared<const ComposedWords>(*subwords_);
  result.vocabulary_ = vocabulary_.with_further(result.composed_);
  return result;
}

std::span<const float> Embeddings::composed(WordId id) const noexcept {
  return composed_->vector(static_cast<std::uint32_t>(index(id) - size()));
}

Embeddings Embeddings::with_tokenizer(std::optional<Tokenizer> tokenizer) const {
  Embeddings result = *this;
  result.tokenizer_ = std::move(tokenizer);
  return result;
}

Embeddings Embeddings::with_places(std::optional<Matrix> places) const {
  if (places && (places->rows() != rows_ || places->cols() != 2))
    throw Error("expected places of " + std::to_string(rows_) + " words, 2 numbers each; got " +
                std::to_string(places->rows()) + " rows of " + std::to_string(places->cols()));
  if (places && !places->allFinite()) throw Error("a place in the plane is not finite");
  Embeddings result = *this;
  result.places_ = places ? std::make_shared<const Matrix>(std::move(*places)) : nullptr;
  return result;
}

Embeddings Embeddings::with_vectors(Matrix vectors) const {
  Embeddings result(vocabulary_.with_further(nullptr), std::move(vectors));
  result.metadata_ = metadata_;
  result.tokenizer_ = tokenizer_;
  return result;
}

Embeddings Embeddings::with_subwords(std::optional<Subwords> subwords) const {
  if (subwords && subwords->dimension() != dimension())
    throw Error("vectors of n-grams have " + std::to_string(subwords->dimension()) + " numbers, those of words " +
                std::to_string(dimension()));
  Embeddings result = *this;
  result.subwords_ = std::move(subwords);
  result.composed_ = nullptr;
  result.vocabulary_ = vocabulary_.with_further(nullptr);
  return result;
}

Embeddings normalized(const Embeddings& embeddings) {
  Matrix result = embeddings.matrix();
  parallel_ranges(embeddings.size(), 4096, 0, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      auto vector = result.row(static_cast<Eigen::Index>(row));
      const double length = vector.cast<double>().norm();
      if (length > 0) vector = (vector.cast<double>() / length).cast<float>();
    }
  });
  return embeddings.with_vectors(std::move(result))
      .with_subwords(embeddings.subwords() ? std::optional(*embeddings.subwords()) : std::nullopt);
}

Embeddings selected(const Embeddings& embeddings, std::span<const WordId> words) {
  const Vocabulary& vocabulary = embeddings.vocabulary();
  std::vector<Vocabulary::Entry> entries;
  entries.reserve(words.size());
  Matrix rows(static_cast<Eigen::Index>(words.size()), embeddings.dimension());
  bool all_in_order = words.size() == embeddings.size();
  for (std::size_t i = 0; i < words.size(); ++i) {
    entries.push_back({std::string(vocabulary.word(words[i])), vocabulary.count(words[i])});
    rows.row(static_cast<Eigen::Index>(i)) = column(embeddings.vector_of(words[i])).transpose();
    all_in_order = all_in_order && index(words[i]) == i;
  }
  const Tokenizer* tokenizer = all_in_order ? embeddings.tokenizer() : nullptr;
  std::optional<Matrix> places;
  if (const Matrix* const from = embeddings.places()) {
    places.emplace(rows.rows(), 2);
    for (std::size_t i = 0; i < words.size(); ++i)
      places->row(static_cast<Eigen::Index>(i)) = from->row(static_cast<Eigen::Index>(index(words[i])));
  }
  return Embeddings(Vocabulary(entries), std::move(rows), embeddings.metadata())
      .with_tokenizer(tokenizer ? std::optional(*tokenizer) : std::nullopt)
      .with_places(std::move(places))
      .with_subwords(embeddings.subwords() ? std::optional(*embeddings.subwords()) : std::nullopt);
}

Eigen::VectorXd unit_vector(std::span<const float> vector) {
  const Eigen::VectorXd exact = column(vector).cast<double>();
  const double length = exact.norm();
  if (!(length > 0) || !std::isfinite(length)) return Eigen::VectorXd::Zero(exact.size());
  return exact / length;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  const Eigen::VectorXd x = column(a).cast<double>(), y = column(b).cast<double>();
  // One square root, so that the cosine of a vector with itself is exactly 1: the root of a square is exact.
  const double lengths = std::sqrt(x.dot(x) * y.dot(y));
  const double cosine = x.dot(y) / lengths;
  return lengths > 0 && std::isfinite(cosine) ? std::clamp(cosine, -1.0, 1.0) : 0;
}

double squared_difference(std::span<const float> a, std::span<const float> b) {
  // From the difference rather than as 2 - 2 cosine, which loses digits for vectors that are nearly equal.
  Eigen::VectorXd x = column(a).cast<double>(), y = column(b).cast<double>();
  x.normalize();  // leaves a zero vector unchanged
  y.normalize();
  return (x - y).squaredNorm();
}

}  // namespace equivec
