#include "equivec/base/error.hpp"
#include "equivec/base/progress.hpp"
#include "equivec/base/types.hpp"
#include "equivec/counts/vocabulary.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/vectors/embeddings.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/tokenizer.hpp"
#include "src/base/parallel.hpp"
#include "src/base/suggestion.hpp"
#include "src/base/text_numbers.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/files/output_file.hpp"
#include "src/files/safetensors.hpp"
#include "src/vectors/finite.hpp"
#include "src/vectors/formats/format.hpp"
#include "src/vectors/model_configuration.hpp"
#include "src/base/half.hpp"
#include "src/vectors/tokenizer_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <system_error>

// Static sentence models, folders that hold a vector for each token: model.safetensors has the table, tokenizer.json
// the words and their rows. model2vec names the table "embeddings"; it may have fewer rows than there are tokens, which
// "mapping" then tells the rows, and "weights", factors of the tokens' vectors. sentence-transformers' StaticEmbedding
// names it "embedding.weight" and may keep both files in a folder 0_StaticEmbedding; modules.json says whether the
// vector of a text is scaled to length 1, as "normalize" in model2vec's config.json does.

namespace equivec {

namespace {

namespace fs = std::filesystem;
using OrderedJson = nlohmann::ordered_json;

constexpr const char *model_file = "model.safetensors", *tokenizer_file = "tokenizer.json",
                     *configuration_file = "config.json", *modules_file = "modules.json",
                     *sentence_file = "config_sentence_transformers.json", *nested_folder = "0_StaticEmbedding";
constexpr std::string_view model2vec_table = "embeddings", sentence_table = "embedding.weight";

bool is_file(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored);
}

/// Where the table and the tokenizer stand.
fs::path folder_of_model(const fs::path& folder) {
  const auto has_one = [](const fs::path& place) {
    return is_file(place / model_file) || is_file(place / tokenizer_file);
  };
  return has_one(folder) || !has_one(folder / nested_folder) ? folder : folder / nested_folder;
}

// ---- recognition ----

bool is_model(const fs::path& folder) {
  const fs::path place = folder_of_model(folder);
  return is_file(place / model_file) || is_file(place / tokenizer_file);
}

bool has_sentence_layout(const fs::path& folder) {
  if (folder_of_model(folder) != folder) return true;
  if (!is_file(folder / model_file)) return false;
  try {
    const MappedFile file(folder / model_file);
    return parse_safetensors(file.bytes(), "").find(sentence_table) != nullptr;
  } catch (const Error&) {
    return false;  // reading says what is wrong with it
  }
}

bool recognizes_model2vec(const fs::path& folder) { return is_model(folder) && !has_sentence_layout(folder); }
bool recognizes_sentence(const fs::path& folder) { return is_model(folder) && has_sentence_layout(folder); }

std::vector<fs::path> files_of(const fs::path& folder) {
  const fs::path place = folder_of_model(folder);
  std::vector<fs::path> files = {place / model_file, place / tokenizer_file};
  for (const char* name : {configuration_file, modules_file})
    if (is_file(folder / name)) files.push_back(folder / name);
  return files;
}

// ---- reading ----

Source open_part(const fs::path& file) {
  std::error_code ignored;
  if (is_file(file)) return {file, file.string(), std::make_shared<const MappedFile>(file)};
  const bool has_pickle = file.filename() == model_file && is_file(file.parent_path() / "pytorch_model.bin");
  throw Error(file.string() + (fs::exists(file, ignored) ? ": is not a file" : ": is missing") +
              (has_pickle ? "; pytorch_model.bin is not read, save the model as safetensors"
                          : "; a static sentence model has model.safetensors and tokenizer.json"));
}

/// Whether modules.json has sentence-transformers scale the vector of a text. Others of its modules have no place here.
bool normalizes(const fs::path& file, const ReadContext& context) {
  if (!is_file(file)) return false;
  const Source source = open_part(file);
  const OrderedJson modules = parse_configuration(source.name, source.file->bytes());
  bool result = false;
  if (!modules.is_array()) source.fail("expected a list of modules");
  for (const OrderedJson& module : modules) {
    const auto type = module.is_object() ? module.find("type") : module.end();
    if (!module.is_object() || type == module.end() || !type->is_string())
      source.fail("expected modules with a type; the file is damaged");
    const auto& name = type->get_ref<const std::string&>();
    if (name.ends_with(".Normalize"))
      result = true;
    else if (!name.ends_with(".StaticEmbedding"))
      context.notice(source.name + ": the module '" + escaped(name) + "' is left out; only vectors of words are read");
  }
  return result;
}

std::string configuration_of(const fs::path& folder, const ReadContext& context) {
  const bool normalize = normalizes(folder / modules_file, context);
  if (is_file(folder / configuration_file)) {
    const Source source = open_part(folder / configuration_file);
    parse_configuration(source.name, source.file->bytes());
    return std::string(source.file->bytes());
  }
  return normalize ? "{\"normalize\": true}\n" : "";
}

/// How numbers are stored.
struct NumberType {
  std::string_view name;
  std::size_t size;
  void (*read)(const char* from, std::size_t count, float* to);
};

template <class Stored, class Convert>
void read_numbers(const char* from, std::size_t count, float* to, const Convert& number) {
  for (std::size_t i = 0; i < count; ++i) {
    Stored stored;
    std::memcpy(&stored, from + i * sizeof stored, sizeof stored);
    to[i] = number(stored);
  }
}

constexpr std::array number_types = {
    NumberType{"F32", 4,
               [](const char* from, std::size_t count, float* to) { std::memcpy(to, from, count * sizeof(float)); }},
    NumberType{"F16", 2,
               [](const char* from, std::size_t count, float* to) {
                 read_numbers<std::uint16_t>(from, count, to, half_to_float);
               }},
    NumberType{"BF16", 2,
               [](const char* from, std::size_t count, float* to) {
                 read_numbers<std::uint16_t>(
                     from, count, to, [](std::uint16_t x) { return std::bit_cast<float>(std::uint32_t{x} << 16); });
               }},
    NumberType{"F64", 8,
               [](const char* from, std::size_t count, float* to) {
                 read_numbers<double>(from, count, to, [](double x) { return static_cast<float>(x); });
               }},
    NumberType{"I8", 1, [](const char* from, std::size_t count, float* to) {
                 read_numbers<std::int8_t>(from, count, to, [](std::int8_t x) { return static_cast<float>(x); });
               }}};

const NumberType& number_type(const Source& source, const Tensor& tensor) {
  const auto found = std::ranges::find(number_types, tensor.type, &NumberType::name);
  if (found == number_types.end())
    source.fail("tensor '" + tensor.name + "' is of type " + tensor.type +
                "; expected F32, F16, BF16, F64 or I8: save it as float32");
  return *found;
}

/// The numbers of `mapping`, which may be of any type of integers.
template <class Stored>
void read_rows(const Tensor& tensor, std::vector<std::uint64_t>& rows) {
  for (std::size_t i = 0; i < tensor.bytes.size() / sizeof(Stored); ++i) {
    Stored row;
    std::memcpy(&row, tensor.bytes.data() + i * sizeof row, sizeof row);
    rows.push_back(static_cast<std::uint64_t>(row));  // a negative one becomes too large
  }
}

/// The vectors of ids, as the tensors of model.safetensors give them.
class IdVectors {
 public:
  IdVectors(const Source& source, const SafetensorsContent& content) : source_(source), table_(table_of(content)) {
    type_ = &number_type(source, table_);
    if (table_.shape.size() != 2)
      source.fail("tensor '" + table_.name + "' has " + std::to_string(table_.shape.size()) +
                  " dimensions, expected rows and columns");
    if (table_.shape[0] == 0 || table_.shape[1] == 0) source.fail("holds no vector");
    if (const Tensor* mapping = content.find("mapping")) read_mapping(*mapping);
    if (const Tensor* weights = content.find("weights")) read_weights(*weights);
  }

