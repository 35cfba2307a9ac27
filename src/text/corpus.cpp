#include "equivec/text/corpus.hpp"

#include "equivec/base/error.hpp"
#include "src/base/lines.hpp"
#include "src/files/decompress.hpp"
#include "src/files/files.hpp"
#include "src/files/frames.hpp"
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

namespace {

/// "a.txt, 3 bytes, not a.txt, 4 bytes": the first lines in which two lists differ.
std::string first_difference(std::string_view expected, std::string_view found) {
  const auto line = [](std::string_view& list) {
    const std::string_view first = list.substr(0, list.find('\n'));
    list.remove_prefix(std::min(list.size(), first.size() + 1));
    return first.empty() ? std::string("no more") : std::string(first);
  };
  for (;;) {
    const std::string one = line(expected), other = line(found);
    if (one != other) return other + ", not " + one;
  }
}

/// Where the text is cut that has so many stored bytes before it.
SharePlace place_of(const std::vector<std::pair<std::string, std::uint64_t>>& sizes, std::uint64_t bytes,
                    const CorpusOptions& options) {
  std::size_t part = 0;
  for (; part < sizes.size() && bytes >= sizes[part].second; ++part) bytes -= sizes[part].second;
  if (part == sizes.size() || bytes == 0) return {part, 0};
  const auto& [name, size] = sizes[part];
  const MappedFile file(name);
  const Compression compression = recognize_compression(file.bytes());
  if (!options.column.empty()) return {bytes < size / 2 ? part : part + 1, 0};
  if (compression == Compression::none) return {part, bytes};
  const std::size_t start = frame_start(compression, file.bytes(), bytes, name);
  if (start < file.bytes().size()) return {part, start};
  return {bytes < size / 2 ? part : part + 1, 0};
}

}  // namespace

Corpus Corpus::shared_by(Communicator& ranks) const {
  if (ranks.size() == 1) return *this;
  std::vector<std::pair<std::string, std::uint64_t>> sizes;
  std::string files;
  auto parts = std::make_shared<Parts>(*parts_);
  agree(ranks, [&] {
    if (parts->collected)
      throw Error("words that a program gave cannot be shared by several ranks; write them to a file");
    for (const Part& part : parts->parts) {
      if (part.owner)
        throw Error(part.name + ": cannot be shared by several ranks; give a file that each of them can read");
      sizes.emplace_back(part.name, fs::file_size(part.name));
      files += part.name + ", " + std::to_string(sizes.back().second) + " bytes\n";
    }
  });
  const std::vector<std::string> all = gather(ranks, files);
  agree(ranks, [&] {
    for (std::size_t r = 1; r < all.size(); ++r)
      if (all[r] != all[0])
        throw Error("rank " + std::to_string(r) + " has other files than rank 0: " + first_difference(all[0], all[r]) +
                    "; each rank must see the same corpus");
    const auto place = [&](int rank) {
      return place_of(sizes, parts->bytes * static_cast<std::uint64_t>(rank) / static_cast<std::uint64_t>(ranks.size()),
                      parts->options);
    };
    parts->ranks = &ranks;
    parts->share_begin = place(ranks.rank());
    parts->share_end = ranks.rank() + 1 == ranks.size() ? SharePlace{sizes.size(), 0} : place(ranks.rank() + 1);
  });
  return Corpus(std::move(parts));
}

Communicator* Corpus::ranks() const noexcept { return parts_->ranks; }

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
