#include "apps/cli/program.hpp"
#include "apps/sequence/commands.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iomanip>
#include <ostream>

namespace {

constexpr std::array commands = {
    Command{"train classify", "a label for each text", run_train_classify},
    Command{"train tag", "a tag for each word", run_train_tag},
    Command{"train language-model", "the next word or character of a text", run_train_language_model},
    Command{"train translate", "a sequence for each sequence", run_train_translate},
    Command{"evaluate", "score a model on a test", run_sequence_evaluate},
    Command{"predict", "what a model says of texts", run_predict},
    Command{"sample", "text that a language model makes", run_sample},
    Command{"compare", "the same model with several vectors, over several seeds", run_sequence_compare},
};

void show_usage(std::ostream& out) {
  out << "usage: equivec sequence COMMAND ARGUMENTS [options]\n\n"
         "Sequence models that read word vectors: what vectors are worth to classifiers, taggers,\n"
         "language models and translators.\n\n";
  for (const Command& command : commands)
    out << "  " << std::left << std::setw(22) << command.name << command.summary << '\n';
  out << "\nequivec sequence COMMAND --help shows a command's options and their defaults;\n"
         "docs/sequence.md tells more.\n"
         "Exit status: 0 done, 1 data or a file is at fault, 2 the command line is, 130 and 143 interrupted.\n";
}

/// A thread of OpenMP that waits keeps its core busy for a millisecond, though libtorch's work for it takes less: where
/// others want the cores too, most of the time is spent so. OpenMP reads this when the program begins.
void wait_less(char** argv) {
  constexpr const char* variable = "GOMP_SPINCOUNT";
  if (std::getenv(variable) || std::getenv("OMP_WAIT_POLICY")) return;
  if (::setenv(variable, "5000", 0) == 0) ::execv("/proc/self/exe", argv);
}

}  // namespace

int main(int argc, char** argv) {
  wait_less(argv);
  return run_program({.name = "equivec-sequence", .commands = commands, .show_usage = show_usage}, argc, argv);
}
