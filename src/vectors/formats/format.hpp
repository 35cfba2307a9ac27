#pragma once

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/lines.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

/// A file to read vectors from, mapped and decompressed.
struct Source {
  std::filesystem::path path;
  std::string name;  // for messages
  std::shared_ptr<const MappedFile> file;

  std::string_view bytes() const noexcept { return without_byte_order_mark(file->bytes()); }
  [[noreturn]] void fail(const std::string& message) const { throw Error(name + ": " + message); }
  [[noreturn]] void fail(std::size_t line, const std::string& message) const {
    throw Error(name + ":" + std::to_string(line) + ": " + message);
  }
};

struct ReadContext {
  const ReadOptions& options;
  Notices* notices;
  Progress* progress;

  void notice(const std::string& sentence) const {
    if (notices) notices->push_back(sentence);
  }
};

/// The functions of a format. Each format is implemented in its own file; formats.cpp has the table.
struct FormatRow {
  FormatInfo info;
  bool (*recognizes)(std::string_view bytes) = nullptr;
  Embeddings (*read)(const Source& source, const ReadContext& context) = nullptr;
  void (*write)(OutputFiles& files, const std::filesystem::path& file, const Embeddings& embeddings,
                Progress* progress) = nullptr;
  /// The file that the format keeps beside `file`; null if it keeps none.
  std::filesystem::path (*beside)(const std::filesystem::path& file) = nullptr;
  /// Of a format whose files stand in a folder: whether this is one, the reading, the files that writing makes. `read`
  /// and `recognizes` are then never called, `write` is given the folder, which it makes if it is not there.
  bool (*recognizes_folder)(const std::filesystem::path& folder) = nullptr;
  Embeddings (*read_folder)(const std::filesystem::path& folder, const ReadContext& context) = nullptr;
  std::vector<std::filesystem::path> (*files_in)(const std::filesystem::path& folder) = nullptr;
  /// The files that reading takes from a folder; null if they are those of files_in.
  std::vector<std::filesystem::path> (*files_of)(const std::filesystem::path& folder) = nullptr;
};

extern const FormatRow native_format, word2vec_text_format, word2vec_binary_format, glove_text_format, npy_format,
    fasttext_format, finalfusion_format, model2vec_format, sentence_transformers_format, projector_format;

// ---- shared by several formats ----

/// "rows dimension" on the first line of the word2vec formats.
struct Word2VecHeader {
  std::uint64_t rows = 0, dimension = 0;
  std::string line;       // as in the file
  std::size_t bytes = 0;  // including the line feed
};
std::optional<Word2VecHeader> parse_word2vec_header(std::string_view bytes);
std::string word2vec_header(const Embeddings& embeddings);
/// Throws Error: `bytes_left` is too small for the rows that the header announces.
[[noreturn]] void refuse_header(const Source& source, const Word2VecHeader& header, std::size_t bytes_left);
/// True if the header is followed by text rather than binary numbers.
bool is_text_after_header(std::string_view bytes, const Word2VecHeader& header);

/// True for text whose lines are a word and a count, the most frequent first, as files of vocabularies have them.
bool is_words_and_counts(std::string_view bytes);

bool are_unique(std::span<const std::string_view> words);

/// Rows whose numbers will be set, in huge pages where the system has them.
Matrix rows_to_fill(std::size_t rows, std::size_t dimension);

/// Vectors in the order of `words`, without rows that are not finite if the options drop them, with a notice; if a word
/// occurs twice, its first row is kept, with a notice. counts: of each word,
/// or empty if they are unknown.
Embeddings with_unique_words(const std::string& source, const ReadContext& context,
                             std::span<const std::string_view> words, Matrix vectors,
                             std::span<const std::uint64_t> counts = {});

/// Throws Error naming the first row with a value that is not finite, unless the options keep such rows.
void check_finite(const std::string& source, const ReadContext& context, const Embeddings& embeddings);
/// The notice about `count` rows that were dropped.
std::string dropped_rows(const std::string& source, std::size_t count, std::string_view first_word);

/// Throws Error if a word contains one of `separators`, which end a word in the format called `format`.
void require_words_without(std::string_view separators, const Embeddings& embeddings, std::string_view format);

}  // namespace equivec
