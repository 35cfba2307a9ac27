#include "equivec/base/error.hpp"
#include "equivec/report/versions.hpp"
#include "equivec/train/training.hpp"

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/program.hpp"
#include "apps/ranks/mpi_communicator.hpp"
#include "apps/ranks/plan.hpp"
#include "apps/ranks/spokesman.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// The commands of equivec that several processes do together. Their options and files are the same.
constexpr std::array commands = {
    Command{"train skipgram", "learn word vectors from text (word2vec's skip-gram)", run_train_skipgram},
    Command{"train cbow", "learn word vectors from text (word2vec's CBOW)", run_train_cbow},
    Command{"train glove", "learn word vectors from text (GloVe)", run_train_glove},
    Command{"cooccur", "count how often words stand near each other, for GloVe", run_cooccur},
    Command{"vocab", "count the words of a text", run_vocab},
    Command{"plan", "say what a training over ranks would take (needs no mpirun)", run_plan},
};

constexpr std::string_view about =
    "Does what equivec does with many processes, on one machine or on many, by MPI (mpirun, srun).\n";
constexpr std::string_view remarks =
    "Commands, options and files are those of equivec; each rank must see the same files of the corpus, and\n"
    "rank 0 alone writes. vocab, cooccur and train glove give the same bytes as equivec for any number of\n"
    "ranks. docs/scale-out.md tells how to size and run it.\n";

std::vector<ComponentVersion> components() { return {{"MPI", MpiCommunicator::library_version()}}; }

bool needs_no_ranks(std::span<char* const> arguments) {
  return arguments.size() < 2 || arguments[1] == std::string_view("plan") ||
         arguments[1] == std::string_view("__complete") ||
         std::ranges::any_of(arguments, [](std::string_view argument) {
           return argument == "--help" || argument == "-h" || argument == "help" || argument == "--version";
         });
}

/// All ranks must have been started alike: else they would wait for each other for ever.
void require_alike(MpiCommunicator& ranks, const Spokesman& spokesman, std::span<char* const> arguments) {
  std::string own = "version " EQUIVEC_VERSION;
  for (const char* const argument : arguments.subspan(1)) own += ' ' + std::string(argument);
  const std::vector<std::string> all = gather(ranks, own);
  const auto other = std::ranges::find_if(all, [&](const std::string& each) { return each != all[0]; });
  if (other != all.end())
    agree(ranks, [&] {
      throw OptionError("the ranks were started differently: " + spokesman.place(0) + " as '" + all[0] + "', " +
                        spokesman.place(other - all.begin()) + " as '" + *other +
                        "'; install one version and give all the same arguments");
    });
  const std::vector<std::string> sets = gather(ranks, instruction_set());
  const auto set = std::ranges::find_if(sets, [&](const std::string& each) { return each != sets[0]; });
  if (set != sets.end())
    remark(spokesman.place(0) + " computes with " + sets[0] + ", " + spokesman.place(set - sets.begin()) + " with " +
           *set + ": other machines would give other bits");
}

}  // namespace

int main(int argc, char** argv) {
  Program program{.name = "equivec-ranks",
                  .called = "equivec-ranks",
                  .usage = "mpirun -n RANKS equivec-ranks COMMAND ARGUMENTS [options]",
                  .summary = "equivec on many machines, by MPI",
                  .about = about,
                  .commands = commands,
                  .remarks = remarks,
                  .components = components};
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (needs_no_ranks(arguments)) return run_program(program, argc, argv);
  std::unique_ptr<MpiCommunicator> ranks;
  try {
    ranks = MpiCommunicator::start();
  } catch (const Error& error) {
    return program.fail("", error.what(), 1);
  }
  set_ranks(ranks.get());
  Spokesman spokesman(*ranks);
  // What one rank knows all the others need not wait for; what all know the first one says.
  program.on_failure = [&](std::string_view command, const std::string& message, int status) {
    const bool agreed = ranks->is_agreed(message);
    if (ranks->size() > 1 && !agreed && status != 2) {
      ranks->set_abort_status(status);
      spokesman.abort(std::string(program.name) + " " + std::string(command) + ": ", message, status > 128);
    }
    if (!ranks->is_first()) return status;
    return Program::say_and_fail(program.name, command,
                                 spokesman.prefix(agreed ? ranks->rank_of_agreed() : -1) + message, status);
  };
  if (!ranks->is_first()) std::cout.rdbuf(nullptr);
  try {
    require_alike(*ranks, spokesman, arguments);
  } catch (const Error& error) {
    return program.fail("", error.what(), 2);
  }
  return run_program(program, argc, argv);
}
