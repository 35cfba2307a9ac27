#include "src/files/file_kind.hpp"

#include <algorithm>
#include <array>

namespace equivec {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view unpack = "unpack it first", iconv = "make it UTF-8: iconv -f UTF-16 -t UTF-8",
                           export_text = "export the vectors as word2vec text",
                           export_torch = "export the vectors from PyTorch, as word2vec text or with numpy.save",
                           as_vectors = "it is read where vectors are asked for";

struct Magic {
  std::string_view bytes;
  FileKind kind;
  std::size_t at = 0;
};

/// The first that fits counts. None is the beginning of a text.
constexpr std::array magics = {
    Magic{"\xff\xfe\0\0"sv, {"is text in UTF-32", "make it UTF-8: iconv -f UTF-32 -t UTF-8"}},
    Magic{"\0\0\xfe\xff"sv, {"is text in UTF-32", "make it UTF-8: iconv -f UTF-32 -t UTF-8"}},
    Magic{"\xff\xfe"sv, {"is text in UTF-16", iconv}},
    Magic{"\xfe\xff"sv, {"is text in UTF-16", iconv}},
    Magic{"PK\x03\x04"sv, {"is a zip archive", unpack}},
    Magic{"7z\xbc\xaf\x27\x1c"sv, {"is a 7z archive", unpack}},
    Magic{"Rar!\x1a\x07"sv, {"is a RAR archive", unpack}},
    Magic{"\x04\x22\x4d\x18"sv, {"is an lz4 archive", unpack}},
    Magic{"LZIP\x01"sv, {"is an lzip archive", unpack}},
    Magic{"ustar\0"sv, {"is a tar archive", unpack}, 257},
    Magic{"ustar  \0"sv, {"is a tar archive", unpack}, 257},
    Magic{"%PDF-"sv, {"is a PDF document", "extract its text first"}},
    Magic{"\x89HDF\r\n\x1a\n"sv, {"is an HDF5 file", export_text}},
    Magic{"SQLite format 3\0"sv, {"is an SQLite database, such as Magnitude's", export_text}},
    Magic{"PAR1\x15"sv, {"is a Parquet file", "export its text or vectors first"}},
    Magic{"ARROW1\0"sv, {"is an Arrow file", "export its text or vectors first"}},
    Magic{"GGUF\x02\0"sv, {"is a GGUF model", "word vectors are not in it"}},
    Magic{"GGUF\x03\0"sv, {"is a GGUF model", "word vectors are not in it"}},
    Magic{"FiFu\0"sv, {"holds finalfusion vectors", as_vectors}},
    Magic{"\xba\x16\x4f\x2f"sv, {"is a fastText model", as_vectors}},
    Magic{"\x80\x02\x8a\nl\xfc\x9c"sv, {"is a PyTorch model", export_torch}},
    Magic{"\x80\x02"sv, {"is a Python pickle, such as gensim's save() makes", "export it with save_word2vec_format"}},
    Magic{"\x80\x03"sv, {"is a Python pickle, such as gensim's save() makes", "export it with save_word2vec_format"}},
    Magic{"\x80\x04"sv, {"is a Python pickle, such as gensim's save() makes", "export it with save_word2vec_format"}},
    Magic{"\x80\x05"sv, {"is a Python pickle, such as gensim's save() makes", "export it with save_word2vec_format"}},
    Magic{"ccopy_reg\n"sv,
          {"is a Python pickle, such as gensim's save() makes", "export it with save_word2vec_format"}},
    Magic{"\x7f\x45LF"sv, {"is a program", ""}},
    Magic{"version https://git-lfs.github.com/spec/"sv,
          {"is a pointer of Git LFS, not the file itself", "fetch that with: git lfs pull"}},
    Magic{"<!doctype html"sv, {"is an HTML page, not the file itself", "look at it: a download may have failed", true}},
    Magic{"<html"sv, {"is an HTML page, not the file itself", "look at it: a download may have failed", true}},
};

constexpr FileKind torch_kind = {"is a PyTorch model", export_torch},
                   numpy_kind = {"is an archive of NumPy arrays (.npz)",
                                 "save the vectors alone, with numpy.save, as .npy"};

/// The name of the first file of a zip archive.
std::string_view first_member(std::string_view bytes) noexcept {
  if (bytes.size() < 30 || !bytes.starts_with("PK\x03\x04")) return {};
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  return bytes.substr(30, byte(26) + 256 * byte(27));
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool fits(const Magic& magic, std::string_view bytes) noexcept {
  if (bytes.size() < magic.at + magic.bytes.size()) return false;
  const std::string_view part = bytes.substr(magic.at, magic.bytes.size());
  return magic.kind.text ? std::ranges::equal(part, magic.bytes, {}, lower) : part == magic.bytes;
}

}  // namespace

std::string FileKind::message() const { return std::string(what) + (advice.empty() ? "" : "; ") + std::string(advice); }

const FileKind* foreign_kind(std::string_view bytes) noexcept {
  const std::string_view member = first_member(bytes);
  if (member.ends_with("/data.pkl")) return &torch_kind;
  if (member.ends_with(".npy")) return &numpy_kind;
  const auto* const found = std::ranges::find_if(magics, [&](const Magic& magic) { return fits(magic, bytes); });
  return found == magics.end() ? nullptr : &found->kind;
}

}  // namespace equivec
