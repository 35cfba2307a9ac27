#include "apps/cli/terminal.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace {

Escape the_escape = Escape::on_terminals;

}  // namespace

void set_escape(Escape where) { the_escape = where; }

bool is_escaped(int descriptor) {
  return the_escape == Escape::always || (the_escape == Escape::on_terminals && ::isatty(descriptor) == 1);
}

std::string without_controls(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are two bytes in UTF-8, and controls too.
    const bool second = code == 0xC2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xE0) == 0x80;
    if (second) code = static_cast<unsigned char>(text[i + 1]);
    if (!second && ((code >= 0x20 && code != 0x7F) || code == '\n' || code == '\t')) {
      result += text[i];
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", code);
    result += escape;
    i += second;
  }
  return result;
}

void show_error(const std::string& line) { std::cerr << (is_escaped(STDERR_FILENO) ? without_controls(line) : line); }

std::streamsize TerminalBuffer::xsputn(const char* text, std::streamsize size) {
  const std::string visible = without_controls({text, static_cast<std::size_t>(size)});
  const auto length = static_cast<std::streamsize>(visible.size());
  return next_.sputn(visible.data(), length) == length ? size : 0;
}

TerminalBuffer::int_type TerminalBuffer::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char c = traits_type::to_char_type(character);
  return xsputn(&c, 1) == 1 ? character : traits_type::eof();
}
