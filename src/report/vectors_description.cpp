#include "src/report/vectors_description.hpp"

#include <algorithm>
#include <string>

namespace equivec {

Json vectors_description(const Embeddings& vectors, Format format) {
  return {{"format", std::string(std::ranges::find(formats(), format, &FormatInfo::format)->name)},
          {"words", vectors.size()},
          {"dimension", vectors.dimension()},
          {"occurrences", vectors.vocabulary().total_count()},
          {"metadata", vectors.metadata()}};
}

}  // namespace equivec
