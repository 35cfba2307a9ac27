#include "equivec/base/rng.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/counts/vocabulary.hpp"

#include "catch.hpp"
#include "cooccurrence_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

using namespace equivec;

TEST_CASE("co-occurrence records: what is written is read back, in any order and with little memory") {
  const TemporaryDirectory folder;
  const std::size_t words = 500;
  const EncodedCorpus corpus = random_corpus(30000, words);
  const Vocabulary vocabulary = vocabulary_of(corpus, words);
  const Cooccurrences counts = count_cooccurrences(corpus, vocabulary);
  const auto file = folder / "cooccurrence.bin";
  write_cooccurrences(file, counts);
  CHECK(std::filesystem::file_size(file) == 16 * counts.size());
  CHECK(same_bits(counts, read_cooccurrences(file, vocabulary)));

  std::string bytes = read_file(file);
  Rng rng(3);
  for (std::size_t i = counts.size(); i > 1; --i) {
    const std::size_t other = rng.below(static_cast<std::uint32_t>(i));
    std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(16 * (i - 1)),
                     bytes.begin() + static_cast<std::ptrdiff_t>(16 * i),
                     bytes.begin() + static_cast<std::ptrdiff_t>(16 * other));
  }
  write_file(file, bytes);
  CHECK(same_bits(counts, read_cooccurrences(file, vocabulary)));
  const Cooccurrences mapped = read_cooccurrences(file, vocabulary, 100000);
  CHECK(same_bits(counts, mapped));
  CHECK(mapped.mapped());
}

TEST_CASE("co-occurrence records: an invalid file is refused with its name and record") {
  const TemporaryDirectory folder;
  const auto file = folder / "cooccurrence.bin";
  const auto record = [](std::int32_t a, std::int32_t b, double count) {
    std::string bytes(16, '\0');
    std::memcpy(bytes.data(), &a, 4);
    std::memcpy(bytes.data() + 4, &b, 4);
    std::memcpy(bytes.data() + 8, &count, 8);
    return bytes;
  };
  const auto problem = [&](const std::string& bytes) {
    write_file(file, bytes);
    return error_of([&] { read_cooccurrences(file, letters(3)); });
  };
  const std::string good = record(1, 3, 0.5), name = file.string();
  CHECK(problem(good).empty());
  CHECK(problem("") == name + ": has no co-occurrences");
  CHECK(problem(good + "x").starts_with(name + ": its size, 17 bytes, is not a multiple of 16"));
  for (const auto& [a, b] : std::vector<std::pair<int, int>>{{4, 1}, {1, 4}, {0, 1}, {1, 0}, {-1, 2}})
    CHECK(problem(good + record(a, b, 1)).starts_with(name + ": record 2 has the words "));
  for (const double count : {0.0, -1.0, std::nan(""), HUGE_VAL})
    CHECK(problem(good + record(1, 1, count)).starts_with(name + ": record 2 has the count "));
  CHECK(problem(good + record(2, 2, 1) + good) == name + ": the pair 'w0', 'w2' occurs twice");
}
