#include "src/files/files.hpp"

#include "equivec/base/error.hpp"
#include "src/base/text_numbers.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace equivec {

namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20;

/// Calls transfer(done) for the bytes from `done` on until `size` bytes are transferred. It returns the result of
/// write() or read().
template <class Transfer>
void transfer_all(std::size_t size, const std::filesystem::path& name, const char* failure, const Transfer& transfer) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t count = transfer(done);
    if (count < 0 && errno == EINTR) continue;
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
    return ::write(descriptor.get(), bytes.data() + done, bytes.size() - done);
  });
}

void write_all_at(const Descriptor& descriptor, std::string_view bytes, std::uint64_t offset,
                  const std::filesystem::path& name) {
  transfer_all(bytes.size(), name, ": cannot write: ", [&](std::size_t done) {
    return ::pwrite(descriptor.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
  });
}

void read_all_at(const Descriptor& descriptor, std::span<char> buffer, std::uint64_t offset,
                 const std::filesystem::path& name) {
  transfer_all(buffer.size(), name, ": cannot be read: ", [&](std::size_t done) {
    return ::pread(descriptor.get(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
  });
}

std::filesystem::path temporary_file_for(std::string_view purpose) {
  std::error_code ignored;
  return std::filesystem::temp_directory_path(ignored).string() + " (TMPDIR), for " + std::string(purpose);
}

std::filesystem::path temporary_copy_of(const std::filesystem::path& file) {
  return temporary_file_for("a copy of " + file.string());
}

std::string system_message(int number) { return std::generic_category().message(number); }

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

Descriptor unlinked_temporary_file() {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::temp_directory_path(error);
  if (error) throw Error("there is no directory for temporary files: " + error.message() + "; set TMPDIR to one");
  std::string name = (directory / "equivec.XXXXXX").string();
  Descriptor descriptor(::mkstemp(name.data()));
  if (!descriptor)
    throw Error(directory.string() + ": no temporary file can be made: " + system_message(errno) + "; set TMPDIR");
  ::unlink(name.c_str());
  return descriptor;
}

MappedFile::MappedFile(const std::filesystem::path& file, const Progress* progress) {
  const bool standard_input = file == "-";
  const Descriptor opened(standard_input ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened && errno == EINTR) check_cancelled(progress);
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) != 0)
    throw Error(file.string() + ": cannot be opened: " + system_message(errno));
  if (S_ISDIR(status.st_mode)) throw Error(file.string() + ": is a directory, not a file");
  if (S_ISREG(status.st_mode) && !standard_input) {
    map(opened.get(), file);
    return;
  }

  const Descriptor copy = unlinked_temporary_file();
  std::string buffer(buffer_size, '\0');
  for (;;) {
    check_cancelled(progress);
    const ssize_t count = ::read(opened.get(), buffer.data(), buffer.size());
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      throw Error(file.string() + ": cannot be read: " + system_message(errno));
    }
    write_all(copy, std::string_view(buffer).substr(0, static_cast<std::size_t>(count)), temporary_copy_of(file));
  }
  map(copy.get(), file);
}

void MappedFile::map(int descriptor, const std::filesystem::path& name) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw Error(name.string() + ": cannot be read: " + system_message(errno));
  size_ = static_cast<std::size_t>(status.st_size);
  if (size_ == 0) return;  // mmap refuses an empty range
  void* const address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) throw Error(name.string() + ": cannot be mapped: " + system_message(errno));
  data_ = static_cast<const char*>(address);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

namespace {

/// The open descriptor that "-", /dev/stdout, /dev/stderr or /dev/fd/N stands for, or -1. It may refer to a file, but
/// one that the shell opened: it is not replaced here.
int open_descriptor(const std::string& target) {
  if (target == "-" || target == "/dev/stdout") return STDOUT_FILENO;
  if (target == "/dev/stderr") return STDERR_FILENO;
  constexpr std::string_view folder = "/dev/fd/";
  if (!target.starts_with(folder)) return -1;
  return parse_number<int>(std::string_view(target).substr(folder.size())).value_or(-1);
}

}  // namespace

bool is_written_directly(const std::filesystem::path& target) {
  if (open_descriptor(target.string()) >= 0) return true;
  std::error_code ignored;
  const auto status = std::filesystem::status(target, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

AtomicFile::AtomicFile(const std::filesystem::path& target) : name_(target), target_(target) {
  if (target.empty()) throw Error("the output file has no name");
  if (const int number = open_descriptor(target.string()); number >= 0) {
    descriptor_ = Descriptor(::dup(number));
    if (!descriptor_) fail("cannot be opened for writing");
    return;
  }
  std::error_code ignored;
  // Replaces the file that a link points to, not the link, even if that file does not exist yet.
  for (int links = 0; std::filesystem::is_symlink(target_, ignored); ++links) {
    if (links == 40) throw Error(target.string() + ": its symbolic links lead in a circle");
    target_ = target_.parent_path() / std::filesystem::read_symlink(target_, ignored);
  }
  const auto status = std::filesystem::status(target_, ignored);
  if (std::filesystem::is_directory(status)) throw Error(target.string() + ": is a directory, not a file");
  buffer_.reserve(buffer_size);
  if (is_written_directly(target_)) {
    descriptor_ = Descriptor(::open(target_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!descriptor_ && errno == EINTR) throw Cancelled();  // a signal while waiting for a pipe's reader
    if (!descriptor_) fail("cannot be opened for writing");
    return;
  }

  partial_ = target_.parent_path() / ("." + target_.filename().string() + ".partial");
  for (;;) {
    descriptor_ = Descriptor(::open(partial_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666));
    if (!descriptor_) {
      partial_.clear();
      fail("cannot be written");
    }
    // If files cannot be locked (on some network file systems), continues without a lock.
    if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      partial_.clear();
      throw Error(target.string() + ": another process is writing it; wait for its end or choose another file");
    }
    // Its previous owner may have renamed it meanwhile; then the open file is no longer the partial file.
    struct stat held = {}, named = {};
    if (::fstat(descriptor_.get(), &held) == 0 && ::lstat(partial_.c_str(), &named) == 0 &&
        held.st_ino == named.st_ino && held.st_dev == named.st_dev)
      break;
  }
  if (::ftruncate(descriptor_.get(), 0) != 0) fail("cannot be written");
  struct stat old {};
  if (::stat(target_.c_str(), &old) == 0) {
    if (::access(target_.c_str(), W_OK) != 0) fail("cannot be overwritten");
    if (::fchmod(descriptor_.get(), old.st_mode & 07777) != 0) fail("cannot be written");
  }
}

AtomicFile::~AtomicFile() {
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

void AtomicFile::fail(const char* doing) {
  const int number = errno;
  if (!partial_.empty()) ::unlink(partial_.c_str());
  partial_.clear();  // another process may now create its own, which must not be removed
  throw Error(name_.string() + ": " + doing + ": " + system_message(number));
}

void AtomicFile::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > buffer_size) flush();
  if (bytes.size() >= buffer_size)
    write_all(descriptor_, bytes, name_);
  else
    buffer_.append(bytes);
}

void AtomicFile::flush() {
  write_all(descriptor_, buffer_, name_);
  buffer_.clear();
}

void AtomicFile::sync() {
  flush();
  if (!partial_.empty() && ::fsync(descriptor_.get()) != 0) fail("cannot be written");
}

void AtomicFile::commit() {
  sync();
  if (partial_.empty()) return;
  if (::rename(partial_.c_str(), target_.c_str()) != 0) fail("cannot be put in its place");
  partial_.clear();
}

}  // namespace equivec
