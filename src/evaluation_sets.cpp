#include "equivec/evaluation_sets.hpp"

#include "equivec/error.hpp"
#include "src/decompress.hpp"
#include "src/delimited.hpp"
#include "src/letter_case.hpp"
#include "src/lines.hpp"
#include "src/text_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace equivec {

namespace {

using std::filesystem::path;

/// The last part of a path, of "folder/" too.
std::string name_of(const path& from) { return (from.has_filename() ? from : from.parent_path()).filename().string(); }

/// Numbers the pairs of a section, each once.
class SectionBuilder {
 public:
  explicit SectionBuilder(std::string name) : section_{.name = std::move(name), .pairs = {}, .questions = {}} {}

  std::uint32_t pair(const std::string& source, std::vector<std::string> targets) {
    std::string key = source;
    for (const std::string& target : targets) key += '\n' + target;
    const auto [known, fresh] = numbers_.emplace(std::move(key), static_cast<std::uint32_t>(section_.pairs.size()));
    if (fresh) section_.pairs.push_back({source, std::move(targets)});
    return known->second;
  }
  void question(std::span<const std::string> words) {
    const std::uint32_t first = pair(words[0], {words[1]});
    section_.questions.push_back({first, pair(words[2], {words[3]})});
  }
  void ask_all_pairs() {
    const auto count = static_cast<std::uint32_t>(section_.pairs.size());
    for (std::uint32_t first = 0; first < count; ++first)
      for (std::uint32_t second = 0; second < count; ++second)
        if (first != second) section_.questions.push_back({first, second});
  }
  const std::string& name() const { return section_.name; }
  AnalogySet::Section take() && { return std::move(section_); }

 private:
  AnalogySet::Section section_;
  std::map<std::string, std::uint32_t> numbers_;
};

/// The sections of a set, as they are met; one name may come again.
class Sections {
 public:
  SectionBuilder& named(const std::string& name) {
    const auto [known, fresh] = numbers_.emplace(name, builders_.size());
    if (fresh) builders_.emplace_back(name);
    return builders_[known->second];
  }
  void append_to(AnalogySet& set) && {
    for (SectionBuilder& builder : builders_) set.sections.push_back(std::move(builder).take());
  }

 private:
  std::vector<SectionBuilder> builders_;
  std::map<std::string, std::size_t> numbers_;
};

std::vector<std::string> alternatives(std::string_view field) {
  std::vector<std::string> result;
  for (std::string& target : split_fields(field, '/'))
    if (!target.empty()) result.push_back(std::move(target));
  return result;
}

void read_questions_and_answers(const path& file, AnalogySet& set) {
  path answers_file = file;
  answers_file.replace_extension(".answers");
  std::vector<std::pair<std::string, std::string>> answers;
  for_each_entry(answers_file, [&](std::string_view line, std::size_t number) {
    const std::vector<std::string> fields = split_fields(line, ' ');
    if (fields.size() != 2)
      throw Error(place(answers_file, number) + "expected a section and a word, found " +
                  std::to_string(fields.size()) + " words");
    answers.emplace_back(fields[0], fields[1]);
  });
  Sections sections;
  std::size_t next = 0;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, ' ');
    if (fields.size() != 3)
      throw Error(place(file, number) + "expected three words, found " + std::to_string(fields.size()));
    if (next == answers.size())
      throw Error(place(file, number) + "has no answer: " + answers_file.string() + " holds " +
                  std::to_string(answers.size()));
    fields.push_back(answers[next].second);
    sections.named(answers[next++].first).question(fields);
  });
  if (next != answers.size())
    throw Error(answers_file.string() + ": holds " + std::to_string(answers.size()) + " answers to " +
                std::to_string(next) + " questions");
  std::move(sections).append_to(set);
}

