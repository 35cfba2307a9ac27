#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/subwords.hpp"
#include "src/base/parallel.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/binary_reader.hpp"
#include "src/files/output_file.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/owning_subwords.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

// fastText's model (.bin, quantised .ftz): the options, the words with their counts, the input rows (a row for each
// word, then one for each bucket of n-grams), the output rows. A word's vector is the mean of its own row and of those
// of its n-grams; the file does not have it. Versions 11 and 12, and those before, which have no version.

namespace equivec {

namespace {

constexpr std::uint32_t magic = 793712314;
constexpr std::int32_t newest_version = 12;

enum class Model : std::int32_t { cbow = 1, skipgram = 2, supervised = 3 };

/// In the order of the file.
struct Arguments {
  std::int32_t dimension = 0, window = 5, epochs = 5, min_count = 5, negatives = 5, word_ngrams = 1, loss = 2,
               model = 2, buckets = 0, min_length = 0, max_length = 0, rate_updates = 100;
  double subsample = 1e-4;
};

constexpr std::array<std::string_view, 5> losses = {"", "hierarchical-softmax", "negative-sampling", "softmax",
                                                    "one-versus-all"};
constexpr std::array<std::string_view, 4> models = {"", "cbow", "skipgram", "supervised"};

struct Dictionary {
  std::vector<std::string_view> words;
  std::vector<std::uint64_t> counts;
  std::int64_t tokens = 0;
  bool pruned = false;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rows_of_buckets;  // if pruned; ascending
};

bool recognizes(std::string_view bytes) {
  std::uint32_t number = 0;
  if (bytes.size() < 100) return false;
  std::memcpy(&number, bytes.data(), sizeof number);
  if (number == magic) return true;
  // Without a version: dimension, window, epochs, min-count, negatives, n-grams of words, loss, model ... all small.
  std::array<std::int32_t, 12> all{};
  std::memcpy(all.data(), bytes.data(), sizeof all);
  const auto within = [&](std::size_t i, std::int32_t low, std::int32_t high) {
    return low <= all[i] && all[i] <= high;
  };
  return within(0, 1, 100000) && within(1, 1, 10000) && within(2, 0, 1000000) && within(3, 0, 1000000) &&
         within(4, 0, 100000) && within(5, 1, 100) && within(6, 1, 3) && within(7, 1, 3) &&
         within(8, 0, std::numeric_limits<std::int32_t>::max()) && within(9, 0, 100) && within(10, 0, 100);
}

std::uint64_t not_negative(BinaryReader& reader, std::int64_t number, const char* what) {
  if (number < 0) reader.fail(std::string(what) + " is " + std::to_string(number) + "; the file is damaged");
  return static_cast<std::uint64_t>(number);
}

Arguments read_arguments(BinaryReader& reader, std::int32_t version) {
  Arguments result;
  for (std::int32_t* number :
       {&result.dimension, &result.window, &result.epochs, &result.min_count, &result.negatives, &result.word_ngrams,
        &result.loss, &result.model, &result.buckets, &result.min_length, &result.max_length, &result.rate_updates})
    *number = reader.number<std::int32_t>("the options");
  result.subsample = reader.number<double>("the options");
  if (result.dimension <= 0) reader.fail("the dimension is " + std::to_string(result.dimension));
  if (result.model < 1 || result.model > 3) reader.fail("the kind of model is " + std::to_string(result.model));
  if (result.buckets < 0) reader.fail("the number of buckets is " + std::to_string(result.buckets));
  if (version == 11 && Model{result.model} == Model::supervised) result.max_length = 0;  // as fastText does
  return result;
}

Dictionary read_dictionary(BinaryReader& reader, std::int32_t version) {
  const auto size = not_negative(reader, reader.number<std::int32_t>("the dictionary"), "the size of the dictionary");
  const auto words = not_negative(reader, reader.number<std::int32_t>("the dictionary"), "the number of words");
  const auto labels = not_negative(reader, reader.number<std::int32_t>("the dictionary"), "the number of labels");
  if (size != words + labels)
    reader.fail(std::to_string(size) + " entries, but " + std::to_string(words) + " words and " +
                std::to_string(labels) + " labels");
  if (size > reader.left() / 10)  // a zero, a count and a type each
    reader.fail(grouped(size) + " entries are promised, which the file is too short for");
  Dictionary result;
  result.tokens = reader.number<std::int64_t>("the dictionary");
  std::int64_t kept = -1;
  if (version >= 11) kept = reader.number<std::int64_t>("the dictionary");
  for (std::size_t i = 0; i < size; ++i) {
    const std::string_view word = reader.text("the words");
    const auto count = not_negative(reader, reader.number<std::int64_t>("the words"), "the count of a word");
    const auto type = reader.number<std::int8_t>("the words");
    if ((type == 0) != (i < words)) reader.fail("words and labels are mixed; the file is damaged");
    if (type != 0) continue;
    result.words.push_back(word);
    result.counts.push_back(count);
  }
  result.pruned = kept >= 0;
  if (kept > 0) {
    const std::string_view pairs = reader.table(static_cast<std::uint64_t>(kept), 8, 1, "the buckets kept");
    for (std::size_t i = 0; i < pairs.size(); i += 8) {
      std::array<std::int32_t, 2> pair{};
      std::memcpy(pair.data(), pairs.data() + i, 8);
      if (pair[0] < 0 || pair[1] < 0 || pair[1] >= kept) reader.fail("a bucket has no row; the file is damaged");
      result.rows_of_buckets.emplace_back(static_cast<std::uint32_t>(pair[0]), static_cast<std::uint32_t>(pair[1]));
    }
    std::ranges::sort(result.rows_of_buckets);
  }
  return result;
}

/// Product quantisation: a code of each part of a vector names one of 256 parts.
struct Quantizer {
  std::uint32_t dimension = 0, parts = 0, part = 0, last_part = 0;
  std::string_view centroids;

