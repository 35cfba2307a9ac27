#include "src/explore/answers.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/explore/explorer.hpp"
#include "src/explore/page_parts.hpp"

#include "tests/catch.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// Words with random vectors of six numbers; the genders' first number is turned to their side.
Embeddings some_vectors(std::vector<std::string> words, std::uint64_t seed = 1) {
  std::vector<Vocabulary::Entry> entries;
  Matrix rows(static_cast<Eigen::Index>(words.size()), 6);
  Rng rng(seed, 0);
  for (std::size_t i = 0; i < words.size(); ++i) {
    entries.push_back({words[i], words.size() - i});
    for (Eigen::Index k = 0; k < 6; ++k)
      rows(static_cast<Eigen::Index>(i), k) = static_cast<float>(rng.uniform_double() - 0.5);
  }
  return {Vocabulary(entries), rows};
}

const std::vector<std::string> words = {"he",   "she",  "man",    "woman", "king", "queen", "nurse", "him", "her",
                                        "rich", "poor", "doctor", "boy",   "girl", "cat",   "<img>", "a b", "\xff\xfe"};

Answers answers_about(const Embeddings& embeddings, std::optional<Embeddings> reference = {},
                      ExplorerOptions options = {.map_words = 0}) {
  std::optional<ExploredVectors> before;
  if (reference) before = ExploredVectors{"before.vec", *reference};
  return {{"some.vec", embeddings}, std::move(before), options, {}};
}

HttpAnswer ask(const Answers& answers, const std::string& path,
               std::vector<std::pair<std::string, std::string>> parameters = {}) {
  return answers.answer({path, std::move(parameters)}, nullptr);
}

Json asked(const Answers& answers, const std::string& path,
           std::vector<std::pair<std::string, std::string>> parameters = {}) {
  return Json::parse(*ask(answers, path, std::move(parameters)).body);
}

std::vector<float> floats(const HttpAnswer& answer) {
  std::vector<float> numbers(answer.body->size() / sizeof(float));
  std::memcpy(numbers.data(), answer.body->data(), answer.body->size());
  return numbers;
}

}  // namespace

TEST_CASE("explorer's answers: /words gives where each word begins, then the words' octets as they are") {
  const Answers answers = answers_about(some_vectors(words));
  const HttpAnswer answer = ask(answers, "/words");
  CHECK(answer.type == "application/octet-stream");
  std::vector<std::uint32_t> table(words.size() + 2);
  REQUIRE(answer.body->size() > table.size() * sizeof(std::uint32_t));
  std::memcpy(table.data(), answer.body->data(), table.size() * sizeof(std::uint32_t));
  CHECK(table[0] == words.size());
  const std::string bytes = answer.body->substr(table.size() * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < words.size(); ++i)
    CHECK(bytes.substr(table[i + 1], table[i + 2] - table[i + 1]) == words[i]);
}

