#include "apps/cli/other_program.hpp"

#include "equivec/base/error.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

void become_program(const std::string& name, std::span<const std::string> arguments, const std::string& advice) {
  const std::string program = "equivec-" + name;
  std::vector<std::string> words = {program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::error_code error;
  const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) ::execv((own.parent_path() / program).c_str(), pointers.data());
  ::execvp(program.c_str(), pointers.data());
  if (errno == ENOENT) throw equivec::Error("there is no program " + program + " beside equivec or on PATH; " + advice);
  throw equivec::Error(program + ": cannot be started: " + std::strerror(errno));
}
