#include "src/sequence/recurrent.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "tests/sequence/gradients.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

using Numbers = std::vector<double>;

Numbers numbers_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// The equations of CellKind in plain loops. Only the numbers of the parameters come from the network.
class PlainNetwork {
 public:
  PlainNetwork(const RecurrentOptions& options, const Recurrent& network) : options_(options) {
    for (const auto& parameter : network->named_parameters())
      parameters_.emplace_back(parameter.key().substr(parameter.key().find('.') + 1), numbers_of(parameter.value()));
  }

  struct State {
    std::vector<Numbers> h, c;  ///< of each layer and direction
  };

  State zeros() const {
    const auto rows = static_cast<std::size_t>(options_.layers * (options_.bidirectional ? 2 : 1));
    const std::vector<Numbers> part(rows, Numbers(hidden(), 0.0));
    return {part, part};
  }

  /// The outputs of one sequence, step by step; `state` becomes that after it.
  std::vector<Numbers> run(std::vector<Numbers> values, State& state) const {
    const std::size_t directions = options_.bidirectional ? 2 : 1;
    for (std::size_t row = 0; row < state.h.size(); row += directions) {
      std::vector<Numbers> outputs(values.size());
      for (std::size_t direction = 0; direction < directions; ++direction) {
        const std::string suffix = "_l" + std::to_string(row / directions) + (direction ? "_reverse" : "");
        Numbers& h = state.h[row + direction];
        for (std::size_t i = 0; i < values.size(); ++i) {
          const std::size_t t = direction ? values.size() - 1 - i : i;
          step(suffix, values[t], h, state.c[row + direction]);
          outputs[t].insert(outputs[t].end(), h.begin(), h.end());
        }
      }
      values = outputs;
    }
    return values;
  }

 private:
  std::size_t hidden() const { return static_cast<std::size_t>(options_.hidden); }

  /// Empty if the network has none of that name.
  Numbers parameter(const std::string& name) const {
    for (const auto& [key, value] : parameters_)
      if (key == name) return value;
    return {};
  }

  /// weights * values + bias
  Numbers product(const std::string& weights_name, const Numbers& values, const std::string& bias_name) const {
    const Numbers weights = parameter(weights_name), bias = parameter(bias_name);
    Numbers result(weights.size() / values.size(), 0.0);
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (!bias.empty()) result[i] = bias[i];
      for (std::size_t k = 0; k < values.size(); ++k) result[i] += weights[i * values.size() + k] * values[k];
    }
    return result;
  }

  void step(const std::string& suffix, const Numbers& x, Numbers& h, Numbers& c) const {
    const std::size_t n = hidden();
    const bool written = options_.cell == CellKind::simplified_gru || options_.cell == CellKind::peephole_lstm;
    const Numbers a = product("weight_ih" + suffix, x, (written ? "bias" : "bias_ih") + suffix);
    const Numbers b = product("weight_hh" + suffix, h, "bias_hh" + suffix);
    const Numbers p = parameter("weight_peephole" + suffix);
    const auto gate = [&](std::size_t g, std::size_t k) { return a[g * n + k] + b[g * n + k]; };
    for (std::size_t k = 0; k < n; ++k) {
      switch (options_.cell) {
        case CellKind::rnn:
          h[k] = std::tanh(gate(0, k));
          break;
        case CellKind::gru: {
          const double r = logistic(gate(0, k)), z = logistic(gate(1, k));
          h[k] = (1 - z) * std::tanh(a[2 * n + k] + r * b[2 * n + k]) + z * h[k];
          break;
        }
        case CellKind::simplified_gru: {
          const double u = logistic(gate(0, k));
          h[k] = u * std::tanh(gate(1, k)) + (1 - u) * h[k];
          break;
        }
        case CellKind::lstm:
          c[k] = logistic(gate(1, k)) * c[k] + logistic(gate(0, k)) * std::tanh(gate(2, k));
          h[k] = logistic(gate(3, k)) * std::tanh(c[k]);
          break;
        case CellKind::peephole_lstm: {
          const double i = logistic(gate(0, k) + p[k] * c[k]), f = logistic(gate(1, k) + p[n + k] * c[k]);
          c[k] = f * c[k] + i * std::tanh(gate(2, k));
          h[k] = logistic(gate(3, k) + p[2 * n + k] * c[k]) * std::tanh(c[k]);
          break;
        }
      }
    }
  }

  RecurrentOptions options_;
  std::vector<std::pair<std::string, Numbers>> parameters_;
};

