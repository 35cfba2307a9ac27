#include "equivec/counts/encoded_corpus.hpp"
#include "src/counts/encoded_corpus.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "src/base/parallel.hpp"
#include "src/base/seconds.hpp"
#include "src/counts/chosen_words.hpp"
#include "src/counts/numbered_text.hpp"
#include "src/counts/phrased_text.hpp"
#include "src/counts/shared_corpus.hpp"
#include "src/text/special_token.hpp"

#include <algorithm>
#include <chrono>
#include <functional>

namespace equivec {

EncodedCorpus::EncodedCorpus(std::vector<WordId> ids, std::size_t words) {
  for (const WordId id : ids) {
    if (id == sentence_end) continue;
    if (index(id) >= words)
      throw Error("word number " + std::to_string(index(id)) + " is not below the vocabulary's size, " +
                  std::to_string(words));
    ++words_;
  }
  tokens_ = words_;
  auto owner = std::make_shared<const std::vector<WordId>>(std::move(ids));
  ids_ = *owner;
  size_ = ids_.size();
  owner_ = std::move(owner);
}

namespace {

/// Where the pieces of resampled() end, each after its sentence's end if it has one.
std::vector<std::size_t> ends_of_pieces(std::span<const WordId> ids) {
  constexpr std::size_t words_of_piece = 1000;
  std::vector<std::size_t> ends;
  std::size_t begin = 0, sentence = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const bool sentence_ends = ids[i] == EncodedCorpus::sentence_end;
    if (sentence_ends) sentence = i + 1;
    // Of a text without sentences every piece is cut out of one.
    if (i + 1 - begin < words_of_piece || !(sentence_ends || i + 1 - sentence >= words_of_piece)) continue;
    ends.push_back(i + 1);
    begin = sentence = i + 1;
  }
  if (begin < ids.size()) ends.push_back(ids.size());
  return ends;
}

}  // namespace

EncodedCorpus resampled(const EncodedCorpus& corpus, std::uint64_t seed) {
  if (corpus.ranks()) throw OptionError("resample: not over several ranks; leave it out");
  const std::vector<std::size_t> ends = ends_of_pieces(corpus.ids());
  Rng rng(seed);
  std::vector<WordId> ids;
  ids.reserve(corpus.ids().size() + corpus.ids().size() / 64);
  std::size_t words = 0;
  for (std::size_t drawn = 0; drawn < ends.size(); ++drawn) {
    const std::size_t piece = rng.below(static_cast<std::uint32_t>(ends.size()));
    const std::size_t begin = piece == 0 ? 0 : ends[piece - 1];
    ids.insert(ids.end(), corpus.ids().begin() + static_cast<std::ptrdiff_t>(begin),
               corpus.ids().begin() + static_cast<std::ptrdiff_t>(ends[piece]));
    if (ids.back() != EncodedCorpus::sentence_end) ids.push_back(EncodedCorpus::sentence_end);
  }
  for (const WordId id : ids) words += id != EncodedCorpus::sentence_end;
  EncodedCorpus result;
  result.words_ = words;
  result.tokens_ = corpus.tokens_;
  if (!corpus.hash_.empty()) result.hash_ = corpus.hash_ + ", resample " + std::to_string(seed);
  auto owner = std::make_shared<const std::vector<WordId>>(std::move(ids));
  result.ids_ = *owner;
  result.size_ = result.ids_.size();
  result.owner_ = std::move(owner);
  return result;
}

TrainingText resampled(const TrainingText& text, std::uint64_t seed) {
  EncodedCorpus corpus = resampled(text.corpus, seed);
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < text.vocabulary.size(); ++i)
    entries.push_back({std::string(text.vocabulary.word(word_id(i))), 0});
  for (const WordId id : corpus.ids())
    if (id != EncodedCorpus::sentence_end) ++entries[index(id)].count;
  return {Vocabulary(entries), std::move(corpus)};
}

bool EncodedCorpus::has_chunk(std::size_t number) const noexcept {
  return !ranks_ || number % static_cast<std::size_t>(ranks_->size()) == static_cast<std::size_t>(ranks_->rank());
}

