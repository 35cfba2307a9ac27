#pragma once

#include "equivec/base/progress.hpp"
#include "src/files/output_file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

// The safetensors container: 8 bytes with the header's length, a JSON header, the tensors' bytes. Little-endian,
// row-major.

struct Tensor {
  std::string name;
  std::string type;  // "F32", "I64", "U8" ...
  std::vector<std::uint64_t> shape;
  std::string_view bytes;
  // For writing a tensor whose rows are not contiguous: the bytes of each row; `bytes` is then empty.
  std::function<std::string_view(std::size_t)> row = {};
};

struct SafetensorsContent {
  std::vector<Tensor> tensors;  // in the order of their bytes
  std::map<std::string, std::string> metadata;

  const Tensor* find(std::string_view name) const noexcept;
};

/// True if the bytes begin like a safetensors file.
bool is_safetensors(std::string_view bytes) noexcept;

/// Parses only the header; the tensors' bytes are views into `bytes`. Throws Error naming `name` unless every tensor
/// has a known type and the size that its shape requires, and together they fill the file without holes.
SafetensorsContent parse_safetensors(std::string_view bytes, const std::string& name);

/// Writes the tensors in the order given; the header is padded so that tensor `aligned` begins at a multiple of 64
/// bytes.
void write_safetensors(OutputFile& file, std::span<const Tensor> tensors,
                       const std::map<std::string, std::string>& metadata, std::string_view aligned,
                       Progress* progress);

}  // namespace equivec