  std::uint64_t rows() const { return table_.shape[0]; }
  std::uint64_t ids() const { return is_mapped_ ? mapping_.size() : rows(); }
  std::uint64_t dimension() const { return table_.shape[1]; }

  /// Of an id below ids().
  void copy(std::uint64_t id, float* to) const {
    const std::uint64_t row = is_mapped_ ? mapping_[id] : id;
    type_->read(table_.bytes.data() + row * dimension() * type_->size, dimension(), to);
    if (!weights_.empty())
      for (std::uint64_t i = 0; i < dimension(); ++i) to[i] *= weights_[id];
  }

 private:
  const Tensor& table_of(const SafetensorsContent& content) const {
    for (const std::string_view name : {model2vec_table, sentence_table})
      if (const Tensor* tensor = content.find(name)) return *tensor;
    if (content.tensors.empty()) source_.fail("holds no tensor");
    source_.fail("has no tensor '" + std::string(model2vec_table) + "' or '" + std::string(sentence_table) +
                 "', but others such as '" + escaped(content.tensors[0].name) +
                 "'; it is no static model, whose words have one vector each");
  }

  void read_mapping(const Tensor& tensor) {
    struct Type {
      std::string_view name;
      void (*read)(const Tensor& tensor, std::vector<std::uint64_t>& rows);
    };
    constexpr std::array types = {Type{"I64", read_rows<std::int64_t>},  Type{"I32", read_rows<std::int32_t>},
                                  Type{"U64", read_rows<std::uint64_t>}, Type{"U32", read_rows<std::uint32_t>},
                                  Type{"I16", read_rows<std::int16_t>},  Type{"U16", read_rows<std::uint16_t>}};
    const auto type = std::ranges::find(types, tensor.type, &Type::name);
    if (type == types.end() || tensor.shape.size() != 1)
      source_.fail("tensor 'mapping' is of type " + tensor.type + " with " + std::to_string(tensor.shape.size()) +
                   " dimensions, expected whole numbers in one");
    type->read(tensor, mapping_);
    is_mapped_ = true;
    for (std::size_t id = 0; id < mapping_.size(); ++id)
      if (mapping_[id] >= rows())
        source_.fail("'mapping' gives the id " + grouped(id) + " a row that is not among the " + grouped(rows()) +
                     " of '" + table_.name + "'; the file is damaged");
  }

