#include "apps/cli/program.hpp"

#include "equivec/base/error.hpp"

#include "src/files/mapped_file.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iostream>
#include <new>
#include <utility>
#include <vector>

namespace {

/// The command that the arguments begin with, by its one word or two.
const Command* find_command(const Program& program, std::span<const std::string> arguments, std::size_t& words) {
  std::string name = arguments[0];
  for (words = 1; words <= 2; ++words) {
    const auto found = std::ranges::find(program.commands, name, &Command::name);
    if (found != program.commands.end()) return &*found;
    if (words < arguments.size()) name += " " + arguments[words];
  }
  return nullptr;
}

/// Where the first word begins commands of two, tells which; otherwise there is no such command.
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

/// A file that gets shorter while it is read explains whatever else went wrong, and makes a result worthless.
int run(const Command& command, std::span<const std::string> arguments) {
  try {
    const int status = command.run(arguments);
    equivec::require_whole_inputs();
    return status;
  } catch (const equivec::OptionError&) {
    throw;
  } catch (const equivec::Error&) {
    equivec::require_whole_inputs();
    throw;
  }
}

/// Takes --escape WHEN or --escape=WHEN, which stands before the command, from the arguments. Throws OptionError.
void take_escape(std::vector<std::string>& arguments) {
  constexpr std::string_view option = "--escape";
  if (arguments.empty() || !arguments[0].starts_with(option)) return;
  if (arguments[0].starts_with("--escape=")) {
    arguments.insert(arguments.begin() + 1, arguments[0].substr(option.size() + 1));
    arguments[0] = option;
  }
  if (arguments[0] != option) return;
  constexpr std::array<std::pair<std::string_view, Escape>, 3> choices = {
      {{"terminal", Escape::on_terminals}, {"always", Escape::always}, {"never", Escape::never}}};
  const std::string when = arguments.size() < 2 ? "" : arguments[1];
  const auto* const choice = std::ranges::find(choices, when, &std::pair<std::string_view, Escape>::first);
  if (choice == choices.end())
    throw equivec::OptionError("--escape: expected terminal, always or never, found '" + when + "'");
  set_escape(choice->second);
  arguments.erase(arguments.begin(), arguments.begin() + 2);
}

/// Words and names are shown without control characters on a terminal, and as they are in a file or a pipe.
class TerminalOutput {
 public:
  TerminalOutput() : buffer_(*std::cout.rdbuf()) {
    if (is_escaped(STDOUT_FILENO)) old_ = std::cout.rdbuf(&buffer_);
  }
  TerminalOutput(const TerminalOutput&) = delete;
  TerminalOutput& operator=(const TerminalOutput&) = delete;
  ~TerminalOutput() {
    if (old_) std::cout.rdbuf(old_);
  }

 private:
  TerminalBuffer buffer_;
  std::streambuf* old_ = nullptr;
};

/// A file that is opened while standard output or standard error is closed would get its number, and what is printed.
void open_standard_streams() {
  for (int descriptor = ::open("/dev/null", O_RDWR); descriptor >= 0 && descriptor <= STDERR_FILENO;)
    descriptor = ::open("/dev/null", O_RDWR);
}

}  // namespace

int Program::say_and_fail(std::string_view program, std::string_view command, const std::string& message, int status) {
  show_error(std::string(program) + std::string(command.empty() ? "" : " ") + std::string(command) + ": " + message +
             "\n");
  return status;
}

int run_program(const Program& program, int argc, char** argv) {
  open_standard_streams();
  std::ios::sync_with_stdio(false);
  install_signal_handlers();
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  std::string_view name;
  try {
    take_escape(arguments);
  } catch (const equivec::OptionError& error) {
    return program.fail(name, error.what(), 2);
  }
  const TerminalOutput output;
  try {
    std::cout.exceptions(std::ios::badbit | std::ios::failbit);
    int status = 0;
    if (arguments.empty()) {
      program.show_usage(std::cerr);
      return 2;
    }
    if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
      program.show_usage(std::cout);
    } else if (arguments[0] == "--version") {
      std::cout << program.name << " " EQUIVEC_VERSION "\n";
    } else {
      std::size_t words = 0;
      const Command* command = find_command(program, arguments, words);
      if (command) name = command->name;
      status = command ? run(*command, std::span(arguments).subspan(words)) : unknown_command(program, arguments);
    }
    std::cout.flush();
    return status;
  } catch (const equivec::OptionError& error) {
    return program.fail(name, error.what(), 2);
  } catch (const equivec::Cancelled& cancelled) {
    return program.fail(name, cancelled.what(), status_of_interruption());
  } catch (const std::ios_base::failure&) {
    const int number = errno;
    std::cout.exceptions(std::ios::goodbit);
    if (number == EPIPE) return 0;  // whoever read our output has seen enough
    return program.fail(name, "standard output: cannot write: " + std::string(std::strerror(number)), 1);
  } catch (const std::bad_alloc&) {
    return program.fail(name, "there is not enough memory", 1);
  } catch (const std::exception& error) {
    return program.fail(name, error.what(), 1);
  }
}
