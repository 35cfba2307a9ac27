#include "equivec/base/error.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/search/neighbors.hpp"
#include "src/base/suggestion.hpp"
#include "src/report/answers.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/index_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"
#include "apps/cli/terminal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

using namespace equivec;

namespace {

/// What can be typed before words: the commands that ask vectors, with their own options.
constexpr std::array commands = {
    Command{"neighbors", "EXPRESSION [options]", run_neighbors},
    Command{"analogy", "A B C [options]", run_analogy},
    Command{"similarity", "W1 W2", run_similarity},
    Command{"outlier", "W1 W2 W3 ...", run_outlier},
    Command{"bias", "[options]", run_bias},
    Command{"plot", "WORD... -o FILE [options]", run_plot},
    Command{"eval", "--similarity FILE...", run_eval},
    Command{"info", "", run_info},
};

constexpr int most = 10000;  // neighbours

void show_usage() {
  const auto show = [](std::string_view typed, std::string_view meaning) {
    std::cout << std::left << std::setw(32) << typed << meaning << '\n';
  };
  show("king", "the words most similar to a word");
  show("king - man + 0.5 woman", "or to a sum");
  show("man : king :: woman", "man is to king as woman is to ... ?");
  for (const Command& command : commands)
    show(std::string(command.name) + ' ' + std::string(command.summary), "equivec " + std::string(command.name));
  show("count N", "how many neighbours are shown");
  show("help COMMAND", "its options; VECTORS are those of the shell");
  show("quit", "or Ctrl-D");
  std::cout << "A word that is called like a command is asked for by neighbors.\n";
}

const Command* command_named(std::string_view name) {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

/// The words of a line as a command's arguments: between blanks, but for those in '...' or "...".
std::vector<std::string> arguments_of(std::string_view line) {
  std::vector<std::string> arguments;
  char quote = 0;
  bool inside = false;
  for (const char letter : line) {
    // A quotation begins a word, or follows the = of an option: a word may contain an apostrophe.
    const bool may_open = !inside || arguments.back().ends_with('=');
    if (quote != 0 ? letter == quote : (letter == '\'' || letter == '"') && may_open) {
      if (!inside) arguments.emplace_back();
      quote = quote != 0 ? '\0' : letter;
      inside = true;
    } else if (quote == 0 && (letter == ' ' || letter == '\t')) {
      inside = false;
    } else {
      if (!inside) arguments.emplace_back();
      arguments.back() += letter;
      inside = true;
    }
  }
  if (quote != 0) throw Error(std::string("a ") + quote + " is not closed");
  return arguments;
}

class Shell {
 public:
  Shell(std::unique_ptr<const NeighborIndex> index, std::string file, int count)
      : file_(std::move(file)), count_(count), index_(std::move(index)) {}

  /// Answers a line. Errors are told, and the shell goes on. Returns an exit status.
  int answer(const std::string& line) try {
    const std::size_t end = line.find_first_of(" \t");
    const std::string name = line.substr(0, end),
                      rest = end == line.npos ? "" : line.substr(line.find_first_not_of(" \t", end));
    if (name == "quit" || name == "exit") return ended_ = true, 0;
    if (name == "help") return help(rest), 0;
    if (name == "count") return set_count(rest), 0;
    if (const Command* const command = command_named(name)) return run(*command, rest);
    if (line.find(" :: ") != line.npos) return solve(line), 0;
    return find(line), 0;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    std::cout.flush();
    show_error("equivec shell: " + std::string(error.what()) + "\n");
    return 1;
  }

  /// What a piece of a line can be completed to.
  std::vector<std::string> complete(std::string_view piece, bool begins) const {
    std::vector<std::string> candidates;
    const auto add = [&](std::string_view candidate) {
      if (candidate.starts_with(piece)) candidates.emplace_back(candidate);
    };
    if (begins) {
      for (const Command& command : commands) add(command.name);
      for (const char* const name : {"count", "help", "quit"}) add(name);
    }
    if (piece.empty()) return candidates;
    const Vocabulary& vocabulary = index_->embeddings().vocabulary();
    for (const WordId word : words_beginning(vocabulary, piece, 40)) candidates.emplace_back(vocabulary.word(word));
    return candidates;
  }

  const bool& ended() const { return ended_; }

 private:
  void help(const std::string& name) const {
    if (name.empty()) return show_usage();
    const Command* const command = command_named(name);
    if (!command) {
      std::vector<std::string_view> names;
      for (const Command& each : commands) names.push_back(each.name);
      throw Error("there is no command '" + escaped(name) + "'; " + suggestion(name, names));
    }
    command->run(std::vector<std::string>{"--help"});
  }

  void set_count(const std::string& text) {
    int count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > most)
      throw Error("count: expected a number from 1 to " + std::to_string(most) + ", found '" + escaped(text) + "'");
    count_ = count;
  }

  int run(const Command& command, const std::string& rest) const {
    std::vector<std::string> arguments = arguments_of(rest);
    if (arguments.empty() && std::ranges::find(asking, command.name) != asking.end())
      throw Error(std::string(command.name) + ": expected " + std::string(command.summary));
    arguments.insert(arguments.begin(), file_);
    return command.run(arguments);
  }

  void find(const std::string& line) const {
    const Expression expression = parse_expression(*index_, line, file_);
    const NeighborQuery query{{expression.vector.data(), static_cast<std::size_t>(expression.vector.size())},
                              expression.words};
    const auto found = index_->find(std::span(&query, 1), {.count = static_cast<std::size_t>(count_)});
    std::cout << neighbors_text(index_->embeddings().vocabulary(), line, found.front());
  }

  void solve(const std::string& line) const {
    const Vocabulary& vocabulary = index_->embeddings().vocabulary();
    const Analogy analogy = parse_analogy(vocabulary, line, AnalogyMethod::cos_add, file_);
    const auto answers =
        equivec::solve(*index_, std::span(&analogy, 1), static_cast<std::size_t>(count_), {}, &progress());
    std::cout << analogy_text(vocabulary, analogy, answers.front());
  }

  /// Without words these would wait for lines of their own.
  static constexpr std::array<std::string_view, 4> asking = {"neighbors", "analogy", "similarity", "outlier"};

  std::string file_;
  int count_;
  std::unique_ptr<const NeighborIndex> index_;
  bool ended_ = false;
};

}  // namespace

