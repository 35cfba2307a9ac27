#include "src/downstream/text_words.hpp"

#include "equivec/counts/vocabulary.hpp"
#include "src/counts/find_word.hpp"

#include <utility>

namespace equivec {

namespace {

/// What the metadata tell, if they are ours: others may use the same names for something else.
TextOptions options_of(const Metadata& metadata) {
  const auto tool = metadata.find("tool");
  if (tool == metadata.end() || !tool->second.starts_with("equivec ")) return {};
  TextOptions options = text_options_of(metadata);
  options.max_sentence = 0;
  if (options.invalid_utf8 == InvalidUtf8::fail) options.invalid_utf8 = InvalidUtf8::keep;
  return options;
}

}  // namespace

TextWords::TextWords(const Embeddings& embeddings, bool cuts_texts)
    : vocabulary_(embeddings.vocabulary()),
      rules_(options_of(embeddings.metadata())),
      plain_(options_of(embeddings.metadata()) == TextOptions()),
      cased_(is_cased(vocabulary_)),
      joins_phrases_(embeddings.metadata().contains("phrases")) {
  if (cuts_texts && embeddings.tokenizer()) pieces_.emplace(embeddings);
}

std::vector<std::optional<WordId>> TextWords::of(std::string_view text) const {
  if (pieces_) return pieces_->of(text);
  std::vector<std::string_view> words;
  const auto find_all = [&](std::string_view ruled) {
    tokenize(
        ruled, [&](std::string_view word) { words.push_back(word); }, [] {});
    return find(words);
  };
  if (joins_phrases_) {
    const std::vector<std::string> phrases = split(text);
    words.assign(phrases.begin(), phrases.end());
    return find(words);
  }
  if (plain_) return find_all(text);
  TextRules::Scratch scratch;
  return find_all(rules_.apply(text, scratch).text);
}

std::vector<std::optional<WordId>> TextWords::find(std::span<const std::string_view> words) const {
  std::vector<std::optional<WordId>> ids = vocabulary_.find(words);
  for (std::size_t i = 0; i < ids.size() && !cased_; ++i)
    if (!ids[i] || !holds(vocabulary_, *ids[i])) ids[i] = find_or_lowered(vocabulary_, words[i]);
  return ids;
}

bool TextWords::is_phrase(std::string_view word) const {
  const auto id = vocabulary_.find(word);
  return id && holds(vocabulary_, *id);
}

std::vector<std::string> TextWords::split(std::string_view text) const {
  TextRules::Scratch scratch;
  std::vector<std::string> words;
  tokenize(
      rules_.apply(text, scratch).text, [&](std::string_view word) { words.emplace_back(word); }, [] {});
  return joins_phrases_ ? with_phrases(std::move(words)) : words;
}

/// Joins neighbours that are a phrase of the vocabulary, from left to right, until there are none.
std::vector<std::string> TextWords::with_phrases(std::vector<std::string> words) const {
  for (bool changes = true; changes;) {
    changes = false;
    std::vector<std::string> result;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i + 1 < words.size())
        if (std::string phrase = words[i] + "_" + words[i + 1]; is_phrase(phrase)) {
          result.push_back(std::move(phrase));
          changes = true;
          ++i;
          continue;
        }
      result.push_back(std::move(words[i]));
    }
    words = std::move(result);
  }
  return words;
}

}  // namespace equivec
