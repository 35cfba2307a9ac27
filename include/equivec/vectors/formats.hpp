#pragma once

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/vectors/embeddings.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace equivec {

enum class Format {
  automatic,        ///< reading: by content; writing: by the file name's ending
  native,           ///< a safetensors file, opened by mapping (.safetensors)
  word2vec_text,    ///< "rows dimension", then a word and its numbers on each line (.vec)
  word2vec_binary,  ///< the same header, then word, blank, little-endian float32 (.bin)
  glove_text,       ///< as word2vec_text without the header (.txt)
  npy               ///< a NumPy array; the words, one a line, stand in NAME.words.txt beside NAME.npy (.npy)
};

/// One row for each format, as shown to people.
struct FormatInfo {
  Format format;
  std::string_view name;       ///< for --format
  std::string_view extension;  ///< with its dot
  std::string_view summary;
};
std::span<const FormatInfo> formats() noexcept;

/// By name ("word2vec-text"). Throws OptionError listing the names.
Format format_from_name(std::string_view name);
/// By the ending of a file's name. Throws OptionError listing the endings.
Format format_from_extension(const std::filesystem::path& file);

struct ReadOptions {
  Format format = Format::automatic;
  std::size_t limit = 0;  ///< read only the first rows; 0 reads all
  int threads = 0;        ///< 0: all cores. The result is the same for any number
};

/// Reads a set of vectors, compressed (gzip, bzip2, xz, zstd) or not; "-" is standard input. Memory is bounded by the
/// size of the file, whatever its header says. Of a word that occurs twice the first row is kept, with a notice.
/// Throws Error, naming file and line (or row), if the content is not well formed or a value is not finite.
/// A native file is mapped and its values are not looked at. `recognized`, if not null, is set to the file's format.
/// Progress counts bytes of the text formats; the others are read at the speed of the disk and report nothing.
Embeddings read_embeddings(const std::filesystem::path& file, const ReadOptions& options = {},
                           Notices* notices = nullptr, Progress* progress = nullptr, Format* recognized = nullptr);

/// The format of a file, by content. Throws Error if it is none of ours, saying what it seems to be.
Format recognize_format(const std::filesystem::path& file);

/// Writes beside `file` and renames: after a failure the old file is still there and nothing else. A device or pipe is
/// written directly, and so is "-", standard output. Numbers are written so that they read back exactly.
/// Throws Error if the file cannot be written or a word cannot stand in the format.
void write_embeddings(const std::filesystem::path& file, const Embeddings& embeddings,
                      Format format = Format::automatic, Progress* progress = nullptr);

/// Throws Error if `file` could not be written: ask before a long computation.
void require_writable(const std::filesystem::path& file);

}  // namespace equivec
