#include "src/train/word2vec_leg.hpp"

#include "equivec/base/communicator.hpp"
#include "src/train/word2vec_sentences.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace equivec {

namespace {

constexpr WordId end_of_sentence = EncodedCorpus::sentence_end;

/// What is kept of a chunk, and of a window before and after it. Sentences are cut where SubsampledText cuts them.
class KeptChunk {
 public:
  KeptChunk(const EncodedCorpus::Stretch& stretch, std::span<const std::uint32_t> keep, Rng stream)
      : stretch_(stretch), keep_(keep), stream_(stream) {}

  void take(std::size_t begin, std::size_t end, std::vector<WordId>& to) const {
    Rng rng = stream_;
    rng.skip(begin);
    std::size_t in_sentence = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const WordId id = id_at(i);
      if (id == end_of_sentence) {
        rng();
      } else {
        if (!kept(rng, id)) continue;
        to.push_back(id);
        if (++in_sentence < longest_sentence) continue;
      }
      to.push_back(end_of_sentence);
      in_sentence = 0;
    }
  }
  void take_before(std::size_t begin, std::size_t window, std::vector<WordId>& to) const {
    const std::size_t size = to.size();
    for (std::size_t i = begin; i > stretch_.first && to.size() - size < window; --i)
      if (!take_one(i - 1, to)) break;
    std::reverse(to.begin() + static_cast<std::ptrdiff_t>(size), to.end());
  }
  void take_after(std::size_t end, std::size_t window, std::vector<WordId>& to) const {
    const std::size_t size = to.size();
    for (std::size_t i = end; i < stretch_.first + stretch_.ids.size() && to.size() - size < window; ++i)
      if (!take_one(i, to)) break;
  }

 private:
  WordId id_at(std::size_t position) const { return stretch_.ids[position - stretch_.first]; }
  bool kept(Rng& rng, WordId id) const { return static_cast<std::uint32_t>(rng() >> 32) <= keep_[index(id)]; }
  bool take_one(std::size_t position, std::vector<WordId>& to) const {
    const WordId id = id_at(position);
    if (id == end_of_sentence) return false;
    Rng rng = stream_;
    rng.skip(position);
    if (kept(rng, id)) to.push_back(id);
    return true;
  }

  const EncodedCorpus::Stretch& stretch_;
  std::span<const std::uint32_t> keep_;
  Rng stream_;
};

/// Of a chunk: how many words stand before it, in it and after it, ends of sentences included; then the words.
using Head = std::array<std::uint32_t, 3>;

std::string kept_chunks(const EncodedCorpus& corpus, const LegRange& range, std::span<const std::uint32_t> keep,
                        Rng stream) {
  std::string bytes;
  std::vector<WordId> words;
  for (std::size_t number = range.first_chunk; number < range.last_chunk; ++number) {
    if (!corpus.has_chunk(number)) continue;
    const EncodedCorpus::Stretch stretch = corpus.around(number);
    const KeptChunk chunk(stretch, keep, stream);
    const std::size_t begin = number * EncodedCorpus::chunk_size,
                      end = std::min<std::size_t>(begin + EncodedCorpus::chunk_size, corpus.size());
    Head head{};
    words.clear();
    if (number == range.first_chunk) chunk.take_before(begin, range.window, words);
    head[0] = static_cast<std::uint32_t>(words.size());
    chunk.take(begin, end, words);
    head[1] = static_cast<std::uint32_t>(words.size()) - head[0];
    if (number + 1 == range.last_chunk) chunk.take_after(end, range.window, words);
    head[2] = static_cast<std::uint32_t>(words.size()) - head[0] - head[1];
    bytes.append(reinterpret_cast<const char*>(head.data()), sizeof head);
    bytes.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof(WordId));
  }
  return bytes;
}

/// The chunks of all ranks, in the order of the text.
class LegBuilder {
 public:
  LegBuilder(const std::vector<std::string>& all, const LegRange& range, const WordBlocks& blocks, std::size_t own)
      : all_(all), range_(range), blocks_(blocks), own_(own) {}

