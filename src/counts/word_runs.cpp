#include "src/counts/word_runs.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace equivec {

namespace {

/// Stands before the bytes of each word.
struct Header {
  std::uint64_t count;
  std::uint64_t length;
};

std::filesystem::path name_of_runs() { return temporary_file_for("the counted words"); }

}  // namespace

bool is_before_in_bytes(const CountedWord& a, const CountedWord& b) noexcept { return a.word < b.word; }

bool is_before_in_vocabulary(const CountedWord& a, const CountedWord& b) noexcept {
  return a.count != b.count ? a.count > b.count : a.word < b.word;
}

void WordRuns::add(std::size_t size, const std::function<CountedWord(std::size_t)>& word) {
  if (size == 0) return;
  std::uint64_t bytes = size * sizeof(Header);
  for (std::size_t i = 0; i < size; ++i) bytes += word(i).word.size();
  const std::uint64_t begin = [&] {
    const std::lock_guard lock(mutex_);
    if (!file_) file_ = unlinked_temporary_file();
    runs_.push_back({end_, end_ + bytes});
    return std::exchange(end_, end_ + bytes);
  }();

  std::string buffer;
  std::uint64_t at = begin;
  const auto flush = [&] {
    write_all_at(file_, buffer, at, name_of_runs());
    at += buffer.size();
    buffer.clear();
  };
  for (std::size_t i = 0; i < size; ++i) {
    const CountedWord counted = word(i);
    const Header header{counted.count, counted.word.size()};
    buffer.append(reinterpret_cast<const char*>(&header), sizeof header);
    buffer += counted.word;
    if (buffer.size() >= std::size_t{1} << 18) flush();
  }
  flush();
}

/// One run, from its first word to its last.
class WordRuns::Reader {
 public:
  Reader(const Descriptor& file, Run run, std::size_t buffer) : file_(&file), left_(run), size_(buffer) {}

  /// False after the last word.
  bool next() {
    if (at_ == buffer_.size() && left_.begin == left_.end) return false;
    require(sizeof(Header));
    Header header;
    std::memcpy(&header, buffer_.data() + at_, sizeof header);
    at_ += sizeof header;
    require(header.length);
    word_ = {std::string_view(buffer_).substr(at_, header.length), header.count};
    at_ += header.length;
    return true;
  }
  const CountedWord& word() const noexcept { return word_; }

 private:
  /// Has the next `bytes` bytes of the run in the buffer.
  void require(std::size_t bytes) {
    if (buffer_.size() - at_ >= bytes) return;
    buffer_.erase(0, at_);
    at_ = 0;
    const std::size_t old = buffer_.size();
    const auto more = std::min<std::uint64_t>(std::max(bytes, size_) - old, left_.end - left_.begin);
    buffer_.resize(old + more);
    read_all_at(*file_, std::span(buffer_).subspan(old), left_.begin, name_of_runs());
    left_.begin += more;
  }

  const Descriptor* file_;
  Run left_;
  std::size_t size_;
  std::string buffer_;
  std::size_t at_ = 0;
  CountedWord word_;
};

void WordRuns::merge(std::uint64_t memory, const std::function<void(const CountedWord&)>& take) const {
  if (runs_.empty()) return;
  const std::uint64_t buffer = std::clamp<std::uint64_t>(memory / runs_.size(), 1 << 12, 1 << 18);
  std::vector<Reader> readers;
  readers.reserve(runs_.size());
  for (const Run& run : runs_) readers.emplace_back(file_, run, buffer);
  std::vector<Reader*> heap;  // the run whose word is next stands first
  const auto later = [this](const Reader* a, const Reader* b) { return before_(b->word(), a->word()); };
  for (Reader& reader : readers) {
    if (!reader.next()) continue;
    heap.push_back(&reader);
    std::push_heap(heap.begin(), heap.end(), later);
  }
  while (!heap.empty()) {
    take(heap.front()->word());
    std::pop_heap(heap.begin(), heap.end(), later);
    if (heap.back()->next())
      std::push_heap(heap.begin(), heap.end(), later);
    else
      heap.pop_back();
  }
}

}  // namespace equivec
