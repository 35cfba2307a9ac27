#pragma once

#include "equivec/base/export.hpp"
#include "equivec/downstream/word_swaps.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace EQUIVEC_EXPORT equivec {

// Short sentences that differ in nothing but the person they are about, in the manner of the Equity Evaluation Corpus
// (Kiritchenko and Mohammad 2018, "Examining Gender and Race Bias in Two Hundred Sentiment Analysis Systems", *SEM).
// The sentences and words are our own, in English.

/// What the word that fills the second slot of a sentence says.
enum class TemplateFeeling : std::uint8_t {
  neutral,   ///< nothing of a feeling: tall, early
  positive,  ///< happy, wonderful
  negative   ///< angry, dreadful
};
inline constexpr std::array template_feelings = {TemplateFeeling::neutral, TemplateFeeling::positive,
                                                 TemplateFeeling::negative};
/// "neutral", "positive", "negative".
std::string_view name_of(TemplateFeeling feeling);

/// Every sentence with every word of the feeling and every person: "the" and a noun of words.persons, a name of
/// words.names, and "she" and "her", "he" and "him" if both are pairs of words.pairs. Texts name the first group, twins
/// the second; there are no labels. Throws Error if there is no such person.
TwinTexts template_texts(const SwapWords& words, TemplateFeeling feeling);

}  // namespace equivec
