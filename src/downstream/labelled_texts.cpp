#include "equivec/downstream/labelled_texts.hpp"

#include "equivec/base/error.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/lines.hpp"
#include "src/base/suggestion.hpp"
#include "src/files/decompress.hpp"
#include "src/files/delimited.hpp"
#include "src/files/mapped_file.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace equivec {

namespace {

constexpr std::string_view mark = "__label__";
constexpr std::size_t most_classes = 1000, longest_label = 1000;

struct LabelledLine {
  std::string_view label, text;
};

LabelledLine parse_marked(std::string_view line, const std::string& where) {
  line = trimmed(line);
  if (!line.starts_with(mark))
    throw Error(where + "expected __label__NAME before the text, as on the first line; put it there");
  const auto end = static_cast<std::size_t>(std::ranges::find_if(line, is_space) - line.begin());
  const LabelledLine result{line.substr(mark.size(), end - mark.size()), trimmed(line.substr(end))};
  if (result.label.empty()) throw Error(where + "expected a name after __label__; write it there without a blank");
  tokenize(
      result.text,
      [&](std::string_view word) {
        if (word.starts_with(mark))
          throw Error(where + "found several labels, '" + escaped(result.label) + "' and '" +
                      escaped(word.substr(mark.size())) + "'; a text can have one here, leave one");
      },
      [] {});
  return result;
}

LabelledLine parse_tabbed(std::string_view line, const std::string& where) {
  const std::size_t tab = line.find('\t');
  if (tab == line.npos) throw Error(where + "expected a label, a tab and a text, as on the first line; found no tab");
  const LabelledLine result{trimmed(line.substr(0, tab)), trimmed(line.substr(tab))};
  if (result.label.empty()) throw Error(where + "expected a label before the tab, found nothing; write it there");
  if (result.label.starts_with(mark))
    throw Error(where + "expected a label, a tab and a text, as on the first line; found fastText's __label__");
  return result;
}

}  // namespace

LabelledTexts read_labelled_texts(const std::filesystem::path& file, const Progress* progress) {
  const auto mapped = open_decompressed(file, progress);
  const std::filesystem::path name = file == "-" ? "standard input" : file;
  enum class Form { unknown, marked, tabbed } form = Form::unknown;
  LabelledTexts result{.name = name.string(), .classes = {}, .labels = {}, .texts = {}};
  std::map<std::string, std::uint32_t, std::less<>> numbers;
  for_each_line(without_byte_order_mark(mapped->bytes()), [&](std::string_view line, std::size_t number) {
    if (trimmed(line).empty()) return true;
    const std::string where = place(name, number);
    if (form == Form::unknown) {
      form = trimmed(line).starts_with(mark) ? Form::marked : Form::tabbed;
      if (form == Form::tabbed && line.find('\t') == line.npos)
        throw Error(where + "expected '__label__NAME text', or a label, a tab and a text; found neither");
    }
    const LabelledLine parsed = form == Form::marked ? parse_marked(line, where) : parse_tabbed(line, where);
    if (parsed.label.size() > longest_label)
      throw Error(where + "the label has " + std::to_string(parsed.label.size()) + " bytes, at most " +
                  std::to_string(longest_label) + " are allowed; see that the label stands before the text");
    auto known = numbers.find(parsed.label);
    if (known == numbers.end()) {
      if (numbers.size() == most_classes)
        throw Error(where + "found more than " + std::to_string(most_classes) +
                    " different labels; see that the label stands before the text");
      known = numbers.emplace(parsed.label, static_cast<std::uint32_t>(numbers.size())).first;
    }
    result.labels.push_back(known->second);
    result.texts.emplace_back(parsed.text);
    result.lines.push_back(number);
    return true;
  });
  require_whole_inputs();
  if (result.texts.empty())
    throw Error(result.name + ": holds no labelled text ('__label__NAME text', or a label, a tab and a text, a line)");

  std::vector<std::uint32_t> sorted(numbers.size());
  for (const auto& [label, first_number] : numbers) {
    sorted[first_number] = static_cast<std::uint32_t>(result.classes.size());
    result.classes.push_back(label);
  }
  for (std::uint32_t& label : result.labels) label = sorted[label];
  return result;
}

}  // namespace equivec
