#include "equivec/base/error.hpp"
#include "equivec/bias/word_sets.hpp"
#include "equivec/debias/methods.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/tokenizer.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "src/files/safetensors.hpp"
#include "src/vectors/tokenizer_file.hpp"

#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <array>
#include <cmath>

using namespace equivec;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

constexpr std::array model_formats = {Format::model2vec, Format::sentence_transformers};

template <class T>
std::string packed(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

struct Part {
  std::string name, type;
  std::vector<std::uint64_t> shape;
  std::string bytes;
};

/// A safetensors file by the format's description.
std::string safetensors(const std::vector<Part>& parts) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  std::string data;
  for (const Part& part : parts) {
    header[part.name] = {
        {"dtype", part.type}, {"shape", part.shape}, {"data_offsets", {data.size(), data.size() + part.bytes.size()}}};
    data += part.bytes;
  }
  const std::string text = header.dump();
  return packed(std::vector<std::uint64_t>{text.size()}) + text + data;
}

Part table(const std::string& name, std::uint64_t columns, const std::vector<float>& numbers) {
  return {name, "F32", {numbers.size() / columns, columns}, packed(numbers)};
}

/// A tokenizer.json of a model, with what else such files have.
std::string tokenizer_json(const std::string& model, const std::string& added = "[]") {
  return R"({"version": "1.0", "truncation": null, "added_tokens": )" + added +
         R"(, "normalizer": {"type": "Sequence", "normalizers": [{"type": "Lowercase"}]}, "model": )" + model + "}";
}

std::string word_level(const std::string& vocabulary) {
  return tokenizer_json(R"({"type": "WordLevel", "vocab": )" + vocabulary + R"(, "unk_token": "[UNK]"})");
}

const std::string three_words = word_level(R"({"[UNK]": 0, "the": 1, "cat": 2})");
const std::vector<float> three_rows = {1, 2, 3, 4, 5, 6};

/// A folder of a model.
fs::path model(const TemporaryDirectory& directory, const std::string& tokenizer, const std::string& tensors,
               const std::string& name = "model") {
  directory.file(name + "/tokenizer.json", tokenizer);
  directory.file(name + "/model.safetensors", tensors);
  return directory / name;
}

Rows rows_of(const Embeddings& e) {
  Rows rows;
  for (std::size_t i = 0; i < e.size(); ++i)
    rows.emplace_back(e.vocabulary().word(word_id(i)), std::vector<float>(e[word_id(i)].begin(), e[word_id(i)].end()));
  return rows;
}

Embeddings read(const fs::path& folder, Notices* notices = nullptr) { return read_embeddings(folder, {}, notices); }

std::string error_for(const std::string& tokenizer, const std::string& tensors) {
  const TemporaryDirectory directory;
  const fs::path folder = model(directory, tokenizer, tensors);
  const std::string error = error_of([&] { read(folder); });
  CHECK(error.find('\n') == error.npos);
  return error;
}

std::string error_for_tokenizer(const std::string& tokenizer) {
  return error_for(tokenizer, safetensors({table("embeddings", 2, three_rows)}));
}

std::string error_for_tensors(const std::vector<Part>& parts) { return error_for(three_words, safetensors(parts)); }

/// The files of a folder with their bytes.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> result;
  for (const auto& entry : fs::directory_iterator(folder))
    result[entry.path().filename().string()] = read_file(entry.path());
  return result;
}

}  // namespace

TEST_CASE("static models: model2vec's layout is read, the words in the order of their ids") {
  const TemporaryDirectory directory;
  const fs::path folder = model(directory, word_level(R"({"cat": 2, "[UNK]": 0, "the": 1})"),
                                safetensors({table("embeddings", 2, three_rows)}));
  directory.file("model/config.json", R"({"normalize": true, "other": [1]})");
  Notices notices;
  const Embeddings e = read(folder, &notices);
  CHECK(rows_of(e) == Rows{{"[UNK]", {1, 2}}, {"the", {3, 4}}, {"cat", {5, 6}}});
  CHECK(notices.empty());
  CHECK(recognize_format(folder) == Format::model2vec);
  REQUIRE(e.tokenizer());
  CHECK(e.tokenizer()->file() == read_file(folder / "tokenizer.json"));
  CHECK(e.tokenizer()->configuration() == R"({"normalize": true, "other": [1]})");
  CHECK(files_read(folder) ==
        std::vector<fs::path>{folder / "model.safetensors", folder / "tokenizer.json", folder / "config.json"});
}

