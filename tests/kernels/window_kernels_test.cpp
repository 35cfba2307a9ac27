#include "equivec/base/rng.hpp"
#include "src/base/row_table.hpp"
#include "src/kernels/window_kernels.hpp"
#include "src/kernels/window_step.hpp"

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

using namespace equivec;

namespace {

const std::vector<WindowKernels>& kernels() {
  static const std::vector<WindowKernels> all = all_window_kernels();
  return all;
}

/// Floats at a multiple of 64 bytes, allocated exactly, so that sanitizers detect reads beyond the end.
class AlignedFloats {
 public:
  explicit AlignedFloats(std::size_t size, float value = 0)
      : size_(size), data_(static_cast<float*>(::operator new(size * sizeof(float), alignment))) {
    std::fill_n(data_.get(), size, value);
  }
  AlignedFloats(const AlignedFloats& other) : AlignedFloats(other.size_) { std::copy_n(other.data(), size_, data()); }
  AlignedFloats& operator=(const AlignedFloats&) = delete;
  float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  float& operator[](std::size_t i) const { return data_.get()[i]; }
  bool same_bits(const AlignedFloats& other) const {
    return size_ == other.size_ && std::memcmp(data(), other.data(), size_ * sizeof(float)) == 0;
  }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(float* p) const { ::operator delete(p, alignment); }
  };
  std::size_t size_;
  std::unique_ptr<float, Free> data_;
};

enum class Model { skipgram, cbow, group };
enum class Signs { noise, tree, weighted, tree_and_noise };

/// Whether its groups' products are of numbers rounded to bf16.
bool rounds_products(const WindowKernels& with) { return with.instruction_set.ends_with("-BF16"); }

struct Shape {
  std::size_t width = 1, inputs = 1, outputs = 1;
  Signs signs = Signs::noise;
  float rate = 0.05F;
  bool repeated_inputs = false;
};

/// A window and the tables with its rows: every second row is not in the window.
class Problem {
 public:
  explicit Problem(const Shape& shape, std::uint64_t seed = 1)
      : shape_(shape),
        stride_(Table::stride_of(shape.width)),
        inputs_((2 * shape.inputs + 1) * stride_),
        outputs_((2 * shape.outputs + 1) * stride_) {
    Rng rng(seed, shape.width * 1000003 + shape.inputs * 1009 + shape.outputs);
    for (std::size_t i = 0; i < shape.inputs; ++i)
      input_rows_.push_back(2 * (shape.repeated_inputs ? i / 2 : shape.inputs - 1 - i) + 1);
    for (std::size_t k = 0; k < shape.outputs; ++k) output_rows_.push_back(2 * (shape.outputs - 1 - k) + 1);
    for (std::size_t k = 0; k < shape.outputs; ++k) {
      const bool yes = shape.signs == Signs::noise                                      ? k == 0
                       : shape.signs == Signs::tree_and_noise && k >= shape.outputs / 2 ? k == shape.outputs / 2
                                                                                        : rng.below(2) == 0;
      signs_.push_back((yes ? -1.0F : 1.0F) * (shape.signs == Signs::weighted ? static_cast<float>(1 + k % 3) : 1.0F));
    }
    // Some pairs of a group do not count, some are partly positive and partly negative.
    weights_.resize(static_cast<Eigen::Index>(shape.inputs), static_cast<Eigen::Index>(shape.outputs));
    labels_ = weights_;
    for (Eigen::Index i = 0; i < weights_.rows(); ++i)
      for (Eigen::Index k = 0; k < weights_.cols(); ++k) {
        const float sign = signs_[static_cast<std::size_t>(k)];
        weights_(i, k) = std::abs(sign) * 0.6F * static_cast<float>(rng.below(4));
        labels_(i, k) = sign < 0 ? weights_(i, k) : i % 3 == 2 ? weights_(i, k) / 4 : 0;
      }
    fill(inputs_, rng);
    fill(outputs_, rng);
  }

