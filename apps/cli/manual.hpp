#pragma once

#include "apps/cli/program.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Manual pages (roff, man(7)) of a program and of its commands, made of the tables that it reads its command line by.
class Manual {
 public:
  /// `example_pages`: files in Markdown; the first commands that their console fences show are the examples. Throws
  /// equivec::Error if one cannot be read.
  Manual(const Program& program, const std::vector<std::string>& example_pages);

  std::string overview() const;
  std::string page_of(const Command& command) const;
  /// Writes NAME.1 for the program, and one for each command that is not a program itself. Throws equivec::Error.
  void write(const std::string& folder) const;

 private:
  std::string heading(const std::string& name, std::string_view summary) const;
  std::string ending(const std::string& name, const std::vector<std::string>& see_also) const;

  const Program& program_;
  std::map<std::string, std::vector<std::string>> examples_;  // by page's name
};
