#include "equivec/base/rng.hpp"
#include "src/kernels/window_step.hpp"
#include "src/train/huffman.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

using namespace equivec;

namespace {

enum class Model { skipgram, cbow };
enum class Layer { sigmoid, softmax, pairs };

/// Two tables and the rows of them that a window uses. Rows are `stride` numbers apart; the numbers after the dimension
/// are 7 and must stay so.
template <std::floating_point T>
struct Problem {
  Model model = Model::skipgram;
  Layer layer = Layer::sigmoid;
  std::size_t dimension = 0, stride = 0;
  std::vector<std::size_t> input_rows = {}, output_rows = {};  // the softmax uses all rows
  std::vector<T> signs = {};                                   // of the sigmoids
  StepTable<T> weights = {}, labels = {};                      // of the pairs
  std::size_t target = 0;                                      // of the softmax
  std::vector<T> inputs = {}, outputs = {};

  std::vector<T*> rows_of(std::vector<T>& table, const std::vector<std::size_t>& rows) const {
    std::vector<T*> result;
    for (const std::size_t row : rows) result.push_back(table.data() + row * stride);
    return result;
  }

  double step(T rate, StepScratch<T>& scratch, T share) {
    const std::vector<T*> in = rows_of(inputs, input_rows), out = rows_of(outputs, output_rows);
    const std::span<T* const> all(in);
    const auto with = [&](const auto& used) {
      return model == Model::skipgram ? skipgram_step<T>(all, dimension, used, scratch)
                                      : cbow_step<T>(all, dimension, share, used, scratch);
    };
    if (layer == Layer::softmax)
      return with(SoftmaxLayer<T>{
          .rows = outputs.data(), .count = outputs.size() / stride, .stride = stride, .target = target, .rate = rate});
    if (layer == Layer::pairs) return with(SigmoidPairs<T>{out, weights, labels, rate});
    return with(SigmoidLayer<T>{.outputs = out, .signs = signs, .rate = rate});
  }
  /// The share that makes CBOW's step the gradient.
  double step(T rate, StepScratch<T>& scratch) { return step(rate, scratch, T{1} / static_cast<T>(input_rows.size())); }
  double step(T rate) {
    StepScratch<T> scratch;
    return step(rate, scratch);
  }

  /// The loss, by its definition, in long double.
  long double loss() const {
    const auto at = [&](const std::vector<T>& table, std::size_t row, std::size_t c) {
      return static_cast<long double>(table[row * stride + c]);
    };
    std::vector<std::vector<long double>> scored;
    for (const std::size_t row : input_rows) {
      scored.emplace_back();
      for (std::size_t c = 0; c < dimension; ++c) scored.back().push_back(at(inputs, row, c));
    }
    if (model == Model::cbow) {
      std::vector<long double> mean(dimension, 0);
      for (const auto& input : scored)
        for (std::size_t c = 0; c < dimension; ++c) mean[c] += input[c] / static_cast<long double>(scored.size());
      scored = {mean};
    }
    long double sum = 0;
    for (std::size_t i = 0; i < scored.size(); ++i) {
      const auto& input = scored[i];
      const auto score = [&](std::size_t row) {
        long double dot = 0;
        for (std::size_t c = 0; c < dimension; ++c) dot += input[c] * at(outputs, row, c);
        return dot;
      };
      if (layer == Layer::softmax) {
        long double all = 0;
        for (std::size_t row = 0; row * stride < outputs.size(); ++row) all += std::exp(score(row));
        sum += std::log(all) - score(target);
      } else if (layer == Layer::pairs) {
        for (std::size_t k = 0; k < output_rows.size(); ++k) {
          const auto weight = static_cast<long double>(weights(static_cast<int>(i), static_cast<int>(k))),
                     label = static_cast<long double>(labels(static_cast<int>(i), static_cast<int>(k)));
          sum += label * std::log1p(std::exp(-score(output_rows[k]))) +
                 (weight - label) * std::log1p(std::exp(score(output_rows[k])));
        }
      } else {
        for (std::size_t k = 0; k < output_rows.size(); ++k) {
          const auto sign = static_cast<long double>(signs[k]);
          sum += std::abs(sign) * std::log1p(std::exp(std::copysign(1.0L, sign) * score(output_rows[k])));
        }
      }
    }
    return sum;
  }