  std::size_t width() const { return shape_.width; }
  std::size_t stride() const { return stride_; }
  const Shape& shape() const { return shape_; }
  const AlignedFloats& inputs() const { return inputs_; }
  const AlignedFloats& outputs() const { return outputs_; }
  const std::vector<float>& signs() const { return signs_; }
  const StepTable<float>& weights() const { return weights_; }
  const StepTable<float>& labels() const { return labels_; }
  const std::vector<std::size_t>& input_rows() const { return input_rows_; }
  const std::vector<std::size_t>& output_rows() const { return output_rows_; }
  float* input(std::size_t i) const { return inputs_.data() + input_rows_[i] * stride_; }
  float* output(std::size_t k) const { return outputs_.data() + output_rows_[k] * stride_; }
  bool weighted() const { return shape_.signs == Signs::weighted; }

  double step(const WindowKernels& with, Model model, float share, float rest_of_scratch = 0) const {
    const AlignedFloats scratch(model == Model::group ? group_scratch_floats(shape_.inputs, shape_.outputs, stride_)
                                                      : scratch_floats(shape_.inputs, shape_.outputs, stride_),
                                rest_of_scratch);
    return step(with, model, share, scratch);
  }

  double step(const WindowKernels& with, Model model, float share, const AlignedFloats& scratch) const {
    std::vector<float*> in, out;
    for (std::size_t i = 0; i < shape_.inputs; ++i) in.push_back(input(i));
    for (std::size_t k = 0; k < shape_.outputs; ++k) out.push_back(output(k));
    const float* const ahead[] = {inputs_.data(), outputs_.data(), out.back()};
    const StepRows rows{.inputs = in,
                        .outputs = out,
                        .stride = stride_,
                        .rate = shape_.rate,
                        .ahead = ahead,
                        .scratch = scratch.data()};
    if (model == Model::group) {
      const std::size_t pitch = group_pitch(shape_.outputs);
      const AlignedFloats weights(shape_.inputs * pitch), labels(shape_.inputs * pitch);
      for (std::size_t i = 0; i < shape_.inputs; ++i)
        for (std::size_t k = 0; k < shape_.outputs; ++k) {
          weights[i * pitch + k] = weights_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
          labels[i * pitch + k] = labels_(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k));
        }
      const GroupMode mode(with);
      return with.skipgram_group({.rows = rows, .weights = weights.data(), .labels = labels.data()});
    }
    const std::size_t padded = padded_outputs(shape_.outputs);
    const AlignedFloats signs(padded == 8 ? 16 : padded);
    for (std::size_t begin = 0; begin < signs.size(); begin += padded)
      std::copy(signs_.begin(), signs_.end(), signs.data() + begin);
    const Window window{.rows = rows, .signs = signs.data(), .repeated = weighted()};
    return model == Model::skipgram ? with.skipgram(window) : with.cbow(window, share);
  }

 private:
  /// Scores in [-7, 7], as of trained vectors, for every dimension: numbers whose size falls with the width, the sum of
  /// a part common to the row and a random part.
  void fill(const AlignedFloats& table, Rng& rng) {
    const float size = 1 / std::sqrt(static_cast<float>(shape_.width));
    for (std::size_t row = 0; row * stride_ < table.size(); ++row) {
      const float own = 5 * rng.uniform() - 2.5F;
      for (std::size_t c = 0; c < shape_.width; ++c)
        table[row * stride_ + c] = size * ((c % 3 == 0 ? -own : own) + rng.uniform() - 0.5F);
    }
  }

  Shape shape_;
  std::size_t stride_;
  std::vector<std::size_t> input_rows_, output_rows_;
  std::vector<float> signs_;
  StepTable<float> weights_, labels_;
  AlignedFloats inputs_, outputs_;
};

/// The result of the reference step in double.
struct Exact {
  std::vector<double> inputs, outputs;  // both tables, with the padding
  double loss;
};

