#include "equivec/base/error.hpp"
#include "equivec/spaces/transform.hpp"
#include "equivec/vectors/formats.hpp"
#include "src/base/text_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace equivec {

namespace {

[[noreturn]] void fail(const std::string& text) {
  throw OptionError("step '" + text +
                    "': expected center, normalize, remove-top=D, pca=N, whiten, whiten=pca, power=A or "
                    "rotate=FILE.npy");
}

}  // namespace

std::string_view name_of(TransformKind kind) {
  switch (kind) {
    case TransformKind::center:
      return "center";
    case TransformKind::normalize:
      return "normalize";
    case TransformKind::remove_top:
      return "remove-top";
    case TransformKind::pca:
      return "pca";
    case TransformKind::whiten:
      return "whiten";
    case TransformKind::power:
      return "power";
    case TransformKind::rotate:
      return "rotate";
  }
  return {};
}

std::string_view name_of(Whitening whitening) { return whitening == Whitening::zca ? "zca" : "pca"; }

std::string TransformStep::text() const {
  const std::string name(name_of(kind));
  switch (kind) {
    case TransformKind::remove_top:
    case TransformKind::pca:
      return name + "=" + std::to_string(directions);
    case TransformKind::whiten:
      return name + "=" + std::string(name_of(whitening));
    case TransformKind::power:
      return name + "=" + shortest(exponent);
    case TransformKind::rotate:
      return name + "=" + (file.empty() ? "a matrix" : file);
    default:
      return name;
  }
}

TransformStep parse_transform_step(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = std::string_view(text).substr(0, equals);
  const auto kind = std::ranges::find(transform_kinds, name, [](TransformKind one) { return name_of(one); });
  if (kind == transform_kinds.end()) fail(text);
  std::optional<std::string> value;
  if (equals != text.npos) value = text.substr(equals + 1);
  TransformStep step{.kind = *kind};
  switch (step.kind) {
    case TransformKind::center:
    case TransformKind::normalize:
      if (value) fail(text);
      break;
    case TransformKind::remove_top:
    case TransformKind::pca: {
      const auto number = value ? parse_number<int>(*value) : std::nullopt;
      if (!number || *number < 1) fail(text);
      step.directions = *number;
      break;
    }
    case TransformKind::whiten:
      if (value) {
        const auto whitening = std::ranges::find(whitenings, *value, [](Whitening one) { return name_of(one); });
        if (whitening == whitenings.end()) fail(text);
        step.whitening = *whitening;
      }
      break;
    case TransformKind::power: {
      const auto number = value ? parse_number<double>(*value) : std::nullopt;
      if (!number || !(std::abs(*number) <= 2)) fail(text);
      step.exponent = *number;
      break;
    }
    case TransformKind::rotate:
      if (!value || value->empty()) fail(text);
      step.rotation = read_array(*value);
      step.file = *value;
      break;
  }
  return step;
}

}  // namespace equivec
