#include "equivec/counts/phrase_file.hpp"

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"
#include "equivec/text/corpus.hpp"
#include "src/base/lines.hpp"
#include "src/base/text_numbers.hpp"
#include "src/counts/word_index.hpp"
#include "src/files/decompress.hpp"
#include "src/files/delimited.hpp"
#include "src/files/output_file.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace equivec {

namespace {

constexpr std::string_view delimiter_mark = "# delimiter: ", connectors_mark = "# connector words: ";

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  tokenize(
      text, [&](std::string_view word) { words.emplace_back(word); }, [] {});
  return words;
}

/// What a message shows of a line.
std::string shown(std::string_view line) {
  constexpr std::size_t most = 80;
  return "'" + std::string(line.substr(0, most)) + (line.size() > most ? "...'" : "'");
}

/// Reads a phrase file line by line.
class PhraseReader {
 public:
  explicit PhraseReader(std::filesystem::path file) : file_(std::move(file)) {}

  void read(std::string_view line, std::size_t number) {
    number_ = number;
    if (line.empty()) {
      begin_pass();
    } else if (!has_phrase_ && line.starts_with("# ")) {
      read_mark(line);
    } else {
      read_phrase(line);
    }
  }

  Phrases phrases() && {
    return Phrases(std::move(passes_), delimiter_.value_or("_"), connector_words_.value_or(std::vector<std::string>()));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw Error(place(file_, number_) + what); }

  void begin_pass() {
    if (passes_.back().empty()) return;
    passes_.emplace_back();
    index_ = {};
  }

  void read_mark(std::string_view line) {
    const bool is_delimiter = line.starts_with(delimiter_mark);
    if (!is_delimiter && !line.starts_with(connectors_mark))
      fail("expected '" + std::string(delimiter_mark) + "' or '" + std::string(connectors_mark) +
           "' or a phrase and its score, found " + shown(line));
    if (is_delimiter ? delimiter_.has_value() : connector_words_.has_value())
      fail("expected one such line, found another: " + shown(line));
    const std::vector<std::string> words =
        words_of(line.substr(is_delimiter ? delimiter_mark.size() : connectors_mark.size()));
    if (is_delimiter && words.size() != 1) fail("expected one delimiter, without white space, found " + shown(line));
    if (is_delimiter)
      delimiter_ = words[0];
    else
      connector_words_ = words;
  }

  void read_phrase(std::string_view line) {
    has_phrase_ = true;
    const std::size_t blank = line.rfind(' ');
    const std::string_view words = line.substr(0, std::min(blank, line.size()));
    const auto score = blank == line.npos ? std::nullopt : parse_number<double>(line.substr(blank + 1));
    if (!score || words.empty() || is_space(words.front()) || is_space(words.back()))
      fail("expected a phrase, a blank and its score, found " + shown(line));
    if (!std::isfinite(*score)) fail("expected a finite score, found " + shown(line));
    if (const std::string defect = Phrases::defect_of(words, delimiter_.value_or("_")); !defect.empty()) fail(defect);
    std::vector<Phrases::Phrase>& pass = passes_.back();
    const auto number = static_cast<std::uint32_t>(pass.size());
    if (pass.size() == WordIndex::nothing) fail("more than 4,294,967,294 phrases");
    const std::uint32_t first = index_.insert(
        words, number, [&](std::uint32_t i) { return i == number ? words : std::string_view(pass[i].words); });
    if (first != number) fail("the phrase " + shown(words) + " occurs twice in its pass");
    pass.push_back({std::string(words), *score});
  }

  std::filesystem::path file_;
  std::size_t number_ = 0;
  bool has_phrase_ = false;
  std::optional<std::string> delimiter_;
  std::optional<std::vector<std::string>> connector_words_;
  std::vector<std::vector<Phrases::Phrase>> passes_ = std::vector<std::vector<Phrases::Phrase>>(1);
  WordIndex index_;  // of the last pass
};

/// Throws Error unless the reader would take a line for this phrase.
void require_readable(const std::string& words, bool is_first) {
  if (words.find('\n') != words.npos || is_space(words.front()) || is_space(words.back()) ||
      (is_first && words.starts_with("# ")))
    throw Error("the phrase '" + words + "' holds white space where a phrase file cannot keep it apart");
}

}  // namespace

Phrases read_phrases(const std::filesystem::path& file) {
  const auto mapped = open_decompressed(file);
  PhraseReader reader(file);
  for_each_line(without_byte_order_mark(mapped->bytes()), [&](std::string_view line, std::size_t number) {
    reader.read(line, number);
    return true;
  });
  require_whole_inputs();
  return std::move(reader).phrases();
}

void write_phrases(OutputFiles& files, const std::filesystem::path& file, const Phrases& phrases) {
  OutputFile& out = files.open(file);
  const bool has_delimiter = phrases.delimiter() != "_";
  if (has_delimiter) out.write(std::string(delimiter_mark) + phrases.delimiter() + "\n");
  if (!phrases.connector_words().empty()) {
    std::string line(connectors_mark.substr(0, connectors_mark.size() - 1));
    for (const std::string& word : phrases.connector_words()) line += " " + word;
    out.write(line + "\n");
  }
  std::string line;
  for (std::size_t pass = 0; pass < phrases.passes(); ++pass) {
    if (pass > 0) out.write("\n");
    for (const auto& [words, score] : phrases.pass(pass)) {
      const bool is_first = pass == 0 && &words == &phrases.pass(0)[0].words;
      require_readable(words, is_first);
      line.clear();
      if (is_first && !has_delimiter && phrases.connector_words().empty()) line = mark_before(words);
      line += words;
      line += ' ';
      append_number(line, score);
      line += '\n';
      out.write(line);
    }
  }
}

void write_phrases(const std::filesystem::path& file, const Phrases& phrases) {
  OutputFiles files;
  write_phrases(files, file, phrases);
  files.commit();
}

}  // namespace equivec
