#pragma once

#include "equivec/base/progress.hpp"
#include "src/files/files.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// The safetensors container: 8 bytes length, a JSON header of that length, the tensors' bytes. Little-endian,
// row-major.

struct Tensor {
  std::string name;
  std::string type;  // "F32", "I64", "U8" ...
  std::vector<std::uint64_t> shape;
  std::string_view bytes;
  // When written, where rows lie apart: the bytes of each; `bytes` is empty then.
  std::function<std::string_view(std::size_t)> row = {};
};

struct SafetensorsContent {
  std::vector<Tensor> tensors;  // in the order of their bytes
  std::map<std::string, std::string> metadata;

  const Tensor* find(std::string_view name) const noexcept;
};

/// True if the bytes begin as such a file does.
bool is_safetensors(std::string_view bytes) noexcept;

/// Looks at the header only; the tensors' bytes are views into `bytes`. Throws Error naming `name` unless every tensor
/// has a known type and the size of its shape, and together they fill the file without holes.
SafetensorsContent parse_safetensors(std::string_view bytes, const std::string& name);

/// Writes the tensors in the order given; the header is padded so that tensor `aligned` begins at a multiple of 64
/// bytes.
void write_safetensors(AtomicFile& file, std::span<const Tensor> tensors,
                       const std::map<std::string, std::string>& metadata, std::string_view aligned,
                       Progress* progress);

}  // namespace equivec
