#include "src/files/mapped_file.hpp"

#include "equivec/base/error.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace equivec {

namespace {

/// What the signal handler knows of a mapping. Written under the mutex, read by the handler without it.
struct Mapping {
  std::atomic<char*> begin = nullptr;  // null: not in use
  std::atomic<char*> end = nullptr;
  std::atomic<bool> shortened = false;
  std::string name;       // not for the handler
  bool reported = false;  // not for the handler
};

/// Mappings are never freed, since a handler may be reading them.
struct Mappings {
  std::array<Mapping, 1024> slots;
  std::atomic<Mappings*> next = nullptr;
};

struct Registry {
  Mappings first;
  std::atomic<bool> any_shortened = false;
  std::mutex mutex;
  std::optional<std::string> unreported;  // a shortened file that was unmapped before anybody asked
  struct sigaction previous = {};
};

Registry& registry() {
  static Registry& unique = *new Registry;  // lives until the process ends, as the handler does
  return unique;
}

/// Where a file has ended that was longer when it was mapped, reading raises SIGBUS. Zeros take the place of the rest.
void on_bus_error(int signal, siginfo_t* info, void*) {
  const int saved = errno;
  static const std::uintptr_t page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  char* const at = static_cast<char*>(info->si_addr);
  for (Mappings* block = &registry().first; block; block = block->next.load())
    for (Mapping& mapping : block->slots) {
      char* const begin = mapping.begin.load();
      char* const end = mapping.end.load();
      if (!begin || at < begin || at >= end) continue;
      char* const from = at - reinterpret_cast<std::uintptr_t>(at) % page;
      if (::mmap(from, static_cast<std::size_t>(end - from), PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1,
                 0) == MAP_FAILED)
        break;
      mapping.shortened = true;
      registry().any_shortened = true;
      errno = saved;
      return;
    }
  ::sigaction(signal, &registry().previous, nullptr);  // not ours: the read is repeated and does what it did before us
  errno = saved;
}

void install_handler() {
  static const bool installed = [] {
    registry();
    ::sysconf(_SC_PAGESIZE);
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    return ::sigaction(SIGBUS, &action, &registry().previous) == 0;
  }();
  static_cast<void>(installed);
}

void add_mapping(char* begin, std::size_t size, const std::string& name) {
  const std::scoped_lock lock(registry().mutex);
  for (Mappings* block = &registry().first;; block = block->next) {
    for (Mapping& mapping : block->slots) {
      if (mapping.begin.load()) continue;
      mapping.name = name;
      mapping.shortened = mapping.reported = false;
      mapping.end = begin + size;
      mapping.begin = begin;
      return;
    }
    if (!block->next.load()) block->next = new Mappings;
  }
}

void remove_mapping(const char* begin) {
  const std::scoped_lock lock(registry().mutex);
  for (Mappings* block = &registry().first; block; block = block->next)
    for (Mapping& mapping : block->slots) {
      if (mapping.begin.load() != begin) continue;
      mapping.begin = nullptr;
      if (mapping.shortened && !mapping.reported) registry().unreported = mapping.name;
      return;
    }
}

}  // namespace

void require_whole_inputs() {
  if (!registry().any_shortened.load(std::memory_order_relaxed)) return;
  const auto fail = [](const std::string& name) {
    throw Error(name + ": got shorter while it was read; run again when no other program changes it");
  };
  const std::scoped_lock lock(registry().mutex);
  for (Mappings* block = &registry().first; block; block = block->next)
    for (Mapping& mapping : block->slots)
      if (mapping.begin.load() && mapping.shortened) {
        mapping.reported = true;
        fail(mapping.name);
      }
  registry().any_shortened = false;
  if (const auto name = std::exchange(registry().unreported, {})) fail(*name);
}

MappedFile::MappedFile(const std::filesystem::path& file, const Progress* progress) {
  const bool standard_input = file == "-";
  const Descriptor opened(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                         : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened && errno == EINTR) check_cancelled(progress);
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) != 0)
    throw Error(file.string() + ": cannot be opened: " + system_message(errno));
  if (S_ISDIR(status.st_mode)) throw Error(file.string() + ": is a directory, not a file");
  if (S_ISREG(status.st_mode) && !standard_input) {
    map(opened.get(), file);
    return;
  }

  constexpr std::size_t buffer_size = std::size_t{1} << 20;
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
  install_handler();
  void* const address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (address == MAP_FAILED) throw Error(name.string() + ": cannot be mapped: " + system_message(errno));
  data_ = static_cast<const char*>(address);
  add_mapping(static_cast<char*>(address), size_, name.string());
}

void MappedFile::release(std::string_view part) const noexcept {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (static_cast<std::size_t>(part.data() - data_) + page - 1) / page * page;
  const auto end =
      static_cast<std::size_t>(part.data() - data_ + static_cast<std::ptrdiff_t>(part.size())) / page * page;
  if (begin < end) ::madvise(const_cast<char*>(data_) + begin, end - begin, MADV_DONTNEED);  // advice; may be refused
}

void release_mapped(const void* begin, std::size_t bytes) noexcept {
  constexpr std::uintptr_t window = 65536;  // so much around it is mapped where a page is read, aligned so
  const auto first = reinterpret_cast<std::uintptr_t>(begin), last = first + bytes;
  const std::scoped_lock lock(registry().mutex);
  for (Mappings* block = &registry().first; block; block = block->next)
    for (const Mapping& mapping : block->slots) {
      const auto from = reinterpret_cast<std::uintptr_t>(mapping.begin.load()),
                 to = reinterpret_cast<std::uintptr_t>(mapping.end.load());
      if (from == 0 || bytes == 0 || first < from || last > to) continue;
      const std::uintptr_t start = std::max(from, first / window * window),
                           end = std::min(to, (last + window - 1) / window * window);
      ::madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);  // advice; may be refused
      return;
    }
}

MappedFile::~MappedFile() {
  if (!data_) return;
  remove_mapping(data_);
  ::munmap(const_cast<char*>(data_), size_);
}

}  // namespace equivec
