#include "apps/cli/completion.hpp"

#include "equivec/counts/vocabulary.hpp"
#include "equivec/search/expression.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/files/decompress.hpp"

#include "apps/cli/options.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

using namespace equivec;

namespace {

constexpr std::size_t most_words = 100;           // that are suggested
constexpr std::uintmax_t largest_text = 4000000;  // bytes of a file that is read, not mapped

struct Suggestions {
  bool files = false;
  std::vector<std::pair<std::string, std::string>> words;  // and what they are

  /// Adds one that begins with `prefix`.
  void add(std::string_view prefix, std::string word, std::string_view about = "") {
    if (word.starts_with(prefix)) words.emplace_back(std::move(word), about);
  }
};

/// Whether the words of a file can be had while a person waits: a native file, or a small one that is not compressed.
bool opens_fast(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return false;
  std::array<char, 16> head{};
  std::ifstream(file, std::ios::binary).read(head.data(), head.size());
  const std::string_view bytes(head.data(), head.size());
  if (recognize_compression(bytes) != Compression::none) return false;
  constexpr std::size_t length_of_header = 8;  // of safetensors, then a document
  return bytes[length_of_header] == '{' || std::filesystem::file_size(file, error) <= largest_text;
}

/// A shell shows suggestions on the terminal as they are, and takes a line for each.
bool can_be_typed(std::string_view word) {
  if (word.empty() || word[0] == '-') return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    if (byte <= ' ' || byte == 0x7f) return false;
    if (byte == 0xc2 && i + 1 < word.size() && static_cast<unsigned char>(word[i + 1]) < 0xa0) return false;
  }
  return true;
}

void add_words_of(const std::string& file, std::string_view prefix, Suggestions& suggestions) {
  if (!opens_fast(file)) return;
  const Embeddings embeddings = read_embeddings(file, {.threads = 1, .subwords = false});
  for (const WordId id : words_beginning(embeddings.vocabulary(), prefix, most_words))
    if (const std::string_view word = embeddings.vocabulary().word(id); can_be_typed(word))
      suggestions.add(prefix, std::string(word));
}

/// What a command line has given so far, as far as the table of options tells.
struct Given {
  std::vector<std::string> positionals;
  const Options::Entry* waiting = nullptr;  // whose value comes next
  bool only_positionals = false;            // after --
};

const Options::Entry* entry_of(const Options& options, std::string_view form) {
  for (const Options::Entry& entry : options.entries()) {
    const std::vector<std::string> forms = options.forms(entry.names);
    if (std::ranges::find(forms, form) != forms.end()) return &entry;
  }
  return nullptr;
}

bool is_option(const Given& given, std::string_view word) {
  return !given.only_positionals && word.size() > 1 && word[0] == '-';
}

Given given_by(const Options& options, std::span<const std::string> words) {
  Given given;
  for (const std::string& word : words) {
    if (!given.only_positionals && word == "--") {
      given.only_positionals = true;
      given.waiting = nullptr;
    } else if (is_option(given, word)) {
      given.waiting = entry_of(options, word);
      if (given.waiting && given.waiting->is_switch()) given.waiting = nullptr;
    } else if (given.waiting) {
      if (!given.waiting->several) given.waiting = nullptr;
    } else {
      given.positionals.push_back(word);
    }
  }
  return given;
}

/// The `index`th word that is no option; null if there cannot be as many.
const Options::Positional* positional_at(const Options& options, std::size_t index) {
  for (const Options::Positional& positional : options.positionals()) {
    if (index < positional.most) return &positional;
    index -= positional.most;
  }
  return nullptr;
}

/// The vectors whose words are asked for: the first that the command line names.
std::optional<std::string> vectors_of(const Options& options, const Given& given) {
  for (std::size_t i = 0; i < given.positionals.size(); ++i)
    if (const auto* positional = positional_at(options, i); positional && positional->value.shown == "VECTORS")
      return given.positionals[i];
  return std::nullopt;
}

void add_values(const Options& options, const Given& given, const Value& value, const std::string& prefix,
                Suggestions& suggestions) {
  for (const std::string& name : value.names) suggestions.add(prefix, name);
  suggestions.files = value.is_file();
  if (!value.is_word()) return;
  if (const auto file = vectors_of(options, given)) add_words_of(*file, prefix, suggestions);
}

