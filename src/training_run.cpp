#include "src/training_run.hpp"

#include "equivec/error.hpp"
#include "src/text_numbers.hpp"

#include <unistd.h>

namespace equivec {

void validate(const CheckpointOptions& options) {
  require_between("checkpoint-every", options.minutes, 0.01, 100000);
  if (options.resume && options.file.empty()) throw OptionError("resume needs a checkpoint to go on from");
}

void require_memory(std::span<const TableSize> tables, std::size_t words, int dimension) {
  double needed = 0;
  for (const TableSize& table : tables) needed += static_cast<double>(table.bytes);
  const double present = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
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
