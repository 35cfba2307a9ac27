#include "equivec/sequence/examples.hpp"

#include "catch.hpp"
#include "tests/support.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace equivec;

namespace {

using UnitTexts = std::vector<std::vector<std::string>>;

SequenceExamples examples_in(SequenceTask task, std::string_view text, const SequenceReadOptions& options = {},
                             const Embeddings* vectors = nullptr, Notices* notices = nullptr) {
  const TemporaryDirectory folder;
  return read_sequence_examples(task, folder.file("t", text), options, vectors, notices);
}

/// The error of reading the file t, without its folder.
std::string reading_error(SequenceTask task, std::string_view text, const SequenceReadOptions& options = {}) {
  const TemporaryDirectory folder;
  const auto file = folder.file("t", text);
  std::string error = error_of([&] { read_sequence_examples(task, file, options); });
  CHECK(error.find('\n') == std::string::npos);
  const std::string place = folder.path().string() + "/";
  for (std::size_t at = error.find(place); at != std::string::npos; at = error.find(place))
    error.erase(at, place.size());
  return error;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

constexpr SequenceReadOptions by_characters = {.units = SequenceUnits::characters};

}  // namespace

TEST_CASE("sequence examples: CoNLL-U gives forms and their parts of speech, without comments and what is no word") {
  const std::string text =
      "# sent_id = 1\n"
      "# text = Don't go\n"
      "1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_\n"
      "1\tDo\tdo\tAUX\tVBP\t_\t3\taux\t_\t_\n"
      "2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_\n"
      "2.1\tever\tever\tADV\tRB\t_\t_\t_\t_\t_\n"
      "3\tNew York\tgo\tVERB\tVB\t_\t0\troot\t_\t_\n"
      "\n"
      "\n"
      "# sent_id = 2\n"
      "1\t#\t#\tSYM\tNN\t_\t0\troot\t_\t_\n"
      "#no blank\n"
      "2\t1-2\t1-2\tNUM\tCD\t_\t1\tdep\t_\t_";
  const SequenceExamples examples = examples_in(SequenceTask::tag, text);
  CHECK(examples.inputs == UnitTexts{{"Do", "n't", "New York"}, {"#", "1-2"}});
  CHECK(examples.outputs == UnitTexts{{"AUX", "PART", "VERB"}, {"SYM", "NUM"}});
  CHECK(examples.lines == std::vector<std::size_t>{4, 11});
  CHECK(examples.size() == 2);
  const SequenceExamples fine = examples_in(SequenceTask::tag, text, {.word_column = 3, .tag_column = 5});
  CHECK(fine.inputs[0] == std::vector<std::string>{"do", "not", "go"});
  CHECK(fine.outputs[1] == std::vector<std::string>{"NN", "CD"});
}

TEST_CASE("sequence examples: other columns give the first and the last, between tabs or blanks") {
  const UnitTexts words = {{"EU", "rejects"}, {"Peter"}}, tags = {{"B-ORG", "O"}, {"B-PER"}};
  for (const std::string& text : {std::string("EU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\n"),
                                  std::string("\n\nEU B-ORG\r\nrejects O\r\n \t\r\nPeter B-PER"),
                                  std::string("\xEF\xBB\xBF"
                                              "EU NNP I-NP B-ORG\nrejects VBZ I-VP O\n\nPeter NNP I-NP B-PER\n\n\n")}) {
    CAPTURE(text);
    const SequenceExamples examples = examples_in(SequenceTask::tag, text);
    CHECK(examples.inputs == words);
    CHECK(examples.outputs == tags);
  }
  const SequenceExamples chunks =
      examples_in(SequenceTask::tag, "EU NNP I-NP B-ORG\nrejects VBZ I-VP O\n", {.tag_column = 3});
  CHECK(chunks.outputs == UnitTexts{{"I-NP", "I-VP"}});
}

TEST_CASE("sequence examples: in other columns '#' begins a word, and so may '1-2' and '1.1'") {
  const UnitTexts words = {{"#", "#tag", "1-2", "1.1", "#"}}, tags = {{"O", "O", "B-x", "I-x", "O"}};
  const SequenceExamples tabs = examples_in(SequenceTask::tag, "#\tO\n#tag\tO\n1-2\tB-x\n1.1\tI-x\n#\tO\n");
  CHECK(tabs.inputs == words);
  CHECK(tabs.outputs == tags);
  const SequenceExamples blanks = examples_in(SequenceTask::tag, "Go O\n# O\n#tag O\n");
  CHECK(blanks.inputs == UnitTexts{{"Go", "#", "#tag"}});
  CHECK(blanks.outputs == UnitTexts{{"O", "O", "O"}});
}

TEST_CASE("sequence examples: columns that are missing or empty are told with their line") {
  CHECK(reading_error(SequenceTask::tag, "EU B-ORG\n\nrejects\n") ==
        "t:3: expected 2 columns or more, found 1; write a word, a tab and its tag on each line, or name the columns");
  CHECK(reading_error(SequenceTask::tag, "a\tb\tO\nc\t\tO\nd\t\t\n") == "t:3: column 3 is empty; write the tag there");
  CHECK(reading_error(SequenceTask::tag, "a\tO\n\tO\n") == "t:2: column 1 is empty; write the word there");
  CHECK(reading_error(SequenceTask::tag, "1\ta\ta\tX\t_\t_\t_\t_\t_\t_\n2\tb\tb\n") ==
        "t:2: expected 4 columns or more, found 3; write a word, a tab and its tag on each line, or name the columns");
  CHECK(reading_error(SequenceTask::tag, "a O\n", {.tag_column = 7}) ==
        "t:1: expected 7 columns or more, found 2; write a word, a tab and its tag on each line, or name the columns");
}

TEST_CASE("sequence examples: a sentence that is too long is told with the line where it begins") {
  const std::string text = "a O\n\n" + repeated("b O\n", 6) + "\n";
  CHECK(reading_error(SequenceTask::tag, text, {.longest = 5}) ==
        "t:3: in this sentence found 6 words, at most 5 are allowed; cut it into several, or raise --longest");
  CHECK(examples_in(SequenceTask::tag, text, {.longest = 6}).inputs[1].size() == 6);
  CHECK_THAT(reading_error(SequenceTask::tag, repeated("b O\n", 1000000)),
             ContainsSubstring("t:1: in this sentence found 1,000,000 words, at most 1,000 are allowed"));
}

TEST_CASE("sequence examples: labelled texts are fastText's lines, or label, tab and text") {
  for (const std::string& text : {std::string("__label__b x y\n\n__label__a  z\n"), std::string("b\tx y\n \na\t z \n"),
                                  std::string("\xEF\xBB\xBF"
                                              "b\tx y\r\na\tz\r\n")}) {
    CAPTURE(text);
    const SequenceExamples examples = examples_in(SequenceTask::classify, text);
    CHECK(examples.inputs == UnitTexts{{"x", "y"}, {"z"}});
    CHECK(examples.outputs == UnitTexts{{"b"}, {"a"}});
  }
  CHECK(examples_in(SequenceTask::classify, "b\tx\n\na\ty\n").lines == std::vector<std::size_t>{1, 3});
}

TEST_CASE("sequence examples: what is wrong in labelled texts is told with its line") {
  const SequenceTask task = SequenceTask::classify;
  CHECK(reading_error(task, "a\tx\nb\t \n") == "t:2: the text has no word; take the line out");
  CHECK(reading_error(task, "__label__a x\n__label__b\n") == "t:2: the text has no word; take the line out");
  CHECK_THAT(reading_error(task, "a\tx\nb y\n"), ContainsSubstring("t:2: "));
  CHECK_THAT(reading_error(task, "a x\n"), ContainsSubstring("t:1: "));
  CHECK_THAT(reading_error(task, "__label__a __label__b x\n"), ContainsSubstring("t:1: found several labels"));
}

TEST_CASE("sequence examples: labelled texts are cut at the longest, and a notice counts them") {
  Notices notices;
  const SequenceExamples examples =
      examples_in(SequenceTask::classify, "a\t" + repeated("w ", 1000000) + "\nb\tx y z\nb\tx\n", {.longest = 2},
                  nullptr, &notices);
  CHECK(examples.inputs == UnitTexts{{"w", "w"}, {"x", "y"}, {"x"}});
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("of 2 texts only the first 2 words are used (--longest)"));
  Notices characters;
  SequenceReadOptions options = by_characters;
  options.longest = 3;
  CHECK(examples_in(SequenceTask::classify, "a\tabcd\nb\tx\n", options, nullptr, &characters).inputs[0].size() == 3);
  REQUIRE(characters.size() == 1);
  CHECK_THAT(characters[0], ContainsSubstring("of 1 text only the first 3 characters are used"));
}

