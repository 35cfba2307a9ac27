#include "equivec/sequence/examples.hpp"

#include "equivec/downstream/labelled_texts.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/lines.hpp"
#include "src/base/memory_limit.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/downstream/text_words.hpp"
#include "src/files/decompress.hpp"
#include "src/files/delimited.hpp"
#include "src/files/mapped_file.hpp"
#include "src/sequence/too_long.hpp"
#include "src/text/code_points.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace equivec {

namespace {

/// Cuts texts into units.
class UnitCutter {
 public:
  UnitCutter(SequenceUnits units, const Embeddings* vectors) : units_(units) {
    if (units == SequenceUnits::words && vectors) words_.emplace(*vectors, false);
  }

  std::vector<std::string> cut(std::string_view text) const {
    if (words_) return words_->split(text);
    std::vector<std::string> result;
    if (units_ == SequenceUnits::words) {
      tokenize(
          text, [&](std::string_view word) { result.emplace_back(word); }, [] {});
      return result;
    }
    while (!text.empty()) {
      const std::size_t bytes = first_code_point(text).size;
      result.emplace_back(text.substr(0, bytes));
      text.remove_prefix(bytes);
    }
    return result;
  }

 private:
  SequenceUnits units_;
  std::optional<TextWords> words_;
};

void add(SequenceExamples& examples, std::vector<std::string> input, std::vector<std::string> output,
         std::size_t line) {
  examples.inputs.push_back(std::move(input));
  examples.outputs.push_back(std::move(output));
  examples.lines.push_back(line);
}

/// Calls f(line, number) for lines that are not of white space alone.
template <class F>
void for_each_full_line(const MappedFile& mapped, const Progress* progress, F&& f) {
  for_each_line(without_byte_order_mark(mapped.bytes()), [&](std::string_view line, std::size_t number) {
    if (number % 1024 == 0) check_cancelled(progress);
    if (!trimmed(line).empty()) f(line, number);
    return true;
  });
}

void read_classified(const std::filesystem::path& file, const SequenceReadOptions& options, const UnitCutter& cutter,
                     SequenceExamples& examples, Notices* notices, const Progress* progress) {
  LabelledTexts texts = read_labelled_texts(file, progress);
  examples.name = texts.name;
  std::size_t cut = 0;
  const auto longest = static_cast<std::size_t>(options.longest);
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    std::vector<std::string> units = cutter.cut(texts.texts[i]);
    if (units.empty()) throw Error(place(texts.name, texts.lines[i]) + "the text has no word; take the line out");
    cut += units.size() > longest;
    if (units.size() > longest) units.resize(longest);
    add(examples, std::move(units), {texts.classes[texts.labels[i]]}, texts.lines[i]);
  }
  if (cut > 0 && notices)
    notices->push_back(texts.name + ": of " + grouped(cut) + (cut == 1 ? " text" : " texts") + " only the first " +
                       grouped(longest) + " " + std::string(name_of(options.units)) + " are used (--longest)");
}

/// The columns of a line: between tabs where there are any, else between blanks.
std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  if (line.find('\t') == line.npos) {
    tokenize(
        line, [&](std::string_view column) { columns.push_back(column); }, [] {});
    return columns;
  }
  while (true) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    columns.push_back(trimmed(line.substr(0, tab)));
    if (tab == line.size()) return columns;
    line.remove_prefix(tab + 1);
  }
}

/// Reads sentences of words and tags in columns.
class ColumnReader {
 public:
  ColumnReader(const std::filesystem::path& name, const SequenceReadOptions& options, SequenceExamples& examples)
      : name_(name), options_(options), examples_(examples) {}

  void read(std::string_view text, const Progress* progress) {
    for_each_line(text, [&](std::string_view line, std::size_t number) {
      if (number % 1024 == 0) check_cancelled(progress);
      if (trimmed(line).empty())
        end_sentence();
      else
        add_word(line, number);
      return true;
    });
    end_sentence();
  }

 private:
  void add_word(std::string_view line, std::size_t number) {
    if (line.starts_with('#') && (form_ == Form::conllu || (form_ == Form::unknown && line.starts_with("# ")))) return;
    const std::vector<std::string_view> columns = columns_of(line);
    if (form_ == Form::unknown) set_form(columns.size());
    // Multiword tokens and empty nodes.
    if (form_ == Form::conllu && columns[0].find_first_of("-.") != columns[0].npos) return;
    const std::size_t word_column = column(options_.word_column, form_ == Form::conllu ? 1 : 0),
                      tag_column = column(options_.tag_column, form_ == Form::conllu ? 3 : columns.size() - 1);
    const std::size_t needed = std::max(std::max(word_column, tag_column) + 1, std::size_t{2});
    if (columns.size() < needed)
      throw Error(place(name_, number) + "expected " + std::to_string(needed) + " columns or more, found " +
                  std::to_string(columns.size()) +
                  "; write a word, a tab and its tag on each line, or name the columns");
    if (columns[word_column].empty() || columns[tag_column].empty())
      throw Error(place(name_, number) + "column " +
                  std::to_string((columns[word_column].empty() ? word_column : tag_column) + 1) +
                  " is empty; write the " + (columns[word_column].empty() ? "word" : "tag") + " there");
    if (words_.empty()) line_ = number;
    words_.emplace_back(columns[word_column]);
    tags_.emplace_back(columns[tag_column]);
  }

