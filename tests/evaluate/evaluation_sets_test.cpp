#include "equivec/evaluate/analogies.hpp"
#include "equivec/evaluate/categories.hpp"
#include "equivec/evaluate/outliers.hpp"
#include "equivec/evaluate/similarities.hpp"
#include "equivec/evaluate/synonyms.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Words = std::vector<std::string>;

/// The words of a question: a, b, c and the first right answer.
Words words_of(const AnalogySet::Section& section, std::size_t question) {
  const auto& [first, second] = section.questions.at(question);
  return {section.pairs.at(first).source, section.pairs.at(first).targets.at(0), section.pairs.at(second).source,
          section.pairs.at(second).targets.at(0)};
}

}  // namespace

TEST_CASE("analogy file: sections and questions are read") {
  const TemporaryDirectory directory;
  const auto file = directory.file("questions.txt",
                                   ": capital cities\nAthens Greece Oslo Norway\nRome\tItaly  Paris France\r\n"
                                   ": empty\n: family\nboy girl man woman");
  const AnalogySet set = read_analogies(file);
  REQUIRE(set.sections.size() == 3);
  CHECK(set.sections[0].name == "capital cities");
  REQUIRE(set.sections[0].questions.size() == 2);
  CHECK(words_of(set.sections[0], 1) == Words{"Rome", "Italy", "Paris", "France"});
  CHECK(set.sections[1].questions.empty());
  CHECK(set.sections[2].name == "family");
  CHECK(words_of(set.sections[2], 0) == Words{"boy", "girl", "man", "woman"});
}

TEST_CASE("analogy file: questions need no section") {
  const TemporaryDirectory directory;
  const AnalogySet set = read_analogies(directory.file("questions.txt", "a b c d\ne f g h\n"));
  std::size_t count = 0;
  for (const auto& section : set.sections) count += section.questions.size();
  CHECK(count == 2);
}

TEST_CASE("analogy file: a line without four words is named") {
  const TemporaryDirectory directory;
  const std::string line = GENERATE("a b c", "a", "a b c d e");
  const auto file = directory.file("questions.txt", ": section\na b c d\n" + line + "\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring(file.string() + ":3"));
}

TEST_CASE("analogy file: a missing one or one without a question is an error that names it") {
  const TemporaryDirectory directory;
  for (const char* const text : {"", "\n", ": section\n"}) {
    const auto file = directory.file("questions.txt", text);
    CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring(file.string()));
  }
  CHECK_THAT(error_of([&] { read_analogies(directory / "absent"); }),
             ContainsSubstring((directory / "absent").string()));
}

TEST_CASE("similarity file: columns are separated by tabs or commas or semicolons or spaces") {
  const TemporaryDirectory directory;
  const std::string separator = GENERATE(as<std::string>{}, "\t", ",", ";", " ");
  const auto line = [&](const std::string& a, const std::string& b, const std::string& c) {
    return a + separator + b + separator + c;
  };
  const bool heading = GENERATE(false, true);
  const auto file = directory.file("pairs.txt", (heading ? line("Word1", "Word2", "Score") + "\r\n" : "") +
                                                    "# a remark\n" + line("tiger", "cat", "7.35") +
                                                    "\r\n# another, 1, 2\n" + line("plane", "car", "-5e-1") +
                                                    separator + "more" + separator + "3\n" + line("a", "b", "10"));
  const SimilaritySet set = read_similarities(file);
  REQUIRE(set.pairs.size() == 3);
  CHECK(set.pairs[0].first == "tiger");
  CHECK(set.pairs[0].second == "cat");
  CHECK(set.pairs[0].score == 7.35);
  CHECK(set.pairs[1].second == "car");
  CHECK(set.pairs[1].score == -0.5);
  CHECK(set.pairs[2].score == 10);
}

TEST_CASE("similarity file: a line without two words and a number is named") {
  const TemporaryDirectory directory;
  const std::string line = GENERATE("c d", "c", "c d x", "c d nan");
  const auto file = directory.file("pairs.txt", "word1 word2 score\na b 1\n" + line + "\ne f 2\n");
  CHECK_THAT(error_of([&] { read_similarities(file); }), ContainsSubstring(file.string() + ":3"));
}

TEST_CASE("similarity file: a missing one is named") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of([&] { read_similarities(directory / "absent"); }),
             ContainsSubstring((directory / "absent").string()));
}

TEST_CASE("similarity file: the score is the first number after the words") {
  const TemporaryDirectory directory;
  write_file(directory / "simlex.txt", "word1\tword2\tPOS\tscore\nold\tnew\tA\t1.58\t2.72\n");
  const SimilaritySet set = read_similarities(directory / "simlex.txt");
  REQUIRE(set.pairs.size() == 1);
  CHECK(set.pairs[0].score == 1.58);
}