  static Quantizer read(BinaryReader& reader) {
    Quantizer result;
    for (std::uint32_t* number : {&result.dimension, &result.parts, &result.part, &result.last_part}) {
      const auto value = reader.number<std::int32_t>("a quantiser");
      if (value <= 0) reader.fail("a size of the quantiser is " + std::to_string(value));
      *number = static_cast<std::uint32_t>(value);
    }
    if (result.parts > result.dimension || result.last_part > result.part ||
        std::uint64_t{result.parts - 1} * result.part + result.last_part != result.dimension)
      reader.fail("the quantiser's parts do not make its dimension");
    result.centroids = reader.table(result.dimension, 256 * sizeof(float), 1, "a quantiser");
    return result;
  }
  void unpack(const std::uint8_t* codes, float factor, float* to) const {
    for (std::uint32_t m = 0; m < parts; ++m) {
      const std::uint32_t size = m + 1 == parts ? last_part : part;
      const std::size_t at = std::size_t{m} * 256 * part + std::size_t{codes[m]} * size;
      std::memcpy(to + std::size_t{m} * part, centroids.data() + at * sizeof(float), size * sizeof(float));
    }
    for (std::uint32_t i = 0; i < dimension; ++i) to[i] *= factor;
  }
};

/// The rows of a matrix as they stand in the file.
class InputRows {
 public:
  InputRows(BinaryReader& reader, bool quantised, std::uint64_t dimension, std::uint64_t file_bytes)
      : quantised_(quantised) {
    const bool norms = quantised && reader.number<std::uint8_t>("the input rows") != 0;
    rows_ = not_negative(reader, reader.number<std::int64_t>("the input rows"), "the number of rows");
    const auto columns = not_negative(reader, reader.number<std::int64_t>("the input rows"), "the number of columns");
    if (columns != dimension)
      reader.fail("rows have " + std::to_string(columns) + " numbers, but the dimension is " +
                  std::to_string(dimension));
    dimension_ = dimension;
    if (!quantised) {
      numbers_ = reader.table(rows_, columns, sizeof(float), "the input rows");
      return;
    }
    const auto size = not_negative(reader, reader.number<std::int32_t>("the codes"), "the number of codes");
    codes_ = reader.bytes(size, "the codes");
    quantizer_ = Quantizer::read(reader);
    // A row takes a byte for each part, of which there may be one: nothing else bounds what it unpacks to.
    if (rows_ > std::max(most_unpacked, 256 * file_bytes) / (dimension * sizeof(float)))
      reader.fail(grouped(rows_) + " rows of " + std::to_string(dimension) +
                  " numbers would take more than 256 times the file in memory");
    if (quantizer_.dimension != dimension || (rows_ > 0 && size / rows_ != quantizer_.parts) ||
        size != rows_ * quantizer_.parts)
      reader.fail("the codes are not those of " + grouped(rows_) + " rows of " + std::to_string(dimension) +
                  " numbers");
    if (norms) {
      norm_codes_ = reader.bytes(rows_, "the codes of lengths");
      norms_ = Quantizer::read(reader);
      if (norms_->dimension != 1)
        reader.fail("the quantiser of lengths is of " + std::to_string(norms_->dimension) + " dimensions");
    }
  }