void add_options(const Options& options, const std::string& prefix, Suggestions& suggestions) {
  for (const Options::Entry& entry : options.entries())
    suggestions.add(prefix, options.forms(entry.names)[0], entry.help);
  const std::string help = options.forms("help")[0];
  suggestions.add(prefix, help, "show the options");
}

void complete_arguments(const Options& options, std::span<const std::string> words, Suggestions& suggestions) {
  const std::string& last = words.back();
  const Given given = given_by(options, words.first(words.size() - 1));
  if (const std::size_t sign = last.find('='); is_option(given, last) && sign != last.npos) {
    const std::string option = last.substr(0, sign + 1);
    if (const Options::Entry* entry = entry_of(options, last.substr(0, sign)))
      add_values(options, given, entry->value, last.substr(sign + 1), suggestions);
    for (auto& [word, about] : suggestions.words) word.insert(0, option);
    return;
  }
  if (!given.only_positionals && last.starts_with('-')) return add_options(options, last, suggestions);
  if (given.waiting) return add_values(options, given, given.waiting->value, last, suggestions);
  if (const Options::Positional* positional = positional_at(options, given.positionals.size()))
    return add_values(options, given, positional->value, last, suggestions);
  if (last.empty()) add_options(options, last, suggestions);
}

/// The next word of the names of commands that begin with `first`, which is empty or a word and a blank.
void add_commands(const Program& program, const std::string& first, const std::string& prefix,
                  Suggestions& suggestions) {
  for (const Command& command : program.commands) {
    if (!command.name.starts_with(first)) continue;
    std::string rest(command.name.substr(first.size()));
    const std::size_t blank = rest.find(' ');
    if (blank == rest.npos) {
      suggestions.add(prefix, rest, command.summary);
      continue;
    }
    rest.resize(blank);
    const auto named = [&](const auto& suggestion) { return suggestion.first == rest; };
    if (std::ranges::none_of(suggestions.words, named)) suggestions.add(prefix, rest, "one of several commands");
  }
}

void complete_options_of_program(const std::string& prefix, Suggestions& suggestions) {
  suggestions.add(prefix, "help", "the same as COMMAND --help");
  if (!prefix.starts_with('-')) return;
  suggestions.add(prefix, "--escape", "show control characters of words: terminal, always or never");
  suggestions.add(prefix, "--help", "show the commands");
  suggestions.add(prefix, "--version", "show the versions");
}

/// Returns false if another program has been asked instead, and has printed all.
bool complete(const Program& program, std::span<const std::string> words, Suggestions& suggestions) {
  if (words.size() == 2 && words[0] == "--escape") {
    for (const char* const when : {"terminal", "always", "never"}) suggestions.add(words[1], when);
    return true;
  }
  if (words.size() > 2 && words[0] == "--escape") words = words.subspan(2);
  const bool helps = words.size() > 1 && words[0] == "help";
  if (helps) words = words.subspan(1);
  std::size_t count = 0;
  const auto before = words.first(words.size() - 1);
  if (const Command* const command = program.find(before, count)) {
    const auto arguments = words.subspan(count);
    if (command->is_program) {
      std::vector<std::string> passed = {"__complete", "--"};
      if (helps) passed.emplace_back("help");
      passed.insert(passed.end(), arguments.begin(), arguments.end());
      command->run(passed);
      return false;
    }
    if (!helps)
      Options::visit(command->run, arguments.first(arguments.size() - 1),
                     [&](const Options& options) { complete_arguments(options, arguments, suggestions); });
    return true;
  }
  if (words.size() > 2) return true;
  add_commands(program, before.empty() ? "" : before[0] + " ", words.back(), suggestions);
  if (before.empty() && !helps) complete_options_of_program(words.back(), suggestions);
  return true;
}

}  // namespace

void print_completions(const Program& program, std::span<const std::string> arguments) {
  if (!arguments.empty() && arguments[0] == "--") arguments = arguments.subspan(1);
  if (arguments.empty()) return;
  Suggestions suggestions;
  try {
    if (!complete(program, arguments, suggestions)) return;
  } catch (const std::exception&) {
    // A message would land in the line that is being typed.
  }
  std::cout << (suggestions.files ? "files\n" : "words\n");
  for (const auto& [word, about] : suggestions.words) std::cout << word << '\t' << about << '\n';
}
