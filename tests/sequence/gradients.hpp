#pragma once

// What the tests of networks share: parameters in double, and gradients by differences.

#include <torch/nn.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace equivec {

inline torch::Tensor normal_doubles(torch::IntArrayRef shape) { return torch::randn(shape, torch::kDouble); }

inline torch::Tensor lengths_tensor(std::vector<std::int64_t> lengths) { return torch::tensor(lengths, torch::kInt64); }

/// The greatest difference between the gradients that autograd finds and central differences, of every element of
/// `leaves` (double), which are asked for gradients here. 0 gradients throughout count as a failure: infinity.
inline double gradient_error(const std::function<torch::Tensor()>& loss, const std::vector<torch::Tensor>& leaves) {
  for (torch::Tensor leaf : leaves) leaf.requires_grad_(true).mutable_grad() = torch::Tensor();
  loss().backward();
  std::vector<torch::Tensor> found;
  for (const torch::Tensor& leaf : leaves)
    found.push_back(leaf.grad().defined() ? leaf.grad() : torch::zeros_like(leaf));
  const torch::NoGradGuard plain;
  const double step = 1e-5;
  double error = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (found[i].abs().max().item<double>() == 0) return INFINITY;
    double* const values = leaves[i].data_ptr<double>();
    const torch::Tensor flat = found[i].contiguous().flatten();
    for (std::int64_t k = 0; k < leaves[i].numel(); ++k) {
      const double value = values[k];
      values[k] = value + step;
      const double above = loss().item<double>();
      values[k] = value - step;
      const double below = loss().item<double>();
      values[k] = value;
      error = std::max(error, std::abs((above - below) / (2 * step) - flat[k].item<double>()));
    }
  }
  return error;
}

}  // namespace equivec
