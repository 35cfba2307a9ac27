#include "apps/cli/help.hpp"

#include "equivec/base/error.hpp"

#include "apps/cli/manual.hpp"
#include "apps/cli/options.hpp"

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string_view>
#include <utility>
#include <vector>

void show_usage(const Program& program, std::ostream& out) {
  std::size_t width = 0;
  for (const Command& command : program.commands) width = std::max(width, command.name.size());
  out << "usage: " << program.usage << "\n\n" << program.about << "\n";
  for (const Command& command : program.commands)
    out << "  " << command.name << std::string(width + 2 - command.name.size(), ' ') << command.summary << '\n';
  out << '\n'
      << program.invocation() << " COMMAND --help shows options and defaults, man " << program.name
      << " all, and --escape.\n"
      << program.remarks << exit_statuses;
}

int unknown_command(const Program& program, std::span<const std::string> arguments) {
  const std::string& word = arguments[0];
  std::string choices;
  for (const Command& command : program.commands)
    if (command.name.starts_with(word + " ")) choices += (choices.empty() ? "" : ", ") + std::string(command.name);
  if (choices.empty())
    throw equivec::OptionError("'" + word + "' is not a command; " + std::string(program.name) + " --help lists them");
  if (arguments.size() > 1 && (arguments[1] == "--help" || arguments[1] == "-h")) {
    std::cout << "usage: " << program.name << " " << word << " WHAT ARGUMENTS [options], one of: " << choices << '\n';
    return 0;
  }
  return program.fail(word, "expected one of: " + choices, 2);
}

namespace {

/// The help or the page of the command that `words` name, whatever kind of command it is.
int show_help_of(const Program& program, std::vector<std::string> words, const Manual* manual) {
  std::size_t count = 0;
  const Command* const command = program.find(words, count);
  if (command && command->is_program) {
    std::vector<std::string> passed = {"help"};
    passed.insert(passed.end(), words.begin() + static_cast<std::ptrdiff_t>(count), words.end());
    if (manual) passed.emplace_back("--man");
    return command->run(passed);
  }
  if (command && count < words.size())
    throw equivec::OptionError("nothing is expected after '" + std::string(command->name) + "', found '" +
                               words[count] + "'");
  if (command && manual) {
    std::cout << manual->page_of(*command);
    return 0;
  }
  words.emplace_back("--help");
  return command ? command->run(std::span(words).subspan(count)) : unknown_command(program, words);
}

}  // namespace

int show_help(const Program& program, std::span<const std::string> arguments) {
  std::vector<std::string> words, pages;
  std::string folder;
  bool man = false;
  Options options("help [COMMAND] [options]",
                  "Shows the commands, or a command's options and their defaults, as COMMAND --help does.");
  options.positionals("COMMAND", words, 0)
      .add("man", man, "as a manual page, for man -l -: all options, aliases and defaults")
      .add("man-pages", folder, "write the pages of the program and of all its commands into this folder", "FOLDER")
      .add("examples", pages, "pages in Markdown whose commands become the examples of manual pages");
  if (!options.parse(arguments)) return 0;
  if (!folder.empty() && (man || !words.empty())) throw equivec::OptionError("--man-pages is of all commands");
  if (!man && folder.empty()) {
    if (!pages.empty()) throw equivec::OptionError("--examples is of manual pages; give --man or --man-pages FOLDER");
    if (!words.empty()) return show_help_of(program, words, nullptr);
    show_usage(program, std::cout);
    return 0;
  }
  const Manual manual(program, pages);
  if (!folder.empty())
    manual.write(folder);
  else if (!words.empty())
    return show_help_of(program, words, &manual);
  else
    std::cout << manual.overview();
  return 0;
}
