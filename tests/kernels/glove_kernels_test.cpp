#include "equivec/base/rng.hpp"
#include "src/base/row_table.hpp"
#include "src/kernels/glove_kernels.hpp"
#include "src/kernels/glove_step.hpp"

#include "catch.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace equivec;

namespace {

const std::vector<GloveKernels>& kernels() {
  static const std::vector<GloveKernels> all = all_glove_kernels();
  return all;
}

constexpr std::size_t words = 7, contexts = 5;

/// Two blocks of rows and some pairs, trained by a kernel and by the double oracle.
class Problem {
 public:
  Problem(std::size_t dimension, std::size_t pairs, bool legacy_bias, double clip = 100)
      : settings_{.layout = {dimension},
                  .rates = {.learning_rate = 0.05, .gradient_clip = clip, .legacy_bias = legacy_bias},
                  .x_max = 10,
                  .weight_exponent = 0.75},
        words_(words, settings_.layout.row()),
        contexts_(contexts, settings_.layout.row()) {
    Rng rng(11, dimension);
    fill(words_, settings_.layout.word_bias(), settings_.layout.context_bias(), rng);
    fill(contexts_, settings_.layout.context_bias(), settings_.layout.word_bias(), rng);
    for (std::size_t i = 0; i < pairs; ++i) {
      const float small = rng.uniform();
      pairs_.push_back({static_cast<std::uint16_t>(rng.below(words)), static_cast<std::uint16_t>(rng.below(contexts)),
                        i % 3 == 0 ? 0.01F + small : 100 * small * small + 0.5F});
    }
  }

  std::vector<GlovePair> pairs_;

  double train(const GloveKernels& kernel, bool sparse = false) {
    return kernel.train(settings_, {words_.row(0), contexts_.row(0), pairs_, sparse ? contexts + pairs_.size() : 0});
  }

  double train_plainly() {
    const std::size_t dimension = settings_.layout.dimension;
    Doubles w(words_, settings_.layout, settings_.layout.word_bias()),
        c(contexts_, settings_.layout, settings_.layout.context_bias());
    double loss = 0;
    for (std::size_t i = 0, size; i < pairs_.size(); i += size) {
      size = i + glove_group <= pairs_.size() ? glove_group : 1;
      std::vector<double> differences;
      for (std::size_t k = i; k < i + size; ++k)
        differences.push_back(glove_difference(w.row(pairs_[k].word, dimension), c.row(pairs_[k].context, dimension),
                                               std::log(static_cast<double>(pairs_[k].count))));
      for (std::size_t k = i; k < i + size; ++k)
        loss += glove_step(w.row(pairs_[k].word, dimension), c.row(pairs_[k].context, dimension),
                           glove_weight<double>(pairs_[k].count, settings_.x_max, settings_.weight_exponent),
                           differences[k - i], settings_.rates);
    }
    w.store(words_, settings_.layout, settings_.layout.word_bias());
    c.store(contexts_, settings_.layout, settings_.layout.context_bias());
    return loss;
  }

  void damage() { contexts_.row(pairs_[12].context)[3] = std::numeric_limits<float>::quiet_NaN(); }

  /// The largest difference of any number, relative for numbers above 1; infinite if there is a NaN.
  double distance(const Problem& other) const {
    double worst = 0;
    for (const auto& [a, b] : {std::pair{&words_, &other.words_}, std::pair{&contexts_, &other.contexts_}})
      for (std::size_t i = 0; i < a->rows(); ++i)
        for (std::size_t k = 0; k < a->stride(); ++k) {
          const double x = a->row(i)[k], y = b->row(i)[k];
          const double difference = std::abs(x - y) / std::max(1.0, std::abs(y));
          worst = difference <= worst ? worst : std::isnan(difference) ? HUGE_VAL : difference;
        }
    return worst;
  }

  /// Numbers that no step may change: the constant ones, and the padding.
  bool constants_kept() const {
    const GloveLayout& layout = settings_.layout;
    const auto kept = [&](const Table& table, std::size_t other_bias) {
      for (std::size_t i = 0; i < table.rows(); ++i) {
        const float* const row = table.row(i);
        if (row[other_bias] != 1 || row[layout.squares() + other_bias] != 1) return false;
        for (std::size_t k = layout.dimension + 2; k < layout.stride(); ++k)
          if (row[k] != 0 || row[layout.squares() + k] != 1) return false;
      }
      return true;
    };
    return kept(words_, layout.context_bias()) && kept(contexts_, layout.word_bias());
  }

