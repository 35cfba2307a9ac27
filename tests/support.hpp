#pragma once

#include "equivec/vectors/embeddings.hpp"
#include "equivec/base/error.hpp"
#include "equivec/base/rng.hpp"
#include "equivec/counts/vocabulary.hpp"

#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Sanitizers take memory and addresses of their own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

namespace equivec {

/// A new file in place of the old: a file system may make one wait who overwrites, and nobody's mapping changes.
inline void write_file(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::remove(file);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A directory of its own for each test, gone afterwards.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "equivec-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file into it and says where.
  std::filesystem::path file(std::string_view name, std::string_view bytes) const {
    const std::filesystem::path result = path_ / name;
    std::filesystem::create_directories(result.parent_path());
    write_file(result, bytes);
    return result;
  }

  /// What stands in it, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      result.push_back(entry.path().filename().string());
    std::sort(result.begin(), result.end());
    return result;
  }

 private:
  std::filesystem::path path_;
};

/// While it lives, no file of this process grows beyond `bytes`: a disk that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    if (::getrlimit(RLIMIT_FSIZE, &old_) != 0) throw std::runtime_error("no file size limit");
    rlimit limit = old_;
    limit.rlim_cur = bytes;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) throw std::runtime_error("no file size limit");
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit old_{};
};

/// While it lives, this process can take no more than `bytes` of memory beyond what it has.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::uint64_t bytes) {
    std::ifstream status("/proc/self/status");
    std::string field;
    std::uint64_t kibibytes = 0;
    while (status >> field && field != "VmData:") continue;
    if (!(status >> kibibytes) || ::getrlimit(RLIMIT_DATA, &old_) != 0) throw std::runtime_error("no memory limit");
    rlimit limit = old_;
    limit.rlim_cur = kibibytes * 1024 + bytes;
    if (::setrlimit(RLIMIT_DATA, &limit) != 0) throw std::runtime_error("no memory limit");
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { ::setrlimit(RLIMIT_DATA, &old_); }

 private:
  rlimit old_{};
};

/// While it lives, standard input is a pipe that holds `text` (less than a pipe's 64 KiB) and has ended.
class StandardInput {
 public:
  explicit StandardInput(std::string_view text) : old_(::dup(STDIN_FILENO)) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const auto written = ::write(ends[1], text.data(), text.size());
    ::close(ends[1]);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    if (written != static_cast<::ssize_t>(text.size())) throw std::runtime_error("the pipe is too short");
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() {
    if (old_ < 0) {
      ::close(STDIN_FILENO);
      return;
    }
    ::dup2(old_, STDIN_FILENO);
    ::close(old_);
  }

 private:
  int old_;
};

/// Runs a command of the shell, for files that our own code could not make.
inline bool shell(const std::string& command) { return std::system(command.c_str()) == 0; }

/// A path as one word of a shell command.
inline std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

/// What the Error says that `call` throws; empty if it throws none. Other exceptions pass.
template <class Call>
std::string error_of(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// The same for an OptionError.
template <class Call>
std::string option_error_of(Call&& call) {
  try {
    std::forward<Call>(call)();
  } catch (const OptionError& error) {
    return error.what();
  }
  return {};
}

inline Vocabulary vocabulary(const std::vector<Vocabulary::Entry>& entries) { return Vocabulary(entries); }

/// Words w0, w1, ... without counts.
inline Vocabulary numbered_words(std::size_t count) {
  std::vector<Vocabulary::Entry> entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back({"w" + std::to_string(i), 0});
  return Vocabulary(entries);
}

using Rows = std::vector<std::pair<std::string, std::vector<float>>>;

/// embeddings({{"king", {1, 2, 3}}, {"queen", {4, 5, 6}}})
inline Embeddings embeddings(const Rows& rows, Metadata metadata = {}) {
  std::vector<Vocabulary::Entry> entries;
  Matrix vectors(static_cast<Eigen::Index>(rows.size()),
                 rows.empty() ? 0 : static_cast<Eigen::Index>(rows[0].second.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].second.size() != rows[0].second.size()) throw std::invalid_argument("rows of different length");
    entries.push_back({rows[i].first, 0});
    vectors.row(static_cast<Eigen::Index>(i)) = column(rows[i].second).transpose();
  }
  return Embeddings(Vocabulary(entries), std::move(vectors), std::move(metadata));
}

/// Numbers drawn evenly from [-0.5, 0.5).
inline Matrix random_matrix(std::size_t rows, int columns, std::uint64_t seed) {
  Rng rng(seed);
  Matrix result(static_cast<Eigen::Index>(rows), columns);
  for (Eigen::Index i = 0; i < result.size(); ++i) result.data()[i] = rng.uniform() - 0.5F;
  return result;
}

inline Embeddings random_embeddings(std::size_t words, int dimension, std::uint64_t seed) {
  return Embeddings(numbered_words(words), random_matrix(words, dimension, seed));
}