void read_analogy_file(const path& file, AnalogySet& set) {
  if (file.extension() == ".questions") return read_questions_and_answers(file, set);
  if (file.extension() == ".answers") return;
  const bool commas = file.extension() == ".csv";
  enum class Form { unknown, questions, pairs } form = Form::unknown;
  bool heading_allowed = commas, numbered = false;
  Sections sections;
  std::string section;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    line = commas ? line : trimmed(line);
    if (!commas && line.front() == ':') {
      section = trimmed(line.substr(1));
      form = Form::questions;
      sections.named(section);
      return;
    }
    const char separator = commas ? ',' : line.find('\t') != line.npos && form != Form::questions ? '\t' : ' ';
    std::vector<std::string> fields = split_fields(line, separator);
    if (std::exchange(heading_allowed, false)) {
      numbered = fields.front().empty();
      if (numbered || fields.back() == "target") return;
    }
    if (numbered) fields.erase(fields.begin());
    if (form == Form::unknown) form = fields.size() == 2 ? Form::pairs : Form::questions;
    if (form == Form::pairs) {
      std::vector<std::string> targets = fields.size() == 2 ? alternatives(fields[1]) : std::vector<std::string>();
      if (targets.empty() || fields[0].empty())
        throw Error(place(file, number) + "expected a pair of words, found " + std::to_string(fields.size()) +
                    " words");
      sections.named(file.stem().string()).pair(fields[0], std::move(targets));
    } else if (commas && fields.size() == 5) {
      sections.named(fields[0]).question(std::span(fields).subspan(1));
    } else if (fields.size() == 4) {
      sections.named(section).question(fields);
    } else {
      throw Error(place(file, number) + "expected four words or ': section', found " + std::to_string(fields.size()) +
                  " words");
    }
  });
  if (form == Form::pairs) sections.named(file.stem().string()).ask_all_pairs();
  std::move(sections).append_to(set);
}

/// What stands between the quotes of ['a', "b"]; nothing unless it is such a list.
std::optional<std::vector<std::string>> parse_list(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_space(text[at]) || text[at] == ',') continue;
    if (text[at] != '\'' && text[at] != '"') return std::nullopt;
    const char quote = text[at];
    std::string item;
    for (++at; at < text.size() && text[at] != quote; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      item += text[at];
    }
    if (at == text.size()) return std::nullopt;
    if (!item.empty()) result.push_back(std::move(item));
  }
  return result;
}

constexpr std::string_view separators = "\t;,";

std::size_t column_named(const std::vector<std::string>& heading, std::string_view name) {
  return static_cast<std::size_t>(
      std::ranges::find_if(heading, [&](const std::string& field) { return lowered(field) == name; }) -
      heading.begin());
}

void read_outlier_table(const path& file, OutlierSet& set) {
  std::vector<std::string> heading;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, ',');
    if (heading.empty()) {
      heading = std::move(fields);
      return;
    }
    const std::size_t name = column_named(heading, "category"), words = column_named(heading, "words"),
                      outliers = column_named(heading, "outliers");
    if (std::max({name, words, outliers}) >= heading.size())
      throw Error(file.string() + ":1: expected columns category, outliers and words");
    if (fields.size() != heading.size())
      throw Error(place(file, number) + "expected " + std::to_string(heading.size()) + " fields, found " +
                  std::to_string(fields.size()));
    auto in = parse_list(fields[words]), out = parse_list(fields[outliers]);
    if (!in || !out) throw Error(place(file, number) + "expected lists such as ['a', 'b'] of words and of outliers");
    set.groups.push_back({fields[name], std::move(*in), std::move(*out)});
  });
}

