#pragma once

#include "equivec/base/progress.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "src/files/safetensors.hpp"

#include <filesystem>
#include <vector>

namespace equivec {

/// A native file with further tensors, which those who read vectors pass over.
void write_native(OutputFiles& files, const std::filesystem::path& path, const Embeddings& embeddings,
                  std::vector<Tensor> further, Progress* progress);

}  // namespace equivec
