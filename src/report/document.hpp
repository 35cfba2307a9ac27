#pragma once

#include "src/report/table.hpp"

#include <string>
#include <utility>
#include <vector>

namespace equivec {

/// Text, tables and pictures for people, as one page of HTML that needs nothing beside it, or as Markdown.
class Document {
 public:
  explicit Document(std::string title) : title_(std::move(title)) {}

  void heading(std::string text);
  void paragraph(std::string text);
  void list(std::vector<std::string> items);
  /// As print_table.
  void table(std::vector<TableRow> rows, std::size_t texts);
  /// An <svg> element, what it shows in words, and the file that markdown() links to.
  void picture(std::string svg, std::string caption, std::string file = {});

  std::string html() const;
  /// With links to the files of the pictures.
  std::string markdown() const;
  /// The <svg> elements with their files.
  std::vector<std::pair<std::string, std::string>> pictures() const;

 private:
  enum class Kind { heading, paragraph, list, table, picture };
  struct Block {
    Kind kind;
    std::vector<TableRow> rows;  ///< of a list one cell each; of other texts the first cell of the first row
    std::size_t texts = 0;       ///< of a table
  };

  std::string title_;
  std::vector<Block> blocks_;
};

/// For HTML and SVG: & < > " stand for themselves; what XML cannot hold is replaced, bytes that are not UTF-8 among it.
std::string escape_markup(const std::string& text);

}  // namespace equivec
