#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Lines typed on a terminal, with line editing and history. One at a time may live.
class Prompt {
 public:
  /// What the piece before the cursor, up to the blank before it, can be completed to; `begins` if nothing but blanks
  /// stands before the piece.
  using Completer = std::function<std::vector<std::string>(std::string_view piece, bool begins)>;

  /// `history`: a file in which lines are kept from one run to the next, made if need be; none if empty.
  Prompt(std::string prompt, Completer completer, std::string history = {});
  Prompt(const Prompt&) = delete;
  Prompt& operator=(const Prompt&) = delete;
  /// Keeps the history. That it cannot be is no error.
  ~Prompt();

  /// Waits for a line that is not blank, and trims it. False at the end of the input (Ctrl-D). Ctrl-C clears the line.
  bool next(std::string& line);

 private:
  std::string prompt_, history_;
};

/// The file of the history of `equivec shell`, by the XDG directories; empty if there is no home directory.
std::string history_file();
