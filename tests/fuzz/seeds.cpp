#include "equivec/counts/cooccurrence.hpp"
#include "equivec/counts/cooccurrence_file.hpp"
#include "equivec/counts/encoded_corpus.hpp"
#include "equivec/files/output_files.hpp"
#include "equivec/search/neighbor_graph_file.hpp"
#include "equivec/train/glove.hpp"
#include "equivec/train/glove_parameters.hpp"
#include "equivec/train/word2vec.hpp"
#include "equivec/vectors/formats.hpp"
#include "equivec/vectors/precision.hpp"
#include "equivec/vectors/tokenizer.hpp"

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

// Writes a small file of each kind for each fuzz target: seeds FOLDER

using namespace equivec;
namespace fs = std::filesystem;

namespace {

const std::string text = "the king and the queen are old\nthe man and the woman are not old\nthe king is a man\n";

void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

void write_index(const fs::path& folder) {
  fs::create_directories(folder);
  std::vector<Vocabulary::Entry> words;
  for (int i = 0; i < 8; ++i) words.push_back({"w" + std::to_string(i), 1});
  Matrix rows(8, 2);
  for (Eigen::Index i = 0; i < 8; ++i) rows.row(i) << static_cast<float>(i), 1;
  OutputFiles outputs;
  write_neighbor_graph(outputs, folder / "eight",
                       build_neighbor_graph(Embeddings(Vocabulary(words), rows), {.links = 2, .threads = 1}));
  outputs.commit();
  // The tables of three words in a ring, and five that are not linked.
  const std::vector<std::uint32_t> tables = {0, 1, 2, 3, 3, 3, 3, 3, 3, 4, 0, 1, 2, 3, 1, 2, 0};
  write(folder / "tables", {reinterpret_cast<const char*>(tables.data()), tables.size() * sizeof tables[0]});
}

void write_archives(const fs::path& folder) {
  fs::create_directories(folder);
  gzFile gzip = ::gzopen((folder / "gzip").c_str(), "wb");
  ::gzwrite(gzip, text.data(), static_cast<unsigned>(text.size()));
  ::gzclose(gzip);
  std::string to(10000, '\0');
  unsigned size = static_cast<unsigned>(to.size());
  ::BZ2_bzBuffToBuffCompress(to.data(), &size, const_cast<char*>(text.data()), static_cast<unsigned>(text.size()), 1, 0,
                             0);
  write(folder / "bzip2", to.substr(0, size));
  std::size_t end = 0;
  ::lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                            text.size(), reinterpret_cast<std::uint8_t*>(to.data()), &end, to.size());
  write(folder / "xz", to.substr(0, end));
  write(folder / "zstd", to.substr(0, ::ZSTD_compress(to.data(), to.size(), text.data(), text.size(), 1)));
}

void write_training(const fs::path& folder) {
  const TrainingText read = read_corpus(Corpus::from_text("a b c d a b c a b a\nb c d a\n"), {.min_count = 1});
  fs::create_directories(folder / "checkpoint");
  // Interrupted after an epoch, it keeps its state.
  Progress progress;
  TrainingControl control;
  control.progress = &progress;
  control.checkpoint = {.file = folder / "checkpoint/state"};
  control.on_epoch = [&](const EpochReport&) { progress.cancelled = true; };
  try {
    train_word2vec(read.corpus, read.vocabulary, {.dimension = 2, .epochs = 3, .threads = 1}, control);
  } catch (const Cancelled&) {
  }

  const Cooccurrences pairs = count_cooccurrences(read.corpus, read.vocabulary, {.window = 2, .threads = 1});
  fs::create_directories(folder / "cooccurrences");
  write_cooccurrences(folder / "cooccurrences/pairs", pairs);

  GloveVectors parameters{.words = Matrix::Ones(3, 2),
                          .contexts = Matrix::Ones(3, 2),
                          .word_biases = {1, 2, 3},
                          .context_biases = {4, 5, 6}};
  fs::create_directories(folder / "glove_parameters");
  write_glove_parameters(folder / "glove_parameters/three", parameters);
}

