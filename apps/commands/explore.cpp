#include "equivec/explore/explorer.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/files/run_files.hpp"
#include "src/base/text_numbers.hpp"
#include "src/evaluate/read_all.hpp"
#include "src/files/output_file.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/index_options.hpp"
#include "apps/cli/options.hpp"
#include "apps/cli/query.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace equivec;

namespace {

constexpr std::uint64_t words_of_file = 20000;

struct Arguments {
  std::string vectors, reference, output;
  std::vector<std::string> analogies, similarities;
  ExplorerOptions rules;
  bool open = false;
  IndexOptions search;
  ConsoleOptions console;
};

void add_options(Options& options, Arguments& given) {
  options.positional("VECTORS", given.vectors)
      .add("reference", given.reference, "vectors from before debiasing, to be seen beside", "VECTORS")
      .add("output,o", given.output,
           "one file that opens without a server, with the first " + grouped(words_of_file) +
               " words unless --words says otherwise",
           "FILE")
      .add("words", given.rules.words, "on the map: the first N")
      .add("map-words", given.rules.map_words,
           "if VECTORS holds no map, the first N are laid out by their neighbours; 0: none")
      .add("similarity", given.similarities, "sets of word pairs, as in eval, to evaluate on the page")
      .add("analogies", given.analogies, "sets of analogies, as in eval")
      .add("host", given.rules.host, "where it is served; other than 127.0.0.1, other machines can reach it", "ADDRESS")
      .add("port", given.rules.port, "0: one that is free")
      .add("open", given.open, "open the page in the browser")
      .add("seed", given.rules.seed, "of the map, of debiasing and of measures")
      .add("threads,thread", given.rules.threads, "0: all cores, of each answer");
  add_index_options(options, given.search);
  add_console_options(options, given.console);
}

/// Throws OptionError for options that do not go together.
void complete(Arguments& given, const Options& options) {
  if (!given.output.empty()) {
    for (const char* const name : {"host", "port", "open", "similarity", "analogies", "index", "candidates"})
      if (options.given(name))
        throw OptionError("--" + std::string(name) + " is for a page that is served, without -o");
    if (std::filesystem::path(given.output).extension() != ".html")
      throw OptionError("output: expected a name that ends in .html, found '" + given.output + "'");
    if (!options.given("words")) given.rules.words = words_of_file;
    if (!options.given("map-words")) given.rules.map_words = given.rules.words;
  }
  given.search.validate(options);
  validate(given.rules);
}

/// A file that only its owner can read and that leads to the address: all users of a machine see the arguments of its
/// programs, which a browser's would be.
class WayThere {
 public:
  explicit WayThere(const std::string& address) {
    const int file = ::mkstemps(path_.data(), 5);
    if (file < 0) throw Error(path_ + ": cannot be written: " + std::strerror(errno));
    const std::string page = "<!doctype html><meta http-equiv=\"refresh\" content=\"0; url=" + address + "\">";
    const bool written = ::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size());
    ::close(file);
    if (!written) throw Error(path_ + ": cannot be written");
  }
  WayThere(const WayThere&) = delete;
  WayThere& operator=(const WayThere&) = delete;
  ~WayThere() { ::unlink(path_.c_str()); }

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "equivec-XXXXXX.html").string();
};

/// Opens a page with the desktop's browser. A browser that cannot be started is no error: the address was printed.
void open_browser(std::string page) {
  std::string program = "xdg-open";
  char* arguments[] = {program.data(), page.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) != 0)
    remark("no browser could be opened (there is no xdg-open); open the address yourself");
  else
    std::thread([child] { ::waitpid(child, nullptr, 0); }).detach();
}

void serve(const Arguments& given, ExploredVectors vectors, std::optional<ExploredVectors> reference) {
  const std::size_t words = vectors.embeddings.size();
  const Explorer explorer(std::move(vectors), std::move(reference), given.rules, console_reporting(given.console));
  std::cout << explorer.address() << std::endl;
  if (!given.console.quiet) remark("serving " + grouped(words) + " words of " + given.vectors + "; Ctrl-C ends it");
  constexpr std::array loopback = {"127.0.0.1", "localhost", "::1", "[::1]"};
  if (!given.console.quiet && std::ranges::find(loopback, given.rules.host) == loopback.end())
    remark("other machines can reach it; what is sent is not encrypted");
  std::optional<WayThere> way;
  if (given.open) open_browser(way.emplace(explorer.address()).path());
  // A signal that asks it to end is how it ends.
  while (!progress().cancelled) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace

int run_explore(std::span<const std::string> arguments) {
  Arguments given;
  Options options("explore VECTORS [--reference BEFORE] [-o PAGE] [options]",
                  "Serves a page on which to look at vectors: a map of the words, neighbours, analogies, axes, bias, "
                  "before and after debiasing. Prints the page's address; this machine alone can open it.");
  add_options(options, given);
  if (!options.parse(arguments)) return 0;
  complete(given, options);
  RunFiles files;
  if (!given.output.empty()) files.writes(given.output);
  files.reads(files_read(given.vectors));
  if (!given.reference.empty()) files.reads(files_read(given.reference));
  files.require_writable();
  given.rules.analogies = read_all(given.analogies, read_analogies);
  given.rules.similarities = read_all(given.similarities, read_similarities);

  const auto read = [&](const std::string& file) {
    return ExploredVectors{std::filesystem::path(file).filename().string(),
                           load(file, given.console, {.threads = given.rules.threads})};
  };
  ExploredVectors vectors = read(given.vectors);
  if (!given.search.file.empty()) {
    vectors.graph = open_graph(given.search, vectors.embeddings, Metric::cosine, given.rules.threads);
    vectors.candidates = given.search.candidates;
  }
  std::optional<ExploredVectors> reference;
  if (!given.reference.empty()) reference = read(given.reference);
  if (given.output.empty()) {
    serve(given, std::move(vectors), std::move(reference));
    return 0;
  }
  const std::string page =
      explorer_page(std::move(vectors), std::move(reference), given.rules, console_reporting(given.console));
  OutputFiles outputs;
  outputs.open(given.output).write(page);
  outputs.commit();
  if (!given.console.quiet) remark("wrote " + given.output + ", " + grouped(page.size() / 1000000 + 1) + " MB");
  return 0;
}
