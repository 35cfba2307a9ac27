#include "src/files/file_lock.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace equivec;
namespace fs = std::filesystem;

TEST_CASE("file lock: a second one of the same file is an error, and the first leaves nothing") {
  const TemporaryDirectory directory;
  {
    const FileLock first(directory / "state", "is taken");
    CHECK(error_of([&] { FileLock(directory / "state", "is taken"); }) ==
          (directory / "state").string() + ": is taken");
    CHECK_NOTHROW(FileLock(directory / "other", "is taken"));
  }
  CHECK(directory.names().empty());
  CHECK_NOTHROW(FileLock(directory / "state", "is taken"));
}

TEST_CASE("file lock: what a killed run left is taken over") {
  const TemporaryDirectory directory;
  directory.file(".state.lock", "");
  { const FileLock lock(directory / "state", "is taken"); }
  CHECK(directory.names().empty());
}

TEST_CASE("file lock: where no file can be made nothing is locked") {
  const TemporaryDirectory directory;
  CHECK_NOTHROW(FileLock(directory / "absent/state", "is taken"));
}
