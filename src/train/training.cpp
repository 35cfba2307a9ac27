#include "equivec/train/training.hpp"

#include "equivec/base/error.hpp"
#include "src/kernels/window_kernels.hpp"

namespace equivec {

void validate(const CheckpointOptions& options) {
  require_between("checkpoint-every", options.minutes, 0.01, 100000);
  if (options.resume && options.file.empty()) throw OptionError("resume needs a checkpoint to go on from");
}

std::string_view instruction_set() { return window_kernels().instruction_set; }

}  // namespace equivec
