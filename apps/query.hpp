#pragma once

#include "apps/console.hpp"

#include "equivec/formats.hpp"
#include "equivec/neighbors.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using Json = nlohmann::ordered_json;

/// Reads vectors, with progress, and remarks on what was odd about them.
equivec::Embeddings load(const std::string& file, const ConsoleOptions& console,
                         const equivec::ReadOptions& options = {}, equivec::Format* recognized = nullptr);

/// The word's number, or an Error that names the word and the vectors and says what to try.
equivec::WordId require_word(const equivec::Vocabulary& vocabulary, std::string_view word, const std::string& file);

/// Words between white space.
std::vector<std::string> split(std::string_view text);

/// Answers each query: those of the command line, or, if there is none, one a line from standard input, with a prompt
/// and line editing on a terminal. A query that cannot be answered is an error line (and with `json` a document with
/// "error"), and the others go on. Returns the exit status.
int answer_queries(std::string_view command, std::span<const std::string> queries, const std::string& prompt, bool json,
                   const std::function<void(const std::string& query)>& answer);

/// A number that reads back as the same float.
Json number(float value);
/// Null where there is nothing.
Json number(std::optional<double> value);

/// One document on one line. Bytes that are no UTF-8 become U+FFFD.
void print(const Json& document);
/// "  0.7664  queen" lines.
void print(const equivec::Vocabulary& vocabulary, std::span<const equivec::Neighbor> neighbors);
/// [{"word": ..., "similarity": ...}, ...]
Json to_json(const equivec::Vocabulary& vocabulary, std::span<const equivec::Neighbor> neighbors);
