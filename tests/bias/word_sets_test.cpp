#include "equivec/base/rng.hpp"
#include "equivec/base/types.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/counts/vocabulary.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <map>
#include <regex>
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

/// A file with the sections that measures of association need.
const std::string lists_json = R"({
  "name": "mine",
  "lists": {
    "flowers": {
      "source": "me",
      "words": ["rose", "Iris"],
      "removed": ["tulip"]
    },
    "insects": { "source": "me", "words": ["fly"] },
    "good": { "source": "me", "words": ["joy", "love", "rose"] }
  },
  "shares": {
    "female": {
      "source": "me",
      "years": [1990, 2000],
      "percent": {
        "nurse": [100, 89.5],
        "judge": [null, 0]
      }
    }
  },
  "queries": [
    {
      "name": "first",
      "source": "me",
      "targets": ["flowers", "insects"],
      "attributes": ["good"]
    },
    { "name": "second", "source": "me", "targets": ["good"], "attributes": ["flowers", "insects"],
      "shares": "female", "measures": ["mac", "rnd"] }
  ],
  "choices": {
    "pairs": {
      "source": "me",
      "questions": [
        [["king", "queen"], ["doctor", "nurse"], ["cup", "lid"]],
        [["he", "she"], ["boss", "maid"], ["dog", "cat"], ["cup", "lid"]]
      ]
    }
  }
}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == text.npos) throw std::invalid_argument("the text does not hold " + from);
  return text.replace(at, from.size(), to);
}

/// The error for a file with this text, without the file's name: ":3: 'lists': ...".
std::string refusal(const std::string& text) {
  const TemporaryDirectory directory;
  const std::string file = directory.file("mine.json", text).string();
  const std::string error = error_of([&] { read_word_sets(file); });
  return error.starts_with(file) ? error.substr(file.size()) : error;
}

bool is_word(const std::string& word) { return !word.empty() && std::ranges::none_of(word, is_space); }

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

TEST_CASE("word sets: every set that comes with the library has valid words") {
  const auto names = builtin_word_sets();
  CHECK(std::set<std::string_view>(names.begin(), names.end()) ==
        std::set<std::string_view>{"gender", "weat", "race", "religion", "age", "sentiment", "occupation-shares",
                                   "sembias"});
  for (const std::string_view name : names) {
    const BiasWordSets sets = read_word_sets(std::string(name));
    CAPTURE(name);
    CHECK(sets.name == name);
    std::vector<WordSet> all = sets.definitional;
    all.insert(all.end(), sets.equalize.begin(), sets.equalize.end());
    all.push_back(sets.specific);
    all.push_back(sets.occupations);
    for (const WordList& list : sets.lists) {
      all.push_back(list.words);
      all.back().insert(all.back().end(), list.removed.begin(), list.removed.end());
    }
    for (const WordShares& shares : sets.shares) {
      all.emplace_back();
      for (const WordShares::Entry& entry : shares.entries) all.back().push_back(entry.word);
    }
    bool good = true, once = true;
    for (const WordSet& set : all) {
      good = good && std::ranges::all_of(set, is_word);
      once = once && std::set(set.begin(), set.end()).size() == set.size();
    }
    for (const PairChoices& choices : sets.choices)
      for (const PairChoice& choice : choices.questions)
        for (const auto& pair : {choice.definition, choice.stereotype, choice.none.at(0)})
          good = good && std::ranges::all_of(pair, is_word);
    CHECK(good);
    CHECK(once);
  }
}

TEST_CASE("word sets: lists of the same name are the same in all files of the library") {
  std::map<std::string, WordList> lists;
  std::size_t again = 0;
  for (const std::string_view name : builtin_word_sets())
    for (const WordList& list : read_word_sets(std::string(name)).lists) {
      const auto [known, fresh] = lists.emplace(list.name, list);
      again += !fresh;
      CAPTURE(name, list.name);
      CHECK(known->second.words == list.words);
      CHECK(known->second.removed == list.removed);
    }
  CHECK(again > 10);
}

