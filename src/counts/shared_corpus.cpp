#include "src/counts/shared_corpus.hpp"

#include "src/base/memory_limit.hpp"
#include "src/counts/id_store.hpp"
#include "src/files/files.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace equivec {

namespace {

constexpr WordId sentence_end = EncodedCorpus::sentence_end;
constexpr std::size_t chunk_size = EncodedCorpus::chunk_size, context_size = EncodedCorpus::context_size,
                      slot_size = chunk_size + 2 * context_size;
// Ids that a rank sends at a time.
constexpr std::size_t ids_of_round = std::size_t{1} << 22;

/// Two pieces one after the other.
struct Ids {
  std::span<const WordId> front, rest;

  std::size_t size() const { return front.size() + rest.size(); }
  bool ends_sentence() const { return (rest.empty() ? front : rest).back() == sentence_end; }
  /// Appends ids [begin, end).
  void append(std::string& bytes, std::size_t begin, std::size_t end) const {
    const std::size_t middle = std::clamp(front.size(), begin, end);
    bytes += bytes_of(front.subspan(std::min(begin, front.size()), middle - begin));
    bytes += bytes_of(rest.subspan(middle - front.size(), end - middle));
  }
};

/// What the other ranks must know of a rank's ids.
struct Seam {
  std::uint64_t size = 0, words = 0;
  std::uint64_t begins_with_end = 0, ends_with_end = 0;
};

template <class T>
std::string bytes_of_one(const T& value) {
  return std::string(bytes_of(std::span(&value, 1)));
}

}  // namespace

/// Sends each chunk to the rank that has it.
class SharedEncoding {
 public:
  SharedEncoding(Communicator& ranks, std::uint64_t memory) : ranks_(ranks), store_(memory) {}

  EncodedCorpus run(EncodedCorpus share, std::span<const WordId> front) {
    Ids ids{front, share.ids()};
    if (!front.empty() && !ids.rest.empty() && ids.rest.front() == sentence_end) ids.rest = ids.rest.subspan(1);
    const std::uint64_t words = share.words() + static_cast<std::uint64_t>(std::ranges::count_if(
                                                    front, [](WordId id) { return id != sentence_end; }));
    place(ids, words);
    EncodedCorpus result;
    send_all(ids);
    auto kept = std::move(store_).keep(slots() * slot_size);
    result.owner_ = std::move(kept.owner);
    result.ids_ = kept.ids;
    result.mapped_ = kept.mapped;
    result.size_ = size_;
    result.words_ = words_;
    result.tokens_ = share.tokens_;
    result.hash_ = std::move(share.hash_);
    result.ranks_ = &ranks_;
    return result;
  }

 private:
  /// Finds where in the text this rank's ids are, and leaves out a sentence end after another.
  void place(Ids& ids, std::uint64_t words) {
    const bool begins = ids.size() > 0 && (ids.front.empty() ? ids.rest : ids.front).front() == sentence_end;
    const Seam own{ids.size(), words, begins, ids.size() > 0 && ids.ends_sentence()};
    bool ended = true;  // whether what comes before ends a sentence
    int rank = 0;
    for (const std::string& bytes : gather(ranks_, bytes_of_one(own))) {
      Seam seam;
      std::memcpy(&seam, bytes.data(), sizeof seam);
      const bool twice = seam.begins_with_end != 0 && ended;
      if (rank == ranks_.rank()) {
        begin_ = size_;
        if (twice) (ids.front.empty() ? ids.rest : ids.front) = (ids.front.empty() ? ids.rest : ids.front).subspan(1);
      }
      ++rank;
      words_ += seam.words;
      seam.size -= twice;
      size_ += seam.size;
      longest_ = std::max(longest_, seam.size);
      if (seam.size > 0) ended = seam.ends_with_end != 0;
    }
  }

  std::size_t chunks() const { return (size_ + chunk_size - 1) / chunk_size; }
  /// Chunks that this rank has.
  std::size_t slots() const {
    const auto size = static_cast<std::size_t>(ranks_.size()), rank = static_cast<std::size_t>(ranks_.rank());
    return (chunks() + size - 1 - rank) / size;
  }

  void send_all(const Ids& ids) {
    const std::vector<WordId> empty(slot_size, sentence_end);
    for (std::size_t i = 0; i < slots(); ++i) store_.append(empty);
    for (std::size_t begin = 0; begin < longest_; begin += ids_of_round) {
      std::vector<std::string> messages(static_cast<std::size_t>(ranks_.size()));
      add_pieces(ids, std::min(begin, ids.size()), std::min(begin + ids_of_round, ids.size()), messages);
      for (const std::string& message : exchange(ranks_, std::move(messages))) take(message);
    }
  }

  /// A piece: where it goes in the rank's store, its size, and the ids.
  void add_pieces(const Ids& ids, std::size_t begin, std::size_t end, std::vector<std::string>& messages) const {
    if (begin == end) return;
    const std::size_t from = begin_ + begin, to = begin_ + end;  // in the text
    const std::size_t first = (from - std::min(from, context_size)) / chunk_size,
                      last = std::min((to - 1 + context_size) / chunk_size + 1, chunks());
    for (std::size_t chunk = first; chunk < last; ++chunk) {
      const std::size_t chunk_begin = chunk * chunk_size,
                        slot_begin = chunk_begin - std::min(chunk_begin, context_size),
                        piece_begin = std::max(from, slot_begin),
                        piece_end = std::min(to, chunk_begin + chunk_size + context_size);
      if (piece_begin >= piece_end) continue;
      std::string& message = messages[chunk % messages.size()];
      const std::uint64_t place = chunk / messages.size() * slot_size + context_size + piece_begin - chunk_begin;
      message += bytes_of_one(place);
      message += bytes_of_one(static_cast<std::uint64_t>(piece_end - piece_begin));
      ids.append(message, piece_begin - begin_, piece_end - begin_);
    }
  }

  void take(std::string_view message) {
    std::vector<WordId> ids;
    while (!message.empty()) {
      std::array<std::uint64_t, 2> head{};  // place, size
      std::memcpy(head.data(), message.data(), sizeof head);
      ids.resize(head[1]);
      std::memcpy(ids.data(), message.data() + sizeof head, ids.size() * sizeof(WordId));
      store_.replace(head[0], ids);
      message.remove_prefix(sizeof head + ids.size() * sizeof(WordId));
    }
  }

  Communicator& ranks_;
  IdStore store_;
  std::uint64_t size_ = 0, words_ = 0;  // of the text
  std::uint64_t begin_ = 0;             // of this rank's ids in it
  std::uint64_t longest_ = 0;           // of all ranks' ids
};

EncodedCorpus shared_corpus(EncodedCorpus share, Communicator& ranks, std::span<const WordId> front,
                            std::uint64_t memory) {
  return SharedEncoding(ranks, memory_for(memory)).run(std::move(share), front);
}

}  // namespace equivec
