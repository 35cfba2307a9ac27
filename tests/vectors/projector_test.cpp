#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"

#include "catch.hpp"
#include "support.hpp"

#include <sys/stat.h>

#include <limits>

using namespace equivec;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

std::string floats(const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

Embeddings read(const fs::path& folder, Notices* notices = nullptr, const ReadOptions& options = {}) {
  return read_embeddings(folder, options, notices);
}

void write(const fs::path& folder, const Embeddings& e) { write_embeddings(folder, e, Format::projector); }

Embeddings three_words() { return embeddings({{"king", {1, 2}}, {"queen", {3, -4.5F}}, {"caf\xc3\xa9", {0.1F, 6}}}); }

/// A folder by hand, so that nothing of the writer is trusted.
struct Folder {
  TemporaryDirectory directory;
  std::string config = "embeddings {\n  tensor_name: \"t\"\n  tensor_path: \"t.tsv\"\n  metadata_path: \"m.tsv\"\n}\n";
  std::string tensors = "1\t2\n3\t-4.5\n0.1\t6\n", metadata = "king\nqueen\ncaf\xc3\xa9\n";
  std::string tensors_name = "t.tsv", config_name = "projector_config.pbtxt";

  const fs::path& path() const { return directory.path(); }
  Folder& write() {
    directory.file(config_name, config);
    directory.file(tensors_name, tensors);
    directory.file("m.tsv", metadata);
    return *this;
  }
  std::string error() {
    write();
    return error_of([&] { read(path()); });
  }
};

}  // namespace

TEST_CASE("projector: the folder has rows of floats, a label a line, and both configurations") {
  const TemporaryDirectory directory;
  write(directory / "p", three_words());
  CHECK(read_file(directory / "p/tensors.bytes") == floats({1, 2, 3, -4.5F, 0.1F, 6}));
  CHECK(read_file(directory / "p/metadata.tsv") == "king\nqueen\ncaf\xc3\xa9\n");
  CHECK(read_file(directory / "p/projector_config.pbtxt") ==
        "embeddings {\n  tensor_name: \"word vectors\"\n  metadata_path: \"metadata.tsv\"\n  tensor_shape: 3\n"
        "  tensor_shape: 2\n  tensor_path: \"tensors.bytes\"\n}\n");
  CHECK(read_file(directory / "p/projector_config.json") ==
        "{\n  \"embeddings\": [\n    {\n      \"tensorName\": \"word vectors\",\n      \"tensorShape\": [3, 2],\n"
        "      \"tensorPath\": \"tensors.bytes\",\n      \"metadataPath\": \"metadata.tsv\"\n    }\n  ]\n}\n");
  CHECK(std::distance(fs::directory_iterator(directory / "p"), fs::directory_iterator()) == 4);
  CHECK(directory.names() == Names{"p"});
}

TEST_CASE("projector: what is written reads back bit for bit, from either configuration") {
  const TemporaryDirectory directory;
  const Embeddings e = random_embeddings(2000, 7, 3);
  write(directory / "p", e);
  Format recognized = Format::automatic;
  Notices notices;
  CHECK(same_bits(read_embeddings(directory / "p", {}, &notices, nullptr, &recognized), e));
  CHECK(notices.empty());
  CHECK(recognized == Format::projector);
  CHECK(recognize_format(directory / "p") == Format::projector);
  fs::remove(directory / "p/projector_config.pbtxt");
  CHECK(same_bits(read(directory / "p"), e));
  CHECK(same_bits(read(directory / "p", nullptr, {.limit = 17}).with_metadata({}),
                  selected(e, ids_of(e, {"w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "w11",
                                         "w12", "w13", "w14", "w15", "w16"}))));
}

TEST_CASE("projector: counts are a second column, under a line of names") {
  const TemporaryDirectory directory;
  const Embeddings e(vocabulary({{"the", 30}, {"a\tb", 2}}), random_matrix(2, 3, 1));
  write(directory / "p", e);
  CHECK(read_file(directory / "p/metadata.tsv") == "word\tcount\nthe\t30\na\\tb\t2\n");
  const Embeddings back = read(directory / "p");
  CHECK(same_bits(back, e));
  CHECK(back.vocabulary().count(word_id(0)) == 30);
  CHECK(back.vocabulary().count(word_id(1)) == 2);
}