int run_shell(std::span<const std::string> arguments) {
  std::string file;
  int count = 10, threads = 0;
  IndexOptions search;
  Options options(
      "shell VECTORS [options]",
      "Asks vectors at a prompt, with editing, history, and completion of words by the tab key: neighbours of "
      "words and sums, analogies as man : king :: woman, and the commands that ask vectors, which are read "
      "once. Type help there. From a pipe, answers each line.");
  options.positional("VECTORS", file)
      .add("count,topn,k", count, "number of answers")
      .add("threads,thread", threads, "0: all cores");
  add_index_options(options, search);
  if (!options.parse(arguments)) return 0;
  search.validate(options);
  require_between("count", count, 1, most);
  require_between("threads", threads, 0, 4096);
  const Embeddings embeddings = load_to_ask(file, {}, {.threads = threads});
  keep_loaded(file, embeddings);
  Shell shell(open_search(search, embeddings, Metric::cosine, 0, threads), file, count);
  const QueryLoop loop{.command = "shell",
                       .queries = {},
                       .prompt = "equivec",
                       .json = false,
                       .batch = 1,
                       .completer = [&](std::string_view piece, bool begins) { return shell.complete(piece, begins); },
                       .history = history_file(),
                       .ended = &shell.ended()};
  return run_queries(loop, [&](std::span<const std::string> lines) { return shell.answer(lines.front()); });
}