  LegText build(std::size_t end_position) {
    // Where each block begins, then its words.
    text_.begins.assign(blocks_.blocks() + 1, 0);
    for_each_word([&](WordId word, bool) {
      if (word != end_of_sentence) ++text_.begins[blocks_.place(word).block + 1];
    });
    for (std::size_t block = 0; block < blocks_.blocks(); ++block) text_.begins[block + 1] += text_.begins[block];
    text_.middles.resize(text_.begins.back());
    text_.contexts.reserve(text_.begins[own_ + 1] - text_.begins[own_]);
    text_.marks.clear();
    next_.assign(text_.begins.begin(), text_.begins.end() - 1);
    for_each_word([&](WordId word, bool inside) { add(word, inside); });
    text_.marks.push_back({end_, end_position});
    add(end_of_sentence, false);
    return std::move(text_);
  }

 private:
  /// Calls f(word, whether it stands in the part of the text) for all words and ends of sentences.
  template <class F>
  void for_each_word(const F& f) {
    std::vector<std::string_view> rest(all_.begin(), all_.end());
    std::vector<WordId> words;
    place_ = 0;
    for (std::size_t number = range_.first_chunk; number < range_.last_chunk; ++number) {
      std::string_view& bytes = rest[number % rest.size()];
      Head head{};
      std::memcpy(head.data(), bytes.data(), sizeof head);
      words.resize(head[0] + head[1] + head[2]);
      std::memcpy(words.data(), bytes.data() + sizeof head, words.size() * sizeof(WordId));
      bytes.remove_prefix(sizeof head + words.size() * sizeof(WordId));
      text_.marks.push_back({place_ + head[0], number * EncodedCorpus::chunk_size});
      end_ = place_ + head[0] + head[1];
      for (std::size_t k = 0; k < words.size(); ++k, ++place_) f(words[k], k >= head[0] && k < head[0] + head[1]);
    }
  }

  void add(WordId word, bool inside) {
    const auto place = static_cast<std::uint32_t>(place_);
    const auto within_window = [&](std::uint32_t distance) {
      return static_cast<std::uint16_t>(std::min<std::size_t>(distance, range_.window));
    };
    if (word == end_of_sentence) {
      for (; open_ < text_.contexts.size(); ++open_)
        text_.contexts[open_].right = within_window(place - text_.contexts[open_].place - 1);
      sentence_ = place + 1;
      return;
    }
    const WordBlocks::Place in = blocks_.place(word);
    text_.middles[next_[in.block]++] = {place, in.row};
    if (inside && in.block == own_) text_.contexts.push_back({place, in.row, within_window(place - sentence_), 0});
  }

  const std::vector<std::string>& all_;
  const LegRange& range_;
  const WordBlocks& blocks_;
  std::size_t own_, place_ = 0, end_ = 0;
  std::uint32_t sentence_ = 0;     // where the sentence begins
  std::size_t open_ = 0;           // the first context of the sentence
  std::vector<std::size_t> next_;  // of each block among the middles
  LegText text_;
};

}  // namespace

std::size_t LegText::position(std::size_t place) const {
  const auto next = std::ranges::upper_bound(marks.begin() + 1, marks.end() - 1, place, {}, &Mark::place);
  const Mark &begin = *(next - 1), &end = *next;
  return begin.position +
         (place - begin.place) * (end.position - begin.position) / std::max<std::size_t>(end.place - begin.place, 1);
}

LegText leg_text(const EncodedCorpus& corpus, const LegRange& range, std::span<const std::uint32_t> keep, Rng stream,
                 const WordBlocks& blocks, std::size_t own) {
  std::string kept = kept_chunks(corpus, range, keep, stream);
  std::vector<std::string> all;
  if (corpus.ranks())
    all = gather(*corpus.ranks(), kept);
  else
    all.push_back(std::move(kept));
  kept = {};
  return LegBuilder(all, range, blocks, own)
      .build(std::min<std::size_t>(range.last_chunk * EncodedCorpus::chunk_size, corpus.size()));
}

}  // namespace equivec
