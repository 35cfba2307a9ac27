#include "src/counts/cooccurrence_store.hpp"

#include "src/files/mapped_file.hpp"

#include "src/files/files.hpp"

#include <utility>

namespace equivec {

namespace {

std::filesystem::path name() { return temporary_file_for("the co-occurrences"); }

}  // namespace

void CooccurrenceStore::move_to_file(Kept& kept) {
  CooccurrenceRows& rows = kept.rows;
  kept.offset = written_;
  write_all(file_, bytes_of(std::span<const double>(rows.counts)), name());
  write_all(file_, bytes_of(std::span<const WordId>(rows.words)), name());
  // Aligns the next counts to a multiple of their size.
  const std::size_t padding = rows.words.size() % 2 * sizeof(WordId);
  write_all(file_, std::string_view("\0\0\0", padding), name());
  written_ += rows.bytes() + padding;
  std::vector<WordId>().swap(rows.words);  // gives the memory back
  std::vector<double>().swap(rows.counts);
}

void CooccurrenceStore::add(CooccurrenceRows rows) {
  const std::scoped_lock lock(mutex_);
  taken_ += rows.bytes();
  Kept kept{.rows = std::move(rows), .offset = 0, .size = 0};
  kept.size = kept.rows.words.size();
  kept_.push_back(std::move(kept));
  if (file_) {
    move_to_file(kept_.back());
  } else if (memory_ > 0 && taken_ > memory_) {
    file_ = unlinked_temporary_file();
    for (Kept& earlier : kept_) move_to_file(earlier);
  }
}

Cooccurrences CooccurrenceStore::keep() && {
  struct Owner {
    std::vector<Kept> kept;
    std::unique_ptr<MappedFile> file;
    std::vector<Cooccurrences::Place> places;
  };
  const auto owner = std::make_shared<Owner>();
  owner->kept = std::move(kept_);
  if (file_ && written_ > 0) owner->file = std::make_unique<MappedFile>(file_, name());
  owner->places.resize(words_, {nullptr, nullptr, 0});
  Cooccurrences result;
  for (const Kept& kept : owner->kept) {
    const char* const mapped = owner->file ? owner->file->bytes().data() + kept.offset : nullptr;
    const double* counts = mapped ? reinterpret_cast<const double*>(mapped) : kept.rows.counts.data();
    const WordId* words =
        mapped ? reinterpret_cast<const WordId*>(mapped + kept.size * sizeof(double)) : kept.rows.words.data();
    for (std::size_t i = 0; i < kept.rows.sizes.size(); ++i) {
      const std::size_t size = kept.rows.sizes[i];
      if (size == 0) continue;  // rows between those of one rank are those of others
      owner->places[kept.rows.first + i] = {words, counts, size};
      words += size;
      counts += size;
    }
    result.size_ += kept.size;
  }
  if (ranks_) result.size_ = sums(*ranks_, std::span(&result.size_, 1))[0];
  result.ranks_ = ranks_;
  result.rows_ = owner->places;
  result.mapped_ = owner->file != nullptr;
  result.owner_ = owner;
  return result;
}

}  // namespace equivec