  void set_form(std::size_t columns) { form_ = columns == 10 ? Form::conllu : Form::other; }

  static std::size_t column(int given, std::size_t otherwise) {
    return given == 0 ? otherwise : static_cast<std::size_t>(given) - 1;
  }

  void end_sentence() {
    if (words_.empty()) return;
    if (words_.size() > static_cast<std::size_t>(options_.longest))
      throw Error(place(name_, line_) + "in this sentence " + too_long(words_.size(), options_.longest, "words"));
    add(examples_, std::exchange(words_, {}), std::exchange(tags_, {}), line_);
  }

  std::filesystem::path name_;
  const SequenceReadOptions& options_;
  SequenceExamples& examples_;
  enum class Form { unknown, conllu, other } form_ = Form::unknown;
  std::vector<std::string> words_, tags_;
  std::size_t line_ = 0;
};

void read_pairs(const MappedFile& mapped, const std::filesystem::path& name, const SequenceReadOptions& options,
                const UnitCutter& sources, SequenceExamples& examples, const Progress* progress) {
  const UnitCutter targets(options.units, nullptr);
  for_each_full_line(mapped, progress, [&](std::string_view line, std::size_t number) {
    const std::size_t tab = line.find('\t');
    if (tab == line.npos) throw Error(place(name, number) + "expected a source, a tab and its target; found no tab");
    std::vector<std::string> sides[2] = {sources.cut(trimmed(line.substr(0, tab))),
                                         targets.cut(trimmed(line.substr(tab)))};
    for (int side = 0; side < 2; ++side) {
      if (sides[side].empty())
        throw Error(place(name, number) + "the " + (side == 0 ? "source" : "target") +
                    " is empty; write it, or take the line out");
      if (sides[side].size() > static_cast<std::size_t>(options.longest))
        throw Error(place(name, number) + too_long(sides[side].size(), options.longest, name_of(options.units)));
    }
    add(examples, std::move(sides[0]), std::move(sides[1]), number);
  });
}

/// Bytes of memory that a unit takes until it is trained on, and bytes of a text for a unit at least, about.
constexpr double bytes_of_unit = 90, bytes_of_word = 5;

/// Throws Error if the units of a text will not fit in memory.
void require_memory_for_units(std::size_t bytes, const std::string& name, SequenceUnits units) {
  const double count = static_cast<double>(bytes) / (units == SequenceUnits::characters ? 1 : bytes_of_word),
               needed = count * bytes_of_unit, limit = static_cast<double>(memory_limit());
  if (needed > limit)
    throw Error(name + ": " + grouped(bytes) + " bytes of text would take about " +
                grouped(static_cast<std::uint64_t>(needed / 1e6)) + " MB of memory, " +
                grouped(static_cast<std::uint64_t>(limit / 1e6)) + " are there; take a part of it");
}

}  // namespace

std::string_view name_of(SequenceTask task) {
  constexpr std::array<std::string_view, 4> names = {"classify", "tag", "language-model", "translate"};
  return names[static_cast<std::size_t>(task)];
}

std::string_view name_of(SequenceUnits units) { return units == SequenceUnits::words ? "words" : "characters"; }

void validate(const SequenceReadOptions& options) {
  require_between("word-column", options.word_column, 0, 1000);
  require_between("tag-column", options.tag_column, 0, 1000);
  require_between("longest", options.longest, 1, 100000);
}

std::vector<std::string> units_of(std::string_view text, SequenceUnits units, const Embeddings* vectors) {
  return UnitCutter(units, vectors).cut(text);
}

std::vector<std::vector<std::string>> units_of(std::span<const std::string> texts, SequenceUnits units,
                                               const Embeddings* vectors) {
  const UnitCutter cutter(units, vectors);
  std::vector<std::vector<std::string>> result;
  for (const std::string& text : texts) result.push_back(cutter.cut(text));
  return result;
}

SequenceExamples read_sequence_examples(SequenceTask task, const std::filesystem::path& file,
                                        const SequenceReadOptions& options, const Embeddings* vectors, Notices* notices,
                                        const Progress* progress) {
  validate(options);
  const UnitCutter cutter(options.units, vectors);
  const std::filesystem::path name = file == "-" ? "standard input" : file;
  SequenceExamples examples{.name = name.string(), .inputs = {}, .outputs = {}, .lines = {}};
  if (task == SequenceTask::classify) {
    read_classified(file, options, cutter, examples, notices, progress);
    return examples;
  }
  const auto mapped = open_decompressed(file, progress);
  require_memory_for_units(mapped->bytes().size(), examples.name, options.units);
  if (task == SequenceTask::tag)
    ColumnReader(name, options, examples).read(without_byte_order_mark(mapped->bytes()), progress);
  else if (task == SequenceTask::translate)
    read_pairs(*mapped, name, options, cutter, examples, progress);
  else
    for_each_full_line(*mapped, progress, [&](std::string_view line, std::size_t number) {
      std::vector<std::string> units = cutter.cut(trimmed(line));
      if (!units.empty()) add(examples, std::move(units), {}, number);
    });
  require_whole_inputs();
  if (examples.size() == 0) throw Error(examples.name + ": holds no text");
  return examples;
}

}  // namespace equivec
