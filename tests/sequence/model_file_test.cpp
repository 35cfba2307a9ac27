#include "equivec/sequence/model.hpp"

#include "catch.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "tests/sequence/lessons.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace equivec;

namespace {

/// A model's file, to be changed.
class ModelFile {
 public:
  explicit ModelFile(const SequenceModel& model) {
    write_model(model, folder_ / "model");
    bytes_ = read_file(folder_ / "model");
  }

  const std::string& bytes() const { return bytes_; }

  /// The error of reading these bytes, without the folder; empty if there is none.
  std::string error_with(std::string_view bytes) const {
    write_file(folder_ / "model", bytes);
    std::string error = error_of([&] { SequenceModel::read(folder_ / "model"); });
    CHECK(error.find('\n') == std::string::npos);
    const std::string place = folder_.path().string() + "/";
    if (error.starts_with(place)) error.erase(0, place.size());
    return error;
  }

  /// The error of reading the file with its tensors and settings changed.
  std::string error_after(const std::function<void(SafetensorsContent&)>& change) const {
    SafetensorsContent content = parse_safetensors(bytes_, "model");
    change(content);
    const std::filesystem::path file = folder_ / "changed";
    {
      OutputFiles files;
      write_safetensors(files.open(file), content.tensors, content.metadata, "embeddings", nullptr);
      files.commit();
    }
    return error_with(read_file(file));
  }

  std::string error_with_setting(const std::string& key, const nlohmann::json& value) const {
    return error_after([&](SafetensorsContent& content) {
      nlohmann::json settings = nlohmann::json::parse(content.metadata.at("sequence"));
      REQUIRE(settings.contains(key));
      settings[key] = value;
      content.metadata["sequence"] = settings.dump();
    });
  }

  std::string error_with_settings(const std::string& text) const {
    return error_after([&](SafetensorsContent& content) { content.metadata["sequence"] = text; });
  }

 private:
  TemporaryDirectory folder_;
  std::string bytes_;
};

Tensor& tensor_named(SafetensorsContent& content, std::string_view name) {
  const auto found = std::ranges::find(content.tensors, name, &Tensor::name);
  if (found == content.tensors.end()) throw std::out_of_range("no tensor " + std::string(name));
  return *found;
}

/// The model as it is after it was written and read.
SequenceModel read_back(const SequenceModel& model) {
  const TemporaryDirectory folder;
  write_model(model, folder / "model");
  return SequenceModel::read(folder / "model");
}

void check_same_after_reading(const Lesson& lesson, const Embeddings* vectors = nullptr) {
  const SequenceModel model = learned(lesson, vectors), copy = read_back(model);
  CHECK(copy.task() == model.task());
  CHECK(copy.labels() == model.labels());
  CHECK(answers_of(copy, lesson.test) == answers_of(model, lesson.test));
  CHECK(same_bits(copy.vectors(), model.vectors()));
  CHECK(file_bytes_of(copy) == file_bytes_of(model));
}

}  // namespace

TEST_CASE("sequence model file: a model that is read gives the same answers bit for bit, and is written the same") {
  for (const SequenceTask task : sequence_tasks) {
    CAPTURE(name_of(task));
    check_same_after_reading(short_lesson_in(task));
  }
}

TEST_CASE("sequence model file: so do models with random fields, characters, and vectors of all uses") {
  const Embeddings vectors = lesson_vectors();
  for (const VectorUse use : vector_uses)
    for (const CharacterEncoderKind kind : character_encoder_kinds) {
      CAPTURE(name_of(use), name_of(kind));
      Lesson lesson = short_lesson_in(SequenceTask::tag);
      lesson.model.use = use, lesson.model.character_encoder = kind, lesson.model.character_outputs = 6;
      lesson.model.crf = use != VectorUse::random, lesson.model.cell = CellKind::peephole_lstm;
      check_same_after_reading(lesson, use == VectorUse::random ? nullptr : &vectors);
    }
  Lesson lesson = short_lesson_in(SequenceTask::translate);
  lesson.model.encoder = SequenceEncoder::mean, lesson.model.layers = 2, lesson.model.cell = CellKind::gru;
  check_same_after_reading(lesson);
}

TEST_CASE("sequence model file: a tagger that keeps the rules of spans keeps them when it is read") {
  Lesson lesson = short_lesson_in(SequenceTask::tag);
  for (SequenceExamples* const examples : {&lesson.training, &lesson.development, &lesson.test})
    for (std::vector<std::string>& tags : examples->outputs)
      for (std::size_t i = 0; i < tags.size(); ++i)
        tags[i] = i == 0 ? "O" : i == 1 || tags[i] == "after-w1" ? "B-x" : "I-x";
  lesson.model.crf = true;
  check_same_after_reading(lesson);
  const SequenceModel model = read_back(learned(lesson));
  for (const std::vector<std::string>& tags : model.tag(tag_lesson().test.inputs))
    for (std::size_t i = 0; i < tags.size(); ++i) CHECK((tags[i] != "I-x" || (i > 0 && tags[i - 1] != "O")));
}