TEST_CASE("static models: both layouts of sentence-transformers are read") {
  const TemporaryDirectory directory;
  const std::string place = GENERATE(as<std::string>{}, "model", "model/0_StaticEmbedding");
  model(directory, three_words, safetensors({table("embedding.weight", 2, three_rows)}), place);
  directory.file("model/modules.json",
                 R"([{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.StaticEmbedding"},)"
                 R"({"idx":1,"name":"1","path":"1_N","type":"sentence_transformers.models.Normalize"}])");
  Notices notices;
  const Embeddings e = read(directory / "model", &notices);
  CHECK(rows_of(e) == Rows{{"[UNK]", {1, 2}}, {"the", {3, 4}}, {"cat", {5, 6}}});
  CHECK(notices.empty());
  CHECK(recognize_format(directory / "model") == Format::sentence_transformers);
  // That texts' vectors are scaled is kept.
  write_embeddings(directory / "again", e, Format::model2vec);
  CHECK(nlohmann::json::parse(read_file(directory / "again/config.json")).at("normalize") == true);
  CHECK_THAT(read_file(directory / "again/modules.json"), ContainsSubstring("models.Normalize"));
}

TEST_CASE("static models: modules that do more than scale are left out with a notice") {
  const TemporaryDirectory directory;
  const fs::path folder = model(directory, three_words, safetensors({table("embedding.weight", 2, three_rows)}));
  directory.file("model/modules.json", R"([{"type":"sentence_transformers.models.StaticEmbedding"},)"
                                       R"({"type":"sentence_transformers.models.Dense"}])");
  Notices notices;
  CHECK(read(folder, &notices).size() == 3);
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("models.Dense"));
  write_file(folder / "modules.json", R"({"type": 5})");
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("modules.json: expected a list of modules"));
  write_file(folder / "modules.json", R"([{"type": 5}])");
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("modules.json: expected modules with a type"));
  write_file(folder / "modules.json", R"([{"type")");
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("modules.json: is not JSON at line 1"));
}

TEST_CASE("static models: the words of every model of tokenizers are read as they stand") {
  const TemporaryDirectory directory;
  const auto [tokenizer, expected] = GENERATE(table<std::string, Names>({
      {word_level(R"({"a": 0, "b\u00e9\ud83d\ude00": 1, "new\nline \"q\"": 2})"), {"a", "bé😀", "new\nline \"q\""}},
      {tokenizer_json(R"({"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", )"
                      R"("vocab": {"[UNK]": 0, "play": 1, "##ing": 2}})"),
       {"[UNK]", "play", "##ing"}},
      {tokenizer_json(R"({"type": "BPE", "dropout": null, "vocab": {"h": 0, "e": 1, "Ġhe": 2}, )"
                      R"("merges": ["h e", ["Ġ", "he"]]})"),
       {"h", "e", "Ġhe"}},
      {tokenizer_json(R"({"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁the", -3.5], ["s", -4]]})"),
       {"<unk>", "▁the", "s"}},
      {tokenizer_json(R"({"vocab": {"a": 0, "b": 1}})",
                      R"([{"id": 2, "content": "[MASK]", "special": true}, {"id": 0, "content": "a"}])"),
       {"a", "b", "[MASK]"}},
      // Keys of the same names elsewhere are not meant.
      {R"({"other": {"model": {"vocab": {"x": 7}}}, "model": {"type": "WordLevel", "sub": {"vocab": {"y": 9}}, )"
       R"("vocab": {"a": 0, "vocab": 1, "model": 2}}, "list": [{"vocab": {"z": 1}}, [[{"content": 5}]]]})",
       {"a", "vocab", "model"}},
  }));
  const Embeddings e = read(model(directory, tokenizer, safetensors({::table("embeddings", 2, three_rows)})));
  Names words;
  for (const auto& [word, row] : rows_of(e)) words.push_back(word);
  CHECK(words == expected);
  CHECK(row_of(e, expected[2]) == std::vector<float>{5, 6});
}

