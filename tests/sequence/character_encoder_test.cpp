#include "src/sequence/character_encoder.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "tests/sequence/gradients.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace equivec;

namespace {

CharacterEncoder encoder_in_double(CharacterEncoderKind kind) {
  CharacterEncoder encoder(CharacterEncoderOptions{.kind = kind, .characters = 9, .dimension = 3, .outputs = 4});
  encoder->to(torch::kDouble);
  return encoder;
}

const auto both_encoders = {CharacterEncoderKind::convolution, CharacterEncoderKind::lstm};

}  // namespace

TEST_CASE("character encoder: a convolution gives the greatest answer of each filter over three characters") {
  torch::manual_seed(1);
  CharacterEncoder encoder = encoder_in_double(CharacterEncoderKind::convolution);
  const auto parameters = encoder->named_parameters();
  const torch::Tensor vectors = parameters["vectors.weight"], filters = parameters["filters.weight"],
                      biases = parameters["filters.bias"];
  const std::vector<std::vector<std::int64_t>> words = {{3}, {1, 8, 2, 2, 5}, {0, 7}};
  torch::Tensor characters = torch::full({3, 5}, 4, torch::kInt64);
  for (std::size_t w = 0; w < 3; ++w)
    for (std::size_t i = 0; i < words[w].size(); ++i)
      characters[static_cast<std::int64_t>(w)][static_cast<std::int64_t>(i)] = words[w][i];
  const torch::Tensor found = encoder->forward(characters, lengths_tensor({1, 5, 2}));
  REQUIRE(found.sizes() == torch::IntArrayRef({3, 4}));
  for (std::size_t w = 0; w < 3; ++w) {
    const auto length = static_cast<std::int64_t>(words[w].size());
    for (std::int64_t output = 0; output < 4; ++output) {
      double greatest = -INFINITY;
      for (std::int64_t middle = 0; middle < length; ++middle) {
        double answer = biases[output].item<double>();
        for (std::int64_t k = 0; k < 3; ++k) {
          const std::int64_t place = middle + k - 1;
          if (place < 0 || place >= length) continue;
          for (std::int64_t i = 0; i < 3; ++i)
            answer += filters[output][i][k].item<double>() *
                      vectors[words[w][static_cast<std::size_t>(place)]][i].item<double>();
        }
        greatest = std::max(greatest, answer);
      }
      CHECK(found[static_cast<std::int64_t>(w)][output].item<double>() == Approx(greatest).epsilon(1e-12));
    }
  }
}

TEST_CASE("character encoder: an lstm gives its last state forwards and its last backwards") {
  torch::manual_seed(2);
  CharacterEncoder encoder = encoder_in_double(CharacterEncoderKind::lstm);
  Recurrent layers(RecurrentOptions{CellKind::lstm, 3, 2, 1, true});
  layers->to(torch::kDouble);
  const auto parameters = encoder->named_parameters();
  for (auto& parameter : layers->named_parameters())
    parameter.value().set_data(parameters["layers." + parameter.key()].detach());
  const torch::Tensor characters = torch::tensor({{1, 8, 2}, {5, 0, 0}}, torch::kInt64);
  const torch::Tensor found = encoder->forward(characters, lengths_tensor({3, 1}));
  const torch::Tensor outputs =
      layers->forward(parameters["vectors.weight"].index_select(0, characters[0]).unsqueeze(0)).outputs[0];
  CHECK(torch::allclose(found[0].slice(0, 0, 2), outputs[2].slice(0, 0, 2), 0, 1e-12));
  CHECK(torch::allclose(found[0].slice(0, 2), outputs[0].slice(0, 2), 0, 1e-12));
}

TEST_CASE("character encoder: a word has the same vector alone and among longer ones") {
  torch::manual_seed(3);
  for (const CharacterEncoderKind kind : both_encoders) {
    CAPTURE(name_of(kind));
    CharacterEncoder encoder = encoder_in_double(kind);
    const std::vector<std::int64_t> lengths = {2, 7, 1, 4};
    const torch::Tensor characters = torch::randint(9, {4, 7}, torch::kInt64);
    const torch::Tensor found = encoder->forward(characters, lengths_tensor(lengths));
    REQUIRE(found.sizes() == torch::IntArrayRef({4, 4}));
    for (std::int64_t w = 0; w < 4; ++w) {
      const std::int64_t length = lengths[static_cast<std::size_t>(w)];
      const torch::Tensor alone =
          encoder->forward(characters.slice(0, w, w + 1).slice(1, 0, length), lengths_tensor({length}));
      CHECK(torch::allclose(found[w], alone[0], 0, 1e-12));
    }
  }
}

TEST_CASE("character encoder: the gradients of all parameters are right") {
  torch::manual_seed(4);
  for (const CharacterEncoderKind kind : both_encoders) {
    CAPTURE(name_of(kind));
    CharacterEncoder encoder = encoder_in_double(kind);
    const torch::Tensor characters = torch::randint(9, {5, 6}, torch::kInt64), weights = normal_doubles({5, 4});
    const torch::Tensor lengths = lengths_tensor({6, 1, 3, 5, 2});
    CHECK(gradient_error([&] { return (encoder->forward(characters, lengths) * weights).sum(); },
                         encoder->parameters()) < 1e-8);
  }
}

TEST_CASE("character encoder: settings and shapes that do not fit are refused") {
  using Options = CharacterEncoderOptions;
  CHECK_THROWS_AS(CharacterEncoder(Options{CharacterEncoderKind::none, 9}), OptionError);
  CHECK_THROWS_AS(CharacterEncoder(Options{CharacterEncoderKind::lstm, 9, 3, 5}), OptionError);
  CHECK_THROWS_AS(CharacterEncoder(Options{CharacterEncoderKind::convolution, 0}), OptionError);
  for (const CharacterEncoderKind kind : both_encoders) {
    CAPTURE(name_of(kind));
    CharacterEncoder encoder = encoder_in_double(kind);
    const torch::Tensor characters = torch::zeros({2, 3}, torch::kInt64);
    CHECK_THROWS_AS(encoder->forward(characters, lengths_tensor({3, 0})), c10::Error);
    CHECK_THROWS_AS(encoder->forward(characters, lengths_tensor({4, 1})), c10::Error);
    CHECK_THROWS_AS(encoder->forward(characters, lengths_tensor({1})), c10::Error);
    CHECK_THROWS_AS(encoder->forward(torch::full({1, 1}, 9, torch::kInt64), lengths_tensor({1})), std::exception);
  }
}

TEST_CASE("character encoder: every kind has a name of its own") {
  CHECK(name_of(CharacterEncoderKind::none) == "none");
  CHECK(name_of(CharacterEncoderKind::convolution) == "convolution");
  CHECK(name_of(CharacterEncoderKind::lstm) == "lstm");
}
