#include "apps/cli/command.hpp"
#include "apps/cli/other_program.hpp"

int run_sequence(std::span<const std::string> arguments) {
  become_program("sequence", arguments, "it is built where libtorch is (Debian's libtorch-dev)");
}
