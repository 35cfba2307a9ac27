#include "equivec/encoded_corpus.hpp"

#include "src/parallel.hpp"
#include "src/sentence_ends.hpp"
#include "src/text_reader.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace equivec {

EncodedCorpus::EncodedCorpus(std::vector<WordId> ids, std::size_t words) : ids_(std::move(ids)) {
  for (const WordId id : ids_) {
    if (id == sentence_end) continue;
    if (index(id) >= words)
      throw Error("word number " + std::to_string(index(id)) + " is not below the vocabulary's size, " +
                  std::to_string(words));
    ++words_;
  }
  tokens_ = words_;
}

std::span<const WordId> EncodedCorpus::chunk(std::size_t number) const {
  const std::size_t begin = number * chunk_size;
  return std::span(ids_).subspan(begin, std::min(chunk_size, ids_.size() - begin));
}

namespace {

/// XXH64 of a text given piece by piece.
class TextHash {
 public:
  TextHash() { XXH64_reset(&state_, 0); }
  void add(std::string_view text) { XXH64_update(&state_, text.data(), text.size()); }
  std::string digest() const {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), XXH64_digest(&state_), 16).ptr;
    const std::string_view number(digits.data(), static_cast<std::size_t>(end - digits.data()));
    return "xxh64:" + std::string(16 - number.size(), '0') + std::string(number);
  }

 private:
  XXH64_state_t state_;
};

std::optional<WordId> special_word(const Vocabulary& vocabulary, const std::string& token, const char* option) {
  if (token.empty()) return std::nullopt;
  const auto id = vocabulary.find(token);
  if (!id) throw Error(std::string(option) + ": the vocabulary has no word '" + token + "'");
  return id;
}

}  // namespace

EncodedCorpus encode(const Corpus& corpus, const Vocabulary& vocabulary, const VocabularyOptions& options,
                     Progress* progress) {
  validate(options);
  // A corpus without rare words has no unknown word either.
  const auto unknown = options.unknown.empty() ? std::nullopt : vocabulary.find(options.unknown);
  const auto end_word = special_word(vocabulary, options.end_token, "end-token");
  if (progress) {
    progress->done = 0;
    progress->total = corpus.bytes();
  }

  struct EncodedBlock {
    TextBlock block;
    BlockLines lines;
    std::vector<WordId> ids;
    std::uint64_t tokens = 0;
  };
  std::vector<WordId> ids;
  const auto end_sentence = [&](std::vector<WordId>& to) {
    if (end_word) to.push_back(*end_word);
    to.push_back(EncodedCorpus::sentence_end);
  };
  TextReader reader(corpus);
  TextHash hash;
  LineSeam seam;
  std::uint64_t tokens = 0;
  ordered_pipeline(
      options.threads, [&] { return reader.next(); },
      [&](TextBlock block) {
        check_cancelled(progress);
        EncodedBlock encoded{.block = std::move(block), .lines = {}, .ids = {}};
        encoded.ids.reserve(encoded.block.text.size() / 5);
        LineScanner lines;
        tokenize(
            encoded.block.text,
            [&](std::string_view word) {
              lines.word();
              ++encoded.tokens;
              if (const auto id = vocabulary.find(word)) {
                encoded.ids.push_back(*id);
              } else if (unknown) {
                encoded.ids.push_back(*unknown);
              }
            },
            [&] {
              if (lines.line_end()) end_sentence(encoded.ids);
            });
        encoded.lines = lines.lines();
        return encoded;
      },
      [&](EncodedBlock encoded) {
        if (!encoded.block.file_end) hash.add(encoded.block.text);
        tokens += encoded.tokens;
        if (seam.closes_before(encoded.lines)) end_sentence(ids);
        ids.insert(ids.end(), encoded.ids.begin(), encoded.ids.end());
        if (progress) progress->done += encoded.block.stored_bytes;
      });

  // Sentences of unknown words alone leave ends that follow one another, or the start.
  std::size_t size = 0;
  for (const WordId id : ids)
    if (id != EncodedCorpus::sentence_end || (size > 0 && ids[size - 1] != EncodedCorpus::sentence_end))
      ids[size++] = id;
  ids.resize(size);
  if (ids.empty())
    throw Error(corpus.name() + ": none of its " + std::to_string(tokens) + " words is in the vocabulary");

  EncodedCorpus result(std::move(ids), vocabulary.size());
  result.tokens_ = tokens;
  result.hash_ = hash.digest();
  return result;
}

}  // namespace equivec