  std::uint64_t size() const { return rows_; }

  /// Row `row`, which must be there, to `to`.
  void copy(std::uint64_t row, float* to) const {
    if (!quantised_) {
      std::memcpy(to, numbers_.data() + row * dimension_ * sizeof(float), dimension_ * sizeof(float));
      return;
    }
    float factor = 1;
    if (norms_) {
      const auto code = static_cast<std::uint8_t>(norm_codes_[row]);
      norms_->unpack(&code, 1, &factor);
    }
    quantizer_.unpack(reinterpret_cast<const std::uint8_t*>(codes_.data()) + row * quantizer_.parts, factor, to);
  }

 private:
  static constexpr std::uint64_t most_unpacked = std::uint64_t{64} << 20;  // however small the file is

  bool quantised_;
  std::uint64_t rows_ = 0, dimension_ = 0;
  std::string_view numbers_, codes_, norm_codes_;
  Quantizer quantizer_;
  std::optional<Quantizer> norms_;
};

Metadata metadata_of(const Arguments& arguments, std::int32_t version) {
  const auto named = [](const auto& names, std::int32_t number) {
    return number > 0 && static_cast<std::size_t>(number) < names.size()
               ? std::string(names[static_cast<std::size_t>(number)])
               : std::to_string(number);
  };
  return {{"tool", "fastText, file version " + std::to_string(version)},
          {"model", named(models, arguments.model)},
          {"loss", named(losses, arguments.loss)},
          {"dimension", std::to_string(arguments.dimension)},
          {"window", std::to_string(arguments.window)},
          {"epochs", std::to_string(arguments.epochs)},
          {"min_count", std::to_string(arguments.min_count)},
          {"negatives", std::to_string(arguments.negatives)},
          {"subsample", shortest(arguments.subsample)}};
}

/// The n-grams, whose rows are copied since those of the file are not aligned.
Subwords read_ngrams(BinaryReader& reader, const Arguments& arguments, const Dictionary& dictionary,
                     const InputRows& input, const ReadContext& context) {
  std::vector<std::uint32_t> kept;  // buckets that have rows, if the file has not all
  const std::uint64_t words = dictionary.words.size();
  std::vector<std::uint64_t> from;
  if (dictionary.pruned) {
    for (const auto& [bucket, row] : dictionary.rows_of_buckets) {
      if (!kept.empty() && kept.back() == bucket) reader.fail("a bucket has two rows; the file is damaged");
      if (bucket >= static_cast<std::uint32_t>(arguments.buckets) || words + row >= input.size())
        reader.fail("a bucket has no row; the file is damaged");
      kept.push_back(bucket);
      from.push_back(words + row);
    }
  } else {
    if (input.size() != words + static_cast<std::uint64_t>(arguments.buckets))
      reader.fail(grouped(input.size()) + " rows for " + grouped(words) + " words and " +
                  std::to_string(arguments.buckets) + " buckets; the file is damaged");
    for (std::int32_t i = 0; i < arguments.buckets; ++i) from.push_back(words + static_cast<std::uint64_t>(i));
  }
  Matrix rows(static_cast<Eigen::Index>(from.size()), arguments.dimension);
  parallel_ranges(from.size(), 4096, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    for (std::size_t i = begin; i < end; ++i) input.copy(from[i], rows.row(static_cast<Eigen::Index>(i)).data());
  });
  return owning_subwords({std::max(arguments.min_length, 1), arguments.max_length,
                          static_cast<std::uint64_t>(arguments.buckets), NgramHash::fasttext},
                         std::move(rows), std::move(kept));
}

/// The mean of a word's own row and its n-grams' rows.
Matrix word_vectors(const Dictionary& dictionary, std::size_t count, const InputRows& input,
                    const std::optional<Subwords>& subwords, int dimension, const ReadContext& context) {
  Matrix result(static_cast<Eigen::Index>(count), dimension);
  parallel_ranges(count, 1024, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    Eigen::VectorXf own(dimension);
    std::vector<std::uint32_t> rows;
    for (std::size_t i = begin; i < end; ++i) {
      input.copy(i, own.data());
      rows.clear();
      if (subwords) subwords->append_rows(dictionary.words[i], rows);
      Eigen::VectorXd sum = own.cast<double>();
      for (const std::uint32_t row : rows) sum += subwords->matrix().row(row).transpose().cast<double>();
      result.row(static_cast<Eigen::Index>(i)) = (sum / static_cast<double>(rows.size() + 1)).cast<float>().transpose();
    }
  });
  return result;
}

