#pragma once

#include "equivec/search/neighbors.hpp"
#include "equivec/vectors/embeddings.hpp"

#include "apps/python/bindings/support.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace equivec::python {

/// The base of Python's class Embeddings: the library's, a name for messages and documents, and the indices that
/// queries have needed so far. Words that have vectors from their n-grams are found. Immutable but for these; any
/// thread may use it.
class EmbeddingsHandle {
 public:
  EmbeddingsHandle(Embeddings vectors, std::string name_in_messages)
      : embeddings(vectors.with_composed_words()),
        name(std::move(name_in_messages)),
        indices_(std::make_shared<Indices>()) {}

  const Embeddings embeddings;
  const std::string name;

  /// Exact search by a metric among the first words. An index keeps the lengths of the rows, so the last few are kept.
  std::shared_ptr<const NearestNeighbors> index(Metric metric, std::size_t restrict, int threads) const;
  /// That of the library's fingerprint_of(), which reads all vectors; kept.
  const std::string& fingerprint(int threads) const;

 private:
  struct Key {
    Metric metric;
    std::size_t restrict;
    int threads;
    bool operator==(const Key&) const = default;
  };
  struct Indices {
    std::mutex mutex;
    std::vector<std::pair<Key, std::shared_ptr<const NearestNeighbors>>> kept;
    std::string fingerprint;  // empty: not yet known
  };
  std::shared_ptr<Indices> indices_;
};

/// The base of Python's class Vocabulary.
struct VocabularyHandle {
  Vocabulary vocabulary;
};

}  // namespace equivec::python