Exact exact_step(const Problem& p, Model model, double share) {
  Exact result{{p.inputs().data(), p.inputs().data() + p.inputs().size()},
               {p.outputs().data(), p.outputs().data() + p.outputs().size()},
               0};
  std::vector<double*> in, out;
  for (const std::size_t row : p.input_rows()) in.push_back(result.inputs.data() + row * p.stride());
  for (const std::size_t row : p.output_rows()) out.push_back(result.outputs.data() + row * p.stride());
  const std::vector<double> signs(p.signs().begin(), p.signs().end());
  const SigmoidLayer<double> layer{.outputs = out, .signs = signs, .rate = static_cast<double>(p.shape().rate)};
  const std::span<double* const> all(in);
  static StepScratch<double> scratch;
  if (model == Model::group) {
    const StepTable<double> weights = p.weights().cast<double>(), labels = p.labels().cast<double>();
    result.loss = skipgram_step<double>(
        all, p.width(), SigmoidPairs<double>{out, weights, labels, static_cast<double>(p.shape().rate)}, scratch);
    return result;
  }
  result.loss = model == Model::skipgram ? skipgram_step<double>(all, p.width(), layer, scratch)
                                         : cbow_step<double>(all, p.width(), share, layer, scratch);
  return result;
}

/// The largest error of a kernel if every rounding is at its worst.
struct Bounds {
  double input, output, loss;
};

/// u is the unit of rounding, 2^-24. U, V: the largest number of an input and an output. A: the largest sum of the
/// absolute products of a score.
/// - A score has an error of A u for each of its additions (at most one for each number of the row), one multiplication
///   and, in CBOW, the additions of the mean.
/// - A sigmoid has slope 1/4; its exponential, addition and division have a total error of 3e-7.
/// - An input moves by at most rate x weights x V, with the error of the sigmoids and a rounding for each output; an
///   output by rate x its weight x inputs x U, with a rounding for each input. Then they are rounded.
/// - Each term of the loss has the error of its score and 6e-7 for 1 + e^x and the logarithm; each addition has an
///   error of u times the loss.
/// - Where products are of rounded numbers, both factors have an error of 2^-8 (a bf16 has 8 bits; the test does not
/// tell
///   halves), twice that together: of each score and of each step.
Bounds bounds(const Problem& p, Model model, double share, double loss, bool rounded) {
  constexpr double u = 0x1p-24;
  const double product = rounded ? 0x1p-7 : 0;
  const auto n = static_cast<double>(p.shape().inputs), outputs = static_cast<double>(p.shape().outputs),
             rate = static_cast<double>(p.shape().rate);
  double U = 0, V = 0, A = 0, weights = 0, largest_weight = 0;
  for (std::size_t i = 0; i < p.inputs().size(); ++i) U = std::max(U, std::abs(static_cast<double>(p.inputs()[i])));
  for (std::size_t i = 0; i < p.outputs().size(); ++i) V = std::max(V, std::abs(static_cast<double>(p.outputs()[i])));
  std::vector<double> largest(p.width(), 0);  // of the inputs, by column
  for (std::size_t i = 0; i < p.shape().inputs; ++i)
    for (std::size_t c = 0; c < p.width(); ++c)
      largest[c] = std::max(largest[c], std::abs(static_cast<double>(p.input(i)[c])));
  for (std::size_t k = 0; k < p.shape().outputs; ++k) {
    double sum = 0;
    for (std::size_t c = 0; c < p.width(); ++c) sum += largest[c] * std::abs(static_cast<double>(p.output(k)[c]));
    A = std::max(A, sum);
    const double weight = model == Model::group
                              ? static_cast<double>(p.weights().col(static_cast<Eigen::Index>(k)).maxCoeff())
                              : std::abs(static_cast<double>(p.signs()[k]));
    weights += weight;
    largest_weight = std::max(largest_weight, weight);
  }
  const bool cbow = model == Model::cbow;
  const double scored = cbow ? 1 : n;
  const double score = ((static_cast<double>(p.width()) + 1 + (cbow ? n + 1 : 0)) * u + product) * A;
  const double sigmoid = score / 4 + 3e-7;
  const double times = p.shape().repeated_inputs ? 2 : 1;  // number of moves of a row
  const double input_move = times * rate * weights * V * (cbow ? share : 1),
               output_move = rate * largest_weight * scored * U;
  const double terms = scored * weights;
  Bounds result{input_move * (sigmoid + product + (outputs + 3) * u) + times * 2 * u * (U + input_move),
                output_move * (sigmoid + product + 3 * u) + (scored + 1) * u * (V + output_move),
                terms * (score + 6e-7) + (scored * outputs + 20) * u * loss};
  // A row that occurs twice has moved once before it moves the outputs the second time.
  if (p.shape().repeated_inputs && !cbow) result.output += rate * largest_weight * n * input_move;
  return result;
}