std::vector<Numbers> rows_of(const torch::Tensor& matrix) {
  std::vector<Numbers> rows;
  for (const torch::Tensor& row : matrix.unbind(0)) rows.push_back(numbers_of(row));
  return rows;
}

double greatest_difference(const Numbers& a, const Numbers& b) {
  REQUIRE(a.size() == b.size());
  double result = 0;
  for (std::size_t i = 0; i < a.size(); ++i) result = std::max(result, std::abs(a[i] - b[i]));
  return result;
}

double greatest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  return (a - b).abs().max().item<double>();
}

bool has_cell_state(CellKind cell) { return cell == CellKind::lstm || cell == CellKind::peephole_lstm; }

RecurrentState random_state(const RecurrentOptions& options, std::int64_t batch) {
  const std::int64_t rows = options.layers * (options.bidirectional ? 2 : 1);
  RecurrentState state;
  for (int i = 0; i < (has_cell_state(options.cell) ? 2 : 1); ++i)
    state.push_back(normal_doubles({rows, batch, options.hidden}));
  return state;
}

/// Both networks on a batch whose sequences differ in length, from a random state.
double error_against_plain(const RecurrentOptions& options, torch::ScalarType type) {
  Recurrent network(options);
  network->to(type);
  const PlainNetwork plain(options, network);
  const std::vector<std::int64_t> lengths = {5, 1, 7, 4};
  const torch::Tensor inputs = normal_doubles({4, 7, options.input}).to(type);
  RecurrentState start = random_state(options, 4);
  for (torch::Tensor& part : start) part = part.to(type);
  const torch::NoGradGuard no_gradients;
  const auto [outputs, last] = network->forward(inputs, lengths_tensor(lengths), start);
  REQUIRE(outputs.dtype() == type);
  double error = 0;
  for (std::int64_t b = 0; b < 4; ++b) {
    const std::int64_t length = lengths[static_cast<std::size_t>(b)];
    PlainNetwork::State state = plain.zeros();
    state.h = rows_of(start[0].select(1, b));
    if (has_cell_state(options.cell)) state.c = rows_of(start[1].select(1, b));
    const std::vector<Numbers> expected = plain.run(rows_of(inputs[b].slice(0, 0, length)), state);
    for (std::int64_t t = 0; t < 7; ++t) {
      const Numbers found = numbers_of(outputs[b][t]);
      error = std::max(error, greatest_difference(found, t < length ? expected[static_cast<std::size_t>(t)]
                                                                    : Numbers(found.size(), 0.0)));
    }
    for (std::size_t row = 0; row < state.h.size(); ++row) {
      const auto at = static_cast<std::int64_t>(row);
      error = std::max(error, greatest_difference(numbers_of(last[0][at][b]), state.h[row]));
      if (has_cell_state(options.cell))
        error = std::max(error, greatest_difference(numbers_of(last[1][at][b]), state.c[row]));
    }
  }
  return error;
}

void set_parameter(const Recurrent& network, const std::string& name, const torch::Tensor& values) {
  const torch::NoGradGuard no_gradients;
  network->named_parameters()[name].copy_(values);
}

}  // namespace

TEST_CASE("recurrent: every kind of cell does what its equations say") {
  torch::manual_seed(1);
  for (const CellKind cell : cell_kinds) {
    for (const std::int64_t layers : {1, 3}) {
      for (const bool bidirectional : {false, true}) {
        CAPTURE(name_of(cell), layers, bidirectional);
        const RecurrentOptions options{cell, 4, 6, layers, bidirectional};
        CHECK(error_against_plain(options, torch::kFloat) < 1e-5);
        CHECK(error_against_plain(options, torch::kDouble) < 1e-10);
      }
    }
  }
}