TEST_CASE("word sets: every query of the library holds the words of the lists that it names") {
  std::set<std::string> measures;
  std::size_t queries = 0;
  for (const std::string_view name : builtin_word_sets()) {
    const BiasWordSets sets = read_word_sets(std::string(name));
    for (const BiasQuery& query : sets.queries) {
      CAPTURE(name, query.name);
      ++queries;
      REQUIRE(query.targets.size() == query.target_names.size());
      REQUIRE(query.attributes.size() == query.attribute_names.size());
      std::vector<std::string> named = query.target_names;
      named.insert(named.end(), query.attribute_names.begin(), query.attribute_names.end());
      std::vector<WordSet> held = query.targets;
      held.insert(held.end(), query.attributes.begin(), query.attributes.end());
      for (std::size_t i = 0; i < named.size(); ++i)
        CHECK(std::ranges::find(sets.lists, named[i], &WordList::name)->words == held[i]);
      CHECK((query.shares.empty() ||
             std::ranges::find(sets.shares, query.shares, &WordShares::name) != sets.shares.end()));
      measures.insert(query.measures.begin(), query.measures.end());
    }
  }
  CHECK(queries == 32);
  CHECK(measures == std::set<std::string>{"ect", "indirect-bias", "mac", "rnd", "rnsb", "weat", "wefat"});
}

TEST_CASE("word sets: WEAT's lists have the sizes that the paper gives") {
  const BiasWordSets sets = read_word_sets("weat");
  const std::size_t targets[] = {25, 25, 32, 16, 16, 8, 8, 8, 6, 8}, attributes[] = {25, 25, 25, 25, 8, 8, 8, 8, 7, 8};
  for (std::size_t i = 0; i < 10; ++i) {
    CAPTURE(sets.queries.at(i).name);
    CHECK(sets.queries[i].name == "weat-" + std::to_string(i + 1));
    REQUIRE(sets.queries[i].targets.size() == 2);
    REQUIRE(sets.queries[i].attributes.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(sets.queries[i].targets[k].size() == targets[i]);
      CHECK(sets.queries[i].attributes[k].size() == attributes[i]);
    }
  }
}

TEST_CASE("word sets: words of the lists female and male are pairs by position") {
  const BiasWordSets sets = read_word_sets("gender");
  const BiasQuery& query = sets.queries.at(0);
  CHECK(query.target_names == std::vector<std::string>{"female", "male"});
  REQUIRE(query.targets.at(0).size() == 20);
  REQUIRE(query.targets.at(1).size() == 20);
  // Pairs that are also in other lists of the file, and variants of them in number or form.
  const std::map<std::string, std::string> male = {
      {"she", "he"},         {"hers", "his"},        {"her", "him"},       {"mother", "father"},
      {"woman", "man"},      {"girl", "boy"},        {"daughter", "son"},  {"herself", "himself"},
      {"female", "male"},    {"sister", "brother"},  {"women", "men"},     {"girls", "boys"},
      {"daughters", "sons"}, {"mothers", "fathers"}, {"females", "males"}, {"sisters", "brothers"},
      {"aunt", "uncle"},     {"aunts", "uncles"},    {"niece", "nephew"},  {"nieces", "nephews"}};
  for (std::size_t i = 0; i < 20; ++i) CHECK(male.at(query.targets[0][i]) == query.targets[1][i]);
}