TEST_CASE("projector: a word that would shift the labels is one line there and comes back exactly") {
  const TemporaryDirectory directory;
  const std::string word =
      GENERATE(as<std::string>{}, " ", "   ", "\t", "\n", "\r", "a\tb", "a\nb", "\r\n", "a\r", " a", "a ", "\xc2\xa0",
               "\xe2\x80\xa8", "\xe3\x80\x80 ", "\xef\xbb\xbf", "\xef\xbb\xbfx", "\xff", "caf\xc3", "a\xe4\xb8", "\\",
               "\\t", "\\x20", "\\\t", "\xff\\", std::string("\0", 1), std::string("a\0b", 3), "word\tcount", "#", "\"",
               "1e3", "\v", "\xe2\x80\xa9\\n");
  const bool counted = GENERATE(false, true);
  CAPTURE(word, counted);
  for (const bool first : {true, false}) {
    std::vector<Vocabulary::Entry> entries = {{"plain", 7}, {"back\\slash", 3}};
    entries.insert(first ? entries.begin() : entries.begin() + 1, {word, 5});
    if (!counted)
      for (Vocabulary::Entry& entry : entries) entry.count = 0;
    const Embeddings e(vocabulary(entries), random_matrix(3, 2, 1));
    write(directory / "p", e);
    const std::string text = read_file(directory / "p/metadata.tsv");
    CHECK(std::ranges::count(text, '\n') == (counted ? 4 : 3));
    CHECK(std::ranges::count(text, '\t') == (counted ? 4 : 0));
    CHECK(text.find('\r') == text.npos);
    CHECK(text.find('\xff') == text.npos);
    Notices notices;
    CHECK(same_bits(read(directory / "p", &notices), e));
    CHECK(notices.empty());
    fs::remove(directory / "p/projector_config.pbtxt");
    CHECK(same_bits(read(directory / "p"), e));
  }
}

TEST_CASE("projector: words are escaped only in a set that needs it, which its name says") {
  const TemporaryDirectory directory;
  write(directory / "p", embeddings({{"\\n", {1, 2}}, {"\\x20", {3, 4}}}));
  CHECK(read_file(directory / "p/metadata.tsv") == "\\n\n\\x20\n");
  CHECK_THAT(read_file(directory / "p/projector_config.pbtxt"), !ContainsSubstring("escaped"));
  write(directory / "p", embeddings({{"\\n", {1, 2}}, {"a\tb", {3, 4}}, {" ", {5, 6}}}));
  CHECK(read_file(directory / "p/metadata.tsv") == "\\\\n\na\\tb\n\\x20\n");
  CHECK_THAT(read_file(directory / "p/projector_config.json"), ContainsSubstring("\"word vectors (labels escaped)\""));
}

TEST_CASE("projector: a folder that is there keeps its other files, and one that is not is made") {
  const TemporaryDirectory directory;
  directory.file("there/events.out", "of TensorBoard");
  directory.file("there/metadata.tsv", "old");
  write(directory / "there", three_words());
  CHECK(read_file(directory / "there/events.out") == "of TensorBoard");
  CHECK(read_file(directory / "there/metadata.tsv") == "king\nqueen\ncaf\xc3\xa9\n");
  write((directory / "new").string() + "/", three_words());
  CHECK(same_bits(read(directory / "new"), three_words()));
  CHECK(files_written(directory / "new", Format::projector).size() == 4);
  CHECK(files_read(directory / "new").size() == 4);
}

