#include "equivec/text/corpus.hpp"

#include "equivec/base/error.hpp"
#include "src/base/lines.hpp"
#include "src/files/decompress.hpp"
#include "src/files/files.hpp"
#include "src/files/mapped_file.hpp"
#include "src/text/collected_text.hpp"
#include "src/text/text_reader.hpp"

#include <glob.h>

#include <filesystem>
#include <system_error>

namespace equivec {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> files_of(const std::string& path);

/// The files of the paths in a list, one a line.
std::vector<std::string> files_listed_in(const std::string& list) {
  const auto file = open_decompressed(list);
  std::vector<std::string> files;
  for_each_line(without_byte_order_mark(file->bytes()), [&](std::string_view line, std::size_t number) {
    if (trimmed(line).empty()) return true;
    std::error_code error;
    const std::string path(line);
    if (path.starts_with('@') || path == "-")
      throw Error(list + ":" + std::to_string(number) + ": expected the path of a file, found '" + path + "'");
    if (!fs::exists(path, error) && path.find_first_of("*?[") == path.npos)
      throw Error(list + ":" + std::to_string(number) + ": there is no file '" + path + "'");
    for (std::string& found : files_of(path)) files.push_back(std::move(found));
    return true;
  });
  if (files.empty()) throw Error(list + ": the list holds no path");
  return files;
}

/// The files that a path stands for, in an order that does not depend on the file system.
std::vector<std::string> files_of(const std::string& path) {
  if (path.starts_with('@')) return files_listed_in(path.substr(1));
  std::error_code error;
  std::vector<std::string> files;
  if (path == "-") return {path};
  if (fs::is_directory(path, error)) {
    files = files_below(path);
    if (files.empty()) throw Error(path + ": the directory holds no file");
    return files;
  }
  if (fs::exists(path, error) || path.find_first_of("*?[") == path.npos) return {path};
  glob_t found{};
  const int status = ::glob(path.c_str(), 0, nullptr, &found);
  for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i)
    if (fs::is_regular_file(found.gl_pathv[i], error))
      files.emplace_back(std::string_view(found.gl_pathv[i]) == "-" ? "./-"
                                                                    : found.gl_pathv[i]);  // - is another's name
  ::globfree(&found);
  if (files.empty()) throw Error(path + ": no file has such a name");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

void validate(const CorpusOptions& options) {
  if (!options.field.empty() && !options.column.empty())
    throw OptionError("field is for JSON lines and column for separated values; give one of them");
}

Corpus Corpus::from_paths(std::span<const std::string> paths, const CorpusOptions& options, const Progress* progress) {
  validate(options);
  auto parts = std::make_shared<Parts>();
  parts->options = options;
  for (const std::string& path : paths)
    for (const std::string& file : files_of(path)) {
      auto mapped = std::make_shared<const MappedFile>(file, progress);
      const std::string_view bytes = mapped->bytes();
      Part part{file == "-" ? "standard input" : file, nullptr, {}, recognize_compression(bytes)};
      parts->bytes += bytes.size();
      // A file is mapped when it is about to be read, since a process can map only 65,530. A pipe cannot be read again,
      // so its content is kept.
      std::error_code ignored;
      if (file == "-" || !fs::is_regular_file(file, ignored)) {
        part.bytes = bytes;
        part.owner = std::move(mapped);
      }
      parts->parts.push_back(std::move(part));
    }
  if (parts->parts.empty()) throw Error("no corpus was given");
  parts->name = parts->parts.front().name;
  if (parts->parts.size() > 1) parts->name += " and " + std::to_string(parts->parts.size() - 1) + " more";
  return Corpus(std::move(parts));
}

Corpus Corpus::from_text(std::string text) {
  auto parts = std::make_shared<Parts>();
  auto owner = std::make_shared<const std::string>(std::move(text));
  const std::string_view bytes = *owner;
  parts->parts.push_back({"text", std::move(owner), bytes, Compression::none});
  parts->name = "text";
  parts->bytes = bytes.size();
  return Corpus(std::move(parts));
}

std::vector<std::string> Corpus::files() const {
  std::vector<std::string> result;
  for (const Part& part : parts_->parts)
    if (!part.owner) result.push_back(part.name);
  return result;
}

const CollectedText* collected_text(const Corpus& corpus) noexcept { return corpus.parts_->collected.get(); }

const std::string& Corpus::name() const noexcept { return parts_->name; }
std::uint64_t Corpus::bytes() const noexcept { return parts_->bytes; }

}  // namespace equivec