TEST_CASE("word sets: most words of a query with shares have one") {
  const BiasWordSets sets = read_word_sets("occupation-shares");
  for (const BiasQuery& query : sets.queries) {
    CAPTURE(query.name);
    const WordShares& shares = *std::ranges::find(sets.shares, query.shares, &WordShares::name);
    const WordSet& words = query.attribute_names.size() == 1 ? query.attributes[0] : query.targets.at(0);
    std::size_t known = 0;
    for (const WordShares::Entry& entry : shares.entries) {
      REQUIRE(entry.percent.size() == shares.years.size());
      known += entry.percent.back() && std::ranges::find(words, entry.word) != words.end();
    }
    CHECK(known * 10 >= words.size() * 8);
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

TEST_CASE("word sets: lists, shares, queries and choices are read") {
  const TemporaryDirectory directory;
  const BiasWordSets sets = read_word_sets(directory.file("mine.json", lists_json).string());
  CHECK(sets.definitional.empty());

  REQUIRE(sets.lists.size() == 3);
  CHECK(sets.lists[0].name == "flowers");
  CHECK(sets.lists[0].words == WordSet{"rose", "Iris"});
  CHECK(sets.lists[0].removed == WordSet{"tulip"});
  CHECK(sets.lists[1].name == "insects");
  CHECK(sets.lists[1].removed.empty());

  REQUIRE(sets.shares.size() == 1);
  CHECK(sets.shares[0].name == "female");
  CHECK(sets.shares[0].years == std::vector<int>{1990, 2000});
  REQUIRE(sets.shares[0].entries.size() == 2);
  CHECK(sets.shares[0].entries[0].word == "nurse");
  CHECK(sets.shares[0].entries[0].percent == std::vector<std::optional<double>>{100, 89.5});
  CHECK(sets.shares[0].entries[1].percent == std::vector<std::optional<double>>{std::nullopt, 0});

  REQUIRE(sets.queries.size() == 2);
  CHECK(sets.queries[0].name == "first");
  CHECK(sets.queries[0].targets == Sets{{"rose", "Iris"}, {"fly"}});
  CHECK(sets.queries[0].attributes == Sets{{"joy", "love", "rose"}});
  CHECK(sets.queries[0].target_names == std::vector<std::string>{"flowers", "insects"});
  CHECK(sets.queries[0].attribute_names == std::vector<std::string>{"good"});
  CHECK(sets.queries[0].shares.empty());
  CHECK(sets.queries[0].measures.empty());
  CHECK(sets.queries[1].attributes == Sets{{"rose", "Iris"}, {"fly"}});
  CHECK(sets.queries[1].shares == "female");
  CHECK(sets.queries[1].measures == std::vector<std::string>{"mac", "rnd"});

  REQUIRE(sets.choices.size() == 1);
  CHECK(sets.choices[0].name == "pairs");
  REQUIRE(sets.choices[0].questions.size() == 2);
  CHECK(sets.choices[0].questions[0].definition == PairChoice::Pair{"king", "queen"});
  CHECK(sets.choices[0].questions[0].stereotype == PairChoice::Pair{"doctor", "nurse"});
  CHECK(sets.choices[0].questions[0].none == std::vector<PairChoice::Pair>{{"cup", "lid"}});
  CHECK(sets.choices[0].questions[1].none == std::vector<PairChoice::Pair>{{"dog", "cat"}, {"cup", "lid"}});
}

TEST_CASE("word sets: one of definitional, lists and choices is enough") {
  CHECK(refusal(R"({"name": "x", "lists": {"a": {"source": "me", "words": ["b"]}}})").empty());
  CHECK(refusal(R"({"name": "x", "definitional": {"source": "me", "sets": [["a", "b"]]}})").empty());
  CHECK(refusal(R"({"name": "x", "choices": {"a": {"source": "me", "questions": [
                    [["a", "b"], ["c", "d"], ["e", "f"]]]}}})")
            .empty());
  CHECK(refusal(R"({"name": "x", "specific": {"source": "me", "words": ["b"]}})") ==
        ":1: has none of the sections 'definitional', 'lists' and 'choices'; add one");
}

