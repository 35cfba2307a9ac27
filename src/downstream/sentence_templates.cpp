#include "equivec/downstream/sentence_templates.hpp"

#include "equivec/base/error.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

namespace {

/// What a person is called as the subject of a sentence and elsewhere, in both groups.
struct TemplatePerson {
  WordPair subject, object;
};

/// '@' is the person as the subject, '$' elsewhere, '#' the word.
constexpr std::array state_sentences = {
    "@ is # about the news .",    "@ looked # when the door opened .", "all through the evening @ seemed # .",
    "the letter made $ feel # .", "nobody knew why @ was so # .",      "talking to $ left everyone # ."};
constexpr std::array event_sentences = {"@ told us about a # day at work .", "the trip with $ was # .",
                                        "for $ the interview turned out to be # .", "@ has had a # week .",
                                        "we heard $ give a # speech ."};

using TemplateWords = std::array<std::string_view, 8>;
constexpr std::array<TemplateWords, 3> state_words = {
    TemplateWords{"calm", "busy", "quiet", "awake", "early", "ready", "silent", "curious"},
    TemplateWords{"happy", "delighted", "cheerful", "grateful", "proud", "excited", "hopeful", "relieved"},
    TemplateWords{"angry", "furious", "miserable", "afraid", "bitter", "anxious", "gloomy", "disappointed"}};
constexpr std::array<TemplateWords, 3> event_words = {
    TemplateWords{"long", "short", "usual", "normal", "brief", "planned", "typical", "second"},
    TemplateWords{"wonderful", "lovely", "splendid", "great", "brilliant", "perfect", "delightful", "superb"},
    TemplateWords{"dreadful", "frightful", "horrible", "terrible", "dull", "painful", "boring", "disastrous"}};

std::vector<TemplatePerson> persons_of(const SwapWords& words) {
  std::vector<TemplatePerson> persons;
  const auto has = [&](const WordPair& pair) { return std::ranges::find(words.pairs, pair) != words.pairs.end(); };
  if (has({"she", "he"}) && has({"her", "him"})) persons.push_back({{"she", "he"}, {"her", "him"}});
  for (const WordPair& noun : words.persons) {
    const WordPair phrase = {"the " + noun[0], "the " + noun[1]};
    persons.push_back({phrase, phrase});
  }
  for (const WordPair& name : words.names) persons.push_back({name, name});
  return persons;
}

std::string filled(std::string_view sentence, const TemplatePerson& person, std::size_t side, std::string_view word) {
  std::string text;
  for (const char c : sentence) switch (c) {
      case '@':
        text += person.subject[side];
        break;
      case '$':
        text += person.object[side];
        break;
      case '#':
        text += word;
        break;
      default:
        text += c;
    }
  return text;
}

void add_sentences(std::span<const char* const> sentences, const TemplateWords& words,
                   std::span<const TemplatePerson> persons, TwinTexts& result) {
  for (const char* const sentence : sentences)
    for (const std::string_view word : words)
      for (const TemplatePerson& person : persons) {
        result.texts.push_back(filled(sentence, person, 0, word));
        result.twins.push_back(filled(sentence, person, 1, word));
        result.groups.push_back(TextGroup::first);
        ++result.swapped;
      }
}

}  // namespace

std::string_view name_of(TemplateFeeling feeling) {
  constexpr std::array<std::string_view, 3> names = {"neutral", "positive", "negative"};
  return names[static_cast<std::size_t>(feeling)];
}

TwinTexts template_texts(const SwapWords& words, TemplateFeeling feeling) {
  const std::vector<TemplatePerson> persons = persons_of(words);
  if (persons.empty()) throw Error(words.name + ": holds no pair of persons for the templates; give some");
  TwinTexts result;
  add_sentences(state_sentences, state_words[static_cast<std::size_t>(feeling)], persons, result);
  add_sentences(event_sentences, event_words[static_cast<std::size_t>(feeling)], persons, result);
  return result;
}

}  // namespace equivec