struct Worst {
  double window = 0;   // largest error of the window's numbers, relative to their bounds
  bool others = true;  // other rows and padding are unchanged
};

Worst compare(const AlignedFloats& now, const AlignedFloats& before, const std::vector<double>& exact, double bound,
              const Problem& p) {
  Worst worst;
  for (std::size_t row = 0; row * p.stride() < now.size(); ++row) {
    const std::size_t first = row * p.stride();
    if (row % 2 == 0) {
      worst.others &= std::memcmp(now.data() + first, before.data() + first, p.stride() * sizeof(float)) == 0;
      continue;
    }
    for (std::size_t c = 0; c < p.width(); ++c) {
      const double off = std::abs(static_cast<double>(now[first + c]) - exact[first + c]);
      worst.window = off <= bound ? std::max(worst.window, off / bound) : std::max(worst.window, 2.0);  // NaN too
    }
    for (std::size_t c = p.width(); c < p.stride(); ++c) worst.others &= now[first + c] == 0;
  }
  return worst;
}

/// Checks every instruction set against the reference step in double, twice.
void check_step(const Problem& before, Model model, float share) {
  const Exact exact = exact_step(before, model, static_cast<double>(share));
  for (const WindowKernels& with : kernels()) {
    const Bounds bound =
        bounds(before, model, static_cast<double>(share), exact.loss, model == Model::group && rounds_products(with));
    const Problem now = before, again = before;
    const double loss = now.step(with, model, share), same = again.step(with, model, share);
    const Worst input = compare(now.inputs(), before.inputs(), exact.inputs, bound.input, before);
    const Worst output = compare(now.outputs(), before.outputs(), exact.outputs, bound.output, before);
    const bool twice =
        loss == same && now.inputs().same_bits(again.inputs()) && now.outputs().same_bits(again.outputs());
    if (std::abs(loss - exact.loss) <= bound.loss && input.window <= 1 && output.window <= 1 && input.others &&
        output.others && twice)
      continue;  // without assertions, which would take most of the time
    CAPTURE(with.instruction_set, static_cast<int>(model), share, before.width(), before.shape().inputs,
            before.shape().outputs, before.signs(), before.shape().rate);
    CHECK(loss == Approx(exact.loss).epsilon(0).margin(bound.loss));
    CHECK(input.window <= 1);
    CHECK(output.window <= 1);
    CHECK(input.others);
    CHECK(output.others);
    CHECK(twice);
  }
}

void check_step(const Shape& shape, Model model, bool gradient = true) {
  check_step(Problem(shape), model, gradient ? 1 / static_cast<float>(shape.inputs) : 1.0F);
}

}  // namespace

TEST_CASE("window_kernels: the processor's best instruction set comes first and all are different") {
  REQUIRE(!kernels().empty());
  CHECK(kernels().front().instruction_set == window_kernels().instruction_set);
  std::set<std::string> names;
  for (const WindowKernels& with : kernels()) names.emplace(with.instruction_set);
  CHECK(names.size() == kernels().size());
  const std::set<std::string> known = {"AMX-BF16", "AVX512-BF16", "AVX-512", "AVX2", "SSE4",
                                       "SSSE3",    "SSE2",        "NEON",    "none"};
  for (const std::string& name : names) CHECK(known.contains(name));
}

TEST_CASE("window_kernels: in every dimension up to 1024 the step is exact up to rounding") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  for (std::size_t width = 1; width <= 1024; ++width)
    check_step({.width = width, .inputs = 1 + width % 3, .outputs = width % 2 == 0 ? 6u : 5 + width % 7}, model);
}

TEST_CASE("window_kernels: with few inputs and outputs the step is exact up to rounding") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  const std::size_t width = GENERATE(as<std::size_t>{}, 1, 16, 37, 100);
  for (std::size_t inputs = 1; inputs <= 12; ++inputs)
    for (std::size_t outputs = 1; outputs <= 40; ++outputs)
      check_step({.width = width, .inputs = inputs, .outputs = outputs}, model);
}