TEST_CASE("projector: a failure leaves no new folder and old files as they were") {
  const TemporaryDirectory directory;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(write(directory / "p", embeddings({{"a", {nan, 1}}})), Error);
  CHECK(directory.names().empty());
  {
    OutputFiles files;
    write_embeddings(files, directory / "p", three_words(), Format::projector);
    CHECK(directory.names() == Names{"p"});
  }
  CHECK(directory.names().empty());
  {
    const FileSizeLimit full(1000);
    CHECK_THROWS_AS(write(directory / "p", random_embeddings(200, 50, 1)), Error);
  }
  CHECK(directory.names().empty());
  Progress progress;
  progress.cancelled = true;
  CHECK_THROWS_AS(write_embeddings(directory / "p", three_words(), Format::projector, &progress), Cancelled);
  CHECK(directory.names().empty());
  directory.file("file", "x");
  CHECK_THAT(error_of([&] { write(directory / "file", three_words()); }),
             ContainsSubstring("file: is a file, where a folder is to be made"));
  CHECK_THAT(error_of([&] { write(directory / "none/p", three_words()); }), ContainsSubstring("cannot be made"));
  CHECK_THAT(error_of([&] { write("-", three_words()); }), ContainsSubstring("name a folder"));
  CHECK(directory.names() == Names{"file"});
}

TEST_CASE("projector: the configurations of other programs are read") {
  Folder folder;
  folder.config = GENERATE(
      as<std::string>{},
      "embeddings {\n  tensor_name: \"t\"\n  tensor_path: \"t.tsv\"\n  metadata_path: \"m.tsv\"\n}\n",
      "# made by hand\nmodel_checkpoint_path: 'x'\nembeddings: <tensor_path: 't.' 'tsv' metadata_path: \"m\\056tsv\">",
      "embeddings: [{tensor_path: \"./t.tsv\", metadata_path: \"m.tsv\"; tensor_shape: [3, 2],"
      " sprite { image_path: \"s.png\" single_image_dim: 8 single_image_dim: 8 }}]",
      "\xef\xbb\xbf"
      "embeddings{tensor_path:\"\\x74.tsv\"metadata_path:\"m.tsv\"tensor_shape:3 tensor_shape:2 new_field: 1.5e3}\r\n");
  folder.write();
  Notices notices;
  CHECK(same_bits(read(folder.path(), &notices), three_words()));
  CHECK(notices.empty());
}

TEST_CASE("projector: a configuration in JSON is read, numbers as text or floats, with any ending") {
  Folder folder;
  folder.config_name = "projector_config.json";
  folder.config = R"({"embeddings": [{"tensorName": "My tensor", "tensorShape": [3, 2], "tensorPath": "t.tsv",
      "metadataPath": "m.tsv", "sprite": {"imagePath": "s.png", "singleImageDim": [8, 8]}}]})";
  CHECK(same_bits(read(folder.write().path()), three_words()));
  for (const char* name : {"t.bytes", "t.bin", "t"}) {
    Folder binary;
    binary.config_name = folder.config_name;
    binary.tensors_name = name;
    binary.tensors = floats({1, 2, 3, -4.5F, 0.1F, 6});
    binary.config = R"({"embeddings": [{"tensorShape": [3, 2], "metadataPath": "m.tsv", "tensorPath": ")" +
                    std::string(name) + "\"}]}";
    CHECK(same_bits(read(binary.write().path()), three_words()));
  }
}

TEST_CASE("projector: the number of labels says how many rows floats without a shape are") {
  Folder folder;
  folder.tensors_name = "t.bytes";
  folder.tensors = floats({1, 2, 3, -4.5F, 0.1F, 6});
  folder.config = "embeddings { tensor_path: 't.bytes' metadata_path: 'm.tsv' }";
  CHECK(same_bits(read(folder.write().path()), three_words()));
  folder.metadata += "one more\n";
  CHECK_THAT(folder.error(), ContainsSubstring("is 24 bytes, which are not 4 rows of floats"));
  folder.config = "embeddings { tensor_path: 't.bytes' }";
  CHECK_THAT(folder.error(), ContainsSubstring("neither a tensor_shape nor metadata"));
}

