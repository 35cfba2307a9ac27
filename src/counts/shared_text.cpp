#include "src/counts/shared_text.hpp"

#include "src/base/memory_limit.hpp"
#include "src/files/varint.hpp"
#include "src/text/text_reader.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace equivec {

namespace {

// Bytes that a rank sends at a time.
constexpr std::size_t bytes_of_round = std::size_t{1} << 25;

/// Adds the text of a share, as number_words() does.
void add_share(const Corpus& corpus, const TextOptions& options, RunningHash& hash) {
  TextReader reader(corpus, options.tokenize, cuts_between_lines(options));
  ExtractedText extracted;
  while (const auto block = reader.next()) {
    if (block->file_end) continue;
    if (!block->records) {
      hash.add(block->text);
      continue;
    }
    extracted.text.clear();
    block->records->extract(block->text, extracted);
    hash.add(extracted.text);
  }
}

/// Each rank goes on with what the one before it has.
std::string hash_of_shares(const Corpus& corpus, const TextOptions& options, RunningHash hash) {
  Communicator& ranks = *corpus.ranks();
  constexpr int tag = 1;
  if (!ranks.is_first()) {
    ranks.wait(*ranks.receive(ranks.rank() - 1, tag, hash.state()));
    add_share(corpus, options, hash);
  }
  if (ranks.rank() + 1 < ranks.size()) ranks.wait(*ranks.send(ranks.rank() + 1, tag, hash.state()));
  return gather(ranks, hash.digest()).back();
}

/// The words that this rank counts for all.
class OwnedWords {
 public:
  explicit OwnedWords(std::uint64_t memory) : memory_(memory) {}

  void add(std::string_view word, std::uint64_t count, const Progress* progress) {
    words_.add(word, count);
    if (words_.memory() <= memory_) return;
    spill(words_, runs_, progress);
  }

  /// Calls f with each word.
  template <class F>
  void for_each(const F& f, const Progress* progress) {
    if (runs_.empty()) {
      const std::vector<std::uint64_t> counts = words_.counts();
      for (std::uint32_t i = 0; i < words_.size(); ++i) f(CountedWord{words_.word(i), counts[i]});
      return;
    }
    if (words_.size() > 0) spill(words_, runs_, progress);
    std::string last;
    std::uint64_t count = 0;
    runs_.merge(memory_, [&](const CountedWord& word) {
      if (word.word != last) {
        if (count > 0) f(CountedWord{last, count});
        last = word.word;
        count = 0;
      }
      count += word.count;
    });
    if (count > 0) f(CountedWord{last, count});
  }

 private:
  std::uint64_t memory_;
  WordCounts words_;
  WordRuns runs_{is_before_in_bytes};
};

void append_word(std::string& bytes, const CountedWord& word) {
  append_varint(bytes, word.word.size());
  bytes += word.word;
  append_varint(bytes, word.count);
}

template <class F>
void for_each_word(std::string_view bytes, const F& f) {
  VarintReader reader(bytes);
  while (!reader.at_end()) {
    const std::string_view word = reader.bytes(reader());
    f(CountedWord{word, reader()});
  }
}

/// Sends words to the ranks that count them, in rounds that all ranks take part in until the last has sent all.
class WordExchange {
 public:
  WordExchange(Communicator& ranks, OwnedWords& owned, const Progress* progress)
      : ranks_(ranks), owned_(owned), progress_(progress), bytes_(static_cast<std::size_t>(ranks.size())) {}

  void add(const CountedWord& word) {
    const std::uint64_t hash = XXH3_64bits(word.word.data(), word.word.size());
    std::string& bytes = bytes_[hash % bytes_.size()];
    const std::size_t before = bytes.size();
    append_word(bytes, word);
    gathered_ += bytes.size() - before;
    if (gathered_ >= bytes_of_round) round(false);
  }
  void finish() {
    while (!round(true)) {
    }
  }