/// The same words in the same order with the same bits.
inline bool same_bits(const Embeddings& a, const Embeddings& b) {
  if (a.size() != b.size() || a.dimension() != b.dimension()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a.vocabulary().word(word_id(i)) != b.vocabulary().word(word_id(i))) return false;
    if (std::memcmp(a[word_id(i)].data(), b[word_id(i)].data(), a[word_id(i)].size_bytes()) != 0) return false;
  }
  return true;
}

inline std::vector<float> row_of(const Embeddings& e, std::string_view word) {
  const auto row = e.find(word);
  if (!row) throw std::out_of_range("no word " + std::string(word));
  return {row->begin(), row->end()};
}

inline Eigen::VectorXd exact_row(const Embeddings& e, WordId id) { return column(e[id]).cast<double>(); }

inline WordId id_of(const Embeddings& e, std::string_view word) {
  const auto id = e.vocabulary().find(word);
  if (!id) throw std::out_of_range("no word " + std::string(word));
  return *id;
}

inline std::vector<WordId> ids_of(const Embeddings& e, const std::vector<std::string>& words) {
  std::vector<WordId> result;
  for (const std::string& word : words) result.push_back(id_of(e, word));
  return result;
}

/// Words between white space and their counts, the simple way.
inline std::map<std::string, std::uint64_t> naive_counts(std::string_view text) {
  std::map<std::string, std::uint64_t> counts;
  std::string word;
  for (const char c : text) {
    if (std::string_view(" \t\n\v\f\r").find(c) == std::string_view::npos) {
      word += c;
    } else if (!word.empty()) {
      ++counts[word];
      word.clear();
    }
  }
  if (!word.empty()) ++counts[word];
  return counts;
}

inline std::map<std::string, std::uint64_t> counts_of(const Vocabulary& words) {
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t i = 0; i < words.size(); ++i) counts[std::string(words.word(word_id(i)))] = words.count(word_id(i));
  return counts;
}

/// Options that keep every word.
inline VocabularyOptions every_word(int threads = 0) {
  VocabularyOptions options;
  options.min_count = 1;
  options.threads = threads;
  return options;
}

/// More than 3 MB that hold what is hard about cutting a text: lines longer than a block, runs of white space longer
/// than a block, words of half a block, all separators, bytes that are no UTF-8, blank lines, no line feed at the end.
inline std::string awkward_text(std::uint64_t seed = 1) {
  Rng rng(seed);
  std::string text = "\n\n \n";
  const auto words = [&](std::size_t bytes, std::uint32_t line_chance) {
    const std::string_view separators = " \t\v\f\r ";
    const std::size_t end = text.size() + bytes;
    while (text.size() < end) {
      const std::uint32_t kind = rng.below(2000);
      text += kind == 0   ? std::string("\xff\xfe")
              : kind == 1 ? std::string("\xc3\xa9t\xc3\xa9")
              : kind == 2 ? std::string(rng.below(300) + 1, 'x')
                          : "w" + std::to_string(rng.below(kind < 1000 ? 10 : 500));
      text += rng.below(50) == 0 ? separators[rng.below(6)] : ' ';
      if (line_chance > 0 && rng.below(line_chance) == 0) text += rng.below(4) == 0 ? "\n\n \n" : "\n";
    }
  };
  words(1500000, 9);
  text += std::string(600000, 'y') + " ";  // a word of more than half a block
  words(1300000, 0);                       // one line
  text += std::string(1200000, ' ') + "\n" + std::string(1200000, '\n');
  words(300000, 3);
  text += "last";
  return text;
}

/// A text of up to some thousand bytes, of words that often come again, some very long, some no UTF-8, between all
/// kinds of white space.
inline std::string random_text(Rng& rng) {
  constexpr std::string_view spaces = "     \t\v\f\r\n\n";
  std::string text;
  const std::uint32_t words = rng.below(rng.below(4) == 0 ? 3 : 900), different = 1 + rng.below(200);
  const std::uint32_t line_chance = 2 + rng.below(30);
  if (rng.below(3) == 0) text.append(rng.below(70), spaces[rng.below(11)]);
  for (std::uint32_t i = 0; i < words; ++i) {
    const std::uint32_t word = rng.below(1 + rng.below(different));
    switch (word % 16) {
      case 3:
        text += std::string(1 + word, 'x');
        break;
      case 7:
        text += "\xff\x80" + std::to_string(word);
        break;
      case 11:
        text += "sixteen_letters" + std::to_string(word);
        break;
      default:
        text += std::to_string(word);
    }
    const std::uint32_t gap = rng.below(12) == 0 ? 1 + rng.below(150) : 1;
    for (std::uint32_t k = 0; k < gap; ++k) text += rng.below(8) == 0 ? spaces[rng.below(11)] : ' ';
    if (rng.below(line_chance) == 0) text += rng.below(3) == 0 ? "\r\n" : "\n";
  }
  while (!text.empty() && rng.below(2) == 0) text.pop_back();
  return text;
}

/// The value that a chi-square statistic exceeds once in a thousand (Wilson and Hilferty 1931).
inline double chi_square_limit(double degrees) {
  const double spread = 2 / (9 * degrees);
  return degrees * std::pow(1 - spread + 3.0902 * std::sqrt(spread), 3);
}

}  // namespace equivec
