#include "equivec/base/rng.hpp"
#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/text/corpus.hpp"

#include "tests/catch.hpp"
#include "tests/support.hpp"
#include "tests/thread_ranks.hpp"

#include <string>
#include <vector>

using namespace equivec;

TEST_CASE("shared co-occurrences: the file is that of one process for any number of ranks, threads and memory",
          "[slow]") {
  const TemporaryDirectory directory;
  Rng rng(7);
  std::string text;
  // Some chunks, with sentences that go on from one to the next.
  for (int i = 0; i < 250000; ++i) {
    const float u = rng.uniform();
    text += "w" + std::to_string(static_cast<int>(3000 * u * u * u)) + (rng.below(200) == 0 ? "\n" : " ");
  }
  write_file(directory / "text.txt", text);
  const std::vector<std::string> paths = {(directory / "text.txt").string()};
  CooccurrenceOptions options;
  options.window = GENERATE(1, 15, 1000);
  options.symmetric = GENERATE(true, false);
  if (options.window == 1000 && options.symmetric) return;  // takes long, and the sides are alike
  options.distance_weighting = options.window != 1;
  const TrainingText whole = read_corpus(Corpus::from_paths(paths), {});
  write_cooccurrences(directory / "one", count_cooccurrences(whole.corpus, whole.vocabulary, options));
  const std::string expected = read_file(directory / "one");
  for (const int size : {2, 5}) {
    INFO(size << " ranks");
    run_ranks(size, [&](Communicator& ranks) {
      const TrainingText text_of_ranks = read_corpus(Corpus::from_paths(paths).shared_by(ranks), {});
      CooccurrenceOptions own = options;
      own.threads = 1 + ranks.rank() % 2;
      own.memory = size == 2 ? 0 : 2000000 + 100000 * static_cast<std::uint64_t>(ranks.rank());
      const Cooccurrences counts = count_cooccurrences(text_of_ranks.corpus, text_of_ranks.vocabulary, own);
      write_cooccurrences(directory / "shared", counts);
    });
    CHECK((read_file(directory / "shared") == expected));  // else all of both would be shown
  }
}

TEST_CASE("shared co-occurrences: a file is read by the first rank, and written again as it was") {
  const TemporaryDirectory directory;
  const TrainingText text = read_corpus(Corpus::from_text("a b c a b a b c a b c c b a a a b c"), every_word());
  write_cooccurrences(directory / "one", count_cooccurrences(text.corpus, text.vocabulary));
  run_ranks(3, [&](Communicator& ranks) {
    const Cooccurrences counts = read_cooccurrences(directory / "one", text.vocabulary, 0, nullptr, &ranks);
    write_cooccurrences(directory / "again", counts);
  });
  CHECK(read_file(directory / "again") == read_file(directory / "one"));
}
