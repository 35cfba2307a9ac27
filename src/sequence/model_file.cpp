#include "equivec/base/error.hpp"
#include "equivec/sequence/model.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/sequence/model_state.hpp"
#include "src/sequence/named_tensors.hpp"
#include "src/text/code_points.hpp"
#include "src/vectors/formats/native.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

// A native file of vectors, with further tensors: sequence.parameter.NAME (F32) for each parameter of the network but
// the words' own vectors, sequence.unknown (F32, 1 x dimension), the vector of unknown words, and, as arrays of JSON
// (U8), sequence.labels and sequence.characters: strings, or, of texts that are not UTF-8, arrays of their bytes. The
// metadata's `sequence` is an object of JSON: the settings.

namespace equivec {

namespace {

using nlohmann::json;

constexpr const char* settings_key = "sequence";
constexpr std::string_view parameter_prefix = "sequence.parameter.", own_vectors = "vectors.own";

/// Calls f(key, field) for each setting of a shape.
template <class Shape, class F>
void for_each_setting(Shape& shape, F&& f) {
  auto& options = shape.options;
  f("task", shape.task, sequence_tasks);
  f("units", options.units, sequence_units);
  f("cell", options.cell, cell_kinds);
  f("vectors", options.use, vector_uses);
  f("character_encoder", options.character_encoder, character_encoder_kinds);
  f("pooling", options.pooling, poolings);
  f("encoder", options.encoder, sequence_encoders);
  f("hidden", options.hidden);
  f("layers", options.layers);
  f("bidirectional", options.bidirectional);
  f("dropout", options.dropout);
  f("dimension", options.dimension);
  f("character_dimension", options.character_dimension);
  f("character_outputs", options.character_outputs);
  f("crf", options.crf);
  f("vocabulary", options.vocabulary);
  f("window", shape.window);
  f("bio", shape.bio);
}

struct SettingWriter {
  json& document;
  template <class T>
  void operator()(const char* key, const T& field) const {
    document[key] = field;
  }
  template <class T, class Values>
  void operator()(const char* key, const T& field, const Values&) const {
    document[key] = std::string(name_of(field));
  }
};

struct SettingReader {
  const json& document;
  template <class T>
  void operator()(const char* key, T& field) const {
    const json& value = document.at(key);
    if constexpr (std::is_same_v<T, int>)
      if (!value.is_number_integer() || value.get<double>() != value.get<int>())
        throw Error(std::string(key) + " is no number that it can be");
    value.get_to(field);
  }
  template <class T, class Values>
  void operator()(const char* key, T& field, const Values& values) const {
    const std::string name = document.at(key).get<std::string>();
    const auto found = std::ranges::find_if(values, [&](T value) { return name_of(value) == name; });
    if (found == values.end()) throw Error(std::string(key) + " '" + name + "' is not known");
    field = *found;
  }
};

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = first_code_point(text);
    if (first.value == CodePoint::invalid) return false;
    text.remove_prefix(first.size);
  }
  return true;
}

/// A string where the text is UTF-8, as JSON has to be, else its bytes.
json json_of(const std::string& text) {
  return is_utf8(text) ? json(text) : json(std::vector<std::uint8_t>(text.begin(), text.end()));
}

std::string text_from(const json& value) {
  if (!value.is_array()) return value.get<std::string>();
  std::string text;
  for (const json& byte : value) {
    if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 255) throw Error("has a text of what are no bytes");
    text += static_cast<char>(byte.get<std::uint8_t>());
  }
  return text;
}

std::string text_of(const std::vector<std::string>& texts) {
  json document = json::array();
  for (const std::string& text : texts) document.push_back(json_of(text));
  return document.dump();
}

std::vector<std::string> texts_from(const SafetensorsContent& content, std::string_view name) {
  const Tensor* const tensor = content.find(name);
  if (!tensor || tensor->type != "U8") throw Error("lacks the tensor '" + std::string(name) + "'");
  const json document = json::parse(tensor->bytes);
  if (!document.is_array()) throw Error("has no list in the tensor '" + std::string(name) + "'");
  std::vector<std::string> texts;
  for (const json& value : document) texts.push_back(text_from(value));
  return texts;
}

