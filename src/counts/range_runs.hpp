#pragma once

#include "src/files/files.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

/// Counts of parts of a text in an unlinked temporary file: for each range of words, the bytes that each part gave.
/// Throws Error if the file cannot be written or read.
class RangeRuns {
 public:
  /// what: the counts, for messages.
  RangeRuns(std::size_t ranges, std::string what) : what_(std::move(what)), places_(ranges) {}

  /// Several threads may add at a time.
  void add(std::size_t range, const std::string& bytes) {
    const std::scoped_lock lock(mutex_);
    if (!file_) file_ = unlinked_temporary_file();
    write_all(file_, bytes, name());
    places_[range].push_back({written_, bytes.size()});
    written_ += bytes.size();
  }
  /// What was added for a range, one string for each part of the text.
  std::vector<std::string> read(std::size_t range) const {
    std::vector<std::string> result;
    for (const auto& [offset, size] : places_[range]) {
      result.emplace_back(size, '\0');
      read_all_at(file_, {result.back().data(), size}, offset, name());
    }
    return result;
  }

 private:
  struct Place {
    std::uint64_t offset;
    std::size_t size;
  };
  std::filesystem::path name() const { return temporary_file_for(what_); }

  std::string what_;
  std::mutex mutex_;
  Descriptor file_;
  std::uint64_t written_ = 0;
  std::vector<std::vector<Place>> places_;
};

}  // namespace equivec
