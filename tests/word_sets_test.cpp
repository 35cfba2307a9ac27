#include "equivec/word_sets.hpp"

#include "equivec/corpus.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <set>

using namespace equivec;

namespace {

using Sets = std::vector<WordSet>;
using Ids = std::vector<std::vector<WordId>>;

/// A file of sets, as in data/.
std::string json(const std::string& definitional = R"([["she", "he"], ["woman", "man"]])") {
  return R"({
    "name": "mine",
    "description": "for a test",
    "definitional": {"source": "me", "sets": )" +
         definitional + R"(},
    "equalize": {"source": "me", "sets": [["king", "queen"], ["a", "b", "c"]]},
    "specific": {"source": "me", "words": ["beard", "\u00e9lan"]},
    "occupations": {"source": "me", "words": ["nurse", "doctor", "judge"]}
  })";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("word sets: those of gender come with the library") {
  const auto names = builtin_word_sets();
  REQUIRE(std::ranges::find(names, "gender") != names.end());
  const BiasWordSets sets = read_word_sets("gender");
  CHECK(sets.name == "gender");
  CHECK(sets.definitional.size() == 10);
  CHECK(sets.equalize.size() == 52);
  CHECK(sets.specific.size() > 1000);
  CHECK(sets.occupations.size() > 300);
  for (const Sets& list : {sets.definitional, sets.equalize})
    for (const WordSet& set : list) CHECK(set.size() == 2);
  CHECK(std::ranges::find(sets.definitional, WordSet{"she", "he"}) != sets.definitional.end());
  CHECK(std::ranges::find(sets.definitional, WordSet{"woman", "man"}) != sets.definitional.end());
  CHECK(std::ranges::find(sets.occupations, "nurse") != sets.occupations.end());
}

TEST_CASE("word sets: every set that comes with the library has words that are words") {
  for (const std::string_view name : builtin_word_sets()) {
    const BiasWordSets sets = read_word_sets(std::string(name));
    CHECK(sets.name == name);
    CHECK_FALSE(sets.definitional.empty());
    std::vector<WordSet> all = sets.definitional;
    all.insert(all.end(), sets.equalize.begin(), sets.equalize.end());
    all.push_back(sets.specific);
    all.push_back(sets.occupations);
    bool good = true, once = true;
    for (const WordSet& set : all) {
      for (const std::string& word : set) good = good && !word.empty() && std::ranges::none_of(word, is_space);
      once = once && std::set(set.begin(), set.end()).size() == set.size();
    }
    CHECK(good);
    CHECK(once);
  }
}

TEST_CASE("word sets: a file of one's own is read") {
  const TemporaryDirectory directory;
  const BiasWordSets sets = read_word_sets(directory.file("mine.json", json()).string());
  CHECK(sets.name == "mine");
  CHECK(sets.definitional == Sets{{"she", "he"}, {"woman", "man"}});
  CHECK(sets.equalize == Sets{{"king", "queen"}, {"a", "b", "c"}});
  CHECK(sets.specific == WordSet{"beard", "\xc3\xa9lan"});
  CHECK(sets.occupations == WordSet{"nurse", "doctor", "judge"});
}

TEST_CASE("word sets: a misspelt key is named with its file") {
  const TemporaryDirectory directory;
  const auto [from, to] =
      GENERATE(table<std::string, std::string>({{"\"definitional\"", "\"definitonal\""},
                                                {"\"equalize\"", "\"equalise\""},
                                                {"\"occupations\"", "\"professions\""},
                                                {"\"sets\": [[\"king\"", "\"set\": [[\"king\""},
                                                {"\"words\": [\"beard\"", "\"wordz\": [\"beard\""}}));
  const auto file = directory.file("mine.json", replaced(json(), from, to)).string();
  const std::string key = to.substr(1, to.find('"', 1) - 1);
  CAPTURE(to);
  CHECK_THAT(error_of([&] { read_word_sets(file); }), ContainsSubstring(file) && ContainsSubstring(key));
}

TEST_CASE("word sets: a value of the wrong kind is named with its file and its key") {
  const TemporaryDirectory directory;
  const std::string bad = GENERATE("7", "\"she he\"", "[\"she\", \"he\"]", "[[1, 2]]", "{}", "[[\"she\", null]]",
                                   "null", "[[\"she\", \"\"]]");
  CAPTURE(bad);
  const auto file = directory.file("mine.json", json(bad)).string();
  CHECK_THAT(error_of([&] { read_word_sets(file); }), ContainsSubstring(file) && ContainsSubstring("definitional"));
}

TEST_CASE("word sets: what is no JSON is an error that names the file") {
  const TemporaryDirectory directory;
  const std::string text = GENERATE(as<std::string>{}, "", "she he", "[]", "7", "{", "{}", json() + "}",
                                    "{\"name\": \"\xff\xfe\"}", std::string(100000, '['));
  const auto file = directory.file("mine.json", text).string();
  CHECK_THAT(error_of([&] { read_word_sets(file); }), ContainsSubstring(file));
}