TEST_CASE("sequence examples: a language model's texts are lines, of any length") {
  const SequenceExamples examples =
      examples_in(SequenceTask::language_model, " a b\n\n \nc\t d \r\n" + repeated("w ", 1000000));
  REQUIRE(examples.size() == 3);
  CHECK(examples.inputs[0] == std::vector<std::string>{"a", "b"});
  CHECK(examples.inputs[1] == std::vector<std::string>{"c", "d"});
  CHECK(examples.inputs[2].size() == 1000000);
  CHECK(examples.outputs == UnitTexts(3));
  CHECK(examples.lines == std::vector<std::size_t>{1, 4, 5});
}

TEST_CASE("sequence examples: characters are code points, and bytes that are no UTF-8 stand alone") {
  const SequenceExamples examples =
      examples_in(SequenceTask::language_model, "a\xC3\xA9 \xE6\x95\xB0\n\xF0\x9F\x98\x80\xFF\xC3\n", by_characters);
  CHECK(examples.inputs == UnitTexts{{"a", "\xC3\xA9", " ", "\xE6\x95\xB0"}, {"\xF0\x9F\x98\x80", "\xFF", "\xC3"}});
  CHECK(units_of("\xC3\xA9"
                 "a",
                 SequenceUnits::characters) == std::vector<std::string>{"\xC3\xA9", "a"});
  CHECK(units_of(" one  two ", SequenceUnits::words) == std::vector<std::string>{"one", "two"});
  CHECK(units_of("", SequenceUnits::words).empty());
  CHECK(units_of("", SequenceUnits::characters).empty());
}

