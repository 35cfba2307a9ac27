#pragma once

#include "equivec/vectors/tokenizer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace equivec {

/// A small JSON file of a static sentence model, such as config.json. Throws Error naming it if it is not one.
nlohmann::ordered_json parse_configuration(const std::string& name, std::string_view text);

/// Whether the model's configuration wants the vector of a text scaled to length 1. Throws Error if that is not JSON.
bool normalizes_texts(const Tokenizer& tokenizer);

}  // namespace equivec