  void read_weights(const Tensor& tensor) {
    const NumberType& type = number_type(source_, tensor);
    if (tensor.shape.size() != 1 || tensor.shape[0] != ids())
      source_.fail("tensor 'weights' has not one number for each of the " + grouped(ids()) + " ids");
    weights_.resize(ids());
    type.read(tensor.bytes.data(), ids(), weights_.data());
  }

  const Source& source_;
  const Tensor& table_;
  const NumberType* type_ = nullptr;
  bool is_mapped_ = false;
  std::vector<std::uint64_t> mapping_;
  std::vector<float> weights_;
};

/// Ids that have no use here are left out: those without a word, and the row of zeros that write() appends for unknown
/// words.
void keep_usable(TokenizerWords& tokens, const IdVectors& vectors, const Source& model, const std::string& tokenizer,
                 const ReadContext& context) {
  std::vector<TokenizerWord>& words = tokens.words;
  if (words.back().id >= vectors.ids())
    throw Error(tokenizer + ": the id " + grouped(words.back().id) + " of '" + escaped(words.back().word) +
                "' has no vector: " + model.name + " has those of " + grouped(vectors.ids()) +
                " ids; the files do not belong together");
  if (const std::uint64_t missing = vectors.ids() - words.size(); missing > 0)
    context.notice(model.name + ": " + grouped(missing) + " of " + grouped(vectors.ids()) +
                   " vectors are left out, since no word has their ids");
  if (const auto empty = std::erase_if(words, [](const TokenizerWord& word) { return word.word.empty(); }); empty > 0)
    context.notice(tokenizer + ": an empty word is left out");
  if (words.empty()) throw Error(tokenizer + ": has no words in model.vocab");
  if (tokens.model != "WordLevel" || tokens.unknown != words.back().word || words.size() == 1) return;
  std::vector<float> last(vectors.dimension());
  vectors.copy(words.back().id, last.data());
  if (std::ranges::all_of(last, [](float x) { return x == 0; })) words.pop_back();
}

/// Throws Error if many words that share a row would take far more memory than the file has bytes.
void require_moderate(std::uint64_t words, const IdVectors& vectors, const Source& model) {
  constexpr std::uint64_t always = std::uint64_t{1} << 26, most_times = 100;  // numbers; words for a row
  if (words / most_times > vectors.rows() && words > always / vectors.dimension())
    model.fail(grouped(words) + " words share " + grouped(vectors.rows()) + " rows; the file is damaged");
}

/// How often the words of ids occur, if the file says so.
std::vector<std::uint64_t> counts_of(const SafetensorsContent& content, const IdVectors& vectors,
                                     std::span<const TokenizerWord> words) {
  const Tensor* counts = content.find("counts");
  if (!counts || counts->type != "I64" || counts->shape != std::vector{vectors.ids()}) return {};
  std::vector<std::uint64_t> result;
  for (const TokenizerWord& word : words) {
    std::int64_t count;
    std::memcpy(&count, counts->bytes.data() + word.id * sizeof count, sizeof count);
    result.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)));
  }
  return result;
}

