#pragma once

#include "equivec/bias/biased_words.hpp"
#include "equivec/debias/methods.hpp"

#include <string>
#include <string_view>

namespace equivec {

// The remedies by name. Each is defined beside the function that computes it; methods.cpp lists them.
extern const DebiasMethod neutralize_method, equalize_method, hard_method, multiclass_hard_method, soft_method,
    linear_projection_method, partial_projection_method, double_hard_method, inlp_method, leace_method,
    half_sibling_method, repulsion_attraction_method, oscar_method;

// What they have in common.

/// The direction by the sets and options, with `rank` in place of theirs if given, and the vectors as they are.
Debiased begin(const DebiasMethod::Input& input, std::optional<int> rank = {});
/// The same for methods that take one direction. Throws OptionError for a rank above 1.
Debiased begin_with_one_direction(const DebiasMethod::Input& input, std::string_view method);

/// The first words of the vocabulary that are looked at for bias, by the option `restrict`.
std::size_t words_looked_at(const DebiasMethod::Input& input);

/// The ordinary words most biased to either side: as many as the options say, else so many percent of the words looked
/// at (in the papers 7,500 of 150,000, or 1,000 of 50,000), but no fewer than 50; or as many as there are. What was
/// taken is added to the choices.
BiasedWords biased_words(const DebiasMethod::Input& input, Debiased& result, int percent);

/// What was measured, to six digits. Options are given as they are, by shortest().
std::string rounded(double measured);

}  // namespace equivec