std::span<const WordId> EncodedCorpus::chunk(std::size_t number) const {
  const Stretch stretch = around(number);
  const std::size_t begin = number * chunk_size;
  return stretch.ids.subspan(begin - stretch.first, std::min<std::size_t>(chunk_size, size_ - begin));
}

EncodedCorpus::Stretch EncodedCorpus::around(std::size_t number) const {
  if (!ranks_) return {ids_, 0};
  const std::size_t slot = number / static_cast<std::size_t>(ranks_->size()) * (chunk_size + 2 * context_size),
                    begin = number * chunk_size, before = std::min(begin, context_size),
                    end = std::min<std::size_t>(begin + chunk_size + context_size, size_);
  return {ids_.subspan(slot + context_size - before, before + end - begin), begin - before};
}

/// Makes an encoded corpus of a numbered text. `table_ids` has the ids of the words of each table; it is empty if the
/// text already consists of ids.
class Encoder {
 public:
  Encoder(NumberedText text, std::vector<WordIds> table_ids, std::optional<WordId> end_token)
      : text_(std::move(text)), table_ids_(std::move(table_ids)), end_token_(end_token.value_or(no_word)) {
    text_.tables.clear();  // they may be large, and table_ids has all that is needed
  }

  /// memory: for the ids of a shared corpus.
  EncodedCorpus encode(const Corpus& corpus, int threads, std::uint64_t memory, const Progress* progress) && {
    struct Block {
      std::size_t table;
      std::vector<WordId> buffer;
      std::span<WordId> ids;
      std::uint64_t words = 0;
    };
    EncodedCorpus result;
    const auto word_of_table = [this](const WordIds& ids) {
      return
          [&ids, this](WordId number) { return number == NumberedText::end_token ? end_token_ : ids[index(number)]; };
    };
    std::size_t next = 0, begin = 0, end = 0;
    // A sentence of an earlier rank's share may go on here.
    bool sentence_is_open = corpus.ranks() && !corpus.ranks()->is_first();
    ordered_pipeline(
        threads,
        [&]() -> std::optional<Block> {
          if (next == text_.blocks.size()) return std::nullopt;
          const auto [table, count] = text_.blocks[next++];
          Block block{.table = table, .buffer = {}, .ids = {}};
          block.ids = text_.ids.take(begin, count, block.buffer);
          begin += count;
          return block;
        },
        [&](Block block) {
          check_cancelled(progress);
          if (table_ids_.empty())
            block.ids = compact(block.ids, std::identity(), block.words);
          else
            block.ids = compact(block.ids, word_of_table(table_ids_[block.table]), block.words);
          return block;
        },
        // Writing back never overtakes reading, since no block grows.
        [&](Block block) {
          std::span<const WordId> ids = block.ids;
          if (!ids.empty() && ids.front() == EncodedCorpus::sentence_end && !sentence_is_open) ids = ids.subspan(1);
          if (ids.empty()) return;
          text_.ids.replace(end, ids);
          end += ids.size();
          sentence_is_open = ids.back() != EncodedCorpus::sentence_end;
          result.words_ += block.words;
        });
    auto kept = std::move(text_.ids).keep(end);
    result.owner_ = std::move(kept.owner);
    result.ids_ = kept.ids;
    result.size_ = result.ids_.size();
    result.mapped_ = kept.mapped;
    result.tokens_ = text_.tokens;
    result.hash_ = std::move(text_.hash);
    if (corpus.ranks()) result = shared_corpus(std::move(result), *corpus.ranks(), front(), memory);
    const auto require_words = [&] {
      if (result.size_ == 0)
        throw Error(corpus.name() + ": none of its " + std::to_string(text_.tokens) + " words is in the vocabulary");
    };
    if (corpus.ranks())
      agree(*corpus.ranks(), require_words);
    else
      require_words();
    return result;
  }

 private:
  /// What stands before the ids of this share: the end of a sentence of an earlier one.
  std::vector<WordId> front() const {
    std::vector<WordId> ids;
    if (text_.ends_before && end_token_ != no_word) ids.push_back(end_token_);
    if (text_.ends_before) ids.push_back(EncodedCorpus::sentence_end);
    return ids;
  }

