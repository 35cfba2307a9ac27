#include "equivec/base/error.hpp"

#include "src/files/mapped_file.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/terminal.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <iomanip>
#include <iostream>
#include <new>
#include <utility>
#include <vector>

namespace {

/// The table of commands. A new one is a file of commands/ and a line here.
constexpr std::array commands = {
    Command{"train skipgram", "learn word vectors from text (word2vec's skip-gram)", run_train_skipgram},
    Command{"train cbow", "learn word vectors from text (word2vec's CBOW)", run_train_cbow},
    Command{"word2vec", "the same with the command line of word2vec.c", run_word2vec},
    Command{"train glove", "learn word vectors from text (GloVe)", run_train_glove},
    Command{"cooccur", "count how often words stand near each other, for GloVe", run_cooccur},
    Command{"vocab", "count the words of a text", run_vocab},
    Command{"phrases", "find words that are read as one, as new_york", run_phrases},
    Command{"tokenize", "show the words of a text as the options make them", run_tokenize},
    Command{"neighbors", "the words most similar to a word", run_neighbors},
    Command{"analogy", "A is to B as C is to ... ?", run_analogy},
    Command{"similarity", "how similar two words are", run_similarity},
    Command{"outlier", "which word does not belong with the others", run_outlier},
    Command{"eval", "score vectors, or compare two, on sets of analogies, similarities and more", run_eval},
    Command{"bias", "measure bias: its direction, and how far words lie along it", run_bias},
    Command{"debias", "remove bias, with a report of before and after", run_debias},
    Command{"transform", "centre, normalize, whiten, rotate, take out or keep principal directions", run_transform},
    Command{"align", "turn one space so that its words lie near those of another", run_align},
    Command{"drift", "which words have changed between two spaces, by more than chance", run_drift},
    Command{"stability", "how far words are from where they are in other trainings", run_stability},
    Command{"merge", "make one space of several: side by side, by their mean, or cut by SVD", run_merge},
    Command{"retrofit", "fit vectors to a lexicon: synonyms come nearer, antonyms go apart", run_retrofit},
    Command{"map", "a place in the plane for each word", run_map},
    Command{"explore", "a page on which to look at vectors, in the browser", run_explore},
    Command{"plot", "a picture of words, groups and axes", run_plot},
    Command{"encode", "a vector for each text: the mean of its words'", run_encode},
    Command{"probe", "train a text classifier on vectors, to see what they are worth to a model", run_probe},
    Command{"convert", "from one file format to another", run_convert},
    Command{"info", "what a file of vectors is and how it was made", run_info},
};

void show_usage(std::ostream& out) {
  out << "usage: equivec COMMAND ARGUMENTS [options]\n\n"
         "Word embeddings: from text to word vectors, to answers, to measured and removed bias,\n"
         "to files that other software loads.\n\n";
  for (const Command& command : commands)
    out << "  " << std::left << std::setw(16) << command.name << command.summary << '\n';
  out << "\nequivec COMMAND --help shows a command's options and their defaults.\n"
         "equivec --escape always|never COMMAND ...: control characters of words are shown as \\u001b, or as\n"
         "they are; by default (terminal) they are so on a terminal alone.\n"
         "Results go to standard output, all else to standard error; --json makes an answer one JSON document.\n"
         "Exit status: 0 done, 1 data or a file is at fault, 2 the command line is, 130 and 143 interrupted.\n";
}

int fail(std::string_view command, const std::string& message, int status) {
  show_error("equivec" + std::string(command.empty() ? "" : " ") + std::string(command) + ": " + message + "\n");
  return status;
}

/// The command that the arguments begin with, by its one word or two.
const Command* find_command(std::span<const std::string> arguments, std::size_t& words) {
  std::string name = arguments[0];
  for (words = 1; words <= 2; ++words) {
    const auto found = std::ranges::find(commands, name, &Command::name);
    if (found != commands.end()) return &*found;
    if (words < arguments.size()) name += " " + arguments[words];
  }
  return nullptr;
}

/// Where the first word begins commands of two, tells which; otherwise there is no such command.
int unknown_command(std::span<const std::string> arguments) {
  const std::string& word = arguments[0];
  std::string choices;
  for (const Command& command : commands)
    if (command.name.starts_with(word + " ")) choices += (choices.empty() ? "" : ", ") + std::string(command.name);
  if (choices.empty()) return fail("", "'" + word + "' is not a command; equivec --help lists them", 2);
  if (arguments.size() > 1 && (arguments[1] == "--help" || arguments[1] == "-h")) {
    std::cout << "usage: equivec " << word << " WHAT ARGUMENTS [options], one of: " << choices << '\n';
    return 0;
  }
  return fail(word, "expected one of: " + choices, 2);
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

int main(int argc, char** argv) {
  open_standard_streams();
  std::ios::sync_with_stdio(false);
  install_signal_handlers();
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  std::string_view name;
  try {
    take_escape(arguments);
  } catch (const equivec::OptionError& error) {
    return fail(name, error.what(), 2);
  }
  const TerminalOutput output;
  try {
    std::cout.exceptions(std::ios::badbit | std::ios::failbit);
    int status = 0;
    if (arguments.empty()) {
      show_usage(std::cerr);
      return 2;
    }
    if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
      show_usage(std::cout);
    } else if (arguments[0] == "--version") {
      std::cout << "equivec " EQUIVEC_VERSION "\n";
    } else {
      std::size_t words = 0;
      const Command* command = find_command(arguments, words);
      if (command) name = command->name;
      status = command ? run(*command, std::span(arguments).subspan(words)) : unknown_command(arguments);
    }
    std::cout.flush();
    return status;
  } catch (const equivec::OptionError& error) {
    return fail(name, error.what(), 2);
  } catch (const equivec::Cancelled& cancelled) {
    return fail(name, cancelled.what(), status_of_interruption());
  } catch (const std::ios_base::failure&) {
    const int number = errno;
    std::cout.exceptions(std::ios::goodbit);
    if (number == EPIPE) return 0;  // whoever read our output has seen enough
    return fail(name, "standard output: cannot write: " + std::string(std::strerror(number)), 1);
  } catch (const std::bad_alloc&) {
    return fail(name, "there is not enough memory", 1);
  } catch (const std::exception& error) {
    return fail(name, error.what(), 1);
  }
}
