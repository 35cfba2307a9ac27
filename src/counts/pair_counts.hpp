#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "src/counts/connector_runs.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace equivec {

/// Two words that follow each other in a sentence, but for the connector words between them.
struct WordPair {
  std::uint32_t first = 0, second = 0;
  std::uint32_t between = ConnectorRuns::none;
  bool operator==(const WordPair&) const = default;
};

struct CountedPair {
  WordPair pair;
  std::uint64_t count = 0;
};

/// What a word is to phrases: a sum of the following, or 0.
using WordTraits = std::uint8_t;
inline constexpr WordTraits is_connector = 1;    ///< may stand inside a phrase
inline constexpr WordTraits is_barrier = 2;      ///< is in no phrase
inline constexpr WordTraits begins_phrase = 4;   ///< of some phrase it is the first word
inline constexpr WordTraits ends_phrase = 8;     ///< of some phrase it is the last word
inline constexpr WordTraits begins_longer = 16;  ///< of some phrase with connector words it is the first word

/// A text whose pairs are counted.
struct PairText {
  std::span<const WordId> ids;                        ///< as those of EncodedCorpus
  std::span<const WordTraits> traits;                 ///< of each word
  ConnectorRuns* connectors = nullptr;                ///< null if no word is a connector
  std::function<std::string_view(WordId)> word = {};  ///< of a connector
};

struct PairCountOptions {
  int threads = 0;
  std::uint64_t memory = 0;  ///< in bytes; what is more goes to an unlinked file in TMPDIR
};

struct PairCounts {
  std::vector<CountedPair> kept;  ///< in no particular order
  std::uint64_t different = 0;    ///< pairs, kept or not
};

/// Counts the pairs, and keeps those for which keep(pair) is true, which several threads call. Adds to the progress the
/// number of ids. Throws Error if a temporary file cannot be written; Cancelled.
PairCounts count_pairs(const PairText& text, const PairCountOptions& options,
                       const std::function<bool(const CountedPair&)>& keep, Progress* progress);

}  // namespace equivec