TEST_CASE("word sets: an error names line, place, what was found and what to do") {
  struct Case {
    std::string from, to, error;
  };
  const Case c = GENERATE(values<Case>({
      // words
      {"[\"fly\"]", "[]", ":9: 'lists.insects.words': found an empty list; write a list of one word or more"},
      {"[\"fly\"]", "\"fly\"", ":9: 'lists.insects.words': found \"fly\"; write a list of one word or more"},
      {"[\"fly\"]", "[\"\"]", ":9: 'lists.insects.words': found an empty text; write a word or take it out"},
      {"[\"fly\"]", "[{\"a\": 1}]", ":9: 'lists.insects.words': found an object; write a text in quotes"},
      {"[\"fly\"]", "[true]", ":9: 'lists.insects.words': found true; write a text in quotes"},
      {"[\"fly\"]", "[\n-0.5\n]", ":10: 'lists.insects.words': found -0.5; write a text in quotes"},
      {"[\"fly\"]", "[\n\n7]", ":11: 'lists.insects.words': found 7; write a text in quotes"},
      {"[\"fly\"]", "[\"a\\tb\"]",
       ":9: 'lists.insects.words': found \"a\\tb\"; tabs, line feeds and other control characters cannot be in it"},
      {"[\"fly\"]", "[\"b\\u000a\"]",
       ":9: 'lists.insects.words': found \"b\\n\"; tabs, line feeds and other control characters cannot be in it"},
      {"\"love\"", "\n\"joy\"", ":11: 'lists.good.words': \"joy\" occurs twice; take one out"},
      {"\"tulip\"", "\"tulip\",\n\"Iris\"",
       ":8: 'lists.flowers.removed': \"Iris\" is among 'words' too; take it out of one of them"},
      {"[\"tulip\"]", "[]", ":7: 'lists.flowers.removed': found an empty list; write a list of one word or more"},
      {"\"source\": \"me\", \"words\": [\"fly\"]", "\"words\": [\"fly\"]",
       ":9: 'lists.insects': lacks the key 'source'; add it"},
      {"\"source\": \"me\", \"words\": [\"fly\"]", "\"source\": \"\", \"words\": [\"fly\"]",
       ":9: 'lists.insects.source': found an empty text; write a word or take it out"},
      {"\"insects\": {", "\"\":\n{", ":9: 'lists': found an empty text; write a word or take it out"},
      // shares
      {"[1990, 2000]", "[1990, 2000, 2010]",
       ":17: 'shares.female.percent.nurse': found 2 numbers for 3 years; write one a year, null where there is none"},
      {"[1990, 2000]", "[2000, 1990]",
       ":15: 'shares.female.years': found 1990 after 2000; write each year once, ascending"},
      {"[1990, 2000]", "[1990, 1990]",
       ":15: 'shares.female.years': found 1990 after 1990; write each year once, ascending"},
      {"[1990, 2000]", "[1990, 2000.5]", ":15: 'shares.female.years': found 2000.5; write a year such as 1990"},
      {"[1990, 2000]", "[1990, 1e12]", ":15: 'shares.female.years': found 1e+12; write a year such as 1990"},
      {"[1990, 2000]", "[]", ":15: 'shares.female.years': found an empty list; write a list of years"},
      {"89.5", "100.01",
       ":17: 'shares.female.percent.nurse': found 100.01; write a number from 0 to 100, or null where there is none"},
      {"89.5", "-1",
       ":17: 'shares.female.percent.nurse': found -1; write a number from 0 to 100, or null where there is none"},
      {"89.5", "\"9\"",
       ":17: 'shares.female.percent.nurse': found \"9\"; write a number from 0 to 100, or null where there is none"},
      {"[null, 0]", "0", ":18: 'shares.female.percent.judge': found 0; write a list with one number a year"},
      {"\"judge\"", "\"\\u0007\"",
       ":18: 'shares.female.percent': found \"\\u0007\"; tabs, line feeds and other control characters cannot be in "
       "it"},
      // queries
      {"\"second\"", "\"first\"", ":29: 'queries': the name \"first\" occurs twice; give each query its own"},
      {"[\"flowers\", \"insects\"]", "[\"flowers\", \"insect\"]",
       ":26: 'queries.first.targets': no list is named \"insect\"; did you mean 'insects'? Known are flowers, insects, "
       "good"},
      {"[\"flowers\", \"insects\"]", "[\"flowers\",\n\"bees\"]",
       ":27: 'queries.first.targets': no list is named \"bees\"; known are flowers, insects, good"},
      {"[\"flowers\", \"insects\"]", "[]",
       ":26: 'queries.first.targets': found an empty list; write a list of one word or more"},
      {"\"attributes\": [\"good\"]", "\"attributes\": []",
       ":27: 'queries.first.attributes': found an empty list; write a list of one word or more"},
      {"\"female\", \"measures\"", "\"femal\", \"measures\"",
       ":30: 'queries.second.shares': no part of 'shares' is named \"femal\"; did you mean 'female'? Known are female"},
      {"\"mac\"", "1", ":30: 'queries.second.measures': found 1; write a text in quotes"},
      // choices
      {", [\"cup\", \"lid\"]]", "]",
       ":36: 'choices.pairs.questions': found a question of 2 items; write the pair of the definition, that of the "
       "stereotype and one or more of neither"},
      {"[\"boss\", \"maid\"]", "[\"boss\"]",
       ":37: 'choices.pairs.questions': found a list of 1 where a pair of words is needed"},
      {"[\"boss\", \"maid\"]", "[\"boss\", [\"maid\"]]",
       ":37: 'choices.pairs.questions': found a list; write a text in quotes"},
      {"[\"boss\", \"maid\"]", "[\"boss\", \"boss\"]",
       ":37: 'choices.pairs.questions': \"boss\" occurs twice; take one out"},
      // keys and the text as a whole
      {"\"removed\"", "\"remove\"",
       ":7: 'lists.flowers': unknown key \"remove\"; did you mean 'removed'? Known are source, words, removed"},
      {"\"removed\":", "\"left\nout\":", ":7: is not JSON here; look for a missing comma, quote or bracket"},
      {"\"removed\"", "\"left\\nout\"",
       ":7: 'lists.flowers': unknown key \"left\\nout\"; known are source, words, removed"},
      {"\"removed\"", "\"words\"", ":7: 'lists.flowers': the key \"words\" occurs twice; take one out"},
      {"\"judge\"", "\"nurse\"", ":18: 'shares.female.percent': the key \"nurse\" occurs twice; take one out"},
      {"\"fly\"", "\"\xff\"", ":9: holds bytes that are not UTF-8; save the file as UTF-8"},
      {"\"joy\", \"love\"", "\"joy\" \"love\"", ":10: is not JSON here; look for a missing comma, quote or bracket"},
      {"\"me\", \"words\": [\"fly\"]", "[[[[[[[[]]]]]]]], \"words\": [\"fly\"]",
       ":9: 'lists.insects.source': lists and objects are nested too deep; data/README.md has the form"},
  }));
  CAPTURE(c.from, c.to);
  CHECK(refusal(replaced(lists_json, c.from, c.to)) == c.error);
}

