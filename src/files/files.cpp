#include "src/files/files.hpp"

#include "equivec/base/error.hpp"
#include "src/files/system_calls.hpp"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace equivec {

namespace {

/// Calls transfer(done) for the bytes from `done` on until `size` bytes are transferred. It returns the result of
/// write() or read().
template <class Transfer>
void transfer_all(std::size_t size, const std::filesystem::path& name, const char* failure, const Transfer& transfer) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = transfer(done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EFAULT)  // the bytes are those of a mapped file
      throw Error(name.string() + failure + "an input got shorter while it was read");
    if (count < 0) throw Error(name.string() + failure + system_message(errno));
    if (count == 0) throw Error(name.string() + failure + "it ends too early");
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace

std::vector<std::string> files_below(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> files;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (entry->path().filename().string().starts_with('.'))
      entry.disable_recursion_pending();
    else if (entry->is_regular_file(error))
      files.push_back(entry->path().string());
  if (error) throw Error(folder + ": cannot be read: " + error.message());
  std::ranges::sort(files);
  return files;
}

void write_all(const Descriptor& descriptor, std::string_view bytes, const std::filesystem::path& name) {
  transfer_all(bytes.size(), name, ": cannot write: ", [&](std::size_t done) {
    return system_calls().write(descriptor.get(), bytes.data() + done, bytes.size() - done);
  });
}

void write_all_at(const Descriptor& descriptor, std::string_view bytes, std::uint64_t offset,
                  const std::filesystem::path& name) {
  transfer_all(bytes.size(), name, ": cannot write: ", [&](std::size_t done) {
    return system_calls().write_at(descriptor.get(), bytes.data() + done, bytes.size() - done,
                                   static_cast<off_t>(offset + done));
  });
}

void read_all_at(const Descriptor& descriptor, std::span<char> buffer, std::uint64_t offset,
                 const std::filesystem::path& name) {
  transfer_all(buffer.size(), name, ": cannot be read: ", [&](std::size_t done) {
    return ::pread(descriptor.get(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
  });
}

namespace {

/// Whether what is written to a folder is kept in memory: such a folder does not spare any.
bool is_in_memory(const std::filesystem::path& folder) {
  constexpr unsigned tmpfs = 0x01021994, ramfs = 0x858458f6;  // of Linux's magic.h
  struct statfs system {};
  if (::statfs(folder.c_str(), &system) != 0) return false;
  const auto type = static_cast<unsigned>(system.f_type);
  return type == tmpfs || type == ramfs;
}

}  // namespace

std::filesystem::path temporary_directory(std::error_code& error) {
  const std::filesystem::path directory = std::filesystem::temp_directory_path(error), on_disk = "/var/tmp";
  const bool elsewhere = !std::getenv("TMPDIR") && is_in_memory(directory) && !is_in_memory(on_disk) &&
                         ::access(on_disk.c_str(), W_OK | X_OK) == 0;
  return elsewhere ? on_disk : directory;
}

std::filesystem::path temporary_file_for(std::string_view purpose) {
  std::error_code ignored;
  return temporary_directory(ignored).string() + " (TMPDIR), for " + std::string(purpose);
}

std::filesystem::path temporary_copy_of(const std::filesystem::path& file) {
  return temporary_file_for("a copy of " + file.string());
}

bool is_name_of(const std::filesystem::path& name, const Descriptor& descriptor) {
  struct stat held = {}, named = {};
  return ::fstat(descriptor.get(), &held) == 0 && ::lstat(name.c_str(), &named) == 0 && S_ISREG(named.st_mode) &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

std::string system_message(int number) { return std::generic_category().message(number); }

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

Descriptor unlinked_temporary_file() {
  std::error_code error;
  const std::filesystem::path directory = temporary_directory(error);
  if (error) throw Error("there is no directory for temporary files: " + error.message() + "; set TMPDIR to one");
  std::string name = (directory / "equivec.XXXXXX").string();
  Descriptor descriptor(::mkstemp(name.data()));
  if (!descriptor)
    throw Error(directory.string() + ": no temporary file can be made: " + system_message(errno) + "; set TMPDIR");
  ::unlink(name.c_str());
  return descriptor;
}

}  // namespace equivec
