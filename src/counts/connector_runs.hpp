#pragma once

#include "equivec/base/types.hpp"

#include <tbb/concurrent_unordered_map.h>

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace equivec {

/// Numbers for the connector words that stand between the words of a phrase, as what they are when joined with the
/// delimiter ("of_the"). Several threads may add at the same time; the numbers then depend on chance.
class ConnectorRuns {
 public:
  static constexpr std::uint32_t none = 0;               ///< the number of no connector word
  static constexpr std::uint32_t nothing = 0xFFFFFFFFu;  ///< no number

  explicit ConnectorRuns(std::string delimiter) : delimiter_(std::move(delimiter)) {}

  /// The number of a run and one more connector word; `nothing` if that is too long for a phrase.
  std::uint32_t extended(std::uint32_t run, WordId connector, std::string_view word);
  /// The same, but `nothing` if extended() has not been called for it.
  std::uint32_t find(std::uint32_t run, WordId connector) const;
  /// REQUIRES: nobody adds.
  const std::string& text(std::uint32_t run) const { return texts_[run]; }

 private:
  static std::uint64_t step(std::uint32_t run, WordId connector) noexcept {
    return std::uint64_t{run} << 32 | static_cast<std::uint32_t>(connector);
  }

  std::string delimiter_;
  tbb::concurrent_unordered_map<std::uint64_t, std::uint32_t> steps_;
  std::mutex mutex_;  // of what follows
  std::deque<std::string> texts_ = {""};
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace equivec