TEST_CASE("window_kernels: with hundreds of outputs the step is exact up to rounding") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  const Signs signs = GENERATE(Signs::noise, Signs::weighted);
  for (const std::size_t outputs : {99u, 100u, 101u, 127u, 1001u})
    for (const std::size_t inputs : {1u, 2u, 5u})
      check_step({.width = 37, .inputs = inputs, .outputs = outputs, .signs = signs, .rate = 0.01F}, model);
}

TEST_CASE("window_kernels: groups of every size are exact up to rounding") {
  const std::size_t width = GENERATE(as<std::size_t>{}, 1, 16, 100);
  for (std::size_t inputs = 1; inputs <= 50; ++inputs)
    for (const std::size_t outputs : {1u, 2u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 32u, 33u, 49u})
      check_step({.width = width, .inputs = inputs, .outputs = outputs, .signs = Signs::weighted}, Model::group);
}

TEST_CASE("window_kernels: words that are all different are told from those of which two are the same") {
  for (const WindowKernels& with : kernels())
    for (std::size_t count = 1; count <= 40; ++count) {
      std::vector<WordId> ids((count + 15) / 16 * 16, word_id(1000));
      for (std::size_t i = 0; i < count; ++i) ids[i] = word_id(3 * i);
      CAPTURE(with.instruction_set, count);
      REQUIRE(with.all_different(ids.data(), count));
      for (std::size_t i = 1; i < count; ++i) {
        std::vector<WordId> same = ids;
        same[i] = same[i / 2];
        REQUIRE(!with.all_different(same.data(), count));
      }
    }
}

TEST_CASE("window_kernels: replicas and their row become the row and the moment") {
  for (const WindowKernels& with : kernels())
    for (const std::size_t count : {1u, 2u, 7u}) {
      constexpr std::size_t stride = 48;
      Rng rng(1, count);
      const auto random = [&] {
        AlignedFloats result(stride);
        for (std::size_t c = 0; c < stride; ++c) result[c] = rng.uniform() - 0.5F;
        return result;
      };
      const AlignedFloats row = random(), moment = random(), old_row = row, old_moment = moment;
      std::vector<AlignedFloats> replicas, old_replicas;
      for (std::size_t k = 0; k < count; ++k) replicas.push_back(random());
      std::vector<float*> rows;
      for (const AlignedFloats& replica : replicas) {
        old_replicas.push_back(replica);
        rows.push_back(replica.data());
      }
      with.merge_replicas(row.data(), moment.data(), rows, 0.75F, 0.5F, stride);
      double worst = 0;
      bool together = true;
      for (std::size_t c = 0; c < stride; ++c) {
        double expected = 0.75 * static_cast<double>(old_moment[c]);
        for (const AlignedFloats& replica : old_replicas)
          expected += 0.5 * (static_cast<double>(replica[c]) - static_cast<double>(old_row[c]));
        worst = std::max(worst, std::abs(expected - static_cast<double>(moment[c])));
        worst = std::max(worst, std::abs(static_cast<double>(old_row[c]) + expected - static_cast<double>(row[c])));
        for (const AlignedFloats& replica : replicas) together &= replica[c] == row[c];
      }
      CAPTURE(with.instruction_set, count);
      CHECK(worst < 1e-6);  // a dozen roundings of numbers below 4
      CHECK(together);
    }
}

TEST_CASE("window_kernels: signs of tree paths and weights are supported") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const Signs signs = GENERATE(Signs::tree, Signs::weighted, Signs::tree_and_noise);
  const std::size_t width = GENERATE(as<std::size_t>{}, 3, 48);
  for (std::size_t inputs = 1; inputs <= 5; ++inputs)
    for (std::size_t outputs = 1; outputs <= 40; ++outputs)
      check_step({.width = width, .inputs = inputs, .outputs = outputs, .signs = signs}, model);
}

TEST_CASE("window_kernels: each input of CBOW takes the given share of the step") {
  for (std::size_t inputs = 1; inputs <= 12; ++inputs)
    check_step({.width = 50, .inputs = inputs, .outputs = 6}, Model::cbow, false);
}

