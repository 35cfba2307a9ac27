#include "equivec/base/rng.hpp"
#include "equivec/text/corpus.hpp"
#include "src/text/word_scanner.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Tokens = std::vector<std::string>;

/// "\n" for a line end.
Tokens tokenized(std::string_view text) {
  Tokens result;
  tokenize(
      text, [&](std::string_view word) { result.emplace_back(word); }, [&] { result.emplace_back("\n"); });
  return result;
}

Tokens scanned(std::string_view text) {
  Tokens result;
  WordScanner scanner(text);
  while (scanner.next()) {
    const auto edges = scanner.edges();
    REQUIRE(edges.size() <= 2 * WordScanner::batch);
    std::size_t word = 0;
    const auto take_until = [&](std::size_t end) {
      for (; word < end; ++word)
        result.emplace_back(text.substr(edges[2 * word], edges[2 * word + 1] - edges[2 * word]));
    };
    for (const std::uint32_t line_end : scanner.line_ends()) {
      take_until(line_end);
      result.emplace_back("\n");
    }
    take_until(edges.size() / 2);
  }
  return result;
}

}  // namespace

TEST_CASE("word scanner: it finds what the tokenizer finds") {
  for (const std::string text :
       {"", " ", "\n", "a", "a\n", " a", "a b", "\n\na\r\n \tbc\v\fd", "\xff\xfe\x80 \x85\xa0"})
    CHECK(scanned(text) == tokenized(text));
  CHECK(scanned(awkward_text(3)) == tokenized(awkward_text(3)));
}

TEST_CASE("word scanner: every byte is white space exactly if it is for the tokenizer") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("a") + static_cast<char>(byte) + "b";
    CHECK(scanned(text) == tokenized(text));
  }
}

TEST_CASE("word scanner: texts of every length, words and gaps at every place") {
  for (std::size_t length = 0; length < 200; ++length) {
    for (const char c : {'a', ' ', '\n'}) {
      const std::string same(length, c);
      CHECK(scanned(same) == tokenized(same));
      CHECK(scanned(same + "x") == tokenized(same + "x"));
      CHECK(scanned(same + " x\n") == tokenized(same + " x\n"));
    }
  }
}

TEST_CASE("word scanner: batches that are full, of words or of line ends") {
  std::string words, lines, both;
  for (std::size_t i = 0; i < 5000; ++i) {
    words += i % 3 == 0 ? "a " : "b\t";
    lines += '\n';
    both += "c\n";
  }
  const std::string blank(100000, ' ');
  for (const std::string& text : {words, lines, both, blank, blank + words + lines + std::string(100000, 'd') + both})
    CHECK(scanned(text) == tokenized(text));
}

TEST_CASE("word scanner: random texts") {
  Rng rng(5);
  for (int i = 0; i < 500; ++i) {
    const std::string text = random_text(rng);
    REQUIRE(scanned(text) == tokenized(text));
  }
}
