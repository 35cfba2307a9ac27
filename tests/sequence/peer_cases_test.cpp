// Not a test by itself: writes networks, what goes in and what comes out, for tests/peers/torch_cells.py.

#include "src/sequence/attention.hpp"
#include "src/sequence/crf.hpp"
#include "src/sequence/recurrent.hpp"

#include "catch.hpp"
#include "tests/sequence/gradients.hpp"

#include <torch/serialize.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// Tensors by name, as a file that torch.load() of Python reads.
class PeerCase {
 public:
  void add(const std::string& name, const torch::Tensor& tensor) { tensors_.insert(name, tensor.detach().clone()); }

  /// Parameters, and the gradients that they have after backward().
  void add(const torch::nn::Module& network) {
    for (const auto& parameter : network.named_parameters()) {
      const std::string name = parameter.key().substr(parameter.key().find('.') + 1);
      add("parameter " + name, parameter.value());
      add("gradient " + name, parameter.value().grad());
    }
  }

  void write(const std::string& name) const {
    const char* const folder = std::getenv("EQUIVEC_PEER_FOLDER");
    if (!folder) FAIL("EQUIVEC_PEER_FOLDER must name a folder");
    const std::vector<char> bytes = torch::pickle_save(tensors_);
    std::ofstream out(std::filesystem::path(folder) / (name + ".pt"), std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
    CHECK(out.good());
  }

 private:
  c10::Dict<std::string, torch::Tensor> tensors_;
};

void write_recurrent(CellKind cell, std::int64_t layers, bool bidirectional) {
  const std::int64_t directions = bidirectional ? 2 : 1;
  Recurrent network(RecurrentOptions{cell, 7, 11, layers, bidirectional});
  const torch::Tensor inputs = torch::randn({5, 13, 7}).requires_grad_(), lengths = lengths_tensor({13, 1, 6, 12, 2});
  const torch::Tensor weights = torch::randn({5, 13, 11 * directions});
  RecurrentState start(cell == CellKind::lstm || cell == CellKind::peephole_lstm ? 2 : 1);
  for (torch::Tensor& part : start) part = torch::randn({layers * directions, 5, 11});
  const auto [outputs, state] = network->forward(inputs, lengths, start);
  torch::Tensor loss = (outputs * weights).sum();
  for (const torch::Tensor& part : state) loss = loss + part.sum();
  loss.backward();
  PeerCase peer;
  peer.add(*network);
  peer.add("inputs", inputs);
  peer.add("lengths", lengths);
  peer.add("weights", weights);
  peer.add("outputs", outputs);
  peer.add("gradient of inputs", inputs.grad());
  peer.add("start", torch::stack(start));
  peer.add("state", torch::stack(state));
  peer.write(std::string(name_of(cell)) + " " + std::to_string(layers) + " " + std::to_string(directions));
}

void write_attention() {
  AdditiveAttention attention(4, 6, 5);
  const torch::Tensor query = torch::randn({3, 4}), keys = torch::randn({3, 7, 6}).requires_grad_();
  const torch::Tensor mask = torch::arange(7).unsqueeze(0) < lengths_tensor({7, 3, 1}).unsqueeze(1);
  const auto [context, weights] = attention->forward(query, attention->prepare(keys), keys, mask);
  context.pow(2).sum().backward();
  PeerCase peer;
  peer.add(*attention);
  peer.add("query", query);
  peer.add("inputs", keys);
  peer.add("mask", mask);
  peer.add("outputs", context);
  peer.add("gradient of inputs", keys.grad());
  peer.write("attention");
}

void write_crf() {
  Crf crf(4);
  const torch::Tensor emissions = torch::randn({3, 5, 4}).requires_grad_();
  const torch::Tensor tags = torch::randint(4, {3, 5}, torch::kInt64), lengths = lengths_tensor({5, 2, 1});
  const torch::Tensor likelihoods = crf->log_likelihood(emissions, tags, lengths);
  likelihoods.sum().backward();
  PeerCase peer;
  peer.add(*crf);
  peer.add("inputs", emissions);
  peer.add("tags", tags);
  peer.add("lengths", lengths);
  peer.add("outputs", likelihoods);
  peer.add("gradient of inputs", emissions.grad());
  peer.write("crf");
}

}  // namespace

TEST_CASE("peer cases: networks and their gradients are written for a peer", "[.peer]") {
  torch::manual_seed(1);
  for (const CellKind cell : cell_kinds)
    for (const std::int64_t layers : {1, 2})
      for (const bool bidirectional : {false, true}) write_recurrent(cell, layers, bidirectional);
  write_attention();
  write_crf();
}
