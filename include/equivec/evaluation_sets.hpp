#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace equivec {

// What word vectors are scored on. The readers take compressed files too, pass over empty lines and those that begin
// with '#', and throw Error with file and line. Where columns have a heading with nothing over the first, that one
// numbers the rows and is passed over.

/// Pairs of words in one relation, and questions made of two of them: a is to b as c is to ... ?
struct AnalogySet {
  struct Pair {
    std::string source;
    std::vector<std::string> targets;  ///< any of them is right
  };
  /// The first pair's source is to its target as the second one's source is to ... ?
  struct Question {
    std::uint32_t first, second;
  };
  struct Section {
    std::string name;
    std::vector<Pair> pairs;  ///< each once
    std::vector<Question> questions;
  };
  std::string name;
  std::vector<Section> sections;
};

/// By what stands in it, a file is
/// - of questions, "a b c d" on a line, where ": name" begins a section (Google's questions-words.txt), or with the
///   section in a column before them (comma-separated, if the name ends in .csv);
/// - of pairs, "a b" on a line, several right answers parted by '/': a section named after the file, whose questions
/// are
///   all ordered pairs of pairs (BATS; Gladkova, Drozd and Matsuoka 2016);
/// - of Microsoft's questions, "a b c", if its name ends in .questions; "section d" stands on the same line of the file
///   of that name in .answers (Mikolov, Yih and Zweig 2013).
/// A folder is all files in it and below, by name. Throws Error also if there is no question.
AnalogySet read_analogies(const std::filesystem::path& path);

/// Word pairs with people's scores, higher meaning more similar.
struct SimilaritySet {
  struct Pair {
    std::string first, second;
    double score;
  };
  std::string name;
  std::vector<Pair> pairs;
};

/// Two words and a score on each line, separated by tabs, semicolons, commas or blanks. The score is the first number
/// after the words (SimLex-999 has the part of speech before it); what follows is ignored, and a first line without a
/// number is a heading.
SimilaritySet read_similarities(const std::filesystem::path& file);

/// Words with the categories that people put them into.
struct CategorySet {
  struct Item {
    std::string word, category;
  };
  std::string name;
  std::vector<Item> items;
};

/// A word and its category on each line, separated as above, in the order that a heading with "word" and "category"
/// gives, if there is one. Lines without a word are passed over.
CategorySet read_categories(const std::filesystem::path& file);

/// Groups of words that belong together, and outliers that do not (Camacho-Collados and Navigli 2016).
struct OutlierSet {
  struct Group {
    std::string name;
    std::vector<std::string> words, outliers;
  };
  std::string name;
  std::vector<Group> groups;
};

/// Either comma-separated with the columns category, outliers and words under a heading that names them, the latter two
/// lists such as ['a', 'b']; or a file for each group, its words one a line, an empty line, and the outliers. A folder
/// is all files in it and below, by name.
OutlierSet read_outliers(const std::filesystem::path& path);

/// Which of several words means the same as the one in question? (TOEFL; Landauer and Dumais 1997)
struct SynonymSet {
  struct Question {
    std::string word;
    std::vector<std::string> choices;  ///< the first is right
  };
  std::string name;
  std::vector<Question> questions;
};

/// The word, the right choice and at least one wrong one on each line, separated by '|', tabs, semicolons, commas or
/// blanks.
SynonymSet read_synonyms(const std::filesystem::path& file);

}  // namespace equivec
