#pragma once

#include "equivec/base/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the value of an option, or a word of the command line, is called in the help, and which ones there are, for
/// completions: the names given here, and what its name says. FILE, OUT, VECTORS and others that is_file() knows are
/// files; WORD and QUERY are words of the vectors.
struct Value {
  Value(const char* name) : shown(name) {}  // NOLINT: a literal is a value
  Value(std::string name, std::vector<std::string> values) : shown(std::move(name)), names(std::move(values)) {}

  bool is_file() const;
  bool is_word() const { return shown == "WORD" || shown == "QUERY"; }

  std::string shown;
  std::vector<std::string> names = {};
};

/// The options of a command, each bound to a field: the field's present value is the default that --help shows.
/// Long options may begin with one dash or two, and their names cannot be shortened.
class Options {
 public:
  /// `usage` is what follows "usage: equivec ". `dashes`: what long options begin with where they are shown.
  Options(std::string usage, std::string summary, std::string dashes = "--");

  /// `names` is the option's name, then other programs' names for it, then perhaps a letter: "dimension,size,d".
  Options& add(const std::string& names, int& field, const std::string& help);
  Options& add(const std::string& names, std::uint64_t& field, const std::string& help);
  Options& add(const std::string& names, double& field, const std::string& help);
  Options& add(const std::string& names, std::string& field, const std::string& help, const Value& value = "TEXT");
  Options& add(const std::string& names, bool& field, const std::string& help);         ///< a switch
  Options& add_choice(const std::string& names, bool& field, const std::string& help);  ///< 0 or 1
  /// One of `values`, by name_of.
  template <class T, std::size_t N>
  Options& add_named(const std::string& names, T& field, const std::array<T, N>& values, const std::string& help);
  /// A size that the command line gives in megabytes (or with M or G behind) and the field has in bytes.
  Options& add_megabytes(const std::string& names, std::uint64_t& bytes, const std::string& help);
  /// May be given several times, with one value or several each.
  Options& add(const std::string& names, std::vector<std::string>& field, const std::string& help,
               const Value& value = "FILE");

  /// A word of the command line that is no option; those named first come first. Throws unless there are `least`.
  Options& positional(const Value& value, std::string& field, std::size_t least = 1);
  /// All further words; at least `least` of them.
  Options& positionals(const Value& value, std::vector<std::string>& field, std::size_t least);

  /// --help says nothing of what is added after this.
  Options& without_help() {
    shown_ = false;
    return *this;
  }
  /// --help shows what is added after this.
  Options& with_help() {
    shown_ = true;
    return *this;
  }

  /// Throws equivec::OptionError unless `field` was given.
  Options& required(const std::string& name);

  /// False if help was asked for and shown, or a visitor has taken the options. Throws equivec::OptionError.
  bool parse(std::span<const std::string> arguments);
  bool given(const std::string& name) const;

  // ---- the table, for manual pages and completions ----

  struct Entry {
    std::string names;
    Value value;  // "N", "FILE"; empty for a switch
    std::string shown_default;
    std::string help;
    bool several = false;
    std::function<void(const std::vector<std::string>&)> store;
    bool required = false;
    bool present = false;
    bool shown = true;

    std::string name() const { return names.substr(0, names.find(',')); }
    bool is_switch() const { return value.shown.empty(); }
    std::string shown_value() const { return value.shown + (several ? "..." : ""); }
  };
  struct Positional {
    Value value;
    std::function<void(const std::vector<std::string>&)> store;
    std::size_t least, most;
  };

  const std::string& usage() const { return usage_; }
  const std::string& summary() const { return summary_; }
  std::span<const Entry> entries() const { return entries_; }
  std::span<const Positional> positionals() const { return positionals_; }
  /// All ways to write the option of these names: "--dimension", "--size", "-d".
  std::vector<std::string> forms(const std::string& names) const;

  /// What "usage: " is followed by: the program, "equivec" unless it was set.
  static std::string& program();
  /// Runs a command; `visitor` gets its options in place of its reading `arguments`.
  static void visit(int (*run)(std::span<const std::string> arguments), std::span<const std::string> arguments,
                    const std::function<void(const Options&)>& visitor);

 private:
  Options& add_entry(Entry entry);
  void show_help() const;

  bool shown_ = true;
  std::string usage_, summary_, dashes_;
  std::vector<Entry> entries_;
  std::vector<Positional> positionals_;
};

/// The names of `values`, by name_of or else by `name`.
template <class Values>
std::vector<std::string> all_names(const Values& values) {
  std::vector<std::string> names;
  for (const auto& value : values) names.emplace_back(name_of(value));
  return names;
}
template <class Values, class Name>
std::vector<std::string> all_names(const Values& values, const Name& name) {
  std::vector<std::string> names;
  for (const auto& value : values) names.emplace_back(std::invoke(name, value));
  return names;
}

/// The names of `values`, by name_of: "a, b or c".
template <class T, std::size_t N>
std::string names_of(const std::array<T, N>& values) {
  std::string names;
  for (std::size_t i = 0; i < N; ++i)
    names += (i == 0 ? "" : i + 1 == N ? " or " : ", ") + std::string(name_of(values[i]));
  return names;
}

/// The value that `name` stands for among `values`, by name_of.
template <class T, std::size_t N>
T value_named(const std::string& name, const char* option, const std::array<T, N>& values) {
  for (const T value : values)
    if (name_of(value) == name) return value;
  throw equivec::OptionError("--" + std::string(option) + ": expected " + names_of(values) + ", found '" + name + "'");
}

template <class T, std::size_t N>
Options& Options::add_named(const std::string& names, T& field, const std::array<T, N>& values,
                            const std::string& help) {
  Entry entry{names, {"NAME", all_names(values)}, std::string(name_of(field)), help, false, {}};
  entry.store = [&field, values, name = entry.name()](const std::vector<std::string>& given) {
    field = value_named(given.back(), name.c_str(), values);
  };
  return add_entry(std::move(entry));
}