Embeddings read(const Source& source, const ReadContext& context) {
  BinaryReader reader(source.bytes(), source.name);
  std::int32_t version = 0;
  std::uint32_t first = 0;
  if (source.bytes().size() >= sizeof first) std::memcpy(&first, source.bytes().data(), sizeof first);
  if (first == magic) {
    reader.number<std::uint32_t>("the version");
    version = reader.number<std::int32_t>("the version");
    if (version < 11 || version > newest_version)
      reader.fail("the file has version " + std::to_string(version) + "; versions 11 and 12 are known");
  }
  const Arguments arguments = read_arguments(reader, version);
  const Dictionary dictionary = read_dictionary(reader, version);
  if (dictionary.words.empty()) reader.fail("holds no word");
  const bool quantised = version > 0 && reader.number<std::uint8_t>("the input rows") != 0;
  if (!quantised && dictionary.pruned)
    reader.fail("n-grams were pruned, but rows are not quantised; fastText calls such a file invalid");
  const InputRows input(reader, quantised, static_cast<std::uint64_t>(arguments.dimension), source.bytes().size());
  if (input.size() < dictionary.words.size())
    reader.fail(grouped(dictionary.words.size()) + " words, but " + grouped(input.size()) + " rows");

  std::optional<Subwords> subwords;
  const bool has_ngrams =
      arguments.max_length > 0 && arguments.buckets > 0 && (!dictionary.pruned || !dictionary.rows_of_buckets.empty());
  if (has_ngrams) subwords = read_ngrams(reader, arguments, dictionary, input, context);
  const std::size_t count =
      context.options.limit > 0 ? std::min(context.options.limit, dictionary.words.size()) : dictionary.words.size();
  Matrix vectors = word_vectors(dictionary, count, input, subwords, arguments.dimension, context);
  Embeddings embeddings = with_unique_words(source.name, context, std::span(dictionary.words).first(count),
                                            std::move(vectors), std::span(dictionary.counts).first(count));
  check_finite(source.name, context, embeddings);
  if (subwords && context.options.not_finite != NotFinite::keep && !subwords->matrix().allFinite())
    source.fail("a vector of n-grams is not finite");
  return embeddings.with_metadata(metadata_of(arguments, version)).with_subwords(std::move(subwords));
}

