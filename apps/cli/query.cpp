#include "apps/cli/query.hpp"

#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/search/expression.hpp"
#include "src/base/lines.hpp"

#include "apps/cli/terminal.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <optional>
#include <utility>

using namespace equivec;

Embeddings load(const std::string& file, const ConsoleOptions& console, const ReadOptions& options,
                Format* recognized) {
  Notices notices;
  auto result = [&] {
    const ProgressLine line("reading " + file, "", console);
    return read_embeddings(file, options, &notices, &progress(), recognized);
  }();
  if (!console.quiet) remark(notices);
  return result;
}

namespace {

std::optional<std::pair<std::string, Embeddings>> the_kept;

}  // namespace

void keep_loaded(const std::string& file, const Embeddings& vectors) { the_kept = {file, vectors}; }

Embeddings load_to_ask(const std::string& file, const ConsoleOptions& console, const ReadOptions& options) {
  if (the_kept && the_kept->first == file) return the_kept->second;
  return load(file, console, options).with_composed_words();
}

namespace {

/// Lines of standard input. Unlike std::getline, a wait for input ends at a signal.
class InputLines {
 public:
  /// Waits for a line. False at the end of the input.
  bool next(std::string& line) {
    std::size_t end;
    while ((end = buffer_.find('\n', begin_)) == std::string::npos && read()) continue;
    if (end == std::string::npos) {
      if (begin_ == buffer_.size()) return false;
      end = buffer_.size();
    }
    line = buffer_.substr(begin_, end - begin_);
    begin_ = std::min(end + 1, buffer_.size());
    return true;
  }
  /// Whether the next line can be read without waiting.
  bool ready() {
    while (buffer_.find('\n', begin_) == std::string::npos) {
      pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
      if (ended_ || ::poll(&input, 1, 0) != 1 || !read()) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t longest = std::size_t{1} << 24;

  bool read() {
    if (ended_) return false;
    buffer_.erase(0, std::exchange(begin_, 0));
    if (buffer_.size() > longest)
      throw Error("standard input: a query of more than " + std::to_string(longest >> 20) + " MiB");
    char piece[65536];
    ssize_t count;
    do {
      count = ::read(STDIN_FILENO, piece, sizeof piece);
      check_cancelled(&progress());
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw Error("standard input: cannot be read: " + std::string(std::strerror(errno)));
    ended_ = count == 0;
    buffer_.append(piece, static_cast<std::size_t>(count));
    return !ended_;
  }

  std::string buffer_;
  std::size_t begin_ = 0;
  bool ended_ = false;
};

/// What words of the vocabulary can be completed to: so many that a person can look through them.
Prompt::Completer completer_of(const QueryLoop& loop) {
  if (!loop.vocabulary) return nullptr;
  return [&loop](std::string_view piece, bool) {
    std::vector<std::string> words;
    if (piece.empty()) return words;
    for (const WordId word : words_beginning(*loop.vocabulary, piece, 40))
      words.emplace_back(loop.vocabulary->word(word));
    return words;
  };
}

void prompt_for_queries(const QueryLoop& loop, const std::function<int(std::span<const std::string>)>& answer) {
  Prompt prompt(loop.prompt, loop.completer ? loop.completer : completer_of(loop), loop.history);
  for (std::string query; !(loop.ended && *loop.ended) && prompt.next(query);) try {
      answer(std::span(&query, 1));
    } catch (const Cancelled&) {
      progress().cancelled = false;
      show_error("equivec " + std::string(loop.command) + ": interrupted\n");
    }
}

}  // namespace

void print_query_error(const QueryLoop& loop, const std::string& query, const std::string& message) {
  std::cout.flush();  // so that the message appears in the answer's place
  show_error("equivec " + std::string(loop.command) + ": " + message + "\n");
  if (loop.json) print(Json{{"query", query}, {"error", message}});  // one document for each query
}

std::size_t batch_for(std::size_t count) {
  return std::clamp<std::size_t>((std::size_t{1} << 22) / std::max<std::size_t>(count, 1), 1, 1024);
}

int run_queries(const QueryLoop& loop, const std::function<int(std::span<const std::string>)>& answer) {
  int status = 0;
  if (!loop.queries.empty()) {
    for (std::size_t i = 0; i < loop.queries.size(); i += loop.batch)
      status |= answer(loop.queries.subspan(i, std::min(loop.batch, loop.queries.size() - i)));
    return status;
  }
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) return prompt_for_queries(loop, answer), 0;
  InputLines lines;
  std::vector<std::string> batch;
  for (std::string line; !(loop.ended && *loop.ended) && lines.next(line);) {
    if (const std::string_view query = trimmed(line); !query.empty()) batch.emplace_back(query);
    if (batch.size() < loop.batch && lines.ready()) continue;
    status |= answer(batch);
    std::cout.flush();  // who asks line by line waits for the answer
    batch.clear();
  }
  if (!batch.empty()) status |= answer(batch);
  return status;
}

void print(const Json& document) { std::cout << dump(document) << '\n'; }
