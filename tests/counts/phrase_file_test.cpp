#include "equivec/base/error.hpp"
#include "equivec/counts/phrase_file.hpp"

#include "catch.hpp"
#include "phrase_support.hpp"
#include "support.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

using namespace equivec;

namespace {

using Passes = std::vector<std::vector<Phrases::Phrase>>;

bool same(const Phrases& a, const Phrases& b) {
  if (a.passes() != b.passes() || a.delimiter() != b.delimiter()) return false;
  for (std::size_t pass = 0; pass < a.passes(); ++pass)
    if (!std::ranges::equal(a.pass(pass), b.pass(pass))) return false;
  return std::ranges::equal(a.connector_words(), b.connector_words());
}

std::string written(const Phrases& phrases) {
  const TemporaryDirectory directory;
  write_phrases(directory / "phrases", phrases);
  CHECK(directory.names() == std::vector<std::string>{"phrases"});
  CHECK(same(read_phrases(directory / "phrases"), phrases));
  return read_file(directory / "phrases");
}

Phrases read(const std::string& bytes) {
  const TemporaryDirectory directory;
  return read_phrases(directory.file("phrases", bytes));
}

/// What is said of a file, without its name.
std::string error_in(const std::string& bytes) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.file("phrases", bytes);
  const std::string error = error_of([&] { read_phrases(file); });
  if (error.empty()) return error;
  REQUIRE(error.starts_with(file.string() + ":"));
  return error.substr(file.string().size() + 1);
}

}  // namespace

TEST_CASE("phrase file: a line for each phrase, the best first, and an empty line before each further pass") {
  CHECK(written(Phrases(Passes{{{"new_york", 12.5}, {"los_angeles", 100}}, {{"new_york_city", 0.1}}})) ==
        "los_angeles 100\nnew_york 12.5\n\nnew_york_city 0.1\n");
  CHECK(written(Phrases()).empty());
}

TEST_CASE("phrase file: delimiter and connector words stand first if they are not the usual ones") {
  CHECK(written(Phrases(Passes{{{"a+b", 1}}}, "+", {"of", "a"})) == "# delimiter: +\n# connector words: a of\na+b 1\n");
  CHECK(written(Phrases(Passes{}, "#", {})) == "# delimiter: #\n");
  CHECK(written(Phrases(Passes{{{"#_b", 1}}})) == "#_b 1\n");
}

TEST_CASE("phrase file: words of any bytes and all scores read back as they were") {
  using Limits = std::numeric_limits<double>;
  const Passes passes = {{{"\xff\xfe_\x80", Limits::max()},
                          {"größe_数据", Limits::denorm_min()},
                          {"a\tb_c d", -0.1},
                          {"_____", 1.0 / 3},
                          {"#_# ", -1e-300}}};
  CHECK_THROWS_AS(written(Phrases(passes)), Error);  // it could not tell the last blank of the last phrase
  CHECK_NOTHROW(written(Phrases(Passes{{passes[0].begin(), passes[0].end() - 1}})));
  CHECK(written(Phrases(Passes{{{"\xef\xbb\xbf_b", 1}}})) == "\xef\xbb\xbf\xef\xbb\xbf_b 1\n");
}

TEST_CASE("phrase file: many phrases of a text") {
  Rng rng(31);
  const TrainingText text = training_text(random_sentences(rng, 20000, 300));
  const Phrases phrases =
      find_phrases(text, {.threshold = 0, .min_count = 0, .passes = 3, .connector_words = {"of", "the"}});
  REQUIRE(phrases.passes() == 3);
  REQUIRE(phrases.size() > 300);
  written(phrases);
}

TEST_CASE("phrase file: other line ends, compression and orders are read") {
  const Phrases phrases(Passes{{{"a+b", 2}, {"b+c", 1}}, {{"a+b+c", 3}}}, "+");
  CHECK(same(read("\xef\xbb\xbf# delimiter: +\r\n\r\n\r\nb+c 1\r\na+b 2e0\r\n\r\n\r\na+b+c 3.0"), phrases));
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.file("phrases", "# delimiter: +\na+b 2\nb+c 1\n\na+b+c 3\n");
  REQUIRE(shell("gzip " + quoted(file)));
  CHECK(same(read_phrases(directory / "phrases.gz"), phrases));
}

