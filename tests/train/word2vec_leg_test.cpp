#include "src/train/word2vec_leg.hpp"

#include "equivec/base/rng.hpp"
#include "equivec/text/corpus.hpp"
#include "src/train/word2vec_sentences.hpp"

#include "catch.hpp"
#include "tests/support.hpp"
#include "tests/thread_ranks.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

/// Some chunks; sentences of up to 40 words, and one that is longer than a chunk.
std::string random_text() {
  std::string text;
  Rng rng(3);
  for (int sentence = 0; sentence < 10000; ++sentence) {
    const std::uint32_t words = sentence == 2000 ? 80000 : 1 + rng.below(40);
    for (std::uint32_t k = 0; k < words; ++k) text += "w" + std::to_string(rng.below(1 + rng.below(50))) + ' ';
    text.back() = '\n';
  }
  return text;
}

/// The words of all blocks by their places.
std::map<std::uint32_t, std::size_t> words_by_place(const LegText& text, const WordBlocks& blocks) {
  std::map<std::uint32_t, std::size_t> result;
  for (std::size_t block = 0; block < blocks.blocks(); ++block)
    for (const LegText::Middle& middle : text.middles_of(block))
      REQUIRE(result.emplace(middle.place, blocks.word(block, middle.row)).second);
  return result;
}

/// For each word, and all words within the window: as SubsampledText gives them.
using Surroundings = std::vector<std::pair<std::size_t, std::vector<std::size_t>>>;

Surroundings expected(const EncodedCorpus& corpus, const LegRange& range, const std::vector<std::uint32_t>& keep,
                      Rng stream) {
  Surroundings result;
  std::vector<WordId> scratch;
  for (std::size_t chunk = range.first_chunk; chunk < range.last_chunk; ++chunk) {
    const std::size_t begin = chunk * EncodedCorpus::chunk_size;
    SubsampledText{corpus.around(chunk), keep, range.window}.for_each_sentence(
        stream, begin, std::min<std::size_t>(begin + EncodedCorpus::chunk_size, corpus.size()), scratch,
        [&](std::span<const WordId> words, std::size_t first, std::size_t last, std::size_t) {
          for (std::size_t i = first; i < last; ++i) {
            result.push_back({index(words[i]), {}});
            for (std::size_t k = i - std::min(i, range.window); k < std::min(i + range.window + 1, words.size()); ++k)
              if (k != i) result.back().second.push_back(index(words[k]));
          }
        });
  }
  return result;
}

TrainingText text_of(const std::string& file, Communicator* ranks = nullptr) {
  const Corpus corpus = Corpus::from_paths(std::vector<std::string>{file});
  return read_corpus(ranks ? corpus.shared_by(*ranks) : corpus, {});
}

}  // namespace

TEST_CASE("word2vec leg: contexts and the words around them are those of the text after subsampling") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", random_text());
  const TrainingText text = text_of((directory / "text.txt").string());
  REQUIRE(text.corpus.chunks() >= 4);
  const auto keep = keep_thresholds(text.vocabulary, 0.01);
  const std::size_t last = text.corpus.chunks();
  const LegRange range = GENERATE_COPY(LegRange{0, last, 5}, LegRange{1, 2, 3}, LegRange{2, last, 10});
  const Rng stream(7);
  const Surroundings all = expected(text.corpus, range, keep, stream);
  const WordBlocks blocks(text.vocabulary.size(), 3);
  std::size_t contexts = 0;
  std::map<std::uint32_t, std::pair<std::size_t, std::vector<std::size_t>>> found;
  for (std::size_t own = 0; own < 3; ++own) {
    const LegText leg = leg_text(text.corpus, range, keep, stream, blocks, own);
    const auto words = words_by_place(leg, blocks);
    contexts += leg.contexts.size();
    for (const LegText::Context& context : leg.contexts) {
      auto& [word, around] = found[context.place];
      word = blocks.word(own, context.row);
      CHECK(words.at(context.place) == word);
      for (std::uint32_t at = context.place - context.left; at <= context.place + context.right; ++at)
        if (at != context.place) around.push_back(words.at(at));
    }
  }
  REQUIRE(contexts == all.size());
  REQUIRE(found.size() == all.size());
  // Where a sentence of more than 1,000 words is cut at the end of a chunk both need not agree.
  std::size_t different = 0, i = 0;
  for (const auto& [place, one] : found) {
    different += one.second != all[i].second;
    CHECK(one.first == all[i++].first);
  }
  CHECK(different <= 2 * range.window * (range.last_chunk - range.first_chunk));
}

TEST_CASE("word2vec leg: every rank has what one process has, and sends 4 bytes for each word of its chunks") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", random_text());
  const std::string file = (directory / "text.txt").string();
  const TrainingText whole = text_of(file);
  const auto keep = keep_thresholds(whole.vocabulary, 0);
  const WordBlocks blocks(whole.vocabulary.size(), 3);
  const LegRange range{1, whole.corpus.chunks(), 5};
  std::mutex mutex;
  std::size_t sent = 0;
  run_ranks(3, [&](Communicator& ranks) {
    const TrainingText text = text_of(file, &ranks);
    const auto own = static_cast<std::size_t>(ranks.rank());
    const std::uint64_t before = ranks.sent();
    const LegText leg = leg_text(text.corpus, range, keep, Rng(7), blocks, own);
    const std::scoped_lock lock(mutex);
    sent += ranks.sent() - before;
    const LegText expected = leg_text(whole.corpus, range, keep, Rng(7), blocks, own);
    CHECK(leg.begins == expected.begins);
    CHECK(words_by_place(leg, blocks) == words_by_place(expected, blocks));
    REQUIRE(leg.contexts.size() == expected.contexts.size());
    for (std::size_t i = 0; i < leg.contexts.size(); ++i) {
      CHECK(leg.contexts[i].place == expected.contexts[i].place);
      CHECK(leg.position(leg.contexts[i].place) == expected.position(leg.contexts[i].place));
    }
  });
  const std::size_t ids = whole.corpus.size() - EncodedCorpus::chunk_size;
  CHECK(sent >= 2 * 4 * ids);
  CHECK(sent < 2 * (4 * ids + 12 * whole.corpus.chunks()) + 1000);
}

TEST_CASE("word2vec leg: places are where they were in the text, if no word was dropped") {
  const TemporaryDirectory directory;
  write_file(directory / "text.txt", random_text());
  const TrainingText text = text_of((directory / "text.txt").string());
  const auto keep = keep_thresholds(text.vocabulary, 0);
  const LegText leg =
      leg_text(text.corpus, {0, text.corpus.chunks(), 5}, keep, Rng(7), WordBlocks(text.vocabulary.size(), 1), 0);
  for (std::size_t i = 0; i < leg.contexts.size(); i += 100)
    CHECK(std::abs(static_cast<double>(leg.position(leg.contexts[i].place)) - leg.contexts[i].place) < 200);
}
