#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "src/counts/word_runs.hpp"
#include "src/files/files.hpp"

#include <cstdint>
#include <string>

namespace equivec {

/// Makes a vocabulary whose tables stand in unlinked temporary files, for more words than memory may hold.
/// Throws Error if the files cannot be written.
class VocabularyWriter {
 public:
  VocabularyWriter();
  /// The words must be different from each other and not empty.
  void add(const CountedWord& word);
  Vocabulary vocabulary() &&;

 private:
  /// A file to which bytes are appended.
  struct Table {
    Descriptor file;
    std::string buffer = {};

    void append(std::string_view bytes);
    void flush();
  };

  Table offsets_, counts_, bytes_;
  std::int64_t end_ = 0;
};

}  // namespace equivec
