#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/text/corpus.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/files/file_kind.hpp"
#include "support.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace equivec;
using namespace std::string_literals;

TEST_CASE("foreign files: what is often mistaken for text or vectors is named, with a way out") {
  const TemporaryDirectory directory;
  const std::vector<std::pair<std::string, std::string>> files = {
      {"\xff\xfe\x2d\x4e\x87\x65"s, "is text in UTF-16; make it UTF-8"},
      {"\xff\xfe\0\0\x2d\x4e\0\0"s, "is text in UTF-32"},
      {"PK\x03\x04..", "is a zip archive; unpack it first"},
      {"7z\xbc\xaf\x27\x1c..", "7z archive"},
      {std::string(257, 'x') + "ustar\0"s, "tar archive"},
      {"%PDF-1.7\n", "PDF"},
      {"\x89HDF\r\n\x1a\n..", "HDF5"},
      {"SQLite format 3\0.."s, "SQLite"},
      {"PAR1\x15...", "Parquet"},
      {"GGUF\3\0\0\0"s, "GGUF"},
      {"\x80\x04\x95..", "Python pickle"},
      {"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0archive/data.pkl.."s,
       "is a PyTorch model; export the vectors from PyTorch"},
      {"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b\0\0\0vectors.npy.."s,
       "is an archive of NumPy arrays (.npz); save the vectors alone"},
      {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."s, "is a PyTorch model"},
      {"\x80\x02}q\0(X\x05\0\0\0"s,
       "Python pickle, such as gensim's save() makes; export it with save_word2vec_format"},
      {"\x80\x03}q\0(X\x05\0\0\0"s, "Python pickle, such as gensim's save() makes"},
      {"\x80\x05\x95\x1c\0\0\0\0\0\0\0"s, "Python pickle, such as gensim's save() makes"},
      {"ccopy_reg\n_reconstructor\np0\n", "Python pickle, such as gensim's save() makes"},
      {"ARROW1\0\0\x10\0\0\0"s, "is an Arrow file; export its text or vectors first"},
      {"GGUF\2\0\0\0"s, "is a GGUF model; word vectors are not in it"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"},
  };
  for (const auto& [bytes, message] : files) {
    CAPTURE(message);
    const std::string file = directory.file("file", bytes).string();
    CHECK_THAT(error_of([&] { read_embeddings(file); }), ContainsSubstring("file: ") && ContainsSubstring(message));
    CHECK_THAT(error_of([&] { count_words(Corpus::from_paths(std::vector{file})); }),
               ContainsSubstring("file: ") && ContainsSubstring(message));
  }
  // Vectors, but no text.
  for (const std::string& bytes : {"FiFu\0\0\0\0"s, "\xba\x16\x4f\x2f\x0c\0\0\0"s})
    CHECK_THAT(error_of([&] { count_words(Corpus::from_paths(std::vector{directory.file("m", bytes).string()})); }),
               ContainsSubstring("read where vectors are asked for"));
  for (const char* page : {"<!DOCTYPE html>\n<html>", "<HTML><body>not found"}) {
    const std::string file = directory.file("page", page).string();
    CHECK_THAT(error_of([&] { read_embeddings(file); }), ContainsSubstring("HTML page"));
    // A corpus may be of pages.
    CHECK(count_words(Corpus::from_paths(std::vector{file}), {.min_count = 1}).size() > 0);
  }
  std::string random;
  Rng rng(1);
  while (random.size() < 5000) random += static_cast<char>(1 + rng.below(255));
  const std::string file = directory.file("random", random).string();
  CHECK_THAT(error_of([&] { count_words(Corpus::from_paths(std::vector{file})); }),
             ContainsSubstring("is not text") && ContainsSubstring("control characters"));
  for (const char* text :
       {"", "the cat", "\xef\xbb\xbfthe", "7z", "PAR1 is", "GGUF is", "FiFu ", "ARROW1\n", "version 1"})
    CHECK(foreign_kind(text) == nullptr);
}
