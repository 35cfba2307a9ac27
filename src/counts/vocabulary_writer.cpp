#include "src/counts/vocabulary_writer.hpp"

#include "src/files/mapped_file.hpp"

#include <memory>

namespace equivec {

namespace {

std::filesystem::path name_of_tables() { return temporary_file_for("the vocabulary"); }

std::string_view bytes_of_number(const std::int64_t& number) { return bytes_of(std::span(&number, 1)); }

}  // namespace

VocabularyWriter::VocabularyWriter()
    : offsets_{unlinked_temporary_file()}, counts_{unlinked_temporary_file()}, bytes_{unlinked_temporary_file()} {
  offsets_.append(bytes_of_number(end_));
}

void VocabularyWriter::Table::append(std::string_view bytes) {
  buffer += bytes;
  if (buffer.size() >= std::size_t{1} << 18) flush();
}

void VocabularyWriter::Table::flush() {
  write_all(file, buffer, name_of_tables());
  buffer.clear();
}

void VocabularyWriter::add(const CountedWord& word) {
  bytes_.append(word.word);
  end_ += static_cast<std::int64_t>(word.word.size());
  offsets_.append(bytes_of_number(end_));
  counts_.append(bytes_of_number(static_cast<std::int64_t>(word.count)));
}

Vocabulary VocabularyWriter::vocabulary() && {
  struct Tables {
    MappedFile offsets, counts, bytes;
    Tables(const Descriptor& offset_file, const Descriptor& count_file, const Descriptor& byte_file)
        : offsets(offset_file, name_of_tables()),
          counts(count_file, name_of_tables()),
          bytes(byte_file, name_of_tables()) {}
  };
  for (Table* table : {&offsets_, &counts_, &bytes_}) table->flush();
  const auto tables = std::make_shared<const Tables>(offsets_.file, counts_.file, bytes_.file);
  const auto numbers = [](const MappedFile& file) {
    return std::span(reinterpret_cast<const std::int64_t*>(file.bytes().data()),
                     file.bytes().size() / sizeof(std::int64_t));
  };
  return Vocabulary::of_different_words(numbers(tables->offsets), numbers(tables->counts), tables->bytes.bytes(),
                                        tables);
}

}  // namespace equivec