TEST_CASE("projector: labels in the first column of the numbers are the words") {
  Folder folder;
  folder.config = "embeddings { tensor_path: 't.tsv' }";
  folder.tensors = "king\t1\t2\nqueen\t3\t-4.5\ncaf\xc3\xa9\t0.1\t6\r\n";
  CHECK(same_bits(read(folder.write().path()), three_words()));
  folder.tensors = "king\t1\t2\n3\t4\n";
  CHECK_THAT(folder.error(), ContainsSubstring("t.tsv:2: has no label, as rows before it have"));
  folder.tensors = "1\t2\nking\t3\t4\n";
  CHECK_THAT(folder.error(), ContainsSubstring("t.tsv:2: has a label, as rows before it have not"));
}

TEST_CASE("projector: without metadata the words are the numbers of the rows, with a notice") {
  Folder folder;
  folder.config = "embeddings { tensor_path: 't.tsv' }";
  Notices notices;
  CHECK(same_bits(read(folder.write().path(), &notices),
                  embeddings({{"0", {1, 2}}, {"1", {3, -4.5F}}, {"2", {0.1F, 6}}})));
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("has no metadata; the words are the numbers of the rows"));
}

TEST_CASE("projector: of several sets of vectors the first whose numbers are in a file is read, with a notice") {
  Folder folder;
  folder.config =
      "embeddings { tensor_name: 'in the checkpoint' }\n" + folder.config + "embeddings { tensor_path: 'x' }";
  Notices notices;
  CHECK(same_bits(read(folder.write().path(), &notices), three_words()));
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("names 3 sets of vectors; that in 't.tsv' was read"));
  folder.config = "embeddings { tensor_name: 'a' }";
  CHECK_THAT(folder.error(), ContainsSubstring("projector_config.pbtxt:1: names no file of numbers (tensor_path)"));
  folder.config = "model_checkpoint_path: 'a'";
  CHECK_THAT(folder.error(), ContainsSubstring("names no vectors"));
}

TEST_CASE("projector: a first line with a tab has the names of columns, one without is a label") {
  Folder folder;
  folder.metadata = "id\tWord\tcount\n1\tking\t30\n2\tqueen\t20\n3\tcaf\xc3\xa9\t1\n";
  const Embeddings e = read(folder.write().path());
  CHECK(same_bits(e, three_words()));
  CHECK(e.vocabulary().count(word_id(1)) == 20);
  folder.metadata = "text\tclass\r\nking\tx\r\nqueen\ty\r\n\r\ncaf\xc3\xa9\tz";
  CHECK(same_bits(read(folder.write().path()), three_words()));
  folder.metadata = "word\tcount\nking\t30\nqueen\t2.5\ncaf\xc3\xa9\t1\n";
  Notices notices;
  CHECK(read(folder.write().path(), &notices).vocabulary().total_count() == 0);
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("m.tsv:3: the count is not a whole number"));
  folder.metadata = "word\tcount\nking\t30\n\t20\ncaf\xc3\xa9\t1\n";
  CHECK_THAT(folder.error(), ContainsSubstring("m.tsv:3: the line holds no word"));
}

TEST_CASE("projector: labels that are shifted against the rows are an error with the likely reason") {
  Folder folder;
  folder.metadata = "word\nking\nqueen\ncaf\xc3\xa9\n";
  CHECK_THAT(folder.error(), ContainsSubstring("has 4 labels, but there are 3 rows of numbers; a file of one column "
                                               "has no line of names: take out 'word'"));
  folder.metadata = "king\t1\nqueen\t2\ncaf\xc3\xa9\t3\n";
  CHECK_THAT(folder.error(), ContainsSubstring("has 2 labels, but there are 3 rows of numbers; a file of several "
                                               "columns begins with a line of their names"));
  folder.metadata = "king\n\nqueen\n";
  CHECK_THAT(folder.error(), ContainsSubstring("has 2 labels, but there are 3 rows"));
  // A word of white space that another program wrote.
  folder.metadata = "king\n \ncaf\xc3\xa9\n\n";
  CHECK(read(folder.write().path()).find(" ").has_value());
}

