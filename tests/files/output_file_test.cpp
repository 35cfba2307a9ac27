#include "src/files/output_file.hpp"

#include "catch.hpp"
#include "equivec/files/output_files.hpp"
#include "src/files/files.hpp"
#include "faults.hpp"
#include "support.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

using namespace equivec;
namespace fs = std::filesystem;

using Names = std::vector<std::string>;

namespace {

/// One output of one run.
struct Single {
  explicit Single(const fs::path& target) : file(files.open(target)) {}
  void write(std::string_view bytes) { file.write(bytes); }
  void commit() { files.commit(); }

  OutputFiles files;
  OutputFile& file;
};

}  // namespace

TEST_CASE("output files: the target is complete after the commit and unchanged before") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "out.txt";
  const bool existed = GENERATE(false, true);
  if (existed) write_file(target, "old");
  Single out(target);
  out.write("first ");
  out.write("");
  out.write("second");
  CHECK(fs::exists(target) == existed);
  if (existed) CHECK(read_file(target) == "old");
  out.commit();
  CHECK(read_file(target) == "first second");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("output files: many megabytes in small pieces arrive in order") {
  const TemporaryDirectory directory;
  std::string expected;
  {
    Single out(directory / "big");
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

TEST_CASE("output files: an empty file can be written") {
  const TemporaryDirectory directory;
  Single out(directory / "empty");
  out.commit();
  CHECK(read_file(directory / "empty").empty());
}

TEST_CASE("output files: a folder that was made stays after commit() and goes without it") {
  const TemporaryDirectory directory;
  for (const bool commits : {false, true}) {
    OutputFiles files;
    files.make_folder(directory / "new");
    files.make_folder(directory / "new/inner");
    files.open(directory / "new/a").write("a");
    files.open(directory / "new/inner/b").write("b");
    if (commits) files.commit();
  }
  CHECK(directory.names() == Names{"new"});
  CHECK(read_file(directory / "new/inner/b") == "b");
  {
    OutputFiles files;
    files.make_folder(directory / "new");
    files.open(directory / "new/a").write("c");
    files.make_folder(directory / "other");
  }
  CHECK(directory.names() == Names{"new"});
  CHECK(read_file(directory / "new/a") == "a");
  OutputFiles files;
  CHECK_THAT(error_of([&] { files.make_folder(directory / "new/a"); }), ContainsSubstring("is a file"));
  CHECK_THAT(error_of([&] { files.make_folder(directory / "none/x"); }), ContainsSubstring("cannot be made"));
  CHECK_THAT(error_of([&] { files.make_folder("/dev/null"); }), ContainsSubstring("name a folder"));
}

TEST_CASE("output files: without a commit nothing remains") {
  const TemporaryDirectory directory;
  const bool existed = GENERATE(false, true);
  if (existed) write_file(directory / "out.txt", "old");
  {
    Single out(directory / "out.txt");
    out.write(std::string(3000000, 'x'));
    CHECK(directory.names().size() == (existed ? 2 : 1));
  }
  CHECK(directory.names() == (existed ? Names{"out.txt"} : Names{}));
  if (existed) CHECK(read_file(directory / "out.txt") == "old");
}

TEST_CASE("output files: a second writer of the same file is an error") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "out.txt";
  {
    Single first(target);
    first.write("from the first");
    CHECK_THAT(error_of([&] { Single second(target); }), ContainsSubstring("out.txt"));
    first.write(" to the last");
    first.commit();
  }
  CHECK(read_file(target) == "from the first to the last");
  Single third(target);
  third.write("later");
  third.commit();
  CHECK(read_file(target) == "later");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("output files: two targets in one directory are written side by side") {
  const TemporaryDirectory directory;
  Single a(directory / "a"), b(directory / "b");
  b.write("bb");
  a.write("aa");
  a.commit();
  b.commit();
  CHECK(read_file(directory / "a") == "aa");
  CHECK(read_file(directory / "b") == "bb");
}

TEST_CASE("output files: what a killed run left is removed, and nothing else") {
  const TemporaryDirectory directory;
  Names expected = {".out.txt.partial", ".out.txt.abcdefg.partial", ".out.txt.abcdef.other", ".out.abcdef.partial",
                    "out.txt.abcdef.partial"};
  for (const std::string& name : expected) directory.file(name, "kept");
  directory.file(".out.txt.abc123.partial", std::string(100000, '?'));
  directory.file(".out.txt.abc124.old", "old");
  Single out(directory / "out.txt");
  out.write("short");
  out.commit();
  CHECK(read_file(directory / "out.txt") == "short");
  expected.push_back("out.txt");
  std::ranges::sort(expected);
  Names found = directory.names();
  std::ranges::sort(found);
  CHECK(found == expected);
}

TEST_CASE("output files: a pipe and a linked file with the name of a leftover are left alone") {
  const TemporaryDirectory directory;
  REQUIRE(::mkfifo((directory / ".out.txt.abcdef.partial").c_str(), 0600) == 0);
  const fs::path precious = directory.file("precious", "kept");
  fs::create_hard_link(precious, directory / ".out.txt.bbcdef.partial");
  fs::create_symlink(precious, directory / ".out.txt.cbcdef.partial");
  Single out(directory / "out.txt");
  out.write("new");
  out.commit();
  CHECK(read_file(directory / "out.txt") == "new");
  CHECK(read_file(precious) == "kept");
  CHECK(directory.names().size() == 5);
}

TEST_CASE("output files: names as long as a file system allows can be written") {
  const TemporaryDirectory directory;
  const std::string name(255, 'n'), other = std::string(254, 'n') + "m";
  Single a(directory / name), b(directory / other);
  a.write("a");
  b.write("b");
  a.commit();
  b.commit();
  CHECK(read_file(directory / name) == "a");
  CHECK(read_file(directory / other) == "b");
  CHECK(directory.names().size() == 2);
}

TEST_CASE("output files: the mode of the old file is kept and that of a new one is the user's") {
  const TemporaryDirectory directory;
  const fs::path old = directory.file("old", "x"), made = directory / "made", plain = directory.file("plain", "");
  constexpr fs::perms mode = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;
  fs::permissions(old, mode);
  OutputFiles out;
  out.open(old).write("y");
  out.open(made).write("z");
  out.commit();
  CHECK(fs::status(old).permissions() == mode);
  CHECK(fs::status(made).permissions() == fs::status(plain).permissions());
}

TEST_CASE("output files: several are replaced together or not at all") {
  const TemporaryDirectory directory;
  const fs::path a = directory.file("a", "old a"), b = directory / "b", c = directory / "c";
  OutputFiles out;
  out.open(a).write("new a");
  out.open(c).write("new c");
  out.open(b).write("new b");
  if (GENERATE(true, false)) {
    out.commit();
    CHECK(read_file(a) == "new a");
    CHECK(read_file(b) == "new b");
    CHECK(read_file(c) == "new c");
    CHECK(directory.names() == Names{"a", "b", "c"});
  } else {
    fs::create_directory(b);  // no file can replace it
    CHECK_THROWS_AS(out.commit(), Error);
    CHECK(read_file(a) == "old a");
    CHECK_FALSE(fs::exists(c));
    CHECK(fs::is_directory(b));
  }
}

TEST_CASE("output files: a folder that was made is gone again unless its files are kept, and an old one stays") {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "old");
  {
    OutputFiles files;
    files.make_folder(directory / "new");
    files.make_folder(directory / "old");
    files.open(directory / "new/a");
    CHECK(directory.names() == Names{"new", "old"});
  }
  CHECK(directory.names() == Names{"old"});
}

TEST_CASE("output files: a missing directory is an error that names the file") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "absent/out.txt";
  CHECK_THAT(error_of([&] { Single out(target); }), ContainsSubstring(target.string()));
  CHECK(directory.names().empty());
}