TEST_CASE("window_kernels: weights of 1 give the same step as no weights") {
  for (const WindowKernels& with : kernels()) {
    // With one output, Signs::weighted gives it the weight 1.
    const Problem plain({.width = 20, .inputs = 3, .outputs = 1, .signs = Signs::tree});
    const Problem counted({.width = 20, .inputs = 3, .outputs = 1, .signs = Signs::weighted});
    REQUIRE(plain.signs() == counted.signs());
    const double loss = plain.step(with, Model::skipgram, 1);
    CHECK(counted.step(with, Model::skipgram, 1) == Approx(loss).epsilon(1e-6));
    CHECK(plain.inputs().same_bits(counted.inputs()));
    CHECK(plain.outputs().same_bits(counted.outputs()));
  }
}

TEST_CASE("window_kernels: an input that occurs twice loses no step") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  const float rate = GENERATE(0.01F, 0.2F);
  for (const std::size_t width : {1u, 16u, 40u})
    for (std::size_t inputs = 2; inputs <= 6; ++inputs)
      for (std::size_t outputs = 1; outputs <= 40; ++outputs)
        check_step({.width = width, .inputs = inputs, .outputs = outputs, .rate = rate, .repeated_inputs = true},
                   model);
}

TEST_CASE("window_kernels: rate zero gives the loss and changes nothing") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  for (const WindowKernels& with : kernels())
    for (std::size_t outputs = 1; outputs <= 40; ++outputs) {
      const Problem before({.width = 37, .inputs = 5, .outputs = outputs, .signs = Signs::weighted, .rate = 0});
      const Problem now = before;
      CAPTURE(with.instruction_set, outputs);
      const Exact exact = exact_step(before, model, 0.2);
      CHECK(now.step(with, model, 0.2F) ==
            Approx(exact.loss)
                .epsilon(0)
                .margin(bounds(before, model, 0.2, exact.loss, model == Model::group && rounds_products(with)).loss));
      // Compares numbers, not bits: -0 may become 0.
      bool same = true;
      for (std::size_t i = 0; i < now.inputs().size(); ++i) same &= now.inputs()[i] == before.inputs()[i];
      for (std::size_t i = 0; i < now.outputs().size(); ++i) same &= now.outputs()[i] == before.outputs()[i];
      CHECK(same);
    }
}

TEST_CASE("window_kernels: the contents of the scratch do not matter", "[slow]") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  for (const WindowKernels& with : kernels())
    for (std::size_t inputs = 1; inputs <= 5; ++inputs)
      for (std::size_t outputs = 1; outputs <= 40; ++outputs) {
        const Problem fresh({.width = 37, .inputs = inputs, .outputs = outputs, .signs = Signs::weighted});
        const double loss = Problem(fresh).step(with, model, 0.5F);
        const Problem clean = fresh;
        REQUIRE(clean.step(with, model, 0.5F) == loss);
        for (const float garbage : {1.0F, -30.0F, std::numeric_limits<float>::max(), -1e38F}) {
          const Problem dirty = fresh;
          CAPTURE(with.instruction_set, inputs, outputs, garbage);
          REQUIRE(dirty.step(with, model, 0.5F, garbage) == loss);
          REQUIRE(dirty.inputs().same_bits(clean.inputs()));
          REQUIRE(dirty.outputs().same_bits(clean.outputs()));
        }
        // A scratch used by a larger window.
        const Problem bigger({.width = 1024, .inputs = 12, .outputs = 50}, 7);
        const AlignedFloats scratch(
            std::max(scratch_floats(12, 50, bigger.stride()), group_scratch_floats(12, 50, bigger.stride())));
        bigger.step(with, model, 1, scratch);
        const Problem dirty = fresh;
        REQUIRE(dirty.step(with, model, 0.5F, scratch) == loss);
        REQUIRE(dirty.inputs().same_bits(clean.inputs()));
        REQUIRE(dirty.outputs().same_bits(clean.outputs()));
      }
}