TEST_CASE("recurrent: the gradients of all parameters, inputs and states are right") {
  torch::manual_seed(2);
  for (const CellKind cell : cell_kinds) {
    CAPTURE(name_of(cell));
    const RecurrentOptions options{cell, 2, 3, 2, true};
    Recurrent network(options);
    network->to(torch::kDouble);
    const torch::Tensor inputs = normal_doubles({3, 4, 2}), weights = normal_doubles({3, 4, 6});
    const RecurrentState start = random_state(options, 3), state_weights = random_state(options, 3);
    std::vector<torch::Tensor> leaves = network->parameters();
    leaves.push_back(inputs);
    leaves.insert(leaves.end(), start.begin(), start.end());
    const auto loss = [&] {
      const auto [outputs, last] = network->forward(inputs, lengths_tensor({3, 4, 1}), start);
      torch::Tensor sum = (outputs * weights).sum();
      for (std::size_t i = 0; i < last.size(); ++i) sum = sum + (last[i] * state_weights[i]).sum();
      return sum;
    };
    CHECK(gradient_error(loss, leaves) < 1e-8);
    CHECK(inputs.grad()[0][3].abs().max().item<double>() == 0);
    CHECK(inputs.grad()[2].slice(0, 1).abs().max().item<double>() == 0);
  }
}

TEST_CASE("recurrent: a simplified GRU of one number, worked by hand") {
  Recurrent network(RecurrentOptions{CellKind::simplified_gru, 1, 1});
  network->to(torch::kDouble);
  set_parameter(network, "weight_ih_l0", torch::tensor({{std::log(3.0)}, {2.0}}, torch::kDouble));
  set_parameter(network, "weight_hh_l0", torch::tensor({{0.0}, {1.0}}, torch::kDouble));
  set_parameter(network, "bias_l0", torch::tensor({0.0, -1.0}, torch::kDouble));
  const auto [outputs, state] = network->forward(torch::tensor({{{1.0}, {0.0}, {0.5}}}, torch::kDouble));
  // x = 1: u = s(ln 3) = 3/4, n = tanh(2 - 1), c = 3/4 tanh 1 = 0.571196
  // x = 0: u = s(0) = 1/2, n = tanh(0.571196 - 1) = -0.404322, c = (0.571196 - 0.404322) / 2 = 0.083437
  // x = 1/2: u = s(ln(3)/2) = 0.633975, n = tanh(0.083437) = 0.083244, c = 0.083315
  const Numbers found = numbers_of(outputs);
  CHECK(found[0] == Approx(0.571196).epsilon(1e-5));
  CHECK(found[1] == Approx(0.083437).epsilon(1e-5));
  CHECK(found[2] == Approx(0.083315).epsilon(1e-5));
  CHECK(greatest_difference(state[0][0], outputs.select(1, 2)) == 0);
}

TEST_CASE("recurrent: a peephole LSTM of one number, worked by hand") {
  Recurrent network(RecurrentOptions{CellKind::peephole_lstm, 1, 1});
  network->to(torch::kDouble);
  set_parameter(network, "weight_ih_l0", torch::tensor({{0.0}, {0.0}, {1.0}, {0.0}}, torch::kDouble));
  set_parameter(network, "weight_hh_l0", torch::zeros({4, 1}, torch::kDouble));
  set_parameter(network, "bias_l0", torch::zeros({4}, torch::kDouble));
  set_parameter(network, "weight_peephole_l0", torch::tensor({{1.0}, {2.0}, {3.0}}, torch::kDouble));
  const auto [outputs, state] = network->forward(torch::tensor({{{1.0}, {-1.0}}}, torch::kDouble));
  // x = 1, c = 0: i = f = s(0) = 1/2, c = tanh(1)/2 = 0.380797, o = s(3 * 0.380797) = 0.758118, h = o tanh(c) =
  // 0.275500 x = -1: i = s(0.380797) = 0.594065, f = s(0.761594) = 0.681700,
  //         c = 0.681700 * 0.380797 - 0.594065 * 0.761594 = -0.192847, o = s(-0.578542) = 0.359268, h = -0.068438
  const Numbers h = numbers_of(outputs);
  CHECK(h[0] == Approx(0.275500).epsilon(1e-5));
  CHECK(h[1] == Approx(-0.068438).epsilon(1e-5));
  CHECK(numbers_of(state[1])[0] == Approx(-0.192847).epsilon(1e-5));
}

