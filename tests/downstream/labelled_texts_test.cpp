#include "equivec/downstream/labelled_texts.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;

namespace {

using Strings = std::vector<std::string>;

std::string error_of_reading(std::string_view bytes) {
  const TemporaryDirectory folder;
  return error_of([&] { read_labelled_texts(folder.file("t", bytes)); }).substr(folder.path().string().size() + 1);
}

}  // namespace

TEST_CASE("labelled texts: fastText's form and the one with a tab are recognised") {
  const TemporaryDirectory folder;
  const auto [name, bytes] = GENERATE(table<std::string, std::string>(
      {{"marked", "__label__pos Good  film .\n__label__neg\tbad\n\n  __label__pos  fine \n"},
       {"tabbed", "pos\tGood  film .\nneg\tbad\n\npos\t fine \n"},
       {"Windows", "\xef\xbb\xbfpos\tGood  film .\r\nneg\tbad\r\n \r\npos\tfine\r\n"},
       {"no line end", "pos\tGood  film .\nneg\tbad\npos\tfine"}}));
  CAPTURE(name);
  const LabelledTexts result = read_labelled_texts(folder.file("t.txt", bytes));
  CHECK(result.name == (folder / "t.txt").string());
  CHECK(result.classes == Strings{"neg", "pos"});
  CHECK(result.labels == std::vector<std::uint32_t>{1, 0, 1});
  CHECK(result.texts == Strings{"Good  film .", "bad", "fine"});
}

TEST_CASE("labelled texts: compressed files and standard input") {
  const TemporaryDirectory folder;
  const auto file = folder.file("t.txt", "b\tx y\na\tz\n");
  REQUIRE(shell("gzip -k " + quoted(file)));
  const LabelledTexts packed = read_labelled_texts(folder / "t.txt.gz");
  CHECK(packed.classes == Strings{"a", "b"});
  CHECK(packed.texts == Strings{"x y", "z"});
  const StandardInput input("__label__b x\n__label__a y\nz\n");
  CHECK(error_of([] { read_labelled_texts("-"); }) ==
        "standard input:3: expected __label__NAME before the text, as on the first line; put it there");
}

TEST_CASE("labelled texts: a label may have no text, contain spaces and begin with '#'") {
  const TemporaryDirectory folder;
  const LabelledTexts tabbed = read_labelled_texts(folder.file("t", "#1 a\t\nb\tone\ttwo __label__x\n"));
  CHECK(tabbed.classes == Strings{"#1 a", "b"});
  CHECK(tabbed.texts == Strings{"", "one\ttwo __label__x"});
  const LabelledTexts marked = read_labelled_texts(folder.file("m", "__label__b\n__label__a \n"));
  CHECK(marked.classes == Strings{"a", "b"});
  CHECK(marked.texts == Strings{"", ""});
}

TEST_CASE("labelled texts: a line that does not fit is reported with its number") {
  CHECK(error_of_reading("") ==
        "t: holds no labelled text ('__label__NAME text', or a label, a tab and a text, a line)");
  CHECK(error_of_reading("\n \n") ==
        "t: holds no labelled text ('__label__NAME text', or a label, a tab and a text, a line)");
  CHECK(error_of_reading("\nno label\n") ==
        "t:2: expected '__label__NAME text', or a label, a tab and a text; found neither");
  CHECK(error_of_reading("a\tx\nb y\n") ==
        "t:2: expected a label, a tab and a text, as on the first line; found no tab");
  CHECK(error_of_reading("a\tx\n__label__b\ty\n") ==
        "t:2: expected a label, a tab and a text, as on the first line; found fastText's __label__");
  CHECK(error_of_reading("a\tx\n\tlonely\n") == "t:2: expected a label before the tab, found nothing; write it there");
  CHECK(error_of_reading("__label__a x\nb\ty\n") ==
        "t:2: expected __label__NAME before the text, as on the first line; put it there");
  CHECK(error_of_reading("__label__ x\n") == "t:1: expected a name after __label__; write it there without a blank");
  CHECK(error_of_reading("__label__a x\n__label__a __label__b y\n") ==
        "t:2: found several labels, 'a' and 'b'; a text can have one here, leave one");
  CHECK(error_of_reading("__label__a x __label__b\n") ==
        "t:1: found several labels, 'a' and 'b'; a text can have one here, leave one");
}

TEST_CASE("labelled texts: a thousand labels and no more") {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += std::to_string(i) + "\tx\n";
  const TemporaryDirectory folder;
  CHECK(read_labelled_texts(folder.file("t", bytes + "0\ty\n")).classes.size() == 1000);
  CHECK(error_of_reading(bytes + "more\tx\n") ==
        "t:1001: found more than 1000 different labels; see that the label stands before the text");
}
