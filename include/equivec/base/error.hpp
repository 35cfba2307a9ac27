#pragma once

#include "equivec/base/export.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// Input that cannot be used: a file, a line of a file, a word list.
/// what() is one line that can be shown to the user: what, where, what was found, what to do.
/// Example: "vectors.vec:17: expected 100 numbers after the word, found 99".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A word that is not in the vocabulary.
class UnknownWord : public Error {
 public:
  using Error::Error;
};

/// An option with an invalid value: "window must be at least 1, got 0".
class OptionError : public Error {
 public:
  using Error::Error;
};

/// Thrown by long computations after Progress::cancelled was set. No file has been written.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Warnings about input that is usable but not quite in order ("3 words occur twice ..."), one sentence each.
/// Functions that take `Notices*` append to it; null discards them.
using Notices = std::vector<std::string>;

/// Throws OptionError "`name` must be at least `low`, got `value`" unless value >= low (also for NaN).
void require_at_least(std::string_view name, double value, double low);
/// The same with an upper bound: "`name` must be between `low` and `high`, got `value`".
void require_between(std::string_view name, double value, double low, double high);

}  // namespace equivec
