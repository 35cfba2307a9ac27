#include "src/files/safetensors.hpp"

#include "equivec/base/error.hpp"
#include "src/files/output_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace equivec {

static_assert(std::endian::native == std::endian::little, "the file formats are little-endian and mapped as they are");

namespace {

constexpr std::uint64_t max_header = 100'000'000;  // the format's own limit

std::uint64_t header_length(std::string_view bytes) noexcept {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length;
}

std::uint64_t type_size(const std::string& type) {
  static const std::map<std::string, std::uint64_t> sizes = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
      {"I32", 4},  {"U32", 4}, {"F32", 4}, {"F64", 8}, {"I64", 8}, {"U64", 8}};
  const auto found = sizes.find(type);
  return found == sizes.end() ? 0 : found->second;
}

/// Bytes of a tensor; the largest number on overflow.
std::uint64_t tensor_size(const Tensor& tensor) {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t size = type_size(tensor.type);
  for (const std::uint64_t extent : tensor.shape)
    if (__builtin_mul_overflow(size, extent, &size)) return largest;
  return size;
}

/// A list of non-negative integers; nlohmann would convert 1.5 and -1 to such.
std::vector<std::uint64_t> sizes_of(const nlohmann::json& list) {
  std::vector<std::uint64_t> sizes;
  for (const nlohmann::json& number : list) {
    if (!number.is_number_unsigned()) throw nlohmann::json::type_error::create(302, "no size", &number);
    sizes.push_back(number);
  }
  return sizes;
}

}  // namespace

const Tensor* SafetensorsContent::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(tensors, name, &Tensor::name);
  return found == tensors.end() ? nullptr : &*found;
}

namespace {

constexpr int deepest = 3;  // a number in the list of a tensor of the header
constexpr std::size_t most_values = 1000000;

}  // namespace

bool is_safetensors(std::string_view bytes) noexcept {
  return bytes.size() > 8 && bytes[8] == '{' && header_length(bytes) >= 2 && header_length(bytes) <= max_header;
}

SafetensorsContent parse_safetensors(std::string_view bytes, const std::string& name) {
  const auto broken = [&](const std::string& what) {
    throw Error(name + ": " + what + "; the file is truncated or damaged");
  };
  if (!is_safetensors(bytes)) throw Error(name + ": is not a safetensors file");
  const std::uint64_t length = header_length(bytes);
  if (length > bytes.size() - 8)
    broken("its header should have " + std::to_string(length) + " bytes, the file has " + std::to_string(bytes.size()));
  const std::string_view data = bytes.substr(8 + length);

  SafetensorsContent content;
  struct Range {
    std::uint64_t begin, end;
    std::size_t tensor;
  };
  std::vector<Range> ranges;
  try {
    // A value takes many times its bytes in memory.
    std::size_t values = 0;
    const auto count = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
      if (depth > deepest || ++values > most_values) broken("its header is not that of a safetensors file");
      return true;
    };
    const auto header = nlohmann::json::parse(bytes.substr(8, length), count);
    for (const auto& [key, value] : header.items()) {
      if (key == "__metadata__") {
        content.metadata = value.get<std::map<std::string, std::string>>();
        continue;
      }
      Tensor tensor{key, value.at("dtype").get<std::string>(), sizes_of(value.at("shape")), {}};
      const auto offsets = sizes_of(value.at("data_offsets"));
      if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size())
        broken("tensor '" + key + "' lies outside the file's " + std::to_string(bytes.size()) + " bytes");
      if (type_size(tensor.type) == 0) broken("tensor '" + key + "' has the unknown type '" + tensor.type + "'");
      if (tensor_size(tensor) != offsets[1] - offsets[0])
        broken("tensor '" + key + "' has not as many bytes as its shape says");
      tensor.bytes = data.substr(offsets[0], offsets[1] - offsets[0]);
      ranges.push_back({offsets[0], offsets[1], content.tensors.size()});
      content.tensors.push_back(std::move(tensor));
    }
  } catch (const nlohmann::json::exception&) {
    broken("its header is not the JSON of a safetensors file");
  }

  std::ranges::sort(ranges, {}, [](const Range& r) { return std::pair(r.begin, r.end); });
  std::uint64_t end = 0;
  std::vector<Tensor> ordered;
  for (const Range& range : ranges) {
    if (range.begin != end)
      broken("its tensors overlap or leave holes at byte " + std::to_string(end) + " of the data");
    end = range.end;
    ordered.push_back(std::move(content.tensors[range.tensor]));
  }
  if (end != data.size()) broken("after its tensors follow " + std::to_string(data.size() - end) + " bytes");
  content.tensors = std::move(ordered);
  return content;
}

void write_safetensors(OutputFile& file, std::span<const Tensor> tensors,
                       const std::map<std::string, std::string>& metadata, std::string_view aligned,
                       Progress* progress) {
  // Bytes of one row, and of all rows.
  const auto rows = [](const Tensor& t) { return t.row ? static_cast<std::size_t>(t.shape.at(0)) : 1; };
  const auto row_bytes = [](const Tensor& t) {
    return t.row ? static_cast<std::size_t>(type_size(t.type) * t.shape.at(1)) : t.bytes.size();
  };
  nlohmann::ordered_json header;
  header["__metadata__"] = metadata;
  std::uint64_t offset = 0, aligned_offset = 0;
  for (const Tensor& tensor : tensors) {
    if (tensor.name == aligned) aligned_offset = offset;
    const std::uint64_t end = offset + rows(tensor) * row_bytes(tensor);
    header[tensor.name] = {{"dtype", tensor.type}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  while ((8 + text.size() + aligned_offset) % 64 != 0) text += ' ';
  const std::uint64_t length = text.size();
  file.write({reinterpret_cast<const char*>(&length), sizeof length});
  file.write(text);
  start(progress, offset);
  constexpr std::size_t piece = std::size_t{8} << 20;
  for (const Tensor& tensor : tensors)
    for (std::size_t row = 0; row < rows(tensor); ++row) {
      const std::string_view all = tensor.row ? tensor.row(row) : tensor.bytes;
      for (std::size_t at = 0; at < all.size(); at += piece) {
        check_cancelled(progress);
        const std::string_view bytes = all.substr(at, piece);
        file.write(bytes);
        if (progress) progress->done += bytes.size();
      }
    }
}

}  // namespace equivec
