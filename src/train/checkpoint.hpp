#pragma once

#include "equivec/base/communicator.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/base/row_table.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/safetensors.hpp"

#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace equivec {

// The state of a training that can go on from a file: a native file of vectors whose further tensors and metadata are
// the trainer's.

struct NamedTable {
  std::string name;  ///< of the tensor; the first one's is "embeddings"
  Table* table;
  std::size_t first = 0;    ///< the column that it begins with
  std::size_t columns = 0;  ///< 0: all of the table's

  std::size_t width() const { return columns == 0 ? table->dimension() : columns; }
};

/// Writes beside `file` and renames, so that the one before stays whole until then. Throws Error.
void write_checkpoint(const std::filesystem::path& file, const Vocabulary& vocabulary,
                      std::span<const NamedTable> tables, const Metadata& metadata);

/// A checkpoint that was kept. Every function throws Error naming the file.
class Checkpoint {
 public:
  Checkpoint() = default;  ///< none
  explicit Checkpoint(const std::filesystem::path& file);
  bool empty() const noexcept { return name_.empty(); }

  /// Gives all ranks what the first one has: what metadata says, and the tables, which it has restored.
  void share(Communicator& ranks, std::span<const NamedTable> tables);

  /// What metadata says; an Error if it does not.
  const std::string& at(const std::string& key) const;
  /// The same as a number.
  template <class T>
  T number(const std::string& key) const {
    const auto parsed = parse_number<T>(at(key));
    if (!parsed) fail("has no number as its " + key);
    return *parsed;
  }
  /// An Error unless metadata says the same of each key.
  void require_same(const Metadata& settings) const;
  void require_same(const Vocabulary& vocabulary) const;
  void restore(std::span<const NamedTable> tables) const;
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  std::string name_;
  std::shared_ptr<const MappedFile> file_;
  SafetensorsContent content_;  // on other ranks than the first: the metadata alone
};

}  // namespace equivec