/// All but the words' own vectors.
NamedTensors parameters_of_file(const SequenceNetwork& network) {
  NamedTensors parameters = parameters_of(network);
  std::erase_if(parameters, [](const auto& each) { return each.first == own_vectors; });
  return parameters;
}

/// Throws Error unless the file's tensors can be those of the shape, before anything of that size is made.
void require_size(const NetworkShape& shape, double width, const SafetensorsContent& content) {
  double numbers = 0;
  for (const Tensor& tensor : content.tensors)
    if (tensor.name.starts_with(parameter_prefix)) numbers += static_cast<double>(tensor.bytes.size()) / sizeof(float);
  if (network_size(shape, width, 0, 0).parameters > 2 * numbers + 1e6)
    throw Error("has settings that do not fit its tensors");
}

}  // namespace

std::string description_of(const NetworkShape& shape) {
  json document = json::object();
  for_each_setting(shape, SettingWriter{document});
  return document.dump();
}

NetworkShape shape_from(const std::string& description, const std::string& file) {
  NetworkShape shape;
  try {
    const json document = json::parse(description);
    for_each_setting(shape, SettingReader{document});
    validate(shape.task, shape.options);
    require_between("window", shape.window, 1, 100000);
  } catch (const std::exception& error) {
    throw Error(file + ": its settings cannot be read (" + std::string(error.what()) + "); the file is damaged");
  }
  return shape;
}

void SequenceModel::write(OutputFiles& files, const std::filesystem::path& file) const {
  const SequenceNetwork& network = *state_->network;
  Metadata metadata = state_->metadata;
  metadata[settings_key] = description_of(state_->shape);
  const std::string labels = text_of(state_->shape.labels), characters = text_of(network.vectors().characters());
  NamedTensors parameters = parameters_of_file(network);
  for (auto& [name, tensor] : parameters) tensor = tensor.detach().contiguous();
  const NamedTensors unknown = {{"unknown", network.vectors().unknown()}};
  std::vector<Tensor> tensors = file_tensors(unknown, "sequence.");
  std::ranges::move(file_tensors(parameters, parameter_prefix), std::back_inserter(tensors));
  tensors.push_back({"sequence.labels", "U8", {labels.size()}, labels});
  tensors.push_back({"sequence.characters", "U8", {characters.size()}, characters});
  write_native(files, file, vectors().with_metadata(std::move(metadata)), std::move(tensors), nullptr);
}

SequenceModel SequenceModel::read(const std::filesystem::path& file) {
  const std::string name = file.string();
  if (recognize_format(file) != Format::native)
    throw Error(name + ": is no sequence model; give a file that 'equivec sequence train' has written");
  const MappedFile mapped(file);
  const SafetensorsContent content = parse_safetensors(mapped.bytes(), name);
  const auto settings = content.metadata.find(settings_key);
  if (settings == content.metadata.end())
    throw Error(name + ": has vectors, but no sequence model; give a file that 'equivec sequence train' has written");
  auto state = std::make_shared<State>();
  state->shape = shape_from(settings->second, name);
  const Embeddings vectors = read_embeddings(file, {.format = Format::native});
  state->metadata = vectors.metadata();
  state->metadata.erase(settings_key);
  std::vector<std::string> characters;
  try {
    state->shape.labels = texts_from(content, "sequence.labels");
    characters = texts_from(content, "sequence.characters");
    const bool encodes = state->shape.options.character_encoder != CharacterEncoderKind::none;
    require_size(state->shape, vectors.dimension() + (encodes ? state->shape.options.character_outputs : 0), content);
  } catch (const std::exception& error) {
    throw Error(name + ": " + error.what() + "; the file is damaged");
  }
  // Every model has two or more; some of those that stand for units come first.
  if (state->shape.labels.size() < 2) throw Error(name + ": has fewer than two labels; the file is damaged");
  state->numbers = numbers_of_labels(state->shape.labels);
  TokenVectors tokens(vectors, std::span<const WordId>(), std::move(characters), state->shape.options);
  state->network = make_network(state->shape, tokens);
  copy_from_file(content, parameter_prefix, name, parameters_of_file(*state->network));
  const NamedTensors unknown = {{"unknown", torch::empty_like(tokens->unknown())}};
  copy_from_file(content, "sequence.", name, unknown);
  tokens->set_unknown(unknown[0].second);
  state->network->eval();
  return SequenceModel(std::move(state));
}

}  // namespace equivec
