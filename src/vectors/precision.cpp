#include "equivec/vectors/precision.hpp"

#include "equivec/base/error.hpp"
#include "src/base/half.hpp"
#include "src/base/parallel.hpp"
#include "src/math/product_quantizer.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/packed_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equivec {

namespace {

/// What packed vectors in memory own.
struct PackedMemory {
  std::vector<std::uint16_t> halves;
  std::vector<std::int8_t> integers;
  std::vector<std::uint8_t> codes;
  std::vector<float> scales, centroids, rotation;
};

constexpr std::size_t rows_of_piece_to_pack = 4096;

template <class Pack>
void pack_numbers(MatrixView from, std::vector<std::uint16_t>& to, int threads, const Pack& pack) {
  to.resize(static_cast<std::size_t>(from.size()));
  parallel_ranges(to.size(), 1 << 18, threads, [&](std::size_t begin, std::size_t end) {
    std::transform(from.data() + begin, from.data() + end, to.data() + begin, pack);
  });
}

/// Throws Error naming the first word with a number that has become infinite.
void require_in_range(const Embeddings& embeddings, Precision precision, float most) {
  const auto dimension = static_cast<std::size_t>(embeddings.dimension());
  const MatrixView matrix = embeddings.matrix();
  const float* const end = matrix.data() + matrix.size();
  const float* const beyond = std::find_if(matrix.data(), end, [&](float x) { return std::abs(x) >= most; });
  if (beyond == end) return;
  const WordId word = word_id(static_cast<std::size_t>(beyond - matrix.data()) / dimension);
  throw Error("the vector of '" + std::string(embeddings.vocabulary().word(word)) + "' has the number " +
              std::to_string(*beyond) + ", which is beyond what " + std::string(name_of(precision)) +
              " can hold; use another precision");
}

void pack_integers(MatrixView from, PackedMemory& to, int threads) {
  const auto columns = static_cast<std::size_t>(from.cols());
  to.integers.resize(static_cast<std::size_t>(from.size()));
  to.scales.resize(static_cast<std::size_t>(from.rows()));
  parallel_ranges(to.scales.size(), rows_of_piece_to_pack, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const float* const numbers = from.data() + row * columns;
      float largest = 0;
      for (std::size_t c = 0; c < columns; ++c) largest = std::max(largest, std::abs(numbers[c]));
      const float scale = to.scales[row] = largest / 127;
      for (std::size_t c = 0; c < columns && scale > 0; ++c) {
        const double multiple = std::nearbyint(static_cast<double>(numbers[c]) / static_cast<double>(scale));
        to.integers[row * columns + c] = static_cast<std::int8_t>(std::clamp(multiple, -127.0, 127.0));
      }
    }
  });
}

void pack_codes(const Embeddings& embeddings, PackedMemory& to, const PrecisionOptions& options, std::size_t parts,
                const Progress* progress) {
  const Matrix units = normalized(embeddings).matrix();
  const MatrixView view(units.data(), units.rows(), units.cols());
  ProductQuantizer quantizer = learn_quantizer(
      view, {.parts = parts, .rotation = options.rotation, .seed = options.seed, .threads = options.threads}, progress);
  to.codes = encode(quantizer, view, options.threads);
  to.scales.resize(embeddings.size());
  parallel_ranges(embeddings.size(), rows_of_piece_to_pack, options.threads, [&](std::size_t begin, std::size_t end) {
    Eigen::VectorXf direction(embeddings.dimension());
    for (std::size_t row = begin; row < end; ++row) {
      decode_parts(quantizer.centroids, quantizer.dimension, std::span(to.codes).subspan(row * parts, parts),
                   direction.data());
      const double length = column(embeddings[word_id(row)]).cast<double>().norm();
      const double scale = length / direction.cast<double>().norm();
      // Of a zero vector, or if all centroids of the codes are zero, there is no direction to make longer.
      to.scales[row] = length > 0 && std::isfinite(scale) ? static_cast<float>(scale) : 0;
      if (std::isinf(to.scales[row]))
        throw Error("the vector of '" + std::string(embeddings.vocabulary().word(word_id(row))) +
                    "' is longer than a 32-bit float can tell");
    }
  });
  // Rows were multiplied with the rotation; unpacking multiplies with its transpose.
  const MatrixView rotation(quantizer.rotation.data(), quantizer.rotation.empty() ? 0 : view.cols(), view.cols());
  const Matrix back = rotation.transpose();
  to.rotation.assign(back.data(), back.data() + back.size());
  to.centroids = std::move(quantizer.centroids);
}