  /// Replaces each word by word_id(word), in place. Dropped words may leave several sentence ends in a row; one of them
  /// is kept, also at the start.
  template <class WordIdOf>
  static std::span<WordId> compact(std::span<WordId> ids, const WordIdOf& word_id_of, std::uint64_t& words) {
    WordId* to = ids.data();
    std::size_t ends = 0;
    for (const WordId id : ids) {
      if (id == EncodedCorpus::sentence_end) {
        if (to != ids.data() && to[-1] == EncodedCorpus::sentence_end) continue;
        *to++ = id;
        ++ends;
        continue;
      }
      *to = word_id_of(id);
      to += *to != no_word;
    }
    const std::span<WordId> kept = ids.first(static_cast<std::size_t>(to - ids.data()));
    words = kept.size() - ends;
    return kept;
  }

  NumberedText text_;
  std::vector<WordIds> table_ids_;
  WordId end_token_;
};

namespace {

std::optional<WordId> special_word(const Vocabulary& vocabulary, const std::string& token, const char* option) {
  if (token.empty()) return std::nullopt;
  const auto id = vocabulary.find(token);
  if (!id) throw Error(std::string(option) + ": the vocabulary has no word '" + token + "'");
  return id;
}

}  // namespace

void validate(const EncodeOptions& options) {
  if (options.unknown != phrase_barrier) require_special_token(options.unknown);
  validate(options.text);
  require_between("threads", options.threads, 0, 4096);
}

EncodedCorpus encode(const Corpus& corpus, const Vocabulary& vocabulary, const EncodeOptions& options,
                     Progress* progress, TextSummary* summary) {
  validate(options);
  const auto start = std::chrono::steady_clock::now();
  // A corpus without rare words has no unknown word.
  const auto unknown = options.unknown.empty() ? std::nullopt : vocabulary.find(options.unknown);
  const auto end_token = special_word(vocabulary, options.text.end_token, "end-token");
  const KnownWords known{vocabulary, unknown.value_or(no_word), end_token.value_or(no_word)};
  std::vector<WordIds> ids;  // of the words of a text that does not consist of ids
  NumberedText text = [&] {
    if (!options.phrases)
      return number_words(corpus, {options.text, Keep::counts_and_ids, options.threads, options.memory, &known},
                          progress);
    NumberedText phrased = read_phrased(corpus, vocabulary, options, progress);
    const WordCounts& words = phrased.tables.front();
    WordIds& table = ids.emplace_back();
    for (std::uint32_t i = 0; i < words.size(); ++i)
      table.push_back(vocabulary.find(words.word(i)).value_or(known.unknown));
    return phrased;
  }();
  TextSummary read = text.summary;
  read.sentences = text.sentences;
  read.words.tokens = text.tokens;
  EncodedCorpus result =
      Encoder(std::move(text), std::move(ids), end_token).encode(corpus, options.threads, options.memory, progress);
  if (summary) {
    read.kept = {vocabulary.size(), result.words()};
    read.outside = read.words.tokens - std::min(read.words.tokens, result.words());
    read.seconds = seconds_since(start);
    *summary = read;
  }
  return result;
}

TrainingText read_corpus(const Corpus& corpus, const VocabularyOptions& options, Progress* progress,
                         TextSummary* summary) {
  validate(options);
  const auto start = std::chrono::steady_clock::now();
  ChosenText read = read_and_choose(corpus, options, Keep::counts_and_ids, progress);
  Vocabulary vocabulary = std::move(read.words.vocabulary);
  const TextSummary found = read.text.summary;
  EncodedCorpus encoded = [&] {
    if (read.text.spilled) return encode(corpus, vocabulary, options, progress);
    const auto end_token = special_word(vocabulary, options.text.end_token, "end-token");
    return Encoder(std::move(read.text), std::move(read.words.ids), end_token)
        .encode(corpus, options.threads, options.memory, progress);
  }();
  if (summary) {
    *summary = found;
    summary->seconds = seconds_since(start);
  }
  return {std::move(vocabulary), std::move(encoded)};
}

void require_words_of(const Vocabulary& vocabulary, const EncodedCorpus& corpus, std::string_view what) {
  const std::size_t words = vocabulary.size();
  for (const WordId id : corpus.ids())
    if (id != EncodedCorpus::sentence_end && index(id) >= words)
      throw Error(std::string(what) + " was encoded with another vocabulary");
}

}  // namespace equivec