Embeddings read_folder(const fs::path& folder, const ReadContext& context) {
  const fs::path place = folder_of_model(folder);
  const Source model = open_part(place / model_file), tokenizer = open_part(place / tokenizer_file);
  const SafetensorsContent content = parse_safetensors(model.file->bytes(), model.name);
  const IdVectors vectors(model, content);
  TokenizerWords tokens = parse_tokenizer(tokenizer.name, tokenizer.file->bytes());
  keep_usable(tokens, vectors, model, tokenizer.name, context);
  const std::size_t limit = context.options.limit > 0 ? context.options.limit : tokens.words.size();
  const bool all = limit >= tokens.words.size();
  tokens.words.resize(std::min(limit, tokens.words.size()));
  if (!all) context.notice(tokenizer.name + ": the tokenizer is left out, since it has more words than are read");
  require_moderate(tokens.words.size(), vectors, model);

  Matrix rows(static_cast<Eigen::Index>(tokens.words.size()), static_cast<Eigen::Index>(vectors.dimension()));
  std::vector<std::string_view> words(tokens.words.size());
  parallel_ranges(words.size(), 1024, context.options.threads, [&](std::size_t begin, std::size_t end) {
    check_cancelled(context.progress);
    for (std::size_t i = begin; i < end; ++i) {
      words[i] = tokens.words[i].word;
      vectors.copy(tokens.words[i].id, rows.row(static_cast<Eigen::Index>(i)).data());
    }
  });
  Embeddings result =
      with_unique_words(tokenizer.name, context, words, std::move(rows), counts_of(content, vectors, tokens.words));
  check_finite(model.name, context, result);
  result = result.with_metadata(content.metadata);
  std::string configuration = configuration_of(folder, context);
  if (!all) return result;
  return result.with_tokenizer(Tokenizer(std::string(tokenizer.file->bytes()), std::move(configuration)));
}

// ---- writing ----

/// The word of the vectors that stands for unknown ones, or the one to append.
std::string unknown_word(const Embeddings& embeddings) {
  for (const char* key : {"unknown", "unknown_vector"})  // as training records them
    if (const auto found = embeddings.metadata().find(key); found != embeddings.metadata().end())
      if (embeddings.vocabulary().find(found->second)) return found->second;
  for (const char* word : {"[UNK]", "<unk>", "<UNK>"})
    if (embeddings.vocabulary().find(word)) return word;
  return "[UNK]";
}

