#include "src/counts/numbered_block.hpp"

#include "src/text/word_scanner.hpp"

#include <algorithm>
#include <array>

namespace equivec {

void ThreadWords::look_up(std::span<WordId> numbers, const KnownWords& known) {
  for (std::size_t i = ids.size(); i < words.size(); ++i)
    ids.push_back(known.vocabulary.find(words.word(static_cast<std::uint32_t>(i))).value_or(known.unknown));
  for (WordId& number : numbers) number = ids[index(number)];
}

NumberedBlock BlockNumberer::number(TextBlock block, ThreadWords& table) const {
  NumberedBlock result{.block = std::move(block), .table = &table};
  if (!result.block.file_end)
    result.line_ends = static_cast<std::uint64_t>(std::ranges::count(result.block.text, '\n'));
  if (result.block.records) {
    result.block.records->extract(result.block.text, result.extracted);
    result.problem = std::move(result.extracted.problem);
    if (result.problem) return result;
  }
  if (options_.text.invalid_utf8 == InvalidUtf8::fail) {
    auto line = first_invalid_line(result.block.text);
    if (!line) line = result.extracted.invalid_line;
    if (line) {
      result.problem = {*line, "the text is not UTF-8; replace or skip as the rule for invalid UTF-8 reads on"};
      return result;
    }
  }
  const RuledText ruled = rules_.apply(result.text(), table.scratch);
  result.invalid = ruled.invalid + result.extracted.invalid;
  number_words(ruled.text, result);
  return result;
}

void BlockNumberer::number_words(std::string_view text, NumberedBlock& result) const {
  if (with_ids_) result.ids.reserve(text.size() / 5);
  LineScanner lines;
  WordScanner scanner(text);
  std::array<WordId, WordScanner::batch> batch;
  while (scanner.next()) {
    result.table->words.add(text, scanner.edges(), batch);
    const std::size_t words = scanner.edges().size() / 2;
    if (options_.known) result.table->look_up(std::span(batch).first(words), *options_.known);
    result.tokens += words;
    std::size_t done = 0;
    const auto take_words = [&](std::size_t until) {
      if (until == done) return;
      lines.word();
      if (with_ids_)
        result.ids.insert(result.ids.end(), batch.begin() + static_cast<std::ptrdiff_t>(done),
                          batch.begin() + static_cast<std::ptrdiff_t>(until));
      done = until;
    };
    for (const std::uint32_t line_end : scanner.line_ends()) {
      take_words(line_end);
      if (!lines.line_end()) continue;
      ++result.sentences;
      if (with_ids_) result.ids.insert(result.ids.end(), sentence_end_.begin(), sentence_end_.end());
    }
    take_words(words);
  }
  result.lines = lines.lines();
}

}  // namespace equivec
