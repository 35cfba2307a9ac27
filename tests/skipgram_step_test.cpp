#include "src/kernels/skipgram_step.hpp"

#include "equivec/rng.hpp"

#include "catch.hpp"

#include <cmath>
#include <concepts>
#include <span>
#include <vector>

using namespace equivec;

namespace {

/// Two tables and the rows of them that a window uses.
template <std::floating_point T>
struct Window {
  std::size_t dimension;
  std::vector<std::size_t> input_rows, output_rows;
  std::vector<T> inputs, outputs;

  double step(T rate, SkipGramScratch<T>& scratch) {
    std::vector<T*> in, out;
    for (const std::size_t row : input_rows) in.push_back(inputs.data() + row * dimension);
    for (const std::size_t row : output_rows) out.push_back(outputs.data() + row * dimension);
    return skipgram_step<T>(std::span<T* const>(in), std::span<T* const>(out), dimension, rate, scratch);
  }

  T dot(std::size_t input, std::size_t output) const {
    T sum = 0;
    for (std::size_t i = 0; i < dimension; ++i)
      sum += inputs[input_rows[input] * dimension + i] * outputs[output_rows[output] * dimension + i];
    return sum;
  }

  double loss() const {
    double sum = 0;
    for (std::size_t u = 0; u < input_rows.size(); ++u) {
      for (std::size_t v = 0; v < output_rows.size(); ++v) {
        // -log s(x) = log(1 + e^-x), taken from the side that does not overflow.
        const double x = v == 0 ? static_cast<double>(dot(u, v)) : -static_cast<double>(dot(u, v));
        sum += x > 0 ? std::log1p(std::exp(-x)) : std::log1p(std::exp(x)) - x;
      }
    }
    return sum;
  }
};

std::vector<std::size_t> draw_rows(std::size_t count, std::size_t table, Rng& rng) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(rng.below(static_cast<std::uint32_t>(table)));
  return rows;
}

std::vector<std::size_t> distinct_rows(std::size_t count) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < count; ++i) rows.push_back(count - 1 - i);
  return rows;
}

/// Distinct rows, or rows drawn from tables of three so that they repeat.
Window<double> random_window(std::size_t dimension, std::size_t inputs, std::size_t outputs, bool repeated) {
  Rng rng(dimension * 100 + inputs * 10 + outputs);
  Window<double> window{dimension, {}, {}, {}, {}};
  window.input_rows = repeated ? draw_rows(inputs, 3, rng) : distinct_rows(inputs);
  window.output_rows = repeated ? draw_rows(outputs, 3, rng) : distinct_rows(outputs);
  window.inputs.resize((repeated ? 3 : inputs) * dimension);
  window.outputs.resize((repeated ? 3 : outputs) * dimension);
  for (auto* table : {&window.inputs, &window.outputs})
    for (double& x : *table) x = static_cast<double>(rng.uniform()) - 0.5;
  return window;
}

Window<float> rounded(const Window<double>& window) {
  return {window.dimension,
          window.input_rows,
          window.output_rows,
          {window.inputs.begin(), window.inputs.end()},
          {window.outputs.begin(), window.outputs.end()}};
}

/// What the step should change in `table`, by central differences.
std::vector<double> numeric_gradient(const Window<double>& window, std::vector<double> Window<double>::*table) {
  constexpr double shift = 1e-4;
  std::vector<double> gradient;
  for (std::size_t i = 0; i < (window.*table).size(); ++i) {
    Window<double> up = window, down = window;
    (up.*table)[i] += shift;
    (down.*table)[i] -= shift;
    gradient.push_back((up.loss() - down.loss()) / (2 * shift));
  }
  return gradient;
}

}  // namespace

TEST_CASE("skipgram_step: the step is minus the rate times the gradient of the loss") {
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 2, 3, 8, 17, 33);
  const std::size_t inputs = GENERATE(as<std::size_t>{}, 1, 2, 7);
  const std::size_t outputs = GENERATE(as<std::size_t>{}, 1, 2, 6);
  const bool repeated = GENERATE(false, true);
  CAPTURE(dimension, inputs, outputs, repeated);
  const Window<double> before = random_window(dimension, inputs, outputs, repeated);
  SkipGramScratch<double> scratch;
  for (const double rate : {1.0, 0.025}) {
    Window<double> after = before;
    after.step(rate, scratch);
    for (const auto table : {&Window<double>::inputs, &Window<double>::outputs}) {
      const std::vector<double> gradient = numeric_gradient(before, table);
      double worst = 0;
      for (std::size_t i = 0; i < gradient.size(); ++i)
        worst = std::max(worst, std::abs((before.*table)[i] - (after.*table)[i] - rate * gradient[i]));
      // Central differences are off by shift^2 / 6 times the third derivative, of 42 terms below 0.0962 * 0.5^3 each:
      // 0.9e-9. The two losses, sums below 55 of 42 terms, are off by 42 * 55 * 2^-53 each: 2.6e-9 over shift.
      CHECK(worst < 3.5e-9);
    }
  }
}

TEST_CASE("skipgram_step: the loss is the one before the step") {
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 5, 16, 100);
  const bool repeated = GENERATE(false, true);
  const Window<double> before = random_window(dimension, 5, 6, repeated);
  SkipGramScratch<double> scratch;
  Window<double> window = before;
  // Thirty sums and logarithms in double.
  CHECK(window.step(0.01, scratch) == Approx(before.loss()).epsilon(1e-13));
  const double next = window.loss();
  CHECK(next < before.loss());
  CHECK(window.step(0.01, scratch) == Approx(next).epsilon(1e-13));
}

