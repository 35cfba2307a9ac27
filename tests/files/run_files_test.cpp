#include "equivec/files/run_files.hpp"

#include "catch.hpp"
#include "equivec/base/error.hpp"
#include "support.hpp"

#include <array>
#include <string>

using namespace equivec;
namespace fs = std::filesystem;

TEST_CASE("run files: an input that is also an output is refused, whichever comes first") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("text", "x");
  RunFiles first, second;
  first.reads(file);
  CHECK_THAT(error_of([&] { first.writes(file); }), ContainsSubstring("text: is read and would be replaced"));
  second.writes(file);
  CHECK_THAT(error_of([&] { second.reads(file); }), ContainsSubstring("text: is read and would be replaced"));
}

TEST_CASE("run files: links and other paths to a file are that file") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("text", "x");
  fs::create_directory(directory / "folder");
  fs::create_symlink(file, directory / "symbolic");
  fs::create_hard_link(file, directory / "hard");
  const std::string name = GENERATE(as<std::string>{}, "symbolic", "hard", "folder/../text", "./text");
  CAPTURE(name);
  RunFiles files;
  files.reads(file);
  CHECK_THROWS_AS(files.writes(directory / name), Error);
}

TEST_CASE("run files: two outputs are different files, also before they exist") {
  const TemporaryDirectory directory;
  fs::create_directory(directory / "folder");
  fs::create_symlink(directory / "absent", directory / "link");
  const std::string name = GENERATE(as<std::string>{}, "absent", "folder/../absent", "link");
  CAPTURE(name);
  RunFiles files;
  files.writes(directory / "absent");
  CHECK_THROWS_AS(files.writes(directory / name), OptionError);
}

TEST_CASE("run files: names that are not given and standard input are passed over") {
  const TemporaryDirectory directory;
  RunFiles files;
  files.reads(std::array<std::string, 3>{"", "-", ""});
  files.writes("");
  files.writes("");
  files.writes(directory / "out");
  CHECK_NOTHROW(files.require_writable());
  CHECK(directory.names().empty());
}

TEST_CASE("run files: an output that cannot be written is an error that names it") {
  const TemporaryDirectory directory;
  RunFiles files;
  files.writes(directory / "out");
  files.writes(directory / "absent/out");
  CHECK_THAT(error_of([&] { files.require_writable(); }), ContainsSubstring("absent/out"));
}

TEST_CASE("run files: a folder for outputs is tried and not left behind") {
  const TemporaryDirectory directory;
  directory.file("file", "x");
  RunFiles files, none, blocked;
  files.makes(directory / "new");
  files.writes(directory / "new/out");
  CHECK_NOTHROW(files.require_writable());
  CHECK(directory.names() == std::vector<std::string>{"file"});
  none.makes(directory / "absent/new");
  CHECK_THAT(error_of([&] { none.require_writable(); }), ContainsSubstring("absent/new: the folder cannot be made"));
  blocked.makes(directory / "file");
  CHECK_THAT(error_of([&] { blocked.require_writable(); }), ContainsSubstring("file: is a file, where a folder"));
}
