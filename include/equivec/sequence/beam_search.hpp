#pragma once

#include "equivec/base/export.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace EQUIVEC_EXPORT equivec {

/// The number of a token in the vocabulary of a model's output.
using TokenNumber = std::uint32_t;

/// A model that says for the beginning of an output how probable each next token is: a language model, or a decoder
/// whose input is given. It keeps the states of the beginnings that the last call asked about.
class NextTokens {
 public:
  virtual ~NextTokens() = default;
  /// How many tokens there are, at least 1.
  virtual std::size_t size() const = 0;
  /// Forgets all states but that before the first token, which is number 0.
  virtual void restart() = 0;
  /// Row r asks for what may follow after `tokens[r]` was appended to the state `parents[r]` of the last call. Writes
  /// into log_probabilities, rows x size(), row by row, ln of the probability of each token; minus infinity: it cannot
  /// follow. The states after it are numbered as the rows; older ones may be forgotten.
  virtual void advance(std::span<const std::size_t> parents, std::span<const TokenNumber> tokens,
                       std::span<float> log_probabilities) = 0;
};

/// The marks between which an output stands.
struct OutputMarks {
  TokenNumber begin = 0;  ///< what the model is given as the token before the first; it is in no result
  TokenNumber end = 0;    ///< the token after the last; not in the results, but in their probability and length
};

struct BeamOptions {
  std::size_t width = 4;  ///< how many beginnings are pursued at once, at least 1
  /// Outputs are compared by ln p / length^a, since every token makes an output less probable: a from 0 (by probability
  /// alone) to 1 (by the mean of the tokens). Near 0.7 is usual; Wu et al. 2016 (arXiv:1609.08144, section 7) find 0.6
  /// to 0.7 best with ((5 + length) / 6)^a. The length counts the end mark.
  double length_exponent = 0.7;
  std::size_t longest = 200;  ///< tokens of an output, the end mark included, at least 1
  std::size_t results = 1;    ///< how many of the best are returned, 1..width
};

/// Throws OptionError naming the first setting that is out of range.
void validate(const BeamOptions& options);

/// An output and what the model thinks of it.
struct Hypothesis {
  std::vector<TokenNumber> tokens;  ///< without the marks
  double log_probability = 0;       ///< ln of the product of all tokens' probabilities, the end mark's included
  double score = 0;                 ///< log_probability / length^length_exponent
  bool finished = false;  ///< whether it has its end mark; not if it was cut at `longest`, or nothing can follow
};

/// The best outputs that a beam search finds (Graves 2012, arXiv:1211.3711; Sutskever, Vinyals and Le 2014,
/// arXiv:1409.3215), 1..options.results of them, best first, finished before unfinished. Each step appends every token
/// to every beginning and pursues the `width` most probable; those that end leave the beam and are kept. It stops when
/// no beginning can come to a better score any more. Of equals the one whose beginning stood before, then the lower
/// token, is preferred. Throws OptionError; Error if the model says NaN or more than certain, or a mark is no token of
/// it.
std::vector<Hypothesis> beam_search(NextTokens& model, const OutputMarks& marks, const BeamOptions& options = {});

/// Always the most probable next token: what beam_search() gives at width 1. Of the options only length_exponent and
/// longest matter. Throws as beam_search().
Hypothesis greedy_search(NextTokens& model, const OutputMarks& marks, const BeamOptions& options = {});

/// What the model thinks of a given output, ended after its last token, whatever its length. Throws as beam_search(),
/// and if a token is none of the model's.
Hypothesis score_output(NextTokens& model, const OutputMarks& marks, std::span<const TokenNumber> tokens,
                        const BeamOptions& options = {});

/// Why an output is not the one that was wanted.
enum class Fault {
  none,    ///< it is
  search,  ///< the model prefers the one wanted, which the search did not find: a wider beam may help
  model    ///< the model prefers what was found, or thinks both alike: no search can help
};
inline constexpr std::array faults = {Fault::none, Fault::search, Fault::model};
/// "none", "search", "model".
std::string_view name_of(Fault fault);

/// Compares the scores of what was wanted (by score_output()) and of what was found, by one model and the same options.
/// Scores that differ by less than 1e-5, or of great scores by that part, count as alike, since sums in float depend on
/// their order. An output without its end mark is another than that with it.
Fault fault_of(const Hypothesis& reference, const Hypothesis& found);

}  // namespace equivec