// ---- writing ----

std::int32_t number_from(const Metadata& metadata, const std::string& name, std::int32_t otherwise) {
  const auto found = metadata.find(name);
  if (found == metadata.end()) return otherwise;
  const auto number = parse_number<std::int32_t>(found->second);
  return number && *number >= 0 ? *number : otherwise;
}

template <class Names>
std::int32_t place_in(const Names& names, const Metadata& metadata, const std::string& name, std::int32_t otherwise) {
  const auto found = metadata.find(name);
  const auto place = found == metadata.end() ? names.end() : std::ranges::find(names, found->second);
  return place == names.end() ? otherwise : static_cast<std::int32_t>(place - names.begin());
}

Arguments arguments_of(const Embeddings& embeddings) {
  const Metadata& metadata = embeddings.metadata();
  Arguments result;
  result.dimension = embeddings.dimension();
  result.window = number_from(metadata, "window", result.window);
  result.epochs = number_from(metadata, "epochs", result.epochs);
  result.min_count = number_from(metadata, "min_count", result.min_count);
  result.negatives = number_from(metadata, "negatives", result.negatives);
  result.loss = place_in(losses, metadata, "loss", result.loss);
  result.model = place_in(models, metadata, "model", result.model);
  if (Model{result.model} == Model::supervised) result.model = static_cast<std::int32_t>(Model::skipgram);
  if (const auto found = metadata.find("subsample"); found != metadata.end())
    if (const auto number = parse_number<double>(found->second)) result.subsample = *number;
  if (const Subwords* subwords = embeddings.subwords()) {
    result.buckets = static_cast<std::int32_t>(subwords->rule().buckets);
    result.min_length = subwords->rule().min_length;
    result.max_length = subwords->rule().max_length;
  }
  return result;
}

template <class T>
void write_number(OutputFile& file, T number) {
  file.write({reinterpret_cast<const char*>(&number), sizeof number});
}

void require_fitting(const Embeddings& embeddings) {
  const auto refuse = [](const std::string& what) {
    throw Error("fasttext cannot hold " + what + "; write .safetensors");
  };
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max());
  if (embeddings.size() > most) refuse("more than " + grouped(most) + " words");
  if (const Subwords* subwords = embeddings.subwords()) {
    if (subwords->rule().hash != NgramHash::fasttext)
      refuse("n-grams by the rule '" + std::string(name_of(subwords->rule().hash)) + "'");
    if (subwords->rule().buckets > most) refuse("more than " + grouped(most) + " buckets");
  }
  for (std::size_t row = 0; row < embeddings.size(); ++row)
    if (embeddings.vocabulary().word(word_id(row)).find('\0') != std::string_view::npos)
      refuse("word " + std::to_string(row + 1) + ", which has a byte 0");
}

/// A word's own row: what it takes for the mean with its n-grams' rows to be its vector.
void own_row(const Embeddings& embeddings, WordId word, std::vector<std::uint32_t>& rows, Eigen::VectorXf& to) {
  rows.clear();
  const Subwords* subwords = embeddings.subwords();
  if (subwords) subwords->append_rows(embeddings.vocabulary().word(word), rows);
  Eigen::VectorXd sum = column(embeddings[word]).cast<double>() * static_cast<double>(rows.size() + 1);
  for (const std::uint32_t row : rows) sum -= subwords->matrix().row(row).transpose().cast<double>();
  to = sum.cast<float>();
}

/// Buckets that have no row have zeros, which leave the means of the others their direction.
void write_buckets(OutputFile& file, const Subwords& subwords, std::span<const float> zeros, const Progress* progress) {
  const MatrixView rows = subwords.matrix();
  const std::span<const std::uint32_t> kept = subwords.kept();
  std::size_t next = 0;
  for (std::uint64_t bucket = 0; bucket < subwords.rule().buckets; ++bucket) {
    if (bucket % 4096 == 0) check_cancelled(progress);
    const bool there = kept.empty() || (next < kept.size() && kept[next] == bucket);
    const float* const row = there ? rows.data() + next * zeros.size() : zeros.data();
    file.write(bytes_of(std::span(row, zeros.size())));
    next += there;
  }
}