TEST_CASE("projector: a file outside of the folder is not read") {
  const TemporaryDirectory outside;
  outside.file("secret.tsv", "1\t2\n");
  std::string name = GENERATE(as<std::string>{}, "../m.tsv", "a/../../m.tsv", "..", "/etc/passwd", "OUTSIDE/secret.tsv",
                              "https://example.org/t.tsv", "link.tsv", "folder/secret.tsv", "", ".", "absent.tsv",
                              std::string("m.tsv\0x", 7));
  if (name.starts_with("OUTSIDE")) name = (outside / "secret.tsv").string();
  CAPTURE(name);
  Folder folder;
  folder.write();
  fs::create_symlink(outside / "secret.tsv", folder.path() / "link.tsv");
  fs::create_directory_symlink(outside.path(), folder.path() / "folder");
  ::mkfifo((folder.path() / "pipe").c_str(), 0600);
  const std::string quoted_name = name.find('\0') == name.npos ? name : "m.tsv\\000x";
  folder.config = "\n\nembeddings { tensor_path: '" + quoted_name + "' metadata_path: 'm.tsv' }";
  CHECK_THAT(folder.error(), ContainsSubstring("projector_config.pbtxt:3: "));
  folder.config = "\n\nembeddings { tensor_path: 't.tsv' metadata_path: '" + quoted_name + "' }";
  if (!name.empty()) CHECK_THAT(folder.error(), ContainsSubstring("projector_config.pbtxt:3: the file '"));
  folder.config = "embeddings { tensor_path: 'pipe' }";
  CHECK_THAT(folder.error(), ContainsSubstring("is not in the folder"));
}

TEST_CASE("projector: sizes that the file cannot have are refused before memory is taken") {
  Folder folder;
  folder.tensors_name = "t.bytes";
  folder.tensors = floats({1, 2, 3, 4, 5, 6});
  const std::string shape =
      GENERATE("4 2", "3 3", "3 1", "4294967295 4294967295", "4294967295 1", "1 4294967295", "0 0", "0 6", "6 0", "6",
               "1 2 3", "-3 -2", "1.5 4", "1e300 1", "nan 2", "inf 2", "'3' 2", "{} 2", "x 2", "4294967296 2");
  CAPTURE(shape);
  const MemoryLimit limit(std::uint64_t{1} << 28);
  folder.config = "embeddings { tensor_path: 't.bytes' metadata_path: 'm.tsv' ";
  for (std::string_view rest = shape; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    folder.config += "tensor_shape: " + std::string(rest.substr(0, end)) + " ";
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  folder.config += "}";
  CHECK_FALSE(folder.error().empty());
}

TEST_CASE("projector: numbers that are none, and rows of different length, are errors with their line") {
  Folder folder;
  for (const auto& [tensors, message] : std::vector<std::pair<std::string, std::string>>{
           {"1\t2\n3\tx\n5\t6\n", "t.tsv:2: expected a number, found 'x'"},
           {"1\t2\n\n3\n5\t6\n", "t.tsv:3: expected 2 numbers between tabs, found 1"},
           {"1\t2\n3\t\t4\t5\n5\t6\n", "t.tsv:2: expected 2 numbers between tabs, found 4"},
           {"1\t2\t3\n4\t\t5\n6\t7\t8\n", "t.tsv:2: expected a number, found ''"},
           {"1\t2\n3\tnan\n5\t6\n", "has a value that is not a finite number"},
           {"1\t2\n3\t1e40\n5\t6\n", "row 2, 'queen', has a value"},
           {"word\n", "t.tsv:1: expected 1 numbers between tabs, found 0"},
           {"1 2\n3 4\n", "t.tsv:1: expected 1 numbers"},
           {"\n\n", "holds no vector"},
           {"", "holds no vector"}}) {
    CAPTURE(tensors);
    folder.tensors = tensors;
    CHECK_THAT(folder.error(), ContainsSubstring(message));
  }
}

TEST_CASE("projector: a configuration that is none is an error with its line") {
  Folder folder;
  const auto [config, message] = GENERATE(table<std::string, std::string>(
      {{"embeddings {", ":1: ends where more is needed"},
       {"embeddings {\n tensor_path", ":2: expected ':' after"},
       {"embeddings { tensor_path: }", ":1: expected a name or a value, found \"}\""},
       {"embeddings { tensor_path: 'a\n' }", ":2: a text ends without its quote"},
       {"embeddings { tensor_path: 'a", ":1: ends where more"},
       {"embeddings { tensor_path: 'a\\q' }", ":1: the escape '\\q' is not known"},
       {"embeddings { tensor_path: 'a\\", ":1: ends where more"},
       {"embeddings { tensor_path: 7 }", ":1: 'tensor_path': expected a text, found 7"},
       {"embeddings: 'x'", ":1: 'embeddings': expected an object"},
       {"embeddings [", ":1: expected ':' after"},
       {"embeddings: [", ":1: ends where more"},
       {"}", ":1: expected a name or a value"},
       {std::string(100000, '{'), ":1: expected a name or a value"},
       {"a { a { a { a { a { a { a { a { a { a { } } } } } } } } } }", ":1: messages are nested too deep"},
       {"a: " + std::string(100000, '['), ":1: messages are nested too deep"},
       {std::string("\0\0", 2), ":1: expected ':' after"},
       {std::string(2000000, '#'), "has 2,000,000 bytes; expected a projector's configuration"},
       {"", "names no vectors"}}));
  CAPTURE(config.substr(0, 50));
  folder.config = config;
  CHECK_THAT(folder.error(), ContainsSubstring("projector_config.pbtxt") && ContainsSubstring(message));
  folder.config_name = "projector_config.json";
  Folder json;
  json.config_name = "projector_config.json";
  for (const char* text : {"[]", "{\"embeddings\": 3}", "{\"embeddings\": [3]}", "{", "", "7", "null",
                           "{\"embeddings\": [{\"tensorPath\": {}}]}", "{\"embeddings\": {}}"}) {
    json.config = text;
    CHECK_THAT(json.error(), ContainsSubstring("projector_config.json"));
  }
}

TEST_CASE("projector: a configuration that is cut anywhere gives vectors or an error") {
  const TemporaryDirectory directory;
  write(directory / "p", Embeddings(vocabulary({{"a\tb", 3}, {"\xff", 2}}), random_matrix(2, 2, 1)));
  int read_back = 0;
  for (const char* name : {"projector_config.pbtxt", "metadata.tsv", "tensors.bytes", "projector_config.json"}) {
    const fs::path file = directory / "p" / name;
    const std::string whole = read_file(file);
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      write_file(file, whole.substr(0, size));
      if (error_of([&] { read(directory / "p"); }).empty()) ++read_back;
      for (const char c : {'\0', '\n', '\t', '"', '{', '\xff'}) {
        std::string changed = whole;
        changed[std::min(size, whole.size() - 1)] = c;
        write_file(file, changed);
        error_of([&] { read(directory / "p"); });
      }
    }
    write_file(file, whole);
    if (std::string_view(name) == "tensors.bytes") fs::remove(directory / "p/projector_config.pbtxt");
  }
  CHECK(read_back >= 4);
}