TEST_CASE("static models: the unknown word of a tokenizer is found by its name or its id") {
  CHECK(parse_tokenizer("t", three_words).unknown == "[UNK]");
  CHECK(parse_tokenizer("t", three_words).model == "WordLevel");
  CHECK(parse_tokenizer("t", tokenizer_json(R"({"type":"Unigram","unk_id":1,"vocab":[["a",0],["<u>",0]]})")).unknown ==
        "<u>");
  CHECK_FALSE(parse_tokenizer("t", tokenizer_json(R"({"type":"BPE","unk_token":null,"vocab":{"a":0}})")).unknown);
}

TEST_CASE("static models: numbers of every type that models have are read") {
  const auto [type, bytes] = GENERATE(
      table<std::string, std::string>({{"F32", packed<float>({1, -2.5F, 0.5F, 0, 100, -1})},
                                       {"F64", packed<double>({1, -2.5, 0.5, 0, 100, -1})},
                                       {"F16", packed<std::uint16_t>({0x3C00, 0xC100, 0x3800, 0, 0x5640, 0xBC00})},
                                       {"BF16", packed<std::uint16_t>({0x3F80, 0xC020, 0x3F00, 0, 0x42C8, 0xBF80})}}));
  CAPTURE(type);
  const TemporaryDirectory directory;
  const Embeddings e = read(model(directory, three_words, safetensors({{"embeddings", type, {3, 2}, bytes}})));
  CHECK(rows_of(e) == Rows{{"[UNK]", {1, -2.5F}}, {"the", {0.5F, 0}}, {"cat", {100, -1}}});
}

TEST_CASE("static models: a table of 8 bits is read as its numbers are") {
  const TemporaryDirectory directory;
  const std::string bytes = packed<std::int8_t>({127, -127, 0, 1, -1, 64});
  const fs::path folder = model(directory, three_words, safetensors({{"embeddings", "I8", {3, 2}, bytes}}));
  directory.file("model/config.json",
                 R"({"normalize": false, "embedding_dtype": "int8", "vocabulary_quantization": 3})");
  const Embeddings e = read(folder);
  CHECK(rows_of(e) == Rows{{"[UNK]", {127, -127}}, {"the", {0, 1}}, {"cat", {-1, 64}}});
  // What is written has other numbers, and its configuration says so.
  write_embeddings(directory / "again", e, Format::model2vec);
  CHECK(nlohmann::json::parse(read_file(directory / "again/config.json")) ==
        nlohmann::json{{"normalize", false}, {"embedding_dtype", "float32"}});
}

TEST_CASE("static models: words that share rows have their own after reading, with their weights") {
  const TemporaryDirectory directory;
  const bool wide = GENERATE(true, false);
  const Part mapping = wide ? Part{"mapping", "I64", {3}, packed<std::int64_t>({1, 0, 1})}
                            : Part{"mapping", "I32", {3}, packed<std::int32_t>({1, 0, 1})};
  const fs::path folder =
      model(directory, three_words,
            safetensors(
                {table("embeddings", 2, {1, 2, 3, 4}), {"weights", "F32", {3}, packed<float>({1, 2, 0.5F})}, mapping}));
  CHECK(rows_of(read(folder)) == Rows{{"[UNK]", {3, 4}}, {"the", {2, 4}}, {"cat", {1.5F, 2}}});
}

TEST_CASE("static models: rows without a word are left out with a notice, and stand as zeros when written") {
  const TemporaryDirectory directory;
  const std::string tokenizer = word_level(R"({"a": 0, "b": 2})");
  const fs::path folder = model(directory, tokenizer, safetensors({table("embeddings", 1, {1, 2, 3, 4})}));
  Notices notices;
  const Embeddings e = read(folder, &notices);
  CHECK(rows_of(e) == Rows{{"a", {1}}, {"b", {3}}});
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("2 of 4 vectors are left out"));
  write_embeddings(directory / "again", e, Format::model2vec);
  const std::string bytes = read_file(directory / "again/model.safetensors");
  const SafetensorsContent content = parse_safetensors(bytes, "again");
  CHECK(content.find("embeddings")->bytes == packed<float>({1, 0, 3}));
  // model2vec wants as many rows as words, or this.
  REQUIRE(content.find("mapping"));
  CHECK(content.find("mapping")->bytes == packed<std::int64_t>({0, 1, 2}));
  CHECK(same_bits(read(directory / "again"), e));
}

