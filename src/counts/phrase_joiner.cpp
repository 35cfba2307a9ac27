#include "src/counts/phrase_joiner.hpp"

#include "equivec/base/error.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/parallel.hpp"
#include "src/counts/encoded_corpus.hpp"

#include <algorithm>
#include <utility>

namespace equivec {

namespace {

constexpr WordId sentence_end_id = EncodedCorpus::sentence_end;

}  // namespace

std::size_t PhraseTable::slot_of(const WordPair& pair) const noexcept {
  std::uint64_t bits = (std::uint64_t{pair.first} << 32 | pair.second) * factor_;
  bits = (bits ^ bits >> 32 ^ pair.between) * 0xD6E8FEB86659FD93u;
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = (bits >> 32) & mask;
  while (slots_[i].phrase != no_word && slots_[i].pair != pair) i = (i + 1) & mask;
  return i;
}

void PhraseTable::add(const WordPair& pair, WordId phrase) {
  if (2 * used_ >= slots_.size()) {
    std::vector<Slot> old(std::max<std::size_t>(2 * slots_.size(), 64));
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.phrase != no_word) slots_[slot_of(slot.pair)] = slot;
  }
  Slot& slot = slots_[slot_of(pair)];
  used_ += slot.phrase == no_word;
  slot = {pair, phrase};
}

JoinedText::JoinedText(TrainingText text, std::string delimiter, std::span<const std::string> connector_words,
                       JoinOptions options)
    : delimiter_(std::move(delimiter)),
      connector_words_(connector_words.begin(), connector_words.end()),
      options_(std::move(options)),
      vocabulary_(std::move(text.vocabulary)),
      counts_(vocabulary_.size()),
      traits_(vocabulary_.size()),
      tokens_(text.corpus.words()),
      hash_(text.corpus.hash()),
      corpus_(std::move(text.corpus)),
      ids_(corpus_->ids()),
      in_memory_(!corpus_->mapped()) {
  require_words_of(vocabulary_, *corpus_, "the corpus");
  if (vocabulary_.total_count() != tokens_)
    throw Error(
        "the words of the corpus are not as many as those counted in the vocabulary; phrases need both as "
        "they were read together");
  if (corpus_->tokens() != tokens_)
    throw Error(
        "the corpus was read with an end token, or words were dropped from it; phrases need the words that "
        "follow each other");
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] = vocabulary_.count(word_id(i));
  if (const auto barrier = vocabulary_.find(phrase_barrier)) {
    barrier_ = *barrier;
    traits_[index(barrier_)] = is_barrier;
  }
  for (const std::string& word : connector_words_)
    if (const auto id = vocabulary_.find(word)) add_connector(*id);
}

void JoinedText::add_connector(WordId id) {
  if (traits_[index(id)] & (is_connector | is_barrier)) return;
  traits_[index(id)] = is_connector;
  connectors_.push_back(id);
}

std::string_view JoinedText::word(WordId id) const noexcept {
  return index(id) < vocabulary_.size() ? vocabulary_.word(id)
                                        : std::string_view(added_[index(id) - vocabulary_.size()]);
}

std::optional<WordId> JoinedText::find(std::string_view word) const {
  if (const auto id = vocabulary_.find(word)) return id;
  const std::uint32_t number = added_index_.find(word, [this](std::uint32_t i) { return std::string_view(added_[i]); });
  if (number == WordIndex::nothing) return std::nullopt;
  return word_id(vocabulary_.size() + number);
}

std::uint64_t JoinedText::memory() const {
  const std::uint64_t all = memory_for(options_.memory), taken = in_memory_ ? ids_.size_bytes() : 0;
  return std::max(all - std::min(all, taken), all / 8 + 1);
}

WordId JoinedText::number_of(const std::string& phrase) {
  if (const auto id = find(phrase)) return *id;
  const auto id = word_id(counts_.size());
  if (counts_.size() >= WordCounts::number_limit) throw Error("more than 4,294,967,293 different words and phrases");
  added_.push_back(phrase);
  added_index_.insert(phrase, static_cast<std::uint32_t>(added_.size() - 1),
                      [this](std::uint32_t i) { return std::string_view(added_[i]); });
  counts_.push_back(0);
  traits_.push_back(0);
  if (std::ranges::find(connector_words_, phrase) != connector_words_.end()) add_connector(id);
  return id;
}

/// A word that may be at an end of a phrase.
std::optional<WordId> JoinedText::find_plain(std::string_view word) const {
  const auto id = find(word);
  return id && (traits_[index(*id)] & (is_connector | is_barrier)) == 0 ? id : std::nullopt;
}

