#include "equivec/spaces/dictionary.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

Entries read(const std::string& text) {
  const TemporaryDirectory folder;
  return read_dictionary(folder.file("d.txt", text)).entries;
}

}  // namespace

TEST_CASE("dictionaries: words between tabs or blanks, quotes and all") {
  CHECK(read("cat gato\n\n# a remark\ndog\tperro\ncat  micho \r\n") ==
        Entries{{"cat", "gato"}, {"dog", "perro"}, {"cat", "micho"}});
  CHECK(read("new york\tnueva york\n") == Entries{{"new york", "nueva york"}});
  CHECK(read("\" \"\n\"a b\"\n") == Entries{{"\"", "\""}, {"\"a", "b\""}});
}

TEST_CASE("dictionaries: what is wrong is told with file and line") {
  CHECK(error_of([] {
          read("cat gato\ndog\n");
        }).ends_with("d.txt:2: expected a word and its translation, between a tab or blanks, found 1 word"));
  CHECK(error_of([] { read("a b c\n"); })
            .ends_with("d.txt:1: expected a word and its translation, between a tab or "
                       "blanks, found 3 words"));
  CHECK(error_of([] { read("cat\t\n"); })
            .ends_with("d.txt:1: expected a word and its translation, found nothing after "
                       "the tab"));
  CHECK(error_of([] { read("\tcat\n"); })
            .ends_with("d.txt:1: expected a word and its translation, found nothing "
                       "before the tab"));
  CHECK(error_of([] { read("\n#\n"); }).ends_with("d.txt: holds no entry (a word and its translation a line)"));
}

TEST_CASE("dictionaries: pairs that come again count once, those with an unknown word not") {
  const Embeddings source = embeddings({{"cat", {1}}, {"dog", {1}}}),
                   target = embeddings({{"perro", {1}}, {"gato", {1}}});
  const FoundPairs found = find_pairs(
      source, target, {"d", {{"cat", "gato"}, {"dog", "perro"}, {"cat", "gato"}, {"cow", "gato"}, {"dog", "vaca"}}});
  CHECK(found.pairs == std::vector<TranslationPair>{{word_id(0), word_id(1)}, {word_id(1), word_id(0)}});
  CHECK(found.missing == 2);
}

TEST_CASE("dictionaries: shared words come by the worse of their places") {
  const Embeddings source = embeddings({{"a", {1}}, {"b", {1}}, {"c", {1}}, {"d", {1}}}),
                   target = embeddings({{"d", {1}}, {"b", {1}}, {"x", {1}}, {"a", {1}}});
  const TranslationPair a = {word_id(0), word_id(3)}, b = {word_id(1), word_id(1)}, d = {word_id(3), word_id(0)};
  CHECK(shared_words(source, target, 0) == std::vector<TranslationPair>{b, a, d});
  CHECK(shared_words(source, target, 2) == std::vector<TranslationPair>{b, a});
}
