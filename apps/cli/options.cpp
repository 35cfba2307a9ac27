#include "apps/cli/options.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <limits>

namespace po = boost::program_options;
using equivec::Error;
using equivec::OptionError;

namespace {

template <class T>
T number(const std::string& name, const std::string& text, const char* expected) {
  const auto value = equivec::parse_number<T>(text.starts_with('+') ? std::string_view(text).substr(1) : text);
  if (!value) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    throw OptionError(name + ": " +
                      (digits ? "the number is too large: '" : std::string("expected ") + expected + ", found '") +
                      text + "'");
  }
  return *value;
}

const std::function<void(const Options&)>* current_visitor = nullptr;

}  // namespace

bool Value::is_file() const {
  constexpr std::array files = {"CORPUS",  "DATA", "FILE",  "FILE|english", "FIRST", "FOLDER", "IN",
                                "LEXICON", "LOG",  "MODEL", "NAME|FILE",    "OUT",   "SECOND", "SOURCE",
                                "TARGET",  "TEST", "TEXTS", "TRAIN",        "TSV",   "VECTORS"};
  return std::ranges::find(files, shown) != files.end();
}

std::string& Options::program() {
  static std::string name = "equivec";
  return name;
}

void Options::visit(int (*run)(std::span<const std::string> arguments), std::span<const std::string> arguments,
                    const std::function<void(const Options&)>& visitor) {
  current_visitor = &visitor;
  try {
    run(arguments);
  } catch (...) {
    current_visitor = nullptr;
    throw;
  }
  current_visitor = nullptr;
}

std::vector<std::string> Options::forms(const std::string& names) const {
  std::vector<std::string> forms;
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    // A letter after a comma is the short form; one that is all of the name is a long option.
    forms.push_back((begin > 0 && end - begin == 1 ? "-" : dashes_) + names.substr(begin, end - begin));
    begin = end + 1;
  }
  return forms;
}

Options::Options(std::string usage, std::string summary, std::string dashes)
    : usage_(std::move(usage)), summary_(std::move(summary)), dashes_(std::move(dashes)) {}

Options& Options::add_entry(Entry entry) {
  entry.shown = shown_;
  entries_.push_back(std::move(entry));
  return *this;
}

Options& Options::add(const std::string& names, int& field, const std::string& help) {
  Entry entry{names, "N", equivec::shortest(field), help, false, {}};
  entry.store = [&field, name = dashes_ + entry.name()](const auto& values) {
    field = number<int>(name, values.back(), "a whole number");
  };
  return add_entry(std::move(entry));
}

Options& Options::add(const std::string& names, std::uint64_t& field, const std::string& help) {
  Entry entry{names, "N", equivec::shortest(field), help, false, {}};
  entry.store = [&field, name = dashes_ + entry.name()](const auto& values) {
    field = number<std::uint64_t>(name, values.back(), "a whole number from 0");
  };
  return add_entry(std::move(entry));
}

Options& Options::add(const std::string& names, double& field, const std::string& help) {
  Entry entry{names, "X", equivec::shortest(field), help, false, {}};
  entry.store = [&field, name = dashes_ + entry.name()](const auto& values) {
    field = number<double>(name, values.back(), "a number");
  };
  return add_entry(std::move(entry));
}

Options& Options::add(const std::string& names, std::string& field, const std::string& help, const Value& value) {
  return add_entry({names, value, field, help, false, [&field](const auto& values) { field = values.back(); }});
}

Options& Options::add(const std::string& names, bool& field, const std::string& help) {
  return add_entry({names, "", "", help, false, [&field](const auto&) { field = true; }});
}

Options& Options::add_choice(const std::string& names, bool& field, const std::string& help) {
  Entry entry{names, {"N", {"0", "1"}}, field ? "1" : "0", help, false, {}};
  entry.store = [&field, name = dashes_ + entry.name()](const auto& values) {
    const std::string& text = values.back();
    if (text != "0" && text != "1") throw OptionError(name + ": expected 0 or 1, found '" + text + "'");
    field = text == "1";
  };
  return add_entry(std::move(entry));
}

Options& Options::add_megabytes(const std::string& names, std::uint64_t& bytes, const std::string& help) {
  constexpr std::uint64_t megabyte = 1000000;
  Entry entry{names, "MB", equivec::shortest(bytes / megabyte), help, false, {}};
  entry.store = [&bytes, name = entry.name(), dashes = dashes_](const auto& values) {
    std::string text = values.back();
    std::uint64_t unit = megabyte;
    if (text.size() > 1 && (text.back() == 'M' || text.back() == 'G')) {
      if (text.back() == 'G') unit *= 1000;
      text.pop_back();
    }
    const auto units = number<std::uint64_t>(dashes + name, text, "a whole number from 0, or one with M or G");
    if (units > std::numeric_limits<std::uint64_t>::max() / unit)
      throw OptionError(dashes + name + ": the number is too large: '" + values.back() + "'");
    bytes = units * unit;
  };
  return add_entry(std::move(entry));
}

Options& Options::add(const std::string& names, std::vector<std::string>& field, const std::string& help,
                      const Value& value) {
  return add_entry({names, value, "", help, true, [&field](const auto& values) { field = values; }});
}

Options& Options::positional(const Value& value, std::string& field, std::size_t least) {
  positionals_.push_back({value, [&field](const auto& values) { field = values.front(); }, least, 1});
  return *this;
}