/// Adds the ways to read what follows a phrase's first word and the delimiter: connector words and a word.
void JoinedText::add_endings(WordId first, std::string_view rest, std::vector<WordPair>& readings) {
  struct Place {
    std::size_t begin;
    std::uint32_t run;  // of the connector words before it
  };
  std::vector<Place> places = {{0, ConnectorRuns::none}};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [begin, run] = places[i];
    const std::string_view ending = rest.substr(begin);
    if (const auto second = find_plain(ending))
      readings.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(*second), run});
    for (const WordId connector : connectors_) {
      const std::string_view text = word(connector);
      if (!ending.starts_with(text) || !ending.substr(text.size()).starts_with(delimiter_)) continue;
      const Place next{begin + text.size() + delimiter_.size(), runs_->extended(run, connector, text)};
      // Whichever connector words lead there, they are the same when joined.
      if (std::ranges::find(places, next.begin, &Place::begin) == places.end()) places.push_back(next);
    }
  }
}

/// All ways to read a phrase as a word, perhaps connector words, and a word, with the delimiter between them.
std::vector<WordPair> JoinedText::readings_of(std::string_view phrase) {
  std::vector<WordPair> readings;
  for (std::size_t at = phrase.find(delimiter_, 1); at != phrase.npos; at = phrase.find(delimiter_, at + 1))
    if (const auto first = find_plain(phrase.substr(0, at)))
      add_endings(*first, phrase.substr(at + delimiter_.size()), readings);
  return readings;
}

/// Takes the phrases of a pass. Which words they are made of is looked up here, once.
void JoinedText::enter(std::span<const Phrases::Phrase> phrases) {
  table_ = {};
  runs_ = std::make_unique<ConnectorRuns>(delimiter_);
  for (WordTraits& traits : traits_) traits &= is_connector | is_barrier;
  for (const Phrases::Phrase& phrase : phrases) {
    const std::vector<WordPair> readings = readings_of(phrase.words);
    if (readings.empty()) continue;
    const WordId joined = number_of(phrase.words);
    for (const WordPair& pair : readings) {
      table_.add(pair, joined);
      traits_[pair.first] |= begins_phrase;
      traits_[pair.second] |= ends_phrase;
      if (pair.between != ConnectorRuns::none) traits_[pair.first] |= begins_longer;
    }
  }
}

/// What the ids from `at` on become: a phrase, or the word alone.
JoinedText::Match JoinedText::match_at(std::size_t at) const noexcept {
  const WordId first = ids_[at];
  const Match alone{first, 1};
  if (first == sentence_end_id || (traits_[index(first)] & begins_phrase) == 0) return alone;
  std::uint32_t run = ConnectorRuns::none;
  for (std::size_t i = at + 1; i < ids_.size() && ids_[i] != sentence_end_id; ++i) {
    const WordId id = ids_[i];
    const WordTraits traits = traits_[index(id)];
    if (traits & is_connector) {
      if ((traits_[index(first)] & begins_longer) == 0) return alone;
      run = runs_->find(run, id);
      if (run == ConnectorRuns::nothing) return alone;
      continue;
    }
    if ((traits & ends_phrase) == 0) return alone;
    const WordId phrase = table_.find({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(id), run});
    return phrase == no_word ? alone : Match{phrase, i + 1 - at};
  }
  return alone;
}

/// Whether it is plain that no phrase has words on both sides of `at`, whatever came before.
bool JoinedText::may_cut(std::size_t at) const noexcept {
  const WordId left = ids_[at - 1], right = ids_[at];
  if (left == sentence_end_id || right == sentence_end_id) return true;
  const WordTraits before = traits_[index(left)], after = traits_[index(right)];
  if ((before & (is_connector | begins_phrase)) == 0 || (after & (is_connector | ends_phrase)) == 0) return true;
  if ((before | after) & is_connector) return false;
  return table_.find({static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(right)}) == no_word;
}

/// Where a piece ends so that the next can be joined without knowing what became of this one.
std::size_t JoinedText::end_of_piece(std::size_t begin) const noexcept {
  constexpr std::size_t most = 1024;
  const std::size_t wanted = begin + options_.piece;
  if (wanted >= ids_.size()) return ids_.size();
  const std::size_t last = std::min(wanted + most, ids_.size());
  for (std::size_t end = wanted; end < last; ++end)
    if (may_cut(end)) return end;
  std::size_t at = begin;  // every pair may be a phrase ("ha ha ha ..."): only joining the piece itself shows its end
  while (at < wanted) at += match_at(at).length;
  return at;
}

