#include "equivec/train/glove_parameters.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/train/glove.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>

// The file that holds all that Stanford's program has learned.

namespace equivec {

static_assert(std::endian::native == std::endian::little, "numbers are written as they stand in memory");

void write_glove_parameters(OutputFiles& files, const std::filesystem::path& file, const GloveVectors& vectors) {
  OutputFile& out = files.open(file);
  std::vector<double> row(static_cast<std::size_t>(vectors.words.cols()) + 1);
  const auto write = [&](const Matrix& matrix, const std::vector<float>& biases) {
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
      for (Eigen::Index c = 0; c < matrix.cols(); ++c) row[static_cast<std::size_t>(c)] = matrix(i, c);
      row.back() = biases[static_cast<std::size_t>(i)];
      out.write(bytes_of(std::span<const double>(row)));
    }
  };
  write(vectors.words, vectors.word_biases);
  write(vectors.contexts, vectors.context_biases);
}

void write_glove_parameters(const std::filesystem::path& file, const GloveVectors& vectors) {
  OutputFiles files;
  write_glove_parameters(files, file, vectors);
  files.commit();
}

GloveVectors read_glove_parameters(const std::filesystem::path& file, std::size_t words) {
  const MappedFile mapped(file);
  const std::string_view bytes = mapped.bytes();
  const std::size_t row_bytes = words == 0 ? 0 : bytes.size() / 2 / words, columns = row_bytes / sizeof(double);
  if (columns < 2 || columns * sizeof(double) * 2 * words != bytes.size())
    throw Error(file.string() + ": its size, " + std::to_string(bytes.size()) +
                " bytes, is not that of the parameters of " + std::to_string(words) +
                " words; give the vocabulary that it was trained with");
  const auto rows = static_cast<Eigen::Index>(words), dimension = static_cast<Eigen::Index>(columns) - 1;
  GloveVectors result{.words = Matrix(rows, dimension),
                      .contexts = Matrix(rows, dimension),
                      .word_biases = std::vector<float>(words),
                      .context_biases = std::vector<float>(words)};
  const char* next = bytes.data();
  const auto read = [&](Matrix& matrix, std::vector<float>& biases, const char* what) {
    for (std::size_t i = 0; i < words; ++i)
      for (std::size_t c = 0; c < columns; ++c, next += sizeof(double)) {
        double wide;
        std::memcpy(&wide, next, sizeof wide);
        const auto number = static_cast<float>(wide);
        if (!std::isfinite(number))
          throw Error(file.string() + ": number " + std::to_string(c + 1) + " of " + what + " " +
                      std::to_string(i + 1) + " is not finite");
        if (c + 1 < columns)
          matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(c)) = number;
        else
          biases[i] = number;
      }
  };
  read(result.words, result.word_biases, "word");
  read(result.contexts, result.context_biases, "context");
  require_whole_inputs();
  return result;
}

Embeddings glove_parameter_vectors(const std::filesystem::path& file, const Vocabulary& vocabulary, std::size_t limit) {
  const Embeddings all(vocabulary, matrix_of(read_glove_parameters(file, vocabulary.size()), GloveParts::sum),
                       {{"tool", "equivec " EQUIVEC_VERSION}, {"command", "convert"}, {"vectors", "word+context"}});
  if (limit == 0 || limit >= all.size()) return all;
  std::vector<WordId> kept;
  for (std::size_t row = 0; row < limit; ++row) kept.push_back(word_id(row));
  return selected(all, kept);
}

}  // namespace equivec
