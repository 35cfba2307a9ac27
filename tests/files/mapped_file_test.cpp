#include "catch.hpp"
#include "support.hpp"
#include "equivec/files/output_files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"

#include <algorithm>
#include <fstream>

using namespace equivec;
namespace fs = std::filesystem;

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
  OutputFiles out;
  out.open(file).write("new");
  out.commit();
  CHECK(mapped.bytes() == "old bytes");
  CHECK(read_file(file) == "new");
}

namespace {

const std::string pages(100000, 'x');  // of memory, several

}  // namespace

TEST_CASE("mapped file: what is cut off while it is mapped reads as zeros and is an error that names it") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("f", pages);
  {
    const MappedFile mapped(file);
    CHECK_NOTHROW(require_whole_inputs());
    fs::resize_file(file, 100);
    CHECK(mapped.bytes()[50] == 'x');
    CHECK(mapped.bytes()[pages.size() - 1] == 0);
    CHECK(mapped.bytes()[pages.size() / 2] == 0);
    CHECK_THAT(error_of([] { require_whole_inputs(); }), ContainsSubstring(file.string() + ": got shorter"));
    CHECK_THAT(error_of([] { require_whole_inputs(); }), ContainsSubstring("got shorter"));
  }
  CHECK_NOTHROW(require_whole_inputs());
}

TEST_CASE("mapped file: a file that was cut off and closed unnoticed is reported once") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("f", pages);
  {
    const MappedFile mapped(file);
    fs::resize_file(file, 0);
    CHECK(mapped.bytes().front() == 0);
  }
  CHECK_THAT(error_of([] { require_whole_inputs(); }), ContainsSubstring("got shorter"));
  CHECK_NOTHROW(require_whole_inputs());
}

TEST_CASE("mapped file: other files stay whole when one is cut off") {
  const TemporaryDirectory directory;
  const fs::path cut = directory.file("cut", pages), whole = directory.file("whole", pages);
  const MappedFile other(whole);
  {
    const MappedFile mapped(cut);
    fs::resize_file(cut, 0);
    CHECK(mapped.bytes().front() == 0);
    CHECK(other.bytes() == pages);
    CHECK_THROWS_AS(require_whole_inputs(), Error);
  }
  CHECK_NOTHROW(require_whole_inputs());
  CHECK(other.bytes() == pages);
}

TEST_CASE("mapped file: an output made from a file that was cut off does not replace the old one") {
  const TemporaryDirectory directory;
  const fs::path file = directory.file("in", pages), target = directory.file("out", "old");
  {
    const MappedFile mapped(file);
    OutputFiles out;
    out.open(target).write(mapped.bytes().substr(0, 10));
    fs::resize_file(file, 0);
    out.open(directory / "second").write(mapped.bytes().substr(10, 100));
    CHECK_THAT(error_of([&] { out.commit(); }), ContainsSubstring("in: got shorter"));
  }
  CHECK(read_file(target) == "old");
  CHECK(directory.names() == std::vector<std::string>{"in", "out"});
}

TEST_CASE("mapped file: memory that is given back reads as before, and memory of others is left alone") {
  const TemporaryDirectory directory;
  std::string bytes;
  for (int i = 0; i < 100000; ++i) bytes += std::to_string(i);
  const MappedFile mapped(directory.file("f", bytes)), other(directory.file("g", bytes));
  CHECK(mapped.bytes() == bytes);
  for (const std::size_t begin : {std::size_t{0}, std::size_t{1}, std::size_t{70000}, bytes.size() - 1}) {
    release_mapped(mapped.bytes().data() + begin, std::min(bytes.size() - begin, std::size_t{150000}));
    CHECK(mapped.bytes() == bytes);
    CHECK(other.bytes() == bytes);
  }
  const std::string copy = bytes;
  release_mapped(bytes.data(), bytes.size());  // not of a file: it would become zeros
  CHECK(bytes == copy);
  release_mapped(mapped.bytes().data(), bytes.size() + (std::size_t{1} << 30));  // not all of it of the file
  release_mapped(nullptr, 0);
  CHECK(mapped.bytes() == bytes);
}

#ifdef __linux__
TEST_CASE("mapped file: what is given back is no longer in memory") {
  const TemporaryDirectory directory;
  const std::string bytes(std::size_t{32} << 20, 'x');
  const MappedFile mapped(directory.file("f", bytes));
  const auto resident = [] {  // kilobytes of files
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("RssFile:")) return std::stol(line.substr(8));
    return 0L;
  };
  CHECK(mapped.bytes() == bytes);
  const long before = resident();
  for (std::size_t begin = 0; begin < bytes.size(); begin += 200000)
    release_mapped(mapped.bytes().data() + begin, std::min(bytes.size() - begin, std::size_t{200000}));
  CHECK(before - resident() > 30 << 10);
}
#endif