TEST_CASE("sequence examples: a source and its target stand before and behind the first tab") {
  const SequenceExamples examples = examples_in(SequenceTask::translate, "a b\tc\n\n d \t e  f\r\n");
  CHECK(examples.inputs == UnitTexts{{"a", "b"}, {"d"}});
  CHECK(examples.outputs == UnitTexts{{"c"}, {"e", "f"}});
  CHECK(examples.lines == std::vector<std::size_t>{1, 3});
  const SequenceExamples characters = examples_in(SequenceTask::translate, "ab\tc d\n", by_characters);
  CHECK(characters.inputs == UnitTexts{{"a", "b"}});
  CHECK(characters.outputs == UnitTexts{{"c", " ", "d"}});
}

TEST_CASE("sequence examples: what is wrong in parallel text is told with its line") {
  const SequenceTask task = SequenceTask::translate;
  CHECK(reading_error(task, "a\tb\nc d\n") == "t:2: expected a source, a tab and its target; found no tab");
  CHECK(reading_error(task, "a\tb\n\tb\n") == "t:2: the source is empty; write it, or take the line out");
  CHECK(reading_error(task, "a\t \n") == "t:1: the target is empty; write it, or take the line out");
  CHECK(reading_error(task, "a\tb\n" + repeated("c ", 1000000) + "\td\n") ==
        "t:2: found 1,000,000 words, at most 1,000 are allowed; cut it into several, or raise --longest");
  CHECK_THAT(reading_error(task, "a\t" + repeated("c", 11) + "\n", {.units = SequenceUnits::characters, .longest = 10}),
             ContainsSubstring("t:1: found 11 characters, at most 10 are allowed"));
}

TEST_CASE("sequence examples: a file without a text, or that is not there, is an error that names it") {
  for (const SequenceTask task : sequence_tasks)
    for (const std::string& text : {std::string(), std::string("\n \n\t\n")}) {
      CAPTURE(name_of(task), text);
      CHECK_THAT(reading_error(task, text), ContainsSubstring("t: holds no "));
    }
  CHECK_THAT(reading_error(SequenceTask::tag, "# a comment\n# another\n"), ContainsSubstring("t: holds no text"));
  const TemporaryDirectory folder;
  for (const SequenceTask task : sequence_tasks)
    CHECK_THAT(error_of([&] { read_sequence_examples(task, folder / "absent"); }), ContainsSubstring("absent"));
}