TEST_CASE("static models: a word that occurs twice has its first row, with a notice") {
  const TemporaryDirectory directory;
  const std::string tokenizer = tokenizer_json(R"({"type":"Unigram","vocab":[["a",0],["b",0],["a",0]]})");
  Notices notices;
  const Embeddings e = read(model(directory, tokenizer, safetensors({table("embeddings", 2, three_rows)})), &notices);
  CHECK(rows_of(e) == Rows{{"a", {1, 2}}, {"b", {3, 4}}});
  CHECK(notices.size() == 1);
  write_embeddings(directory / "again", e, Format::sentence_transformers);
  CHECK(read_file(directory / "again/tokenizer.json") == tokenizer);
}

TEST_CASE("static models: an empty word is left out with a notice") {
  const TemporaryDirectory directory;
  Notices notices;
  const Embeddings e = read(
      model(directory, word_level(R"({"": 0, "a": 1, "b": 2})"), safetensors({table("embeddings", 2, three_rows)})),
      &notices);
  CHECK(rows_of(e) == Rows{{"a", {3, 4}}, {"b", {5, 6}}});
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("an empty word is left out"));
  CHECK_NOTHROW(write_embeddings(directory / "again", e, Format::model2vec));
  CHECK(same_bits(read(directory / "again"), e));
}

TEST_CASE("static models: ids that do not fit the table are an error that names the word") {
  CHECK_THAT(error_for_tokenizer(word_level(R"({"a": 0, "b": 1, "c": 3})")),
             ContainsSubstring("tokenizer.json: the id 3 of 'c' has no vector") && ContainsSubstring("3 ids"));
  CHECK_THAT(error_for_tokenizer(word_level(R"({"a": 0, "b": 18446744073709551615})")),
             ContainsSubstring("'b' has no vector"));
  CHECK_THAT(error_for_tokenizer(word_level(R"({"a": 0, "b": 0})")),
             ContainsSubstring("the id 0 is that of 'a' and of 'b'"));
  const std::string odd =
      GENERATE(as<std::string>{}, "-1", "1.5", "1e3", "99999999999999999999999", "\"1\"", "null", "true", "[1]", "{}");
  CHECK_THAT(error_for_tokenizer(word_level(R"({"a": 0, "b": )" + odd + "}")),
             ContainsSubstring("the id of 'b' should be a whole number from 0 on"));
  CHECK_THAT(error_for_tokenizer(tokenizer_json(R"({"vocab": {"a": 0}})", R"([{"content": "x", "id": )" + odd + "}]")),
             ContainsSubstring("added token"));
}

TEST_CASE("static models: a tokenizer.json that is none is an error") {
  CHECK_THAT(error_for_tokenizer(""), ContainsSubstring("tokenizer.json"));
  CHECK_THAT(error_for_tokenizer(three_words.substr(0, 150)), ContainsSubstring("ends where more is needed"));
  CHECK_THAT(error_for_tokenizer("{\n\n\"model\": }"), ContainsSubstring("tokenizer.json:3: is not JSON here"));
  CHECK_THAT(error_for_tokenizer("{\"model\": \"\xff\"}"), ContainsSubstring("not UTF-8"));
  CHECK_THAT(error_for_tokenizer(R"({"a": 1e999})"), ContainsSubstring("a number that is too large"));
  CHECK_THAT(error_for_tokenizer("{}"), ContainsSubstring("has no words in model.vocab"));
  CHECK_THAT(error_for_tokenizer(R"({"model": {"vocab": {}}})"), ContainsSubstring("has no words in model.vocab"));
  CHECK_THAT(error_for_tokenizer(R"({"model": {"vocab": ["a", "b"]}})"), ContainsSubstring("has no words"));
  CHECK_THAT(error_for_tokenizer(R"([{"model": {"vocab": {"a": 0}}}])"), ContainsSubstring("has no words"));
  CHECK_THAT(error_for_tokenizer(R"({"model": {"vocab": [{"a": 0}]}})"), ContainsSubstring("holds an object"));
  CHECK_THAT(error_for_tokenizer(R"({"added_tokens": [{"id": 1}]})"), ContainsSubstring("lacks its id or its content"));
  CHECK_THAT(error_for_tokenizer(std::string(3000000, '[')), ContainsSubstring("ends where more is needed"));
}

