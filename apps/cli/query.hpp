#pragma once

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/report/json.hpp"

#include "apps/cli/console.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Reads vectors, with progress, and remarks on what was odd about them.
equivec::Embeddings load(const std::string& file, const ConsoleOptions& console,
                         const equivec::ReadOptions& options = {}, equivec::Format* recognized = nullptr);

/// The word's number, or an Error that names the word and the vectors and says what to try.
equivec::WordId require_word(const equivec::Vocabulary& vocabulary, std::string_view word, const std::string& file);

/// Words between tabs, if there is one, so that words may hold blanks; else between white space.
std::vector<std::string> split(std::string_view text);
/// The text that split() takes apart into these words.
std::string joined(std::span<const std::string> words);

/// How a command gets its queries: those of the command line, or, if there is none, one a line from standard input,
/// with a prompt and line editing on a terminal. From a pipe as many lines as there are, up to `batch`, are answered
/// together, in their order.
struct QueryLoop {
  std::string_view command;
  std::span<const std::string> queries;
  std::string prompt;
  bool json;
  std::size_t batch = 1024;
};

/// A batch whose answers, of `count` neighbours each, stay small.
std::size_t batch_for(std::size_t count);

/// Hands batches of queries to `answer`, which returns an exit status. Returns the worst.
int run_queries(const QueryLoop& loop, const std::function<int(std::span<const std::string> queries)>& answer);
/// The line (and with `json` the document) that stands where a query's answer would.
void print_query_error(const QueryLoop& loop, const std::string& query, const std::string& message);

/// Answers queries in three steps: parse(text) gives what is asked, or throws an Error, which is printed while the
/// others go on; solve(span of these) gives a vector of results; show(text, asked, result) prints one.
template <class Parse, class Solve, class Show>
int answer_queries(const QueryLoop& loop, const Parse& parse, const Solve& solve, const Show& show) {
  using Asked = decltype(parse(std::string()));
  return run_queries(loop, [&](std::span<const std::string> texts) {
    std::vector<Asked> asked;
    std::vector<std::string> errors(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) try {
        asked.push_back(parse(texts[i]));
      } catch (const equivec::OptionError&) {
        throw;
      } catch (const equivec::Error& error) {
        errors[i] = error.what();
      }
    const auto results = solve(std::span<const Asked>(asked));
    for (std::size_t i = 0, next = 0; i < texts.size(); ++i)
      if (errors[i].empty()) {
        show(texts[i], asked[next], results[next]);
        ++next;
      } else {
        print_query_error(loop, texts[i], errors[i]);
      }
    return asked.size() == texts.size() ? 0 : 1;
  });
}

/// One document on one line.
void print(const equivec::Json& document);