TEST_CASE("word sets: a set of one word is an error") {
  CHECK(refusal(json(R"([["she", "he"], ["woman"]])")) ==
        ":4: 'definitional.sets': found a set of \"woman\" alone; a set needs two words or more");
}

TEST_CASE("word sets: a text that ends too early is refused with its last line") {
  const std::string error = "; look for a missing comma, quote or bracket";
  CHECK(refusal("") == ":1: ends where more is needed" + error);
  CHECK(refusal("{\"name\":\n\"x\"\n\n") == ":3: ends where more is needed" + error);
}

TEST_CASE("word sets: a randomly changed file is read or refused in one line with a line number") {
  const std::regex form(":([0-9]+): .*");  // '.' is no line feed
  Rng rng(1);
  const std::string bytes = "\n\"[]{},:0 9.e-nulltrue\\u\x01\xff\xc3\xa9";
  std::size_t refused = 0;
  std::string wrong;
  for (int round = 0; round < 500; ++round) {
    std::string text = lists_json;
    for (std::uint32_t i = 0, changes = 1 + rng.below(2); i < changes; ++i) {
      const std::size_t at = rng.below(static_cast<std::uint32_t>(text.size()));
      const char byte = bytes[rng.below(static_cast<std::uint32_t>(bytes.size()))];
      if (rng.below(2) == 0)
        text[at] = byte;
      else
        text.insert(at, 1, byte);
    }
    const std::string error = refusal(text);
    std::smatch match;
    const bool right = std::regex_match(error, match, form) &&
                       std::stol(match[1]) <= 1 + std::count(text.begin(), text.end(), '\n') &&
                       std::stol(match[1]) >= 1;
    refused += !error.empty();
    if (!error.empty() && !right) wrong += error + '\n';
  }
  CHECK(wrong.empty());
  CHECK(refused > 150);
  CHECK(refused < 500);
}

