#include "src/counts/chosen_words.hpp"

#include "equivec/base/error.hpp"
#include "src/base/lines.hpp"
#include "src/base/memory_limit.hpp"
#include "src/counts/shared_text.hpp"
#include "src/counts/vocabulary_writer.hpp"
#include "src/counts/word_runs.hpp"
#include "src/text/text_rules.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace equivec {

namespace {

/// After so many, whether to stop is looked at.
constexpr std::uint64_t few_words = 65536;

void add(WordTotals& totals, std::uint64_t count) {
  ++totals.types;
  totals.tokens += count;
}

/// What becomes of a word that is not a special token.
enum class Choice { kept_always, by_count, dropped };

/// The lists of words to keep and to drop.
class Lists {
 public:
  explicit Lists(const VocabularyOptions& options)
      : keep_(written(options.keep, options.text)), drop_(written(options.drop, options.text)) {
    for (const std::string& word : keep_)
      if (drop_.contains(word))
        throw OptionError("the word '" + word + "' is to be kept and to be dropped; choose one");
  }

  Choice choice(std::string_view word) const {
    if (keep_.empty() && drop_.empty()) return Choice::by_count;
    return keep_.contains(word) ? Choice::kept_always : drop_.contains(word) ? Choice::dropped : Choice::by_count;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const noexcept { return std::hash<std::string_view>()(word); }
  };
  using Words = std::unordered_set<std::string, Hash, std::equal_to<>>;

  /// The words as the rules make them. One of which they make several occurs nowhere.
  static Words written(const std::vector<std::string>& words, const TextOptions& text) {
    Words result;
    TextRules::Scratch scratch;
    const TextRules rules(text);
    for (const std::string& word : words) result.emplace(trimmed(rules.apply(word, scratch).text));
    return result;
  }

  Words keep_, drop_;
};

/// A word with its sort keys.
struct Candidate {
  std::uint64_t count;
  std::uint64_t prefix;  // the first eight bytes, which decide most ties without reading the word
  std::uint32_t number;  // in its table
};

/// Adds the words of all tables to the first and returns their numbers in it.
std::vector<std::vector<std::uint32_t>> merge(std::vector<WordCounts>& tables, const Progress* progress) {
  std::vector<std::vector<std::uint32_t>> numbers;
  for (std::size_t t = 1; t < tables.size(); ++t) {
    const auto counts = tables[t].counts();
    auto& merged = numbers.emplace_back();
    merged.reserve(counts.size());
    for (std::uint32_t i = 0; i < counts.size(); ++i) {
      if (i % few_words == 0) check_cancelled(progress);
      merged.push_back(tables[0].add(tables[t].word(i), counts[i]));
    }
  }
  return numbers;
}

[[noreturn]] void throw_none_is_frequent(const std::string& name, std::uint64_t different, std::uint64_t tokens,
                                         int min_count) {
  throw Error(name + ": none of its " + std::to_string(different) + " words (" + std::to_string(tokens) +
              " tokens) occurs " + std::to_string(min_count) + " times; lower --min-count");
}

[[noreturn]] void throw_no_room(int max_size) {
  throw OptionError("max-size leaves no room for words beside the special tokens, got " + std::to_string(max_size));
}

/// Sorts words that come in byte order by their counts, in runs.
class ByCount {
 public:
  explicit ByCount(std::uint64_t memory) : memory_(memory) {}

  void add(const CountedWord& word) {
    kept_.push_back({word.count, bytes_.size(), word.word.size()});
    bytes_ += word.word;
    if (bytes_.size() + kept_.size() * sizeof(Place) > memory_ / 4) flush();  // growing takes as much again, and more
  }
  const WordRuns& runs() {
    flush();
    return runs_;
  }

 private:
  struct Place {
    std::uint64_t count;
    std::size_t begin, size;
  };

  void flush() {
    std::ranges::stable_sort(kept_, std::ranges::greater(), &Place::count);
    runs_.add(kept_.size(), [&](std::size_t i) {
      return CountedWord{std::string_view(bytes_).substr(kept_[i].begin, kept_[i].size), kept_[i].count};
    });
    kept_.clear();
    bytes_.clear();
  }

