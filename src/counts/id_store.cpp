#include "src/counts/id_store.hpp"

#include "equivec/base/error.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace equivec {

namespace {

std::filesystem::path name() { return temporary_file_for("the encoded corpus"); }

}  // namespace

void IdStore::append(std::span<const WordId> ids) {
  if (!file_ && memory_ > 0 && (size_ + ids.size()) * sizeof(WordId) > memory_) move_to_file();
  if (file_) {
    write_all(file_, bytes_of(ids), name());
  } else {
    if ((size_ + ids.size()) * sizeof(WordId) > ids_.size()) grow(size_ + ids.size());
    std::ranges::copy(ids, this->ids() + size_);
  }
  size_ += ids.size();
}

void IdStore::grow(std::size_t size) {
  // Grows by a quarter, since growing is cheap and asking for twice as much may be refused.
  std::size_t bytes = std::max(size * sizeof(WordId), ids_.size() + ids_.size() / 4);
  bytes = (bytes / huge_page + 1) * huge_page;
  ids_.resize(memory_ > 0 ? std::min<std::uint64_t>(bytes, memory_) : bytes);
}

void IdStore::move_to_file() {
  file_ = unlinked_temporary_file();
  write_all(file_, bytes_of(std::span<const WordId>(ids(), size_)), name());
  ids_.resize(0);
}

std::span<WordId> IdStore::take(std::size_t begin, std::size_t count, std::vector<WordId>& buffer) {
  if (!file_) return {ids() + begin, count};
  buffer.resize(count);
  read_all_at(file_, {reinterpret_cast<char*>(buffer.data()), count * sizeof(WordId)}, begin * sizeof(WordId), name());
  return buffer;
}

void IdStore::replace(std::size_t begin, std::span<const WordId> ids) {
  if (file_)
    write_all_at(file_, bytes_of(ids), begin * sizeof(WordId), name());
  else
    std::copy(ids.begin(), ids.end(), this->ids() + begin);
}

IdStore::Kept IdStore::keep(std::size_t size) && {
  if (!file_) {
    ids_.resize(size * sizeof(WordId));
    const auto owner = std::make_shared<const GrowingMemory>(std::move(ids_));
    return {owner, {static_cast<const WordId*>(owner->data()), size}, false};
  }
  if (::ftruncate(file_.get(), static_cast<off_t>(size * sizeof(WordId))) != 0)
    throw Error(name().string() + ": cannot be cut: " + system_message(errno));
  const auto mapped = std::make_shared<const MappedFile>(file_, name());
  return {mapped, {reinterpret_cast<const WordId*>(mapped->bytes().data()), size}, true};
}

}  // namespace equivec
