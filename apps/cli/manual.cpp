#include "apps/cli/manual.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/output_file.hpp"

#include "apps/cli/options.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

using equivec::Error;

namespace {

constexpr std::size_t longest_line = 78;  // which lint asks for
constexpr std::size_t most_examples = 3;  // of a page

/// Text as roff shows it: what would be a sign of its own or a typographic one is escaped.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '~':
        result += "\\(ti";
        break;
      default:
        result += c;
    }
  return result;
}

/// Lines of text that is escaped already, broken at blanks. A line that begins with a dot would be a request.
std::string filled(const std::string& text) {
  std::string result, line;
  const auto end_line = [&] {
    if (!line.empty()) result += (line[0] == '.' ? "\\&" : "") + line + '\n';
    line.clear();
  };
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    if (!line.empty() && line.size() + 1 + end - begin > longest_line) end_line();
    if (end > begin) line += (line.empty() ? "" : " ") + text.substr(begin, end - begin);
    begin = end + 1;
  }
  end_line();
  return result;
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string page_name(std::string_view program, std::string_view command) {
  std::string name = std::string(program) + "-" + std::string(command);
  std::ranges::replace(name, ' ', '-');
  return name;
}

/// Days since 1970 as a date: that of SOURCE_DATE_EPOCH, by which builds are reproduced, or else today's.
std::string date() {
  const char* const given = std::getenv("SOURCE_DATE_EPOCH");
  const auto seconds = given ? equivec::parse_number<std::int64_t>(given) : std::nullopt;
  const std::time_t time = seconds ? static_cast<std::time_t>(*seconds) : std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text{};
  if (!::gmtime_r(&time, &parts) || std::strftime(text.data(), text.size(), "%Y-%m-%d", &parts) == 0)
    throw Error("SOURCE_DATE_EPOCH: expected seconds since 1970, found '" + std::string(given) + "'");
  return text.data();
}

/// The commands that a page shows: lines that begin with "$ " in console fences, with those that continue them.
std::vector<std::string> commands_of(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw Error(file + ": cannot be read");
  std::vector<std::string> commands;
  bool inside = false, continued = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      inside = line == "```console";
      continued = false;
      continue;
    }
    if (continued)
      commands.back() += '\n' + line;
    else if (inside && line.starts_with("$ "))
      commands.push_back(line.substr(2));
    else
      continue;
    continued = line.ends_with('\\');
  }
  return commands;
}

/// Whether a line of the shell runs it, as the first of its programs or a later one.
bool is_called(const std::string& line, const std::string& name) {
  for (std::size_t at = line.find(name); at != line.npos; at = line.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || line[at - 1] == ' ' || line[at - 1] == '(') && (end == line.size() || line[end] == ' '))
      return true;
  }
  return false;
}

/// Names that the help does not tell anyhow.
std::string values_of(const Options::Entry& entry) {
  const std::vector<std::string>& names = entry.value.names;
  if (std::ranges::all_of(names, [&](const std::string& name) { return entry.help.find(name) != entry.help.npos; }))
    return "";
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return (entry.value.is_file() ? "Names: " : "Values: ") + list + ".";
}

std::string options_section(const Options& options) {
  std::string text = ".SH OPTIONS\n";
  const auto add = [&](const std::string& tag, const std::string& help) {
    text += ".TP\n" + tag + "\n" + filled(help);
  };
  for (const Options::Entry& entry : options.entries()) {
    std::string tag;
    for (const std::string& form : options.forms(entry.names)) tag += (tag.empty() ? "" : ", ") + bold(form);
    if (!entry.is_switch()) tag += " " + italic(entry.shown_value());
    std::string help = entry.help;
    if (!help.ends_with('.')) help += '.';
    if (!entry.shown_default.empty() && !entry.required) help += " Default: " + entry.shown_default + ".";
    if (entry.required) help += " It must be given.";
    if (const std::string values = values_of(entry); !values.empty()) help += " " + values;
    add(tag, escaped(help));
  }
  add("\\fB\\-h\\fR, \\fB" + escaped("--help") + "\\fR", "Show the options.");
  return text;
}

constexpr std::array<std::array<const char*, 2>, 4> statuses = {{{"0", "Done."},
                                                                 {"1", "Data or a file is at fault."},
                                                                 {"2", "The command line is at fault."},
                                                                 {"130, 143", "Interrupted (SIGINT, SIGTERM)."}}};

