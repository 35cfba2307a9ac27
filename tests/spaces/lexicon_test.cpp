#include "equivec/spaces/lexicon.hpp"

#include "equivec/base/error.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Entries = std::vector<std::vector<std::string>>;

RelatedPair pair_of(const Embeddings& e, std::string_view a, std::string_view b) {
  const WordId first = id_of(e, a), second = id_of(e, b);
  return {std::min(first, second), std::max(first, second)};
}

}  // namespace

TEST_CASE("lexicon: a line is a word and its neighbours, between any white space") {
  const TemporaryDirectory folder;
  const auto file =
      folder.file("synonyms.txt", "\xef\xbb\xbfking ruler\tmonarch \r\n\n# a remark\nalone\n  a  b\nx # y");
  const SemanticLexicon lexicon = read_lexicon(file);
  CHECK(lexicon.name == "synonyms.txt");
  CHECK(lexicon.entries == Entries{{"king", "ruler", "monarch"}, {"a", "b"}, {"x", "#", "y"}});
  CHECK_THROWS_WITH(read_lexicon(folder.file("empty.txt", "alone\n\n")),
                    Catch::EndsWith("empty.txt: holds no pair of words (a word and its neighbours a line)"));
  CHECK_THROWS_AS(read_lexicon(folder / "nowhere.txt"), Error);
}

TEST_CASE("lexicon: pairs stand once, in no order, and what is unknown is counted") {
  const Embeddings e = embeddings({{"a", {1, 2}}, {"b", {2, 1}}, {"c", {1, 1}}, {"d", {0, 1}}});
  const RelatedPairs found =
      related_pairs(e, {"x", {{"c", "a", "b", "a", "c"}, {"a", "c"}, {"x", "a", "y"}, {"d", "x", "b"}, {"z"}}});
  CHECK(found.pairs == std::vector<RelatedPair>{pair_of(e, "a", "c"), pair_of(e, "b", "c"), pair_of(e, "b", "d")});
  CHECK(found.missing == 3);
  CHECK(found.unknown == 3);
}

TEST_CASE("lexicon: words that have a vector from their n-grams alone are unknown") {
  const std::vector<std::string> ngrams = {"<ab", "bc>"};
  const Embeddings e = embeddings({{"abc", {1, 2}}, {"b", {2, 1}}})
                           .with_subwords(Subwords(3, 3, ngrams, random_matrix(2, 2, 1)))
                           .with_composed_words();
  REQUIRE(e.vocabulary().find("abx"));
  const RelatedPairs found = related_pairs(e, {"x", {{"abc", "abx", "b"}}});
  CHECK(found.pairs.size() == 1);
  CHECK(found.unknown == 1);
}