TEST_CASE("word sets: every part of a file is sets or an error") {
  const TemporaryDirectory directory;
  const std::string text = json();
  std::size_t refused = 0;
  for (std::size_t size = 0; size < text.rfind('}'); ++size)
    refused += !error_of([&] { read_word_sets(directory.file("cut.json", text.substr(0, size)).string()); }).empty();
  CHECK(refused == text.rfind('}'));
}

TEST_CASE("word sets: a name that is neither built in nor a file is named") {
  CHECK_THAT(error_of([] { read_word_sets("no-such-set"); }),
             ContainsSubstring("no-such-set") && ContainsSubstring("gender"));
}

TEST_CASE("resolve: pairs need both words and larger sets two") {
  const Vocabulary words = vocabulary({{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}});
  const ResolvedSets result =
      resolve(words, Sets{{"a", "b"}, {"c", "x"}, {"y", "a", "c"}, {"d", "z", "w"}, {"u", "v"}});
  CHECK(result.sets == Ids{{word_id(0), word_id(1)}, {word_id(0), word_id(2)}});
  CHECK(std::set(result.missing.begin(), result.missing.end()) == std::set<std::string>{"u", "v", "w", "x", "y", "z"});
}

TEST_CASE("resolve: sets of the same words count once") {
  const Vocabulary words = vocabulary({{"he", 1}, {"she", 1}, {"it", 1}});
  const ResolvedSets result = resolve(words, Sets{{"he", "she"}, {"she", "he"}, {"He", "She"}, {"he", "she", "it"}});
  CHECK(result.sets == Ids{{word_id(0), word_id(1)}, {word_id(0), word_id(1), word_id(2)}});
}

TEST_CASE("resolve: a set is taken in one case and never mixes two") {
  const Vocabulary words = vocabulary({{"Mary", 1}, {"mary", 1}, {"john", 1}});
  CHECK(resolve(words, Sets{{"Mary", "John"}}).sets == Ids{{word_id(1), word_id(2)}});
}

TEST_CASE("resolve: a set is looked for as it is and then in lower case") {
  const Vocabulary words = vocabulary({{"mary", 1}, {"john", 1}, {"\xc3\xa9va", 1}, {"He", 1}, {"She", 1}});
  const ResolvedSets result = resolve(words, Sets{{"Mary", "John"}, {"\xc3\xa9VA", "JOHN"}, {"He", "She"}});
  CHECK(result.sets == Ids{{word_id(0), word_id(1)}, {word_id(2), word_id(1)}, {word_id(3), word_id(4)}});
  CHECK(result.missing.empty());
  CHECK(resolve(words, Sets{{"\xc3\x89va", "john"}}).missing == WordSet{"\xc3\x89va"});
  // It is never looked for in upper case.
  CHECK(resolve(vocabulary({{"He", 1}, {"She", 1}}), Sets{{"he", "she"}}).sets.empty());
}

TEST_CASE("resolve: a word stands once in its set") {
  const Vocabulary words = vocabulary({{"he", 1}, {"she", 1}});
  CHECK(resolve(words, Sets{{"he", "He", "she"}}).sets == Ids{{word_id(0), word_id(1)}});
  CHECK(resolve(words, Sets{{"he", "HE"}}).sets.empty());
}

TEST_CASE("resolve: a list gives each word once in the order given") {
  const Vocabulary words = vocabulary({{"he", 1}, {"she", 1}, {"King", 1}});
  const ResolvedWords result = resolve(words, WordSet{"King", "she", "x", "She", "he", "king", "she"});
  CHECK(result.words == std::vector<WordId>{word_id(2), word_id(1), word_id(0)});
  CHECK(result.missing == WordSet{"x", "king"});
  CHECK(resolve(words, WordSet{}).words.empty());
}

TEST_CASE("case variants: each set is followed by its Title and UPPER forms") {
  CHECK(with_case_variants(Sets{{"man", "woman"}, {"he", "she"}}) ==
        Sets{{"man", "woman"}, {"Man", "Woman"}, {"MAN", "WOMAN"}, {"he", "she"}, {"He", "She"}, {"HE", "SHE"}});
}

TEST_CASE("case variants: forms that do not differ are left away") {
  CHECK(with_case_variants(Sets{{"Man", "Woman"}}) == Sets{{"Man", "Woman"}, {"MAN", "WOMAN"}});
  CHECK(with_case_variants(Sets{{"MAN", "WOMAN"}}).front() == WordSet{"MAN", "WOMAN"});
  CHECK(with_case_variants(Sets{{"1", "2"}}) == Sets{{"1", "2"}});
  CHECK(with_case_variants(Sets{}).empty());
}

TEST_CASE("case variants: only A to Z have case") {
  CHECK(with_case_variants(Sets{{"\xc3\xa9va", "ad\xc3\xa9le"}}) ==
        Sets{{"\xc3\xa9va", "ad\xc3\xa9le"}, {"\xc3\xa9va", "Ad\xc3\xa9le"}, {"\xc3\xa9VA", "AD\xc3\xa9LE"}});
}