TEST_CASE("output files: a directory cannot be written as a file") {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "taken");
  directory.file("taken/inside", "kept");
  CHECK_THAT(error_of([&] {
               Single out(directory / "taken");
               out.write("x");
               out.commit();
             }),
             ContainsSubstring("taken"));
  CHECK(directory.names() == Names{"taken"});
  CHECK(read_file(directory / "taken/inside") == "kept");
}

TEST_CASE("output files: a full disk is an error and the old file stays") {
  const TemporaryDirectory directory;
  const fs::path target = directory.file("out.txt", "old");
  std::string error;
  {
    const FileSizeLimit limit(100000);
    error = error_of([&] {
      Single out(target);
      for (int i = 0; i < 100; ++i) out.write(std::string(10000, 'x'));
      out.commit();
    });
  }
  CHECK_THAT(error, ContainsSubstring(target.string()));
  CHECK(read_file(target) == "old");
  CHECK(directory.names() == Names{"out.txt"});
}

TEST_CASE("output files: a device that takes nothing is an error") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "full";
  fs::create_symlink("/dev/full", target);
  CHECK_THAT(error_of([&] {
               Single out(target);
               out.write("x");
               out.commit();
             }),
             ContainsSubstring("full"));
  CHECK(fs::is_character_file("/dev/full"));
  CHECK(directory.names() == Names{"full"});
}