  /// The number of terms in the loss: inputs times outputs with their weights.
  double terms() const {
    const double scored = model == Model::cbow ? 1 : static_cast<double>(input_rows.size());
    if (layer == Layer::softmax) return scored;
    if (layer == Layer::pairs) return static_cast<double>(weights.sum());
    double sum = 0;
    for (const T sign : signs) sum += std::abs(static_cast<double>(sign));
    return scored * sum;
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

/// Signs of noise words (one positive example, then negatives), of a path in a tree (mixed), or of weighted noise
/// words.
enum class Signs { noise, tree, weighted };

/// Distinct rows, or rows drawn from tables of three so that they repeat. Numbers in [-0.5, 0.5).
Problem<double> random_problem(Model model, Layer layer, std::size_t dimension, std::size_t inputs, std::size_t outputs,
                               bool repeated, Signs signs = Signs::noise) {
  Rng rng(dimension * 100 + inputs * 10 + outputs, static_cast<std::uint64_t>(signs));
  Problem<double> problem{.model = model, .layer = layer, .dimension = dimension, .stride = dimension + 3};
  const bool repeated_outputs = repeated && layer != Layer::softmax;
  problem.input_rows = repeated ? draw_rows(inputs, 3, rng) : distinct_rows(inputs);
  problem.output_rows = repeated_outputs ? draw_rows(outputs, 3, rng) : distinct_rows(outputs);
  problem.target = rng.below(static_cast<std::uint32_t>(outputs));
  for (std::size_t k = 0; k < outputs; ++k)
    problem.signs.push_back(signs == Signs::noise  ? (k == 0 ? -1 : 1)
                            : signs == Signs::tree ? (rng.below(2) == 0 ? -1 : 1)
                                                   : (k % 2 == 0 ? -1 : 1) * (1 + static_cast<int>(k % 3)));
  // Pairs that do not count, positive ones, negative ones, and some of each.
  problem.weights.resize(static_cast<Eigen::Index>(inputs), static_cast<Eigen::Index>(outputs));
  problem.labels = problem.weights;
  for (Eigen::Index i = 0; i < problem.weights.size(); ++i) {
    problem.weights(i) = 0.6 * static_cast<double>(rng.below(4));
    problem.labels(i) = problem.weights(i) * 0.5 * static_cast<double>(rng.below(3));
  }
  problem.inputs.assign((repeated ? 3 : inputs) * problem.stride, 7);
  problem.outputs.assign((repeated_outputs ? 3 : outputs) * problem.stride, 7);
  for (auto* table : {&problem.inputs, &problem.outputs})
    for (std::size_t i = 0; i < table->size(); ++i)
      if (i % problem.stride < dimension) (*table)[i] = static_cast<double>(rng.uniform()) - 0.5;
  return problem;
}

Problem<float> rounded(const Problem<double>& p) {
  return {.model = p.model,
          .layer = p.layer,
          .dimension = p.dimension,
          .stride = p.stride,
          .input_rows = p.input_rows,
          .output_rows = p.output_rows,
          .signs = {p.signs.begin(), p.signs.end()},
          .weights = p.weights.cast<float>(),
          .labels = p.labels.cast<float>(),
          .target = p.target,
          .inputs = {p.inputs.begin(), p.inputs.end()},
          .outputs = {p.outputs.begin(), p.outputs.end()}};
}

/// The derivative of the loss with respect to every number of `table`, by central differences.
std::vector<double> numeric_gradient(const Problem<double>& problem, std::vector<double> Problem<double>::*table) {
  constexpr double shift = 0x1p-13;
  std::vector<double> gradient;
  Problem<double> moved = problem;
  for (std::size_t i = 0; i < (problem.*table).size(); ++i) {
    double& x = (moved.*table)[i];
    const double old = x;
    x = old + shift;
    const long double up = moved.loss();
    x = old - shift;
    gradient.push_back(static_cast<double>((up - moved.loss()) / (2 * static_cast<long double>(shift))));
    x = old;
  }
  return gradient;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

void check_gradient(const Problem<double>& before) {
  CAPTURE(before.dimension, before.input_rows, before.output_rows, before.signs, before.target);
  for (const double rate : {1.0, 0.025}) {
    Problem<double> after = before;
    after.step(rate);
    for (const auto table : {&Problem<double>::inputs, &Problem<double>::outputs}) {
      std::vector<double> expected = before.*table;
      const std::vector<double> gradient = numeric_gradient(before, table);
      for (std::size_t i = 0; i < gradient.size(); ++i) expected[i] -= rate * gradient[i];
      // The error of central differences is shift^2 / 6 times the third derivative. For log(1 + e^z) that is below
      // 0.0963, and z changes with a number by at most 0.5 times; for log(sum e^z) it is the third central moment of
      // the scores' derivatives, which are in [-0.5, 0.5], so also below 0.0963. 2,000 roundings in double are below
      // 1e-12.
      CHECK(largest_difference(after.*table, expected) < rate * before.terms() * 0.0963 * 0x1p-26 / 6 + 1e-12);
    }
  }
}

}  // namespace

TEST_CASE("window_step: with sigmoids the step is minus the rate times the gradient of the loss") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Signs signs = GENERATE(Signs::noise, Signs::tree, Signs::weighted);
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 2, 3, 17);
  for (const std::size_t inputs : {1u, 2u, 7u})
    for (const std::size_t outputs : {1u, 2u, 6u})
      for (const bool repeated : {false, true})
        check_gradient(random_problem(model, Layer::sigmoid, dimension, inputs, outputs, repeated, signs));
}

TEST_CASE("window_step: with weighted pairs the step is minus the rate times the gradient of the loss") {
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 2, 3, 17);
  for (const std::size_t inputs : {1u, 2u, 7u})
    for (const std::size_t outputs : {1u, 2u, 6u})
      for (const bool repeated : {false, true})
        check_gradient(random_problem(Model::skipgram, Layer::pairs, dimension, inputs, outputs, repeated));
}

