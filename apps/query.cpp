#include "apps/query.hpp"

#include "equivec/error.hpp"
#include "src/letter_case.hpp"
#include "src/lines.hpp"
#include "src/text_numbers.hpp"

#include <editline/readline.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
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

WordId require_word(const Vocabulary& vocabulary, std::string_view word, const std::string& file) {
  if (const auto id = vocabulary.find(word)) return *id;
  std::string hint;
  for (const std::string& other : {lowered(word), titled(word)})
    if (vocabulary.find(other)) hint = "; there is '" + other + "'";
  throw Error("'" + std::string(word) + "' is none of the " + grouped(vocabulary.size()) + " words of " + file + hint);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  tokenize(
      text, [&](std::string_view word) { words.emplace_back(word); }, [] {});
  return words;
}

namespace {

/// Lines of standard input. Unlike std::getline it ends when a signal asks for it while it waits.
class InputLines {
 public:
  bool next(std::string& line) {
    std::size_t end;
    while ((end = buffer_.find('\n', begin_)) == std::string::npos) {
      buffer_.erase(0, std::exchange(begin_, 0));
      char piece[65536];
      const ssize_t count = ::read(STDIN_FILENO, piece, sizeof piece);
      check_cancelled(&progress());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw Error("standard input: cannot be read: " + std::string(std::strerror(errno)));
      if (count == 0) {
        line = std::exchange(buffer_, "");
        return !line.empty();
      }
      buffer_.append(piece, static_cast<std::size_t>(count));
    }
    line = buffer_.substr(begin_, end - begin_);
    begin_ = end + 1;
    return true;
  }

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace

int answer_queries(std::string_view command, std::span<const std::string> queries, const std::string& prompt, bool json,
                   const std::function<void(const std::string&)>& answer) {
  int status = 0;
  const auto attempt = [&](const std::string& query) {
    try {
      answer(query);
    } catch (const OptionError&) {
      throw;
    } catch (const Error& error) {
      std::cout.flush();  // so that the line stands where its answer would
      std::cerr << "equivec " + std::string(command) + ": " + error.what() + "\n";
      if (json) print(Json{{"query", query}, {"error", error.what()}});  // so that answers go with their lines
      status = 1;
    }
  };
  if (!queries.empty()) {
    for (const std::string& query : queries) attempt(query);
    return status;
  }
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {
    restore_signal_handlers();
    // The line editor takes letters by the locale; a terminal that knows no other speaks UTF-8. Numbers keep their
    // points.
    if (!std::setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1) std::setlocale(LC_CTYPE, "C.UTF-8");
    rl_attempted_completion_function = [](const char*, int, int) -> char** {
      rl_attempted_completion_over = 1;  // words are not file names
      return nullptr;
    };
    using_history();
    for (;;) {
      std::cout.flush();
      const std::unique_ptr<char, decltype(&std::free)> line(readline((prompt + "> ").c_str()), std::free);
      if (!line) break;
      const std::string query(trimmed(line.get()));
      if (query.empty()) continue;
      add_history(line.get());
      attempt(query);
    }
    std::cout << '\n';
    return 0;
  }
  InputLines lines;
  for (std::string line; lines.next(line);)
    if (const std::string query(trimmed(line)); !query.empty()) attempt(query);
  return status;
}

Json number(float value) { return parse_number<double>(shortest(value)).value_or(0); }

Json number(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

void print(const Json& document) { std::cout << document.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n'; }

void print(const Vocabulary& vocabulary, std::span<const Neighbor> neighbors) {
  for (const Neighbor& neighbor : neighbors) {
    char similarity[32];
    std::snprintf(similarity, sizeof similarity, "%8.4f", static_cast<double>(neighbor.similarity));
    std::cout << similarity << "  " << vocabulary.word(neighbor.word) << '\n';
  }
}

Json to_json(const Vocabulary& vocabulary, std::span<const Neighbor> neighbors) {
  Json list = Json::array();
  for (const Neighbor& neighbor : neighbors)
    list.push_back(
        {{"word", std::string(vocabulary.word(neighbor.word))}, {"similarity", number(neighbor.similarity)}});
  return list;
}
