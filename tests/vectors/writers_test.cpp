#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "equivec/vectors/subwords.hpp"

#include "catch.hpp"
#include "faults.hpp"
#include "support.hpp"

#include <cerrno>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

// What every writer of vectors promises, format by format.

using namespace equivec;
namespace fs = std::filesystem;

namespace {

Embeddings vectors_with_ngrams(const std::string& made) {
  Rng rng(made.size(), 0);
  Matrix rows(40, 6);
  auto ngrams = std::make_shared<Matrix>(7, 6);
  for (float& number : rows.reshaped()) number = rng.uniform() - 0.5F;
  for (float& number : ngrams->reshaped()) number = rng.uniform() - 0.5F;
  std::vector<Vocabulary::Entry> entries;
  for (std::uint64_t i = 0; i < 40; ++i) entries.push_back({"word" + std::to_string(i), 50 - i});
  const MatrixView view(ngrams->data(), ngrams->rows(), ngrams->cols());
  return Embeddings(Vocabulary(entries), rows, {{"made", made}})
      .with_subwords(Subwords({3, 4, 7, NgramHash::fasttext}, view, ngrams));
}

/// All files below a folder with their bytes.
std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> result;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    result[name] = entry.is_directory() ? "folder" : read_file(entry.path());
  }
  return result;
}

}  // namespace

TEST_CASE("writers: whichever system call fails, the files of every format are the new ones or the old ones") {
  const Embeddings old_vectors = vectors_with_ngrams("before"), new_vectors = vectors_with_ngrams("in this run");
  for (const FormatInfo& format : formats()) {
    for (const bool has_old : {false, true}) {
      CAPTURE(format.name, has_old);
      const auto write = [&](const fs::path& folder, const Embeddings& embeddings) {
        write_embeddings(folder / "out", embeddings, format.format);
      };
      const TemporaryDirectory complete;
      if (has_old) write(complete.path(), old_vectors);
      const auto before = files_below(complete.path());
      write(complete.path(), new_vectors);
      const auto after = files_below(complete.path());
      REQUIRE(before != after);
      int failures = 0;
      bool was_reached = true;
      for (int at = 0; was_reached; ++at) {
        CAPTURE(at);
        const TemporaryDirectory directory;
        if (has_old) write(directory.path(), old_vectors);
        std::string message;
        {
          const Faults faults(at, ENOSPC);
          message = error_of([&] { write(directory.path(), new_vectors); });
          was_reached = faults.calls() > at;
        }
        failures += !message.empty();
        REQUIRE(files_below(directory.path()) == (message.empty() ? after : before));
        if (!message.empty()) REQUIRE_THAT(message, ContainsSubstring("out"));
      }
      CHECK(failures >= 4);  // create, write, synchronise, rename
    }
  }
}

TEST_CASE("writers: whichever system call fails, a file of every precision is the new one or the old one") {
  const Embeddings vectors = vectors_with_ngrams("in this run");
  for (const Precision precision : precisions) {
    CAPTURE(name_of(precision));
    const Embeddings packed = with_precision(vectors, {.precision = precision});
    int failures = 0;
    bool was_reached = true;
    for (int at = 0; was_reached; ++at) {
      CAPTURE(at);
      const TemporaryDirectory directory;
      const fs::path file = directory.file("out.safetensors", "old");
      std::string message;
      {
        const Faults faults(at, EIO);
        message = error_of([&] { write_embeddings(file, packed); });
        was_reached = faults.calls() > at;
      }
      failures += !message.empty();
      REQUIRE((read_file(file) == "old") == !message.empty());
      REQUIRE(directory.names() == std::vector<std::string>{"out.safetensors"});
    }
    CHECK(failures >= 4);
  }
}
