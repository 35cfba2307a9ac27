#pragma once

#include "equivec/base/error.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/analogy.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/report/json.hpp"

#include "apps/cli/console.hpp"
#include "apps/cli/prompt.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Reads vectors, shows progress and prints the notices about them.
equivec::Embeddings load(const std::string& file, const ConsoleOptions& console,
                         const equivec::ReadOptions& options = {}, equivec::Format* recognized = nullptr);

/// The same; words that are not in the vocabulary are found if they have vectors from their n-grams.
equivec::Embeddings load_to_ask(const std::string& file, const ConsoleOptions& console,
                                const equivec::ReadOptions& options = {});
/// From now on load_to_ask() of this file gives these, for commands that are run one after the other.
void keep_loaded(const std::string& file, const equivec::Embeddings& vectors);

/// Where a command's queries come from: the command line or, if it has none, standard input, one a line, with a prompt
/// and line editing on a terminal. From a pipe all lines that are ready, up to `batch`, are answered together, in
/// order.
struct QueryLoop {
  std::string_view command;
  std::span<const std::string> queries;
  std::string prompt;
  bool json;
  std::size_t batch = 1024;
  const equivec::Vocabulary* vocabulary = nullptr;  ///< whose words complete what is typed
  Prompt::Completer completer = nullptr;            ///< in its place
  std::string history = {};                         ///< see Prompt
  const bool* ended = nullptr;                      ///< set by an answer after which nothing more is asked
};

/// The batch size with which the answers, of `count` neighbors each, stay small.
std::size_t batch_for(std::size_t count);

/// Gives batches of queries to `answer`, which returns an exit status. Returns the worst.
int run_queries(const QueryLoop& loop, const std::function<int(std::span<const std::string> queries)>& answer);
/// Prints the message (and with `json` the document) that takes the place of a query's answer.
void print_query_error(const QueryLoop& loop, const std::string& query, const std::string& message);

/// Answers queries in three steps: parse(text) returns the parsed query, or throws an Error, which is printed while the
/// other queries go on; solve(span of parsed queries) returns their results; show(text, query, result) prints one.
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