void read_outlier_group(const path& file, OutlierSet& set) {
  OutlierSet::Group group{.name = file.stem().string(), .words = {}, .outliers = {}};
  const auto text = open_decompressed(file);
  bool after = false;
  for_each_line(without_byte_order_mark(text->bytes()), [&](std::string_view line, std::size_t) {
    line = trimmed(line);
    if (line.empty())
      after = after || !group.words.empty();
    else
      (after ? group.outliers : group.words).emplace_back(line);
    return true;
  });
  if (group.outliers.empty())
    throw Error(file.string() + ": expected words, one a line, an empty line, and outliers; found " +
                std::to_string(group.words.size()) + " words and no outlier");
  set.groups.push_back(std::move(group));
}

}  // namespace

AnalogySet read_analogies(const path& from) {
  AnalogySet set{.name = name_of(from), .sections = {}};
  for (const path& file : files_of(from)) read_analogy_file(file, set);
  if (std::ranges::all_of(set.sections, [](const auto& section) { return section.questions.empty(); }))
    throw Error(from.string() + ": holds no analogy question (four words a line, or two and more pairs of words)");
  return set;
}

SimilaritySet read_similarities(const path& file) {
  SimilaritySet set{.name = name_of(file), .pairs = {}};
  bool heading_allowed = true, numbered = false;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, separator_of(line, separators));
    const bool heading = std::exchange(heading_allowed, false);
    if (heading) numbered = fields.size() > 3 && fields.front().empty();
    if (numbered) fields.erase(fields.begin());
    std::erase(fields, "");
    std::optional<double> score;
    for (std::size_t i = 2; i < fields.size() && !score; ++i) score = parse_number<double>(fields[i]);
    if (!score || !std::isfinite(*score)) {
      if (heading) return;
      throw Error(place(file, number) + "expected two words and a number, found " +
                  (fields.size() > 2 ? "'" + fields[2] + "'" : std::to_string(fields.size()) + " fields"));
    }
    set.pairs.push_back({fields[0], fields[1], *score});
  });
  if (set.pairs.empty()) throw Error(file.string() + ": holds no pair (two words and a number a line)");
  return set;
}

CategorySet read_categories(const path& file) {
  CategorySet set{.name = name_of(file), .items = {}};
  bool heading_allowed = true;
  std::size_t word = 0, category = 1, columns = 2;
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    const std::vector<std::string> fields = split_fields(line, separator_of(line, separators));
    if (std::exchange(heading_allowed, false)) {
      const std::size_t word_column = column_named(fields, "word"), category_column = column_named(fields, "category");
      if (std::max(word_column, category_column) < fields.size()) {
        word = word_column;
        category = category_column;
        columns = fields.size();
        return;
      }
    }
    if (fields.size() == columns && fields[word].empty()) return;  // as some tables end each category
    if (fields.size() != columns || fields[category].empty())
      throw Error(place(file, number) + "expected a word and its category, found " + std::to_string(fields.size()) +
                  " fields");
    set.items.push_back({fields[word], fields[category]});
  });
  if (set.items.empty()) throw Error(file.string() + ": holds no word with its category");
  return set;
}

OutlierSet read_outliers(const path& from) {
  OutlierSet set{.name = name_of(from), .groups = {}};
  for (const path& file : files_of(from))
    if (file.extension() == ".csv")
      read_outlier_table(file, set);
    else
      read_outlier_group(file, set);
  if (set.groups.empty()) throw Error(from.string() + ": holds no group of words with outliers");
  return set;
}

SynonymSet read_synonyms(const path& file) {
  SynonymSet set{.name = name_of(file), .questions = {}};
  for_each_entry(file, [&](std::string_view line, std::size_t number) {
    std::vector<std::string> fields = split_fields(line, separator_of(line, "|\t;,"));
    if (fields.size() < 3 || std::ranges::find(fields, "") != fields.end())
      throw Error(place(file, number) + "expected a word, the right choice and a wrong one at least, found " +
                  std::to_string(fields.size()) + " fields");
    set.questions.push_back({fields[0], {fields.begin() + 1, fields.end()}});
  });
  if (set.questions.empty()) throw Error(file.string() + ": holds no question (a word and its choices a line)");
  return set;
}

}  // namespace equivec
