#include "equivec/files/run_files.hpp"

#include "equivec/base/error.hpp"
#include "equivec/files/output_files.hpp"
#include "src/files/output_file.hpp"

#include <system_error>

namespace equivec {

namespace {

namespace fs = std::filesystem;

/// Whether both are one file, if it exists, or would be one if it were written.
bool are_same(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  if (fs::equivalent(a, b, ignored)) return true;
  const auto full = [&](const fs::path& file) {
    return fs::weakly_canonical(fs::absolute(without_links(file), ignored), ignored);
  };
  return full(a) == full(b);
}

[[noreturn]] void refuse(const fs::path& output) {
  throw Error(output.string() + ": is read and would be replaced; choose another output");
}

}  // namespace

void RunFiles::reads(const fs::path& file) {
  if (file.empty() || file == "-") return;
  for (const fs::path& output : outputs_)
    if (are_same(file, output)) refuse(output);
  inputs_.push_back(file);
}

void RunFiles::reads(std::span<const std::string> files) {
  for (const std::string& file : files) reads(fs::path(file));
}

void RunFiles::reads(std::span<const fs::path> files) {
  for (const fs::path& file : files) reads(file);
}

void RunFiles::writes(const fs::path& file) {
  if (file.empty()) return;
  for (const fs::path& output : outputs_)
    if (are_same(file, output)) throw OptionError(file.string() + ": two outputs cannot be the same file");
  for (const fs::path& input : inputs_)
    if (are_same(file, input)) refuse(file);
  outputs_.push_back(file);
}

void RunFiles::writes(std::span<const fs::path> files) {
  for (const fs::path& file : files) writes(file);
}

void RunFiles::makes(const fs::path& folder) { folders_.push_back(folder); }

void RunFiles::require_writable() const {
  OutputFiles attempt;  // new folders are gone with it
  for (const fs::path& folder : folders_) attempt.make_folder(folder);
  for (const fs::path& output : outputs_) equivec::require_writable(output);
}

}  // namespace equivec
