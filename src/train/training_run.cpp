#include "src/train/training_run.hpp"

#include "equivec/base/error.hpp"
#include "src/base/memory.hpp"
#include "src/base/text_numbers.hpp"

namespace equivec {

void require_dimension(const std::optional<Embeddings>& initial, int dimension) {
  if (initial && initial->dimension() != dimension)
    throw Error("the vectors to start from have dimension " + std::to_string(initial->dimension()) + ", not " +
                std::to_string(dimension) + "; give --dimension " + std::to_string(initial->dimension()));
}

void require_memory(std::span<const TableSize> tables, std::size_t words, int dimension) {
  double needed = 0;
  for (const TableSize& table : tables) needed += static_cast<double>(table.bytes);
  const auto present = static_cast<double>(physical_memory());
  if (needed > present)
    throw Error("tables of " + std::to_string(words) + " x " + std::to_string(dimension) + " numbers need " +
                std::to_string(static_cast<std::uint64_t>(needed / 1e6)) + " MB, this machine has " +
                std::to_string(static_cast<std::uint64_t>(present / 1e6)) +
                " MB; lower --dimension or raise --min-count");
}

void fail_diverged(int epoch, std::string_view word, double learning_rate, std::string_view what,
                   const CheckpointOptions& checkpoint, bool kept) {
  throw Error("training diverged in epoch " + std::to_string(epoch) + " at the word '" + std::string(word) +
              "', learning rate " + shortest(static_cast<float>(learning_rate)) + ": " + std::string(what) +
              " is not finite; lower --learning-rate" +
              (kept ? " (" + checkpoint.file.string() + " keeps the last good state)" : ""));
}

}  // namespace equivec