/// outputs: null for zeros.
void write_model(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings,
                 const MatrixView* outputs, Progress* progress) {
  require_fitting(embeddings);
  const Arguments arguments = arguments_of(embeddings);
  OutputFile& file = files.open(path);
  write_number(file, magic);
  write_number(file, newest_version);
  for (const std::int32_t number :
       {arguments.dimension, arguments.window, arguments.epochs, arguments.min_count, arguments.negatives,
        arguments.word_ngrams, arguments.loss, arguments.model, arguments.buckets, arguments.min_length,
        arguments.max_length, arguments.rate_updates})
    write_number(file, number);
  write_number(file, arguments.subsample);

  const Vocabulary& vocabulary = embeddings.vocabulary();
  const std::size_t words = embeddings.size();
  write_number(file, static_cast<std::int32_t>(words));
  write_number(file, static_cast<std::int32_t>(words));
  write_number(file, std::int32_t{0});
  write_number(file, static_cast<std::int64_t>(vocabulary.total_count()));
  write_number(file, std::int64_t{-1});
  for (std::size_t row = 0; row < words; ++row) {
    file.write(vocabulary.word(word_id(row)));
    file.write({"\0", 1});
    write_number(file, static_cast<std::int64_t>(vocabulary.count(word_id(row))));
    write_number(file, std::int8_t{0});
  }

  const auto matrix_header = [&](std::uint64_t rows) {
    write_number(file, std::uint8_t{0});
    write_number(file, static_cast<std::int64_t>(rows));
    write_number(file, static_cast<std::int64_t>(embeddings.dimension()));
  };
  start(progress, 2 * words);
  matrix_header(words + static_cast<std::uint64_t>(arguments.buckets));
  std::vector<std::uint32_t> rows;
  Eigen::VectorXf own(embeddings.dimension());
  const auto step = [&](std::size_t done) {
    if (done % 1024 != 0) return;
    check_cancelled(progress);
    if (progress) progress->done = done;
  };
  for (std::size_t row = 0; row < words; ++row) {
    step(row);
    own_row(embeddings, word_id(row), rows, own);
    if (!own.allFinite())
      throw Error("the row of '" + std::string(vocabulary.word(word_id(row))) + "' is too large for 32-bit floats");
    file.write(bytes_of(std::span<const float>(own.data(), static_cast<std::size_t>(own.size()))));
  }
  const std::vector<float> zeros(static_cast<std::size_t>(embeddings.dimension()));
  if (const Subwords* subwords = embeddings.subwords()) write_buckets(file, *subwords, zeros, progress);
  matrix_header(words);
  for (std::size_t row = 0; row < words; ++row) {
    step(words + row);
    const float* const output = outputs ? outputs->row(static_cast<Eigen::Index>(row)).data() : zeros.data();
    file.write(bytes_of(std::span(output, zeros.size())));
  }
}

void write(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings, Progress* progress) {
  write_model(files, path, embeddings, nullptr, progress);
}

}  // namespace

void write_fasttext_model(OutputFiles& files, const std::filesystem::path& file, const Embeddings& embeddings,
                          const Embeddings& contexts, Progress* progress) {
  if (contexts.size() != embeddings.size() || contexts.dimension() != embeddings.dimension())
    throw Error(file.string() + ": the contexts are not those of the words");
  require_finite("the contexts for " + file.string(), contexts.vocabulary(), contexts.matrix(), 0);
  const MatrixView outputs = contexts.matrix();
  write_model(files, file, embeddings, &outputs, progress);
}

const FormatRow fasttext_format = {
    {Format::fasttext, "fasttext", "", "fastText's model, with vectors of n-grams; .bin for vectors that have them",
     false, true},
    recognizes,
    read,
    write};

}  // namespace equivec