TEST_CASE("static models: a tokenizer with millions of merges is read without their taking memory") {
  const TemporaryDirectory directory;
  std::string merges;
  for (int i = 0; i < 1500000; ++i) merges += (i > 0 ? ",[\"ab\",\"" : "[\"ab\",\"") + std::to_string(i) + "\"]";
  const std::string tokenizer =
      tokenizer_json(R"({"type":"BPE","merges":[)" + merges + R"(],"vocab":{"a":0,"b":1,"c":2}})");
#ifndef SANITIZED
  const MemoryLimit limit(16 << 20);
#endif
  const TokenizerWords words = parse_tokenizer("tokenizer.json", tokenizer);
  CHECK(words.words.size() == 3);
  CHECK(words.words[2].word == "c");
}

TEST_CASE("static models: tensors that are not those of a static model are an error") {
  CHECK_THAT(error_for_tensors({table("bert.embeddings.weight", 2, three_rows)}),
             ContainsSubstring("'bert.embeddings.weight'") && ContainsSubstring("no static model"));
  CHECK_THAT(error_for_tensors({}), ContainsSubstring("holds no tensor"));
  CHECK_THAT(error_for_tensors({{"embeddings", "I64", {3, 1}, packed<std::int64_t>({1, 2, 3})}}),
             ContainsSubstring("of type I64") && ContainsSubstring("float32"));
  CHECK_THAT(error_for_tensors({{"embeddings", "F32", {6}, packed(three_rows)}}), ContainsSubstring("1 dimensions"));
  CHECK_THAT(error_for_tensors({{"embeddings", "F32", {3, 0}, ""}}), ContainsSubstring("holds no vector"));
  CHECK_THAT(error_for_tensors({table("embeddings", 2, three_rows), {"weights", "F32", {2}, packed<float>({1, 2})}}),
             ContainsSubstring("'weights'") && ContainsSubstring("3 ids"));
  CHECK_THAT(error_for_tensors({table("embeddings", 2, three_rows), {"mapping", "F32", {3}, packed<float>({0, 1, 2})}}),
             ContainsSubstring("'mapping' is of type F32"));
  for (const std::int64_t row : {std::int64_t{3}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()})
    CHECK_THAT(error_for_tensors(
                   {table("embeddings", 2, three_rows), {"mapping", "I64", {3}, packed<std::int64_t>({0, row, 1})}}),
               ContainsSubstring("the id 1 a row that is not among the 3"));
  CHECK_THAT(error_for_tensors({table("embeddings", 2, {1, 2, 3, NAN, 5, 6})}),
             ContainsSubstring("not a finite number"));
  CHECK_THAT(
      error_for_tensors({table("embeddings", 2, three_rows), {"weights", "F32", {3}, packed<float>({1, INFINITY, 1})}}),
      ContainsSubstring("not a finite number"));
}

TEST_CASE("static models: a table that is cut anywhere is an error") {
  const std::string whole = safetensors({table("embeddings", 2, three_rows)});
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    CAPTURE(size);
    CHECK_THAT(error_for(three_words, whole.substr(0, size)), ContainsSubstring("model.safetensors: "));
  }
}

TEST_CASE("static models: words that share a row cannot take memory without bound") {
  const TemporaryDirectory directory;
  constexpr std::uint64_t words = 30000, dimension = 100000;
  std::string vocabulary;
  for (std::uint64_t i = 0; i < words; ++i)
    vocabulary += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
  const fs::path folder = model(directory, word_level("{" + vocabulary + "}"),
                                safetensors({table("embeddings", dimension, std::vector<float>(dimension)),
                                             {"mapping", "I32", {words}, std::string(words * 4, '\0')}}));
#ifndef SANITIZED
  const MemoryLimit limit(64 << 20);
#endif
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("30,000 words share 1 rows"));
}

TEST_CASE("static models: a file that is missing is named, with what to do") {
  const TemporaryDirectory directory;
  directory.file("one/tokenizer.json", three_words);
  directory.file("two/model.safetensors", safetensors({table("embeddings", 2, three_rows)}));
  directory.file("three/tokenizer.json", three_words);
  directory.file("three/pytorch_model.bin", "x");
  fs::create_directories(directory / "four");
  CHECK_THAT(error_of([&] { read(directory / "one"); }), ContainsSubstring("one/model.safetensors: is missing"));
  CHECK_THAT(error_of([&] { read(directory / "two"); }), ContainsSubstring("two/tokenizer.json: is missing"));
  CHECK_THAT(error_of([&] { read(directory / "three"); }), ContainsSubstring("pytorch_model.bin is not read"));
  CHECK_THAT(error_of([&] { read(directory / "four"); }), ContainsSubstring("is a folder of no known kind"));
  CHECK_THAT(error_of([&] { read(directory / "two/model.safetensors"); }),
             ContainsSubstring("vectors without words") && ContainsSubstring("give the folder"));
}

