#include "equivec/counts/corpus_builder.hpp"

#include "equivec/base/error.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/running_hash.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/id_store.hpp"
#include "src/counts/word_counts.hpp"
#include "src/counts/word_index.hpp"
#include "src/text/collected_text.hpp"
#include "src/text/text_reader.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

namespace equivec {

namespace {

/// Integers from 0 on are looked up in a table of so many at most; others in a map.
constexpr std::int64_t largest_in_table = 1 << 26;
constexpr std::size_t buffered = 1 << 16;

}  // namespace

struct CorpusBuilder::State {
  explicit State(std::uint64_t memory) : ids(memory_for(memory)) { buffer.reserve(buffered); }

  CollectedText text;
  WordIndex index;
  IdStore ids;
  std::vector<WordId> buffer;  // of ids, not yet in the store
  bool open = false;           // the sentence has a word
  std::uint64_t rows = 0;      // of walks
  std::vector<std::uint32_t> small_integers;
  std::unordered_map<std::int64_t, std::uint32_t> large_integers;

  void push(WordId id) {
    buffer.push_back(id);
    if (buffer.size() == buffered) flush();
  }
  void flush() {
    ids.append(buffer);
    buffer.clear();
  }
};

CorpusBuilder::CorpusBuilder(std::uint64_t memory) : state_(std::make_unique<State>(memory)) {}
CorpusBuilder::CorpusBuilder(CorpusBuilder&&) noexcept = default;
CorpusBuilder& CorpusBuilder::operator=(CorpusBuilder&&) noexcept = default;
CorpusBuilder::~CorpusBuilder() = default;

std::uint32_t CorpusBuilder::number_of(std::string_view word) {
  CollectedText& text = state_->text;
  if (word.empty()) throw Error("a word must not be empty");
  const auto next = static_cast<std::uint32_t>(text.ends.size());
  if (text.ends.size() >= WordCounts::number_limit) throw Error("more than 4,294,967,293 different words");
  const std::uint32_t number =
      state_->index.insert(word, next, [&](std::uint32_t i) { return i == next ? word : text.word(i); });
  if (number == next) {
    text.bytes += word;
    text.ends.push_back(text.bytes.size());
    text.counts.push_back(0);
  }
  return number;
}

void CorpusBuilder::add(std::uint32_t number) {
  ++state_->text.counts[number];
  ++state_->text.tokens;
  state_->open = true;
  state_->push(word_id(number));
}

void CorpusBuilder::end_sentence() {
  if (!std::exchange(state_->open, false)) return;
  ++state_->text.sentences;
  state_->push(EncodedCorpus::sentence_end);
}

void CorpusBuilder::add_walks(std::span<const std::int64_t> integers, std::size_t length) {
  if (integers.empty()) return;
  if (length == 0 || integers.size() % length != 0)
    throw Error(std::to_string(integers.size()) + " integers are not rows of " + std::to_string(length));
  constexpr std::uint32_t unseen = WordIndex::nothing;
  std::vector<std::uint32_t>& small = state_->small_integers;
  std::string decimals;
  const auto number_in = [&](std::uint32_t& slot, std::int64_t integer) {
    if (slot != unseen) return slot;
    decimals.clear();
    append_number(decimals, integer);
    return slot = number_of(decimals);
  };
  for (std::size_t row = 0; row < integers.size() / length; ++row, ++state_->rows) {
    for (std::size_t i = 0; i < length; ++i) {
      const std::int64_t integer = integers[row * length + i];
      if (integer < 0) {
        if (integer == -1) break;
        throw Error("row " + std::to_string(state_->rows) + ", column " + std::to_string(i) + ": found " +
                    std::to_string(integer) + "; words are integers from 0, and -1 ends a walk");
      }
      if (integer >= largest_in_table) {
        add(number_in(state_->large_integers.try_emplace(integer, unseen).first->second, integer));
        continue;
      }
      const auto place = static_cast<std::size_t>(integer);
      if (place >= small.size()) small.resize(std::max(place + 1, small.size() * 2), unseen);
      add(number_in(small[place], integer));
    }
    end_sentence();
  }
}

std::uint64_t CorpusBuilder::tokens() const noexcept { return state_->text.tokens; }

Corpus CorpusBuilder::finish(std::string name, const Progress* progress) && {
  end_sentence();
  state_->flush();
  const std::unique_ptr<State> state = std::move(state_);
  auto text = std::make_shared<CollectedText>(std::move(state->text));
  if (text->tokens == 0) throw Error(name + ": holds no word");
  IdStore::Kept kept = std::move(state->ids).keep(state->ids.size());
  text->owner = std::move(kept.owner);
  text->ids = kept.ids;

  RunningHash hash;
  std::string piece;
  bool begins = true;
  for (const WordId id : text->ids) {
    if (id == EncodedCorpus::sentence_end) {
      piece += '\n';
      begins = true;
    } else {
      if (!std::exchange(begins, false)) piece += ' ';
      piece += text->word(index(id));
    }
    if (piece.size() < buffered) continue;
    check_cancelled(progress);
    hash.add(piece);
    piece.clear();
  }
  hash.add(piece);
  text->hash = hash.digest();

  auto parts = std::make_shared<Corpus::Parts>();
  parts->name = std::move(name);
  parts->bytes = text->ids.size_bytes();
  parts->collected = std::move(text);
  return Corpus(std::move(parts));
}

}  // namespace equivec
