#pragma once

#include "equivec/base/characters.hpp"
#include "equivec/base/error.hpp"

#include <algorithm>
#include <string>

namespace equivec {

/// Throws OptionError if a token of the options holds white space, so that no word could equal it.
inline void require_special_token(const std::string& token) {
  if (std::any_of(token.begin(), token.end(), is_space))
    throw OptionError("the special token '" + token + "' must not hold white space");
}

}  // namespace equivec