TEST_CASE("sequence examples: bytes of any kind are examples or an error of one line") {
  Rng rng(11);
  int read = 0, refused = 0;
  for (int i = 0; i < 60; ++i) {
    std::string text = random_text(rng);
    for (char& c : text)
      if (rng.below(30) == 0) c = "\t\n#\0-"[rng.below(5)];
    for (const SequenceTask task : sequence_tasks) {
      CAPTURE(i, name_of(task));
      const std::string error = reading_error(task, text, {.longest = 100000});
      (error.empty() ? read : refused)++;
    }
  }
  CHECK(read > 20);
  CHECK(refused > 20);
}

TEST_CASE("sequence examples: words are found as the training of the vectors found its own") {
  const Embeddings lowered = embeddings({{"big", {1, 0}}}, {{"tool", "equivec 0.1.0"}, {"lowercase", "true"}});
  CHECK(units_of("Big CITY", SequenceUnits::words, &lowered) == std::vector<std::string>{"big", "city"});
  CHECK(units_of("Big CITY", SequenceUnits::words) == std::vector<std::string>{"Big", "CITY"});
  const Embeddings joined = embeddings({{"New_York", {0, 1}}}, {{"phrases", "1"}});
  CHECK(units_of("in New York", SequenceUnits::words, &joined) == std::vector<std::string>{"in", "New_York"});
  CHECK(units_of("New York", SequenceUnits::characters, &joined).size() == 8);
  CHECK(examples_in(SequenceTask::classify, "a\tin New York\n", {}, &joined).inputs == UnitTexts{{"in", "New_York"}});
}

TEST_CASE("sequence examples: standard input is read, and errors name it") {
  {
    const StandardInput input("a\tx\nb\ty z\n");
    const SequenceExamples examples = read_sequence_examples(SequenceTask::classify, "-");
    CHECK(examples.name == "standard input");
    CHECK(examples.inputs == UnitTexts{{"x"}, {"y", "z"}});
  }
  const StandardInput input("a\tx\nb\n");
  CHECK(error_of([] { read_sequence_examples(SequenceTask::translate, "-"); }) ==
        "standard input:2: expected a source, a tab and its target; found no tab");
}

TEST_CASE("sequence examples: a training file of gzip is unpacked") {
  const TemporaryDirectory folder;
  const auto file = folder.file("t", "a\tx\nb\ty\n");
  REQUIRE(shell("gzip -k " + quoted(file)));
  CHECK(read_sequence_examples(SequenceTask::classify, folder / "t.gz").inputs == UnitTexts{{"x"}, {"y"}});
}

TEST_CASE("sequence examples: settings out of range are refused by name") {
  const TemporaryDirectory folder;
  const auto file = folder.file("t", "a O\n");
  const auto refusal = [&](const SequenceReadOptions& options) {
    return option_error_of([&] { read_sequence_examples(SequenceTask::tag, file, options); });
  };
  CHECK_THAT(refusal({.word_column = -1}), ContainsSubstring("word-column must be between"));
  CHECK_THAT(refusal({.tag_column = 1001}), ContainsSubstring("tag-column must be between"));
  CHECK_THAT(refusal({.longest = 0}), ContainsSubstring("longest must be between"));
  CHECK_THAT(refusal({.longest = 100001}), ContainsSubstring("longest must be between"));
  CHECK(refusal({}).empty());
}

TEST_CASE("sequence examples: reading ends when it is cancelled") {
  const TemporaryDirectory folder;
  Progress progress;
  progress.cancelled = true;
  const auto labelled = folder.file("l", repeated("a\tx\n", 5000)),
             tagged = folder.file("g", repeated("a O\n\n", 5000));
  CHECK_THROWS_AS(read_sequence_examples(SequenceTask::translate, labelled, {}, nullptr, nullptr, &progress),
                  Cancelled);
  CHECK_THROWS_AS(read_sequence_examples(SequenceTask::tag, tagged, {}, nullptr, nullptr, &progress), Cancelled);
  CHECK_THROWS_AS(read_sequence_examples(SequenceTask::language_model, tagged, {}, nullptr, nullptr, &progress),
                  Cancelled);
}

TEST_CASE("sequence examples: tasks and units have names of their own") {
  std::vector<std::string_view> names;
  for (const SequenceTask task : sequence_tasks) names.push_back(name_of(task));
  CHECK(names == std::vector<std::string_view>{"classify", "tag", "language-model", "translate"});
  CHECK(name_of(SequenceUnits::words) == "words");
  CHECK(name_of(SequenceUnits::characters) == "characters");
}