TEST_CASE("window_step: pairs whose weights are those of the outputs are the same step as outputs with weights") {
  const bool repeated = GENERATE(false, true);
  Problem<double> outputs = random_problem(Model::skipgram, Layer::sigmoid, 17, 5, 6, repeated, Signs::weighted);
  Problem<double> pairs = outputs;
  pairs.layer = Layer::pairs;
  for (Eigen::Index k = 0; k < 6; ++k) {
    const double sign = outputs.signs[static_cast<std::size_t>(k)];
    pairs.weights.col(k).setConstant(std::abs(sign));
    pairs.labels.col(k).setConstant(sign < 0 ? -sign : 0);
  }
  CHECK(pairs.step(0.3) == Approx(outputs.step(0.3)).epsilon(1e-14));
  CHECK(largest_difference(pairs.inputs, outputs.inputs) < 1e-14);
  CHECK(largest_difference(pairs.outputs, outputs.outputs) < 1e-14);
}

TEST_CASE("window_step: with the softmax the step is minus the rate times the gradient of the loss") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 2, 3, 17);
  for (const std::size_t inputs : {1u, 2u, 7u})
    for (const std::size_t outputs : {1u, 2u, 6u})
      for (const bool repeated : {false, true})
        check_gradient(random_problem(model, Layer::softmax, dimension, inputs, outputs, repeated));
}