  std::uint64_t memory_;
  std::vector<Place> kept_;
  std::string bytes_;
  WordRuns runs_{is_before_in_vocabulary};
};

/// choose_words() of words that were spilled.
Vocabulary choose_spilled(NumberedText& text, const VocabularyOptions& options, const Lists& lists,
                          const std::string& name, const Progress* progress) {
  const std::uint64_t memory = memory_for(options.memory);
  const std::string &unknown = options.unknown, &end_token = options.text.end_token;
  std::uint64_t unknown_count = 0, end_count = end_token.empty() ? 0 : text.sentences;
  TextSummary& summary = text.summary;
  std::uint64_t& different = summary.words.types;
  std::vector<Vocabulary::Entry> always;  // kept whatever their counts
  ByCount by_count(memory);
  const auto take = [&](const CountedWord& word) {
    if (++different % few_words == 0) check_cancelled(progress);
    if (word.word == end_token) {
      end_count += word.count;
    } else if (word.word == unknown) {
      unknown_count += word.count;
    } else if (const Choice choice = lists.choice(word.word); choice == Choice::kept_always) {
      always.push_back({std::string(word.word), word.count});
    } else if (choice == Choice::dropped) {
      add(summary.dropped, word.count);
    } else if (word.count >= static_cast<std::uint64_t>(options.min_count)) {
      add(summary.kept, word.count);
      by_count.add(word);
    } else {
      add(summary.rare, word.count);
    }
  };
  std::string last;  // the same word may be in several runs
  std::uint64_t count = 0;
  text.spilled->merge(memory / 4, [&](const CountedWord& word) {
    if (word.word != last) {
      if (count > 0) take({last, count});
      last = word.word;
      count = 0;
    }
    count += word.count;
  });
  take({last, count});
  const std::uint64_t kept = summary.kept.types;
  if (kept + always.size() == 0) throw_none_is_frequent(name, different, text.tokens, options.min_count);

  const WordRuns& runs = by_count.runs();
  const std::uint64_t limit = static_cast<std::uint64_t>(options.max_size),
                      specials = always.size() + !unknown.empty() + !end_token.empty();
  std::uint64_t room = kept;
  if (limit > 0 && kept + specials > limit) {
    room = limit - std::min(limit, specials);
    if (room + always.size() == 0) throw_no_room(options.max_size);
    std::uint64_t number = 0;
    WordTotals within;
    runs.merge(memory / 4, [&](const CountedWord& word) {
      if (number % few_words == 0) check_cancelled(progress);
      if (number++ < room) add(within, word.count);
    });
    summary.beyond = {kept - within.types, summary.kept.tokens - within.tokens};
    summary.kept = within;
  }
  if (!unknown.empty()) unknown_count += summary.rare.tokens + summary.dropped.tokens + summary.beyond.tokens;

  std::vector<CountedWord> special_words;
  for (const auto& [word, word_count] : always) {
    add(summary.kept, word_count);
    special_words.push_back({word, word_count});
  }
  if (unknown_count > 0) special_words.push_back({unknown, unknown_count});
  if (end_count > 0) special_words.push_back({end_token, end_count});
  std::ranges::sort(special_words, is_before_in_vocabulary);
  VocabularyWriter writer;
  auto special = special_words.begin();
  std::uint64_t number = 0;
  runs.merge(memory / 4, [&](const CountedWord& word) {
    if (number % few_words == 0) check_cancelled(progress);
    if (number++ >= room) return;
    while (special != special_words.end() && is_before_in_vocabulary(*special, word)) writer.add(*special++);
    writer.add(word);
  });
  while (special != special_words.end()) writer.add(*special++);
  return std::move(writer).vocabulary();
}

ChosenWords choose_here(NumberedText& text, const VocabularyOptions& options, const std::string& name,
                        const Progress* progress) {
  if (text.tokens == 0) throw Error(name + ": there is no word in it");
  const Lists lists(options);
  text.summary.sentences = text.sentences;
  text.summary.words.tokens = text.tokens;
  if (text.spilled) return {choose_spilled(text, options, lists, name, progress), {}};
  const auto numbers = merge(text.tables, progress);
  WordCounts& words = text.tables[0];
  if (!options.text.end_token.empty()) words.add(options.text.end_token, text.sentences);
  if (!options.unknown.empty()) words.add(options.unknown, 0);

  const std::vector<std::uint64_t> counts = words.counts();
  std::vector<Candidate> kept, specials;  // specials: the special tokens, and what is kept whatever its count
  TextSummary& summary = text.summary;
  const auto is_special = [&](std::string_view word) {
    return word == options.unknown || word == options.text.end_token;
  };
  for (std::uint32_t i = 0; i < words.size(); ++i) {
    const Candidate word{counts[i], prefix_of(words.word(i)), i};
    const Choice choice = lists.choice(words.word(i));
    const bool special = is_special(words.word(i));
    if (word.count == 0 && !special) continue;  // its occurrences have become parts of phrases
    summary.words.types += !special;
    if (special) {
      specials.push_back(word);
    } else if (choice == Choice::kept_always) {
      add(summary.kept, word.count);
      specials.push_back(word);
    } else if (choice == Choice::dropped) {
      add(summary.dropped, word.count);
    } else if (word.count >= static_cast<std::uint64_t>(options.min_count)) {
      add(summary.kept, word.count);
      kept.push_back(word);
    } else {
      add(summary.rare, word.count);
    }
  }
  if (summary.kept.types == 0) throw_none_is_frequent(name, summary.words.types, text.tokens, options.min_count);
  const auto before = [&](const Candidate& a, const Candidate& b) {
    if (a.count != b.count) return a.count > b.count;
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return words.word(a.number) < words.word(b.number);
  };
  std::sort(kept.begin(), kept.end(), before);
  const auto limit = static_cast<std::size_t>(options.max_size);
  if (limit > 0 && kept.size() + specials.size() > limit) {
    const std::size_t room = limit - std::min(limit, specials.size());
    for (std::size_t i = room; i < kept.size(); ++i) add(summary.beyond, kept[i].count);
    kept.resize(room);
    summary.kept.types -= summary.beyond.types;
    summary.kept.tokens -= summary.beyond.tokens;
  }
  if (summary.kept.types == 0) throw_no_room(options.max_size);
  const std::size_t by_count = kept.size();
  for (Candidate special : specials) {
    if (words.word(special.number) == options.unknown)
      special.count += summary.rare.tokens + summary.beyond.tokens + summary.dropped.tokens;
    if (special.count > 0) kept.push_back(special);
  }
  const auto middle = kept.begin() + static_cast<std::ptrdiff_t>(by_count);
  std::sort(middle, kept.end(), before);
  std::inplace_merge(kept.begin(), middle, kept.end(), before);

  std::vector<Vocabulary::Entry> entries;
  entries.reserve(kept.size());
  WordIds ids(words.size(), no_word);
  for (const Candidate& word : kept) {
    ids[word.number] = word_id(entries.size());
    entries.push_back({std::string(words.word(word.number)), word.count});
  }
  ChosenWords result{Vocabulary(entries), {}};
  if (!options.unknown.empty())
    if (const auto unknown = result.vocabulary.find(options.unknown)) std::ranges::replace(ids, no_word, *unknown);
  for (const auto& table : numbers) {
    auto& merged = result.ids.emplace_back();
    merged.reserve(table.size());
    for (const std::uint32_t number : table) merged.push_back(ids[number]);
  }
  result.ids.insert(result.ids.begin(), std::move(ids));
  return result;
}

/// The words that may be chosen are gathered on every rank, which all choose the same from them.
ChosenWords choose_together(Communicator& ranks, NumberedText& text, const VocabularyOptions& options,
                            const std::string& name, const Progress* progress) {
  const Lists lists(options);
  const auto left_out = [&](const CountedWord& word, TextSummary& summary) -> WordTotals* {
    if (word.word == options.unknown || word.word == options.text.end_token) return nullptr;
    const Choice choice = lists.choice(word.word);
    if (choice == Choice::dropped) return &summary.dropped;
    if (choice == Choice::kept_always || word.count >= static_cast<std::uint64_t>(options.min_count)) return nullptr;
    return &summary.rare;
  };
  NumberedText common = words_of_shares(ranks, text, options.memory, left_out, progress);
  ChosenWords result;
  agree(ranks, [&] { result = choose_here(common, options, name, progress); });
  text.summary = common.summary;
  result.ids.clear();
  const auto unknown = options.unknown.empty() ? std::nullopt : result.vocabulary.find(options.unknown);
  for (const WordCounts& table : text.tables) {
    WordIds& ids = result.ids.emplace_back();
    for (std::uint32_t i = 0; i < table.size(); ++i)
      ids.push_back(result.vocabulary.find(table.word(i)).value_or(unknown.value_or(no_word)));
  }
  return result;
}

}  // namespace

ChosenWords choose_words(NumberedText& text, const VocabularyOptions& options, const std::string& name,
                         const Progress* progress, Communicator* ranks) {
  return ranks ? choose_together(*ranks, text, options, name, progress) : choose_here(text, options, name, progress);
}

}  // namespace equivec
