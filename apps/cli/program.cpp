#include "apps/cli/program.hpp"

#include "equivec/base/error.hpp"
#include "equivec/report/versions.hpp"
#include "src/files/mapped_file.hpp"
#include "src/report/revision.hpp"

#include "apps/cli/completion.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/help.hpp"
#include "apps/cli/options.hpp"
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

void show_version(const Program& program) {
  std::cout << program.name << " " EQUIVEC_VERSION "\n";
  std::vector<equivec::ComponentVersion> components = equivec::component_versions();
  if (program.components)
    for (equivec::ComponentVersion& more : program.components()) components.push_back(std::move(more));
  if (!equivec::source_revision().empty()) std::cout << "commit " << equivec::source_revision() << '\n';
  for (const equivec::ComponentVersion& component : components)
    std::cout << component.name << ' ' << component.version << '\n';
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

std::string_view Program::invocation() const {
  const std::size_t end = usage.find(" COMMAND");
  const std::size_t begin = usage.rfind("equivec", end);  // behind mpirun
  return usage.substr(begin, end - begin);
}

const Command* Program::find(std::span<const std::string> arguments, std::size_t& words) const {
  if (arguments.empty()) return nullptr;
  std::string first = arguments[0];
  for (words = 1; words <= 2; ++words) {
    const auto found = std::ranges::find(commands, first, &Command::name);
    if (found != commands.end()) return &*found;
    if (words < arguments.size()) first += " " + arguments[words];
  }
  return nullptr;
}

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
  Options::program() = program.called;
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
      show_usage(program, std::cerr);
      return 2;
    }
    if (arguments[0] == "--help" || arguments[0] == "-h") {
      show_usage(program, std::cout);
    } else if (arguments[0] == "help") {
      name = "help";
      status = show_help(program, std::span(arguments).subspan(1));
    } else if (arguments[0] == "--version") {
      show_version(program);
    } else if (arguments[0] == "__complete") {
      print_completions(program, std::span(arguments).subspan(1));
    } else {
      std::size_t words = 0;
      const Command* command = program.find(arguments, words);
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