/// finalfusion's: with each kind of n-grams; and quantised, with a projection and lengths, which is not written.
void write_containers(const fs::path& folder) {
  const Matrix rows = Matrix::Random(4, 4);
  const MatrixView view(rows.data(), 4, 4);
  const Embeddings words(Vocabulary(std::vector<Vocabulary::Entry>{{"the", 0}, {"k\xc3\xb6nig", 0}}),
                         Matrix(Matrix::Random(2, 4)), {{"made", "\"here\""}});
  const std::vector<std::string> listed = {"<th", "the", "he>", "k\xc3\xb6"};
  write_embeddings(folder / "finalfusion.fifu",
                   words.with_subwords(Subwords({2, 3, 4, NgramHash::finalfusion}, view, nullptr)));
  write_embeddings(folder / "fasttext.fifu",
                   words.with_subwords(Subwords({2, 3, 4, NgramHash::fasttext}, view, nullptr)));
  write_embeddings(folder / "listed.fifu", words.with_subwords(Subwords(2, 3, listed, rows)));

  std::string quantised = "FiFu";
  const auto add = [&](auto... numbers) {
    (quantised.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  };
  constexpr std::uint32_t parts = 2, dimension = 2, centroids = 2;
  add(0U, 2U, 1U, 4U);
  add(1U, std::uint64_t{13}, std::uint64_t{1}, 1U);
  quantised += 'w';
  add(4U, std::uint64_t{79}, 1U, 1U, parts, dimension, centroids, std::uint64_t{1}, 1U, 10U);
  quantised += std::string(4 - quantised.size() % 4, '\0');
  add(0.0F, 1.0F, 1.0F, 0.0F, /**/ 1.0F, 2.0F, 3.0F, 4.0F, /**/ 5.0F);
  write(folder / "quantised.fifu", quantised + std::string("\0\1", 2));
}

std::string bytes_in(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The two files of a static sentence model in one, as the target takes them.
void write_static_model(const fs::path& folder, const char* name, const Embeddings& embeddings, Format format) {
  const fs::path model = folder / "model";
  fs::create_directories(folder / "static_models");
  write_embeddings(model, embeddings, format);
  const std::string tokenizer = bytes_in(model / "tokenizer.json");
  const auto length = static_cast<std::uint32_t>(tokenizer.size());
  write(folder / "static_models" / name, std::string(reinterpret_cast<const char*>(&length), sizeof length) +
                                             tokenizer + bytes_in(model / "model.safetensors"));
  fs::remove_all(model);
}

/// With tokenizers that equivec does not write, for each kind of step.
void write_static_models(const fs::path& folder, const Embeddings& embeddings) {
  write_static_model(folder, "model2vec", embeddings, Format::model2vec);
  write_static_model(folder, "sentence_transformers", embeddings, Format::sentence_transformers);
  const Embeddings pieces(Vocabulary(std::vector<Vocabulary::Entry>{{"[UNK]", 0}, {"the", 0}, {"##s", 0}, {"cat", 0}}),
                          Matrix(Matrix::Random(4, 2)));
  const std::string vocabulary = R"("unk_token":"[UNK]","vocab":{"[UNK]":0,"the":1,"##s":2,"cat":3}}})";
  const std::string word_piece =
      R"({"added_tokens":[{"id":0,"content":"[UNK]","normalized":false}],"normalizer":{"type":"BertNormalizer",)"
      R"("clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":)"
      R"({"type":"BertPreTokenizer"},"model":{"type":"WordPiece","continuing_subword_prefix":"##",)"
      R"("max_input_chars_per_word":100,)";
  const std::string word_level =
      R"({"added_tokens":[{"id":3,"content":"cat","single_word":true}],"normalizer":{"type":"Sequence","normalizers":)"
      R"([{"type":"NFKD"},{"type":"StripAccents"},{"type":"Lowercase"},{"type":"Strip","strip_left":true},)"
      R"({"type":"Replace","pattern":{"String":"e"},"content":"ee"},{"type":"Prepend","prepend":"x"}]},"pre_tokenizer":)"
      R"({"type":"Sequence","pretokenizers":[{"type":"Whitespace"},{"type":"Digits","individual_digits":true},)"
      R"({"type":"Punctuation","behavior":"Removed"}]},"model":{"type":"WordLevel",)";
  write_static_model(folder, "word_piece", pieces.with_tokenizer(Tokenizer(word_piece + vocabulary)),
                     Format::model2vec);
  write_static_model(folder, "word_level", pieces.with_tokenizer(Tokenizer(word_level + vocabulary)),
                     Format::model2vec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: seeds FOLDER\n";
    return 2;
  }
  const fs::path folder = argv[1];
  const Embeddings embeddings(Vocabulary(std::vector<Vocabulary::Entry>{{"the", 30}, {"k\xc3\xb6nig", 20}, {"x", 1}}),
                              Matrix(Matrix::Random(3, 4)));
  fs::create_directories(folder / "vectors");
  for (const FormatInfo& format : formats())
    if (!format.is_folder)
      write_embeddings(folder / "vectors" / ("v" + std::string(format.extension)), embeddings, format.format);
  write_containers(folder / "vectors");
  write_static_models(folder, embeddings);
  for (const Precision precision : precisions) {
    const bool is_pq = precision == Precision::pq;
    write_embeddings(folder / "vectors" / (std::string(name_of(precision)) + ".safetensors"),
                     with_precision(embeddings, {.precision = precision, .parts = is_pq ? 2 : 0, .rotation = is_pq}));
  }
  write_archives(folder / "archives");
  write_training(folder);
  write_index(folder / "neighbor_graphs");
  write(folder / "corpus/lines", text);
  write(folder / "corpus/mark", "\xef\xbb\xbf" + text);
  fs::copy(folder / "archives", folder / "corpus", fs::copy_options::overwrite_existing);
  write(folder / "vocabulary/counts", "the 30\nking 20\nqueen 1\n");
  write(folder / "vocabulary/words", "the\nking\nqueen\n");
  write(folder / "json_lines/records", std::string("\0\x80", 2) + R"({"id":1,"text":"a \"b\"\nc \u00e9 \ud83d\ude00"}
{"text":null,"more":[1,{"text":"no"}]}
{"text":["x","y \ud800"]}
)");
  write(folder / "json_lines/pointer", std::string("\3\x40", 2) + R"({"a":{"text":"deep"}})");
  write(folder / "delimited_records/comma",
        std::string("\0\x80", 2) + "id,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n2,plain\r\n");
  write(folder / "delimited_records/tab", std::string("\0\x80", 2) + "id\ttext\n1\t\"quoted\"\n2\t\"open\n3\tplain\n");
  write(folder / "delimited_records/tab_lines",
        std::string("\0\x80", 2) + "id\ttext\n1\t\"quoted\nlines\"\n2\t\"open\n3\tplain\n\"4\n5\"\tsix\n");
  const std::string scripts =
      "The cat's caf\u00e9 e\u0301 \u6771\u4eac\u30bf \u0e44\u0e17\u0e22 \ud55c \u0416, x\u00b2 #\ufe0f\u20e3\n";
  write(folder / "text_rules/words", "\x11\x07" + scripts);
  write(folder / "text_rules/normalized_words", "\x19\x09" + scripts);
  write(folder / "text_rules/characters", "\x27\x0c" + scripts);
  const std::string mark = "\xfe\xfe";
  write(folder / "projector/text", std::string(1, '\0') +
                                       "embeddings { tensor_name: 'word vectors (labels escaped)' tensor_path: 't.tsv' "
                                       "metadata_path: \"m.tsv\" tensor_shape: [2, 2] # two\n}" +
                                       mark + "1\t2\n-3e-1\t4\n" + mark + "word\tcount\na\\tb\t3\n\\xff\t1\n");
  write(folder / "projector/floats",
        "\x03" +
            std::string(R"({"embeddings":[{"tensorPath":"t.bytes","metadataPath":"m.tsv","tensorShape":[2,1]}]})") +
            mark + std::string("\0\0\x80\x3f\0\0\0\x40", 8) + mark + "king\nqueen\n");
  write(folder / "projector/labels", std::string(1, '\0') + "embeddings < tensor_path: 't' '\\056tsv' >" + mark +
                                         "king\t1\t2\nqueen\t3\t4\n" + mark);
  write(folder / "phrases/two_passes", "new_york 120.5\nsan_francisco 99\n\nnew_york_times 12\n");
  write(folder / "phrases/connectors", "# delimiter: +\n# connector words: of the\nbank+of+america 12\n");
  write(folder / "labelled_texts/marked", "__label__good a fine film\n__label__bad a poor film\n");
  write(folder / "labelled_texts/tabbed", "good\ta fine film\nbad\ta poor film\n");
  write(folder / "word_pairs/blank", "# people\nshe he\nher his\nher him\nMa'am Sir\n");
  write(folder / "word_pairs/comma", "\"mother-in-law\",father-in-law\n\xc3\x89lise,L\xc3\xa9o\n");
  write(folder / "expressions/sum", "king - man + 0.5 2");
  write(folder / "expressions/pattern", "^k.*g$|[a-z]+");
  write(folder / "evaluation_sets/analogies", std::string(1, '\0') + ": capitals\nathens greece oslo norway\n");
  write(folder / "evaluation_sets/pairs", std::string(1, '\0') + "athens\tgreece/hellas\noslo\tnorway\n");
  write(folder / "evaluation_sets/similarities", "\x01king,queen,8.5\nking\tcabbage\t1\n");
  write(folder / "evaluation_sets/categories", "\x02king person\ncabbage plant\n");
  write(folder / "evaluation_sets/outliers", "\x03king\nqueen\n\ncabbage\n");
  write(folder / "evaluation_sets/synonyms", "\x05king | ruler | cabbage | stone\n");
  write(folder / "evaluation_sets/lexicon", "\x06king ruler monarch\nbig large\n");
  write(folder / "evaluation_sets/dictionary", "\x04king rey\nnew york\tnueva york\n");
  write(folder / "word_sets/gender",
        R"({"name":"g","source":"s","definitional":{"source":"s","words":[["man","woman"],["he","she"]]},
"equalize":{"source":"s","words":[["boy","girl"]]},"specific":{"source":"s","words":["queen"]},
"lists":{"a":{"source":"s","words":["x","y"]},"b":{"source":"s","words":["z"]}},
"queries":[{"name":"q","source":"s","targets":["a","b"],"attributes":["a","b"]}]})");
  write(folder / "training_log/two",
        "{\"epoch\":1,\"trained\":9,\"loss\":2.5,\"validation_loss\":2}\n"
        "{\"epoch\":2,\"loss\":-1e3}\n");
  write(folder / "bias_documents/two",
        R"({"vectors":"a","sets":"s","measures":[{"measure":"weat","query":"q","value":1,"effect_size":0.5,"unbiased":0,
"interval":[-1,2],"words":[]},{"measure":"mac","query":"q","value":null,"error":"e"}]}
{"vectors":"b","output":"c","sets":"s","measures":[{"measure":"weat","sets":"s","query":"q","unbiased":0,
"before":{"value":1,"effect_size":null,"interval":null},"after":null}]})");
  return 0;
}
