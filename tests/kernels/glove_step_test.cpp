#include "equivec/base/rng.hpp"
#include "src/kernels/glove_step.hpp"

#include "catch.hpp"

#include <cmath>
#include <vector>

using namespace equivec;

namespace {

struct Row {
  std::vector<double> vector, squares;
  double bias, bias_squares = 1;

  Row(std::size_t dimension, Rng& rng) : vector(dimension), squares(dimension, 1), bias(rng.uniform() - 0.5) {
    for (double& v : vector) v = rng.uniform() - 0.5;
  }
  GloveRow<double> row() { return {vector, squares, bias, bias_squares}; }
};

/// A term of equation 8, halved.
double loss(const Row& word, const Row& context, double weight, double log_count) {
  double difference = word.bias + context.bias - log_count;
  for (std::size_t i = 0; i < word.vector.size(); ++i) difference += word.vector[i] * context.vector[i];
  return weight * difference * difference / 2;
}

double step(Row& word, Row& context, double weight, double log_count, const GloveRates& rates) {
  return glove_step(word.row(), context.row(), weight, glove_difference(word.row(), context.row(), log_count), rates);
}

constexpr GloveRates plain{.learning_rate = 0.05, .gradient_clip = 1e9, .legacy_bias = false};

}  // namespace

TEST_CASE("GloVe's weight: grows by its power up to the largest count, then is 1") {
  CHECK(glove_weight(10.0, 100.0, 0.75) == Approx(0.177827941));
  CHECK(glove_weight(99.999999, 100.0, 0.75) == Approx(1.0));
  CHECK(glove_weight(100.0, 100.0, 0.75) == 1.0);
  CHECK(glove_weight(1e9, 100.0, 0.75) == 1.0);
  CHECK(glove_weight(0.5, 10.0, 0.0) == 1.0);
}

TEST_CASE("GloVe's step: with sums of squares of 1 it is the gradient times the learning rate") {
  Rng rng(1);
  for (const std::size_t dimension : {std::size_t{1}, std::size_t{7}, std::size_t{40}}) {
    const Row word(dimension, rng), context(dimension, rng);
    const double weight = 0.3, log_count = 1.7, h = 1e-5;
    Row new_word = word, new_context = context;
    CHECK(step(new_word, new_context, weight, log_count, plain) == Approx(loss(word, context, weight, log_count)));
    const auto check = [&](auto member, auto& old_row, auto& new_row, double old_squares, double new_squares) {
      Row up = old_row, down = old_row;
      member(up) += h;
      member(down) -= h;
      const bool is_word = &old_row == &word;
      const double gradient = (is_word ? loss(up, context, weight, log_count) - loss(down, context, weight, log_count)
                                       : loss(word, up, weight, log_count) - loss(word, down, weight, log_count)) /
                              (2 * h);
      Row before = old_row;
      const double found = member(before) - member(new_row);
      CHECK(found == Approx(0.05 * gradient).epsilon(1e-6));
      CHECK(new_squares - old_squares == Approx(found * found).epsilon(1e-6));
    };
    for (std::size_t i = 0; i < dimension; ++i) {
      const auto number = [i](Row& row) -> double& { return row.vector[i]; };
      check(number, word, new_word, 1, new_word.squares[i]);
      check(number, context, new_context, 1, new_context.squares[i]);
    }
    const auto bias = [](Row& row) -> double& { return row.bias; };
    check(bias, word, new_word, 1, new_word.bias_squares);
    check(bias, context, new_context, 1, new_context.bias_squares);
  }
}

TEST_CASE("GloVe's step: later steps are divided by the root of the sum of squares before") {
  Rng rng(2);
  Row word(1, rng), context(1, rng);
  word.squares[0] = 16;
  const Row before = word;
  const double difference = word.vector[0] * context.vector[0] + word.bias + context.bias - 2;
  const double expected = 0.05 * 0.5 * difference * context.vector[0];
  step(word, context, 0.5, 2.0, plain);
  CHECK(word.vector[0] == Approx(before.vector[0] - expected / 4));
  CHECK(word.squares[0] == Approx(16 + expected * expected));
}

TEST_CASE("GloVe's step: large gradients are clipped before the learning rate, biases of the legacy update are not") {
  Rng rng(3);
  Row word(1, rng), context(1, rng);
  word.vector = {2};
  context.vector = {3};
  word.bias = context.bias = 0;
  GloveRates rates{.learning_rate = 0.05, .gradient_clip = 0.5, .legacy_bias = false};
  Row w = word, c = context;
  step(w, c, 1.0, 0.0, rates);  // the difference is 6, the gradients 18 and 12
  CHECK(w.vector[0] == Approx(2 - 0.05 * 0.5));
  CHECK(c.vector[0] == Approx(3 - 0.05 * 0.5));
  CHECK(w.bias == Approx(-0.05 * 0.5));
  rates.legacy_bias = true;
  w = word;
  c = context;
  step(w, c, 1.0, 0.0, rates);
  CHECK(w.vector[0] == Approx(2 - 0.05 * 0.5));
  CHECK(w.bias == Approx(-6));
  CHECK(c.bias_squares == Approx(37));
}