/// Whether a text is to be put into lower case before its words are looked up: if that was done in training, or if no
/// word has a capital.
bool is_lowercase(const Embeddings& embeddings, const std::string& unknown) {
  if (const auto found = embeddings.metadata().find("lowercase"); found != embeddings.metadata().end())
    return found->second != "false";
  for (std::size_t row = 0; row < embeddings.size(); ++row) {
    const std::string_view word = embeddings.vocabulary().word(word_id(row));
    if (word != unknown && std::ranges::any_of(word, [](char c) { return c >= 'A' && c <= 'Z'; })) return false;
  }
  return true;
}

Tokenizer tokenizer_for(const Embeddings& embeddings) {
  if (const Tokenizer* tokenizer = embeddings.tokenizer()) return *tokenizer;
  const std::string unknown = unknown_word(embeddings);
  return Tokenizer(word_level_tokenizer(embeddings.vocabulary(), unknown, is_lowercase(embeddings, unknown)));
}

/// The word of each id; none for an id that has no vector.
std::vector<std::optional<WordId>> words_of_ids(const Embeddings& embeddings, const TokenizerWords& tokens) {
  const auto refuse = [](const std::string& what) {
    throw Error("the tokenizer of these vectors " + what +
                "; write .safetensors, or leave the tokenizer out by way of .vec");
  };
  const std::uint64_t ids = tokens.words.back().id + 1;
  constexpr std::uint64_t most_unused = 1000000;
  if (tokens.words.back().id >= tokens.words.size() + most_unused) refuse("has ids up to " + grouped(ids - 1));
  std::vector<std::optional<WordId>> result(ids);
  std::vector<bool> reached(embeddings.size());
  std::size_t count = 0;
  for (const auto& [word, id] : tokens.words) {
    result[id] = word.empty() ? std::nullopt : embeddings.vocabulary().find(word);
    if (!result[id] && !word.empty() && tokens.unknown != word)
      refuse("has the word '" + escaped(word) + "', which has no vector");
    if (!result[id] || reached[index(*result[id])]) continue;
    reached[index(*result[id])] = true;
    ++count;
  }
  if (count != embeddings.size()) {
    const auto missing = static_cast<std::size_t>(std::ranges::find(reached, false) - reached.begin());
    refuse("has no word '" + escaped(embeddings.vocabulary().word(word_id(missing))) + "'");
  }
  return result;
}

/// config.json with what is true of the tensors that are written.
std::string configuration_for(const Tokenizer& tokenizer) {
  if (tokenizer.configuration().empty())
    return "{\"model_type\": \"model2vec\", \"normalize\": false, \"embedding_dtype\": \"float32\"}\n";
  OrderedJson configuration = parse_configuration("config.json of the model", tokenizer.configuration());
  bool changed = false;
  if (configuration.is_object()) {
    const auto type = configuration.find("embedding_dtype");
    if (type != configuration.end() && *type != "float32") *type = "float32", changed = true;
    changed = configuration.erase("vocabulary_quantization") > 0 || changed;
  }
  return changed ? configuration.dump(4) + "\n" : std::string(tokenizer.configuration());
}

std::string modules_for(const Tokenizer& tokenizer) {
  const auto module = [](int number, const char* path, const std::string& type) {
    return OrderedJson{{"idx", number},
                       {"name", std::to_string(number)},
                       {"path", path},
                       {"type", "sentence_transformers.models." + type}};
  };
  OrderedJson modules = OrderedJson::array();
  modules.push_back(module(0, ".", "StaticEmbedding"));
  if (normalizes_texts(tokenizer)) modules.push_back(module(1, "1_Normalize", "Normalize"));
  return modules.dump(2) + "\n";
}