TEST_CASE("analogy file: a repeated pair is the same pair") {
  const TemporaryDirectory directory;
  const AnalogySet set = read_analogies(directory.file("q.txt", "a b c d\na b e f\nc d a b\na x c d\n"));
  REQUIRE(set.sections.size() == 1);
  CHECK(set.sections[0].pairs.size() == 4);
  CHECK(set.sections[0].questions.size() == 4);
  CHECK(words_of(set.sections[0], 2) == Words{"c", "d", "a", "b"});
}

TEST_CASE("analogy file: pairs give the questions of all ordered pairs of them") {
  const TemporaryDirectory directory;
  directory.file("bats/2_second/E01 [country - capital].txt", "athens\tgreece\nrome\titaly/latium\n");
  directory.file("bats/1_first/I01 [noun - plural].txt", "album albums\r\napple apples\ncat cats\n");
  const AnalogySet set = read_analogies(directory / "bats");
  CHECK(set.name == "bats");
  CHECK(read_analogies(directory / "bats/").name == "bats");
  REQUIRE(set.sections.size() == 2);
  CHECK(set.sections[0].name == "I01 [noun - plural]");
  CHECK(set.sections[0].questions.size() == 6);
  CHECK(words_of(set.sections[0], 1) == Words{"album", "albums", "cat", "cats"});
  CHECK(set.sections[1].name == "E01 [country - capital]");
  CHECK(set.sections[1].pairs.at(1).targets == Words{"italy", "latium"});
  CHECK(words_of(set.sections[1], 1) == Words{"rome", "italy", "athens", "greece"});
  CHECK_THAT(error_of([&] { read_analogies(directory.file("pairs.txt", "a b\nc d\ne\n")); }),
             ContainsSubstring("pairs.txt:3: expected a pair of words"));
  CHECK_THAT(error_of([&] { read_analogies(directory.file("one.txt", "a b\n")); }), ContainsSubstring("no analogy"));
}

TEST_CASE("analogy file: Microsoft's questions have their sections and answers in another file") {
  const TemporaryDirectory directory;
  const auto file = directory.file("r.questions", "good better rough\nbetter good rougher\nhigh higher wild\n");
  directory.file("r.answers", "JJ_JJR rougher\nJJR_JJ rough\nJJ_JJR wilder\n");
  const AnalogySet set = read_analogies(file);
  REQUIRE(set.sections.size() == 2);
  CHECK(set.sections[0].name == "JJ_JJR");
  CHECK(set.sections[0].questions.size() == 2);
  CHECK(words_of(set.sections[0], 1) == Words{"high", "higher", "wild", "wilder"});
  CHECK(words_of(set.sections[1], 0) == Words{"better", "good", "rougher", "rough"});
  directory.file("r.answers", "JJ_JJR rougher\nJJR_JJ rough\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring("r.questions:3: has no answer"));
  directory.file("r.answers", "JJ_JJR rougher\nrough\n");
  CHECK_THAT(error_of([&] { read_analogies(file); }), ContainsSubstring("r.answers:2: expected a section and a word"));
}

TEST_CASE("analogy file: commas separate words only in a table") {
  const TemporaryDirectory directory;
  const AnalogySet table = read_analogies(
      directory.file("t.csv", ",type,word1,word2,word3,target\n0,JJ,good,better,bad,worse\n1,JJ,\"a,b\",c,d,e\n"));
  REQUIRE(table.sections.size() == 1);
  CHECK(table.sections[0].name == "JJ");
  CHECK(words_of(table.sections[0], 0) == Words{"good", "better", "bad", "worse"});
  CHECK(words_of(table.sections[0], 1) == Words{"a,b", "c", "d", "e"});
  const AnalogySet text = read_analogies(directory.file("t.txt", "Rota,_Spain b c d\n"));
  CHECK(words_of(text.sections[0], 0) == Words{"Rota,_Spain", "b", "c", "d"});
}

TEST_CASE("analogy file: a folder without files is an error that names it") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "empty");
  directory.file("empty/.git/questions.txt", "a b c d\n");
  CHECK_THAT(error_of([&] { read_analogies(directory / "empty"); }), ContainsSubstring("empty: is a folder without"));
}