TEST_CASE("skipgram_step: rate zero changes nothing") {
  const Window<double> before = random_window(9, 4, 3, true);
  SkipGramScratch<double> scratch;
  Window<double> after = before;
  CHECK(after.step(0, scratch) == Approx(before.loss()).epsilon(1e-13));
  CHECK(after.inputs == before.inputs);
  CHECK(after.outputs == before.outputs);
}

TEST_CASE("skipgram_step: rows that the window does not use stay as they are") {
  Window<double> window = random_window(6, 5, 4, false);
  window.input_rows = {1, 3};
  window.output_rows = {2, 0};
  const Window<double> before = window;
  SkipGramScratch<double> scratch;
  window.step(0.1, scratch);
  for (std::size_t i = 0; i < 6; ++i) {
    for (const std::size_t row : {0u, 2u, 4u}) CHECK(window.inputs[row * 6 + i] == before.inputs[row * 6 + i]);
    for (const std::size_t row : {1u, 3u}) CHECK(window.outputs[row * 6 + i] == before.outputs[row * 6 + i]);
    CHECK(window.inputs[6 + i] != before.inputs[6 + i]);
    CHECK(window.outputs[12 + i] != before.outputs[12 + i]);
  }
}

TEST_CASE("skipgram_step: a scratch that served other sizes does no harm") {
  SkipGramScratch<double> used;
  for (const std::size_t size : {7u, 1u, 3u, 6u, 2u}) {
    random_window(size * 5, size, 8 - size, false).step(0.3, used);
    Window<double> a = random_window(size, 3, size, true), b = a;
    SkipGramScratch<double> fresh;
    CHECK(a.step(0.3, used) == b.step(0.3, fresh));
    CHECK(a.inputs == b.inputs);
    CHECK(a.outputs == b.outputs);
  }
}

TEMPLATE_TEST_CASE("skipgram_step: certain answers give a finite loss and a finite step", "", float, double) {
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 5, 64);
  // The first output is the true word and the second is noise. Dot products are +-1000 with each.
  const TestType sign_true = GENERATE(TestType(1), TestType(-1)), sign_noise = GENERATE(TestType(1), TestType(-1));
  const TestType length = std::sqrt(TestType(1000) / static_cast<TestType>(dimension));
  Window<TestType> window{dimension, {0}, {0, 1}, {}, {}};
  window.inputs.assign(dimension, length);
  window.outputs.assign(dimension, sign_true * length);
  window.outputs.insert(window.outputs.end(), dimension, sign_noise * length);
  SkipGramScratch<TestType> scratch;
  constexpr TestType rate = TestType(0.1);
  const double loss = window.step(rate, scratch);

  // A wrong answer costs its distance, a right one nothing. The dot products are off by their rounding.
  const double expected = (sign_true < 0 ? 1000 : 0) + (sign_noise > 0 ? 1000 : 0);
  CHECK(std::isfinite(loss));
  CHECK(loss == Approx(expected).epsilon(1e-4).margin(1e-30));

  // The gradient of a wrong answer is the other row itself, of a right one nothing.
  const TestType to_true = sign_true < 0 ? rate : TestType(0), to_noise = sign_noise > 0 ? rate : TestType(0);
  for (std::size_t i = 0; i < dimension; ++i) {
    CHECK(window.outputs[i] == Approx(sign_true * length + to_true * length).epsilon(1e-6));
    CHECK(window.outputs[dimension + i] == Approx(sign_noise * length - to_noise * length).epsilon(1e-6));
    CHECK(window.inputs[i] ==
          Approx(length + to_true * sign_true * length - to_noise * sign_noise * length).epsilon(1e-6));
  }
}

TEST_CASE("skipgram_step: in single precision it is the same to rounding") {
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 4, 7, 100);
  const bool repeated = GENERATE(false, true);
  Window<double> exact = random_window(dimension, 8, 6, repeated);
  Window<float> single = rounded(exact);
  exact.inputs.assign(single.inputs.begin(), single.inputs.end());
  exact.outputs.assign(single.outputs.begin(), single.outputs.end());
  SkipGramScratch<double> exact_scratch;
  SkipGramScratch<float> single_scratch;
  const double exact_loss = exact.step(0.05, exact_scratch);
  const double single_loss = single.step(0.05F, single_scratch);

  // A dot product of 100 terms below 1/4 is off by 100 * 2^-24 / 4 = 1.5e-6 at most, and a term of the loss by as much.
  CHECK(single_loss == Approx(exact_loss).margin(48 * 1.5e-6));
  // A number moves by at most 8 * 0.05 * 0.5 times such an error, besides the rounding of itself and of 8 terms.
  double worst = 0;
  for (std::size_t i = 0; i < exact.inputs.size(); ++i)
    worst = std::max(worst, std::abs(exact.inputs[i] - static_cast<double>(single.inputs[i])));
  for (std::size_t i = 0; i < exact.outputs.size(); ++i)
    worst = std::max(worst, std::abs(exact.outputs[i] - static_cast<double>(single.outputs[i])));
  CHECK(worst < 8 * 0.05 * 0.5 * 1.5e-6 + 9 * 0x1p-24);
}
