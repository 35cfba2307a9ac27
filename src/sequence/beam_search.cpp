#include "equivec/sequence/beam_search.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

namespace equivec {

namespace {

double normalised(double log_probability, std::size_t length, double exponent) {
  return log_probability / std::pow(static_cast<double>(length), exponent);
}

/// Asks the model and checks what it says.
class NextTokenRows {
 public:
  NextTokenRows(NextTokens& model, const OutputMarks& marks) : model_(model), size_(model.size()) {
    if (marks.begin >= size_ || marks.end >= size_)
      throw Error("output marks " + std::to_string(marks.begin) + " and " + std::to_string(marks.end) +
                  " must be among the " + std::to_string(size_) + " tokens of the model");
    model_.restart();
  }

  std::size_t size() const { return size_; }

  /// Row r of what is returned begins at r * size().
  std::span<const float> after(std::span<const std::size_t> parents, std::span<const TokenNumber> tokens) {
    values_.assign(parents.size() * size_, std::numeric_limits<float>::quiet_NaN());
    model_.advance(parents, tokens, values_);
    // Softmax in float may come to a little more than 1.
    if (!std::ranges::all_of(values_, [](float value) { return value <= 1e-3F; }))
      throw Error("the model gives a logarithm of a probability that is not a number or above 0");
    for (float& value : values_) value = std::min(value, 0.0F);
    return values_;
  }

  std::span<const float> after(std::size_t parent, TokenNumber token) {
    return after(std::span(&parent, 1), std::span(&token, 1));
  }

 private:
  NextTokens& model_;
  std::size_t size_;
  std::vector<float> values_;
};

struct Continuation {
  double log_probability;
  std::size_t parent;
  TokenNumber token;
};

bool is_better(const Continuation& a, const Continuation& b) {
  return std::tuple(-a.log_probability, a.parent, a.token) < std::tuple(-b.log_probability, b.parent, b.token);
}

class Beam {
 public:
  Beam(NextTokens& model, const OutputMarks& marks, const BeamOptions& options)
      : rows_(model, marks), marks_(marks), options_(options) {}

  std::vector<Hypothesis> search() {
    parents_ = {0};
    last_ = {marks_.begin};
    live_.resize(1);
    for (std::size_t length = 1; length <= options_.longest && !live_.empty() && !is_decided(); ++length) step(length);
    std::vector<Hypothesis> results = std::move(finished_);
    for (Hypothesis& hypothesis : live_) {
      if (results.size() == options_.results) break;
      results.push_back(std::move(hypothesis));
    }
    if (results.empty()) results.push_back(std::move(dead_end_));
    return results;
  }

 private:
  /// Every beginning is lengthened to `length` tokens.
  void step(std::size_t length) {
    const std::vector<Continuation> chosen = best_continuations();
    if (chosen.empty() && finished_.empty()) dead_end_ = live_.front();
    std::vector<Hypothesis> next;
    parents_.clear();
    last_.clear();
    for (const Continuation& continuation : chosen) {
      Hypothesis hypothesis = live_[continuation.parent];
      hypothesis.log_probability = continuation.log_probability;
      hypothesis.score = normalised(continuation.log_probability, length, options_.length_exponent);
      if (continuation.token == marks_.end) {
        hypothesis.finished = true;
        keep(std::move(hypothesis));
        continue;
      }
      hypothesis.tokens.push_back(continuation.token);
      parents_.push_back(continuation.parent);
      last_.push_back(continuation.token);
      next.push_back(std::move(hypothesis));
    }
    live_ = std::move(next);
  }