TEST_CASE("phrase file: what is no phrase and its score is an error that names the line") {
  const std::string expected = "expected a phrase, a blank and its score, found ";
  CHECK(error_in("a_b 1\na_c\n") == "2: " + expected + "'a_c'");
  CHECK(error_in("a_b\t1\n") == "1: " + expected + "'a_b\t1'");
  CHECK(error_in("a_b 1 \n") == "1: " + expected + "'a_b 1 '");
  CHECK(error_in("a_b  1\n") == "1: " + expected + "'a_b  1'");
  CHECK(error_in(" 1\n") == "1: " + expected + "' 1'");
  CHECK(error_in(" a_b 1\n") == "1: " + expected + "' a_b 1'");
  CHECK(error_in("a_b 1e999\n") == "1: " + expected + "'a_b 1e999'");
  CHECK(error_in("a_b 1x\n") == "1: " + expected + "'a_b 1x'");
  CHECK(error_in(" \n") == "1: " + expected + "' '");
  CHECK(error_in(std::string(100, 'x') + "\n") == "1: " + expected + "'" + std::string(80, 'x') + "...'");
  CHECK(error_in("a_b nan\n") == "1: expected a finite score, found 'a_b nan'");
  CHECK(error_in("a_b -inf\n") == "1: expected a finite score, found 'a_b -inf'");
}

TEST_CASE("phrase file: a phrase of one word, too long or given twice is an error") {
  CHECK(error_in("a_b 1\n\nab 2\n") == "3: expected two words with '_' between them, found 'ab'");
  CHECK(error_in("# delimiter: +\na_b 1\n") == "2: expected two words with '+' between them, found 'a_b'");
  CHECK(error_in("a_" + std::string(999, 'b') + " 1\n") ==
        "1: expected a phrase of at most 1,000 bytes, found one of 1,001");
  CHECK(error_in("a_b 1\nb_c 1\na_b 2\n") == "3: the phrase 'a_b' occurs twice in its pass");
  CHECK(error_in("a_b 1\n\na_b 1\n").empty());
}

TEST_CASE("phrase file: what stands before the phrases must be a delimiter or connector words, once") {
  CHECK(error_in("# delimeter: +\n") ==
        "1: expected '# delimiter: ' or '# connector words: ' or a phrase and its score, found '# delimeter: +'");
  CHECK(error_in("# delimiter: + +\n") == "1: expected one delimiter, without white space, found '# delimiter: + +'");
  CHECK(error_in("# delimiter:  \n") == "1: expected one delimiter, without white space, found '# delimiter:  '");
  CHECK(error_in("# delimiter: +\n# delimiter: +\n") == "2: expected one such line, found another: '# delimiter: +'");
  CHECK(error_in("# connector words: a\n# connector words: b\n") ==
        "2: expected one such line, found another: '# connector words: b'");
  CHECK(read("a_b 1\n# delimiter:_x 2\n").size() == 2);
}

TEST_CASE("phrase file: a phrase that could not be told from the rest of the file is not written") {
  const TemporaryDirectory directory;
  for (const std::string words : {"a\n_b", "a_b ", "\ta_b", "# a_b"}) {
    CHECK_THAT(error_of([&] {
                 write_phrases(directory / "phrases", Phrases(Passes{{{words, 1}}}));
               }),
               ContainsSubstring("holds white space"));
    CHECK(directory.names().empty());
  }
  CHECK_NOTHROW(written(Phrases(Passes{{{"c_d", 2}, {"# a_b", 1}}})));
}

TEST_CASE("phrase file: a file that is not there or cannot be written is an error") {
  const TemporaryDirectory directory;
  CHECK_THROWS_AS(read_phrases(directory / "nothing"), Error);
  CHECK_THROWS_AS(write_phrases(directory / "nowhere" / "phrases", Phrases()), Error);
}