Options& Options::positionals(const Value& value, std::vector<std::string>& field, std::size_t least) {
  positionals_.push_back(
      {value, [&field](const auto& values) { field = values; }, least, std::numeric_limits<std::size_t>::max()});
  return *this;
}

Options& Options::required(const std::string& name) {
  std::ranges::find(entries_, name, &Entry::name)->required = true;
  return *this;
}

bool Options::given(const std::string& name) const { return std::ranges::find(entries_, name, &Entry::name)->present; }

bool Options::parse(std::span<const std::string> arguments) {
  if (current_visitor) {
    (*current_visitor)(*this);
    return false;
  }
  namespace style = po::command_line_style;
  po::options_description described;
  po::positional_options_description order;
  described.add_options()("help,h", "");
  for (const Entry& entry : entries_) {
    if (entry.is_switch())
      described.add_options()(entry.names.c_str(), po::bool_switch(), "");
    else if (entry.several)
      described.add_options()(entry.names.c_str(), po::value<std::vector<std::string>>()->multitoken()->composing(),
                              "");
    else
      described.add_options()(entry.names.c_str(), po::value<std::string>(), "");
  }
  described.add_options()("\1words", po::value<std::vector<std::string>>(), "");
  order.add("\1words", -1);

  // The library's messages name options with two dashes.
  const auto as_shown = [this](std::string text) {
    if (const std::size_t place = text.find("--"); place != text.npos) text.replace(place, 2, dashes_);
    return text;
  };
  po::variables_map values;
  try {
    const std::vector<std::string> list(arguments.begin(), arguments.end());
    po::store(po::command_line_parser(list)
                  .options(described)
                  .positional(order)
                  .style((style::default_style | style::allow_long_disguise) & ~style::allow_guessing)
                  .run(),
              values);
  } catch (const po::unknown_option& error) {
    throw OptionError("there is no option '" + error.get_option_name() +
                      "'; --help lists them (words that begin with - go after --)");
  } catch (const po::multiple_occurrences& error) {
    throw OptionError("the option '" + as_shown(error.get_option_name()) + "' was given twice");
  } catch (const po::error& error) {
    throw OptionError(as_shown(error.what()) + "; --help lists the options");
  }
  if (values.count("help")) {
    show_help();
    return false;
  }

  for (Entry& entry : entries_) {
    const std::string name = entry.name();
    if (!values.count(name) || values[name].defaulted()) {
      if (entry.required) throw OptionError(dashes_ + name + " is missing: " + entry.help);
      continue;
    }
    entry.present = true;
    if (entry.is_switch())
      entry.store({});
    else if (entry.several)
      entry.store(values[name].as<std::vector<std::string>>());
    else {
      const std::string& value = values[name].as<std::string>();
      // As a variable of the shell that is not set gives it: not what was meant.
      if (value.empty() &&
          (entry.value.shown == "FILE" || entry.value.shown == "OUT" || entry.value.shown == "VECTORS"))
        throw OptionError(dashes_ + name + ": the name of the file is empty; leave the option out, or give a name");
      entry.store({value});
    }
  }

  std::vector<std::string> words;
  if (values.count("\1words")) words = values["\1words"].as<std::vector<std::string>>();
  auto next = words.begin();
  for (const Positional& positional : positionals_) {
    const auto left = static_cast<std::size_t>(words.end() - next);
    if (left < positional.least) {
      std::string hint;
      for (const Entry& entry : entries_)
        if (entry.several && entry.present) hint = " (" + dashes_ + entry.name() + " takes all words after it)";
      throw OptionError(positional.value.shown + " is missing" + hint + "; usage: " + program() + " " + usage_);
    }
    const auto count = static_cast<std::ptrdiff_t>(std::min(left, positional.most));
    if (count > 0) positional.store({next, next + count});
    next += count;
  }
  if (next != words.end())
    throw OptionError(
        (next == words.begin() ? "only options are expected" : "nothing is expected after '" + *(next - 1) + "'") +
        ", found '" + *next + "'");
  return true;
}

namespace {

constexpr std::size_t help_width = 100;

/// Prints words from `column` on, broken at blanks; further lines begin at `indent`.
void print_wrapped(const std::string& text, std::size_t column, std::size_t indent) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (column + 1 + end - begin > help_width) {
      std::cout << '\n' << std::string(indent, ' ');
      column = indent;
    } else if (begin > 0) {
      std::cout << ' ';
      ++column;
    }
    std::cout << text.substr(begin, end - begin);
    column += end - begin;
    begin = end + 1;
  }
  std::cout << '\n';
}

}  // namespace

void Options::show_help() const {
  constexpr std::size_t help_column = 32;
  std::cout << "usage: " << program() << " " << usage_ << "\n\n";
  print_wrapped(summary_, 0, 0);
  std::cout << '\n';
  const auto show = [&](std::string left, const std::string& help) {
    left = "  " + left;
    left += left.size() + 2 > help_column ? "  " : std::string(help_column - left.size(), ' ');
    std::cout << left;
    print_wrapped(help, left.size(), help_column);
  };
  for (const Entry& entry : entries_) {
    if (!entry.shown) continue;
    std::string left = dashes_ + entry.name();
    if (const std::size_t comma = entry.names.rfind(','); comma != entry.names.npos && comma + 2 == entry.names.size())
      left = "-" + entry.names.substr(comma + 1) + ", " + left;
    if (!entry.is_switch()) left += " " + entry.shown_value();
    if (!entry.shown_default.empty()) left += " (" + entry.shown_default + ")";
    show(left, entry.help);
  }
  show("-h, --help", "show this");
}
