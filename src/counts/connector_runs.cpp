#include "src/counts/connector_runs.hpp"

#include "equivec/counts/phrases.hpp"

namespace equivec {

std::uint32_t ConnectorRuns::find(std::uint32_t run, WordId connector) const {
  const auto known = steps_.find(step(run, connector));
  return known == steps_.end() ? nothing : known->second;
}

std::uint32_t ConnectorRuns::extended(std::uint32_t run, WordId connector, std::string_view word) {
  if (run == nothing) return nothing;
  if (const auto known = steps_.find(step(run, connector)); known != steps_.end()) return known->second;
  const std::scoped_lock lock(mutex_);
  std::string text = texts_[run];
  if (run != none) text += delimiter_;
  text += word;
  std::uint32_t number = nothing;
  if (text.size() <= Phrases::longest) {
    const auto [place, added] = numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (added) texts_.push_back(std::move(text));
    number = place->second;
  }
  steps_.emplace(step(run, connector), number);
  return number;
}

}  // namespace equivec