TEST_CASE("sequence model file: labels of bytes that are no UTF-8 are kept") {
  Lesson lesson = short_lesson_in(SequenceTask::classify);
  for (SequenceExamples* const examples : {&lesson.training, &lesson.development, &lesson.test})
    for (std::vector<std::string>& output : examples->outputs) output[0] = output[0] == "blame" ? "\xE9" : "\xE8\"\\";
  check_same_after_reading(lesson);
  Lesson characters = short_lesson_in(SequenceTask::language_model);
  for (std::vector<std::string>& text : characters.training.inputs) text.push_back("\xFF");
  characters.model.units = SequenceUnits::characters;
  check_same_after_reading(characters);
}

TEST_CASE("sequence model file: what reads vectors reads a model, with the vectors that were tuned") {
  const Embeddings vectors = lesson_vectors();
  Lesson lesson = short_lesson_in(SequenceTask::classify);
  lesson.model.use = VectorUse::tuned;
  const SequenceModel model = learned(lesson, &vectors);
  const TemporaryDirectory folder;
  write_model(model, folder / "model");
  Format format = Format::automatic;
  const Embeddings read = read_embeddings(folder / "model", {}, nullptr, nullptr, &format);
  CHECK(format == Format::native);
  CHECK(same_bits(read, model.vectors()));
  CHECK_FALSE(same_bits(read, vectors));
  CHECK(row_of(read, "w1") != row_of(vectors, "w1"));
  CHECK_THAT(read.metadata().at("sequence_made"), ContainsSubstring("sequence train classify training"));
}

TEST_CASE("sequence model file: of a file cut anywhere reading is an error of one line") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::tag, 1)));
  const std::size_t header = file.bytes().find('}');
  for (std::size_t length = 0; length < file.bytes().size();
       length += length < header ? 1 + header / 20 : 1 + file.bytes().size() / 60) {
    CAPTURE(length);
    CHECK_THAT(file.error_with(std::string_view(file.bytes()).substr(0, length)), ContainsSubstring("model: "));
  }
  CHECK(file.error_with(file.bytes()).empty());
}

TEST_CASE("sequence model file: other files are refused by what they are") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::classify, 1)));
  CHECK(file.error_with("2 2\na 1 2\nb 3 4\n") ==
        "model: is no sequence model; give a file that 'equivec sequence train' has written");
  const std::string without =
      "model: has vectors, but no sequence model; give a file that 'equivec sequence train' has written";
  CHECK(file.error_after([](SafetensorsContent& content) { content.metadata.erase("sequence"); }) == without);
  const std::string foreign = "{\"weight\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
  const std::uint64_t length = foreign.size();
  CHECK(file.error_with(bytes_of(&length, 8) + foreign + std::string(4, '\0')) == without);
  const TemporaryDirectory folder;
  CHECK_THAT(error_of([&] { SequenceModel::read(folder / "absent"); }), ContainsSubstring("absent"));
}

TEST_CASE("sequence model file: a weight that is not finite is refused by its name") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::classify, 1)));
  const float values[] = {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()};
  for (const float value : values)
    for (const std::string name : {"sequence.parameter.output.weight", "sequence.unknown"}) {
      CAPTURE(name);
      std::string changed;
      CHECK(file.error_after([&](SafetensorsContent& content) {
        Tensor& tensor = tensor_named(content, name);
        changed.assign(tensor.bytes);
        std::memcpy(changed.data() + 4, &value, sizeof value);
        tensor.bytes = changed;
      }) == "model: the tensor '" + name + "' holds a number that is not finite; the file is damaged");
    }
}

TEST_CASE("sequence model file: tensors that are missing or have another shape are refused by name") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::classify, 1)));
  std::vector<std::string> names;
  for (const Tensor& tensor : parse_safetensors(file.bytes(), "model").tensors)
    if (tensor.name.starts_with("sequence.")) names.push_back(tensor.name);
  REQUIRE(names.size() > 8);
  for (const std::string& name : names) {
    CAPTURE(name);
    CHECK_THAT(file.error_after([&](SafetensorsContent& content) {
      std::erase_if(content.tensors, [&](const Tensor& tensor) { return tensor.name == name; });
    }),
               ContainsSubstring("model: lacks the tensor '" + name + "'"));
    if (name == "sequence.labels" || name == "sequence.characters") continue;
    CHECK(file.error_after([&](SafetensorsContent& content) { tensor_named(content, name).shape.push_back(1); }) ==
          "model: the tensor '" + name + "' has not the shape that the others ask for; the file is damaged");
  }
}