 private:
  struct Doubles {
    std::vector<double> values, squares, biases, bias_squares;

    Doubles(const Table& table, const GloveLayout& layout, std::size_t bias) {
      for (std::size_t i = 0; i < table.rows(); ++i) {
        const float* const row = table.row(i);
        values.insert(values.end(), row, row + layout.dimension);
        squares.insert(squares.end(), row + layout.squares(), row + layout.squares() + layout.dimension);
        biases.push_back(row[bias]);
        bias_squares.push_back(row[layout.squares() + bias]);
      }
    }
    GloveRow<double> row(std::size_t i, std::size_t dimension) {
      return {std::span(values).subspan(i * dimension, dimension), std::span(squares).subspan(i * dimension, dimension),
              biases[i], bias_squares[i]};
    }
    void store(Table& table, const GloveLayout& layout, std::size_t bias) const {
      for (std::size_t i = 0; i < table.rows(); ++i) {
        float* const row = table.row(i);
        for (std::size_t k = 0; k < layout.dimension; ++k) {
          row[k] = static_cast<float>(values[i * layout.dimension + k]);
          row[layout.squares() + k] = static_cast<float>(squares[i * layout.dimension + k]);
        }
        row[bias] = static_cast<float>(biases[i]);
        row[layout.squares() + bias] = static_cast<float>(bias_squares[i]);
      }
    }
  };

  void fill(Table& table, std::size_t own_bias, std::size_t other_bias, Rng& rng) const {
    const GloveLayout& layout = settings_.layout;
    for (std::size_t i = 0; i < table.rows(); ++i) {
      float* const row = table.row(i);
      for (std::size_t k = 0; k < layout.dimension; ++k) row[k] = rng.uniform() - 0.5F;
      row[own_bias] = rng.uniform() - 0.5F;
      row[other_bias] = 1;
      for (std::size_t k = 0; k < layout.stride(); ++k) row[layout.squares() + k] = 1;
      for (std::size_t k = 0; k < layout.dimension; ++k) row[layout.squares() + k] = 1 + 3 * rng.uniform();
    }
  }

  GloveSettings settings_;
  Table words_, contexts_;
};

}  // namespace

TEST_CASE("GloVe's kernels: every width up to 260, and some up to 1,024, agree with the oracle") {
  for (const GloveKernels& kernel : kernels()) {
    for (std::size_t dimension = 1; dimension <= 1024; dimension += dimension < 260 ? 1 : 191) {
      CAPTURE(kernel.instruction_set, dimension);
      Problem found(dimension, 20, false), expected(dimension, 20, false);
      const double loss = found.train(kernel), plain = expected.train_plainly();
      CHECK(loss == Approx(plain).epsilon(1e-4));
      CHECK(found.distance(expected) < 1e-4);
      CHECK(found.constants_kept());
    }
  }
}

TEST_CASE("GloVe's kernels: any number of pairs, clipped gradients and the legacy bias agree with the oracle") {
  for (const GloveKernels& kernel : kernels())
    for (const bool legacy : {false, true})
      for (const double clip : {100.0, 0.01})
        for (const std::size_t pairs : {0u, 1u, 2u, 15u, 16u, 17u, 63u, 64u, 65u, 129u}) {
          CAPTURE(kernel.instruction_set, legacy, clip, pairs);
          Problem found(50, pairs, legacy, clip), expected(50, pairs, legacy, clip);
          const double loss = found.train(kernel, pairs % 2 == 0), plain = expected.train_plainly();
          CHECK(loss == Approx(plain).epsilon(2e-3));
          CHECK(found.distance(expected) < 2e-3);
          CHECK(found.constants_kept());
        }
}

TEST_CASE("GloVe's kernels: a NaN shows in the loss") {
  for (const GloveKernels& kernel : kernels()) {
    CAPTURE(kernel.instruction_set);
    Problem problem(10, 30, false);
    problem.damage();
    CHECK(std::isnan(problem.train(kernel)));
  }
}