 private:
  /// True if all ranks have nothing more to send.
  bool round(bool last) {
    const bool ended = !any_of(ranks_, !last);
    for (const std::string& bytes : exchange(ranks_, std::exchange(bytes_, std::vector<std::string>(bytes_.size()))))
      for_each_word(bytes, [&](const CountedWord& word) { owned_.add(word.word, word.count, progress_); });
    gathered_ = 0;
    return ended;
  }

  Communicator& ranks_;
  OwnedWords& owned_;
  const Progress* progress_;
  std::vector<std::string> bytes_;
  std::size_t gathered_ = 0;
};

}  // namespace

bool cuts_between_lines(const TextOptions& options) { return options.max_sentence > 0; }

void join_shares(const Corpus& corpus, const NumberingOptions& options, const RunningHash& hash, NumberedText& text) {
  Communicator& ranks = *corpus.ranks();
  std::string lines(sizeof text.lines, '\0');
  std::memcpy(lines.data(), &text.lines, sizeof text.lines);
  LineSeam seam;
  int rank = 0;
  for (const std::string& each : gather(ranks, lines)) {
    BlockLines other;
    std::memcpy(&other, each.data(), sizeof other);
    const bool closes = seam.closes_before(other);
    if (rank++ == ranks.rank()) text.ends_before = closes;
  }
  TextSummary& summary = text.summary;
  text.sentences += text.ends_before;
  const std::array numbers = {&text.tokens,           &text.sentences, &summary.lines,  &summary.records,
                              &summary.empty_records, &summary.cuts,   &summary.invalid};
  std::array<std::uint64_t, numbers.size()> own{};
  for (std::size_t i = 0; i < numbers.size(); ++i) own[i] = *numbers[i];
  const std::vector<std::uint64_t> all = sums(ranks, own);
  for (std::size_t i = 0; i < numbers.size(); ++i) *numbers[i] = all[i];
  if (options.keep == Keep::counts_and_ids) text.hash = hash_of_shares(corpus, options.text, hash);
}

NumberedText words_of_shares(Communicator& ranks, const NumberedText& share, std::uint64_t memory,
                             const std::function<WordTotals*(const CountedWord&, TextSummary&)>& left_out,
                             const Progress* progress) {
  OwnedWords owned(memory_for(memory) / 4);
  WordExchange words(ranks, owned, progress);
  for (const WordCounts& table : share.tables) {
    const std::vector<std::uint64_t> counts = table.counts();
    for (std::uint32_t i = 0; i < table.size(); ++i) words.add({table.word(i), counts[i]});
  }
  if (share.spilled) share.spilled->merge(memory_for(memory) / 4, [&](const CountedWord& word) { words.add(word); });
  words.finish();

  NumberedText result{.tokens = share.tokens,
                      .sentences = share.sentences,
                      .summary = share.summary,
                      .tables = {},
                      .spilled = {},
                      .blocks = {},
                      .ids = IdStore(0),
                      .hash = {}};
  TextSummary totals;  // of the words that this rank counts and leaves out
  std::string chosen;
  owned.for_each(
      [&](const CountedWord& word) {
        if (WordTotals* const left = left_out(word, totals)) {
          ++left->types;
          left->tokens += word.count;
          ++totals.words.types;
        } else {
          append_word(chosen, word);
        }
      },
      progress);
  const std::array<std::uint64_t, 5> own = {totals.words.types, totals.rare.types, totals.rare.tokens,
                                            totals.dropped.types, totals.dropped.tokens};
  const std::vector<std::uint64_t> all = sums(ranks, own);
  result.summary.words.types = all[0];
  result.summary.rare = {all[1], all[2]};
  result.summary.dropped = {all[3], all[4]};
  WordCounts& table = result.tables.emplace_back();
  for (const std::string& each : gather(ranks, chosen))
    for_each_word(each, [&](const CountedWord& word) { table.add(word.word, word.count); });
  return result;
}

}  // namespace equivec
