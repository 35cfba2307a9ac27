#include "src/files/output_file.hpp"

#include "equivec/base/error.hpp"
#include "src/base/running_hash.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/system_calls.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <system_error>
#include <utility>

namespace equivec {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_size = std::size_t{1} << 20;
constexpr std::size_t random_length = 6;
constexpr std::string_view partial_suffix = ".partial", old_suffix = ".old";

/// ".NAME." for the files that are written for NAME. A long name is cut, since most file systems hold 255 bytes.
std::string hidden_prefix(const std::string& name) {
  constexpr std::size_t longest = 200;
  if (name.size() <= longest) return "." + name + ".";
  RunningHash hash;  // tells names with one beginning apart
  hash.add(name);
  return "." + name.substr(0, longest) + hash.digest() + ".";
}

std::string random_characters() {
  constexpr std::string_view characters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::string result;
  for (std::size_t i = 0; i < random_length; ++i) result += characters[device() % characters.size()];
  return result;
}

/// is_name_of(), and the file has no other name.
bool is_only_name_of(const fs::path& name, const Descriptor& descriptor) {
  struct stat held = {};
  return is_name_of(name, descriptor) && ::fstat(descriptor.get(), &held) == 0 && held.st_nlink == 1;
}

/// The open descriptor that "-", /dev/stdout, /dev/stderr or /dev/fd/N stands for, or -1. It may refer to a file, but
/// one that the shell opened: it is not replaced here.
int open_descriptor(const std::string& target) {
  if (target == "-" || target == "/dev/stdout") return STDOUT_FILENO;
  if (target == "/dev/stderr") return STDERR_FILENO;
  constexpr std::string_view folder = "/dev/fd/";
  if (!target.starts_with(folder)) return -1;
  return parse_number<int>(std::string_view(target).substr(folder.size())).value_or(-1);
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

}  // namespace

bool is_written_directly(const fs::path& target) {
  if (open_descriptor(target.string()) >= 0) return true;
  std::error_code ignored;
  const auto status = fs::status(target, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

fs::path without_links(const fs::path& file) {
  fs::path result = file;
  std::error_code ignored;
  for (int links = 0; fs::is_symlink(result, ignored); ++links) {
    if (links == 40) throw Error(file.string() + ": its symbolic links lead in a circle");
    result = result.parent_path() / fs::read_symlink(result, ignored);
  }
  return result;
}

void require_writable(const fs::path& file) {
  if (!is_written_directly(file)) OutputFile attempt(file);
}

// ---- OutputFile ----

OutputFile::OutputFile(const fs::path& target) : name_(target), target_(target) {
  if (target.empty()) throw Error("the output file has no name");
  buffer_.reserve(buffer_size);
  if (const int number = open_descriptor(target.string()); number >= 0) {
    descriptor_ = Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 0));
    if (!descriptor_) fail("cannot be opened for writing");
    return;
  }
  target_ = without_links(target);  // replaces the file that a link points to, not the link
  std::error_code ignored;
  const auto status = fs::status(target_, ignored);
  if (fs::is_directory(status)) throw Error(target.string() + ": is a directory, not a file");
  if (is_written_directly(target_)) {
    descriptor_ = Descriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!descriptor_ && errno == EINTR) throw Cancelled();  // a signal while waiting for a pipe's reader
    if (!descriptor_) fail("cannot be opened for writing");
    return;
  }
  make_partial();
  try {
    remove_leftovers();
    take_mode();
  } catch (...) {
    ::unlink(partial_.c_str());
    throw;
  }
}