void JoinedText::join(Piece& piece, std::span<const WordId> sentence_end, WordId barrier) const {
  piece.ids.reserve(piece.end - piece.begin);
  for (std::size_t at = piece.begin; at < piece.end;) {
    const auto [word, length] = match_at(at);
    if (word == sentence_end_id) {
      if (at > 0 && ids_[at - 1] != sentence_end_id) {
        piece.ids.insert(piece.ids.end(), sentence_end.begin(), sentence_end.end());
        ++piece.sentences;
      }
    } else {
      piece.ids.push_back(word == barrier_ ? barrier : word);
    }
    if (length > 1) {
      piece.phrases.push_back(word);
      piece.parts.insert(piece.parts.end(), ids_.begin() + static_cast<std::ptrdiff_t>(at),
                         ids_.begin() + static_cast<std::ptrdiff_t>(at + length));
    }
    at += length;
  }
}

/// Joins the phrases that were entered. `sentence_end` is what is written for a sentence end, `barrier` for a barrier.
JoinedText::Output JoinedText::joined(std::span<const WordId> sentence_end, WordId barrier, Progress* progress) {
  Output result{IdStore(memory())};
  std::size_t begin = 0;
  ordered_pipeline(
      options_.threads,
      [&]() -> std::optional<Piece> {
        if (begin == ids_.size()) return std::nullopt;
        const std::size_t end = end_of_piece(begin);
        return Piece{std::exchange(begin, end), end};
      },
      [&](Piece piece) {
        check_cancelled(progress);
        join(piece, sentence_end, barrier);
        return piece;
      },
      [&](const Piece& piece) {
        if (!piece.ids.empty()) result.blocks.push_back({0, piece.ids.size()});
        result.ids.append(piece.ids);
        result.sentences += piece.sentences;
        for (const WordId id : piece.phrases) ++counts_[index(id)];
        for (const WordId id : piece.parts) --counts_[index(id)];
        tokens_ -= piece.parts.size() - piece.phrases.size();
        if (progress) progress->done += piece.end - piece.begin;
      });
  if (!ids_.empty() && ids_.back() != sentence_end_id) {
    result.ids.append(sentence_end);
    result.blocks.push_back({0, sentence_end.size()});
    ++result.sentences;
  }
  return result;
}

void JoinedText::join(std::span<const Phrases::Phrase> phrases, Progress* progress) {
  enter(phrases);
  Output output = joined(std::span(&sentence_end_id, 1), barrier_, progress);
  const std::size_t size = output.ids.size();
  IdStore::Kept kept = std::move(output.ids).keep(size);
  owner_ = std::move(kept.owner);
  ids_ = kept.ids;
  in_memory_ = !kept.mapped;
  corpus_.reset();
}

NumberedText JoinedText::numbered(std::span<const Phrases::Phrase> phrases, Progress* progress) && {
  enter(phrases);
  std::vector<WordId> sentence_end = {sentence_end_id};
  if (options_.end_token) sentence_end.insert(sentence_end.begin(), NumberedText::end_token);
  const bool named = !options_.unknown.empty();
  // The word that a barrier becomes may be in the text too.
  const WordId barrier = named ? find(options_.unknown).value_or(barrier_) : barrier_;
  Output output = joined(sentence_end, barrier, progress);
  if (barrier_ != no_word) {
    const std::uint64_t barriers = std::exchange(counts_[index(barrier_)], 0);
    if (named) counts_[index(barrier)] += barriers;
  }
  NumberedText result{.tokens = tokens_,
                      .sentences = output.sentences,
                      .tables = {},
                      .spilled = {},
                      .blocks = std::move(output.blocks),
                      .ids = std::move(output.ids),
                      .hash = std::move(hash_)};
  WordCounts& table = result.tables.emplace_back();
  for (std::size_t i = 0; i < words(); ++i) {
    if (i % 65536 == 0) check_cancelled(progress);
    const WordId id = word_id(i);
    table.add(named && id == barrier && id == barrier_ ? options_.unknown : word(id), counts_[i]);
  }
  return result;
}

NumberedText join_phrases(TrainingText text, const Phrases& phrases, const JoinOptions& options, Progress* progress) {
  JoinedText joined(std::move(text), phrases.delimiter(), phrases.connector_words(), options);
  const std::size_t passes = std::max<std::size_t>(phrases.passes(), 1);
  const std::uint64_t words = joined.ids().size();
  start(progress, words * passes);
  for (std::size_t pass = 0; pass + 1 < passes; ++pass) {
    joined.join(phrases.pass(pass), progress);
    if (progress) progress->done = words * (pass + 1);
  }
  const auto last = phrases.passes() > 0 ? phrases.pass(passes - 1) : std::span<const Phrases::Phrase>();
  NumberedText result = std::move(joined).numbered(last, progress);
  if (progress) progress->done = words * passes;
  return result;
}

}  // namespace equivec
