#include "src/vectors/composed_words.hpp"

#include <mutex>

namespace equivec {

std::optional<std::uint32_t> ComposedWords::find(std::string_view word) const {
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = numbers_.find(word); found != numbers_.end()) return found->second;
  }
  std::optional<std::vector<float>> vector = subwords_.vector_of(word);
  if (!vector) return std::nullopt;
  const std::unique_lock lock(mutex_);
  if (const auto found = numbers_.find(word); found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({std::string(word), std::move(*vector)});
  numbers_.emplace(entries_.back().word, number);
  return number;
}

std::string_view ComposedWords::word(std::uint32_t number) const {
  const std::shared_lock lock(mutex_);
  return entries_[number].word;
}

std::span<const float> ComposedWords::vector(std::uint32_t number) const {
  const std::shared_lock lock(mutex_);
  return entries_[number].vector;
}

}  // namespace equivec
