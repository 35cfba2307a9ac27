#pragma once

#include "src/files/safetensors.hpp"

#include <torch/nn/module.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

/// Tensors of floats with names, in an order.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A network's parameters: the tensors themselves.
NamedTensors parameters_of(const torch::nn::Module& network);

/// For a file, with `prefix` before each name. The tensors must be contiguous, and outlive the result.
std::vector<Tensor> file_tensors(const NamedTensors& tensors, std::string_view prefix);

/// Copies the tensors of a file, with `prefix` before each name, into these. Throws Error naming the file for one that
/// is missing, has another shape, or holds a number that is not finite.
void copy_from_file(const SafetensorsContent& content, std::string_view prefix, const std::string& file,
                    const NamedTensors& tensors);

}  // namespace equivec
