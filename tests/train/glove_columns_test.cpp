#include "equivec/base/communicator.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "src/train/glove_columns.hpp"

#include "catch.hpp"
#include "glove_support.hpp"
#include "thread_ranks.hpp"

#include <atomic>
#include <string>
#include <vector>

using namespace equivec;

TEST_CASE("GloVe's columns: each rank gets all pairs of its contexts, in memory as in a file") {
  const Cooccurrences& whole = text().counts;
  for (const int size : {1, 2, 5})
    for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{5000}}) {
      std::vector<int> owners;
      for (std::size_t i = 0; i < whole.words(); ++i) owners.push_back(static_cast<int>(i / 7) % size);
      std::atomic<std::uint64_t> wrong = 0, pairs = 0;
      run_ranks(size, [&](Communicator& ranks) {
        const Cooccurrences part = columns_of(ranks, shared_rows(whole, ranks, memory), owners, memory);
        pairs += part.size();
        wrong += part.ranks() != nullptr || part.words() != whole.words() || part.mapped() != (memory > 0);
        for (std::size_t row = 0; row < whole.words(); ++row) {
          const Cooccurrences::Row all = whole.row(word_id(row)), some = part.row(word_id(row));
          std::size_t next = 0;
          for (std::size_t i = 0; i < all.words.size(); ++i) {
            if (owners[index(all.words[i])] != ranks.rank()) continue;
            wrong += next == some.words.size() || some.words[next] != all.words[i] ||
                     some.counts[next] != static_cast<double>(static_cast<float>(all.counts[i]));
            if (++next > some.words.size()) return;
          }
          wrong += next != some.words.size();
        }
      });
      CHECK(wrong == 0);
      CHECK(pairs == whole.size());
    }
}

TEST_CASE("GloVe's columns: the hash of counts is the same however many ranks share them") {
  const std::string hash = hash_of(text().counts, 2);
  CHECK(hash.starts_with("xxh64:"));
  CHECK(hash_of(random_text(60000, 1499).counts, 2) != hash);
  for (const int size : {1, 2, 5}) {
    std::atomic<int> wrong = 0;
    run_ranks(size, [&](Communicator& ranks) { wrong += hash_of(shared_rows(text().counts, ranks), 1) != hash; });
    CHECK(wrong == 0);
  }
}