/// model.safetensors. `mapping` lets model2vec accept rows that no word has.
void write_table(OutputFile& file, std::string_view name, const Embeddings& embeddings,
                 const std::vector<std::optional<WordId>>& words, bool with_mapping, Progress* progress) {
  const std::uint64_t ids = words.size();
  const std::vector<float> zeros(static_cast<std::size_t>(embeddings.dimension()));
  const auto row = [&](std::size_t id) {
    return bytes_of(words[id] ? embeddings[*words[id]] : std::span<const float>(zeros));
  };
  std::vector<Tensor> tensors = {{std::string(name), "F32", {ids, zeros.size()}, {}, row}};
  std::vector<std::int64_t> counts, mapping;
  if (embeddings.vocabulary().total_count() > 0) {
    for (const auto& word : words)
      counts.push_back(word ? static_cast<std::int64_t>(embeddings.vocabulary().count(*word)) : 0);
    tensors.push_back({"counts", "I64", {ids}, bytes_of(std::span<const std::int64_t>(counts))});
  }
  if (with_mapping) {
    for (std::uint64_t id = 0; id < ids; ++id) mapping.push_back(static_cast<std::int64_t>(id));
    tensors.push_back({"mapping", "I64", {ids}, bytes_of(std::span<const std::int64_t>(mapping))});
  }
  write_safetensors(file, tensors, embeddings.metadata(), name, progress);
}

void write_model(OutputFiles& files, const fs::path& folder, const Embeddings& vectors, Progress* progress,
                 bool for_sentence_transformers) {
  if (vectors.size() == 0 || vectors.dimension() == 0) throw Error("there is no vector to write");
  const Embeddings embeddings = vectors.with_subwords(std::nullopt);  // words made of n-grams have no row
  const Tokenizer tokenizer = tokenizer_for(embeddings);
  const TokenizerWords tokens = parse_tokenizer("the tokenizer of these vectors", tokenizer.file());
  const auto words = words_of_ids(embeddings, tokens);
  files.make_folder(folder);
  if (for_sentence_transformers && is_file(folder / configuration_file))
    throw Error((folder / configuration_file).string() +
                ": is of another model, and model2vec would look for that; choose another folder, or remove the file");
  const bool has_unused_ids = tokens.words.size() != words.size();
  if (for_sentence_transformers)
    write_table(files.open(folder / model_file), sentence_table, embeddings, words, false, progress);
  else
    write_table(files.open(folder / model_file), model2vec_table, embeddings, words, has_unused_ids, progress);
  files.open(folder / tokenizer_file).write(tokenizer.file());
  files.open(folder / modules_file).write(modules_for(tokenizer));
  if (for_sentence_transformers)
    files.open(folder / sentence_file)
        .write("{\"prompts\": {}, \"default_prompt_name\": null, \"similarity_fn_name\": \"cosine\"}\n");
  else
    files.open(folder / configuration_file).write(configuration_for(tokenizer));
}

void write_model2vec(OutputFiles& files, const fs::path& folder, const Embeddings& embeddings, Progress* progress) {
  write_model(files, folder, embeddings, progress, false);
}

void write_sentence(OutputFiles& files, const fs::path& folder, const Embeddings& embeddings, Progress* progress) {
  write_model(files, folder, embeddings, progress, true);
}

std::vector<fs::path> model2vec_files(const fs::path& folder) {
  return {folder / model_file, folder / tokenizer_file, folder / modules_file, folder / configuration_file};
}

std::vector<fs::path> sentence_files(const fs::path& folder) {
  return {folder / model_file, folder / tokenizer_file, folder / modules_file, folder / sentence_file};
}

}  // namespace

const FormatRow model2vec_format = {.info = {Format::model2vec, "model2vec", "", "a folder that model2vec loads", true},
                                    .write = write_model2vec,
                                    .recognizes_folder = recognizes_model2vec,
                                    .read_folder = read_folder,
                                    .files_in = model2vec_files,
                                    .files_of = files_of};

const FormatRow sentence_transformers_format = {.info = {Format::sentence_transformers, "sentence-transformers", "",
                                                         "a folder that sentence-transformers loads", true},
                                                .write = write_sentence,
                                                .recognizes_folder = recognizes_sentence,
                                                .read_folder = read_folder,
                                                .files_in = sentence_files,
                                                .files_of = files_of};

}  // namespace equivec
