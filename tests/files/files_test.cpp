
#include "catch.hpp"
#include "support.hpp"
#include "src/files/mapped_file.hpp"

#include <memory>

using namespace equivec;
namespace fs = std::filesystem;

using Names = std::vector<std::string>;

TEST_CASE("mapped file: its bytes are those of the file") {
  const TemporaryDirectory directory;
  const std::string bytes = GENERATE(as<std::string>{}, "a", "line\nline\r\n", std::string(100000, 'z'));
  const MappedFile mapped(directory.file("some.file", bytes));
  CHECK(mapped.bytes() == bytes);
}

TEST_CASE("mapped file: an empty file has no bytes") {
  const TemporaryDirectory directory;
  CHECK(MappedFile(directory.file("empty", "")).bytes().empty());
}

TEST_CASE("mapped file: a path that is not a file is an error that names it") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of([&] { MappedFile{directory / "absent"}; }), ContainsSubstring((directory / "absent").string()));
  CHECK_THAT(error_of([&] { MappedFile{directory.path()}; }), ContainsSubstring(directory.path().string()));
}

TEST_CASE("mapped file: standard input can be mapped") {
  const StandardInput input("from a pipe\n");
  CHECK(MappedFile("-").bytes() == "from a pipe\n");
}

TEST_CASE("mapped file: a file that is replaced keeps the bytes it had") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("f", "old bytes");
  const MappedFile mapped(file);
  AtomicFile out(file);
  out.write("new");
  out.commit();
  CHECK(mapped.bytes() == "old bytes");
  CHECK(read_file(file) == "new");
}

TEST_CASE("atomic file: the target is complete after the commit and unchanged before") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "out.txt";
  const bool existed = GENERATE(false, true);
  if (existed) write_file(target, "old");
  AtomicFile out(target);
  out.write("first ");
  out.write("");
  out.write("second");
  CHECK(fs::exists(target) == existed);
  if (existed) CHECK(read_file(target) == "old");
  out.commit();
  CHECK(read_file(target) == "first second");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("atomic file: many megabytes in small pieces arrive in order") {
  const TemporaryDirectory directory;
  std::string expected;
  {
    AtomicFile out(directory / "big");
    for (int i = 0; i < 300000; ++i) {
      const std::string piece = std::to_string(i) + '\n';
      expected += piece;
      out.write(piece);
    }
    const std::string large(5000000, 'x');
    expected += large;
    out.write(large);
    out.commit();
  }
  CHECK(read_file(directory / "big") == expected);
}

TEST_CASE("atomic file: an empty file can be written") {
  const TemporaryDirectory directory;
  AtomicFile out(directory / "empty");
  out.commit();
  CHECK(read_file(directory / "empty").empty());
}

TEST_CASE("atomic file: without a commit nothing remains") {
  const TemporaryDirectory directory;
  const bool existed = GENERATE(false, true);
  if (existed) write_file(directory / "out.txt", "old");
  {
    AtomicFile out(directory / "out.txt");
    out.write(std::string(3000000, 'x'));
    CHECK(fs::exists(directory / ".out.txt.partial"));
  }
  CHECK(directory.names() == (existed ? Names{"out.txt"} : Names{}));
  if (existed) CHECK(read_file(directory / "out.txt") == "old");
}

TEST_CASE("atomic file: a second writer of the same file is an error") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "out.txt";
  {
    AtomicFile first(target);
    first.write("from the first");
    CHECK_THAT(error_of([&] { AtomicFile second(target); }), ContainsSubstring("out.txt"));
    first.write(" to the last");
    first.commit();
  }
  CHECK(read_file(target) == "from the first to the last");
  AtomicFile third(target);
  third.write("later");
  third.commit();
  CHECK(read_file(target) == "later");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("atomic file: two targets in one directory are written side by side") {
  const TemporaryDirectory directory;
  AtomicFile a(directory / "a"), b(directory / "b");
  b.write("bb");
  a.write("aa");
  a.commit();
  b.commit();
  CHECK(read_file(directory / "a") == "aa");
  CHECK(read_file(directory / "b") == "bb");
}

TEST_CASE("atomic file: the partial file of an ended run is replaced") {
  const TemporaryDirectory directory;
  directory.file(".out.txt.partial", std::string(100000, '?'));
  {
    AtomicFile out(directory / "out.txt");
    out.write("short");
    out.commit();
  }
  CHECK(read_file(directory / "out.txt") == "short");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("atomic file: a missing directory is an error that names the file") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "absent/out.txt";
  CHECK_THAT(error_of([&] { AtomicFile out(target); }), ContainsSubstring(target.string()));
  CHECK(directory.names().empty());
}

TEST_CASE("atomic file: a directory cannot be written as a file") {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "taken");
  directory.file("taken/inside", "kept");
  CHECK_THAT(error_of([&] {
               AtomicFile out(directory / "taken");
               out.write("x");
               out.commit();
             }),
             ContainsSubstring("taken"));
  CHECK(directory.names() == Names{"taken"});
  CHECK(read_file(directory / "taken/inside") == "kept");
}

TEST_CASE("atomic file: a full disk is an error and the old file stays") {
  const TemporaryDirectory directory;
  const fs::path target = directory.file("out.txt", "old");
  std::string error;
  {
    const FileSizeLimit limit(100000);
    error = error_of([&] {
      AtomicFile out(target);
      for (int i = 0; i < 100; ++i) out.write(std::string(10000, 'x'));
      out.commit();
    });
  }
  CHECK_THAT(error, ContainsSubstring(target.string()));
  CHECK(read_file(target) == "old");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("atomic file: a device that takes nothing is an error") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "full";
  fs::create_symlink("/dev/full", target);
  CHECK_THAT(error_of([&] {
               AtomicFile out(target);
               out.write("x");
               out.commit();
             }),
             ContainsSubstring("full"));
  CHECK(fs::is_character_file("/dev/full"));
  CHECK(directory.names() == Names{"full"});
}

TEST_CASE("atomic file: a device is written directly and stays a device") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "null";
  fs::create_symlink("/dev/null", target);
  AtomicFile out(target);
  out.write("gone");
  CHECK_NOTHROW(out.commit());
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(directory.names() == Names{"null"});
}