TEST_CASE("window_kernels: scores that are certain give a finite loss and the right step") {
  const Model model = GENERATE(Model::skipgram, Model::cbow, Model::group);
  const float score = GENERATE(50.0F, 1000.0F, 1e6F);
  const std::size_t width = GENERATE(as<std::size_t>{}, 1, 5, 64);
  const std::size_t outputs = GENERATE(as<std::size_t>{}, 2, 6, 21);
  const bool weighted = GENERATE(false, true);
  // Every second output agrees with the inputs, the others are opposite; positive and negative examples are mixed.
  const Problem p({.width = width,
                   .inputs = 3,
                   .outputs = outputs,
                   .signs = weighted ? Signs::weighted : Signs::tree,
                   .rate = 0.01F});
  const float length = std::sqrt(score / static_cast<float>(width));
  for (std::size_t i = 0; i < 3; ++i) std::fill_n(p.input(i), width, length);
  for (std::size_t k = 0; k < outputs; ++k) std::fill_n(p.output(k), width, k % 2 == 0 ? length : -length);
  check_step(p, model, 1.0F / 3);
}

TEST_CASE("window_kernels: a NaN or infinite score makes the loss not finite") {
  const Model model = GENERATE(Model::skipgram, Model::cbow);
  const bool weighted = GENERATE(false, true);
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();
  for (const WindowKernels& with : kernels())
    for (const std::size_t width : {2u, 17u, 100u})
      for (std::size_t outputs = 1; outputs <= 20; ++outputs)
        for (std::size_t bad = 0; bad < outputs; ++bad) {
          const Shape shape{.width = width,
                            .inputs = 3,
                            .outputs = outputs,
                            .signs = weighted ? Signs::weighted : Signs::noise,
                            .rate = 0.05F};
          const auto loss = [&](const auto& spoil) {
            const Problem p(shape);
            spoil(p);
            return p.step(with, model, 1);
          };
          CAPTURE(with.instruction_set, width, outputs, bad);
          REQUIRE(!std::isfinite(loss([&](const Problem& p) { p.input(2)[width - 1] = nan; })));
          REQUIRE(!std::isfinite(loss([&](const Problem& p) { p.output(bad)[width - 1] = nan; })));
          // Beyond the range of floats in the wrong direction, and in both.
          REQUIRE(!std::isfinite(loss([&](const Problem& p) {
            p.input(0)[0] = 1e30F;
            p.output(bad)[0] = p.signs()[bad] * 1e30F;
          })));
          REQUIRE(!std::isfinite(loss([&](const Problem& p) {
            p.input(0)[0] = p.input(0)[1] = 1e30F;
            p.output(bad)[0] = -1e30F;
            p.output(bad)[1] = 1e30F;
          })));
          REQUIRE(!std::isfinite(loss([&](const Problem& p) {
            p.input(0)[0] = p.output(bad)[0] = infinite;
            p.input(0)[1] = infinite;
            p.output(bad)[1] = -1;
          })));
        }
}

TEST_CASE("window_kernels: every score's sigmoid and loss are right") {
  // Of two numbers the first gives the score; the second, 0 in the input and 1 in the output, becomes the sigmoid.
  for (const WindowKernels& with : kernels()) {
    double worst = 0, worst_part = 0, worst_loss = 0;
    for (int i = -100 * 64; i <= 100 * 64; ++i) {
      const Problem p({.width = 2, .signs = Signs::noise, .rate = 1});
      const float score = static_cast<float>(i) / 64;
      p.input(0)[0] = score;
      p.input(0)[1] = 0;
      p.output(0)[0] = p.output(0)[1] = 1;
      const double loss = p.step(with, Model::skipgram, 1);
      const double x = -static_cast<double>(score), power = std::exp(-std::abs(x));
      const double exact = x > 0 ? 1 / (1 + power) : power / (1 + power);
      const double off = std::abs(static_cast<double>(p.input(0)[1]) - exact);
      worst = std::max(worst, off);
      // Below e^-87 there are no normal floats.
      if (std::abs(x) < 87) worst_part = std::max(worst_part, off / exact / (1 + std::abs(x)));
      const double exact_loss = std::max(x, 0.0) + std::log1p(power);
      worst_loss = std::max(worst_loss, std::abs(loss - exact_loss) / (1 + exact_loss));
    }
    INFO(with.instruction_set);
    // Three roundings, the exponential's error and, for the relative error, a rounding of its argument times that.
    CHECK(worst < 3e-7);
    CHECK(worst_part < 3e-7);
    CHECK(worst_loss < 4e-7);
  }
}
