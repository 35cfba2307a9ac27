#pragma once

#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/subwords.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace equivec {

/// Words that have been asked for, are not in the vocabulary, and have a vector from their n-grams. Each is kept, so
/// that it has the same number and place whenever it is asked for again; words that are only asked for take memory.
class ComposedWords final : public FurtherWords {
 public:
  explicit ComposedWords(Subwords subwords) : subwords_(std::move(subwords)) {}

  std::optional<std::uint32_t> find(std::string_view word) const override;
  std::string_view word(std::uint32_t number) const override;
  std::span<const float> vector(std::uint32_t number) const;  ///< valid as long as this is

 private:
  struct Entry {
    std::string word;
    std::vector<float> vector;
  };
  Subwords subwords_;
  mutable std::shared_mutex mutex_;
  mutable std::deque<Entry> entries_;  // which stay in their places
  mutable std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace equivec