std::string references(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += ".BR " + escaped(names[i]) + " (1)" + (i + 1 < names.size() ? " ," : "") + "\n";
  return text;
}

}  // namespace

Manual::Manual(const Program& program, const std::vector<std::string>& example_pages) : program_(program) {
  const std::string called(program.invocation());
  for (const std::string& page : example_pages)
    for (const std::string& shown : commands_of(page)) {
      for (const Command& command : program.commands)
        if (is_called(shown, called + " " + std::string(command.name))) {
          std::vector<std::string>& examples = examples_[page_name(program.name, command.name)];
          if (examples.size() < most_examples && std::ranges::find(examples, shown) == examples.end())
            examples.push_back(shown);
        }
    }
}

std::string Manual::heading(const std::string& name, std::string_view summary) const {
  std::string upper = name;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return ".TH " + escaped(upper) + " 1 " + date() + " \"equivec " EQUIVEC_VERSION "\" \"User Commands\"\n.SH NAME\n" +
         filled(escaped(name) + " \\- " + escaped(summary)) + ".SH SYNOPSIS\n";
}

std::string Manual::ending(const std::string& name, const std::vector<std::string>& see_also) const {
  std::string text = ".SH EXIT STATUS\n";
  for (const auto& [status, meaning] : statuses) text += ".TP\n" + bold(status) + "\n" + meaning + "\n";
  if (const auto examples = examples_.find(name); examples != examples_.end()) {
    text += ".SH EXAMPLES\n";
    bool first = true;
    for (const std::string& example : examples->second) {
      text += std::string(first ? "" : ".PP\n") + ".nf\n";
      for (std::size_t begin = 0; begin <= example.size();) {
        const std::size_t end = std::min(example.find('\n', begin), example.size());
        std::string line = escaped(example.substr(begin, end - begin));
        if (line.starts_with('.')) line.insert(0, "\\&");
        // A line of the source may be as long as it is shown if it is continued.
        for (std::size_t blank; line.size() > longest_line && (blank = line.rfind(' ', longest_line)) != line.npos;) {
          text += line.substr(0, blank + 1) + "\\c\n";
          line.erase(0, blank + 1);
        }
        text += line + "\n";
        begin = end + 1;
      }
      text += ".fi\n";
      first = false;
    }
  }
  return text + ".SH SEE ALSO\n" + references(see_also);
}

std::string Manual::overview() const {
  const std::string name(program_.name);
  std::string text = heading(name, program_.summary) + filled(bold(std::string(program_.usage))) + ".SH DESCRIPTION\n" +
                     filled(escaped(program_.about)) + ".PP\n" + filled(escaped(program_.remarks)) + ".SH COMMANDS\n";
  std::vector<std::string> see_also;
  for (const Command& command : program_.commands) {
    text += ".TP\n" + bold(std::string(command.name)) + "\n" + filled(escaped(command.summary));
    see_also.push_back(page_name(program_.name, command.name));
  }
  text += ".TP\n" + bold("help") + " " + italic("COMMAND") +
          "\nThe same as \\fICOMMAND\\fR \\fB\\-\\-help\\fR: options and defaults.\n";
  text += ".SH OPTIONS\n.TP\n" + bold("--escape") + " " + italic("WHEN") + "\n" +
          filled(escaped("Before the command: terminal, always or never show control characters of words as \\u001b. "
                         "Default: terminal, where they would be obeyed.")) +
          ".TP\n" + bold("--version") +
          "\nShow the version, and those of what the program was built from.\n.TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
          "Show the commands.\n";
  return text + ending(name, see_also);
}

std::string Manual::page_of(const Command& command) const {
  const std::string name = page_name(program_.name, command.name);
  std::string text = heading(name, command.summary);
  Options::visit(command.run, {}, [&](const Options& options) {
    const std::string usage = Options::program() + " " + options.usage();
    text += filled(bold(usage)) + ".SH DESCRIPTION\n" + filled(escaped(options.summary())) + options_section(options);
  });
  return text + ending(name, {std::string(program_.name)});
}

void Manual::write(const std::string& folder) const {
  equivec::OutputFiles files;
  files.make_folder(folder);
  const std::filesystem::path place(folder);
  files.open(place / (std::string(program_.name) + ".1")).write(overview());
  for (const Command& command : program_.commands)
    if (!command.is_program)
      files.open(place / (page_name(program_.name, command.name) + ".1")).write(page_of(command));
  files.commit();
}