TEST_CASE("similarity file: a column that numbers the rows is skipped") {
  const TemporaryDirectory directory;
  const SimilaritySet set =
      read_similarities(directory.file("rw.csv", ",word1,word2,similarity\n0,squishing,squirt,5.88\n"));
  REQUIRE(set.pairs.size() == 1);
  CHECK(set.pairs[0].first == "squishing");
  CHECK(set.pairs[0].second == "squirt");
  CHECK(set.pairs[0].score == 5.88);
}

TEST_CASE("category file: the heading says which column is the word") {
  const TemporaryDirectory directory;
  const std::string text = GENERATE(as<std::string>{}, ",category,word\n0,illness,acne\n1,illness,\n2,tree,oak\n",
                                    "word\tcategory\nacne\tillness\noak\ttree\n", "acne illness\noak  tree\n",
                                    "Category;Word\nillness;acne\ntree;oak\n");
  CAPTURE(text);
  const CategorySet set = read_categories(directory.file("categories", text));
  REQUIRE(set.items.size() == 2);
  CHECK(set.items[0].word == "acne");
  CHECK(set.items[0].category == "illness");
  CHECK(set.items[1].word == "oak");
  CHECK(set.items[1].category == "tree");
}

TEST_CASE("category file: a line without word and category is named") {
  const TemporaryDirectory directory;
  for (const char* const line : {"c", "c d e", "x,"}) {
    const auto file = directory.file("categories", std::string("a b\n") + line + "\n");
    CHECK_THAT(error_of([&] { read_categories(file); }), ContainsSubstring(file.string() + ":2"));
  }
  CHECK_THAT(error_of([&] { read_categories(directory.file("categories", "\n# none\n")); }),
             ContainsSubstring("holds no word"));
}

TEST_CASE("outlier file: a table holds lists of words and of outliers") {
  const TemporaryDirectory directory;
  const OutlierSet set = read_outliers(directory.file(
      "8.csv", ",category,outliers,words\n0,cars,\"['Opel', \"\"Nestl\xc3\xa9's\"\", '']\",\"['Audi', 'BMW']\"\n"));
  REQUIRE(set.groups.size() == 1);
  CHECK(set.groups[0].name == "cars");
  CHECK(set.groups[0].words == Words{"Audi", "BMW"});
  CHECK(set.groups[0].outliers == Words{"Opel", "Nestl\xc3\xa9's"});
  for (const char* const row : {"0,cars,none,\"['a']\"", "0,cars,\"['a\",\"['b']\"", "0,cars"}) {
    const auto file = directory.file("8.csv", std::string(",category,outliers,words\n") + row + "\n");
    CHECK_THAT(error_of([&] { read_outliers(file); }), ContainsSubstring(file.string() + ":2: expected"));
  }
  CHECK_THAT(error_of([&] { read_outliers(directory.file("8.csv", "a,b\n1,2\n")); }),
             ContainsSubstring("expected columns category, outliers and words"));
}

TEST_CASE("outlier file: a folder has a file for each group") {
  const TemporaryDirectory directory;
  directory.file("groups/cats.txt", "lion\ntiger\r\n\n\ndog\ncar\n");
  directory.file("groups/apostles.txt", "Peter\nJohn\n\nJesus\n");
  const OutlierSet set = read_outliers(directory / "groups");
  REQUIRE(set.groups.size() == 2);
  CHECK(set.groups[0].name == "apostles");
  CHECK(set.groups[1].words == Words{"lion", "tiger"});
  CHECK(set.groups[1].outliers == Words{"dog", "car"});
  CHECK_THAT(error_of([&] { read_outliers(directory.file("lone.txt", "a\nb\n")); }),
             ContainsSubstring("lone.txt: expected words, one a line, an empty line, and outliers"));
}

TEST_CASE("synonym file: the first choice is the right one") {
  const TemporaryDirectory directory;
  const std::string text =
      GENERATE(as<std::string>{}, "rusty | corroded | black | dirty\n", "rusty corroded black dirty\n",
               "rusty\tcorroded\tblack\tdirty\n", "rusty,corroded,black,dirty\n");
  const SynonymSet set = read_synonyms(directory.file("esl", text));
  REQUIRE(set.questions.size() == 1);
  CHECK(set.questions[0].word == "rusty");
  CHECK(set.questions[0].choices == Words{"corroded", "black", "dirty"});
  CHECK_THAT(error_of([&] { read_synonyms(directory.file("esl", "a b c\nd e\n")); }), ContainsSubstring("esl:2"));
  CHECK_THAT(error_of([&] { read_synonyms(directory.file("esl", "a||c\n")); }), ContainsSubstring("esl:1"));
  CHECK_THAT(error_of([&] { read_synonyms(directory.file("esl", "")); }), ContainsSubstring("holds no question"));
}
