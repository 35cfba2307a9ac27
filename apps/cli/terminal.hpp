#pragma once

#include <streambuf>
#include <string>
#include <string_view>

/// The text with control characters, but for line feeds and tabs, as \u001b and the like: words from a file must not
/// move the cursor or change what a terminal does. Bytes that are not UTF-8 stay.
std::string without_controls(std::string_view text);

/// Where control characters are replaced.
enum class Escape { on_terminals, always, never };
/// For the rest of the run; on terminals if it is never called.
void set_escape(Escape where);
/// Whether what goes to this descriptor is shown without control characters.
bool is_escaped(int descriptor);

/// Prints a line on standard error.
void show_error(const std::string& line);

/// Passes what is written to a terminal on without control characters.
class TerminalBuffer : public std::streambuf {
 public:
  /// `next` must outlive it.
  explicit TerminalBuffer(std::streambuf& next) : next_(next) {}

 protected:
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int_type overflow(int_type character) override;
  int sync() override { return next_.pubsync(); }

 private:
  std::streambuf& next_;
};