TEST_CASE("window_step: the loss is the one before the step") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Layer layer = GENERATE(Layer::sigmoid, Layer::softmax);
  const Signs signs = GENERATE(Signs::noise, Signs::tree, Signs::weighted);
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 5, 16, 100);
  const bool repeated = GENERATE(false, true);
  Problem<double> problem = random_problem(model, layer, dimension, 5, 6, repeated, signs);
  const auto first = static_cast<double>(problem.loss());
  // At most sixty sums and logarithms in double, of scores of a hundred terms each.
  CHECK(problem.step(0.01) == Approx(first).epsilon(1e-12));
  const auto second = static_cast<double>(problem.loss());
  CHECK(second < first);
  CHECK(problem.step(0.01) == Approx(second).epsilon(1e-12));
}

TEST_CASE("window_step: rate zero changes nothing") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Layer layer = GENERATE(Layer::sigmoid, Layer::softmax);
  const Problem<double> before = random_problem(model, layer, 9, 4, 3, true, Signs::weighted);
  Problem<double> after = before;
  CHECK(after.step(0) == Approx(static_cast<double>(before.loss())).epsilon(1e-12));
  CHECK(after.inputs == before.inputs);
  CHECK(after.outputs == before.outputs);
}

TEST_CASE("window_step: rows that the window does not use and what follows a row stay as they are") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  Problem<double> problem = random_problem(model, Layer::sigmoid, 6, 5, 4, false);
  problem.input_rows = {1, 3};
  problem.output_rows = {2, 0};
  problem.signs = {-1, 1};
  const Problem<double> before = problem;
  problem.step(0.1);
  const auto changed = [&](const std::vector<double>& now, const std::vector<double>& then, std::size_t row) {
    std::vector<bool> result;
    for (std::size_t c = 0; c < problem.stride; ++c)
      result.push_back(now[row * problem.stride + c] != then[row * problem.stride + c]);
    return result;
  };
  const std::vector<bool> none(9, false), numbers = {true, true, true, true, true, true, false, false, false};
  for (const std::size_t row : {0u, 1u, 2u, 3u, 4u})
    CHECK(changed(problem.inputs, before.inputs, row) == (row % 2 == 1 ? numbers : none));
  for (const std::size_t row : {0u, 1u, 2u, 3u})
    CHECK(changed(problem.outputs, before.outputs, row) == (row % 2 == 0 ? numbers : none));
}

TEST_CASE("window_step: with share 1 each input of CBOW moves inputs times as far and the outputs move the same") {
  const Layer layer = GENERATE(Layer::sigmoid, Layer::softmax);
  const bool repeated = GENERATE(false, true);
  const Problem<double> before = random_problem(Model::cbow, layer, 17, 7, 6, repeated, Signs::weighted);
  StepScratch<double> scratch;
  Problem<double> gradient = before, whole = before;
  CHECK(gradient.step(0.3, scratch) == whole.step(0.3, scratch, 1.0));
  CHECK(gradient.outputs == whole.outputs);
  std::vector<double> far = before.inputs;
  for (std::size_t i = 0; i < far.size(); ++i) far[i] += 7 * (gradient.inputs[i] - before.inputs[i]);
  CHECK(largest_difference(whole.inputs, far) < 1e-14);
  CHECK(whole.inputs != before.inputs);
}

TEST_CASE("window_step: CBOW of one input is skip-gram") {
  const Layer layer = GENERATE(Layer::sigmoid, Layer::softmax);
  Problem<double> a = random_problem(Model::skipgram, layer, 17, 1, 6, false, Signs::weighted), b = a;
  b.model = Model::cbow;
  CHECK(a.step(0.3) == b.step(0.3));
  CHECK(a.inputs == b.inputs);
  CHECK(a.outputs == b.outputs);
}

TEST_CASE("window_step: an output with a weight counts like one repeated that often") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  Problem<double> weighted = random_problem(model, Layer::sigmoid, 5, 4, 2, false);
  Problem<double> often = weighted;
  weighted.signs = {-2, 3};
  often.output_rows = {1, 0, 0, 1, 0};  // the outputs of random_problem are rows 1 and 0
  often.signs = {-1, 1, 1, -1, 1};
  CHECK(weighted.step(0.3) == Approx(often.step(0.3)).epsilon(1e-14));
  CHECK(largest_difference(weighted.inputs, often.inputs) < 1e-14);
  CHECK(largest_difference(weighted.outputs, often.outputs) < 1e-14);
}

