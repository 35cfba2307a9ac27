#include "equivec/report/versions.hpp"

#include "apps/cli/program.hpp"
#include "apps/sequence/commands.hpp"

#include <torch/version.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

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

constexpr std::string_view about =
    "Sequence models that read word vectors: what vectors are worth to classifiers, taggers,\n"
    "language models and translators.\n";
constexpr std::string_view remarks = "docs/sequence.md tells what the models are.\n";

std::vector<equivec::ComponentVersion> components() { return {{"libtorch", TORCH_VERSION}}; }

/// A thread of OpenMP that waits keeps its core busy for a millisecond, though libtorch's work for it takes less: where
/// others want the cores too, most of the time is spent so. OpenMP reads the variable when it is loaded, so the program
/// begins again with it; before libtorch's own beginning, which takes more than half a second.
void wait_less(int, char** argv, char** environment) {
  std::size_t count = 0;
  for (; environment[count]; ++count)
    for (const std::string_view name : {"GOMP_SPINCOUNT=", "OMP_WAIT_POLICY="})
      if (std::string_view(environment[count]).starts_with(name)) return;
  char variable[] = "GOMP_SPINCOUNT=5000";
  std::vector<char*> more(environment, environment + count);
  more.push_back(variable);
  more.push_back(nullptr);
  ::execve("/proc/self/exe", argv, more.data());
}

/// What runs before the beginnings of all libraries.
[[gnu::section(".preinit_array"), gnu::used]] void (*const first_of_all)(int, char**, char**) = wait_less;

}  // namespace

int main(int argc, char** argv) {
  return run_program({.name = "equivec-sequence",
                      .called = "equivec",
                      .usage = "equivec sequence COMMAND ARGUMENTS [options]",
                      .summary = "sequence models that read word vectors",
                      .about = about,
                      .commands = commands,
                      .remarks = remarks,
                      .components = components},
                     argc, argv);
}
