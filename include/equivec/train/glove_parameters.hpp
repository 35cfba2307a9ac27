#pragma once

#include "equivec/base/export.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <filesystem>

namespace EQUIVEC_EXPORT equivec {

/// Writes all parameters as Stanford's `glove -binary 1` does: 64-bit floats, for each word its vector and its bias,
/// then the same for each context. The file says neither words nor dimension. Throws Error.
void write_glove_parameters(const std::filesystem::path& file, const GloveVectors& vectors);
/// The same as one of several files that appear together.
void write_glove_parameters(OutputFiles& files, const std::filesystem::path& file, const GloveVectors& vectors);

/// Reads them; the dimension follows from the number of words. Throws Error if no dimension does, or a number is not
/// finite as a 32-bit float.
GloveVectors read_glove_parameters(const std::filesystem::path& file, std::size_t words);
/// The sums of word and context vectors of such a file, of the first `limit` words; 0: of all.
Embeddings glove_parameter_vectors(const std::filesystem::path& file, const Vocabulary& vocabulary,
                                   std::size_t limit = 0);

}  // namespace equivec
