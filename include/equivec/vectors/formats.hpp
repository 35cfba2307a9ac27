#pragma once

#include "equivec/base/export.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

enum class Format {
  automatic,              ///< reading: by content; writing: by the extension of the file name
  native,                 ///< a safetensors file, opened by mapping (.safetensors)
  word2vec_text,          ///< "rows dimension", then a word and its numbers on each line (.vec)
  word2vec_binary,        ///< the same header, then word, space, little-endian float32 (.bin)
  glove_text,             ///< word2vec_text without the header (.txt)
  npy,                    ///< a NumPy array; the words are in NAME.words.txt beside NAME.npy, one a line (.npy)
  fasttext,               ///< fastText's model, with vectors of n-grams; also read if quantised
  finalfusion,            ///< finalfusion's container, with or without vectors of n-grams (.fifu)
  model2vec,              ///< a folder that model2vec loads: model.safetensors, tokenizer.json, config.json
  sentence_transformers,  ///< a folder that sentence-transformers loads as a StaticEmbedding
  projector               ///< a folder for TensorBoard's projector: tensors, metadata and configuration
};

/// Names and description of a format.
struct FormatInfo {
  Format format;
  std::string_view name;       ///< for --format
  std::string_view extension;  ///< with its dot; empty for a format that must be named
  std::string_view summary;
  bool is_folder = false;     ///< several files in a folder of their own
  bool keeps_ngrams = false;  ///< holds vectors of n-grams; other formats leave them out
};
std::span<const FormatInfo> formats() noexcept;

/// By name ("word2vec-text"). Throws OptionError listing the names.
Format format_from_name(std::string_view name);
/// By the extension of a file's name; that of word2vec-binary means fasttext for vectors with those of n-grams. Throws
/// OptionError listing the extensions.
Format format_from_extension(const std::filesystem::path& file, bool subwords = false);

/// What becomes of rows with a value that is not a finite number.
enum class NotFinite {
  refuse,  ///< an Error; a native file, which is mapped, is not looked through
  drop,    ///< they are left out, with a notice
  keep     ///< they stay; only the native format can write them
};
/// "refuse", "drop" or "keep".
std::string_view name_of(NotFinite value);
inline constexpr std::array not_finite_rules = {NotFinite::refuse, NotFinite::drop, NotFinite::keep};

struct ReadOptions {
  Format format = Format::automatic;
  std::size_t limit = 0;  ///< read only the first rows; 0 reads all
  int threads = 0;        ///< 0: all cores. The result is the same for any number
  bool subwords = true;   ///< also the vectors of n-grams
  NotFinite not_finite = NotFinite::refuse;
};

/// Reads a set of vectors, compressed (gzip, bzip2, xz, zstd) or not; "-" is standard input. Memory is bounded by the
/// size of the file, even if its header is wrong. If a word occurs twice, its first row is kept, with a notice.
/// Throws Error, naming file and line (or row), if the content is not well formed or, unless the options say otherwise,
/// a value is not finite. A folder is read if a program that keeps vectors in folders made it. A native file is mapped
/// and its values are not checked. `recognized`, if not null, is set to the file's format. Progress counts bytes for
/// the text formats; the others are read at the speed of the disk and report nothing.
Embeddings read_embeddings(const std::filesystem::path& file, const ReadOptions& options = {},
                           Notices* notices = nullptr, Progress* progress = nullptr, Format* recognized = nullptr);

/// The vectors of the words that a file lists, one a line, in their order among `embeddings`, then those of words that
/// have one from their n-grams, in the file's order. A notice says how many words have none. Throws Error as
/// read_vocabulary(), and if none has.
Embeddings only_words(const Embeddings& embeddings, const std::filesystem::path& file, Notices* notices = nullptr);

/// The format of a file, by content. Throws Error if it is not a supported one, stating what it seems to be.
Format recognize_format(const std::filesystem::path& file);

/// Writes a temporary file beside `file` and renames it: a failure leaves the old file and nothing else. A device, a
/// pipe or "-" (standard output) is written directly. Numbers are written so that they read back exactly.
/// Throws Error if the file cannot be written or a word cannot be represented in the format.
void write_embeddings(const std::filesystem::path& file, const Embeddings& embeddings,
                      Format format = Format::automatic, Progress* progress = nullptr);
/// The same as one of several files that appear together.
void write_embeddings(OutputFiles& files, const std::filesystem::path& file, const Embeddings& embeddings,
                      Format format = Format::automatic, Progress* progress = nullptr);

/// fastText's model with the output rows that training left, so that it can be trained on: `contexts` has those of the
/// same words in the same order. write_embeddings() writes zeros in their place. Throws Error as that.
void write_fasttext_model(OutputFiles& files, const std::filesystem::path& file, const Embeddings& embeddings,
                          const Embeddings& contexts, Progress* progress = nullptr);

/// Writes a matrix without words as NumPy's .npy, 32-bit floats. Throws Error; Cancelled.
void write_array(OutputFiles& files, const std::filesystem::path& file, MatrixView matrix,
                 Progress* progress = nullptr);
/// Reads a matrix of NumPy's .npy, compressed or not, as 32-bit floats. Throws Error, also if it is not of two
/// dimensions, empty, or holds a value that is not finite.
Matrix read_array(const std::filesystem::path& file);

/// The files that write_embeddings() writes: `file` and those that the format has beside it.
std::vector<std::filesystem::path> files_written(const std::filesystem::path& file, Format format = Format::automatic);
/// The files that read_embeddings() reads: `file` and those that its format has beside it.
std::vector<std::filesystem::path> files_read(const std::filesystem::path& file);

}  // namespace equivec
