#include "equivec/downstream/word_swaps.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/bias/word_sets.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace equivec;

namespace {

const WordSwaps& gender() {
  static const WordSwaps swaps(swap_words(read_word_sets("gender")));
  return swaps;
}

std::string twin_of(std::string_view text) { return gender().twin_of(text).text; }

SwapWords pairs(std::vector<WordPair> list) {
  return {.name = "mine", .pairs = std::move(list), .names = {}, .persons = {}};
}

}  // namespace

TEST_CASE("word swaps: all but the words of the pairs stays as it is") {
  CHECK(twin_of("he said (\"no!\") , twice --  then\the left .") == "she said (\"no!\") , twice --  then\tshe left .");
  CHECK(twin_of("nothing here") == "nothing here");
  CHECK(twin_of("") == "");
  CHECK(twin_of("he") == "she");
  CHECK(twin_of(".he.") == ".she.");
  CHECK(twin_of("he's his ex-wife's lawyer") == "she's her ex-husband's lawyer");
}

TEST_CASE("word swaps: parts of longer words stay") {
  CHECK(twin_of("the shepherd's theme, thereby manual; she_he womankind") ==
        "the shepherd's theme, thereby manual; she_he womankind");
  CHECK(twin_of("h\xc3\xa9 \xc3\xa9he he\xcc\x81") == "h\xc3\xa9 \xc3\xa9he he\xcc\x81");
}

TEST_CASE("word swaps: a word keeps its case") {
  CHECK(twin_of("He HE he hE. MOTHER, Mother, mother") == "She SHE she she. FATHER, Father, father");
  CHECK(twin_of("Mrs. Hill and MR. HILL") == "Mr. Hill and MRS. HILL");
}

TEST_CASE("word swaps: her and his take the counterpart that fits what follows") {
  CHECK(twin_of("her book") == "his book");
  CHECK(twin_of("her\nbook") == "his\nbook");
  CHECK(twin_of("they told her that") == "they told him that");
  CHECK(twin_of("they told her.") == "they told him.");
  CHECK(twin_of("they told her, twice") == "they told him, twice");
  CHECK(twin_of("they told her") == "they told him");
  CHECK(twin_of("Her own idea") == "His own idea");
  CHECK(twin_of("his mother") == "her father");
  CHECK(twin_of("the book is his") == "the book is hers");
  CHECK(twin_of("his was better, HIS!") == "hers was better, HERS!");
  CHECK(twin_of("ask him; hers and himself") == "ask her; his and herself");
}

TEST_CASE("word swaps: names are found as written") {
  CHECK(twin_of("Mary and mary met JOHN") == "John and mary met JOHN");
  SwapWords words = pairs({{"she", "he"}});
  words.names = {{"Grace", "Will"}, {"grace", "mark"}};
  const WordSwaps swaps(words);
  CHECK(swaps.twin_of("Will he? Grace will, GRACE too; mark it").text == "Grace she? Will will, GRACE too; grace it");
}

TEST_CASE("word swaps: the names of WEAT are pairs") {
  const std::vector<WordPair> names = read_name_pairs("weat");
  CHECK(names.size() == 8);
  CHECK(names[0] == WordPair{"Amy", "John"});
}

TEST_CASE("word swaps: the group is that of the words found") {
  CHECK(gender().twin_of("she and her sister").group == TextGroup::first);
  CHECK(gender().twin_of("she and her sister").swapped == 3);
  CHECK(gender().twin_of("the boy").group == TextGroup::second);
  CHECK(gender().twin_of("she and he").group == TextGroup::both);
  CHECK(gender().twin_of("they").group == TextGroup::none);
  CHECK(name_of(TextGroup::both) == "both");
}

TEST_CASE("word swaps: pairs may hold other characters and letters beyond ASCII") {
  const WordSwaps swaps(pairs({{"ma'am", "sir"},
                               {"mother-in-law", "father-in-law"},
                               {"mother", "father"},
                               {"\xc3\xa9tudiante", "\xc3\xa9tudiant"},
                               {"\xd0\xbe\xd0\xbd\xd0\xb0", "\xd0\xbe\xd0\xbd"}}));
  CHECK(swaps.twin_of("Yes, Ma'am").text == "Yes, Sir");
  CHECK(swaps.twin_of("a mother's mother-in-law, MOTHER-IN-LAW").text == "a father's father-in-law, FATHER-IN-LAW");
  CHECK(swaps.twin_of("une \xc3\x89tudiante \xc3\xa9tudiant").text == "une \xc3\xa9tudiant \xc3\xa9tudiante");
  CHECK(swaps.twin_of("\xd0\x9e\xd0\xbd\xd0\xb0!").text == "\xd0\xbe\xd0\xbd!");  // capitals are given to A-Z alone
}

TEST_CASE("word swaps: bytes that are not UTF-8 are kept, and belong to words") {
  CHECK(twin_of("\xff\xfe he \xe9") == "\xff\xfe she \xe9");
  CHECK(twin_of("she\xe9 he\xff") == "she\xe9 he\xff");
}