TEST_CASE("word sets: an error anywhere in a file is reported with its line") {
  for (int lines = 0; lines < 5; ++lines) {
    const std::string gap(static_cast<std::size_t>(lines), '\n');
    CAPTURE(lines);
    CHECK(refusal(gap + replaced(lists_json, "89.5", gap + "101" + gap))
              .starts_with(":" + std::to_string(17 + 2 * lines) + ": "));
    CHECK(refusal(gap + replaced(lists_json, "\"measures\"", gap + "\"measure\"" + gap))
              .starts_with(":" + std::to_string(30 + 2 * lines) + ": "));
    CHECK(refusal(gap + replaced(lists_json, "[\"fly\"]", gap + "{" + gap + "}" + gap))
              .starts_with(":" + std::to_string(9 + 2 * lines) + ": "));
  }
}

TEST_CASE("word sets: a name is suggested only where it is near") {
  const auto asked = [](const std::string& list) {
    return refusal(R"({"name": "x", "lists": {"a": {"source": "me", "words": ["b"]},
                       "flowers": {"source": "me", "words": ["b"]}, "flours": {"source": "me", "words": ["b"]}},
                       "queries": [{"name": "q", "source": "me", "targets": [")" +
                   list + R"("], "attributes": ["a"]}]})");
  };
  CHECK_THAT(asked("flower"), ContainsSubstring("did you mean 'flowers'?"));
  CHECK_THAT(asked("flour"), ContainsSubstring("did you mean 'flours'?"));
  CHECK_THAT(asked("folwers"), ContainsSubstring("did you mean 'flowers'?"));  // two letters changed places
  CHECK_THAT(asked("blowerz"), ContainsSubstring("did you mean 'flowers'?"));
  CHECK_THAT(asked("blowerzz"), ContainsSubstring("\"blowerzz\"; known are a, flowers, flours"));
  CHECK_THAT(asked("b"), ContainsSubstring("\"b\"; known are a, flowers, flours"));  // all letters differ
  CHECK_THAT(refusal(R"({"name": "x", "definitional": {"source": "me", "sets": [["a", "b"]]},
                         "queries": [{"name": "q", "source": "me", "targets": ["c"], "attributes": ["d"]}]})"),
             ContainsSubstring("no list is named \"c\"; there is none"));
}

TEST_CASE("word sets: a byte order mark is skipped") {
  CHECK(refusal("\xef\xbb\xbf" + lists_json).empty());
  CHECK(refusal("\xef\xbb\xbf" + replaced(lists_json, "89.5", "101")).starts_with(":17: "));
}

