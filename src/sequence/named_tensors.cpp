#include "src/sequence/named_tensors.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

namespace equivec {

NamedTensors parameters_of(const torch::nn::Module& network) {
  NamedTensors result;
  for (const auto& item : network.named_parameters()) result.emplace_back(item.key(), item.value());
  return result;
}

std::vector<Tensor> file_tensors(const NamedTensors& tensors, std::string_view prefix) {
  std::vector<Tensor> result;
  for (const auto& [name, tensor] : tensors) {
    Tensor entry{std::string(prefix) + name, "F32", {}, {}};
    for (const std::int64_t size : tensor.sizes()) entry.shape.push_back(static_cast<std::uint64_t>(size));
    entry.bytes = {reinterpret_cast<const char*>(tensor.data_ptr<float>()),
                   static_cast<std::size_t>(tensor.numel()) * sizeof(float)};
    result.push_back(std::move(entry));
  }
  return result;
}

void copy_from_file(const SafetensorsContent& content, std::string_view prefix, const std::string& file,
                    const NamedTensors& tensors) {
  const torch::NoGradGuard no_gradient;
  for (const auto& [name, tensor] : tensors) {
    const Tensor* const found = content.find(std::string(prefix) + name);
    if (!found) throw Error(file + ": lacks the tensor '" + std::string(prefix) + name + "'; the file is damaged");
    const bool fits =
        found->type == "F32" && std::ranges::equal(found->shape, tensor.sizes(), {}, {},
                                                   [](std::int64_t size) { return static_cast<std::uint64_t>(size); });
    if (!fits)
      throw Error(file + ": the tensor '" + std::string(prefix) + name +
                  "' has not the shape that the others ask for; the file is damaged");
    std::vector<float> numbers(static_cast<std::size_t>(tensor.numel()));
    std::memcpy(numbers.data(), found->bytes.data(), found->bytes.size());
    if (!std::ranges::all_of(numbers, [](float value) { return std::isfinite(value); }))
      throw Error(file + ": the tensor '" + std::string(prefix) + name +
                  "' holds a number that is not finite; the file is damaged");
    tensor.copy_(torch::from_blob(numbers.data(), tensor.sizes(), torch::kFloat32));
  }
}

}  // namespace equivec
