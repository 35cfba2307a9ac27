#pragma once

#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/methods.hpp"

#include <string>
#include <string_view>

namespace equivec {

// The methods by name. Each is defined beside the function that computes it; methods.cpp lists them.
extern const DebiasMethod neutralize_method, equalize_method, hard_method, multiclass_hard_method, soft_method,
    linear_projection_method, partial_projection_method, double_hard_method, inlp_method, leace_method,
    half_sibling_method, repulsion_attraction_method, oscar_method;

// What the methods have in common.

/// The direction found by the sets and options, with `rank` in place of theirs if given, and the unchanged vectors.
Debiased begin(const DebiasMethod::Input& input, std::optional<int> rank = {});
/// The same for methods that take one direction. Throws OptionError unless the rank is 1.
Debiased begin_with_one_direction(const DebiasMethod::Input& input, std::string_view method);

/// The number of words, from the first of the vocabulary, among which biased words are found: the option `restrict`.
std::size_t words_searched(const DebiasMethod::Input& input);

/// The ordinary words most biased to either side. Their number on each side is that of the options, or if this is 0
/// `percent` of words_searched() (in the papers 7,500 of 150,000, or 1,000 of 50,000), at least 50 and at most as many
/// as there are. The number is added to the choices.
BiasedWords biased_words(const DebiasMethod::Input& input, Debiased& result, int percent);

/// A measured number, to six digits. Options are written by shortest() instead.
std::string rounded(double measured);

}  // namespace equivec