  /// The best `width` of all, best first, without the impossible.
  std::vector<Continuation> best_continuations() {
    const std::span<const float> values = rows_.after(parents_, last_);
    std::vector<Continuation> best;  // a heap whose front is the worst
    for (std::size_t row = 0; row < live_.size(); ++row) {
      for (std::size_t token = 0; token < rows_.size(); ++token) {
        const auto value = static_cast<double>(values[row * rows_.size() + token]);
        if (std::isinf(value)) continue;
        const Continuation candidate{live_[row].log_probability + value, row, static_cast<TokenNumber>(token)};
        if (best.size() == options_.width) {
          if (!is_better(candidate, best.front())) continue;
          std::ranges::pop_heap(best, is_better);
          best.pop_back();
        }
        best.push_back(candidate);
        std::ranges::push_heap(best, is_better);
      }
    }
    std::ranges::sort_heap(best, is_better);
    return best;
  }

  /// Among the best that have ended; of equals the earlier stays before.
  void keep(Hypothesis hypothesis) {
    const auto place =
        std::ranges::find_if(finished_, [&](const Hypothesis& other) { return other.score < hypothesis.score; });
    finished_.insert(place, std::move(hypothesis));
    if (finished_.size() > options_.results) finished_.pop_back();
  }

  /// Whether no beginning can still become one of the results: it grows no more probable, and `longest` at most.
  bool is_decided() const {
    return finished_.size() == options_.results && normalised(live_.front().log_probability, options_.longest,
                                                              options_.length_exponent) <= finished_.back().score;
  }

  NextTokenRows rows_;
  const OutputMarks& marks_;
  const BeamOptions& options_;
  std::vector<Hypothesis> live_, finished_;  // both with the best first
  Hypothesis dead_end_;                      // the best beginning, when nothing could follow any
  std::vector<std::size_t> parents_;         // of each of live_, the row of the last step
  std::vector<TokenNumber> last_;
};

}  // namespace

void validate(const BeamOptions& options) {
  require_between("width", static_cast<double>(options.width), 1, 1e6);
  require_between("length_exponent", options.length_exponent, 0, 1);
  require_at_least("longest", static_cast<double>(options.longest), 1);
  require_between("results", static_cast<double>(options.results), 1, static_cast<double>(options.width));
}

std::vector<Hypothesis> beam_search(NextTokens& model, const OutputMarks& marks, const BeamOptions& options) {
  validate(options);
  return Beam(model, marks, options).search();
}

Hypothesis greedy_search(NextTokens& model, const OutputMarks& marks, const BeamOptions& options) {
  validate(options);
  NextTokenRows rows(model, marks);
  Hypothesis result;
  TokenNumber token = marks.begin;
  for (std::size_t length = 1; length <= options.longest && !result.finished; ++length) {
    const std::span<const float> next = rows.after(0, token);
    const auto best = std::ranges::max_element(next);
    if (std::isinf(*best)) break;
    token = static_cast<TokenNumber>(best - next.begin());
    result.log_probability += static_cast<double>(*best);
    result.score = normalised(result.log_probability, length, options.length_exponent);
    result.finished = token == marks.end;
    if (!result.finished) result.tokens.push_back(token);
  }
  return result;
}

Hypothesis score_output(NextTokens& model, const OutputMarks& marks, std::span<const TokenNumber> tokens,
                        const BeamOptions& options) {
  validate(options);
  NextTokenRows rows(model, marks);
  Hypothesis result{{tokens.begin(), tokens.end()}, 0, 0, true};
  TokenNumber last = marks.begin;
  for (std::size_t i = 0; i <= tokens.size(); ++i) {
    const TokenNumber next = i < tokens.size() ? tokens[i] : marks.end;
    if (next >= rows.size()) throw Error("token " + std::to_string(next) + " is none of the model's");
    result.log_probability += static_cast<double>(rows.after(0, last)[next]);
    last = next;
  }
  result.score = normalised(result.log_probability, tokens.size() + 1, options.length_exponent);
  return result;
}

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::search:
      return "search";
    case Fault::model:
      return "model";
  }
  return {};
}

Fault fault_of(const Hypothesis& reference, const Hypothesis& found) {
  if (reference.tokens == found.tokens && reference.finished == found.finished) return Fault::none;
  const double alike = 1e-5 * std::max(1.0, std::abs(found.score));
  return reference.score > found.score + alike ? Fault::search : Fault::model;
}

}  // namespace equivec