TEST_CASE("projector: a word that occurs twice and rows to drop are as in other formats") {
  Folder folder;
  folder.metadata = "king\nking\nx\n";
  Notices notices;
  CHECK(read(folder.write().path(), &notices).size() == 2);
  CHECK(notices.size() == 1);
  folder.tensors = "nan\t2\n3\t4\n5\t6\n";
  CHECK_THAT(folder.error(), ContainsSubstring("not a finite number"));
  notices.clear();
  CHECK(same_bits(read(folder.path(), &notices, {.not_finite = NotFinite::drop}),
                  embeddings({{"king", {3, 4}}, {"x", {5, 6}}})));
  CHECK(notices.size() == 1);
}

TEST_CASE("formats: a folder of no known kind names those that are") {
  const TemporaryDirectory directory;
  CHECK_THAT(error_of([&] { read(directory.path()); }), ContainsSubstring("is a folder of no known kind; known are"));
  CHECK_THAT(error_of([&] { read(directory.path(), nullptr, {.format = Format::npy}); }),
             ContainsSubstring("is a folder, but npy is a file"));
  CHECK_THAT(error_of([&] { read(directory.path(), nullptr, {.format = Format::projector}); }),
             ContainsSubstring("has neither projector_config.pbtxt nor projector_config.json"));
}
