#include "equivec/downstream/sentence_templates.hpp"

#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <set>

using namespace equivec;

TEST_CASE("templates: both sentences of a pair differ in the person alone") {
  const SwapWords words = swap_words(read_word_sets("gender"));
  const WordSwaps swaps(words);
  for (const TemplateFeeling feeling : template_feelings) {
    const TwinTexts texts = template_texts(words, feeling);
    CHECK(texts.texts.size() == 11 * 8 * 13);  // sentences, words, persons
    CHECK(texts.twins.size() == texts.texts.size());
    CHECK(std::ranges::all_of(texts.groups, [](TextGroup group) { return group == TextGroup::first; }));
    CHECK(texts.labels.empty());
    CHECK(std::set(texts.texts.begin(), texts.texts.end()).size() == texts.texts.size());
    bool are_twins = true;
    for (std::size_t i = 0; i < texts.texts.size(); ++i) {
      if (texts.texts[i].find(" her ") != std::string::npos) continue;  // what follows "made her" looks like a noun
      const Twin twin = swaps.twin_of(texts.texts[i]);
      are_twins = are_twins && twin.text == texts.twins[i] && twin.swapped == 1 && twin.group == TextGroup::first;
    }
    CHECK(are_twins);
  }
}

TEST_CASE("templates: the words of each feeling are others") {
  const SwapWords words{.name = "mine", .pairs = {}, .names = {{"Ann", "Bob"}}, .persons = {}};
  std::set<std::string> all;
  for (const TemplateFeeling feeling : template_feelings)
    for (const std::string& text : template_texts(words, feeling).texts) all.insert(text);
  CHECK(all.size() == 3 * 11 * 8);
  CHECK(all.contains("Ann is happy about the news ."));
  CHECK(name_of(TemplateFeeling::negative) == "negative");
}

TEST_CASE("templates: pronouns are subjects and objects") {
  const SwapWords words{.name = "mine", .pairs = {{"she", "he"}, {"her", "him"}}, .names = {}, .persons = {}};
  const TwinTexts texts = template_texts(words, TemplateFeeling::positive);
  CHECK(std::ranges::find(texts.texts, "the letter made her feel proud .") != texts.texts.end());
  CHECK(std::ranges::find(texts.twins, "the letter made him feel proud .") != texts.twins.end());
  CHECK(std::ranges::find(texts.twins, "he looked proud when the door opened .") != texts.twins.end());
}

TEST_CASE("templates: without persons there are no sentences") {
  const SwapWords words{.name = "mine", .pairs = {{"she", "he"}}, .names = {}, .persons = {}};
  CHECK(error_of([&] { template_texts(words, TemplateFeeling::neutral); }) ==
        "mine: holds no pair of persons for the templates; give some");
}