TEST_CASE("window_step: the softmax moves outputs apart and not all together") {
  // The derivatives of the probabilities sum to zero, and so do the outputs' steps.
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Problem<double> before = random_problem(model, Layer::softmax, 6, 3, 5, false);
  Problem<double> after = before;
  after.step(0.5);
  for (std::size_t c = 0; c < 6; ++c) {
    double sum = 0, size = 0;
    for (std::size_t row = 0; row < 5; ++row) {
      const double step = after.outputs[row * 9 + c] - before.outputs[row * 9 + c];
      sum += step;
      size += std::abs(step);
    }
    CHECK(std::abs(sum) < 1e-15 * 5);
    CHECK(size > 1e-3);
  }
}

TEST_CASE("window_step: the softmax of two outputs is the sigmoid of their difference") {
  // log(e^a + e^b) - a = log(1 + e^(b - a)): one sigmoid of a positive example with the output a - b.
  Problem<double> softmax = random_problem(Model::skipgram, Layer::softmax, 4, 3, 2, false);
  softmax.target = 1;
  Problem<double> sigmoid = softmax;
  sigmoid.layer = Layer::sigmoid;
  sigmoid.signs = {-1};
  sigmoid.output_rows = {0};
  for (std::size_t c = 0; c < 4; ++c) sigmoid.outputs[c] = softmax.outputs[7 + c] - softmax.outputs[c];
  const Problem<double> before = softmax;
  CHECK(softmax.step(0.3) == Approx(sigmoid.step(0.3)).epsilon(1e-14));
  CHECK(largest_difference(softmax.inputs, sigmoid.inputs) < 1e-14);
  for (std::size_t c = 0; c < 4; ++c)
    CHECK(softmax.outputs[7 + c] - before.outputs[7 + c] ==
          Approx(sigmoid.outputs[c] - (before.outputs[7 + c] - before.outputs[c])).margin(1e-14));
}

TEST_CASE("window_step: the probabilities of all words of a tree sum to one") {
  const std::size_t words = GENERATE(as<std::size_t>{}, 2, 3, 8, 100);
  Rng rng(words);
  std::vector<std::uint64_t> counts(words);
  for (std::uint64_t& count : counts) count = rng.below(1000);
  const HuffmanTree tree(counts);
  constexpr std::size_t dimension = 5;
  std::vector<double> nodes(tree.nodes() * dimension), input(dimension);
  for (auto* table : {&nodes, &input})
    for (double& x : *table) x = 4 * static_cast<double>(rng.uniform()) - 2;
  StepScratch<double> scratch;
  double sum = 0;
  for (std::size_t word = 0; word < words; ++word) {
    std::vector<double*> outputs;
    std::vector<double> signs;
    for (const std::uint32_t step : tree.path(word)) {
      outputs.push_back(nodes.data() + step / 2 * dimension);
      signs.push_back(step % 2 == 0 ? -1 : 1);
    }
    double* const inputs[] = {input.data()};
    const SigmoidLayer<double> layer{.outputs = outputs, .signs = signs, .rate = 0};
    sum += std::exp(-skipgram_step<double>(inputs, dimension, layer, scratch));
  }
  CHECK(sum == Approx(1).epsilon(1e-12));
}

TEST_CASE("window_step: a scratch used for other sizes does no harm") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Layer layer = GENERATE(Layer::sigmoid, Layer::softmax);
  StepScratch<double> used;
  for (const std::size_t size : {7u, 1u, 3u, 6u, 2u}) {
    random_problem(Model::skipgram, Layer::sigmoid, size * 5, size, 8 - size, false).step(0.3, used);
    Problem<double> a = random_problem(model, layer, size, 3, size, true), b = a;
    CHECK(a.step(0.3, used) == b.step(0.3));
    CHECK(a.inputs == b.inputs);
    CHECK(a.outputs == b.outputs);
  }
}