TEST_CASE("word swaps: the twin of a twin is the text, where every word has one counterpart") {
  SwapWords words = swap_words(read_word_sets("gender"));
  std::erase_if(words.pairs, [](const WordPair& pair) {
    return std::ranges::any_of(pair, [](const std::string& word) { return word == "her" || word == "his"; });
  });
  const WordSwaps swaps(words);
  constexpr std::array<std::string_view, 9> gaps = {" ", "  ", ", ", "-", "'s ", ".\n", " \xe2\x80\x94 ", "\t(", "! "};
  constexpr std::array<std::string_view, 6> others = {"house", "The", "\xc3\xa9tude", "x1", "HERSELFS", "\xff"};
  Rng rng(7);
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (std::uint32_t k = rng.below(12); k > 0; --k) {
      std::string word(others[rng.below(6)]);
      if (rng.below(2) == 0) {
        word = words.pairs[rng.below(static_cast<std::uint32_t>(words.pairs.size()))][rng.below(2)];
        const std::uint32_t letters = rng.below(3);
        for (std::size_t at = 0; at < word.size() && (letters == 2 || (letters == 1 && at == 0)); ++at)
          word[at] = static_cast<char>(word[at] - 32);
      }
      text += word + std::string(gaps[rng.below(9)]);
    }
    CAPTURE(text);
    const Twin twin = swaps.twin_of(text), back = swaps.twin_of(twin.text);
    CHECK(back.text == text);
    CHECK(back.swapped == twin.swapped);
    const bool turned = (twin.group == TextGroup::first && back.group == TextGroup::second) ||
                        (twin.group == TextGroup::second && back.group == TextGroup::first) ||
                        (twin.group == back.group && (twin.group == TextGroup::both || twin.group == TextGroup::none));
    CHECK(turned);
  }
}

TEST_CASE("word swaps: texts without a twin are left out and counted") {
  const std::vector<std::string> texts = {"he", "it", "", "her house", "he and she"};
  const std::vector<std::uint32_t> labels = {1, 0, 1, 0, 1};
  const TwinTexts found = twin_texts(gender(), texts, labels);
  CHECK(found.texts == std::vector<std::string>{"he", "her house", "he and she"});
  CHECK(found.twins == std::vector<std::string>{"she", "his house", "she and he"});
  CHECK(found.groups == std::vector{TextGroup::second, TextGroup::first, TextGroup::both});
  CHECK(found.labels == std::vector<std::uint32_t>{1, 0, 1});
  CHECK(found.without == 2);
  CHECK(found.swapped == 4);
  CHECK(twin_texts(gender(), texts).labels.empty());
}

TEST_CASE("word swaps: the pairs of gender name the female word first") {
  const SwapWords words = swap_words(read_word_sets("gender"));
  CHECK(words.pairs.size() == 96);
  CHECK(words.pairs[0] == WordPair{"woman", "man"});
  CHECK(words.names == std::vector<WordPair>{{"Mary", "John"}});
  CHECK(words.persons.size() == 11);
  CHECK(has_swap_words(read_word_sets("gender")));
  for (const WordPair& pair : words.persons) CHECK(std::ranges::find(words.pairs, pair) != words.pairs.end());
}

TEST_CASE("word swaps: sets without pairs of words say so") {
  CHECK_FALSE(has_swap_words(read_word_sets("religion")));
  CHECK(
      error_of([] { swap_words(read_word_sets("religion")); }) ==
      "word sets 'religion': no definitional set has two words, and there are no lists swap-first and swap-second, so "
      "there is nothing to swap; give pairs of words");
  const std::string json = R"({"name": "odd", "definitional": {"source": "x", "sets": [["a", "b"]]}, "lists": {)"
                           R"("swap-first": {"source": "x", "words": ["c"]}}})";
  CHECK(
      error_of([&] { swap_words(parse_word_sets(json, "odd.json")); }) ==
      "word sets 'odd': the list 'swap-first' has 1 words and 'swap-second' 0; words at the same position are a pair, "
      "so give as many");
}

TEST_CASE("word swaps: a file of pairs is read, and what is wrong in it is named") {
  const TemporaryDirectory directory;
  CHECK(read_word_pairs(directory.file("pairs", "# ours\nshe he\n\nher,his\nMa'am\tSir\n")) ==
        std::vector<WordPair>{{"she", "he"}, {"her", "his"}, {"Ma'am", "Sir"}});
  const auto error = [&](std::string_view text) {
    const auto file = directory.file("bad", text);
    std::string found = error_of([&] { read_word_pairs(file); });
    return found.substr(std::min(found.size(), file.string().size()));
  };
  CHECK(error("she he\nher\n") == ":2: expected two words, one of each group, found 1 field; write a pair a line");
  CHECK(error("she he it\n") == ":1: expected two words, one of each group, found 3 fields; write a pair a line");
  CHECK(error("she,\n") == ":1: expected two words, one of each group, found 2 fields; write a pair a line");
  CHECK(error("She she\n") == ":1: the pair 'She' and 'she' is one word twice; write two words");
  CHECK(error("she .\n") ==
        ":1: the pair 'she' and '.': '.' does not begin and end with a letter or digit, so no text "
        "holds it as a word; write words alone");
  CHECK(error("# none\n") == ": holds no pair of words (two words a line)");
  CHECK(error_of([&] { read_word_pairs(directory / "absent"); }) != "");
}

TEST_CASE("word swaps: pairs that contradict each other are refused") {
  const auto error = [](std::vector<WordPair> list) {
    return error_of([&] { const WordSwaps swaps(pairs(std::move(list))); });
  };
  CHECK(error({}) == "mine: there are no pairs of words to swap");
  CHECK(error({{"a", "b"}, {"b", "c"}}) ==
        "mine: the word 'b' stands on both sides of pairs, so its group is not known; leave it out on one side");
  CHECK(error({{"a", "b"}, {"A", "c"}, {"a", "d"}}) ==
        "mine: the word 'a' stands in more than two pairs, with 'b', 'c' and 'd'; leave two");
  CHECK(error({{"a", "b"}, {"a", "b"}, {"a", "c"}}) == "");
}
