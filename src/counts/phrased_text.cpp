#include "src/counts/phrased_text.hpp"

#include "equivec/base/error.hpp"
#include "src/counts/phrase_joiner.hpp"
#include "src/counts/word_index.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace equivec {

namespace {

/// What stands in place of words that cannot be part of a phrase, and so keeps their neighbours apart.
const std::string barrier(phrase_barrier);

JoinOptions join_options(const EncodeOptions& options) {
  return {.unknown = options.unknown,
          .end_token = !options.text.end_token.empty(),
          .threads = options.threads,
          .memory = options.memory};
}

TextOptions without_end_token(TextOptions text) {
  text.end_token.clear();
  return text;
}

/// Different words, in the order in which they came.
class WordList {
 public:
  void add(std::string_view word) {
    if (word.empty()) return;
    const auto number = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({std::string(word), 0});
    const auto found =
        index_.insert(word, number, [this](std::uint32_t i) { return std::string_view(entries_[i].word); });
    if (found != number) entries_.pop_back();
  }
  std::vector<Vocabulary::Entry>& entries() { return entries_; }

 private:
  std::vector<Vocabulary::Entry> entries_;
  WordIndex index_;
};

/// Adds all that may be a word of the text within a phrase: what stands between any two delimiters.
void add_parts(std::string_view phrase, std::string_view delimiter, WordList& words) {
  for (std::size_t begin = 0;; begin = begin + delimiter.size()) {
    for (std::size_t end = begin; end != phrase.npos; end += delimiter.size()) {
      end = phrase.find(delimiter, end);
      words.add(phrase.substr(begin, end - begin));
      if (end == phrase.npos) break;
    }
    begin = phrase.find(delimiter, begin);
    if (begin == phrase.npos) return;
  }
}

/// The words of the vocabulary and those of which phrases are made, and the barrier.
Vocabulary vocabulary_of_parts(const Vocabulary& vocabulary, const Phrases& phrases) {
  WordList words;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) words.add(vocabulary.word(word_id(i)));
  for (std::size_t pass = 0; pass < phrases.passes(); ++pass)
    for (const Phrases::Phrase& phrase : phrases.pass(pass)) add_parts(phrase.words, phrases.delimiter(), words);
  for (const std::string& word : phrases.connector_words()) words.add(word);
  words.add(barrier);
  return Vocabulary(words.entries());
}

/// The vocabulary with the counts of the corpus.
Vocabulary recounted(const Vocabulary& vocabulary, const EncodedCorpus& corpus) {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) entries.push_back({std::string(vocabulary.word(word_id(i))), 0});
  for (const WordId id : corpus.ids())
    if (id != EncodedCorpus::sentence_end) ++entries[index(id)].count;
  return Vocabulary(entries);
}

ChosenText read_phrases_and_choose(const Corpus& corpus, const VocabularyOptions& options, Progress* progress) {
  VocabularyOptions raw = options;
  raw.phrases.reset();
  raw.text = without_end_token(options.text);
  raw.unknown = barrier;
  raw.max_size = 0;
  raw.drop.clear();
  // A phrase is not more frequent than its words; but it may be kept whatever its count.
  if (!options.keep.empty()) raw.min_count = 1;
  raw.keep.clear();
  TextSummary read;
  TrainingText words = read_corpus(corpus, raw, progress, &read);
  ChosenText result{join_phrases(std::move(words), *options.phrases, join_options(options), progress), {}};
  TextSummary& summary = result.text.summary;
  summary = read;
  summary.words = summary.kept = summary.rare = summary.beyond = summary.dropped = {};
  result.words = choose_words(result.text, options, corpus.name(), progress);
  summary.rare.types += read.rare.types;
  summary.rare.tokens += read.rare.tokens;
  summary.words.types += read.rare.types;
  return result;
}

[[noreturn]] void throw_no_phrases() {
  throw OptionError("phrases: not over several ranks; leave it out, or join them before");
}

}  // namespace

ChosenText read_and_choose(const Corpus& corpus, const VocabularyOptions& options, Keep keep, Progress* progress) {
  if (options.phrases && corpus.ranks()) throw_no_phrases();
  if (options.phrases) return read_phrases_and_choose(corpus, options, progress);
  NumberedText text = number_words(corpus, {options.text, keep, options.threads, options.memory}, progress);
  ChosenWords words = choose_words(text, options, corpus.name(), progress, corpus.ranks());
  return {std::move(text), std::move(words)};
}

NumberedText read_phrased(const Corpus& corpus, const Vocabulary& vocabulary, const EncodeOptions& options,
                          Progress* progress) {
  if (corpus.ranks()) throw_no_phrases();
  EncodeOptions raw = options;
  raw.phrases.reset();
  raw.text = without_end_token(options.text);
  raw.unknown = barrier;
  const Vocabulary parts = vocabulary_of_parts(vocabulary, *options.phrases);
  TextSummary read;
  EncodedCorpus encoded = encode(corpus, parts, raw, progress, &read);
  Vocabulary counted = recounted(parts, encoded);
  NumberedText result =
      join_phrases({std::move(counted), std::move(encoded)}, *options.phrases, join_options(options), progress);
  result.summary = read;
  return result;
}

}  // namespace equivec