TEST_CASE("static models: links in a circle and files that never end are errors") {
  const TemporaryDirectory directory;
  directory.file("links/model.safetensors", safetensors({table("embeddings", 2, three_rows)}));
  fs::create_symlink("tokenizer.json", directory / "links/tokenizer.json");
  fs::create_symlink("round", directory / "round");
  directory.file("pipe/model.safetensors", safetensors({table("embeddings", 2, three_rows)}));
  REQUIRE(::mkfifo((directory / "pipe/tokenizer.json").c_str(), 0600) == 0);
  fs::create_directories(directory / "folder/model.safetensors");
  directory.file("folder/tokenizer.json", three_words);
  CHECK_THAT(error_of([&] { read(directory / "links"); }), ContainsSubstring("links/tokenizer.json: is missing"));
  CHECK_THAT(error_of([&] { read(directory / "round"); }), ContainsSubstring("round"));
  CHECK_THAT(error_of([&] { read(directory / "pipe"); }), ContainsSubstring("pipe/tokenizer.json: is not a file"));
  CHECK_THAT(error_of([&] { read(directory / "folder"); }), ContainsSubstring("model.safetensors: is not a file"));
}

TEST_CASE("static models: files that are links, as in the cache of a hub, are read") {
  const TemporaryDirectory directory;
  directory.file("blobs/1", three_words);
  directory.file("blobs/2", safetensors({table("embeddings", 2, three_rows)}));
  fs::create_directory(directory / "model");
  fs::create_symlink("../blobs/1", directory / "model/tokenizer.json");
  fs::create_symlink("../blobs/2", directory / "model/model.safetensors");
  CHECK(read(directory / "model").size() == 3);
}

TEST_CASE("static models: a configuration that is not JSON is an error") {
  const TemporaryDirectory directory;
  const fs::path folder = model(directory, three_words, safetensors({table("embeddings", 2, three_rows)}));
  directory.file("model/config.json", "{\"a\": 1,\n}");
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("config.json: is not JSON at line 2"));
  write_file(folder / "config.json", std::string(100000, '['));
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("config.json: lists and objects are nested too deep"));
  write_file(folder / "config.json", "\"" + std::string(5000000, 'x') + "\"");
  CHECK_THAT(error_of([&] { read(folder); }), ContainsSubstring("at most 4,000,000"));
}

TEST_CASE("static models: words without a tokenizer get one that cuts at white space, and come back bit for bit") {
  const TemporaryDirectory directory;
  const Format format = GENERATE(from_range(model_formats));
  const Embeddings e(vocabulary({{"the", 30}, {"ca\"t\\\n", 20}, {"caf\xc3\xa9", 5}, {"a b", 1}}),
                     random_matrix(4, 5, 1), {{"tool", "a test"}});
  write_embeddings(directory / "out", e, format);
  std::vector<fs::path> files = files_written(directory / "out", format);
  Names names;
  for (const fs::path& file : files) names.push_back(file.filename());
  std::ranges::sort(names);
  Names found;
  for (const auto& [name, bytes] : files_in(directory / "out")) found.push_back(name);
  CHECK(found == names);
  Notices notices;
  const Embeddings back = read(directory / "out", &notices);
  CHECK(same_bits(back, e));
  CHECK(counts_of(back.vocabulary()) == counts_of(e.vocabulary()));
  CHECK(back.metadata() == e.metadata());
  CHECK(notices.empty());
  CHECK(recognize_format(directory / "out") == format);
  const auto json = nlohmann::json::parse(read_file(directory / "out/tokenizer.json"));
  CHECK(json.at("model").at("vocab").size() == 5);
  CHECK(json.at("model").at("vocab").at("caf\xc3\xa9") == 2);
  CHECK(json.at("model").at("vocab").at("[UNK]") == 4);
  CHECK(json.at("model").at("unk_token") == "[UNK]");
  CHECK(json.at("pre_tokenizer").at("type") == "WhitespaceSplit");
  CHECK(json.at("normalizer").at("type") == "Lowercase");
  // And again the same bytes.
  write_embeddings(directory / "again", back, format);
  CHECK(files_in(directory / "again") == files_in(directory / "out"));
}

