#pragma once

#include "equivec/base/export.hpp"

namespace EQUIVEC_EXPORT equivec {

/// True for the bytes that separate words: space, tab, line feed, vertical tab, form feed, carriage return.
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

}  // namespace equivec