OutputFile::~OutputFile() {
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

void OutputFile::make_partial() {
  const std::string prefix = hidden_prefix(target_.filename().string());
  for (;;) {
    const fs::path partial = target_.parent_path() / (prefix + random_characters() + std::string(partial_suffix));
    descriptor_ = Descriptor(system_calls().create(partial.c_str(), 0666));
    if (!descriptor_) {
      if (errno == EEXIST || errno == EINTR) continue;
      fail("cannot be written");
    }
    // If files cannot be locked (on some network file systems), continues without a lock. Another process that looks
    // for leftovers may have locked and removed it in between.
    while (::flock(descriptor_.get(), LOCK_EX) != 0 && errno == EINTR) continue;
    partial_ = partial;
    if (is_name_of(partial, descriptor_)) return;
  }
}

void OutputFile::remove_leftovers() {
  const std::string prefix = hidden_prefix(target_.filename().string());
  std::error_code error;
  for (fs::directory_iterator entry(folder_of(target_), error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || entry->path().filename() == partial_.filename()) continue;
    const std::string_view rest = std::string_view(name).substr(prefix.size());
    if (rest.size() == random_length + old_suffix.size() && rest.ends_with(old_suffix)) {
      ::unlink(entry->path().c_str());
      continue;
    }
    if (rest.size() != random_length + partial_suffix.size() || !rest.ends_with(partial_suffix)) continue;
    const Descriptor other(::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!other || !is_only_name_of(entry->path(), other)) continue;
    if (::flock(other.get(), LOCK_EX | LOCK_NB) == 0)
      ::unlink(entry->path().c_str());
    else if (errno == EWOULDBLOCK)
      throw Error(name_.string() + ": another process is writing it; wait for its end or choose another file");
  }
}

void OutputFile::take_mode() {
  struct stat old {};
  if (::stat(target_.c_str(), &old) != 0) return;
  if (::access(target_.c_str(), W_OK) != 0) fail("cannot be overwritten");
  while (system_calls().set_mode(descriptor_.get(), old.st_mode & 07777) != 0)
    if (errno != EINTR) fail("cannot be written");
}

void OutputFile::fail(const char* doing) { throw Error(name_.string() + ": " + doing + ": " + system_message(errno)); }

void OutputFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > buffer_size) flush();
  if (bytes.size() >= buffer_size)
    write_all(descriptor_, bytes, name_);
  else
    buffer_.append(bytes);
}

void OutputFile::flush() {
  write_all(descriptor_, buffer_, name_);
  buffer_.clear();
}

void OutputFile::sync() {
  flush();
  if (partial_.empty()) return;
  int result = 0;
  do result = system_calls().synchronise(descriptor_.get());
  while (result != 0 && errno == EINTR);
  if (result != 0) fail("cannot be written");
}

void OutputFile::keep_old() {
  if (partial_.empty() || ::access(target_.c_str(), F_OK) != 0) return;
  replaces_ = true;
  const std::string prefix = hidden_prefix(target_.filename().string());
  for (;;) {
    const fs::path old = target_.parent_path() / (prefix + random_characters() + std::string(old_suffix));
    if (system_calls().link(target_.c_str(), old.c_str()) == 0) {
      old_ = old;
      return;
    }
    if (errno == EEXIST || errno == EINTR) continue;
    if (errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS || errno == EMLINK) return;  // no links here
    fail("cannot be kept until all files are written");
  }
}

void OutputFile::put_in_place() {
  if (partial_.empty()) return;
  while (system_calls().rename(partial_.c_str(), target_.c_str()) != 0)
    if (errno != EINTR) fail("cannot be put in its place");
  partial_.clear();
  placed_ = true;
}

void OutputFile::undo() noexcept {
  if (!placed_) return finish();
  if (!old_.empty())
    ::rename(old_.c_str(), target_.c_str());
  else if (!replaces_)
    ::unlink(target_.c_str());
  old_.clear();
}

void OutputFile::finish() noexcept {
  if (!old_.empty()) ::unlink(old_.c_str());
  old_.clear();
}

// ---- OutputFiles ----

OutputFiles::OutputFiles() = default;

OutputFiles::~OutputFiles() {
  files_.clear();
  std::error_code ignored;  // a folder that others have put something in stays
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) fs::remove(*folder, ignored);
}

OutputFile& OutputFiles::open(const fs::path& target) {
  return *files_.emplace_back(std::make_unique<OutputFile>(target));
}

void OutputFiles::make_folder(const fs::path& folder) {
  if (is_written_directly(folder)) throw Error(folder.string() + ": is no place for several files; name a folder");
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  if (fs::exists(folder, ignored))
    throw Error(folder.string() + ": is a file, where a folder is to be made; choose another name, or remove the file");
  if (system_calls().make_folder(folder.c_str(), 0777) != 0)
    throw Error(folder.string() + ": the folder cannot be made: " + system_message(errno));
  folders_.push_back(folder);
}

void OutputFiles::commit() {
  for (const auto& file : files_) file->sync();
  require_whole_inputs();
  if (files_.size() == 1) {
    files_.front()->put_in_place();
    folders_.clear();
    return;
  }
  try {
    for (const auto& file : files_) file->keep_old();
    for (const auto& file : files_) file->put_in_place();
  } catch (...) {
    for (const auto& file : files_) file->undo();
    throw;
  }
  for (const auto& file : files_) file->finish();
  folders_.clear();
}

}  // namespace equivec