std::size_t parts_for(const PrecisionOptions& options, int dimension) {
  if (options.parts > 0) return static_cast<std::size_t>(options.parts);
  return static_cast<std::size_t>(std::max(1L, std::lround(dimension / 12.5)));
}

}  // namespace

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::f32:
      return "f32";
    case Precision::f16:
      return "f16";
    case Precision::bf16:
      return "bf16";
    case Precision::int8:
      return "int8";
    case Precision::pq:
      return "pq";
  }
  return "";
}

void validate(const PrecisionOptions& options, int dimension) {
  if (options.precision != Precision::pq && (options.parts != 0 || options.rotation))
    throw OptionError(std::string(options.rotation ? "a rotation is" : "parts are") +
                      " of product quantisation, but the precision is " + std::string(name_of(options.precision)) +
                      "; use pq");
  const int most = dimension > 0 ? dimension : std::numeric_limits<int>::max();
  if (options.parts < 0 || options.parts > most)
    throw OptionError(
        "parts is " + std::to_string(options.parts) + ", expected " +
        (dimension > 0 ? "1 to " + std::to_string(dimension) + ", the vectors' dimension, or 0" : "1 or more, or 0") +
        " for the default");
}

Embeddings with_precision(const Embeddings& embeddings, const PrecisionOptions& options, const Progress* progress) {
  validate(options, embeddings.dimension());
  const auto with_others_of = [&](Embeddings result) {
    return result.with_subwords(embeddings.subwords() ? std::optional(*embeddings.subwords()) : std::nullopt)
        .with_tokenizer(embeddings.tokenizer() ? std::optional(*embeddings.tokenizer()) : std::nullopt)
        .with_places(embeddings.places() ? std::optional(*embeddings.places()) : std::nullopt);
  };
  if (embeddings.size() == 0) return embeddings;
  const MatrixView from = embeddings.matrix();
  require_finite("the vectors", embeddings.vocabulary(), from, options.threads);
  if (options.precision == Precision::f32)
    return embeddings.packed()
               ? with_others_of(Embeddings(embeddings.vocabulary(), Matrix(from), embeddings.metadata()))
               : embeddings;
  const auto memory = std::make_shared<PackedMemory>();
  PackedTables tables{options.precision, embeddings.size(), static_cast<std::size_t>(embeddings.dimension())};
  if (options.precision == Precision::f16) {
    require_in_range(embeddings, options.precision, 65520);
    pack_numbers(from, memory->halves, options.threads, float_to_half);
    tables.numbers = memory->halves.data();
  } else if (options.precision == Precision::bf16) {
    require_in_range(embeddings, options.precision, 0x1.FFp127f);
    pack_numbers(from, memory->halves, options.threads, float_to_bf16);
    tables.numbers = memory->halves.data();
  } else if (options.precision == Precision::int8) {
    pack_integers(from, *memory, options.threads);
    tables.numbers = memory->integers.data();
  } else {
    tables.parts = parts_for(options, embeddings.dimension());
    pack_codes(embeddings, *memory, options, tables.parts, progress);
    tables.numbers = memory->codes.data();
  }
  tables.scales = memory->scales;
  tables.centroids = memory->centroids;
  tables.rotation = memory->rotation;
  tables.owner = memory;
  return with_others_of(Embeddings(embeddings.vocabulary(), std::make_shared<const PackedVectors>(std::move(tables)),
                                   embeddings.metadata()));
}

}  // namespace equivec
