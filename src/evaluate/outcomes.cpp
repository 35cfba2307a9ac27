#include "equivec/evaluate/outcomes.hpp"
#include "src/evaluate/outcomes.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>

namespace equivec {

std::optional<double> Accuracy::value() const {
  if (total == 0) return std::nullopt;
  return static_cast<double>(correct) / static_cast<double>(total);
}

Accuracy accuracy_of(std::string name, std::span<const Outcome> outcomes, const BootstrapOptions& bootstrap) {
  Accuracy result{.name = std::move(name)};
  for (const Outcome outcome : outcomes) {
    result.missing += outcome == Outcome::missing;
    result.total += outcome != Outcome::missing;
    result.correct += outcome == Outcome::right;
  }
  if (result.correct > 0 && result.correct < result.total)
    result.interval = proportion_interval({result.correct, result.total}, bootstrap.confidence);
  return result;
}

void require_same_size(std::size_t first, std::size_t second) {
  if (first != second)
    throw Error("results of different sets cannot be compared: one has " + std::to_string(first) +
                " questions, the other " + std::to_string(second));
}

Discordance discordance(std::span<const Outcome> first, std::span<const Outcome> second) {
  require_same_size(first.size(), second.size());
  Discordance result;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i] == Outcome::missing || second[i] == Outcome::missing) continue;
    ++result.total;
    result.only_first += first[i] > second[i];
    result.only_second += first[i] < second[i];
  }
  return result;
}

}  // namespace equivec
