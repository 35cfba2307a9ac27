#include "src/report/vectors_description.hpp"

#include "equivec/vectors/precision.hpp"

#include <algorithm>
#include <string>

namespace equivec {

Json vectors_description(const Embeddings& vectors, Format format) {
  Json document = {{"format", std::string(std::ranges::find(formats(), format, &FormatInfo::format)->name)},
                   {"words", vectors.size()},
                   {"dimension", vectors.dimension()},
                   {"occurrences", vectors.vocabulary().total_count()},
                   {"metadata", vectors.metadata()}};
  if (const Subwords* subwords = vectors.subwords()) {
    const NgramRule& rule = subwords->rule();
    document["ngrams"] = {{"rows", static_cast<std::uint64_t>(subwords->matrix().rows())},
                          {"buckets", rule.buckets},
                          {"min_length", rule.min_length},
                          {"max_length", rule.max_length},
                          {"hash", std::string(name_of(rule.hash))}};
  }
  if (vectors.packed()) document["precision"] = std::string(name_of(vectors.precision()));
  return document;
}

}  // namespace equivec