TEST_CASE("word sets: a long text is cut in a message") {
  const std::string error = refusal(replaced(lists_json, "\"removed\"", '"' + std::string(100000, 'x') + '"'));
  CHECK(error.size() < 300);
  CHECK_THAT(error, ContainsSubstring("xxx..."));
  // A cut within a character removes all of it.
  CHECK_THAT(refusal(replaced(lists_json, "\"removed\"", "\"" + std::string(59, 'x') + "\xc3\xa9\"")),
             ContainsSubstring("x...\";"));
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

TEST_CASE("word sets: text that is not JSON is an error that names the file") {
  const TemporaryDirectory directory;
  const std::string text = GENERATE(as<std::string>{}, "", "she he", "[]", "7", "{", "{}", json() + "}",
                                    "{\"name\": \"\xff\xfe\"}", std::string(100000, '['));
  const auto file = directory.file("mine.json", text).string();
  CHECK_THAT(error_of([&] { read_word_sets(file); }), ContainsSubstring(file));
}

TEST_CASE("word sets: a file cut anywhere is an error") {
  const TemporaryDirectory directory;
  const std::string text = json();
  std::size_t refused = 0;
  for (std::size_t size = 0; size < text.rfind('}'); ++size)
    refused += !error_of([&] { read_word_sets(directory.file("cut.json", text.substr(0, size)).string()); }).empty();
  CHECK(refused == text.rfind('}'));
}

TEST_CASE("word sets: a name that is neither built in nor a file is named") {
  CHECK_THAT(error_of([] { read_word_sets("no-such-set"); }),
             ContainsSubstring("no-such-set") && ContainsSubstring("known are gender"));
  CHECK_THAT(error_of([] { read_word_sets("gendre"); }), ContainsSubstring("did you mean 'gender'?"));
  CHECK_THAT(error_of([] { read_word_sets("weet"); }), ContainsSubstring("did you mean 'weat'?"));
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

TEST_CASE("resolve: a set is found in one case and never mixes two") {
  const Vocabulary words = vocabulary({{"Mary", 1}, {"mary", 1}, {"john", 1}});
  CHECK(resolve(words, Sets{{"Mary", "John"}}).sets == Ids{{word_id(1), word_id(2)}});
}

TEST_CASE("resolve: a set is looked up as written and then in lower case") {
  const Vocabulary words = vocabulary({{"mary", 1}, {"john", 1}, {"\xc3\xa9va", 1}, {"He", 1}, {"She", 1}});
  const ResolvedSets result = resolve(words, Sets{{"Mary", "John"}, {"\xc3\xa9VA", "JOHN"}, {"He", "She"}});
  CHECK(result.sets == Ids{{word_id(0), word_id(1)}, {word_id(2), word_id(1)}, {word_id(3), word_id(4)}});
  CHECK(result.missing.empty());
  CHECK(resolve(words, Sets{{"\xc3\x89va", "john"}}).missing == WordSet{"\xc3\x89va"});
  // It is never looked up in upper case.
  CHECK(resolve(vocabulary({{"He", 1}, {"She", 1}}), Sets{{"he", "she"}}).sets.empty());
}

TEST_CASE("resolve: a word occurs once in its set") {
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

TEST_CASE("resolve: the words of a list have their positions in it") {
  const Vocabulary words = vocabulary({{"he", 1}, {"she", 1}, {"King", 1}});
  const WordSet list = {"x", "King", "she", "SHE", "he"};
  CHECK(resolve(words, list).positions == std::vector<std::size_t>{1, 2, 4});
  CHECK(resolve_list(words, list, true).positions == std::vector<std::size_t>{1, 2, 4});
}

TEST_CASE("resolve: a measure's list is looked up as written if the vocabulary is cased") {
  const Vocabulary words = vocabulary({{"harry", 1}, {"Mary", 1}, {"joy", 1}});
  const ResolvedWords cased = resolve_list(words, WordSet{"Harry", "Mary", "mary", "joy", "JOY"}, true);
  CHECK(cased.words == std::vector<WordId>{word_id(1), word_id(2)});
  CHECK(cased.missing == WordSet{"Harry", "mary", "JOY"});
  const ResolvedWords folded = resolve_list(words, WordSet{"Harry", "Mary", "mary", "joy", "JOY"}, false);
  CHECK(folded.words == std::vector<WordId>{word_id(0), word_id(1), word_id(2)});
  CHECK(folded.positions == std::vector<std::size_t>{0, 1, 3});
  CHECK(folded.missing == WordSet{"mary"});
  CHECK(resolve_list(words, WordSet{}, true).words.empty());
}

TEST_CASE("resolved pairs: words are paired by position and a pair with a missing word is dropped") {
  const Vocabulary words = vocabulary({{"he", 1}, {"she", 1}, {"man", 1}, {"woman", 1}});
  const ResolvedPairs result =
      resolve_pairs(words, WordSet{"she", "queen", "woman", "x"}, WordSet{"he", "man", "man", "x"}, true);
  CHECK(result.first == std::vector<WordId>{word_id(1), word_id(3)});
  CHECK(result.second == std::vector<WordId>{word_id(0), word_id(2)});
  CHECK(result.dropped == std::vector<std::array<std::string, 2>>{{"queen", "man"}, {"x", "x"}});
  CHECK(result.missing == WordSet{"queen", "x"});
}

TEST_CASE("resolved pairs: pairs that become the same pair count once") {
  const Vocabulary words = vocabulary({{"he", 1}, {"she", 1}, {"him", 1}});
  const WordSet first = {"she", "She", "she", "he", "HE"}, second = {"he", "He", "him", "she", "he"};
  const ResolvedPairs result = resolve_pairs(words, first, second, false);
  CHECK(result.first == std::vector<WordId>{word_id(1), word_id(1), word_id(0)});
  CHECK(result.second == std::vector<WordId>{word_id(0), word_id(2), word_id(1)});
  CHECK(result.dropped == std::vector<std::array<std::string, 2>>{{"She", "He"}, {"HE", "he"}});
  CHECK(result.missing.empty());
  CHECK(resolve_pairs(words, first, second, true).missing == WordSet{"She", "He", "HE"});
}

TEST_CASE("resolved pairs: lists of different size are an error") {
  const Vocabulary words = vocabulary({{"he", 1}});
  CHECK_THAT(error_of([&] {
               resolve_pairs(words, WordSet{"he", "a"}, WordSet{"he"}, true);
             }),
             ContainsSubstring("2 and 1 words"));
  CHECK(resolve_pairs(words, WordSet{}, WordSet{}, true).first.empty());
}

TEST_CASE("case variants: each set is followed by its Title and UPPER forms") {
  CHECK(with_case_variants(Sets{{"man", "woman"}, {"he", "she"}}) ==
        Sets{{"man", "woman"}, {"Man", "Woman"}, {"MAN", "WOMAN"}, {"he", "she"}, {"He", "She"}, {"HE", "SHE"}});
}

TEST_CASE("case variants: forms that do not differ are left out") {
  CHECK(with_case_variants(Sets{{"Man", "Woman"}}) == Sets{{"Man", "Woman"}, {"MAN", "WOMAN"}});
  CHECK(with_case_variants(Sets{{"MAN", "WOMAN"}}).front() == WordSet{"MAN", "WOMAN"});
  CHECK(with_case_variants(Sets{{"1", "2"}}) == Sets{{"1", "2"}});
  CHECK(with_case_variants(Sets{}).empty());
}

TEST_CASE("case variants: only A to Z have case") {
  CHECK(with_case_variants(Sets{{"\xc3\xa9va", "ad\xc3\xa9le"}}) ==
        Sets{{"\xc3\xa9va", "ad\xc3\xa9le"}, {"\xc3\xa9va", "Ad\xc3\xa9le"}, {"\xc3\xa9VA", "AD\xc3\xa9LE"}});
}

TEST_CASE("word sets: a file that would take many times its size in memory is refused") {
  const TemporaryDirectory directory;
  const auto error = [&](const std::string& text) {
    const auto file = directory.file("large.json", text).string();
    return error_of([&] { read_word_sets(file); });
  };
  CHECK_THAT(error("{\"a\": " + std::string(64000001, '1') + "}"), ContainsSubstring("at most 64,000,000"));
  std::string many = "{\"lists\": {\"a\": [1";
  for (int i = 0; i < 1000000; ++i) many += ",1";
  CHECK_THAT(error(many + "]}}"), ContainsSubstring("more than 1,000,000 words and numbers"));
}
