#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace equivec {

/// Input that cannot be used: a file, a line of a file, a word list.
/// what() is one line, ready to be shown: what, where, what was found, what to do.
/// Example: "vectors.vec:17: expected 100 numbers after the word, found 99".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An option whose value makes no sense: "window must be at least 1, got 0".
class OptionError : public Error {
 public:
  using Error::Error;
};

/// Thrown by long computations after Progress::cancelled was set. Nothing was written.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Sentences about input that could be used but is not quite in order ("3 words occur twice ...").
/// Functions that take `Notices*` append to it; null drops them.
using Notices = std::vector<std::string>;

/// Throws OptionError "`name` must be at least `low`, got `value`" unless value >= low (NaN is refused too).
void require_at_least(std::string_view name, double value, double low);
/// The same with an upper bound: "`name` must be between `low` and `high`, got `value`".
void require_between(std::string_view name, double value, double low, double high);

}  // namespace equivec