TEST_CASE("sequence model file: settings of absurd size are refused before anything of it is made") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::translate, 1)));
  const std::string refusal = "model: has settings that do not fit its tensors; the file is damaged";
  CHECK(file.error_with_setting("hidden", 8192) == refusal);
  CHECK(file.error_after([](SafetensorsContent& content) {
    nlohmann::json settings = nlohmann::json::parse(content.metadata.at("sequence"));
    settings["hidden"] = 8192, settings["layers"] = 16, settings["dimension"] = 8192;
    content.metadata["sequence"] = settings.dump();
  }) == refusal);
  CHECK_THAT(file.error_with_setting("layers", 2), ContainsSubstring("lacks the tensor"));
  CHECK_THAT(file.error_with_setting("hidden", 25), ContainsSubstring("has not the shape"));
}

TEST_CASE("sequence model file: settings that are none, or out of range, are refused") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::classify, 1)));
  const auto refused = ContainsSubstring("model: its settings cannot be read (");
  CHECK_THAT(file.error_with_setting("hidden", 8193), refused);
  CHECK_THAT(file.error_with_setting("hidden", 0), refused);
  CHECK_THAT(file.error_with_setting("hidden", 1e300), refused);
  CHECK_THAT(file.error_with_setting("hidden", std::int64_t{1} << 32 | 16), refused);
  CHECK_THAT(file.error_with_setting("hidden", 16.5), refused);
  CHECK_THAT(file.error_with_setting("hidden", "16"), refused);
  CHECK_THAT(file.error_with_setting("layers", nullptr), refused);
  CHECK_THAT(file.error_with_setting("dropout", 1), refused);
  CHECK_THAT(file.error_with_setting("bidirectional", 1), refused);
  CHECK_THAT(file.error_with_setting("cell", "transformer"), refused);
  CHECK_THAT(file.error_with_setting("window", 0), refused);
  CHECK_THAT(file.error_with_setting("crf", true), refused);
  CHECK_THAT(file.error_with_settings(""), refused);
  CHECK_THAT(file.error_with_settings("{}"), refused);
  CHECK_THAT(file.error_with_settings("[1, 2]"), refused);
  CHECK_THAT(file.error_with_settings(std::string(100000, '[')), refused);
  // Another task asks for other tensors.
  CHECK_THAT(file.error_with_setting("task", "translate"), ContainsSubstring("; the file is damaged"));
  CHECK_THAT(file.error_with_setting("cell", "gru"), ContainsSubstring("; the file is damaged"));
  CHECK_THAT(file.error_with_setting("character_encoder", "lstm"), ContainsSubstring("; the file is damaged"));
}

TEST_CASE("sequence model file: labels that are none, or too few, are refused") {
  const ModelFile file(learned(short_lesson_in(SequenceTask::classify, 1)));
  for (const std::string labels : {"", "{}", "[1,2,3]", "[\"a\",\"b\"", "[]", "[\"a\"]", "[\"a\",\"b\"]", "[[[]]]",
                                   "[\"a\",\"b\",[256]]", "[\"a\",\"b\",[-1]]", "[\"a\",\"b\",[1.5]]"}) {
    CAPTURE(labels);
    CHECK_THAT(file.error_after([&](SafetensorsContent& content) {
      Tensor& tensor = tensor_named(content, "sequence.labels");
      tensor.bytes = labels, tensor.shape = {labels.size()};
    }),
               ContainsSubstring("; the file is damaged"));
  }
}

TEST_CASE("sequence model file: random damage is an error of one line, or a model that answers") {
  const Lesson lesson = short_lesson_in(SequenceTask::tag, 1);
  const ModelFile file(learned(lesson));
  const TemporaryDirectory folder;
  Rng rng(3);
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    CAPTURE(i);
    std::string bytes = file.bytes();
    // Most of what can go wrong is in the header.
    const std::size_t range = i % 2 == 0 ? bytes.find("sequence.labels") : bytes.size();
    for (int k = 0; k < 3; ++k) bytes[rng.below(static_cast<std::uint32_t>(range))] = static_cast<char>(rng.below(256));
    write_file(folder / "model", bytes);
    const std::string error = error_of([&] { SequenceModel::read(folder / "model").tag(lesson.test.inputs); });
    CHECK(error.find('\n') == std::string::npos);
    refused += !error.empty();
  }
  CHECK(refused > 100);
}

TEST_CASE("sequence model file: where there is no room the old file stays") {
  const SequenceModel model = learned(short_lesson_in(SequenceTask::classify, 1));
  const TemporaryDirectory folder;
  const auto file = folder.file("model", "old");
  {
    const FileSizeLimit limit(2000);
    CHECK_THAT(error_of([&] { write_model(model, file); }), ContainsSubstring("model"));
  }
  CHECK(read_file(file) == "old");
  CHECK(folder.names() == std::vector<std::string>{"model"});
}