TEMPLATE_TEST_CASE("window_step: certain scores give a finite loss and a finite step", "", float, double) {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 5, 64);
  // The first output is a positive example, the second a negative one. Their scores are +-1000.
  const TestType yes = GENERATE(TestType(1), TestType(-1)), no = GENERATE(TestType(1), TestType(-1));
  const TestType length = std::sqrt(TestType(1000) / static_cast<TestType>(dimension));
  Problem<TestType> problem{.model = model, .dimension = dimension, .stride = dimension};
  problem.input_rows = {0};
  problem.output_rows = {0, 1};
  problem.signs = {-1, 1};
  problem.inputs.assign(dimension, length);
  problem.outputs.assign(dimension, yes * length);
  problem.outputs.insert(problem.outputs.end(), dimension, no * length);
  problem.layer = GENERATE(Layer::sigmoid, Layer::softmax);
  const Problem<TestType> before = problem;
  constexpr TestType rate = TestType(0.1);
  const double loss = problem.step(rate);

  // The loss of a wrong answer is its distance, that of a right one 0. The scores have rounding errors.
  double expected = (yes < 0 ? 1000 : 0) + (no > 0 ? 1000 : 0);
  // The gradient of a wrong answer is the other row itself, that of a right one 0.
  double to_yes = yes < 0 ? 0.1 : 0, to_no = no > 0 ? -0.1 : 0;
  if (problem.layer == Layer::softmax) {
    expected = yes == no ? std::log(2.0) : yes < no ? 2000 : 0;
    to_yes = yes == no ? 0.05 : yes < no ? 0.1 : 0;
    to_no = -to_yes;
  }
  CHECK(std::isfinite(loss));
  CHECK(loss == Approx(expected).epsilon(1e-4).margin(1e-30));
  const auto number = [](TestType x) { return static_cast<double>(x); };
  for (std::size_t i = 0; i < dimension; ++i) {
    CHECK(number(problem.outputs[i]) == Approx(number(length) * (number(yes) + to_yes)).epsilon(1e-5));
    CHECK(number(problem.outputs[dimension + i]) == Approx(number(length) * (number(no) + to_no)).epsilon(1e-5));
    CHECK(number(problem.inputs[i]) ==
          Approx(number(length) * (1 + to_yes * number(yes) + to_no * number(no))).epsilon(1e-5));
  }
}

TEST_CASE("window_step: single precision gives the same up to rounding") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Layer layer = GENERATE(Layer::sigmoid, Layer::softmax);
  const std::size_t dimension = GENERATE(as<std::size_t>{}, 1, 4, 7, 100);
  const bool repeated = GENERATE(false, true);
  Problem<double> exact = random_problem(model, layer, dimension, 8, 6, repeated, Signs::weighted);
  Problem<float> single = rounded(exact);
  exact.inputs.assign(single.inputs.begin(), single.inputs.end());
  exact.outputs.assign(single.outputs.begin(), single.outputs.end());
  const double exact_loss = exact.step(0.05), single_loss = single.step(0.05F);

  // A score sums d products, none above 1/4, with at most (d + 9) roundings each (nine for the mean). The loss has at
  // most 96 terms, each with its score's error and its own, and as many additions with a sum below 96 * 4.
  const auto d = static_cast<double>(dimension);
  const double score_error = (d + 9) * 0x1p-24 * d / 4;
  CHECK(single_loss == Approx(exact_loss).margin(96 * (score_error + 1e-6)));
  // A number takes at most 24 steps (weights up to 3, 8 inputs), each of rate 0.05 times 0.5 times a sigmoid.
  const double step_error = 24 * 0.05 * 0.5 * (score_error + 1e-6) + 9 * 0x1p-24;
  CHECK(largest_difference({single.inputs.begin(), single.inputs.end()}, exact.inputs) < step_error);
  CHECK(largest_difference({single.outputs.begin(), single.outputs.end()}, exact.outputs) < step_error);
}
