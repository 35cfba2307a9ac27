#pragma once

#include "src/report/table.hpp"

#include <string>
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
  /// An <svg> element, and what it shows in words.
  void picture(std::string svg, std::string caption);

  std::string html() const;
  /// Pictures are links to `picture_file`. REQUIRES: there is at most one.
  std::string markdown(const std::string& picture_file) const;
  /// The <svg> elements, in their order.
  std::vector<std::string> pictures() const;

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