TEST_CASE("static models: a word that stands for unknown ones is kept for that, and capitals are kept") {
  const TemporaryDirectory directory;
  const std::string unknown = GENERATE(as<std::string>{}, "[UNK]", "<unk>", "Other");
  const Metadata metadata = unknown == "Other" ? Metadata{{"unknown", "Other"}} : Metadata{};
  const Embeddings e = embeddings({{unknown, {0, 0}}, {"The", {1, 2}}}, metadata);
  write_embeddings(directory / "out", e, Format::model2vec);
  const auto json = nlohmann::json::parse(read_file(directory / "out/tokenizer.json"));
  CHECK(json.at("model").at("unk_token") == unknown);
  CHECK(json.at("model").at("vocab").size() == 2);
  CHECK(json.at("normalizer").is_null());
  CHECK(same_bits(read(directory / "out"), e));
}

TEST_CASE("static models: the tokenizer's bytes survive the native format and both folders") {
  const TemporaryDirectory directory;
  const std::string tokenizer =
      "\n " + tokenizer_json(R"({"type":"WordPiece","vocab":{"##s":1,"he":0,"she":2}})") + "  \n";
  const fs::path folder = model(directory, tokenizer, safetensors({table("embeddings", 2, three_rows)}));
  directory.file("model/config.json", "{ \"normalize\" :true, \"embedding_dtype\": \"float32\" }");
  const Embeddings e = read(folder);
  write_embeddings(directory / "v.safetensors", e);
  const Embeddings native = read(directory / "v.safetensors");
  CHECK(same_bits(native, e));
  REQUIRE(native.tokenizer());
  CHECK(native.tokenizer()->file() == tokenizer);
  for (const Format format : model_formats) {
    const fs::path out = directory / ("out" + std::to_string(static_cast<int>(format)));
    write_embeddings(out, native, format);
    CHECK(read_file(out / "tokenizer.json") == tokenizer);
    CHECK(same_bits(read(out), e));
    CHECK_THAT(read_file(out / "modules.json"), ContainsSubstring("models.Normalize"));
    if (format == Format::model2vec) CHECK(read_file(out / "config.json") == read_file(folder / "config.json"));
  }
}

TEST_CASE("static models: debiased vectors keep the tokenizer") {
  const TemporaryDirectory directory;
  std::string words;
  Matrix rows = random_matrix(40, 6, 3);
  std::vector<std::string> names = {"he",      "she",  "man",      "woman",  "his",    "her", "himself",
                                    "herself", "son",  "daughter", "father", "mother", "guy", "gal",
                                    "boy",     "girl", "male",     "female", "john",   "mary"};
  while (names.size() < 40) names.push_back("##w" + std::to_string(names.size()));
  for (std::size_t i = 0; i < names.size(); ++i)
    words += (i > 0 ? ", \"" : "\"") + names[i] + "\": " + std::to_string(i);
  const fs::path folder =
      model(directory, tokenizer_json(R"({"type": "WordPiece", "vocab": {)" + words + "}}"),
            safetensors({table("embeddings", 6, std::vector<float>(rows.data(), rows.data() + rows.size()))}));
  const Embeddings before = read(folder);
  const auto method =
      GENERATE(as<std::string>{}, "hard", "soft", "linear-projection", "half-sibling", "repulsion-attraction");
  CAPTURE(method);
  const Debiased after = debias(debias_method(method), before, read_word_sets("gender"), {});
  REQUIRE(after.embeddings.tokenizer());
  CHECK(after.embeddings.tokenizer()->file() == before.tokenizer()->file());
  CHECK_FALSE(same_bits(after.embeddings, before));
  write_embeddings(directory / "out", after.embeddings, Format::sentence_transformers);
  CHECK(read_file(directory / "out/tokenizer.json") == read_file(folder / "tokenizer.json"));
  CHECK(same_bits(read(directory / "out"), after.embeddings));
}

TEST_CASE("static models: a limit and a list of words leave the tokenizer out with a notice") {
  const TemporaryDirectory directory;
  const fs::path folder = model(directory, three_words, safetensors({table("embeddings", 2, three_rows)}));
  Notices notices;
  const Embeddings first = read_embeddings(folder, {.limit = 2}, &notices);
  CHECK(rows_of(first) == Rows{{"[UNK]", {1, 2}}, {"the", {3, 4}}});
  CHECK_FALSE(first.tokenizer());
  REQUIRE(notices.size() == 1);
  CHECK_THAT(notices[0], ContainsSubstring("the tokenizer is left out"));
  write_embeddings(directory / "v.safetensors", read(folder));
  notices.clear();
  CHECK_FALSE(read_embeddings(directory / "v.safetensors", {.limit = 2}, &notices).tokenizer());
  CHECK(notices.size() == 1);
  notices.clear();
  CHECK_FALSE(only_words(read(folder), directory.file("list", "the\n"), &notices).tokenizer());
  CHECK(notices.size() == 1);
  CHECK(read_embeddings(folder, {.limit = 3}).tokenizer());
}

TEST_CASE("static models: a tokenizer that is not of these words is refused in writing") {
  const TemporaryDirectory directory;
  const auto error_with = [&](const std::string& tokenizer) {
    const Embeddings e = embeddings({{"a", {1}}, {"b", {2}}}).with_tokenizer(Tokenizer(tokenizer));
    return error_of([&] { write_embeddings(directory / "out", e, Format::model2vec); });
  };
  CHECK_THAT(error_with(word_level(R"({"a": 0, "b": 1, "c": 2})")),
             ContainsSubstring("the word 'c', which has no vector"));
  CHECK_THAT(error_with(word_level(R"({"a": 0})")), ContainsSubstring("has no word 'b'"));
  CHECK_THAT(error_with(word_level(R"({"a": 0, "b": 1000000000000})")),
             ContainsSubstring("ids up to 1,000,000,000,000"));
  CHECK_THAT(error_with(word_level(R"({"a": 0, "b": 18446744073709551615})")), ContainsSubstring("has ids up to"));
  CHECK_THAT(error_with("no JSON"), ContainsSubstring("the tokenizer of these vectors"));
  CHECK(error_with(word_level(R"({"a": 0, "b": 1, "[UNK]": 2})")).empty());
  CHECK(directory.names() == Names{"out"});
}

TEST_CASE("static models: a word that is not UTF-8 is refused by name, and no folder is left") {
  const TemporaryDirectory directory;
  const Format format = GENERATE(from_range(model_formats));
  const Embeddings e = embeddings({{"a", {1}}, {"caf\xe9", {2}}});
  CHECK_THAT(error_of([&] { write_embeddings(directory / "out", e, format); }),
             ContainsSubstring("word 2, \"caf\xef\xbf\xbd\", is not UTF-8") && ContainsSubstring("--words"));
  CHECK(directory.names().empty());
}

TEST_CASE("static models: a target that is a file or cannot be made is an error") {
  const TemporaryDirectory directory;
  const Embeddings e = embeddings({{"a", {1}}});
  directory.file("file", "old");
  CHECK_THAT(error_of([&] { write_embeddings(directory / "file", e, Format::model2vec); }),
             ContainsSubstring("is a file, where a folder is to be made"));
  CHECK(read_file(directory / "file") == "old");
  CHECK_THAT(error_of([&] { write_embeddings(directory / "no/where", e, Format::model2vec); }),
             ContainsSubstring("no/where: the folder cannot be made"));
  CHECK_THAT(error_of([&] { write_embeddings("-", e, Format::model2vec); }),
             ContainsSubstring("is no place for several files"));
  fs::create_symlink("round", directory / "round");
  CHECK_THAT(error_of([&] { write_embeddings(directory / "round", e, Format::model2vec); }),
             ContainsSubstring("cannot be made"));
  directory.file("model/config.json", "{}");
  CHECK_THAT(error_of([&] { write_embeddings(directory / "model", e, Format::sentence_transformers); }),
             ContainsSubstring("config.json: is of another model"));
  CHECK(directory.names() == Names{"file", "model", "round"});
}

TEST_CASE("static models: an older model in the folder is replaced as a whole") {
  const TemporaryDirectory directory;
  const Format format = GENERATE(from_range(model_formats));
  write_embeddings(directory / "out", embeddings({{"a", {1}}}), format);
  const Embeddings e = embeddings({{"b", {1, 2}}, {"c", {3, 4}}});
  write_embeddings(directory / "out", e, format);
  CHECK(same_bits(read(directory / "out"), e));
  CHECK(files_in(directory / "out").size() == 4);
}