TEST_CASE("recurrent: a sequence in a batch gives what it gives alone, whatever stands beyond its end") {
  torch::manual_seed(3);
  for (const CellKind cell : cell_kinds) {
    CAPTURE(name_of(cell));
    Recurrent network(RecurrentOptions{cell, 3, 5, 2, true});
    network->to(torch::kDouble);
    const std::vector<std::int64_t> lengths = {2, 6, 1, 4};
    torch::Tensor inputs = normal_doubles({4, 6, 3});
    for (std::int64_t b = 0; b < 4; ++b) inputs[b].slice(0, lengths[static_cast<std::size_t>(b)]).fill_(NAN);
    const auto [outputs, state] = network->forward(inputs, lengths_tensor(lengths));
    for (std::int64_t b = 0; b < 4; ++b) {
      const std::int64_t length = lengths[static_cast<std::size_t>(b)];
      const auto alone = network->forward(inputs.slice(0, b, b + 1).slice(1, 0, length));
      CHECK(greatest_difference(outputs[b].slice(0, 0, length), alone.outputs[0]) < 1e-12);
      CHECK(outputs[b].slice(0, length).abs().sum().item<double>() == 0);
      for (std::size_t part = 0; part < state.size(); ++part)
        CHECK(greatest_difference(state[part].select(1, b), alone.state[part].select(1, 0)) < 1e-12);
    }
    inputs.nan_to_num_(0).requires_grad_();
    network->forward(inputs, lengths_tensor(lengths)).outputs.sum().backward();
    CHECK(inputs.grad().isfinite().all().item<bool>());
  }
}

TEST_CASE("recurrent: a state that is carried on gives what one long sequence gives") {
  torch::manual_seed(4);
  for (const CellKind cell : cell_kinds) {
    CAPTURE(name_of(cell));
    Recurrent network(RecurrentOptions{cell, 3, 5, 2});
    network->to(torch::kDouble);
    const torch::Tensor inputs = normal_doubles({2, 9, 3});
    const auto whole = network->forward(inputs);
    const auto head = network->forward(inputs.slice(1, 0, 4));
    const auto tail = network->forward(inputs.slice(1, 4), {}, head.state);
    CHECK(greatest_difference(torch::cat({head.outputs, tail.outputs}, 1), whole.outputs) < 1e-12);
    for (std::size_t part = 0; part < whole.state.size(); ++part)
      CHECK(greatest_difference(tail.state[part], whole.state[part]) < 1e-12);
  }
}

TEST_CASE("recurrent: dropout between layers acts in training and not afterwards") {
  torch::manual_seed(5);
  for (const CellKind cell : cell_kinds) {
    CAPTURE(name_of(cell));
    Recurrent network(RecurrentOptions{cell, 3, 8, 2, true, 0.5});
    const torch::Tensor inputs = torch::randn({4, 6, 3});
    CHECK(greatest_difference(network->forward(inputs).outputs, network->forward(inputs).outputs) > 1e-3);
    network->eval();
    CHECK(greatest_difference(network->forward(inputs).outputs, network->forward(inputs).outputs) == 0);
  }
}

TEST_CASE("recurrent: settings and shapes that do not fit are refused") {
  CHECK_THROWS_AS(Recurrent(RecurrentOptions{CellKind::rnn, 0, 1}), OptionError);
  CHECK_THROWS_AS(Recurrent(RecurrentOptions{CellKind::gru, 1, 0}), OptionError);
  CHECK_THROWS_AS(Recurrent(RecurrentOptions{CellKind::lstm, 1, 1, 0}), OptionError);
  CHECK_THROWS_AS(Recurrent(RecurrentOptions{CellKind::lstm, 1, 1, 2, false, 1.0}), OptionError);
  for (const CellKind cell : cell_kinds) {
    CAPTURE(name_of(cell));
    Recurrent network(RecurrentOptions{cell, 3, 5});
    const torch::Tensor inputs = torch::randn({2, 4, 3});
    CHECK_THROWS_AS(network->forward(torch::randn({2, 4, 2})), c10::Error);
    CHECK_THROWS_AS(network->forward(inputs, lengths_tensor({4, 0})), c10::Error);
    CHECK_THROWS_AS(network->forward(inputs, lengths_tensor({5, 4})), c10::Error);
    CHECK_THROWS_AS(network->forward(inputs, lengths_tensor({4})), c10::Error);
    CHECK_THROWS_AS(network->forward(inputs, {}, {torch::zeros({1, 3, 5})}), c10::Error);
  }
}

TEST_CASE("cell: every kind has a name of its own") {
  std::vector<std::string_view> names;
  for (const CellKind cell : cell_kinds) names.push_back(name_of(cell));
  CHECK(names == std::vector<std::string_view>{"rnn", "gru", "simplified-gru", "lstm", "peephole-lstm"});
}
