#include "equivec/base/error.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/completion_scripts.hpp"
#include "apps/cli/options.hpp"

#include <algorithm>
#include <array>
#include <iostream>

using namespace equivec;

int run_completions(std::span<const std::string> arguments) {
  constexpr std::array shells = {"bash", "zsh", "fish"};
  std::string shell;
  Options options(
      "completions SHELL",
      "Prints what makes bash, zsh or fish complete command lines of equivec, equivec-sequence and "
      "equivec-ranks: commands, options, named values, files, and words of the vectors that a query is about "
      "(of native files, and of others up to 4 MB). Packages install it; for one shell: source <(equivec "
      "completions bash), source <(equivec completions zsh), equivec completions fish | source.");
  options.positional({"SHELL", {shells.begin(), shells.end()}}, shell);
  if (!options.parse(arguments)) return 0;
  const auto scripts = completion_scripts();
  const auto script = std::ranges::find(scripts, "equivec." + shell, &EmbeddedFile::name);
  if (script == scripts.end()) throw OptionError("SHELL: expected bash, zsh or fish, found '" + shell + "'");
  std::cout << script->text;
  return 0;
}
