#include "apps/query.hpp"

#include "equivec/error.hpp"
#include "src/text_numbers.hpp"

#include <editline/readline.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

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
  std::string lower(word), title(word);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  title = lower;
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 32);
  std::string hint;
  for (const std::string& other : {lower, title})
    if (vocabulary.find(other)) hint = "; there is '" + other + "'";
  throw Error("'" + std::string(word) + "' is none of the " + grouped(vocabulary.size()) + " words of " + file + hint);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  tokenize(
      text, [&](std::string_view word) { words.emplace_back(word); }, [] {});
  return words;
}

int answer_queries(std::string_view command, std::span<const std::string> queries, const std::string& prompt,
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
      status = 1;
    }
  };
  if (!queries.empty()) {
    for (const std::string& query : queries) attempt(query);
    return status;
  }
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {
    restore_signal_handlers();
    using_history();
    for (;;) {
      std::cout.flush();
      const std::unique_ptr<char, decltype(&std::free)> line(readline((prompt + "> ").c_str()), std::free);
      if (!line) break;
      if (split(line.get()).empty()) continue;
      add_history(line.get());
      attempt(line.get());
    }
    std::cout << '\n';
    return 0;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    check_cancelled(&progress());
    if (!split(line).empty()) attempt(line);
  }
  check_cancelled(&progress());
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