TEST_CASE("explorer's answers: neighbours and analogies are the commands' documents with the rows of the words") {
  const Embeddings vectors = some_vectors(words);
  const Answers answers = answers_about(vectors);
  const Json document = asked(answers, "/neighbors", {{"q", "king - man + woman"}, {"k", "3"}});
  CHECK(document["query"] == "king - man + woman");
  REQUIRE(document["neighbors"].size() == 3);
  REQUIRE(document["ids"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto id = document["ids"][i].get<std::size_t>();
    CHECK(document["neighbors"][i]["word"] == words[id]);
    CHECK(id != 4);
  }
  const Json analogy = asked(answers, "/analogy", {{"a", "man"}, {"b", "king"}, {"c", "woman"}, {"k", "2"}});
  CHECK(analogy["query"] == "man king woman");
  CHECK(analogy["answers"].size() == 2);
  CHECK(analogy["ids"].size() == 2);
  // A word that is not UTF-8 can be asked for by its octets.
  CHECK(asked(answers, "/neighbors", {{"q", words.back()}})["neighbors"].size() == 10);
  CHECK(asked(answers, "/find", {{"word", "queen"}, {"word", "nobody"}})["ids"] == Json({5, -1}));
  CHECK(asked(answers, "/complete", {{"prefix", "k"}})["words"] == Json({"king"}));
}

TEST_CASE("explorer's answers: an axis gives the cosine of each word with the mean of its ends") {
  const Embeddings vectors = some_vectors(words);
  const Answers answers = answers_about(vectors);
  const std::vector<float> cosines = floats(ask(answers, "/axis", {{"from", "he, man"}, {"to", "she, woman"}}));
  REQUIRE(cosines.size() == words.size());
  const auto unit = [&](std::size_t i) { return unit_vector(vectors[word_id(i)]); };
  const Eigen::VectorXd axis = (unit(1) + unit(3) - unit(0) - unit(2)).normalized();
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(std::abs(cosines[i] - unit(i).dot(axis)) < 1e-5);
  // Two spaces along one axis: the reference has he and she the other way round.
  std::vector<std::string> turned = words;
  std::swap(turned[0], turned[1]);
  const Answers both = answers_about(vectors, some_vectors(turned));
  const auto along = [&](const char* plane) {
    return floats(ask(both, "/axis", {{"from", "he"}, {"to", "she"}, {"space", "vectors"}, {"plane", plane}}));
  };
  for (std::size_t i = 0; i < words.size(); ++i)
    CHECK(along("vectors")[i] == Approx(-along("reference")[i]).margin(1e-5));
  CHECK_THROWS_WITH(ask(answers, "/axis", {{"from", "he"}, {"to", "he"}}), Catch::Contains("same direction"));
  CHECK_THROWS_WITH(ask(answers, "/axis", {{"from", "he"}, {"to", " , "}}), Catch::Contains("empty"));
  CHECK_THROWS_WITH(ask(answers, "/axis", {{"from", "he"}, {"to", "shee"}}), Catch::Contains("did you mean"));
}

TEST_CASE("explorer's answers: two spaces are seen in one projection, and each word is found in both") {
  const Embeddings before = some_vectors(words, 7);
  std::vector<std::string> others = {"queen", "nobody", "king", "he", "she"};  // another order, with a word more
  const Answers answers = answers_about(some_vectors(words), some_vectors(others, 3));
  const std::vector<float> own =
      floats(ask(answers, "/map", {{"layout", "pca"}, {"space", "reference"}, {"plane", "vectors"}}));
  REQUIRE(own.size() == 2 * words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool known = words[i] == "queen" || words[i] == "king" || words[i] == "he" || words[i] == "she";
    CHECK(std::isfinite(own[2 * i]) == known);
  }
  const Json neighbors = asked(answers, "/neighbors", {{"q", "king"}, {"space", "reference"}});
  for (std::size_t i = 0; i < neighbors["ids"].size(); ++i) {
    const auto id = neighbors["ids"][i].get<int>();
    const auto word = neighbors["neighbors"][i]["word"].get<std::string>();
    CHECK((id < 0 ? "nobody" : words[static_cast<std::size_t>(id)]) == word);
  }
  const Json moved = asked(answers, "/moved", {{"before", "reference"}, {"after", "vectors"}, {"k", "100"}});
  CHECK(moved["moved"].size() == 4);  // the words of both
  CHECK(moved["moved"][0]["similarity"] <= moved["moved"][3]["similarity"]);

  // The same vectors do not move.
  const Answers same = answers_about(before, before);
  const Json unmoved = asked(same, "/moved", {{"before", "reference"}, {"after", "vectors"}});
  for (const Json& word : unmoved["moved"]) CHECK(word["similarity"].get<double>() == Approx(1).margin(1e-6));
  CHECK(floats(ask(same, "/map", {{"layout", "pca"}, {"space", "reference"}})) ==
        floats(ask(same, "/map", {{"layout", "pca"}})));
}

TEST_CASE("explorer's answers: the map is that of the vectors, or of the first words, made before") {
  const Embeddings vectors = some_vectors(words);
  Matrix places(static_cast<Eigen::Index>(words.size()), 2);
  for (Eigen::Index i = 0; i < places.rows(); ++i) places.row(i) << static_cast<float>(i), static_cast<float>(-i);
  const std::vector<float> own = floats(ask(answers_about(vectors.with_places(places)), "/map"));
  for (std::size_t i = 0; i < words.size(); ++i) CHECK(own[2 * i] == static_cast<float>(i));

  const Answers made = answers_about(vectors, {}, {.words = 10, .map_words = 8});
  CHECK(asked(made, "/info")["mapped"] == 8);
  const std::vector<float> some = floats(ask(made, "/map", {{"layout", "neighbors"}}));
  REQUIRE(some.size() == 20);
  CHECK(std::isfinite(some[2 * 7]));
  CHECK(std::isnan(some[2 * 8]));
  CHECK_THROWS_WITH(ask(answers_about(vectors), "/map"), Catch::Contains("equivec map"));
}

TEST_CASE("explorer's answers: debiasing on the spot takes the direction out and proves it") {
  const Answers answers = answers_about(some_vectors(words));
  const Json document = asked(answers, "/debias", {{"space", "neutralize:gender"}});
  CHECK(document["method"] == "neutralize");
  CHECK(!document["conditions"].empty());
  for (const Json& condition : document["conditions"]) CHECK(condition["worst"] <= condition["bound"]);
  const Json moved = asked(answers, "/moved", {{"after", "neutralize:gender"}, {"k", "1"}});
  CHECK(moved["moved"][0]["similarity"] < 0.999);
  CHECK_THROWS_WITH(ask(answers, "/map", {{"layout", "pca"}, {"space", "hard:/etc/passwd"}}),
                    Catch::Contains("there are no word sets"));
  CHECK_THROWS_AS(ask(answers, "/debias", {{"space", "nothing:gender"}}), OptionError);
}

TEST_CASE("explorer's answers: bias is the command's document, and word sets are built in only") {
  const Answers answers = answers_about(some_vectors(words));
  const Json document = asked(answers, "/bias", {{"measure", "direct-bias"}, {"sets", "gender"}});
  CHECK(document["vectors"] == "some.vec");
  const Json information = asked(answers, "/info");
  for (const Json& measure : information["measures"]) {
    CHECK(!measure["sets"].empty());
    if (measure["measure"] == "weat") CHECK(measure["sets"][0] == "weat");
    if (measure["measure"] == "direct-bias") CHECK(measure["sets"] == Json({"gender", "race"}));
  }
  CHECK(document["measures"][0]["measure"] == "direct-bias");
  CHECK_THROWS_WITH(ask(answers, "/bias", {{"measure", "direct-bias"}, {"sets", "/etc/passwd"}}),
                    Catch::Contains("there are no word sets"));
  CHECK_THROWS_WITH(ask(answers, "/evaluate", {{"set", "/etc/passwd"}}), Catch::Contains("there is no evaluation set"));
}

TEST_CASE("explorer's answers: evaluation sets given are evaluated by name, with intervals") {
  ExplorerOptions options{.map_words = 0};
  options.similarities.push_back(
      {.name = "pairs.tsv", .pairs = {{"king", "queen", 9}, {"king", "cat", 1}, {"he", "him", 5}}});
  const Answers answers = answers_about(some_vectors(words), {}, options);
  CHECK(asked(answers, "/info")["evaluations"] == Json({"pairs.tsv"}));
  const Json document = asked(answers, "/evaluate", {{"set", "pairs.tsv"}});
  CHECK(document["table"][0]["known"] == 3);
}

TEST_CASE("explorer's answers: a question that makes no sense is an error of one line, an unknown path status 404") {
  const Answers answers = answers_about(some_vectors(words));
  CHECK(ask(answers, "/nothing").status == 404);
  CHECK_THROWS_WITH(ask(answers, "/neighbors"), Catch::Contains("'q' is missing"));
  for (const char* const k : {"0", "-1", "1001", "ten", "1e2", ""})
    CHECK_THROWS_WITH(ask(answers, "/neighbors", {{"q", "king"}, {"k", k}}), Catch::Contains("from 1 to 1000"));
  CHECK_THROWS_WITH(ask(answers, "/map", {{"layout", "umap"}}), Catch::Contains("no layout"));
  CHECK_THROWS_WITH(ask(answers, "/map", {{"layout", "pca"}, {"space", "reference"}}), Catch::Contains("no space"));
  CHECK_THROWS_WITH(answers_about(some_vectors({"a", "b"})), Catch::Contains("three words"));
}

TEST_CASE("explorer: the page as a file holds the words' data, and nothing in it ends its element") {
  std::vector<std::string> hostile = words;
  hostile.push_back("</script><script>alert(1)</script>");
  hostile.push_back("<!--");
  const ExplorerOptions options{.words = 20, .map_words = 20};
  const std::string page = explorer_page({"some.vec", some_vectors(hostile)}, {}, options);
  CHECK(page == explorer_page({"some.vec", some_vectors(hostile)}, {}, options));
  const std::string open = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(open) + open.size(), end = page.find("</script>", begin);
  REQUIRE(begin > open.size());
  const Json data = Json::parse(page.substr(begin, end - begin));
  CHECK(data["info"]["drawn"] == hostile.size());
  CHECK(data["maps"].contains("neighbors"));
  CHECK(data["spaces"]["vectors"]["rows"].get<std::string>().size() == (hostile.size() * 6 + 2) / 3 * 4);
  CHECK(page.find("alert(1)") == page.npos);  // words are in base 64
  CHECK(page.find("Content-Security-Policy") < begin);
}