TEST_CASE("output files: a device is written directly and stays a device") {
  const TemporaryDirectory directory;
  const fs::path target = directory / "null";
  fs::create_symlink("/dev/null", target);
  Single out(target);
  out.write("gone");
  CHECK_NOTHROW(out.commit());
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(directory.names() == Names{"null"});
}

TEST_CASE("output files: whichever system call fails, all files are new or all are old") {
  const int error = GENERATE(ENOSPC, EIO, EDQUOT, EINTR, EPERM, 0);
  CAPTURE(error);
  const std::string large(3000000, 'x');
  int failures = 0;
  bool was_reached = true;
  for (int at = 0; was_reached; ++at) {
    CAPTURE(at);
    const TemporaryDirectory directory;
    const fs::path a = directory.file("a", "old a"), b = directory / "b";
    std::string message;
    {
      const Faults faults(at, error);
      message = error_of([&] {
        OutputFiles out;
        out.open(a).write("new a");
        OutputFile& second = out.open(b);
        second.write(large);
        second.write("end");
        out.commit();
      });
      was_reached = faults.calls() > at;
    }
    const Names names = directory.names();
    if (message.empty()) {
      REQUIRE(read_file(a) == "new a");
      REQUIRE(read_file(b) == large + "end");
      REQUIRE(names == Names{"a", "b"});
    } else {
      ++failures;
      REQUIRE(read_file(a) == "old a");
      REQUIRE(names == Names{"a"});
    }
  }
  // Create, set mode, create, two writes and more, two of synchronise, link, two renames. A call that was interrupted
  // or wrote a part is repeated, but for what the system never interrupts.
  if (error == EINTR || error == 0)
    CHECK(failures <= 3);
  else
    CHECK(failures >= 9);
}

TEST_CASE("output files: whichever system call fails, a new folder is there with its files or not at all") {
  bool was_reached = true;
  int failures = 0;
  for (int at = 0; was_reached; ++at) {
    CAPTURE(at);
    const TemporaryDirectory directory;
    std::string message;
    {
      const Faults faults(at, ENOSPC);
      message = error_of([&] {
        OutputFiles out;
        out.make_folder(directory / "new");
        out.open(directory / "new/a").write("a");
        out.open(directory / "new/b").write("b");
        out.commit();
      });
      was_reached = faults.calls() > at;
    }
    failures += !message.empty();
    if (message.empty())
      REQUIRE(read_file(directory / "new/b") == "b");
    else
      REQUIRE(directory.names().empty());
  }
  CHECK(failures >= 9);  // the folder, and for each file: create, write, synchronise, rename
}

TEST_CASE("output files: a temporary file that cannot be written is an error") {
  const int error = GENERATE(ENOSPC, EIO);
  const Descriptor file = unlinked_temporary_file();
  const Faults faults(1, error);
  CHECK_NOTHROW(write_all(file, "first", "temporary"));
  CHECK_THAT(error_of([&] { write_all_at(file, "second", 0, "temporary"); }),
             ContainsSubstring("temporary: cannot write"));
}
